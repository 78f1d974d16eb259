"""The script of `wsus-egress probe` and its forms, and its result in words.

For example as an SSM document the script's lines are the inputs of one step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

from wsus_egress.review.analysis import Analysis
from wsus_egress.review.probe import (
    NotAResult,
    ProbeFinding,
    ProbeTest,
    judge,
    policy_id,
    read_result,
    tests_of,
)

# A result of a thousand tests has 200 KB.
_MOST: Final = 16 << 20
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def script(analysis: Analysis, server: str) -> str:
    """The script: ASCII, and lines that end as Windows ends them."""
    environment = analysis.environment
    template = (files("wsus_egress.cli") / "templates" / "probe.ps1").read_text(encoding="ascii")
    rows = "\n".join(map(_row, tests_of(environment.policy)))
    values = {
        "POLICY": policy_id(environment.policy),
        "ENVIRONMENT": environment.name,
        "SERVER": server,
        "TESTS": rows,
    }
    for key, value in values.items():
        template = template.replace(f"@@{key}@@", value)
    return template.replace("\r\n", "\n").replace("\n", "\r\n")


def _row(test: ProbeTest) -> str:
    """A test as a hash table; no name that a pattern can have holds a quote."""
    return (
        f"    @{{ id = '{test.id}'; kind = '{test.kind}'; name = '{test.name}'; connect = '{test.connect}'; "
        f"port = {test.port}; expect = '{test.expect}' }}"
    )


def document(form: str, script: str) -> str:
    """The script as it is, or in what runs it from afar.

    SSM: schema version 2.2, `aws:runPowerShellScript` (Systems Manager guide, "Command document plugin reference"). Azure: the body
    of `virtualMachines/runCommands` (azure-rest-api-specs, Compute).
    """
    if form == "ssm":
        step = {
            "action": "aws:runPowerShellScript",
            "name": "probe",
            "inputs": {"timeoutSeconds": "1800", "runCommand": script.split("\r\n")},
        }
        document = {
            "schemaVersion": "2.2",
            "description": "Tries what a WSUS server may reach and what it must not.",
            "mainSteps": [step],
        }
        return json.dumps(document, indent=2) + "\n"
    if form == "azure":
        body = {"properties": {"source": {"script": script}, "timeoutInSeconds": 1800}}
        return json.dumps(body, indent=2) + "\n"
    return script


def result_of(path: Path) -> dict[str, object]:
    """The result in a file, in whichever encoding PowerShell wrote it.

    Raises:
        NotAResult: When there is none.
    """
    with path.open("rb") as file:
        raw = file.read(_MOST + 1)
    if len(raw) > _MOST:
        raise NotAResult(f"the file is larger than {_MOST >> 20} MiB; give what probe.ps1 printed")
    return read_result(raw.decode("utf-16" if raw.startswith(_UTF16) else "utf-8-sig", "replace"))


def told(analysis: Analysis, server: str, result: dict[str, object]) -> tuple[list[str], bool]:
    """What a result says, in lines, and whether it differs from the policy."""
    found = judge(analysis, analysis.environment.policy.party(server), result)
    return list(_lines(analysis, result, found)), any(each.state == "differs" for each in found)


def _lines(
    analysis: Analysis, result: dict[str, object], found: tuple[ProbeFinding, ...]
) -> Iterator[str]:
    if result.get("policy") != policy_id(analysis.environment.policy):
        yield "note: the result is of another policy than the settings have now; probe again for a whole answer"
    if isinstance(proxy := result.get("proxy"), str) and proxy:
        yield f"note: WSUS uses the proxy {proxy}, so direct connections decide nothing"
    counts = {}
    for state in ("differs", "undecided", "agrees"):
        some = [each for each in found if each.state == state]
        counts[state] = len(some)
        for each in some:
            must = "must pass" if each.test.expect == "pass" else "must not pass"
            yield f"{state:<10}{each.test.why} ({must}): {each.words}"
    yield f"{counts['agrees']} agree, {counts['differs']} differ, {counts['undecided']} undecided"
    yield "not tried from the server: connections from the Internet to it"
