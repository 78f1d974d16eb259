"""`make up` and `make down` report what goes wrong, and return it as their status."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import env
import stack
from bootstrap import steps
from place import Lock, Place

Answer = subprocess.CompletedProcess[str]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Answer]:
    """An engine on an empty checkout, with answers by command; `preview` is the command line's."""
    answers: dict[str, Answer] = {}

    def answer(arguments: Sequence[Any], **_: Any) -> Answer:
        command = str(arguments[1])
        if command == "stack":
            command = f"stack {arguments[2]}"
        return answers.get(command, subprocess.CompletedProcess(arguments, 0, "{}", ""))

    monkeypatch.setattr(env, "ROOT", tmp_path)
    monkeypatch.setattr(env, "engine_environment", lambda _: {})
    monkeypatch.setattr(subprocess, "run", answer)
    return answers


def failed(said: str, status: int = 7) -> Answer:
    """The answer of a program that failed."""
    return subprocess.CompletedProcess([], status, "", said)


def deployed(place: Place) -> None:
    """Let the stack exist."""
    path = place.state / ".pulumi" / "stacks" / "wsus-egress" / f"{place.stack}.json"
    path.parent.mkdir(parents=True)
    path.touch()


def test_a_stack_that_stays_is_said_to(
    engine: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    """`make down` prints the engine's own error, and how to remove the sandbox anyway."""
    deployed(stack.place())
    engine["stack rm"] = failed("error: it is in use\n")

    assert 7 == stack.down()
    told = capsys.readouterr().err
    assert told.startswith("error: it is in use\n")
    assert "`make clean` removes the sandbox" in told


def test_a_policy_that_cannot_be_shown_is_no_success(
    engine: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    """If the preview fails, `make up` returns its status."""
    assert 0 == stack.up()
    assert "What to try next" in capsys.readouterr().out

    engine["preview"] = failed("", 2)
    assert 2 == stack.up()
    told = capsys.readouterr()
    assert "preview ended with status 2" in told.err
    assert "What to try next" not in told.out


def test_a_lock_is_judged_without_ps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Any process that runs may be the one that holds it; one that has gone cannot."""
    monkeypatch.setenv("PATH", str(tmp_path))
    gone = subprocess.Popen(["/bin/sh", "-c", ":"])
    gone.wait()

    assert [True, False, False] == [
        Lock(tmp_path, process).is_held() for process in (os.getpid(), gone.pid, 0)
    ]


@pytest.mark.parametrize("said", ["", "go: no such module\n"])
def test_a_program_that_fails_in_the_set_up_is_one_line(
    said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names the program and its last line of output, without a traceback."""

    def fails() -> None:
        raise subprocess.CalledProcessError(1, ["go", "list"], stderr=said)

    monkeypatch.setattr(steps, "set_up", fails)

    assert 1 == steps.main()
    told = capsys.readouterr().err
    assert told.startswith("error: Command '['go', 'list']' returned non-zero exit status 1.")
    assert (said.strip() or "it said nothing") in told
    assert 1 == told.count("\n")
