"""No Network Firewall policy lets a WSUS server reach what the endpoint policy does not."""

from __future__ import annotations

from collections.abc import Iterator

from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.aws.network_firewall import (
    FIREWALL,
    NONE,
    POLICY,
    judged_policies,
    not_judged,
)
from wsus_egress.readers.aws.places import aws_target
from wsus_egress.readers.reading import is_ours, items, mapping, named_in
from wsus_egress.readers.resources import UNKNOWN, Resource, unknowns

_FIX = "take the rule out, or keep its sources apart from the servers; what no rule admits must be dropped"
_ACTIONS = ("statefulDefaultActions", "statelessDefaultActions", "statelessFragmentDefaultActions",
            "statefulEngineOptions")  # fmt: skip


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove everything that each policy lets pass, and look at what no rule decides."""
    judged = judged_policies(resources, context.environment)
    foreign = tuple(_of_other_stacks(resources))
    if not judged and not foreign:
        left = ", ".join(not_judged(resources, judged))
        also = f"; not judged: policy {left}, whose rules name no server of the policy"
        return NotApplicable(f"{NONE}{also if left else ''}")
    found = findings(unaccepted(judged, context), _FIX)
    policies = [each.resource for each in judged if each.resource.type == POLICY]
    settings = (finding for each in policies for finding in _of_settings(each, context))
    return (*found, *settings, *foreign)


def _of_other_stacks(resources: tuple[Resource, ...]) -> Iterator[Finding]:
    """This package's firewalls whose policy is in another stack, and so cannot be judged here."""
    for each in resources:
        if each.type == FIREWALL and is_ours(each):
            of = named_in(each, "firewallPolicyArn", POLICY, resources)
            if of.foreign or of.missing:
                what = "its firewall policy is not of this stack"
                yield Finding(each.urn, each.name, what, _FIX, sure=not of.missing)


def _of_settings(policy: Resource, context: Context) -> Iterator[Finding]:
    body = mapping(policy.properties.get("firewallPolicy"))
    for path in unknowns({key: body.get(key) for key in _ACTIONS}):
        yield Finding(policy.urn, policy.name, f"{path} is not known", _FIX, sure=False)
    if policy.properties.get("firewallPolicy") is UNKNOWN:
        yield Finding(policy.urn, policy.name, "firewallPolicy is not known", _FIX, sure=False)
    if "aws:pass" in items(body.get("statelessFragmentDefaultActions")):
        what = "statelessFragmentDefaultActions lets every fragment pass, whatever it belongs to"
        yield Finding(policy.urn, policy.name, what, "write aws:forward_to_sfe")
    firewall = aws_target(context.environment).network_firewall
    asked = firewall.stream_exception_policy if firewall else ""
    found = mapping(body.get("statefulEngineOptions")).get("streamExceptionPolicy")
    if found == "CONTINUE" != asked:
        what = "streamExceptionPolicy CONTINUE judges what is left of a broken connection without its name"
        yield Finding(policy.urn, policy.name, what, "write REJECT or DROP")


GUARDRAIL = Guardrail(
    id="wsus-aws-network-firewall-widens",
    title="A Network Firewall policy lets more pass than the endpoint policy",
    why="Another rule group, a variable or a default action can let pass what the endpoint list does not have.",
    severity="high",
    judge=judge,
)
