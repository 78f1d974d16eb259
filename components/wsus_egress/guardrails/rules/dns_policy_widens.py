"""No rule of a DNS security policy resolves for the servers' network what the endpoint list does not have."""

from __future__ import annotations

from typing import Final

from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.azure.dns_policies import NONE, judged_policies
from wsus_egress.readers.resources import Resource

_FIX: Final = (
    "take the rule or the domain out, or add the name to an endpoint list or to `alsoResolve`"
)


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove all rules of each policy together."""
    judged = judged_policies(resources, context.environment)
    if not judged:
        return NotApplicable(NONE)
    return findings(unaccepted(judged, context), _FIX)


GUARDRAIL = Guardrail(
    id="wsus-azure-dns-policy-widens",
    title="A DNS security policy resolves what the endpoint list does not have",
    why="A rule before this package's, or a missing block, resolves names that are on no endpoint list.",
    severity="medium",
    judge=judge,
    place="azure",
)
