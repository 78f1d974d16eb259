"""No network security group of a WSUS server lets a connection from the Internet in."""

from __future__ import annotations

from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.azure.admin_rules import judged_admin_rules
from wsus_egress.readers.azure.nsgs import NONE, judged_nsgs
from wsus_egress.readers.resources import Resource

_FIX = "WSUS starts every connection: take the rule out"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each group by itself."""
    judged = (
        *judged_nsgs(resources, context.environment),
        *judged_admin_rules(resources, context.environment),
    )
    if not judged:
        return NotApplicable(NONE)
    return findings((w for w in unaccepted(judged, context) if w.from_internet), _FIX)


GUARDRAIL = Guardrail(
    id="wsus-azure-nsg-ingress",
    title="A WSUS server's network security group lets the Internet in",
    why="WSUS starts every connection, so nothing ever has to come in from the Internet.",
    severity="critical",
    judge=judge,
    place="azure",
)
