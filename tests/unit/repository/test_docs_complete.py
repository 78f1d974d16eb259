"""The documentation covers each command, option and setting; and its tutorial is true."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from gitproject import GitProject
from paths import ROOT

from wsus_egress.cli.main import main

DOCS = ROOT / "docs"
SCHEMAS = ROOT / "components" / "wsus_egress" / "schemas"
WORD = re.compile(r"[A-Za-z0-9]+")


def rows(page: str) -> list[tuple[list[str], set[str]]]:
    """What the rows of a page's tables have in backticks: in the first cell, and in the second."""
    cells = [line.split("|") for line in (DOCS / page).read_text().splitlines() if "|" in line]
    return [
        (re.findall(r"`([^`]+)`", row[1]), set(re.findall(r"`([^`]+)`", row[2])))
        for row in cells if len(row) > 3
    ]  # fmt: skip


def test_every_command_is_in_the_reference() -> None:
    """The page lists every command, and no other."""
    listed = {name for names, _ in rows("commands.md") for name in names}

    assert set(main.commands) == {name for name in listed if re.fullmatch("[a-z]+", name)}


def test_every_option_is_in_the_reference() -> None:
    """The page lists each option with exactly the commands that have it."""
    documented = {
        (option, command)
        for options, commands in rows("commands.md")
        for option in options if option.startswith("-")
        for command in commands if command in main.commands
    }  # fmt: skip
    real = {
        (option, name)
        for name, command in main.commands.items()
        for parameter in command.params if isinstance(parameter, click.Option)
        for option in parameter.opts
    }  # fmt: skip

    assert real == documented


def test_every_format_is_in_the_reference() -> None:
    """The choices of `preview --format` are those of its row."""
    (choices,) = (
        parameter.type.choices
        for parameter in main.commands["preview"].params
        if isinstance(parameter.type, click.Choice)
    )
    (row,) = (
        line
        for line in (DOCS / "commands.md").read_text().splitlines()
        if line.startswith("| `--format` | `preview`")
    )

    assert list(choices) == re.findall(r"`(\w+)`", row.split("|")[4])


def properties(schema: Any) -> Iterator[str]:
    """The names of all settings of a JSON Schema, at any depth."""
    if isinstance(schema, dict):
        named = schema.get("properties")
        yield from named if isinstance(named, dict) else ()
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else ():
        yield from properties(part)


@pytest.mark.parametrize("name", ["environment.json", "endpoint-list.json"])
def test_every_setting_is_in_the_reference(name: str) -> None:
    """The settings' types make the schemas; the page has each of their names."""
    settings = set(properties(json.loads((SCHEMAS / name).read_text())))
    said = set(WORD.findall((DOCS / "configuration.md").read_text()))

    assert 10 <= len(settings) or name == "endpoint-list.json"
    assert set() == settings - said


BLOCK = re.compile(r"^```(sh|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> GitProject:
    """The project's configuration in a repository of its own, with the command where it would be.

    The day is one on which nothing that the pages or the shipped environments name has expired.
    """
    program = shutil.which("wsus-egress")
    assert program is not None
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    command = tmp_path / ".venv" / "bin" / "wsus-egress"
    command.parent.mkdir(parents=True)
    command.write_text(
        f'#!/bin/sh\nday="--today 2026-11-24"\n[ "$1" != explain ] || day=\nexec {program} "$@" $day\n'
    )
    command.chmod(0o755)
    return GitProject.make(tmp_path, {".gitignore": ".venv\n"})


def test_the_tutorial_does_what_it_says(copy: GitProject) -> None:
    """Its first blocks, one after another, but for the engine's: the unapproved widening alone fails.

    The fifth step needs the deployed firewall: tests/engine/test_from_a_log.py runs it.
    """
    text, _, later = (DOCS / "tutorial.md").read_text().partition("\n## 5. ")
    assert later
    staging = copy.root / "config" / "Pulumi.staging.yaml"
    done = []
    for language, block in BLOCK.findall(text):
        if language == "yaml":
            staging.write_text(staging.read_text() + block)
        elif not block.startswith("make "):
            done.append(
                subprocess.run(
                    ["sh", "-ec", block], cwd=copy.root, env=copy.variables(), text=True,
                    capture_output=True, check=False,
                )
            )  # fmt: skip
    see, _, opened, approved = done

    assert [0, 0, 1, 0] == [each.returncode for each in done], [each.stderr for each in done]
    assert ": no finding\n" in see.stdout
    assert ["allow", "deny"] == re.findall(r"^  policy: (\w+)", see.stdout, re.MULTILINE)
    assert "NOT APPROVED (config/Pulumi.staging.yaml:" in opened.stdout
    assert '- {what: azure/http+https/updates.example.com, owner: ""' in opened.stdout
    assert "approved by network team until 2027-06-30" in approved.stdout
    assert ["allow"] == re.findall(r"^  policy: (\w+)", approved.stdout, re.MULTILINE)
