"""No security group of a WSUS server lets a connection from the Internet in."""

from __future__ import annotations

from wsus_egress.guardrails.model import Rule
from wsus_egress.model.flows import is_internet
from wsus_egress.readers.aws.security_groups import covered
from wsus_egress.readers.resources import Context, Finding, NotApplicable, Outcome, Resource

_FIX = "WSUS starts every connection: take the rule out"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each rule of the covered groups by itself."""
    groups = covered(resources, context)
    if not groups:
        return NotApplicable("the stack has no security group of a WSUS server or client group")
    findings: dict[Finding, None] = {}
    for each in groups:
        for owner, deviation in each.wider(context):
            if is_internet(deviation.witness.source):
                what = f"{deviation.reason}: {deviation.witness}"
                findings[Finding(owner.urn, owner.name, what, _FIX)] = None
    return tuple(findings)


RULE = Rule(
    "wsus-aws-security-group-ingress",
    "A WSUS server's security group lets the Internet in",
    "WSUS starts every connection, so nothing ever has to come in from the Internet.",
    "critical",
    True,
    judge,
)
