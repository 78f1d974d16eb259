"""Which Suricata the set-up takes: only one of the series that AWS runs, and only one that runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import env
from bootstrap import debian, suricata

Make = Callable[[Path, str], Path]


@pytest.fixture
def make() -> Make:
    """Makes a program that prints a text."""

    def make_program(path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nprintf '%s\\n' '{text}'\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make_program


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without anything in the cache, on a machine without apt, with an own PATH."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv(env.SURICATA, raising=False)
    monkeypatch.setattr(debian, "is_debian", lambda: False)
    return tmp_path


def test_the_users_own(alone: Path, make: Make) -> None:
    """One of the series on PATH is taken and noted for the tests."""
    program = make(alone / "bin" / "suricata", "This is Suricata version 7.0.10 RELEASE")
    assert program == suricata.ensure_suricata(alone)
    assert program == env.suricata_program(alone)
    assert str(program) == env.sandbox_settings(alone)["WSUS_EGRESS_SURICATA"]


@pytest.mark.parametrize(
    "text",
    ["This is Suricata version 6.0.10 RELEASE", "This is Suricata version 8.0.0 RELEASE", ""],
)
def test_another_series(
    alone: Path, make: Make, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another one on PATH is left alone: the set-up says what is skipped, and goes on."""
    make(alone / "bin" / "suricata", text)
    assert suricata.ensure_suricata(alone) is None
    assert env.suricata_program(alone) is None
    assert "WSUS_EGRESS_SURICATA" not in env.sandbox_settings(alone)
    said = capsys.readouterr().out
    assert said.startswith("note: without Suricata 7.0 the tests that judge")
    assert "brew install suricata" in said


def test_one_in_the_cache(alone: Path, make: Make) -> None:
    """One that another checkout's set-up left in the cache is taken, with nothing to install."""
    program = make(env.cached_suricata(), "This is Suricata version 7.0.3 RELEASE")
    assert program == env.suricata_program(alone)
    assert program == suricata.ensure_suricata(alone)


def test_one_that_is_named(alone: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the variable names comes first, where it is there."""
    chosen = make(alone / "bin" / "suricata", "This is Suricata version 7.0.10 RELEASE")
    suricata.ensure_suricata(alone)
    named = make(alone / "own" / "suricata", "")
    monkeypatch.setenv(env.SURICATA, str(named))
    assert named == env.suricata_program(alone)
    named.unlink()
    assert chosen == env.suricata_program(alone)


def test_one_that_has_gone(alone: Path, make: Make) -> None:
    """What was noted and is not there any more is forgotten."""
    program = make(alone / "bin" / "suricata", "This is Suricata version 7.0.10 RELEASE")
    assert program == suricata.ensure_suricata(alone)
    program.unlink()
    assert env.suricata_program(alone) is None
    assert suricata.ensure_suricata(alone) is None
    assert not env.suricata_record(alone).exists()
