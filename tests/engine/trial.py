"""A small Pulumi project that a test deploys to private stand-in clouds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

ENGINE_SECONDS = 120


@dataclass(frozen=True)
class Stack:
    """A Pulumi project in a folder, deployed to private stand-in clouds."""

    folder: Path
    environment: Mapping[str, str]

    def write(self, program: str) -> None:
        """Make this the stack's program."""
        (self.folder / "__main__.py").write_text(dedent(program), encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        """A command of the engine, for this stack."""
        return ["pulumi", *arguments, "--non-interactive", "--color", "never"]

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Run the engine, and return its output, standard error included."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=ENGINE_SECONDS,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    def up(self, *arguments: str, fails: bool = False) -> str:
        """`pulumi up`, without the preview that comes first."""
        return self.run("up", "--yes", "--skip-preview", *arguments, fails=fails)

    def steps(self) -> dict[str, dict[str, Any]]:
        """The operations that a preview predicts, by the resource's name in the program."""
        text = self.run("preview", "--json")
        steps = json.loads(text[text.index("{") :])["steps"]
        return {step["urn"].rsplit("::", 1)[-1]: step for step in steps}

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        answer: dict[str, Any] = json.loads(self.run("stack", "output", "--json"))
        return answer

    @property
    def cloud(self) -> Path:
        """The folder of the stand-in clouds' files."""
        return Path(self.environment["WSUS_EGRESS_SANDBOX_CLOUD"])

    def held(self, cloud: str) -> dict[str, dict[str, dict[str, Any]]]:
        """The content of a stand-in cloud, by type and id."""
        file = self.cloud / f"{cloud}.json"
        if not file.exists():
            return {}
        resources: dict[str, dict[str, dict[str, Any]]] = json.loads(file.read_text("utf-8"))
        return resources["resources"]

    def edit(self, cloud: str, resources: Mapping[str, Any]) -> None:
        """Change a cloud without the engine."""
        self.cloud.mkdir(exist_ok=True)
        file = self.cloud / f"{cloud}.json"
        file.write_text(json.dumps({"resources": resources}), encoding="utf-8")

    def operations(self) -> list[tuple[str, str]]:
        """`pulumi up`, and what the engine did, in the order in which it was done."""
        log = self.folder / "events.json"
        debug = Stack(self.folder, {**self.environment, "PULUMI_DEBUG_COMMANDS": "true"})
        debug.up("--event-log", str(log))
        events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        done = [event["resOutputsEvent"]["metadata"] for event in events
                if "resOutputsEvent" in event]  # fmt: skip
        return [
            (step["op"], step["urn"].rsplit("::", 1)[-1]) for step in done if step["op"] != "same"
        ]
