"""The components as a program that the wheel installs: what Pulumi calls an executable plugin."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from workspace import SCHEMA

from env import private_engine

pytestmark = pytest.mark.engine

PROGRAM = Path(sys.executable).with_name("pulumi-resource-wsus-egress")
"""As pip installs it from the package's metadata, beside its Python."""


def shape(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema offers, without the empty fields in which the engine's copy differs."""
    resources, types = schema["resources"], schema["types"]
    return {
        "inputs": {token: sorted(each["inputProperties"]) for token, each in resources.items()},
        "outputs": {token: sorted(each["properties"]) for token, each in resources.items()},
        "types": {  # An enum has values instead.
            token: sorted(each.get("properties") or [str(one["value"]) for one in each["enum"]])
            for token, each in types.items()
        },
        **{key: schema[key] for key in ("name", "version", "publisher", "repository", "license")},
    }


def test_the_engine_runs_the_installed_program(tmp_path: Path) -> None:
    """It starts the program, asks it for its schema as `pulumi package add` does, and stops it."""
    done = subprocess.run(
        ["pulumi", "package", "get-schema", PROGRAM],
        cwd=tmp_path,
        env=private_engine(tmp_path) | {"PULUMI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert shape(json.loads(SCHEMA.read_text(encoding="utf-8"))) == shape(json.loads(done.stdout))
