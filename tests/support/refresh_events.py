"""The events of `pulumi refresh --preview-only --json`, written for a stack and what somebody did to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from guarded import deployed

from wsus_egress.config.project import load_environments
from wsus_egress.controls.compile import compile_target
from wsus_egress.readers.resources import Resource

SUMMARY: Mapping[str, Any] = {"summaryEvent": {"resourceChanges": {"same": 1}}}


def stack_of(root: Path, environment: str) -> list[Resource]:
    """What one of the shipped environments deploys."""
    (loaded,) = load_environments(root, [environment])
    return [
        each
        for target in loaded.targets
        for each in deployed(d for c in compile_target(loaded, target) for d in c.documents("wsus"))
    ]


def state(resource: Resource, stack: str = "prod") -> dict[str, Any]:
    """A resource as the engine's state has it."""
    plain = {k: v for k, v in resource.properties.items() if k not in ("id", "arn")}
    return {
        "type": resource.type,
        "urn": f"urn:pulumi:{stack}::wsus-egress::{resource.type}::{resource.name}",
        "id": resource.properties.get("id"),
        "inputs": {**plain, "__defaults": []},
        "outputs": {**resource.properties},
    }


def step(operation: str, before: Resource, after: Resource | None) -> dict[str, Any]:
    """What the engine says of a resource when it has looked."""
    new = None if after is None else state(after)
    metadata = {"op": operation, "old": state(before), "new": new}
    return {"resOutputsEvent": {"metadata": metadata}}


def events(
    resources: Sequence[Resource],
    now: Mapping[str, Resource | None],
    folder: Path,
    operation: str = "update",
) -> Path:
    """A file of events: resources by name are as `now` says, None for gone, and the others the same."""
    lines: list[Any] = [{"resourcePreEvent": {"metadata": {"op": "refresh"}}}]
    for each in resources:
        if each.name not in now:
            lines.append(step("same", each, each))
            continue
        found = now[each.name]
        lines.append(step("delete" if found is None else operation, each, found))
    path = folder / "refresh.json"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (*lines, SUMMARY)))
    return path
