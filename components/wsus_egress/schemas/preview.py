"""The JSON Schema of `preview --format json`."""

from __future__ import annotations

from typing import Any

from wsus_egress.schemas.shapes import (
    FIDELITY,
    NUMBER,
    TEXT,
    VERSION,
    YES_OR_NO,
    array,
    deviation,
    document,
    finding,
    obj,
    refusal,
)

_SCHEMES = array({"enum": ["http", "https"]})


def preview_schema() -> dict[str, Any]:
    """The schema, with `changes` where there is a base; or of what is wrong with the project."""
    whole = obj(
        {
            "version": VERSION,
            "environments": array(_environment()),
            "changes": array(_change()),
            "findings": array(finding()),
            "engine": _engine(),
        },
        optional=("changes", "engine"),
    )
    return document("WSUS egress preview", whole, refusal())


def _environment() -> dict[str, Any]:
    endpoint = obj({"pattern": TEXT, "schemes": _SCHEMES, "list": TEXT})
    return obj(
        {
            "environment": TEXT,
            "mode": {"enum": ["open", "restricted"]},
            "endpoints": array(endpoint),
            "targets": array(_target()),
        }
    )


def _target() -> dict[str, Any]:
    rule = obj({"id": TEXT, "text": TEXT, "endpoints": array(TEXT)})
    document = obj({"type": TEXT, "name": TEXT, "properties": {"type": "object"}})
    quota = obj({"name": TEXT, "used": NUMBER, "limit": NUMBER})
    control = obj(
        {
            "control": TEXT,
            "fidelity": FIDELITY,
            "rules": array(rule),
            "documents": array(document),
            "quotas": array(quota),
        }
    )
    return obj(
        {
            "target": TEXT,
            "cloud": {"enum": ["aws", "azure"]},
            "fidelity": FIDELITY,
            "deviations": array(deviation()),
            "masked": array(deviation()),
            "controls": array(control),
            "residues": array(obj({"control": TEXT, "what": TEXT, "source": TEXT})),
        },
        optional=("masked",),
    )


def _change() -> dict[str, Any]:
    flow = {
        "pattern": {**TEXT, "description": "Empty where `text` says what it is."},
        "schemes": _SCHEMES,
        "witness": TEXT,
        "parties": array(TEXT),
        "text": TEXT,
    }
    rule = obj(
        {
            "control": TEXT,
            "id": TEXT,
            "kind": {"enum": ["added", "removed", "changed"]},
            "text": TEXT,
            "was": TEXT,
        }
    )
    return obj(
        {
            "environment": TEXT,
            "target": {"enum": ["aws", "azure"]},
            "newly_allowed": array(obj({**flow, "approved": YES_OR_NO})),
            "no_longer_allowed": array(obj(flow)),
            "unchanged": NUMBER,
            "rules": array(rule),
            "notes": array(TEXT),
        }
    )


def _engine() -> dict[str, Any]:
    step = obj(
        {
            "operation": TEXT,
            "type": TEXT,
            "name": TEXT,
            "properties": array(TEXT),
            "risk": YES_OR_NO,
        }
    )
    policy = obj({"rule": TEXT, "level": TEXT, "resource": TEXT, "message": TEXT})
    return obj(
        {
            "steps": array(step),
            "policies": array(policy),
            "diagnostics": array(TEXT),
            "counts": {"type": "object", "additionalProperties": NUMBER},
        }
    )
