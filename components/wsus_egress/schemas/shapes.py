"""What the JSON Schemas of the commands' output are made of: closed, so that a new key fails a test."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
YES_OR_NO: dict[str, Any] = {"type": "boolean"}
LINE: dict[str, Any] = {"type": ["integer", "null"], "minimum": 1}
TEXT_OR_NONE: dict[str, Any] = {"type": ["string", "null"]}
FIDELITY: dict[str, Any] = {"enum": ["exact", "wider", "narrower", "opaque"]}
VERSION: dict[str, Any] = {"const": 1}


def document(title: str, *alternatives: dict[str, Any]) -> dict[str, Any]:
    """A whole schema: one of the alternatives."""
    (first, *more) = alternatives
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **({"oneOf": [first, *more]} if more else first),
    }


def obj(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def array(items: dict[str, Any], **limits: int) -> dict[str, Any]:
    """An array of one kind of items."""
    return {"type": "array", "items": items, **limits}


def deviation() -> dict[str, Any]:
    """Where a target's rules differ from the policy."""
    return obj(
        {
            "what": TEXT,
            "kind": {"enum": ["wider", "narrower"]},
            "control": TEXT,
            "witness": TEXT,
            "reason": TEXT,
            "accepted": YES_OR_NO,
        }
    )


def finding() -> dict[str, Any]:
    """One thing that a reviewer has to know of."""
    return obj(
        {
            "kind": TEXT,
            "fails": YES_OR_NO,
            "environment": TEXT,
            "target": TEXT,
            "what": TEXT,
            "instead": TEXT,
            "file": TEXT_OR_NONE,
            "line": LINE,
        }
    )


def problem() -> dict[str, Any]:
    """One thing that is wrong with the input."""
    return obj({"file": TEXT_OR_NONE, "line": LINE, "path": TEXT, "what": TEXT, "instead": TEXT})


def refusal() -> dict[str, Any]:
    """What every command prints where the input cannot be used, with exit status 2."""
    return obj(
        {
            "version": VERSION,
            "problems": array(problem(), minItems=1),
            "environments": {"type": "array", "maxItems": 0},
            "findings": {"type": "array", "maxItems": 0},
        }
    )
