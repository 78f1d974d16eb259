"""A set-up that is killed, two at once, and what a crash leaves: the next set-up works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import env
from bootstrap import engine, golang, languages, virtualenv

# The installer's place is taken by one that writes three scripts and says in a file that it ran.
# `KILL` names the moment at which the set-up dies.
_SET_UP = """
import os, signal, sys, time
from pathlib import Path
import env
from bootstrap import engine

def die(moment):
    if os.environ.get("KILL") == moment:
        os.kill(os.getpid(), signal.SIGKILL)

def installer(folder):
    with Path(os.environ["RAN"]).open("a") as file:
        file.write("ran\\n")
    die("nothing is written")
    (folder / "bin").mkdir()
    for name in engine._PROGRAMS:
        program = folder / "bin" / name
        program.write_text("#!/bin/sh\\necho v3.259.0\\n")
        program.chmod(0o755)
        die("one program is written")
    time.sleep(float(os.environ.get("SLEEP", "0")))
    die("all are written")
    return True

rename = Path.rename
def renamed(self, target):
    die("the old folder is gone")
    return rename(self, target)

Path.rename = renamed
engine._run_installer = installer
print(engine.ensure_engine(Path(os.environ["CHECKOUT"])))
"""
_MOMENTS = [
    "nothing is written",
    "one program is written",
    "all are written",
    "the old folder is gone",
]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with an empty cache and no engine of their own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv(env.SURICATA, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(env.ROOT / "tools"))
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))
    monkeypatch.setenv("CHECKOUT", str(tmp_path))
    if engine.users_own() is not None:
        pytest.skip("an engine of the system's own would be taken")
    return tmp_path


def _set_up(**settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _SET_UP],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=30)
    assert (0, "") == (process.returncode, err)
    return out


def _left_in_the_cache() -> list[str]:
    return sorted(
        path.name for path in env.cache_directory().iterdir() if path.suffix == ".partial"
    )


@pytest.mark.parametrize("moment", _MOMENTS)
def test_a_killed_set_up(alone: Path, moment: str) -> None:
    """The next one installs the engine whole, and removes what the dead one left."""
    killed = _set_up(KILL=moment)
    killed.communicate(timeout=30)
    assert -signal.SIGKILL == killed.returncode
    assert not env.cached_engine().exists()
    assert 1 == len(_left_in_the_cache())

    _finish(_set_up())
    assert env.cached_engine() == env.engine_folder(alone)
    assert (3, 259, 0) == engine.version_of(env.cached_engine() / "pulumi")
    assert [] == _left_in_the_cache()


def test_two_at_once(alone: Path) -> None:
    """One installs, the other waits for it and takes what it installed."""
    said = [_finish(each) for each in [_set_up(SLEEP="0.5"), _set_up(SLEEP="0.5")]]
    assert "ran\n" == (alone / "ran").read_text(encoding="utf-8")
    assert all(text.endswith(f"{env.cached_engine()}\n") for text in said)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("left", [b"", b"\x7fELF\x02\x01", b"#!/bin/sh\nexit 1\n"])
def test_a_damaged_engine(left: bytes) -> None:
    """One in the cache that does not run is not taken for one: it is installed again."""
    _finish(_set_up())
    (env.cached_engine() / "pulumi").write_bytes(left)
    assert not engine.is_ready()

    _finish(_set_up())
    assert engine.is_ready()


@pytest.mark.parametrize("left", [b"", b"\0\0\0\0", b"\xff\xfe", b"a\0b\n", b"/a\0b\n", b"/gone\n"])
def test_a_damaged_note(alone: Path, left: bytes) -> None:
    """A note of the engine's or Suricata's place that says nothing usable is passed over."""
    _finish(_set_up())
    env.engine_record(alone).write_bytes(left)
    env.suricata_record(alone).write_bytes(left)
    assert env.cached_engine() == env.engine_folder(alone)
    assert env.suricata_program(alone) is None


def _damage(folder: Path, how: str) -> None:
    python, stamp = folder / "bin" / "python", folder / ".wsus-egress-setup"
    match how:
        case "python is gone":
            python.unlink()
        case "python points nowhere":
            python.unlink()
            python.symlink_to("/gone/python3")
        case "python is cut off":
            python.unlink()
            python.write_bytes(b"\x7fELF\x02\x01")
            python.chmod(0o755)
        case "python is not executable":
            python.unlink()
            python.write_bytes(b"")
        case "the stamp is cut off":
            stamp.write_bytes(stamp.read_bytes()[:20])
        case "the stamp is not text":
            stamp.write_bytes(b"\xff\0\xfe")


@pytest.mark.parametrize(
    "how",
    [
        "python is gone",
        "python points nowhere",
        "python is cut off",
        "python is not executable",
        "the stamp is cut off",
        "the stamp is not text",
    ],
)
def test_a_damaged_venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """It is made anew, the dependencies are installed again, and the set-up after that has nothing to do."""
    made: list[Path] = []
    installed: list[str] = []

    def create(folder: Path, **_options: object) -> None:
        made.append(folder)
        python = folder / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.unlink(missing_ok=True)
        python.write_text("#!/bin/sh\n", encoding="utf-8")
        python.chmod(0o755)

    monkeypatch.setattr("venv.create", create)
    monkeypatch.setattr(virtualenv, "_pip", lambda _root, what, _arguments: installed.append(what))
    (tmp_path / "tools").mkdir()
    for name in ("requirements.txt", "tools/requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert virtualenv.ensure_virtualenv(tmp_path)
    assert not virtualenv.ensure_virtualenv(tmp_path)

    _damage(tmp_path / ".venv", how)
    assert virtualenv.ensure_virtualenv(tmp_path)
    assert not virtualenv.ensure_virtualenv(tmp_path)
    assert [tmp_path / ".venv"] * 2 == made
    assert ["dependencies", "project"] * 2 == installed


def test_what_a_killed_build_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next build of the language hosts removes the folder of one that was killed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(languages, "missing", lambda: ["sdkgen"])
    left = env.cache_directory() / "tmpdead.languages" / "bin"
    left.mkdir(parents=True)

    def no_toolchain() -> object:
        raise OSError("Go is not there")

    monkeypatch.setattr(golang, "toolchain", no_toolchain)
    languages.ensure_languages()
    assert ["languages.lock"] == [path.name for path in env.cache_directory().iterdir()]
