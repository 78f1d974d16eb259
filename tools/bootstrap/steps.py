"""The order of the steps of `make setup`: the soonest useful first."""

import signal
import subprocess
import sys
from types import FrameType
from typing import NoReturn

import env
from bootstrap import engine, golang
from bootstrap.actionlint import ensure_actionlint
from bootstrap.console import SetupError, say
from bootstrap.languages import ensure_languages
from bootstrap.mermaid import ensure_mermaid
from bootstrap.prerequisites import require_prerequisites
from bootstrap.suricata import ensure_suricata
from bootstrap.virtualenv import ensure_virtualenv

INTERRUPTED = 130


def show_what_works_already() -> None:
    """Run the offline check: the command line works before the engine exists."""
    say(
        "Ready without an engine: `.venv/bin/wsus-egress check`, `preview` and `explain`. The check:"
    )
    command = env.ROOT / ".venv" / "bin" / "wsus-egress"
    finished = subprocess.run([command, "check"], cwd=env.ROOT, check=False)
    say(f"(wsus-egress check ended with status {finished.returncode})")


def install_stand_ins() -> None:
    """Installs the stand-ins of the two clouds' providers into the private Pulumi home."""
    state = env.sandbox_directory(env.ROOT) / "state"
    state.mkdir(parents=True, exist_ok=True)
    environment = env.engine_environment(env.ROOT)
    command = [env.ROOT / ".venv" / "bin" / "python", env.ROOT / "sandbox" / "install_providers.py"]
    if subprocess.run(command, cwd=env.ROOT, env=environment, check=False).returncode != 0:
        raise SetupError(
            "the stand-ins for the clouds' providers could not be installed",
            "the sandbox deploys to them",
            "The lines above say what went wrong; `make clean setup` starts afresh",
        )


def set_up() -> None:
    """Install what is missing, the soonest useful first."""
    require_prerequisites()
    changed = ensure_virtualenv(env.ROOT)
    if changed or not engine.is_ready():
        show_what_works_already()
    folder = engine.ensure_engine(env.ROOT)
    ensure_languages()
    install_stand_ins()
    ensure_suricata(env.ROOT)
    ensure_actionlint()
    ensure_mermaid()
    golang.tidy()
    say(f"Set up: .venv, the Pulumi engine in {folder}, the stand-ins in .sandbox")


def _stopped(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    """Set up, and turn an error into one line."""
    signal.signal(signal.SIGTERM, _stopped)
    try:
        set_up()
    except SetupError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"error: {problem}: `make setup` could not write or run it", file=sys.stderr)
        return 1
    except subprocess.SubprocessError as problem:
        said = (getattr(problem, "stderr", None) or "").strip() or "it said nothing"
        print(
            f"error: {problem}: {said.splitlines()[-1]}. `make setup` continues where it stopped",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("stopped: `make setup` continues where it stopped", file=sys.stderr)
        return INTERRUPTED
    return 0
