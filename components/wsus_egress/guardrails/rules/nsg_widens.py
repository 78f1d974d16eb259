"""No network security group of a WSUS server admits what its part of the policy does not."""

from __future__ import annotations

from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.azure.nsgs import NONE, judged_nsgs
from wsus_egress.readers.resources import Resource

_FIX = "take the rule out, or put a denial of the rest of the Internet before the default rules"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each group by itself, Azure's default rules included."""
    judged = judged_nsgs(resources, context.environment)
    if not judged:
        return NotApplicable(NONE)
    return findings((w for w in unaccepted(judged, context) if not w.from_internet), _FIX)


GUARDRAIL = Guardrail(
    id="wsus-azure-nsg-widens",
    title="A WSUS server's network security group admits what the policy does not",
    why="One more rule, or the default rules of a group that denies nothing, let the server out past the endpoint policy.",
    severity="high",
    judge=judge,
    place="azure",
)
