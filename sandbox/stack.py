"""`make up` and `make down`: the environment `sandbox`, deployed by the real engine to stand-ins.

    python3 sandbox/stack.py up           the same without make
    python3 sandbox/stack.py up mine      the environment `mine`, by own.py

Both recover by themselves from a run that was killed.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import env
from place import Place

STACK = "sandbox"
_WHATEVER = "`make clean` removes the sandbox whatever its state is"

NEXT_STEPS = """
Both clouds above are stand-ins on this machine: no account was used and nothing left the machine.
The policy above is what `pulumi up` deployed to them. What to try next:

  .venv/bin/wsus-egress explain https://sws.update.microsoft.com/    who decides, rule by rule
  .venv/bin/python sandbox/visit.py --from 10.23.0.10 http://crl.microsoft.com/    a request, and the firewall's log
  add an entry to config/endpoints/wsus.yaml, `make up`              only its rules change
  edit .sandbox/cloud/aws.json, then                                 drift, found and mended
    python3 tools/env.py -- pulumi refresh --stack sandbox
  make up ENV=dev                                                    another environment, or yours
  make down                                                          removes all of it
  pulumi up --stack prod                                             your accounts: docs/deploy.md
"""


def place() -> Place:
    """Where the sandbox lives: in the checkout, its state and clouds in `.sandbox`."""
    folder = env.sandbox_directory(env.ROOT)
    return Place(STACK, env.ROOT, folder, env.engine_environment(env.ROOT))


def up() -> int:
    """Deploy the sandbox and show its policy."""
    here = place()
    here.state.mkdir(parents=True, exist_ok=True)
    if not here.wait_for_others():
        return 1
    here.recover()
    # config/Pulumi.sandbox.yaml carries the salt that this would write: it stays as it is.
    status = here.make()
    if status != 0:
        return status
    print("Deploying the environment `sandbox` to stand-ins of AWS and Azure on this machine")
    status = here.pulumi(["up", "--yes", "--skip-preview"]).returncode
    if status != 0:
        return status
    sys.stdout.flush()
    command_line = env.ROOT / ".venv" / "bin" / "wsus-egress"
    shown = subprocess.run([command_line, "preview", "--env", STACK], check=False, cwd=env.ROOT)
    if shown.returncode != 0:
        print(
            "error: the sandbox is deployed, but its policy could not be shown without a finding: "
            f"it says why above (wsus-egress preview ended with status {shown.returncode})",
            file=sys.stderr,
        )
        return shown.returncode
    print(NEXT_STEPS)
    return 0


def down() -> int:
    """Destroy the sandbox and remove its stack; engine, stand-ins and `.venv` stay."""
    here = place()
    if not here.exists():
        print("The sandbox is not deployed: nothing to remove")
        return 0
    if not here.wait_for_others():
        return 1
    here.recover()
    if here.exists():
        status = here.destroy()
        if status != 0:
            print(_WHATEVER, file=sys.stderr)
            return status
    stacks = here.state / ".pulumi" / "stacks"
    if not any(stacks.glob("*/*.json")):
        here.start_afresh()  # No stack of the user's own lives there: history and backups can go.
    print("The sandbox is removed; the engine, the stand-ins and .venv stay for the next `make up`")
    return 0


def of_own(action: str, environment: str) -> int:
    """Run own.py, which needs the packages of `.venv`."""
    python = env.ROOT / ".venv" / "bin" / "python"
    command = [str(python), str(Path(__file__).with_name("own.py")), action, environment]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    """Run `up` or `down`."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["up", "down"])
    parser.add_argument(
        "environment",
        nargs="?",
        default=STACK,
        help="an environment's name, or the path of its settings file; `sandbox` by default",
    )
    arguments = parser.parse_args()
    if env.engine_folder(env.ROOT) is None:
        print("error: there is no Pulumi engine yet: run `make setup`", file=sys.stderr)
        return 1
    try:
        if arguments.environment != STACK:
            return of_own(arguments.action, arguments.environment)
        return up() if arguments.action == "up" else down()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
