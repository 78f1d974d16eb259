"""Mermaid in the set-up: fetched once, only with the expected content, or a word about it."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

import env
from bootstrap import mermaid


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without anything in the cache, whose npm packs what the folder has and counts its runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "bin").mkdir()
    with tarfile.open(tmp_path / "packed.tgz", "w:gz") as archive:
        for name, text in (("dist/mermaid.tiny.js", b"draw()"), ("LICENSE", b"MIT")):
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    program = tmp_path / "bin" / "npm"
    program.write_text(
        f'#!/bin/sh\necho "$@" >>{tmp_path}/runs\ncp {tmp_path}/packed.tgz mermaid.tgz\n'
    )
    program.chmod(0o755)
    return tmp_path


def test_it_is_fetched_once(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script and its licence lie in the cache; a second set-up asks npm for nothing."""
    digest = base64.b64encode(hashlib.sha512((alone / "packed.tgz").read_bytes()).digest())
    monkeypatch.setattr(mermaid, "_SHA512", digest.decode())
    first, second = mermaid.ensure_mermaid(), mermaid.ensure_mermaid()
    assert (env.cached_mermaid(), first) == (first, second)
    assert ["draw()", "MIT"] == [
        (env.cached_mermaid() / name).read_text() for name in (mermaid.SCRIPT, mermaid.LICENSE)
    ]
    assert ["pack --silent @mermaid-js/tiny@11.17.2"] == (alone / "runs").read_text().splitlines()


def test_another_content_is_refused(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the registry serves under that version is not the package that was looked at."""
    assert (alone / "packed.tgz").is_file()
    assert mermaid.ensure_mermaid() is None
    assert "has another content than expected" in capsys.readouterr().out
    assert not env.cached_mermaid().exists()
    assert ["mermaid.lock"] == [path.name for path in env.cache_directory().iterdir()]


def test_without_npm_there_is_a_word(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The set-up goes on, and says what the site lacks."""
    monkeypatch.setenv("PATH", str(alone / "nothing"))
    assert mermaid.ensure_mermaid() is None
    said = capsys.readouterr().out
    assert "shows its diagrams as text: there is no npm on PATH: npm fetches it." in said
