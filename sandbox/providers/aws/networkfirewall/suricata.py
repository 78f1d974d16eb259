"""Suricata's own verdict on a rule group: `suricata -T`, where the set-up has found one.

AWS Network Firewall runs Suricata 7.0, so what this refuses to load, the service refuses too. A run
takes 0.1 s (2026-11), so a preview has it as well. The program is the one that
`$WSUS_EGRESS_SURICATA` names; without it the rules are not judged here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

PROGRAM: Final = "WSUS_EGRESS_SURICATA"
_SECONDS: Final = 60

# What AWS adds to Suricata, or what needs a database that AWS has: Suricata alone refuses these.
_AWS_ONLY: Final = re.compile(
    r"\b(?:aws_domain_category|aws_url_category|aws_route_53_resolved_domain|geoip)\s*:[^;]*;\s*"
)
_REFERENCE: Final = re.compile(r"@[A-Za-z][A-Za-z0-9_]*")
_STAND_IN_SET: Final = "[192.0.2.0/24]"  # For a reference: documentation addresses (RFC 5737).
_SIGNATURE: Final = re.compile(r'error parsing signature "(?P<rule>.*)" from file .* at line \d+$')
_SUBJECT: Final = re.compile(r"^(?:Error|Warning): [\w-]+: ")
_SID: Final = re.compile(r"\bsid\s*:\s*(\d+)")


def complaints(
    rules: str, ip_sets: Mapping[str, Sequence[str]], port_sets: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """What Suricata reports about rules that it cannot load, as the service passes it on.

    Args:
        rules: The rules string.
        ip_sets: The IP set variables by name; HOME_NET and EXTERNAL_NET have defaults.
        port_sets: The port set variables by name.

    Returns:
        An answer for every rule that is refused; none where there is no Suricata to ask.
    """
    program = os.environ.get(PROGRAM)
    if not program:
        return ()
    addresses = {"HOME_NET": "[10.0.0.0/8]", "EXTERNAL_NET": "!$HOME_NET"}
    addresses |= {name: _group(values) for name, values in ip_sets.items()}
    ports = {name: _group(values) for name, values in port_sets.items()}
    return _ask(program, rules, json.dumps([addresses, ports], sort_keys=True))


def _group(values: Sequence[str]) -> str:
    return f"[{','.join(values)}]"


@cache
def _ask(program: str, rules: str, variables: str) -> tuple[str, ...]:
    addresses, ports = json.loads(variables)
    lines = [_REFERENCE.sub(_STAND_IN_SET, _AWS_ONLY.sub("", line)) for line in rules.splitlines()]
    with tempfile.TemporaryDirectory(prefix="wsus-egress-suricata-") as name:
        folder = Path(name)
        empty, text, settings = folder / "empty", folder / "group.rules", folder / "suricata.yaml"
        empty.touch()
        text.write_text("\n".join(lines) + "\n", encoding="utf-8")
        # JSON is YAML; the two files are looked for elsewhere otherwise.
        content = {
            "vars": {"address-groups": addresses, "port-groups": ports},
            "classification-file": str(empty),
            "reference-config-file": str(empty),
            "threshold-file": str(empty),
            "outputs": [],
        }
        settings.write_text(f"%YAML 1.1\n---\n{json.dumps(content)}\n", encoding="utf-8")
        command = [program, "-T", "-c", str(settings), "-S", str(text), "-l", str(folder)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            return (f"the rules could not be judged: {program}: {error}",)
    return tuple(_answers(done.stderr, done.stdout)) if done.returncode else ()


def _answers(errors: str, notes: str) -> list[str]:
    found, reasons = [], []
    for line in errors.splitlines():
        signature = _SIGNATURE.search(line)
        if signature is None:
            reasons.append(_SUBJECT.sub("", line))
            continue
        rule = signature["rule"]
        reason = "; ".join(reasons or _warnings(rule, notes)) or "Suricata cannot load it"
        found.append(f"stateful rule is invalid, rule: {rule}, reason: {reason}")
        reasons.clear()
    return found or [f"the rules cannot be loaded: {errors.strip() or notes.strip()}"]


def _warnings(rule: str, notes: str) -> list[str]:
    # Some refusals come as a warning that names the rule by its sid.
    sid = _SID.search(rule)
    mark = f": rule {sid[1]}: " if sid else "\0"
    return [line.partition(mark)[2] for line in notes.splitlines() if mark in line]
