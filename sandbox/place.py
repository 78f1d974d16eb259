"""Where a stack of the sandbox lives, and how it recovers from a run that was killed.

What recovery clears is this checkout's private state of clouds that do not exist, so nothing can be
lost by it. For example a lock whose `pulumi` has gone is cleared, and a state in which a resource was
being created starts afresh. Nothing but the standard library: `make up` starts with any Python.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 120.0


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


@dataclass(frozen=True, slots=True)
class Place:
    """A stack with its program, its state and its stand-in clouds.

    Attributes:
        stack: The stack's name.
        program: The folder of Pulumi.yaml.
        folder: Has `state` and `cloud`.
        settings: The environment of every process that works on it.
    """

    stack: str
    program: Path
    folder: Path
    settings: Mapping[str, str]

    @property
    def state(self) -> Path:
        """The local backend's folder."""
        return self.folder / "state"

    def pulumi(
        self, arguments: Sequence[str], *, quiet: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run the engine on the stack; print its output unless `quiet`."""
        return subprocess.run(
            ["pulumi", *arguments, "--stack", self.stack, "--non-interactive"],
            capture_output=quiet,
            check=False,
            cwd=self.program,
            env=dict(self.settings),
            text=True,
        )

    def exists(self) -> bool:
        """Whether the stack exists already, whatever its project is called."""
        stacks = self.state / ".pulumi" / "stacks"
        return any(file.name == f"{self.stack}.json" for file in stacks.glob("*/*.json"))

    def locks(self) -> list[Lock]:
        """The locks on the stack, held or left behind."""
        folder = self.state / ".pulumi" / "locks" / "organization"
        found = []
        for path in sorted(folder.glob("*/*/*.json")):
            if path.parent.name != self.stack:
                continue
            try:
                found.append(Lock(path, int(json.loads(path.read_text(encoding="utf-8"))["pid"])))
            except (OSError, ValueError, KeyError, TypeError):
                # Gone meanwhile, or cut off by the same kill: no running process has process id 0.
                found.append(Lock(path, 0))
        return found

    def wait_for_others(self) -> bool:
        """Wait for a `pulumi` that still works on the stack; return whether it ended in time."""
        deadline = time.monotonic() + _PATIENCE
        said = False
        while held := [lock for lock in self.locks() if lock.is_held()]:
            who = f"pulumi (process {held[0].process})"
            if not said:
                print(f"{who} is still at work on `{self.stack}`: waiting")
                said = True
            if time.monotonic() > deadline:
                print(
                    f"error: {who} has `{self.stack}` locked: stop it, then run this again",
                    file=sys.stderr,
                )
                return False
            time.sleep(0.5)
        return True

    def recover(self) -> None:
        """Clear what a killed run left behind, and print what that was."""
        if self.locks():
            self.pulumi(["cancel", "--yes"], quiet=True)
            for (
                lock
            ) in self.locks():  # One that was cut off while it was written is none to the engine.
                lock.path.unlink(missing_ok=True)
            print(
                f"The last run was killed: its lock on `{self.stack}` is cleared (`pulumi cancel`)."
            )
        damage = self._damage()
        if damage is not None:
            # With real clouds one looks at what is there and imports it. These are stand-ins.
            self.start_afresh()
            print(
                f"The last run was killed {damage}: the stand-in clouds and the stack start afresh."
            )

    def _damage(self) -> str | None:
        """The damage of a killed run from which the engine cannot continue, or None.

        A resource that was being created may or may not exist now; all else the engine settles itself.
        """
        if not self.exists():
            return None
        exported = self.pulumi(["stack", "export"], quiet=True)
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

    def start_afresh(self) -> None:
        """Remove the state and the content of the stand-in clouds."""
        for folder in (self.state, self.folder / "cloud"):
            shutil.rmtree(folder, ignore_errors=True)
        self.state.mkdir(parents=True)

    def make(self) -> int:
        """Make the stack if it does not exist; return the engine's status."""
        if self.exists():
            return 0
        made = self.pulumi(["stack", "init"], quiet=True)
        if made.returncode != 0:
            sys.stderr.write(made.stderr)
        return made.returncode

    def destroy(self) -> int:
        """Destroy what is deployed and remove the stack; return the engine's status."""
        status = self.pulumi(["destroy", "--yes", "--skip-preview"]).returncode
        if status != 0:
            return status
        # Without --preserve-config this would delete the environment's settings file.
        removed = self.pulumi(["stack", "rm", "--yes", "--preserve-config"], quiet=True)
        if removed.returncode != 0:
            sys.stderr.write(removed.stderr)
        return removed.returncode
