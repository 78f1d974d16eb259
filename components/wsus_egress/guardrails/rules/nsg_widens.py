"""No network security group of a WSUS server admits what its part of the policy does not."""

from __future__ import annotations

from typing import Final

from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.azure.admin_rules import judged_admin_rules
from wsus_egress.readers.azure.nsgs import NONE, judged_nsgs
from wsus_egress.readers.resources import Resource
from wsus_egress.review.widenings import Widening

_DEFAULT: Final = "default rule "
_TO_INTERNET: Final = "AllowInternetOutBound"


def _fix(widening: Widening) -> str:
    """What ends it: nobody can take a default rule out, only decide before it."""
    if not widening.rule.startswith(_DEFAULT):
        return "take the rule out, or let it name only what the policy allows"
    if _TO_INTERNET in widening.rule:
        return (
            "add an outbound rule that denies any protocol to the service tag Internet, at a priority "
            "of 4096 or less and behind what you allow"
        )
    flow = widening.deviation.witness
    what = f"{flow.protocol.upper()} {flow.port}"
    return (
        f"add a rule that denies {what} from and to VirtualNetwork in each direction, at a priority of "
        "4096 or less and behind rules that allow it between the servers and clients of the policy"
    )


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each group by itself, Azure's default rules included."""
    judged = (
        *judged_nsgs(resources, context.environment),
        *judged_admin_rules(resources, context.environment),
    )
    if not judged:
        return NotApplicable(NONE)
    return findings((w for w in unaccepted(judged, context) if not w.from_internet), _fix)


GUARDRAIL = Guardrail(
    id="wsus-azure-nsg-widens",
    title="A WSUS server's network security group admits what the policy does not",
    why="One more rule, or the default rules of a group that denies nothing, let the server out past the endpoint policy.",
    severity="high",
    judge=judge,
    place="azure",
)
