"""No DNS Firewall rule resolves for the servers' VPC what the endpoint list does not have."""

from __future__ import annotations

from collections.abc import Iterator

from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.aws.dns_firewall import (
    CONFIG,
    NONE,
    dns_settings,
    judged_vpcs,
    own_associations,
    same_vpc,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

_FIX = "take the rule or the name out, or add the name to an endpoint list or to `alsoResolve`"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove all rules of each VPC together, and look at what happens when the firewall fails."""
    judged = judged_vpcs(resources, context.environment)
    if not judged:
        return NotApplicable(NONE)
    found = findings(unaccepted(judged, context), _FIX)
    return (*found, *_fail_open(resources, context))


def _fail_open(resources: tuple[Resource, ...], context: Context) -> Iterator[Finding]:
    if dns_settings(context.environment).fail_open:
        return
    own = own_associations(resources)
    for config in (each for each in resources if each.type == CONFIG):
        if any(same_vpc(config, "resourceId", each) for each in own):
            value = config.properties.get("firewallFailOpen")
            if value is UNKNOWN or value == "ENABLED":
                what = "every name is resolved while the firewall does not answer"
                yield Finding(
                    config.urn, config.name, what, "write DISABLED, or `failOpen: true`",
                    value is not UNKNOWN,
                )  # fmt: skip


GUARDRAIL = Guardrail(
    id="wsus-aws-dns-firewall-widens",
    title="DNS Firewall resolves what the endpoint list does not have",
    why="A rule before this package's, or a missing block, resolves names that are on no endpoint list.",
    severity="medium",
    judge=judge,
)
