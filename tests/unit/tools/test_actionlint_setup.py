"""actionlint in the set-up: the user's own, a cached one, or none and a word about it."""

from __future__ import annotations

from pathlib import Path

import pytest

import env
from bootstrap import actionlint, golang
from bootstrap.console import SetupError


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


def go(alone: Path, build: str) -> None:
    """A Go that is new enough, and what it does for a build."""
    make(alone / "bin" / "go", f'if [ "$1" = env ]; then echo go1.99.0; else {build}; fi')


def test_the_users_own(alone: Path) -> None:
    """One on PATH is taken."""
    program = make(alone / "bin" / "actionlint")
    assert program == actionlint.ensure_actionlint()


def test_a_built_one_is_kept(alone: Path) -> None:
    """It is built once, by the Go on PATH but in caches of ours, and is on the sandbox's PATH."""
    go(
        alone,
        'echo "$GOCACHE $GOMODCACHE $GOTOOLCHAIN" >>"$XDG_CACHE_HOME/built"; '
        'while [ "$1" != -o ]; do shift; done; : >"$2"',
    )
    first, second = actionlint.ensure_actionlint(), actionlint.ensure_actionlint()
    assert (env.cached_actionlint(), first) == (first, second)
    work = env.cache_directory() / "build"
    assert f"{work}/compiled {work}/modules local\n" == (alone / "cache" / "built").read_text()
    assert str(env.cached_actionlint().parent) in env.sandbox_settings(alone)["PATH"]


def test_without_go_there_is_a_word(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The set-up goes on, and says what is not judged."""
    make(alone / "bin" / "go", "echo go1.1.0")  # Too old.

    def no_pip(_: Path) -> Path:
        raise SetupError("there is no Go", "pip has none", "Install it")

    monkeypatch.setattr(golang, "_install_go", no_pip)
    found = actionlint.ensure_actionlint()
    told = capsys.readouterr().out
    assert (None, True) == (found, "not linted by it: there is no Go: pip has none." in told)


def test_a_build_that_fails_leaves_nothing(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failed build reports the compiler's error, and returns None."""
    go(alone, "echo broken >&2; exit 1")
    found = actionlint.ensure_actionlint()
    told = capsys.readouterr().out
    assert (None, True) == (
        found,
        "not linted by it: actionlint could not be built: broken." in told,
    )
    assert "install actionlint yourself" in told
    assert not env.cached_actionlint().exists()
