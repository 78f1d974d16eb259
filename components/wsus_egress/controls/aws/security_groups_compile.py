"""From a policy to the rules of security groups: the Internet by port, synchronization by peer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

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
from wsus_egress.model.aws import AwsTarget, is_stand_in
from wsus_egress.model.flows import Network, Scheme
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.problems import Problem

_EVERYWHERE: Final = ipaddress.ip_network("0.0.0.0/0")
_EVERYWHERE_IPV6: Final = ipaddress.ip_network("::/0")
# EC2 API, SecurityGroupRuleUpdate and IpRange: a description has at most 255 characters (2016-11-15).
_LONGEST_DESCRIPTION: Final = 255
# What one request can add to a prefix list: the provider sends all entries of a list in one, and EC2
# refuses more (botocore 1.44.5, AddPrefixListEntries; terraform-provider-aws
# internal/service/ec2/vpc_managed_prefix_list.go, issue 35371, read 2026-11).
_LIST_ENTRIES: Final = 100
_Wanted: TypeAlias = tuple[SecurityGroupRule, str]
"""A rule and the peer that it is for, which its description is to name; empty for the Internet."""


def compile_security_groups(
    policy: EgressPolicy, target: AwsTarget, environment: str
) -> AwsSecurityGroups:
    """One group for every server and client group that stands in the target."""
    groups = tuple(_group(policy, party) for party in policy.in_place("aws"))
    assumptions = security_group_assumptions(policy, target)
    return AwsSecurityGroups(target, environment, groups, assumptions)


def same_names(control: AwsSecurityGroups) -> Iterator[Problem]:
    """Rules or prefix lists that get one name, where names of servers and clients are in it.

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
    rules = _each_once(_rules(policy, party, by_list=False))
    # A prefix list counts as many rules as it may hold, so it makes no room; but it is one rule to
    # read and to change where there are many.
    crowded = any(
        weight(rules, direction, version) > RULES_PER_DIRECTION
        for direction in DIRECTIONS
        for version in (4, 6)
    )
    if not crowded:
        lists: tuple[PrefixList, ...] = ()
        return SecurityGroup(
            party.name, party.addresses, rules, lists, party.aws_vpc_id, party.aws_security_group
        )
    rules = _each_once(_rules(policy, party, by_list=True))
    made = {
        rule.prefix_list: PrefixList(rule.prefix_list, rule.networks) for rule in rules if rule.made
    }
    lists = tuple(made.values())
    return SecurityGroup(
        party.name, party.addresses, rules, lists, party.aws_vpc_id, party.aws_security_group
    )


def _rules(policy: EgressPolicy, party: Party, *, by_list: bool) -> Iterator[_Wanted]:
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
    yield from _permitted(policy, party)


def _permitted(policy: EgressPolicy, party: Party) -> Iterator[_Wanted]:
    """What is admitted inside the network besides: network rules, and the way to a proxy."""
    for permit in policy.permits:
        if party.name not in permit.parties:
            continue
        protocol = "" if permit.protocol == "tcp" else f"{permit.protocol}-"
        for low, high in permit.ports:
            ports = f"{low}" if low == high else f"{low}-{high}"
            for version in (4, 6):
                for network in collapsed(permit.networks, version):
                    rule = SecurityGroupRule(
                        id=f"{party.name}-{permit.direction}-{protocol}{ports}-{slug(network)}",
                        direction=permit.direction,
                        protocol=permit.protocol,
                        from_port=low,
                        to_port=high,
                        networks=(network,),
                        description="Network rule",
                    )
                    yield rule, permit.name


def _internet(policy: EgressPolicy, party: Party, scheme: Scheme) -> Iterator[_Wanted]:
    for network in (_EVERYWHERE, _EVERYWHERE_IPV6) if policy.ipv6 else (_EVERYWHERE,):
        rule = SecurityGroupRule(
            id=f"{party.name}-egress-{scheme.value}-ipv{network.version}",
            direction="egress",
            from_port=scheme.port,
            to_port=scheme.port,
            networks=(network,),
            description=f"{scheme.value.upper()} to Microsoft Update",
        )
        yield rule, ""


def _synchronization(
    direction: Direction, party: Party, peer: Party, server: Party, by_list: bool
) -> Iterator[_Wanted]:
    way = "to" if direction == "egress" else "from"
    assert server.ports is not None  # noqa: S101 - parties only ask servers
    for port in server.ports.all():
        for peering in _peerings(party, peer, by_list):
            at = f"{party.name}-{direction}-{port}"
            rule = SecurityGroupRule(
                id=f"{at}-{peering.name}",
                direction=direction,
                from_port=port,
                to_port=port,
                description=f"WSUS synchronization {way}",
                former=(f"{at}-{peering.former}",) if peering.former != peering.name else (),
                **peering.fields,
            )
            yield rule, peer.name


@dataclass(frozen=True, slots=True)
class _Peering:
    """How a peer is named in rules.

    Attributes:
        name: The end of the rule's id: what EC2 knows the peer by, where that is known. So a peer's
            new name, or an address that moves to another peer, is the same rule as before: Pulumi
            would create another before it deletes the old one, and EC2 refuses that as a duplicate.
        former: The same in earlier versions, which had the peer's name there.
        fields: The rule's.
    """

    name: str
    former: str
    fields: dict[str, Any]


def _peerings(party: Party, peer: Party, by_list: bool) -> Iterator[_Peering]:
    named = peer.aws_peer
    if named is not None:
        name = peer.name if is_stand_in(named.identity) else named.identity
        fields: dict[str, Any] = {"group": named.security_group_id}
        if named.prefix_list_id:
            fields = {"prefix_list": named.prefix_list_id, "weight": named.max_entries}
        yield _Peering(name, peer.name, {"networks": peer.addresses, **fields})
        return
    for version in (4, 6):
        networks = _blocks(party, peer, version)
        if by_list and len(networks) > 1:
            for start in range(0, len(networks), _LIST_ENTRIES):
                part = networks[start : start + _LIST_ENTRIES]
                number = f"-{start // _LIST_ENTRIES + 1}" if start else ""
                name = f"{peer.name}-ipv{version}{number}"
                listed = f"{party.name}-{name}"
                fields = {"prefix_list": listed, "made": True, "weight": len(part)}
                yield _Peering(name, name, {"networks": part, **fields})
            continue
        for network in networks:
            name = slug(network)
            yield _Peering(name, f"{peer.name}-{name}", {"networks": (network,)})


def _blocks(party: Party, peer: Party, version: int) -> tuple[Network, ...]:
    """A peer's addresses in the fewest blocks.

    A range without the one address whose group this is are many blocks, and with it one: nothing
    sends itself anything through its security group.
    """
    exact = tuple(collapsed(peer.addresses, version))
    own = [network for network in party.addresses if network.version == version]
    if len(own) != 1 or own[0].num_addresses != 1:
        return exact
    joined = tuple(collapsed((*peer.addresses, *own), version))
    return joined if len(joined) < len(exact) else exact


def _each_once(wanted: Iterable[_Wanted]) -> tuple[SecurityGroupRule, ...]:
    """One rule where several are the same for EC2, as of two peers that have one security group."""
    found: dict[tuple[object, ...], list[_Wanted]] = {}
    for rule, peer in wanted:
        found.setdefault(rule.identity, []).append((rule, peer))
    return tuple(_together(same) for same in found.values())


def _together(same: Sequence[_Wanted]) -> SecurityGroupRule:
    first = same[0][0]
    networks = dict.fromkeys(network for rule, _ in same for network in rule.networks)
    former = dict.fromkeys(name for rule, _ in same for name in rule.former)
    return replace(
        first,
        networks=tuple(networks),
        description=_described(first.description, [peer for _, peer in same if peer]),
        weight=max(rule.weight for rule, _ in same),
        former=tuple(former),
    )


def _described(what: str, peers: Sequence[str]) -> str:
    """`WSUS synchronization from desktops, laptops`, as far as the names fit."""
    if not peers:
        return what
    texts = (_with_names(what, peers, count) for count in range(len(peers), -1, -1))
    return next(text for text in texts if len(text) <= _LONGEST_DESCRIPTION)


def _with_names(what: str, peers: Sequence[str], count: int) -> str:
    named, left = ", ".join(peers[:count]), len(peers) - count
    return f"{what} {named}{f' and {left} more' if left else ''}"
