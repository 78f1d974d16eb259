"""From a policy to the rules of security groups: the Internet by port, synchronization by peer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any, Final

from wsus_egress.controls.aws.assumptions import security_group_assumptions
from wsus_egress.controls.aws.security_groups import (
    DIRECTIONS,
    RULES_PER_DIRECTION,
    AwsSecurityGroups,
    Direction,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    weight,
)
from wsus_egress.controls.base import collapsed, slug
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import EgressPolicy, Party
from wsus_egress.problems import Problem

_EVERYWHERE: Final = ipaddress.ip_network("0.0.0.0/0")
_EVERYWHERE_IPV6: Final = ipaddress.ip_network("::/0")


def compile_security_groups(
    policy: EgressPolicy, target: AwsTarget, environment: str
) -> AwsSecurityGroups:
    """One group for every server and client group that stands in the target."""
    groups = tuple(_group(policy, party) for party in policy.in_place("aws"))
    assumptions = security_group_assumptions(policy, target)
    return AwsSecurityGroups(target, environment, groups, assumptions)


def same_names(control: AwsSecurityGroups) -> Iterator[Problem]:
    """Rules or prefix lists that get one name: names of servers and clients are joined by hyphens.

    `aa-bb` towards `cc` and `aa` towards `bb-cc` are told apart by nothing else, and to name all of
    them otherwise would replace what is deployed.
    """
    owners: dict[tuple[str, str], str] = {}
    for group in control.groups:
        named = [("rule", rule.id) for rule in group.rules]
        named += [("prefix list", listed.id) for listed in group.prefix_lists]
        for kind, name in named:
            owner = owners.setdefault((kind, name), group.party)
            if owner != group.party:
                what = f"{owner} and {group.party} would both have a {kind} with the name {name}"
                yield Problem(None, ("servers",), what, f"rename {group.party}, or who asks it")


def _group(policy: EgressPolicy, party: Party) -> SecurityGroup:
    rules = tuple(_rules(policy, party, by_list=False))
    # A prefix list counts as many rules as it may hold, so it makes no room; but it is one rule to
    # read and to change where there are many.
    crowded = any(
        weight(rules, direction, version) > RULES_PER_DIRECTION
        for direction in DIRECTIONS
        for version in (4, 6)
    )
    if not crowded:
        return SecurityGroup(party.name, party.addresses, rules, vpc_id=party.aws_vpc_id)
    rules = tuple(_rules(policy, party, by_list=True))
    lists = {
        rule.prefix_list: PrefixList(rule.prefix_list, rule.networks) for rule in rules if rule.made
    }
    listed = tuple(lists.values())
    return SecurityGroup(party.name, party.addresses, rules, listed, party.aws_vpc_id)


def _rules(policy: EgressPolicy, party: Party, *, by_list: bool) -> Iterator[SecurityGroupRule]:
    if party.internet:
        for scheme in Scheme:
            if policy.names(scheme.port, scheme.application):
                yield from _internet(policy, party, scheme)
    if party.asks is not None:
        server = policy.party(party.asks)
        yield from _synchronization("egress", party, server, server, by_list)
    if party.ports is not None:
        for asker in policy.askers(party):
            yield from _synchronization("ingress", party, asker, party, by_list)


def _internet(policy: EgressPolicy, party: Party, scheme: Scheme) -> Iterator[SecurityGroupRule]:
    for network in (_EVERYWHERE, _EVERYWHERE_IPV6) if policy.ipv6 else (_EVERYWHERE,):
        yield SecurityGroupRule(
            id=f"{party.name}-egress-{scheme.value}-ipv{network.version}",
            direction="egress",
            from_port=scheme.port,
            to_port=scheme.port,
            networks=(network,),
            description=f"{scheme.value.upper()} to Microsoft Update",
        )


def _synchronization(
    direction: Direction, party: Party, peer: Party, server: Party, by_list: bool
) -> Iterator[SecurityGroupRule]:
    way = "to" if direction == "egress" else "from"
    assert server.ports is not None  # noqa: S101 - parties only ask servers
    for port in server.ports.all():
        for suffix, peering in _peerings(party, peer, by_list):
            yield SecurityGroupRule(
                id=f"{party.name}-{direction}-{port}-{peer.name}{suffix}",
                direction=direction,
                from_port=port,
                to_port=port,
                description=f"WSUS synchronization {way} {peer.name}",
                **peering,
            )


def _peerings(party: Party, peer: Party, by_list: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """How a peer is named in rules: the end of the rule's id, and the rule's fields."""
    named = peer.aws_peer
    if named is not None and named.security_group_id:
        yield "", {"networks": peer.addresses, "group": named.security_group_id}
        return
    if named is not None:
        fields: dict[str, Any] = {"prefix_list": named.prefix_list_id, "weight": named.max_entries}
        yield "", {"networks": peer.addresses, **fields}
        return
    for version in (4, 6):
        networks = tuple(collapsed(peer.addresses, version))
        if by_list and len(networks) > 1:
            listed = f"{party.name}-{peer.name}-ipv{version}"
            fields = {"prefix_list": listed, "made": True, "weight": len(networks)}
            yield f"-ipv{version}", {"networks": networks, **fields}
            continue
        for network in networks:
            yield f"-{slug(network)}", {"networks": (network,)}
