"""No security group of a WSUS server admits what its part of the policy does not."""

from __future__ import annotations

from wsus_egress.guardrails.model import Finding, NotApplicable, Outcome, Resource, Rule
from wsus_egress.guardrails.read_security_groups import covered
from wsus_egress.policy import EgressPolicy, is_internet

_FIX = "take the rule out, or add what it is for to the endpoint policy"


def judge(resources: tuple[Resource, ...], policy: EgressPolicy | None) -> Outcome:
    """Prove each covered group by itself."""
    groups = covered(resources, policy) if policy else ()
    if policy is None or not groups:
        return NotApplicable("the stack has no security group of a WSUS server or client group")
    findings: dict[Finding, None] = {}
    for each in groups:
        findings.update(dict.fromkeys(each.unsure))
        for owner, deviation in each.wider(policy):
            if not is_internet(deviation.witness.source):
                what = f"{deviation.reason}: {deviation.witness}"
                findings[Finding(owner.urn, owner.name, what, _FIX)] = None
    return tuple(findings)


RULE = Rule(
    "wsus-aws-security-group-widens",
    "A WSUS server's security group admits what the policy does not",
    "One rule more on the group lets the server out past the endpoint policy.",
    "high",
    True,
    judge,
)
