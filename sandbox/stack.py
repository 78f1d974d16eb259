"""`make up` and `make down`: the environment `sandbox`, deployed by the real engine to stand-ins.

Both recover by themselves from a run that was killed: what they clear is this checkout's private
state of clouds that do not exist, so nothing can be lost by it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import env

PROJECT = "wsus-egress"
STACK = "sandbox"
_PATIENCE = 120.0
_WHATEVER = "`make clean` removes the sandbox whatever its state is"

NEXT_STEPS = """
Both clouds above are stand-ins on this machine: no account was used and nothing left the machine.
The policy above is what `pulumi up` deployed to them. What to try next:

  .venv/bin/wsus-egress explain https://sws.update.microsoft.com/    who decides, rule by rule
  add an entry to config/endpoints/wsus.yaml, `make up`              only its rules change
  edit .sandbox/cloud/aws.json, then                                 drift, found and mended
    python3 tools/env.py -- pulumi refresh --stack sandbox
  make down                                                          removes all of it
  pulumi up --stack prod                                             your accounts: docs/deploy.md
"""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on the stack, as the engine's local backend writes it."""

    path: Path
    process: int

    def is_held(self) -> bool:
        """Whether the process that took the lock is a running `pulumi`, not a zombie."""
        try:
            answer = subprocess.run(
                ["ps", "-o", "stat=,comm=", "-p", str(self.process)],
                capture_output=True,
                check=False,
                text=True,
            )
        except FileNotFoundError:
            return self._is_alive()  # No `ps`: then any process counts.
        return "pulumi" in answer.stdout and not answer.stdout.lstrip().startswith("Z")

    def _is_alive(self) -> bool:
        if self.process <= 0:
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # Another user's.
        return True


def pulumi(arguments: Sequence[str], *, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the engine on the sandbox; print its output unless `quiet`."""
    return subprocess.run(
        ["pulumi", *arguments, "--stack", STACK, "--non-interactive"],
        capture_output=quiet,
        check=False,
        cwd=env.ROOT,
        env=env.engine_environment(env.ROOT),
        text=True,
    )


def state_folder() -> Path:
    """The local backend's folder."""
    return env.sandbox_directory(env.ROOT) / "state"


def stack_exists() -> bool:
    """Whether the stack exists already."""
    return (state_folder() / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json").is_file()


def locks() -> list[Lock]:
    """The locks on the stack, held or left behind."""
    folder = state_folder() / ".pulumi" / "locks" / "organization" / PROJECT / STACK
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(Lock(path, int(json.loads(path.read_text(encoding="utf-8"))["pid"])))
        except (OSError, ValueError, KeyError, TypeError):
            # Gone meanwhile, or cut off by the same kill: no running process has process id 0.
            found.append(Lock(path, 0))
    return found


def wait_for_others() -> bool:
    """Wait for a `pulumi` that still works on the stack; return whether it ended in time."""
    deadline = time.monotonic() + _PATIENCE
    said = False
    while held := [lock for lock in locks() if lock.is_held()]:
        if not said:
            print(f"pulumi (process {held[0].process}) is still at work on the sandbox: waiting")
            said = True
        if time.monotonic() > deadline:
            print(
                f"error: pulumi (process {held[0].process}) has the sandbox locked: stop it, then "
                "run this again",
                file=sys.stderr,
            )
            return False
        time.sleep(0.5)
    return True


def recover() -> None:
    """Clear what a killed run left behind, and print what that was."""
    if locks():
        pulumi(["cancel", "--yes"], quiet=True)
        for lock in locks():  # One that was cut off while it was written is none to the engine.
            lock.path.unlink(missing_ok=True)
        print("The last run was killed: its lock on the sandbox is cleared (`pulumi cancel`).")
    damage = what_cannot_be_resumed()
    if damage is not None:
        # With real clouds one looks at what is there and imports it. These are stand-ins.
        start_afresh()
        print(f"The last run was killed {damage}: the stand-in clouds and the stack start afresh.")


def what_cannot_be_resumed() -> str | None:
    """The damage of a killed run from which the engine cannot continue, or None.

    A resource that was being created may or may not exist now; all else the engine settles itself.
    """
    if not stack_exists():
        return None
    exported = pulumi(["stack", "export"], quiet=True)
    if exported.returncode != 0:
        reason = (exported.stderr.strip() or "no reason given").splitlines()[0]
        return f"and left a state that cannot be read ({reason})"
    deployment = json.loads(exported.stdout).get("deployment") or {}
    creating = [
        operation["resource"]["urn"].rpartition("::")[2]
        for operation in deployment.get("pending_operations") or []
        if operation["type"] == "creating"
    ]
    return f"while it created {', '.join(creating)}" if creating else None


def start_afresh() -> None:
    """Remove the sandbox's state and the content of the stand-in clouds."""
    for folder in (state_folder(), env.sandbox_directory(env.ROOT) / "cloud"):
        shutil.rmtree(folder, ignore_errors=True)
    state_folder().mkdir(parents=True)


def up() -> int:
    """Deploy the sandbox and show its policy."""
    state_folder().mkdir(parents=True, exist_ok=True)
    if not wait_for_others():
        return 1
    recover()
    if not stack_exists():
        # config/Pulumi.sandbox.yaml carries the salt that this would write: it stays as it is.
        made = pulumi(["stack", "init"], quiet=True)
        if made.returncode != 0:
            sys.stderr.write(made.stderr)
            return made.returncode
    print("Deploying the environment `sandbox` to stand-ins of AWS and Azure on this machine")
    status = pulumi(["up", "--yes", "--skip-preview"]).returncode
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
    if not stack_exists():
        print("The sandbox is not deployed: nothing to remove")
        return 0
    if not wait_for_others():
        return 1
    recover()
    if stack_exists():
        status = pulumi(["destroy", "--yes", "--skip-preview"]).returncode
        if status != 0:
            print(_WHATEVER, file=sys.stderr)
            return status
        # Without --preserve-config this would delete the committed config/Pulumi.sandbox.yaml.
        removed = pulumi(["stack", "rm", "--yes", "--preserve-config"], quiet=True)
        if removed.returncode != 0:
            sys.stderr.write(removed.stderr)
            print(_WHATEVER, file=sys.stderr)
            return removed.returncode
    stacks = state_folder() / ".pulumi" / "stacks"
    if not any(stacks.glob("*/*.json")):
        start_afresh()  # No stack of the user's own lives there: history and backups can go.
    print("The sandbox is removed; the engine, the stand-ins and .venv stay for the next `make up`")
    return 0


def main() -> int:
    """Run `up` or `down`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["up", "down"])
    if env.engine_folder(env.ROOT) is None:
        print("error: there is no Pulumi engine yet: run `make setup`", file=sys.stderr)
        return 1
    try:
        return up() if parser.parse_args().action == "up" else down()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
