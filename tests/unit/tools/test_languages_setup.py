"""The hosts of TypeScript, Go and YAML: the user's own, built ones, or none and a word about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import env
from bootstrap import golang, languages
from bootstrap.console import SetupError
from bootstrap.exclusive import exclusive

HOSTS = ["pulumi-language-nodejs", "pulumi-language-go", "pulumi-language-yaml"]
Build = Callable[[str, str, Path], None]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is built, on a machine with nothing on PATH and nothing in the cache."""
    names: list[str] = []

    def build(_module: str, _package: str, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        target.touch()
        names.append(target.name)

    @contextmanager
    def toolchain() -> Iterator[Build]:
        yield build

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(golang, "toolchain", toolchain)
    monkeypatch.setattr(env, "engine_folder", lambda _: tmp_path / "engine")
    return names


def host(folder: Path, name: str) -> None:
    """A host on the user's PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).touch()
    (folder / name).chmod(0o755)


def test_what_is_missing_is_built_once(built: list[str]) -> None:
    """The hosts and the writer of SDKs, into the cache."""
    languages.ensure_languages()
    languages.ensure_languages()

    assert [*HOSTS, "sdkgen"] == built
    assert {*HOSTS, "sdkgen"} == {path.name for path in env.cached_languages().iterdir()}


def test_hosts_of_the_users_own_are_taken(built: list[str], tmp_path: Path) -> None:
    """Only the writer of SDKs is built; without one of them later, all that is missing is."""
    for name in HOSTS:
        host(tmp_path / "bin", name)
    languages.ensure_languages()
    assert ["sdkgen"] == built

    (tmp_path / "bin" / HOSTS[0]).unlink()
    languages.ensure_languages()
    assert ["sdkgen", HOSTS[0], "sdkgen"] == built
    assert [] == languages.missing()


def test_hosts_beside_the_engine_are_taken(built: list[str], tmp_path: Path) -> None:
    """Pulumi's installer brings them with the engine, into a folder that is not on PATH yet."""
    for name in HOSTS:
        host(tmp_path / "engine", name)
    languages.ensure_languages()

    assert (["sdkgen"], []) == (built, languages.missing())


def test_a_build_that_fails_is_told(
    built: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The set-up goes on, and says what is skipped."""

    def broken() -> None:
        raise SetupError("sdkgen could not be built", "no network", "Try again")

    monkeypatch.setattr(golang, "toolchain", broken)
    languages.ensure_languages()

    assert [] == built
    told = capsys.readouterr().out
    assert told.startswith(f"note: without {', '.join([*HOSTS, 'sdkgen'])} the tests of stacks in")
    assert "no network" in told
    assert not env.cached_languages().exists()


def test_the_compilers_cache_is_left_to_one_that_builds(
    built: list[str],
) -> None:
    """It is removed only where no other set-up builds."""
    del built
    cache = env.cache_directory()
    (cache / "build").mkdir(parents=True)
    with exclusive(cache / "build.lock", "x"):
        golang.tidy()
        kept = (cache / "build").is_dir()
    golang.tidy()

    assert (True, False) == (kept, (cache / "build").is_dir())
