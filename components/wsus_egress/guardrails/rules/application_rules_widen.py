"""No rule of an Azure Firewall lets a WSUS server reach what the policy does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wsus_egress.controls.azure.firewall_documents import FIREWALL_TYPE
from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.azure.firewalls import NONE, judged_firewalls
from wsus_egress.readers.reading import put
from wsus_egress.readers.resources import UNKNOWN, Resource

_CLASSIC: Final = (
    "applicationRuleCollections",
    "natRuleCollections",
    "networkRuleCollections",
)
_FIX: Final = (
    "take the server's addresses out of the rule, or add what it is for to the endpoint policy"
)


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each firewall policy by itself, with what it inherits."""
    judged = judged_firewalls(resources, context.environment)
    classic = tuple(_classic(resources))
    if not judged and not classic:
        return NotApplicable(NONE)
    return (*findings(unaccepted(judged, context), _FIX), *classic)


def _classic(resources: tuple[Resource, ...]) -> Iterator[Finding]:
    """Firewalls with rules of their own instead of a policy's: those are not read."""
    for each in (each for each in resources if each.type == FIREWALL_TYPE):
        kinds = [kind for kind in _CLASSIC if put(each, kind)]
        if kinds:
            what = f"it has classic rules, which the guardrail does not read: {', '.join(kinds)}"
            fix = "move them to a firewall policy"
            yield Finding(each.urn, each.name, what, fix, put(each, kinds[0]) is not UNKNOWN)


GUARDRAIL = Guardrail(
    id="wsus-azure-application-rules-widen",
    title="A rule of an Azure Firewall admits what the policy does not",
    why="The firewall reads network rules before names, and one more name on an application rule is on no endpoint list.",
    severity="high",
    judge=judge,
    place="azure",
)
