"""Leaves the cloud as it is and the stack empty, and imports into it, for tests of what is adopted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml
from project import Project

STACK = "sandbox"
SWITCHES = {"deleteAllPolicyResources", "revokeRulesOnDelete", "skipDestroy"}
"""Inputs that stay with the provider: no cloud has them, so no import reads them."""


def resources(project: Project) -> dict[str, dict[str, Any]]:
    """What the stack has in the cloud, by name."""
    return {
        each["urn"].rpartition("::")[2]: each
        for each in project.export(STACK)["deployment"]["resources"]
        if each["custom"] and not each["type"].startswith("pulumi:providers:")
    }


def identity(project: Project) -> dict[str, str]:
    """Each resource's id by its URN, which has the types of all its parents."""
    return {each["urn"]: each["id"] for each in resources(project).values()}


def forget(project: Project) -> None:
    """Leave the stack without a resource, and the cloud as it is."""
    exported = project.export(STACK)
    exported["deployment"]["resources"] = []
    path = project.root / "empty.json"
    path.write_text(json.dumps(exported), encoding="utf-8")
    done = project.pulumi("stack", "import", "--stack", STACK, "--file", str(path))
    assert 0 == done.returncode, done.stderr


def configure(project: Project, settings: Mapping[str, Any]) -> None:
    """Write the environment."""
    path = project.root / "config" / f"Pulumi.{STACK}.yaml"
    path.write_text(yaml.safe_dump({"config": settings}), encoding="utf-8")


def changes(project: Project) -> set[tuple[str, str, str]]:
    """What a preview would do in the cloud: operation, resource, input."""
    result = project.pulumi("preview", "--stack", STACK, "--json")
    assert 0 == result.returncode, result.stdout + result.stderr
    steps = json.loads(result.stdout[result.stdout.index("{") :])["steps"]
    return {
        (step["op"], step["urn"].rpartition("::")[2], reason)
        for step in steps
        if step["op"] != "same" and step.get("newState", step.get("oldState", {})).get("custom")
        for reason in (step.get("diffReasons") or [""])
    }


def imported(project: Project, path: str) -> None:
    """Import a file into the stack."""
    done = project.pulumi(
        "import", "--stack", STACK, "--file", path, "--yes", "--skip-preview",
        "--protect=false", "--generate-code=false",
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
