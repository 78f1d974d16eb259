"""Twelve recorded changes: every page is the one that was looked at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cases import BEFORE, CASES, Case
from click.testing import CliRunner
from gitproject import GitProject

from wsus_egress.cli.main import main

FOLDER = Path(__file__).resolve().parent
FORMATS = {"text": "txt", "markdown": "md", "json": "json"}


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def changed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose work tree has a case's change, uncommitted."""
    case: Case = request.param
    project = GitProject.make(tmp_path_factory.mktemp(case.name), BEFORE)
    project.write(case.after())
    return case, project.root


Project = tuple[Case, Path]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_page_is_the_recorded_one(
    changed: Project, format_: str, pytestconfig: pytest.Config
) -> None:
    """What is printed is the golden file, to the letter; `--update-goldens` writes it anew."""
    case, root = changed
    arguments = ["preview", "--project", str(root), "--base", "HEAD", "--format", format_]
    result = CliRunner().invoke(main, [*arguments, "--today", "2026-11-24"])
    golden = FOLDER / case.name / f"preview.{FORMATS[format_]}"
    found = result.output if format_ != "json" else _short(result.output)
    if pytestconfig.getoption("--update-goldens"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found, encoding="utf-8")
    expected = golden.read_text(encoding="utf-8") if golden.exists() else ""
    actual = golden.with_suffix(f"{golden.suffix}.actual")
    if found != expected:
        actual.write_text(found, encoding="utf-8")
    else:
        actual.unlink(missing_ok=True)
    assert (case.status, expected) == (result.exit_code, found)


def _short(output: str) -> str:
    """The part of the JSON that a change makes: the documents have tests of their own."""
    found = json.loads(output)
    kept = {key: value for key, value in found.items() if key != "environments"}
    if "changes" not in kept:
        kept = {key: found[key] for key in ("version", "problems")}
    return json.dumps(kept, indent=2) + "\n"
