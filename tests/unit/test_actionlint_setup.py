"""actionlint in the set-up: the user's own, a cached one, or none and a word about it."""

from __future__ import annotations

from pathlib import Path

import pytest

import env
from bootstrap import actionlint


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without anything in the cache, with an own PATH."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def make(path: Path, text: str = "exit 0") -> Path:
    """A program of a shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_users_own(alone: Path) -> None:
    """One on PATH is taken."""
    program = make(alone / "bin" / "actionlint")
    assert program == actionlint.ensure_actionlint()


def test_a_built_one_is_kept(alone: Path) -> None:
    """It is built once, by the Go on PATH, and is on the PATH of what runs in the sandbox."""
    make(
        alone / "bin" / "go",
        'echo x >>"$XDG_CACHE_HOME/built"; while [ "$1" != -o ]; do shift; done; : >"$2"',
    )
    first, second = actionlint.ensure_actionlint(), actionlint.ensure_actionlint()
    assert (env.cached_actionlint(), first) == (first, second)
    assert "x\n" == (alone / "cache" / "built").read_text()
    assert str(env.cached_actionlint().parent) in env.sandbox_settings(alone)["PATH"]


def test_without_go_there_is_a_word(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The set-up goes on, and says what is not judged."""
    del alone
    found = actionlint.ensure_actionlint()
    told = capsys.readouterr()
    assert (None, True) == (found, "there is no Go on PATH" in told.out + told.err)


def test_a_build_that_fails_leaves_nothing(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the compiler says is told, and there is no program."""
    make(alone / "bin" / "go", "echo broken >&2; exit 1")
    found = actionlint.ensure_actionlint()
    told = capsys.readouterr()
    assert (None, True) == (found, "not linted by it: broken" in told.out + told.err)
    assert not env.cached_actionlint().exists()
