"""The JSON Schema of one line of `explain -` and `explain --format json`."""

from __future__ import annotations

from typing import Any

from wsus_egress.schemas.shapes import TEXT, TEXT_OR_NONE, VERSION, array, document, obj, refusal


def explain_schema() -> dict[str, Any]:
    """The schema of an explanation, or of what is wrong with the project."""
    verdict = {"enum": ["allow", "deny"]}
    control = obj(
        {
            "control": TEXT,
            "verdict": {"enum": ["allow", "deny", "opaque", "not-applicable"]},
            "rule": TEXT,
        }
    )
    target = obj(
        {
            "target": TEXT,
            "verdict": {"enum": ["allow", "deny", "opaque"]},
            "controls": array(control),
        }
    )
    line = obj(
        {
            "version": VERSION,
            "url": TEXT,
            "verdict": verdict,
            "endpoint": {**TEXT_OR_NONE, "description": "The pattern that decides."},
            "environment": TEXT,
            "targets": array(target),
        }
    )
    return document("WSUS egress explanation", line, refusal())
