"""No network security group of a WSUS server lets a connection from the Internet in."""

from __future__ import annotations

from wsus_egress.guardrails.model import Rule
from wsus_egress.readers.azure.nsgs import NONE, judged_nsgs
from wsus_egress.readers.judging import findings, from_internet
from wsus_egress.readers.resources import Context, Outcome, Resource

_FIX = "WSUS starts every connection: take the rule out"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each group by itself."""
    judged = judged_nsgs(resources, context)
    if not judged:
        return NONE
    wider = (widening for each in judged for widening in each.widenings(context))
    return findings((each for each in wider if from_internet(each)), _FIX)


RULE = Rule(
    "wsus-azure-nsg-ingress",
    "A WSUS server's network security group lets the Internet in",
    "WSUS starts every connection, so nothing ever has to come in from the Internet.",
    "critical",
    True,
    judge,
    "azure",
)
