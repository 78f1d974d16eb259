"""No rule of an Azure Firewall lets a WSUS server reach what the policy does not."""

from __future__ import annotations

from wsus_egress.guardrails.azure_firewalls import NONE, judged_firewalls
from wsus_egress.guardrails.judging import findings
from wsus_egress.guardrails.model import Context, Outcome, Resource, Rule

_FIX = "take the server's addresses out of the rule, or add what it is for to the endpoint policy"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each firewall policy by itself, with what it inherits."""
    judged = judged_firewalls(resources, context)
    if not judged:
        return NONE
    return findings((w for each in judged for w in each.widenings(context)), _FIX)


RULE = Rule(
    "wsus-azure-application-rules-widen",
    "A rule of an Azure Firewall admits what the policy does not",
    "A network rule comes before every name, and a name more on an application rule is one that nobody listed.",
    "high",
    True,
    judge,
    "azure",
)
