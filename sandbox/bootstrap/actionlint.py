"""actionlint, by which a test judges the workflow files: the user's own, or one built once.

Only that test needs it, so a machine without a Go compiler is told, and set up anyway.
"""

import os
import shutil
import subprocess
from pathlib import Path

import env
from bootstrap.console import say
from bootstrap.exclusive import exclusive

_MODULE = env.ROOT / "sandbox" / "engine" / "actionlint"
_PROGRAM = "github.com/rhysd/actionlint/cmd/actionlint"
_LONGEST_BUILD_SECONDS = 600


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
    except (OSError, subprocess.SubprocessError) as problem:
        reason = getattr(problem, "stderr", "") or problem
        say(f"note: without actionlint the workflow files are not linted by it: {reason}")
        return None
    return program


def _build(program: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise OSError("there is no Go on PATH to build it with")
    program.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(program.parent.parent / ".lock", "actionlint"):
        if program.is_file():
            return
        say(f"Building actionlint {env.ACTIONLINT_VERSION}: about 20 s, once for every checkout")
        # Whole or not there: another set-up may look for it meanwhile.
        unfinished = program.with_name(".actionlint.part")
        subprocess.run(
            [go, "build", "-mod=readonly", "-o", unfinished, _PROGRAM],
            cwd=_MODULE,
            env=os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"},
            check=True,
            capture_output=True,
            text=True,
            timeout=_LONGEST_BUILD_SECONDS,
        )
        unfinished.replace(program)
