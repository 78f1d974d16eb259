"""SARIF 2.1.0 for code scanning: each finding at the line of its entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from wsus_egress.preview.findings import RULES, Finding

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def render(findings: Sequence[Finding]) -> str:
    """A log of one run."""
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
                "results": [_result(finding, ids.index(finding.kind)) for finding in findings],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _result(finding: Finding, index: int) -> dict[str, Any]:
    where = f"{finding.where}: " if finding.where else ""
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": index,
        "level": "error" if finding.fails else "warning",
        "message": {"text": f"{where}{finding.what}. To do: {finding.instead}."},
        "partialFingerprints": {"wsusEgress/v1": f"{finding.kind}:{finding.where}:{finding.what}"},
    }
    if finding.location is not None:
        result["locations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.location.file)},
                    "region": {"startLine": finding.location.line},
                }
            }
        ]
    return result
