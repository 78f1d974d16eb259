"""The comment on a pull request: read in five seconds, and what is to be done can be pasted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from gitproject import GitProject, preview

SCREEN: Final = 40
"""Lines of a comment that a reviewer sees at once, more or less."""
PROD: Final = "config/Pulumi.prod.yaml"
STAGING: Final = "config/Pulumi.staging.yaml"
LIST: Final = "config/endpoints/wsus.yaml"
WILDCARD: Final = """\
  - pattern: "*.contoso.com"
    schemes: [http, https]
    purpose: A partner's files
    source: The partner's page
    date: "2026-11-01"
"""
SERVER: Final = (
    "    - {name: second, location: aws, addresses: [10.21.0.20]}\n  wsus-egress:clients:\n"
)
AZURE: Final = "  wsus-egress:azure:\n"


@pytest.fixture
def shipped(tmp_path: Path, root: Path) -> GitProject:
    """A repository with the settings and lists that this one ships."""
    files = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("config", "config/endpoints")
        for path in (root / folder).glob("*.yaml")
    }
    files["Pulumi.yaml"] = (root / "Pulumi.yaml").read_text(encoding="utf-8")
    return GitProject.make(tmp_path, files)


def edited(project: GitProject, changes: Mapping[str, tuple[str, str]]) -> None:
    """Replace a piece of each file; each piece is there once."""
    for name, (old, new) in changes.items():
        text = (project.root / name).read_text(encoding="utf-8")
        assert 1 == text.count(old), (name, old)
        project.write({name: text.replace(old, new)})


CASES: Final[dict[str, tuple[dict[str, tuple[str, str]], str]]] = {
    "wildcard": (
        {LIST: ("endpoints:\n", f"endpoints:\n{WILDCARD}")},
        "Blocked: opens every host below contoso.com to ",
    ),
    "host removed": (
        {"config/endpoints/automatic-updates.yaml": ("", "")},
        "Fine: closes ",
    ),
    "open mode": (
        {STAGING: ("  wsus-egress:lists: [wsus]\n", "  wsus-egress:mode: open\n")},
        "Blocked: opens TCP 80 and 443 of every address to wsus, in staging/azure",
    ),
    "new server": (
        {PROD: ("  wsus-egress:clients:\n", SERVER)},
        "Blocked: opens 10.21.0.20 (second) -> Microsoft Update, in prod/aws",
    ),
    "server widened": (
        {STAGING: ("addresses: [10.30.0.10]", "addresses: [10.30.0.0/25]")},
        "Blocked: opens 127 more addresses from 10.30.0.0 on (wsus) -> Microsoft Update, in staging/azure",
    ),
    "list switched": (
        {STAGING: ("lists: [wsus]", "lists: [certificate-validation]")},
        "Blocked: opens ",
    ),
    "target removed": ({PROD: ("", "")}, "Blocked: prod/azure is no longer protected"),
}


def without_azure(text: str) -> str:
    """`prod` without its target in Azure; the servers there stand elsewhere now."""
    return text[: text.index(AZURE)].replace("location: azure", "location: elsewhere")


def change(project: GitProject, case: str) -> str:
    """Make one of the changes; the first line that it must have."""
    changes, first = CASES[case]
    if case == "target removed":
        project.write({PROD: without_azure((project.root / PROD).read_text(encoding="utf-8"))})
    elif case == "host removed":
        (name,) = changes
        text = (project.root / name).read_text(encoding="utf-8")
        start = text.index("  - pattern:")
        end = text.index("  - pattern:", start + 1)
        project.write({name: text[:start] + text[end:]})
    else:
        edited(project, changes)
    return first


def unfolded(page: str) -> list[str]:
    """What one sees of a comment before opening anything; a folded part is one line."""
    folded = re.sub(r"<details><summary>(.*?)</summary>.*?</details>", r"\1", page, flags=re.DOTALL)
    return [line for line in folded.splitlines() if line.strip()]


@pytest.mark.parametrize("case", CASES)
def test_a_change_fits_a_screen(shipped: GitProject, case: str) -> None:
    """The first line says the verdict and the consequence; the rest does not scroll away."""
    first = change(shipped, case)
    page = preview(shipped.root, "--format", "markdown").stdout
    text = preview(shipped.root).stdout
    lines = unfolded(page)

    assert "## Egress policy" == lines[1]
    assert lines[2].replace("&#62;", ">").replace("&#46;", ".").startswith(f"**{first}"), lines[2]
    assert text.startswith(first)
    assert len(lines) <= SCREEN, page
    assert all(len(line) <= 400 for line in lines)


def blocks(page: str) -> dict[str, str]:
    """The YAML to paste, by file."""
    (fence,) = re.findall(r"```yaml\n(.*?)\n```", page, re.DOTALL)
    parts = re.split(r"^# (.*)\n", fence, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def pasted(project: GitProject, found: Mapping[str, str], **values: str) -> None:
    """Paste each block where it belongs, with the owner's answers if there are any."""
    for name, block in found.items():
        filled = f"{block.rstrip()}\n"
        for key, value in values.items():
            filled = filled.replace(f'{key}: ""', f'{key}: "{value}"')
        text = (project.root / name).read_text(encoding="utf-8")
        if filled.startswith("  # below"):
            project.write({name: f"{text}{filled}"})
        else:
            project.write({name: text.replace("config:\n", f"config:\n{filled}", 1)})


@pytest.mark.parametrize("case", ["wildcard", "open mode", "new server", "list switched",
                                  "target removed"])  # fmt: skip
def test_the_block_opens_the_gate_once_it_is_filled_in(shipped: GitProject, case: str) -> None:
    """Pasted as it is the settings are refused at each empty value; filled in, the change passes."""
    change(shipped, case)
    found = blocks(preview(shipped.root, "--format", "markdown").stdout)
    before = {name: (shipped.root / name).read_text(encoding="utf-8") for name in found}
    pasted(shipped, found)
    refused = preview(shipped.root)
    shipped.write(before)
    pasted(shipped, found, owner="network team", reason="Ticket 12", expires="2027-01-31")
    passed = preview(shipped.root)

    assert found
    assert 2 == refused.exit_code
    assert all(f".{key}: " in refused.stderr for key in ("owner", "reason", "expires"))
    assert (0, True) == (passed.exit_code, passed.stdout.startswith("Approved: ")), passed.output


def test_what_one_list_brings_is_one_entry(shipped: GitProject) -> None:
    """Of a new environment nobody approves every pattern one by one."""
    text = (shipped.root / STAGING).read_text(encoding="utf-8")
    shipped.write(
        {"config/Pulumi.new.yaml": text.replace("10.30.", "10.90.").replace("-staging", "-new")}
    )
    page = preview(shipped.root, "--format", "markdown").stdout
    (block,) = blocks(page).values()

    assert "**Blocked: opens every host below " in page
    lists = [line for line in block.splitlines() if "/list/" in line]
    assert 1 == len(lists)
    assert 4 == sum("what: azure/nsg/" in line or "what: azure/route-table/" in line
                    for line in block.splitlines())  # fmt: skip
    assert '    - {what: azure/list/wsus, owner: "", reason: "", expires: ""}  # ' in block


def test_entries_are_added_to_those_that_are_there(shipped: GitProject) -> None:
    """A second key of the same name would be refused: only the entries are given."""
    entry = '    - {what: azure/list/other, owner: a, reason: b, expires: "2027-01-31"}\n'
    text = (shipped.root / STAGING).read_text(encoding="utf-8")
    shipped.write({STAGING: f"{text}  wsus-egress:approved:\n{entry}"})
    shipped.commit()
    change(shipped, "list switched")
    found = blocks(preview(shipped.root, "--format", "markdown").stdout)
    pasted(shipped, found, owner="network team", reason="Ticket 12", expires="2027-01-31")

    assert "  # below the entries of wsus-egress:approved" == found[STAGING].splitlines()[0]
    assert 0 == preview(shipped.root).exit_code


def test_a_changed_set_is_shown_as_what_came_and_went(shipped: GitProject) -> None:
    """A rule with a long list of names is not written out twice."""
    edited(shipped, CASES["wildcard"][0])
    page = preview(shipped.root, "--format", "markdown").stdout
    row = next(line for line in page.splitlines() if line.startswith("| ~ | azure-application"))

    assert "+ <code>&#42;.contoso.com</code>" in row
    assert "becomes" not in row
    assert len(row) < 200


def test_quotas_are_told_where_they_matter(shipped: GitProject) -> None:
    """What a change uses more of, with what it used; not every limit of the cloud."""
    edited(shipped, CASES["wildcard"][0])
    page = preview(shipped.root, "--format", "markdown", "--env", "staging").stdout
    quotas = page[page.index("<summary>Quotas") :].partition("</details>")[0]

    assert ", previously " in quotas
    assert "rules of the network security group" not in quotas
