"""Finds or builds actionlint, with which a test checks the workflow files.

Only that test needs it: where the build fails, the set-up says so and continues.
"""

import shutil
import subprocess
from pathlib import Path

import env
from bootstrap import golang
from bootstrap.console import SetupError, say
from bootstrap.exclusive import exclusive

_PROGRAM = "github.com/rhysd/actionlint/cmd/actionlint"


def ensure_actionlint() -> Path | None:
    """Finds or builds actionlint.

    Returns:
        None where it cannot be had; the user has been told then.
    """
    found = shutil.which("actionlint")
    if found is not None:
        return Path(found)
    program = env.cached_actionlint()
    if program.is_file():
        return program
    try:
        _build(program)
    except (SetupError, OSError, subprocess.SubprocessError) as problem:
        say(f"note: without actionlint the workflow files are not linted by it: {problem}")
        return None
    return program


def _build(program: Path) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(program.parent.parent / ".lock", "actionlint"):
        if program.is_file():
            return
        say(f"Building actionlint {env.ACTIONLINT_VERSION}: about 20 s, once for every checkout")
        # Whole or not there: another set-up may look for it meanwhile.
        unfinished = program.parent.parent / "unfinished" / program.name
        unfinished.parent.mkdir(exist_ok=True)
        with golang.toolchain() as build:
            build("actionlint", _PROGRAM, unfinished)
        unfinished.replace(program)
