"""Security groups of a stack, read back into the control that the proof knows.

Three shapes make rules: `vpc.SecurityGroup{Egress,Ingress}Rule`, `ec2.SecurityGroupRule`, and rules
inside `ec2.SecurityGroup`. A group is judged for the server or client group that it is made for, and
for every other one whose machines have it.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from wsus_egress.controls.aws.security_groups import (
    DIRECTIONS,
    AwsSecurityGroups,
    Direction,
    SecurityGroup,
    SecurityGroupRule,
)
from wsus_egress.controls.base import Ruling, Verdict, within
from wsus_egress.model.aws import SOME_VPC, AwsTarget
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow, Network, is_internet
from wsus_egress.model.party import Party
from wsus_egress.readers.aws.machines import machines
from wsus_egress.readers.aws.places import GROUP, party_of
from wsus_egress.readers.aws.prefix_lists import PREFIX_LIST, Members, members_of
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import (
    ANY_PORT,
    EVERY_ADDRESS,
    addresses,
    items,
    mapping,
    named,
    networks,
    put,
)
from wsus_egress.readers.resources import UNKNOWN, Resource, unknowns
from wsus_egress.readers.terms.spans import INTERNET, both, of_networks

NONE: Final = "the stack has no security group of a WSUS server or client group"
_RULES: Final[Mapping[str, Direction | None]] = {
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "egress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ingress",
    "aws:ec2/securityGroupRule:SecurityGroupRule": None,  # Its `type` says.
}
_BLOCKS: Final = ("cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks")
_PREFIX_LISTS: Final = ("prefixListId", "prefixListIds")
_DECIDING: Final = (
    "fromPort",
    "toPort",
    "ipProtocol",
    "protocol",
    *_BLOCKS,
    "type",
)
_PEERS: Final = ("referencedSecurityGroupId", "sourceSecurityGroupId", "securityGroups")
# The members of a security group have private addresses.
_INSIDE: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
_PROTOCOLS: Final[Mapping[str, tuple[Literal["tcp", "udp"], ...]]] = {
    "-1": ("tcp", "udp"), "all": ("tcp", "udp"), "tcp": ("tcp",), "6": ("tcp",),
    "udp": ("udp",), "17": ("udp",),
}  # fmt: skip


@dataclass(frozen=True)
class StackGroups(AwsSecurityGroups):
    """Groups that others add rules to: inside the network only what the policy is about counts.

    A server that is joined to a domain, or keeps its database elsewhere, needs other ports there.

    Attributes:
        parties: The addresses of the policy's servers and clients.
        synchronization: The ports on which they synchronize.
    """

    parties: tuple[Network, ...] = ()
    synchronization: frozenset[int] = frozenset()

    def admits(self, flow: Flow) -> Ruling:
        """As any group, for the Internet, between parties, and on their synchronization ports."""
        ends = flow.source, flow.destination
        inside = not any(map(is_internet, ends))
        others = not all(within(self.parties, end) for end in ends)
        if inside and others and flow.port not in self.synchronization:
            return _NOT_OURS
        return AwsSecurityGroups.admits(self, flow)


_NOT_OURS: Final = Ruling(Verdict.NOT_APPLICABLE, "traffic that the policy is not about")


def judged_groups(
    resources: tuple[Resource, ...], environment: Environment
) -> tuple[Judged[SecurityGroupRule], ...]:
    """The groups of the policy's parties, once for each of their rules.

    Rules of a security group only admit, so the group is wider just where one of its rules is: each
    rule is judged by itself, and none hides another. A group without rules is there once.
    """
    return tuple(
        Judged(group, "aws", reads, functools.partial(_control, party, environment))
        for group, party in _groups(resources, environment)
        for reads in _one_by_one(_Reader(group, party, resources, environment))
    )


def _one_by_one(reader: _Reader) -> list[tuple[Read[SecurityGroupRule], ...]]:
    return [(read,) for read in reader.reads()] or [()]


def _control(
    party: Party, environment: Environment, rules: tuple[SecurityGroupRule, ...]
) -> AwsSecurityGroups:
    group = SecurityGroup(party.name, party.addresses, rules)
    target = AwsTarget.model_construct(vpc_id=SOME_VPC)
    policy = environment.policy
    return StackGroups(
        target, "stack", (group,), parties=addresses(policy.parties),
        synchronization=frozenset(policy.synchronization_ports),
    )  # fmt: skip


def _groups(
    resources: tuple[Resource, ...], environment: Environment
) -> list[tuple[Resource, Party]]:
    """Every group with each party that has it."""
    pairs: dict[tuple[str, str], tuple[Resource, Party]] = {}
    for resource in resources:
        if (party := party_of(resource, environment)) is not None:
            pairs[resource.urn, party.name] = resource, party
    for machine in machines(resources, environment):
        for group in machine.groups.resources if machine.groups else ():
            if party_of(group, environment) is None:
                pairs.update({(group.urn, p.name): (group, p) for p in machine.parties})
    for group, party in _of_other_stacks(resources, environment):
        pairs[group.name, party.name] = group, party
    return list(pairs.values())


def _of_other_stacks(
    resources: tuple[Resource, ...], environment: Environment
) -> Iterator[tuple[Resource, Party]]:
    """Groups that the policy names by their ids, where this stack adds rules to them."""
    known = {each.properties.get("id") for each in resources if each.type == GROUP}
    extended = {each.properties.get("securityGroupId") for each in resources if each.type in _RULES}
    for party in environment.policy.in_place("aws"):
        identity = party.aws_peer.security_group_id if party.aws_peer else ""
        if identity and identity in extended - known:
            yield Resource(GROUP, identity, "", {"id": identity}), party


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a rule stands: the resource that holds it, what findings call it, its directions.

    A rule has both directions where it is not known which one it has.
    """

    owner: Resource
    name: str
    directions: tuple[Direction, ...]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the rules of one group for one party that has it."""

    group: Resource
    party: Party
    resources: tuple[Resource, ...]
    environment: Environment

    def reads(self) -> Iterator[Read[SecurityGroupRule]]:
        """Every rule that is attached to the group."""
        for direction in DIRECTIONS:
            # Where rules stand outside, the cloud's own list is not part of the program.
            for number, body in enumerate(items(put(self.group, direction))):
                name = f"{direction} rule {number + 1} of {self.group.name}"
                head = _Head(self.group, name, (direction,))
                if body is UNKNOWN:
                    yield self._unread(head, f"its {direction} rules are not known")
                else:
                    yield self._read(head, mapping(body))
        for resource in self._attached():
            kind = _RULES[resource.type] or resource.properties.get("type")
            directions = DIRECTIONS if kind is UNKNOWN else (_direction(kind),)
            head = _Head(resource, f"rule {resource.name}", directions)
            yield self._read(head, resource.properties)

    def _attached(self) -> Iterator[Resource]:
        """The rules that are resources of their own."""
        every = self.resources if self.group.urn else (*self.resources, self.group)
        for rule in (each for each in self.resources if each.type in _RULES):
            group = rule.properties.get("securityGroupId")
            if self.group in named(rule, "securityGroupId", [group], GROUP, every).resources:
                yield rule

    def _read(self, head: _Head, body: Mapping[str, Any]) -> Read[SecurityGroupRule]:
        others = (self._prefix_lists(head.owner, body), self._members(head.owner, body))
        peers = (*_blocks(body), *(network for each in others for network in each.networks))
        possible = (*peers, *(network for each in others for network in each.possible))
        missing = next(unknowns({key: body.get(key) for key in _DECIDING}), None)
        if missing:
            known = () if missing.startswith(_BLOCKS) else possible
            return self._unread(head, f"{missing} is not known", known)
        protocols = _PROTOCOLS.get(_protocol(body), ())
        if not protocols and possible and not both(of_networks(possible), INTERNET):
            # Inside the network the policy is about connections of TCP and UDP.
            return Read(head.owner, (), ())
        if not possible or not protocols:
            unread = "its peer or protocol is not one that the WSUS policy has"
            return self._unread(head, unread, possible, sure=True)
        least = self._rules(head, _ports(body), peers, protocols) if peers else ()
        most = self._rules(head, _ports(body), possible, protocols)
        unread = " and ".join(each.unread for each in others if each.unread)
        return Read(head.owner, least, most, unread, all(each.sure for each in others))

    def _unread(
        self, head: _Head, unread: str, peers: tuple[Network, ...] = (), *, sure: bool = False
    ) -> Read[SecurityGroupRule]:
        """A rule that may admit nothing, or every port of its peers; without peers, of everybody."""
        most = self._rules(head, ANY_PORT, peers or EVERY_ADDRESS, _PROTOCOLS["all"])
        return Read(head.owner, (), most, unread, sure)

    def _rules(
        self,
        head: _Head,
        ports: tuple[int, int],
        peers: tuple[Network, ...],
        protocols: tuple[Literal["tcp", "udp"], ...],
    ) -> tuple[SecurityGroupRule, ...]:
        """One rule of the control for each direction and protocol, all under one id."""
        return tuple(
            SecurityGroupRule(
                id=f"{head.name} for {self.party.name}",
                direction=direction,
                from_port=ports[0],
                to_port=ports[1],
                networks=peers,
                description=head.owner.name,
                protocol=protocol,
            )
            for direction in head.directions
            for protocol in protocols
        )

    def _prefix_lists(self, owner: Resource, body: Mapping[str, Any]) -> Members:
        """What the prefix lists hold that a rule refers to."""
        texts = [text for key in _PREFIX_LISTS for text in _one_or_more(body, key)]
        property_ = "egress" if owner.type == GROUP else next(
            (key for key in _PREFIX_LISTS if body.get(key)), "")  # fmt: skip
        of = named(owner, property_, texts, PREFIX_LIST, self.resources)
        own = {
            party.aws_peer.prefix_list_id: party.addresses
            for party in self.environment.policy.parties
            if party.aws_peer
        }
        found = members_of(of.resources, self.resources)
        networks_ = (*found.networks, *(n for text in of.foreign for n in own.get(text, ())))
        strange = [text for text in of.foreign if text not in own]
        if strange or of.missing:
            what = f"the prefix list {strange[0]} is not of this stack" if strange else (
                "its prefix list is not known")  # fmt: skip
            return Members(networks_, what, not of.missing, EVERY_ADDRESS)
        return replace(found, networks=networks_)

    def _members(self, owner: Resource, body: Mapping[str, Any]) -> Members:
        """The addresses of the parties whose groups a rule names as its peer."""
        found: list[Network] = list(self.party.addresses if body.get("self") is True else ())
        unread, sure = "", True
        for key in _PEERS:
            texts = _one_or_more(body, key)
            property_ = key if owner.type != GROUP else "ingress"
            of = named(owner, property_, texts, GROUP, self.resources)
            parties = [party_of(group, self.environment) for group in of.resources]
            own = {
                party.aws_peer.security_group_id: party
                for party in self.environment.policy.parties
                if party.aws_peer
            }
            parties += [own.get(text) for text in of.foreign]
            found += [network for party in parties if party for network in party.addresses]
            if None in parties or of.missing:
                unread = "its peer is a group of machines that the WSUS policy does not have"
                sure = sure and not of.missing
        return Members(tuple(found), unread, sure, _INSIDE if unread else ())


def _direction(kind: Any) -> Direction:
    return "ingress" if kind == "ingress" else "egress"


def _protocol(body: Mapping[str, Any]) -> str:
    return str(body.get("ipProtocol") or body.get("protocol") or "-1").lower()


def _ports(body: Mapping[str, Any]) -> tuple[int, int]:
    low, high = body.get("fromPort"), body.get("toPort")
    if _protocol(body) in ("-1", "all") or low is None or high is None:
        return ANY_PORT
    return int(low), int(high)


def _blocks(body: Mapping[str, Any]) -> tuple[Network, ...]:
    """The CIDR blocks of a rule; one that cannot be read may be every address."""
    texts = [text for key in _BLOCKS for text in _one_or_more(body, key)]
    return tuple(network for text in texts for network in networks(text) or EVERY_ADDRESS)


def _one_or_more(body: Mapping[str, Any], key: str) -> list[Any]:
    """What a property holds, whose name is in the plural where it is a list."""
    value = body.get(key)
    if key.endswith("s"):
        return items(value)
    return [value] if value else []
