"""What the gate finds in environments as they stand: expired entries, unaccepted deviations, old names.

For example an acceptance that ran out yesterday is a `Finding` of kind `expired-entry`, which fails the command.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.environment import Acceptance, Approval, Environment, Gate, Target
from wsus_egress.review.analysis import Analysis, TargetAnalysis
from wsus_egress.review.finding import Finding, in_order


def expiries(environment: Environment, gate: Gate, today: datetime.date) -> Iterator[Finding]:
    """Entries that have expired or soon will."""
    entries: list[tuple[str, Approval | Acceptance]] = [
        *(("approved", entry) for entry in environment.approved),
        *(("accept", entry) for entry in environment.accept),
    ]
    for section, entry in entries:
        left = (entry.expires - today).days
        if left < 0:
            what = f"{section}: {entry.what!r} expired on {entry.expires}"
            instead = "close what it covers, or have its owner renew it"
            yield Finding("expired-entry", environment.name, "", what, instead, entry.location)
        elif left <= gate.warn_days:
            days = "today" if left == 0 else f"in {left} day{'s' if left > 1 else ''}"
            what = f"{section}: {entry.what!r} expires {days} ({entry.expires})"
            instead = "have its owner renew it, or close what it covers"
            yield Finding("expires-soon", environment.name, "", what, instead, entry.location)


def deviations(environment: Environment, target: TargetAnalysis) -> Iterator[Finding]:
    """Deviations that nobody accepts; `expiries` reports those with an expired acceptance."""
    for each in target.proof.findings if target.proof else ():
        if not each.expired:
            yield Finding(
                "unaccepted-deviation",
                environment.name,
                target.target.cloud,
                f"{each.kind}: {each.reason} (for example {each.witness})",
                f"{repair(target.target)}, or list `what: {each.what}` under {environment.name}'s accept",
                environment.locate((target.target.cloud,)),
                accept=each.what,
            )


def repair(target: Target) -> str:
    """What makes rules follow the policy again, where one setting does; else that somebody must."""
    if isinstance(target, AzureTarget):
        if target.firewall_policy is None and target.route_table is None:
            return "add `firewallPolicy: {name: ...}` under wsus-egress:azure, so that rules see host names"
        return "fix it"
    if target.network_firewall is None:
        return "add `networkFirewall: {}` under wsus-egress:aws, so that rules see host names"
    if target.network_firewall.default_action != "drop":
        return (
            f"take `defaultAction: {target.network_firewall.default_action}` out of networkFirewall"
        )
    return "fix it"


def withdrawn(environment: Environment, target: Target) -> Iterator[Finding]:
    """What rules name and the cloud is withdrawing."""
    if isinstance(target, AzureTarget):
        group = target.network_security_group
        if group.create and group.destinations == "service-tags":
            # "Virtual network service tags" marks it as deprecated; as quoted 2024-06-05, and no page
            # that was found has a last day.
            what = (
                "the service tag AzureUpdateDelivery is deprecated: rules that name it stop working on "
                "a day that Microsoft has not published"
            )
            instead = "write destinations: internet, and let the firewall's rules see the names"
            keys = ("azure", "networkSecurityGroup", "destinations")
            where = environment.locate(keys)
            yield Finding("deprecated-tag", environment.name, "azure", what, instead, where)


_DNS_LAYERS: Final = {"aws-dns-firewall": "dnsFirewall", "azure-dns-policy": "dnsSecurityPolicy"}


def dns_layers(environment: Environment, targets: Sequence[TargetAnalysis]) -> Iterator[Finding]:
    """A layer of DNS that one cloud has and the other has not: the firewalls may admit the same."""
    has: dict[str, str] = {
        target.target.cloud: next((c.name for c in target.controls if c.name in _DNS_LAYERS), "")
        for target in targets
    }
    for cloud, other in (("aws", "azure"), ("azure", "aws")):
        if has.get(cloud) and has.get(other) == "":
            setting = next(_DNS_LAYERS[n] for n in _DNS_LAYERS if n.startswith(other))
            what = (
                f"in {cloud} only listed names resolve ({has[cloud]}), in {other} every name does"
            )
            instead = f"add {other}.{setting}, or leave it where the firewall is enough"
            where = environment.locate((other,))
            yield Finding("dns-layer", environment.name, other, what, instead, where)


def standing(analyses: Iterable[Analysis], today: datetime.date) -> tuple[Finding, ...]:
    """What the gate finds in environments as they stand, without a base."""
    found: list[Finding] = []
    for analysis in analyses:
        found += expiries(analysis.environment, analysis.environment.gate, today)
        for target in analysis.targets:
            found += deviations(analysis.environment, target)
            found += withdrawn(analysis.environment, target.target)
        found += dns_layers(analysis.environment, analysis.targets)
    return in_order(found)
