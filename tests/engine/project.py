"""A copy of the project with its own state and its own stand-in clouds, for one test."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paths import ROOT

from env import copy_program, private_engine


@dataclass(frozen=True, slots=True)
class Project:
    """The program and its configuration, in a folder that a test may change."""

    root: Path

    @classmethod
    def copy_to(cls, folder: Path) -> Project:
        """Copy what a stack needs; the package and the plugins are those of the checkout."""
        root = folder / "project"
        copy_program(root)
        shutil.copytree(ROOT / "config", root / "config")
        return cls(root)

    def environment(self) -> dict[str, str]:
        """The engine's environment, with this test's own state and clouds."""
        return private_engine(self.root.parent)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder."""
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine."""
        return self.run("pulumi", *arguments, "--non-interactive")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `wsus-egress`."""
        return self.run("wsus-egress", *arguments)

    def up(self, stack: str) -> None:
        """Deploy a stack for the first time."""
        created = self.pulumi("stack", "init", stack)
        assert 0 == created.returncode, created.stderr
        result = self.pulumi("up", "--yes", "--skip-preview", "--stack", stack)
        assert 0 == result.returncode, result.stdout + result.stderr

    def export(self, stack: str) -> dict[str, Any]:
        """The stack's state."""
        result = self.pulumi("stack", "export", "--stack", stack)
        exported: dict[str, Any] = json.loads(result.stdout)
        return exported if exported["deployment"].get("resources") else _EMPTY

    def plant(self, cloud: str, resources: Mapping[str, Any]) -> None:
        """Let others have resources before anything is deployed.

        Args:
            cloud: The stand-in's file without its ending: `aws` or `azure-native`.
            resources: What they have, by type and id.
        """
        file = self.root.parent / "cloud" / f"{cloud}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"resources": resources}), encoding="utf-8")

    def last_operations(self, stack: str) -> dict[str, int]:
        """How many resources the last update created, updated, replaced, deleted, left."""
        result = self.pulumi("stack", "history", "--json", "--stack", stack)
        changes: dict[str, int] = json.loads(result.stdout)[0]["resourceChanges"]
        return changes

    def add_endpoint(self, name: str, pattern: str) -> None:
        """Append an entry to an endpoint list."""
        with (self.root / "config" / "endpoints" / f"{name}.yaml").open("a") as file:
            file.write(
                f'  - pattern: "{pattern}"\n    schemes: [https]\n    purpose: a test\n'
                "    source: a test\n    date: 2026-11-01\n"
            )


_EMPTY: dict[str, Any] = {"deployment": {"resources": []}}
