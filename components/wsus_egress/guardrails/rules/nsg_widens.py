"""No network security group of a WSUS server admits what its part of the policy does not."""

from __future__ import annotations

from wsus_egress.guardrails.model import Rule
from wsus_egress.readers.azure.nsgs import NONE, judged_nsgs
from wsus_egress.readers.judging import findings, from_internet
from wsus_egress.readers.resources import Context, Outcome, Resource

_FIX = "take the rule out, or put a denial of the rest of the Internet before the default rules"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each group by itself, Azure's default rules included."""
    judged = judged_nsgs(resources, context)
    if not judged:
        return NONE
    wider = (widening for each in judged for widening in each.widenings(context))
    return findings((each for each in wider if not from_internet(each)), _FIX)


RULE = Rule(
    "wsus-azure-nsg-widens",
    "A WSUS server's network security group admits what the policy does not",
    "One rule more, or the default rules of a group that denies nothing, let the server out past the endpoint policy.",
    "high",
    True,
    judge,
    "azure",
)
