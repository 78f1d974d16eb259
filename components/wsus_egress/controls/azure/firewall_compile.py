"""From a policy to Azure Firewall's rules, spread over rule collection groups."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from wsus_egress.controls.azure.assumptions import firewall_assumptions
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_rules import (
    ANY_SOURCE,
    EVERY_NAME,
    NETWORK_PRIORITY,
    PROTOCOLS,
    ApplicationRule,
    FirewallRule,
    NetworkRule,
    Owner,
    Sources,
    reading_order,
)
from wsus_egress.controls.base import digest
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_firewall import (
    ALLOW_PRIORITY,
    DENY_PRIORITY,
    FirewallPolicy,
    ForeignRule,
)
from wsus_egress.model.flows import Network, Scheme
from wsus_egress.model.policy import EXTRA, EgressPolicy, Mode
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import minimal_cover

# Half of what a group may hold ("Azure Firewall limits", 2023-10: 2 MB): room to grow, and for
# what stands around the names.
COMFORTABLE_BYTES: Final = 1024 * 1024

_WEB: Final = tuple((PROTOCOLS[scheme.application], scheme.port) for scheme in Scheme)

Grouped: TypeAlias = Mapping[tuple[Scheme, ...], tuple[str, ...]]


def compile_application_rules(
    policy: EgressPolicy, target: AzureTarget, environment: str
) -> AzureApplicationRules:
    """Rules for the sources in the target that may reach Microsoft Update themselves."""
    sources = sources_of(policy)
    rules = application_rules(policy, target, sources)
    assumptions = firewall_assumptions(policy, target)
    return AzureApplicationRules(target, environment, rules, sources, assumptions)


def sources_of(policy: EgressPolicy) -> Sources:
    """The parties in the target that may reach Microsoft Update themselves."""
    here = policy.in_place("azure")
    return tuple((party.name, party.addresses) for party in here if party.internet)


def application_rules(
    policy: EgressPolicy, target: AzureTarget, sources: Sources
) -> tuple[FirewallRule, ...]:
    """Every rule in the order in which Azure reads them, others' rules in their places."""
    firewall = target.firewall_policy
    assert firewall is not None  # noqa: S101 - without one there is no such control
    own: list[FirewallRule] = [
        *_network_rules(policy, target, sources),
        *_web(policy, target, firewall, sources),
    ]
    others = [foreign_rule(rule) for rule in firewall.rules]
    return tuple(sorted([*own, *others], key=reading_order))


def foreign_rule(rule: ForeignRule) -> FirewallRule:
    """Somebody else's rule as the firewall reads it."""
    owner: Owner = "base policy" if rule.inherited else "others"
    shared: dict[str, Any] = {
        "id": f"{owner}: {rule.name}",
        "collection": rule.action,
        "sources": rule.sources or ANY_SOURCE,
        "place": (rule.group_priority, rule.priority),
        "owner": owner,
    }
    if rule.fqdns:
        return ApplicationRule(protocols=rule.protocols, fqdns=rule.fqdns, **shared)
    return NetworkRule(
        protocol=rule.protocol,
        ports=rule.destination_ports,
        destinations=rule.destinations,
        **shared,
    )


def group_count(policy: EgressPolicy, target: AzureTarget, firewall: FirewallPolicy) -> int:
    """How many groups the names take: as many as asked for, and more where they would not fit."""
    return _groups(_by_schemes(policy, target), policy, firewall)


def _groups(grouped: Grouped, policy: EgressPolicy, firewall: FirewallPolicy) -> int:
    if policy.mode is Mode.OPEN:
        return 1
    size = sum(len(pattern) + 4 for patterns in grouped.values() for pattern in patterns)
    return max(firewall.groups, math.ceil(size / COMFORTABLE_BYTES))


def _network_rules(
    policy: EgressPolicy, target: AzureTarget, sources: Sources
) -> Iterator[NetworkRule]:
    for permit in target.network_rules:
        whom = sources
        if permit.parties:
            here = policy.in_place("azure")
            whom = tuple((p.name, p.addresses) for p in here if p.name in permit.parties)
        if whom:
            yield NetworkRule(
                id=permit.name,
                collection="allow",
                sources=_addresses(whom),
                protocol=permit.protocol,
                ports=permit.destination_ports,
                destinations=permit.destinations,
                fqdns=permit.fqdns,
                description=permit.reason,
                place=(target.rule_collection_group_priority, NETWORK_PRIORITY),
                parties=_parties(whom),
            )


def _web(
    policy: EgressPolicy, target: AzureTarget, firewall: FirewallPolicy, sources: Sources
) -> Iterator[ApplicationRule]:
    """The rules that see names: what is listed, then the denial of the rest."""
    grouped = _by_schemes(policy, target)
    groups = _groups(grouped, policy, firewall)
    if sources:
        yield from _names(policy, target, sources, grouped, groups)
    yield from _denial(policy, target, sources, groups)


def _names(
    policy: EgressPolicy, target: AzureTarget, sources: Sources, grouped: Grouped, groups: int
) -> Iterator[ApplicationRule]:
    allow = functools.partial(
        ApplicationRule,
        collection="allow",
        sources=_addresses(sources),
        place=(target.rule_collection_group_priority, ALLOW_PRIORITY),
        parties=_parties(sources),
    )
    if policy.mode is Mode.OPEN:
        # Not a network rule: that would pass before threat intelligence is asked in alert mode
        # ("Azure Firewall known issues", 2023-10).
        yield allow(id="any-name", protocols=_WEB, fqdns=(EVERY_NAME,), description="Any host name")
        return
    if "tag" in target.destinations:
        yield allow(
            id="fqdn-tags",
            protocols=_WEB,
            fqdn_tags=target.fqdn_tags,
            description="Microsoft Update by FQDN tag: Microsoft keeps the content",
        )
    for schemes, patterns in grouped.items():
        rule = allow(
            id=f"names-{'-'.join(schemes)}",
            protocols=tuple((PROTOCOLS[scheme.application], scheme.port) for scheme in schemes),
            fqdns=patterns,
            description="Microsoft Update by name, from the endpoint list",
        )
        yield from _spread(rule, groups)


def _spread(rule: ApplicationRule, groups: int) -> Iterator[ApplicationRule]:
    """One rule for every group that has some of its names, each name always in the same group."""
    if groups == 1:
        yield rule
        return
    shares: dict[int, list[str]] = {}
    for fqdn in rule.fqdns:
        # Not by position: an entry that is added then changes the one group that it goes to.
        shares.setdefault((digest(fqdn) >> 32) % groups, []).append(fqdn)
    first, collection = rule.place
    for group, fqdns in sorted(shares.items()):
        place = (first + group, collection)
        yield replace(rule, id=f"{rule.id}-{group + 1}", fqdns=tuple(fqdns), place=place)


def _denial(
    policy: EgressPolicy, target: AzureTarget, sources: Sources, groups: int
) -> Iterator[ApplicationRule]:
    addresses: Mapping[str, tuple[Network, ...]] = {
        # Azure Firewall has IPv4 only (known issues, 2023-10): an IPv6 source fails the update.
        "address-space": tuple(network for network in target.address_space if network.version == 4),
        "servers": () if policy.mode is Mode.OPEN else _addresses(sources),
        "nobody": (),
    }
    denied = addresses[target.deny_rest]
    if denied:
        # Last of all, so that neither a later group nor Azure's infrastructure collection adds to it.
        last = target.rule_collection_group_priority + (groups if groups > 1 else 0)
        yield ApplicationRule(
            id="deny-rest",
            collection="deny",
            sources=denied,
            protocols=_WEB,
            fqdns=(EVERY_NAME,),
            description="Nothing else",
            place=(last, DENY_PRIORITY),
            parties=_parties(sources) if target.deny_rest == "servers" else (),
        )


def _by_schemes(policy: EgressPolicy, target: AzureTarget) -> Grouped:
    """The patterns that need a rule, by the schemes they need it for."""
    # By tag the list's wildcards have no rule: what is below one of them needs one all the same.
    listed = _extras(policy) if target.destinations == "tag" else policy.patterns
    wanted: dict[str, list[Scheme]] = {}
    for scheme in Scheme:
        for pattern in listed[scheme]:
            wanted.setdefault(pattern.text, []).append(scheme)
    grouped: dict[tuple[Scheme, ...], list[str]] = {}
    for text, schemes in wanted.items():
        grouped.setdefault(tuple(schemes), []).append(text)
    return {schemes: tuple(sorted(grouped[schemes])) for schemes in sorted(grouped)}


def _extras(policy: EgressPolicy) -> Mapping[Scheme, tuple[Pattern, ...]]:
    extra = [endpoint for endpoint in policy.endpoints if endpoint.list == EXTRA]
    return {
        scheme: minimal_cover([e.pattern for e in extra if scheme in policy.schemes_of(e)]).patterns
        for scheme in Scheme
    }


def _addresses(sources: Sources) -> tuple[Network, ...]:
    return tuple(network for _, networks in sources for network in networks)


def _parties(sources: Sources) -> tuple[str, ...]:
    return tuple(name for name, _ in sources)
