"""The JSON Schema of `preview --format json`: closed, so that a new key is a new version or a test fails."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 0}
_YES_OR_NO = {"type": "boolean"}
_LINE = {"type": ["integer", "null"], "minimum": 1}
_FILE = {"type": ["string", "null"]}
_SCHEMES = {"type": "array", "items": {"enum": ["http", "https"]}}
_FIDELITY = {"enum": ["exact", "wider", "narrower", "opaque"]}


def preview_schema() -> dict[str, Any]:
    """The schema, with `changes` and `findings` where there is a base."""
    schema = _object(
        {
            "version": {"const": 1},
            "environments": _list(_environment()),
            "changes": _list(_change()),
            "findings": _list(_finding()),
            "engine": _engine(),
        },
        optional=("changes", "findings", "engine"),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "WSUS egress preview",
        **schema,
    }


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _environment() -> dict[str, Any]:
    endpoint = _object({"pattern": _TEXT, "schemes": _SCHEMES, "list": _TEXT})
    return _object(
        {
            "environment": _TEXT,
            "mode": {"enum": ["open", "restricted"]},
            "endpoints": _list(endpoint),
            "targets": _list(_target()),
        }
    )


def _target() -> dict[str, Any]:
    deviation = _object(
        {
            "what": _TEXT,
            "kind": {"enum": ["wider", "narrower"]},
            "control": _TEXT,
            "witness": _TEXT,
            "reason": _TEXT,
            "accepted": _YES_OR_NO,
        }
    )
    rule = _object({"id": _TEXT, "text": _TEXT, "endpoints": _list(_TEXT)})
    document = _object({"type": _TEXT, "name": _TEXT, "properties": {"type": "object"}})
    quota = _object({"name": _TEXT, "used": _NUMBER, "limit": _NUMBER})
    control = _object(
        {
            "control": _TEXT,
            "fidelity": _FIDELITY,
            "rules": _list(rule),
            "documents": _list(document),
            "quotas": _list(quota),
        }
    )
    return _object(
        {
            "target": _TEXT,
            "cloud": {"enum": ["aws", "azure"]},
            "fidelity": _FIDELITY,
            "deviations": _list(deviation),
            "masked": _list(deviation),
            "controls": _list(control),
            "residues": _list(_object({"control": _TEXT, "what": _TEXT, "source": _TEXT})),
        },
        optional=("masked",),
    )


def _change() -> dict[str, Any]:
    flow = {
        "pattern": {**_TEXT, "description": "Empty where `text` says what it is."},
        "schemes": _SCHEMES,
        "witness": _TEXT,
        "parties": _list(_TEXT),
        "text": _TEXT,
    }
    rule = _object(
        {
            "control": _TEXT,
            "id": _TEXT,
            "kind": {"enum": ["added", "removed", "changed"]},
            "text": _TEXT,
            "was": _TEXT,
        }
    )
    return _object(
        {
            "environment": _TEXT,
            "target": {"enum": ["aws", "azure"]},
            "newly_allowed": _list(_object({**flow, "approved": _YES_OR_NO})),
            "no_longer_allowed": _list(_object(flow)),
            "unchanged": _NUMBER,
            "rules": _list(rule),
            "notes": _list(_TEXT),
        }
    )


def _finding() -> dict[str, Any]:
    return _object(
        {
            "kind": _TEXT,
            "fails": _YES_OR_NO,
            "environment": _TEXT,
            "target": _TEXT,
            "what": _TEXT,
            "instead": _TEXT,
            "file": _FILE,
            "line": _LINE,
        }
    )


def _engine() -> dict[str, Any]:
    step = _object(
        {
            "operation": _TEXT,
            "type": _TEXT,
            "name": _TEXT,
            "properties": _list(_TEXT),
            "risk": _YES_OR_NO,
        }
    )
    policy = _object({"rule": _TEXT, "level": _TEXT, "resource": _TEXT, "message": _TEXT})
    return _object(
        {
            "steps": _list(step),
            "policies": _list(policy),
            "diagnostics": _list(_TEXT),
            "counts": {"type": "object", "additionalProperties": _NUMBER},
        }
    )
