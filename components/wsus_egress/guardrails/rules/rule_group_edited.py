"""No rule group of this package holds rules that the endpoint lists do not make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from wsus_egress.controls.aws.network_firewall import compile_network_firewall
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.model.aws import SOME_VPC, AwsTarget
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.readers.aws.network_firewall import GROUP
from wsus_egress.readers.reading import is_ours
from wsus_egress.readers.resources import UNKNOWN, Resource

_FIX: Final = "change the endpoint list instead, and let the component write the rules"
# What the rules say depends on none of it: networks and defaults stand in the firewall policy.
_FIREWALL: Final = NetworkFirewall.model_construct()


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Compare every line of the groups with the lines that the policy makes."""
    groups = [each for each in resources if each.type == GROUP and is_ours(each)]
    if not groups:
        return NotApplicable("the stack has no Network Firewall rule group of this package")
    control = compile_network_firewall(
        context.policy, AwsTarget.model_construct(vpc_id=SOME_VPC), _FIREWALL, "guardrails"
    )
    made = {line for group in control.rule_groups for line in _lines(group.rules_string)}
    findings = []
    for each in groups:
        given = _text(each.properties)
        if not isinstance(given, str):
            what = "its rules are not known as Suricata text"
            findings.append(Finding(each.urn, each.name, what, _FIX, given is not UNKNOWN))
            continue
        extra = sorted(set(_lines(given)) - made)
        if extra:
            what = f"the policy's lists do not make {len(extra)} of its rules, the first one: {extra[0]}"
            findings.append(Finding(each.urn, each.name, what, _FIX))
    return tuple(findings)


def _text(properties: Mapping[str, Any]) -> Any:
    """The rules' text, UNKNOWN, or None where the group holds rules of another kind."""
    value: Any = properties
    for key in ("ruleGroup", "rulesSource", "rulesString"):
        value = value.get(key) if isinstance(value, Mapping) else value
    return value


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


GUARDRAIL = Guardrail(
    id="wsus-aws-rule-group-edited",
    title="A Network Firewall rule group is not what its list makes",
    why="One more rule in the group admits names that are on no endpoint list.",
    severity="high",
    judge=judge,
)
