"""`lists`: which endpoint lists settings can name, and a copy of one of the package's."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from click.testing import CliRunner
from paths import ROOT
from sample import GOOD_LIST

from wsus_egress.cli.main import main
from wsus_egress.config.lists import shipped_lists


def run(*arguments: str) -> tuple[int, str]:
    """The exit status, and what the command prints."""
    result = CliRunner().invoke(main, ["lists", *arguments])
    return result.exit_code, result.output


def test_the_lists_of_the_package_and_the_projects_own(tmp_path: Path) -> None:
    """Each with what it is for, and where it is from; one that is used instead says so."""
    (tmp_path / "endpoints").mkdir()
    for name in ("mine", "wsus"):
        (tmp_path / "endpoints" / f"{name}.yaml").write_text(GOOD_LIST, encoding="utf-8")
    status, text = run("--project", str(tmp_path))
    rows = {line.split()[0]: re.split("  +", line)[1:] for line in text.splitlines()}

    assert (0, 6) == (status, len(rows))
    assert ["1 endpoint", "A list", "endpoints/mine.yaml"] == rows["mine"]
    assert "endpoints/wsus.yaml, instead of the package's" == rows["wsus"][-1]
    assert ["The reference page's list", "from the package"] == rows["wsus-reference"][1:]


def test_in_the_packages_own_repository_they_are_files() -> None:
    """There none is used instead of another."""
    _, text = run("--project", str(ROOT))

    assert text.splitlines()[-1].endswith("  config/endpoints/wsus.yaml")


def test_a_list_is_printed_to_be_copied(tmp_path: Path) -> None:
    """All of it but the path to a schema, which a copy would not find; a project's own does not count."""
    (tmp_path / "endpoints").mkdir()
    (tmp_path / "endpoints" / "wsus.yaml").write_text("", encoding="utf-8")
    status, text = run("wsus", "--project", str(tmp_path))
    original = (shipped_lists() / "wsus.yaml").read_text(encoding="utf-8")

    assert (0, yaml.safe_load(original)) == (status, yaml.safe_load(text))
    assert ("", text) == (original.removesuffix(text).partition("\n")[2], text)


def test_a_list_that_is_none(tmp_path: Path) -> None:
    """An unknown name and a broken own list end in a sentence."""
    assert (2, True) == ((said := run("wsu"))[0], said[1].startswith("the package has no list 'wsu'; the choices are automatic-updates,"))  # fmt: skip
    (tmp_path / "endpoints").mkdir()
    (tmp_path / "endpoints" / "mine.yaml").write_text("title: 7\n", encoding="utf-8")
    status, text = run("--project", str(tmp_path))

    assert (2, True) == (status, text.startswith("endpoints/mine.yaml:1: "))
