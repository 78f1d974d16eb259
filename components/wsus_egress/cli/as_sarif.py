"""SARIF 2.1.0 for code scanning: each finding at the line of its entry."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from wsus_egress.problems import Location, visible
from wsus_egress.review.finding import RULES, Finding

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def render(
    findings: Sequence[Finding], environments: Mapping[str, str] | None = None, prefix: str = ""
) -> str:
    """A log of one run.

    Args:
        findings: The results.
        environments: The files of those that were looked at, by their names.
        prefix: The project's folder inside the repository, which addresses begin at; it ends with
            a slash, or is empty.
    """
    ids = list(RULES)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "wsus-egress",
                        "rules": [
                            {"id": kind, "shortDescription": {"text": text}}
                            for kind, text in RULES.items()
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(finding, ids.index(finding.kind), environments or {}, prefix)
                    for finding in findings
                ],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _result(
    finding: Finding, index: int, environments: Mapping[str, str], prefix: str
) -> dict[str, Any]:
    where = visible(f"{finding.where}: ") if finding.where else ""
    what, instead = visible(finding.what), visible(finding.instead)
    # GitHub refuses a result without a location ("locationFromSarifResult: expected at least one
    # location", an error of its code scanning).
    location = finding.location or Location(_file(finding, environments), 1)
    # A folder's name need not be text; an address is made of its bytes.
    address = quote(os.fsencode(f"{prefix}{location.file}"))
    return {
        "ruleId": finding.kind,
        "ruleIndex": index,
        "level": "error" if finding.fails else "warning",
        "message": {"text": f"{where}{what}. To do: {instead}."},
        "partialFingerprints": {"wsusEgress/v1": f"{finding.kind}:{finding.where}:{finding.what}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": address},
                    "region": {"startLine": location.line},
                }
            }
        ],
    }


def _file(finding: Finding, environments: Mapping[str, str]) -> str:
    """The stack's file; Pulumi.yaml where it is gone, or where several would be right."""
    files = list(environments.values())
    of_all = files[0] if len(files) == 1 else "Pulumi.yaml"
    return environments.get(finding.environment, of_all)
