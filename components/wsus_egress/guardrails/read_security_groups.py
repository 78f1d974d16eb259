"""Security groups of a stack, read back into the control that the proof knows.

Three shapes make rules: `vpc.SecurityGroup{Egress,Ingress}Rule`, `ec2.SecurityGroupRule`, and rules
inside `ec2.SecurityGroup`. A group is one of ours by its description, which cannot change in place.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.controls.aws_security_group import (
    AwsSecurityGroups,
    Direction,
    SecurityGroup,
    SecurityGroupRule,
)
from wsus_egress.environment import AwsTarget
from wsus_egress.guardrails.model import UNKNOWN, Finding, Resource, unknowns
from wsus_egress.policy import EgressPolicy, Network, Party
from wsus_egress.proof import Deviation, prove_alone

GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
PREFIX_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
_OWN: Final = "WSUS egress of "
_RULES: Final[Mapping[str, Direction | None]] = {
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "egress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ingress",
    "aws:ec2/securityGroupRule:SecurityGroupRule": None,  # Its `type` says.
}
_LOOK: Final = "take the rule out, or make its ports and peer values that are known"
_EVERYTHING: Final = (0, 65535)


@dataclass(frozen=True, slots=True)
class Covered:
    """A party's group, as the stack has it.

    Attributes:
        group: With every rule of the stack that is attached to it.
        owners: The resource that each of its rules comes from, by the rule's id.
        unsure: What could not be read.
    """

    resource: Resource
    group: SecurityGroup
    owners: Mapping[str, Resource]
    unsure: tuple[Finding, ...]

    def wider(self, policy: EgressPolicy) -> Iterator[tuple[Resource, Deviation]]:
        """What each rule by itself admits beyond the policy, with the resource it comes from.

        Rules only admit, so the group is wider just where one of its rules is.
        """
        for rule in self.group.rules:
            group = SecurityGroup(self.group.party, self.group.members, (rule,))
            control = AwsSecurityGroups(AwsTarget("vpc-00000000", ()), "stack", (group,))
            for deviation in prove_alone(policy, "aws", control):
                if deviation.kind == "wider":
                    yield self.owners[rule.id], deviation


def covered(resources: tuple[Resource, ...], policy: EgressPolicy) -> tuple[Covered, ...]:
    """The groups of the policy's parties, each with its rules."""
    parties = {party.name: party for party in policy.parties}
    found = []
    for resource in resources:
        description = resource.properties.get("description")
        if resource.type != GROUP or not isinstance(description, str):
            continue
        party = parties.get(description.removeprefix(_OWN))
        if party is not None and description.startswith(_OWN):
            found.append(_read(resource, party, resources, policy))
    return tuple(found)


def _read(
    resource: Resource, party: Party, resources: tuple[Resource, ...], policy: EgressPolicy
) -> Covered:
    rules: list[SecurityGroupRule] = []
    owners: dict[str, Resource] = {}
    unsure: list[Finding] = []
    for owner, direction, given in _given(resource, resources):
        missing = next(unknowns({key: given.get(key) for key in _DECIDING}), None)
        lists = _prefix_lists(owner, resources)
        if missing and not (missing == "prefixListId" and lists):
            unsure.append(Finding(owner.urn, owner.name, f"{missing} is not known", _LOOK, False))
            continue
        for rule in _rules(owner, direction, given, lists, _members(owner, resources, policy)):
            if rule is None:
                what = "its peer or protocol is none that the WSUS policy has"
                unsure.append(Finding(owner.urn, owner.name, what, "take the rule out"))
            else:
                rules.append(rule)
                owners[rule.id] = owner
    group = SecurityGroup(party.name, party.addresses, tuple(rules))
    return Covered(resource, group, owners, tuple(unsure))


_DECIDING: Final = ("fromPort", "toPort", "ipProtocol", "protocol", "cidrIpv4", "cidrIpv6",
                    "cidrBlocks", "ipv6CidrBlocks", "prefixListId", "prefixListIds", "type")  # fmt: skip


def _given(
    group: Resource, resources: tuple[Resource, ...]
) -> Iterator[tuple[Resource, Direction, Mapping[str, Any]]]:
    """Every rule that is attached to the group, with its direction."""
    directions: tuple[Direction, ...] = ("egress", "ingress")
    for direction in directions:
        inline = group.properties.get(direction)
        if inline is UNKNOWN:
            # Where rules stand outside, the cloud's own list is no part of the program.
            continue
        for given in inline or ():
            yield group, direction, given
    own = group.properties.get("id")
    for resource in resources:
        if resource.type not in _RULES:
            continue
        attached = resource.properties.get("securityGroupId")
        refers = group.urn in resource.refers.get("securityGroupId", ())
        if refers or (isinstance(attached, str) and attached == own):
            kind = _RULES[resource.type] or resource.properties.get("type")
            yield resource, "ingress" if kind == "ingress" else "egress", resource.properties


def _prefix_lists(owner: Resource, resources: tuple[Resource, ...]) -> tuple[Network, ...]:
    """What the prefix lists hold that a rule refers to."""
    wanted = owner.refers.get("prefixListId", ())
    texts = [
        entry.get("cidr")
        for resource in resources
        if resource.type == PREFIX_LIST and resource.urn in wanted
        for entry in resource.properties.get("entries") or ()
        if isinstance(entry, Mapping)
    ]
    return tuple(ipaddress.ip_network(text) for text in texts if isinstance(text, str))


def _members(
    owner: Resource, resources: tuple[Resource, ...], policy: EgressPolicy
) -> tuple[Network, ...]:
    """The addresses of the party whose group a rule names as its peer."""
    wanted = owner.refers.get("referencedSecurityGroupId", ())
    names = {
        str(resource.properties.get("description")).removeprefix(_OWN)
        for resource in resources
        if resource.urn in wanted
    }
    return tuple(n for party in policy.parties if party.name in names for n in party.addresses)


def _rules(
    owner: Resource,
    direction: Direction,
    given: Mapping[str, Any],
    lists: tuple[Network, ...],
    members: tuple[Network, ...],
) -> Iterator[SecurityGroupRule | None]:
    cidrs = [given.get("cidrIpv4"), given.get("cidrIpv6")]
    cidrs += [*(given.get("cidrBlocks") or ()), *(given.get("ipv6CidrBlocks") or ())]
    peers = [ipaddress.ip_network(text, strict=False) for text in cidrs if text]
    networks = (*peers, *lists, *members)
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
            identity, direction, int(low), int(high), networks, owner.name,
            "udp" if each == "udp" else "tcp",
        )  # fmt: skip
