"""`make up ENV=...` with the real engine: up, a clean preview, and down again.

Every example and every shipped environment goes this way at each release; each takes ten seconds, so
`make test` runs those that invent something of every kind, and WSUS_EGRESS_TRY=all runs all of them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from paths import ROOT

import own
from env import private_engine
from place import Place

EXAMPLES = sorted((ROOT / "docs" / "examples" / "settings").glob("Pulumi.*.yaml"))
SHIPPED = sorted((ROOT / "config").glob("Pulumi.*.yaml"))
ALL = {str(file.relative_to(ROOT)): file for file in (*SHIPPED, *EXAMPLES)}
SOME = (
    "config/Pulumi.prod.yaml",
    "docs/examples/settings/Pulumi.aws-vpc.yaml",
    "docs/examples/settings/Pulumi.azure-existing-policy.yaml",
)

pytestmark = pytest.mark.engine


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let everything of the tried environment live in the test's folder."""

    def place_of(name: str) -> Place:
        folder = tmp_path / name
        settings = private_engine(folder)
        return Place(
            name,
            folder / "project",
            folder,
            settings | {"WSUS_EGRESS_SANDBOX_WORLD": str(folder / "world.yaml")},
        )

    monkeypatch.setattr(own, "place_of", place_of)
    return tmp_path


@pytest.mark.parametrize("file", ALL if os.environ.get("WSUS_EGRESS_TRY") == "all" else SOME)
def test_an_environment_is_tried(file: str, place: Path) -> None:
    """It deploys the first time, finds nothing to do the second time, and leaves nothing."""
    before = {file: file.read_bytes() for file in (*SHIPPED, *EXAMPLES)}
    name, _ = own.find(str(ALL[file]))
    asked = name if ALL[file] in SHIPPED else str(ALL[file])

    assert 0 == own.up(asked)
    again = own.place_of(name).pulumi(["preview", "--expect-no-changes"], quiet=True)
    assert 0 == again.returncode, again.stdout + again.stderr
    assert 0 == own.down(asked)

    assert not (place / name).exists()
    assert before == {file: file.read_bytes() for file in (*SHIPPED, *EXAMPLES)}


def test_a_wrong_file_deploys_nothing(
    place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It gives the messages of `check`, with the file's lines, and ends before the engine starts."""
    file = tmp_path / "Pulumi.wrong.yaml"
    text = (ROOT / "config" / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("10.20.0.10", "10.20.0.10/8"), encoding="utf-8")

    assert 2 == own.up(str(file))

    told = capfd.readouterr()
    assert "config/Pulumi.wrong.yaml:8: servers[0].addresses[0]: " in told.out + told.err
    assert "Traceback" not in told.err
    assert not (place / "wrong" / "world.yaml").exists()
