"""No security group of a WSUS server admits what its part of the policy does not."""

from __future__ import annotations

from wsus_egress.guardrails.model import Rule
from wsus_egress.model.flows import is_internet
from wsus_egress.readers.aws.security_groups import covered, unread
from wsus_egress.readers.resources import Context, Finding, NotApplicable, Outcome, Resource

_FIX = "take the rule out, or add what it is for to the endpoint policy"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each covered group by itself."""
    groups, unjudged = covered(resources, context), tuple(unread(resources, context))
    if not groups and not unjudged:
        return NotApplicable("the stack has no security group of a WSUS server or client group")
    findings: dict[Finding, None] = {}
    for each in groups:
        findings.update(dict.fromkeys(each.unsure))
        for owner, deviation in each.wider(context):
            if not is_internet(deviation.witness.source):
                what = f"{deviation.reason}: {deviation.witness}"
                findings[Finding(owner.urn, owner.name, what, _FIX)] = None
    return (*findings, *unjudged)


RULE = Rule(
    "wsus-aws-security-group-widens",
    "A WSUS server's security group admits what the policy does not",
    "One rule more on the group lets the server out past the endpoint policy.",
    "high",
    True,
    judge,
)
