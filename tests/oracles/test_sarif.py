"""SARIF against the format's own JSON Schema, which Microsoft's matchers for SARIF carry."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from typing import Any

import jsonschema
import pytest

from wsus_egress.cli import as_sarif
from wsus_egress.problems import Location
from wsus_egress.review.finding import RULES, Finding

PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
SHA512 = "A1fOhPd6Ic5iDk4F9YPw1qNB4XF+7+IviR7xl8r2F6QzQkx5cpY9LsGk2rExiFIEcBbjpVnSmwWGBukASkiQ9A=="
SCHEMA = "package/lib/schemas/sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schema of SARIF 2.1.0, from a package whose content is pinned."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on this machine")
    folder = tmp_path_factory.mktemp("sarif")
    subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
    (packed,) = folder.glob("*.tgz")
    digest = hashlib.sha512(packed.read_bytes()).digest()
    assert base64.b64decode(SHA512) == digest
    with tarfile.open(packed) as archive:
        member = archive.extractfile(SCHEMA)
        assert member is not None
        read: dict[str, Any] = json.load(member)
    return read


def findings() -> tuple[Finding, ...]:
    """One of each kind, of an environment, of a target and of the engine, some with odd texts."""
    location = Location("config/Pulumi.größe & more.yaml", 7)
    return tuple(
        Finding(kind, environment, target, f'{kind} "of" <one> \N{SNOWMAN}', "close it", place)
        for kind in RULES
        for environment, target, place in (
            ("prod", "aws", location), ("prod", "", location), ("", "", None)
        )
    )  # fmt: skip


@pytest.mark.parametrize("found", [findings(), ()], ids=["every-kind", "none"])
def test_the_log_is_sarif(schema: dict[str, Any], found: tuple[Finding, ...]) -> None:
    """Every kind of finding, and none, is a log that the schema takes."""
    log = json.loads(as_sarif.render(found))

    assert [] == [
        f"{each.json_path}: {each.message}"
        for each in jsonschema.Draft4Validator(schema).iter_errors(log)
    ]
    assert len(found) == len(log["runs"][0]["results"])


@pytest.mark.parametrize(
    ("key", "value"), [("level", "fatal"), ("ruleIndex", -2), ("locations", [{"line": 1}])]
)
def test_the_schema_can_refuse(schema: dict[str, Any], key: str, value: object) -> None:
    """The schema refuses what is not SARIF, so the test above can fail."""
    log = json.loads(as_sarif.render(findings()))
    log["runs"][0]["results"][0][key] = value

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate(log)
