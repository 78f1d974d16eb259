"""Pulumi: `stack export`, `preview --json` and import files.

Measured with engine 3.259; the values that stand for what is unknown or secret are those of
pulumi/pulumi, `sdk/go/common/resource/plugin`, 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from wsus_egress.readers.formats.kinds import kind_of
from wsus_egress.readers.formats.things import Contents, Path, Ref, State, Thing
from wsus_egress.readers.resources import UNKNOWN

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_UNKNOWN: Final = frozenset(
    ("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
     "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
     "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
     "dd056dcd-154b-4c76-9bd3-c8f88648b5ff")
)  # fmt: skip
_HIDDEN: Final = "[secret]"


def export(found: Contents, data: Mapping[str, Any]) -> None:
    """`pulumi stack export`, or the state as a bucket keeps it."""
    top, inner = (
        ("deployment", data.get("deployment")) if "deployment" in data else ("checkpoint", None)
    )
    path: Path = (top, "resources")
    if inner is None:
        inner = (data.get("checkpoint") or {}).get("latest") or {}
        path = (top, "latest", "resources")
    if inner.get("pending_operations"):
        found.gap(
            "operations are pending, and the state may be behind", path=(top, "pending_operations")
        )
    for number, each in enumerate(inner.get("resources") or ()):
        if not each.get("delete") and not each.get("pendingReplacement"):
            _add(found, each, (*path, number))


def preview(found: Contents, data: Mapping[str, Any]) -> None:
    """`pulumi preview --json`: each resource's last new state."""
    for each in data.get("diagnostics") or ():
        if each.get("severity") == "error":
            found.gap(
                "the preview ended with an error, and resources may be missing",
                path=("diagnostics",),
            )
            break
    last: dict[str, tuple[Mapping[str, Any], Path]] = {}
    for number, step in enumerate(data["steps"]):
        if isinstance(state := step.get("newState"), Mapping) and not str(
            step.get("op")
        ).startswith("delete"):
            last[str(step.get("urn"))] = state, ("steps", number, "newState")
    changes = data.get("changeSummary") or {}
    shown = any(str(step.get("op")) == "same" for step in data["steps"])
    if changes.get("same") and not shown:
        found.gap(
            f"{changes['same']} unchanged resources are not in the preview; run it with --show-sames",
            path=("changeSummary",),
        )
    for state, path in last.values():
        _add(found, state, path)


def states(found: Contents, resources: Sequence[Mapping[str, Any]]) -> None:
    """States of resources, as a refresh has them before and after."""
    for number, each in enumerate(resources):
        _add(found, each, ("resources", number))


def import_file(found: Contents, _: Mapping[str, Any]) -> None:
    """An import file: names and ids, and no rules."""
    found.gap(
        "an import file has no rules; give `pulumi stack export` instead", path=("resources",)
    )


def _add(found: Contents, state: Mapping[str, Any], path: Path) -> None:
    type_, urn = str(state.get("type")), str(state.get("urn"))
    kind = kind_of(type_)
    name = urn.rpartition("::")[2]
    depends = state.get("propertyDependencies") or {}
    if kind == "not-judged":
        made_from = frozenset(key for key, urns in depends.items() if urns)
        known = State(type_, state.get("inputs") or {}, made_from)
        found.gap(f"{name} ({type_}) is not judged", path=path, state=known)
    if kind in ("", "not-judged"):
        return
    # What is only read has no inputs.
    key = "inputs" if state.get("inputs") or not state.get("external") else "outputs"
    body = {
        name_: _value(value, tuple(str(u).lower() for u in depends.get(name_) or ()))
        for name_, value in (state.get(key) or {}).items()
        if name_ != "__defaults"
    }
    outputs = state.get("outputs") or {}
    ids = [urn, str(state.get("id") or ""), *(str(outputs.get(k) or "") for k in ("id", "arn"))]
    every = frozenset(each.lower() for each in ids if each)
    found.things.append(Thing(kind, name, body, found.file, (*path, key), every))


def _value(value: Any, depends: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        if value in _UNKNOWN:
            return Ref(depends) if depends else UNKNOWN
        return UNKNOWN if value == _HIDDEN else value
    if isinstance(value, list):
        return [_value(each, depends) for each in value]
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return _secret(value, depends)
        return {k: _value(v, depends) for k, v in value.items() if k != "__defaults"}
    return value


def _secret(value: Mapping[str, Any], depends: tuple[str, ...]) -> Any:
    """A secret: in clear with --show-secrets, as text of JSON."""
    try:
        return _value(json.loads(value["plaintext"]), depends)
    except (KeyError, TypeError, ValueError):
        return UNKNOWN
