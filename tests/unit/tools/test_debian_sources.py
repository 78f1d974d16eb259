"""The backports of a machine's own sources, in both formats in which apt has them."""

from __future__ import annotations

import pytest

from bootstrap.debian import _deb822, _one_line

SUITES = {"bookworm", "stable"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "deb http://mirror.example/debian bookworm main contrib # own",
            [("bookworm", "deb http://mirror.example/debian bookworm-backports main contrib\n")],
        ),
        (
            "  deb [arch=amd64 signed-by=/k.gpg]  cdn://x/  stable  main",
            [("stable", "deb [arch=amd64 signed-by=/k.gpg]  cdn://x/  stable-backports  main\n")],
        ),
        ("deb-src http://mirror.example/debian bookworm main", []),
        ("# deb http://mirror.example/debian bookworm main", []),
        ("deb http://mirror.example/debian bookworm-updates main", []),
        ("deb http://docker.example/linux bookworm stable", []),
        ("deb http://mirror.example/flat ./", []),
    ],
)
def test_one_line_entries(line: str, expected: list[tuple[str, str]]) -> None:
    """A distribution's own entry gives its backports; sources, updates and others give none."""
    assert expected == list(_one_line(f"{line}\n", SUITES))


OWN = """\
Types: deb deb-src
# the mirror
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def test_stanzas() -> None:
    """A stanza gives its backports with its address and key, and whatever stands beside it none."""
    text = f"# first\n\n{OWN}\n{OWN.replace('bookworm', 'bookworm-security')}"
    expected = """\
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
    assert [("bookworm", expected)] == list(_deb822(text, SUITES))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Types: deb deb-src", "Types: deb-src"),
        ("Types:", "Enabled: no\nTypes:"),
        ("Components: main", "Components: stable"),
        ("Suites: bookworm ", "Suites: bullseye "),
    ],
)
def test_stanzas_without_backports(old: str, new: str) -> None:
    """Source packages, a source switched off, another vendor's or another release's give none."""
    assert old in OWN
    assert [] == list(_deb822(OWN.replace(old, new), SUITES))
