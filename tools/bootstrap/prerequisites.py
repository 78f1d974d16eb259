"""Checks what the machine must have before the set-up installs anything."""

import importlib.util
import shutil

from bootstrap.console import SetupError, say


def require_prerequisites() -> None:
    """Stop if something required is missing; print a note for something optional."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise SetupError(
            f"this Python has no {' and no '.join(missing)}",
            "the project keeps its dependencies in a virtual environment",
            "Install it: `apt-get install python3-venv` on Debian and Ubuntu",
        )
    if shutil.which("git") is None:
        say(
            "note: git is not on PATH: `wsus-egress preview --base` compares with a git revision. "
            "Install it: `apt-get install git`, `dnf install git` or `brew install git`."
        )
