"""The JSON Schemas that ship, as judges of what the commands print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema


def schema_errors(root: Path, name: str, found: Any) -> list[str]:
    """What a shipped schema says against a value."""
    text = (root / "components" / "wsus_egress" / "schemas" / f"{name}.json").read_text()
    validator = jsonschema.Draft202012Validator(json.loads(text))
    return [error.message for error in validator.iter_errors(found)]
