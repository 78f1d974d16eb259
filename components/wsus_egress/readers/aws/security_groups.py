"""Security groups of a stack, read back into the control that the proof knows.

Three shapes make rules: `vpc.SecurityGroup{Egress,Ingress}Rule`, `ec2.SecurityGroupRule`, and rules
inside `ec2.SecurityGroup`. A group is judged for the server or client group that it is made for, and
for every one that has it besides.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.controls.aws.security_groups import (
    AwsSecurityGroups,
    Direction,
    SecurityGroup,
    SecurityGroupRule,
)
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.flows import Network
from wsus_egress.model.policy import Party
from wsus_egress.proof.proof import Deviation, prove_alone
from wsus_egress.readers.aws.places import GROUP, machines, party_of
from wsus_egress.readers.reading import items, named, put
from wsus_egress.readers.resources import UNKNOWN, Context, Finding, Resource, unknowns

PREFIX_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
_RULES: Final[Mapping[str, Direction | None]] = {
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "egress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ingress",
    "aws:ec2/securityGroupRule:SecurityGroupRule": None,  # Its `type` says.
}
_LOOK: Final = "take the rule out, or make its ports and peer values that are known"
_JUDGE: Final = "let the stack that has the group judge it, and excuse this with that for a reason"
_EVERYTHING: Final = (0, 65535)
_DECIDING: Final = ("fromPort", "toPort", "ipProtocol", "protocol", "cidrIpv4", "cidrIpv6",
                    "cidrBlocks", "ipv6CidrBlocks", "prefixListId", "prefixListIds", "type")  # fmt: skip
_PEERS: Final = ("referencedSecurityGroupId", "sourceSecurityGroupId", "securityGroups")


@dataclass(frozen=True, slots=True)
class Covered:
    """A group that a party of the policy has, as the stack has it.

    Attributes:
        group: With every rule of the stack that is attached to it.
        owners: The resource that each of its rules comes from, by the rule's id.
        unsure: What could not be read.
    """

    resource: Resource
    group: SecurityGroup
    owners: Mapping[str, Resource]
    unsure: tuple[Finding, ...]

    def wider(self, context: Context) -> Iterator[tuple[Resource, Deviation]]:
        """What each rule by itself admits beyond the policy, with the resource it comes from.

        Rules only admit, so the group is wider just where one of its rules is.
        """
        for rule in self.group.rules:
            group = SecurityGroup(self.group.party, self.group.members, (rule,))
            control = AwsSecurityGroups(AwsTarget("vpc-00000000", ()), "stack", (group,))
            for deviation in prove_alone(context.policy, "aws", control):
                if deviation.kind == "wider" and not context.accepts(deviation):
                    yield self.owners[rule.id], deviation


def covered(resources: tuple[Resource, ...], context: Context) -> tuple[Covered, ...]:
    """The groups of the policy's parties, each with its rules."""
    pairs: dict[tuple[str, str], tuple[Resource, Party]] = {}
    for resource in resources:
        if (party := party_of(resource, context)) is not None:
            pairs[resource.urn, party.name] = resource, party
    for machine in machines(resources, context):
        for group in machine.groups.resources if machine.groups else ():
            if party_of(group, context) is None:
                pairs.update({(group.urn, p.name): (group, p) for p in machine.parties})
    for group, party in _of_other_stacks(resources, context):
        pairs[group.name, party.name] = group, party
    return tuple(_read(group, party, resources, context) for group, party in pairs.values())


def _of_other_stacks(
    resources: tuple[Resource, ...], context: Context
) -> Iterator[tuple[Resource, Party]]:
    """Groups that the policy names by their ids, where this stack adds rules to them."""
    known = {each.properties.get("id") for each in resources if each.type == GROUP}
    extended = {each.properties.get("securityGroupId") for each in resources if each.type in _RULES}
    for party in context.policy.in_place("aws"):
        identity = party.aws_peer.security_group if party.aws_peer else ""
        if identity and identity in extended - known:
            yield Resource(GROUP, identity, "", {"id": identity}), party


def unread(resources: tuple[Resource, ...], context: Context) -> Iterator[Finding]:
    """Groups of servers that cannot be judged: those of other stacks, and those not known yet."""
    for machine in machines(resources, context):
        urn, name = machine.resource.urn, machine.resource.name
        groups = machine.groups
        if (
            not machine.known
            and not machine.parties
            and groups
            and _is_judged(groups.resources, context)
        ):
            what = "its address is not known, and so not whether it is a server of the policy"
            yield Finding(urn, name, what, "give it an address that is known", sure=False)
        if machine.parties and groups:
            for foreign in groups.foreign:
                what = f"it has the security group {foreign}, which is not of this stack"
                yield Finding(urn, name, what, _JUDGE)
            if groups.missing:
                what = "it has a security group that is not known"
                yield Finding(urn, name, what, _JUDGE, sure=False)


def _is_judged(groups: tuple[Resource, ...], context: Context) -> bool:
    """Whether a machine has groups of its own only: then nobody has judged them."""
    return all(party_of(group, context) is None for group in groups)


def _read(
    resource: Resource, party: Party, resources: tuple[Resource, ...], context: Context
) -> Covered:
    rules: list[SecurityGroupRule] = []
    owners: dict[str, Resource] = {}
    unsure: list[Finding] = []
    for owner, direction, given in _given(resource, resources):
        if given is UNKNOWN:
            what = f"its {direction} rules are not known"
            unsure.append(Finding(owner.urn, owner.name, what, _LOOK, sure=False))
            continue
        missing = next(unknowns({key: given.get(key) for key in _DECIDING}), None)
        lists = _prefix_lists(owner, given, resources, context)
        if missing and not (missing.startswith("prefixListId") and lists):
            unsure.append(Finding(owner.urn, owner.name, f"{missing} is not known", _LOOK, False))
            continue
        peers = (*lists, *_members(owner, given, party, resources, context))
        for rule in _rules(owner, direction, given, peers):
            if rule is None:
                what = "its peer or protocol is none that the WSUS policy has"
                unsure.append(Finding(owner.urn, owner.name, what, "take the rule out"))
            else:
                rules.append(rule)
                owners[rule.id] = owner
    group = SecurityGroup(party.name, party.addresses, tuple(rules))
    return Covered(resource, group, owners, tuple(unsure))


def _given(
    group: Resource, resources: tuple[Resource, ...]
) -> Iterator[tuple[Resource, Direction, Any]]:
    """Every rule that is attached to the group, with its direction."""
    directions: tuple[Direction, ...] = ("egress", "ingress")
    for direction in directions:
        # Where rules stand outside, the cloud's own list is no part of the program.
        for given in items(put(group, direction)):
            yield group, direction, given
    for resource in resources:
        if resource.type not in _RULES:
            continue
        attached = [resource.properties.get("securityGroupId")]
        groups = resources if group.urn else (*resources, group)
        if group in named(resource, "securityGroupId", attached, GROUP, groups).resources:
            kind = _RULES[resource.type] or resource.properties.get("type")
            yield resource, "ingress" if kind == "ingress" else "egress", resource.properties


def _prefix_lists(
    owner: Resource, given: Mapping[str, Any], resources: tuple[Resource, ...], context: Context
) -> tuple[Network, ...]:
    """What the prefix lists hold that a rule refers to."""
    found: list[Network] = []
    for key in ("prefixListId", "prefixListIds"):
        value = given.get(key)
        values = items(value) if key.endswith("s") else [value] if value else []
        of = named(owner, key if owner.type != GROUP else "egress", values, PREFIX_LIST, resources)
        for each in of.resources:
            entries = items(each.properties.get("entries"))
            texts = [entry.get("cidr") for entry in entries if isinstance(entry, Mapping)]
            found += [ipaddress.ip_network(text) for text in texts if isinstance(text, str)]
        for party in context.policy.parties:
            if party.aws_peer and party.aws_peer.prefix_list in of.foreign:
                found += party.addresses
    return tuple(found)


def _members(
    owner: Resource,
    given: Mapping[str, Any],
    party: Party,
    resources: tuple[Resource, ...],
    context: Context,
) -> tuple[Network, ...]:
    """The addresses of the parties whose groups a rule names as its peer."""
    found: list[Network] = list(party.addresses if given.get("self") is True else ())
    for key in _PEERS:
        value = given.get(key)
        values = items(value) if key.endswith("s") else [value] if value else []
        of = named(owner, key if owner.type != GROUP else "ingress", values, GROUP, resources)
        parties = [party_of(each, context) for each in of.resources]
        parties += [
            each
            for each in context.policy.parties
            if each.aws_peer and each.aws_peer.security_group in of.foreign
        ]
        found += [network for each in parties if each for network in each.addresses]
    return tuple(found)


def _rules(
    owner: Resource, direction: Direction, given: Mapping[str, Any], peers: tuple[Network, ...]
) -> Iterator[SecurityGroupRule | None]:
    cidrs = [given.get("cidrIpv4"), given.get("cidrIpv6")]
    cidrs += [*(given.get("cidrBlocks") or ()), *(given.get("ipv6CidrBlocks") or ())]
    networks = (*(ipaddress.ip_network(text, strict=False) for text in cidrs if text), *peers)
    protocol = str(given.get("ipProtocol") or given.get("protocol") or "-1").lower()
    known = {"-1": ("tcp", "udp"), "all": ("tcp", "udp"), "tcp": ("tcp",), "6": ("tcp",),
             "udp": ("udp",), "17": ("udp",)}  # fmt: skip
    if not networks or protocol not in known:
        yield None
        return
    low: Any = given.get("fromPort")
    high: Any = given.get("toPort")
    if protocol in ("-1", "all") or low is None or high is None:
        low, high = _EVERYTHING
    for each in known[protocol]:
        identity = f"{owner.name}-{direction}-{each}-{low}-{high}-{networks[0]}"
        yield SecurityGroupRule(
            id=identity,
            direction=direction,
            from_port=int(low),
            to_port=int(high),
            networks=networks,
            description=owner.name,
            protocol="udp" if each == "udp" else "tcp",
        )
