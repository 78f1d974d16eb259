"""The project's `.venv`: hash-pinned dependencies and the project itself, editable."""

import hashlib
import os
import subprocess
import venv
from pathlib import Path

from bootstrap.console import SetupError, last_words, run_long, say

_LOCKS = ("requirements.txt", "tools/requirements.txt")
PIP_INSTALL = (
    *("-m", "pip", "install"),
    "--no-compile",  # Of the cloud SDKs' 17,000 modules, few are ever imported.
    *("--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
)
_STAMP = ".wsus-egress-setup"


def ensure_virtualenv(root: Path) -> bool:
    """Bring `.venv` in line with the lock files; return whether anything changed."""
    folder = root / ".venv"
    stamp = folder / _STAMP
    fingerprint = _fingerprint(root)
    # A crash can leave anything in it; what is not the fingerprint has the dependencies installed again.
    stamped = stamp.read_text(encoding="utf-8", errors="replace") if stamp.is_file() else ""
    # Useless after the Python was upgraded or the checkout moved: its programs name their place.
    works = _works(folder) and (not stamped or stamped.endswith(f" {root}\n"))
    if works and stamped == fingerprint:
        return False
    if not works:
        say("Creating .venv")
        venv.create(folder, clear=True, with_pip=True, symlinks=os.name != "nt")
    stamp.unlink(missing_ok=True)
    say("Installing the pinned dependencies into .venv (about 2 min the first time)")
    requirements = [argument for lock in _LOCKS for argument in ("-r", lock)]
    _pip(root, "dependencies", ["--require-hashes", *requirements])
    # Offline by construction: the build backend is among the dependencies.
    _pip(root, "project", ["--no-deps", "--no-index", "--no-build-isolation", "-e", "."])
    stamp.write_text(fingerprint, encoding="utf-8")
    return True


def _works(folder: Path) -> bool:
    python = folder / "bin" / "python"
    if not python.exists():
        return False
    try:
        answer = subprocess.run(
            [python, "-m", "pip", "--version"], capture_output=True, check=False
        )
    except OSError:  # Cut off, or not executable.
        return False
    return answer.returncode == 0


def _fingerprint(root: Path) -> str:
    """Changes when the lock files, the project's metadata or the checkout's place changes."""
    digest = hashlib.sha256()
    for name in (*_LOCKS, "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return f"{digest.hexdigest()} {root}\n"


def _pip(root: Path, what: str, arguments: list[str]) -> None:
    python = root / ".venv" / "bin" / "python"
    log = root / ".venv" / f"install-{what}.log"
    if not run_long(
        [python, *PIP_INSTALL, *arguments],
        log=log,
        cwd=root,
        doing=f"pip installs the {what}",
        estimate="about 2 min",
        phase=_phase,
    ):
        raise SetupError(
            f"pip could not install the {what}",
            last_words(log),
            f"Check that pip reaches its package index (`pip config list`); all it said: {log}",
        )


def _phase(line: str) -> str:
    first, _, rest = line.partition(" ")
    if first == "Collecting":
        return f"fetching {rest.partition('==')[0]}"
    return "unpacking" if line.startswith("Installing collected packages") else ""
