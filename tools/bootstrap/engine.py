"""Finds, installs or builds the Pulumi engine.

Whatever is installed goes into the per-user cache, keyed by version, so that a second checkout
finds it. It is prepared in a folder of its own and renamed when it is complete.
"""

import functools
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import env
from bootstrap import golang
from bootstrap.console import SetupError, last_words, run_long, say
from bootstrap.exclusive import exclusive

OLDEST_ENGINE = (3, 200, 0)
INSTALLER = "https://get.pulumi.com/install.sh"
_REACH_TIMEOUT = 5.0
_PROGRAMS = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")
_OWN_PULUMI = (
    "install Pulumi yourself (https://www.pulumi.com/docs/install/), `make setup` will use it"
)


def ensure_engine(root: Path) -> Path:
    """Finds or installs an engine, notes the choice for `env.py`, and returns its folder."""
    folder = users_own() or _sound(env.cached_engine())
    if folder is None:
        _install()
        folder = env.cached_engine()
    record = env.engine_record(root)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(f"{folder}\n", encoding="utf-8")
    return folder


def is_ready() -> bool:
    """Whether `ensure_engine` will have nothing to install."""
    return users_own() is not None or _sound(env.cached_engine()) is not None


def users_own() -> Path | None:
    """The folder of the user's own `pulumi`, where it is new enough to serve."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    folder = Path(found).resolve().parent
    # The programs stand side by side in Pulumi's own packages, or all on PATH (Homebrew, Nix).
    if not all((folder / name).exists() or shutil.which(name) for name in _PROGRAMS):
        return None
    version = version_of(Path(found))
    return folder if version is not None and version >= OLDEST_ENGINE else None


def version_of(pulumi: Path) -> tuple[int, ...] | None:
    """The version that a `pulumi` reports, or nothing if it does not run."""
    try:
        now = pulumi.stat()
    except OSError:
        return None
    return _version(pulumi, (now.st_ino, now.st_mtime_ns, now.st_size))


@functools.cache  # A set-up asks twice, and an answer takes half a second.
def _version(pulumi: Path, _state: tuple[int, ...]) -> tuple[int, ...] | None:
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [pulumi, "version"],
            capture_output=True,
            check=True,
            env=environment,
            text=True,
            timeout=60,  # A good engine on a busy machine must not be built again.
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout.strip())
    return tuple(int(part) for part in match.groups()) if match else None


def _complete(folder: Path) -> Path | None:
    return folder if all((folder / name).is_file() for name in _PROGRAMS) else None


def _sound(folder: Path) -> Path | None:
    """The folder if its engine also runs: one that a full disk or a crash cut off is there and does not."""
    complete = _complete(folder)
    return complete if complete and version_of(complete / "pulumi") is not None else None


def _install() -> None:
    cache = env.cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    with exclusive(cache / "engine.lock", "the Pulumi engine"):
        if _sound(env.cached_engine()) is not None:
            return  # Another set-up installed it while this one waited.
        for left_behind in cache.glob("*.partial"):
            shutil.rmtree(left_behind, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(suffix=".partial", dir=cache))
        try:
            if not _run_installer(partial):
                golang.build(partial / "bin")
            _check(partial / "bin")
            final = env.cached_engine().parent
            shutil.rmtree(final, ignore_errors=True)
            partial.chmod(0o755)
            partial.rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    say(f"The Pulumi engine {env.ENGINE_VERSION} is ready for every checkout of this user")


def _run_installer(folder: Path) -> bool:
    """Try Pulumi's own installer; return whether it was reachable and succeeded."""
    try:
        with urllib.request.urlopen(INSTALLER, timeout=_REACH_TIMEOUT) as response:
            script: bytes = response.read()
    except OSError:
        say(f"Pulumi's installer ({INSTALLER}) cannot be reached from here")
        return False
    say(f"Installing the Pulumi engine {env.ENGINE_VERSION} with {INSTALLER}")
    path = folder / "install.sh"
    path.write_bytes(script)
    log = env.cache_directory() / "installer.log"
    arguments = ["--no-edit-path", "--install-root", str(folder), "--version", env.ENGINE_VERSION]
    succeeded = run_long(
        ["sh", path, *arguments],
        log=log,
        doing="Pulumi's installer",
        estimate="about 1 min",
    )
    path.unlink()
    if not succeeded or _complete(folder / "bin") is None:
        say(f"Pulumi's installer did not succeed: {last_words(log)} (all it said: {log})")
        shutil.rmtree(folder / "bin", ignore_errors=True)
        return False
    return True


def _check(folder: Path) -> None:
    """Refuse to keep an engine that does not run."""
    if _sound(folder) is None:
        raise SetupError(
            "the Pulumi engine that was installed does not run",
            "nothing can be deployed without it",
            f"Run `make setup` again, or {_OWN_PULUMI}",
        )
