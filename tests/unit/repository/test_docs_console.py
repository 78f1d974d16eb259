"""Sessions on the pages: each command is run, and says what the page shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from paths import ROOT

PAGES = sorted(
    page
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if "\n```console\n" in page.read_text(encoding="utf-8")
)
SESSION = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
DAY = "2026-11-24"
"""A day on which nothing that the examples name has expired."""


def commands(text: str) -> list[tuple[str, str]]:
    """A session's commands, each with what the page shows of its output."""
    return [
        (command, said)
        for command, said in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
    ]


def shows(said: str, output: str) -> bool:
    """Whether the output is what the page shows, where a line of dots stands for any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", said, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*".join(parts), output) is not None


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose environments are the whole files for common situations."""
    program = shutil.which("wsus-egress")
    assert program is not None
    shutil.copytree(ROOT / "docs" / "examples" / "settings", tmp_path / "config")
    shutil.copytree(ROOT / "config" / "endpoints", tmp_path / "config" / "endpoints")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    command = tmp_path / "bin" / "wsus-egress"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {program} "$@" --today {DAY}\n')
    command.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_session_is_what_happens(page: Path, project: Path) -> None:
    """The page's commands, one after another in one project."""
    for session in SESSION.findall(page.read_text(encoding="utf-8")):
        assert commands(session)
        for command, said in commands(session):
            done = subprocess.run(
                ["sh", "-c", f'PATH="{project / "bin"}:$PATH"; {command}'],
                cwd=project, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert not done.stderr
            assert shows(said, done.stdout), (command, done.stdout)


def test_another_output_is_noticed() -> None:
    """A line that is missing, or another one, is not what the page shows."""
    assert shows("a\n...\nc\n", "a\nb\nb\nc\n")
    assert shows("a\n...\n", "a\n")
    assert not shows("a\nc\n", "a\nb\nc\n")
    assert not shows("a\n...\nc\n", "a\nb\n")
