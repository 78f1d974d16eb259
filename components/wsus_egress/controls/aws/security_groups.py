"""AWS security groups: one for each server and client group, by port and peer, blind to names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.controls.base import (
    Control,
    Document,
    Part,
    Quota,
    Residue,
    Ruling,
    Verdict,
    asked_of_ports,
    within,
)
from wsus_egress.controls.tags import tags_of
from wsus_egress.model.aws import AwsTarget, OwnSecurityGroup
from wsus_egress.model.flows import Address, Flow, Network
from wsus_egress.model.latest import Latest
from wsus_egress.model.policy import EgressPolicy

# "Amazon VPC quotas", 2023-06: 60 inbound and 60 outbound rules, IPv4 and IPv6 apart. Adjustable.
RULES_PER_DIRECTION: Final = 60

RESIDUES: Final = (
    Residue("who may reach the Internet on TCP 80 and 443 may reach private addresses on them too: the "
            "Internet without those is 51 blocks, at two ports 102 rules, and a group has 60",
            "Amazon VPC quotas, 2023-06"),
)  # fmt: skip

Direction = Literal["egress", "ingress"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("egress", "ingress")
_ELSEWHERE: Final = Ruling(
    Verdict.NOT_APPLICABLE, "neither end has a security group of this policy"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroupRule:
    """One port range and one peer; becomes one `vpc.SecurityGroup{Egress,Ingress}Rule`.

    Attributes:
        networks: What the peer stands for: the one CIDR block, what the prefix list holds, or the
            addresses of the security group's members.
        prefix_list: Its id, or the name of one that is made here; empty where the peer is none.
        made: Whether the prefix list is made here.
        group: A security group's id; empty where the peer is none.
        weight: How many rules it counts for: a prefix list as many as it may hold.
        former: Ids that earlier versions gave it.
    """

    id: str
    direction: Direction
    from_port: int
    to_port: int
    networks: tuple[Network, ...]
    description: str
    protocol: Literal["tcp", "udp"] = "tcp"
    prefix_list: str = ""
    made: bool = False
    group: str = ""
    weight: int = 1
    endpoints: tuple[str, ...] = ()
    former: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, int, int, str]:
        """What EC2 knows it by in its group: a second rule like this is refused as a duplicate."""
        return (self.direction, self.protocol, self.from_port, self.to_port, self.peer)

    @property
    def peer(self) -> str:
        """The peer as AWS writes it."""
        return self.group or self.prefix_list or str(self.networks[0])

    @property
    def text(self) -> str:
        """`allow egress tcp/443 to 0.0.0.0/0`."""
        ports = (
            str(self.from_port)
            if self.from_port == self.to_port
            else f"{self.from_port}-{self.to_port}"
        )
        way = "to" if self.direction == "egress" else "from"
        return f"allow {self.direction} {self.protocol}/{ports} {way} {self.peer}"


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A managed prefix list of one peer's addresses of one IP version; it holds no more than those."""

    id: str
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """The group of one server or client group. What no rule admits is denied.

    Attributes:
        vpc_id: The VPC it is in; None for the target's own.
        given: The group that exists already, or how the one made here is called.
    """

    party: str
    members: tuple[Network, ...]
    rules: tuple[SecurityGroupRule, ...]
    prefix_lists: tuple[PrefixList, ...] = ()
    vpc_id: str | None = None
    given: OwnSecurityGroup | None = None

    @property
    def existing(self) -> str | None:
        """The id of a group that is not made here."""
        return self.given.id if self.given else None

    def towards(self, direction: Direction, peer: Address) -> _Reading:
        """What is read in this direction for a peer."""
        return _Reading(
            tuple(
                rule
                for rule in self.rules
                if rule.direction == direction and within(rule.networks, peer)
            ),
            f"no {direction} rule of {self.party} has it",
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """The rules that one group reads for a flow, by its peer; `denial` is what it says of the rest."""

    rules: tuple[SecurityGroupRule, ...]
    denial: str

    def decide(self, flow: Flow) -> Ruling:
        """The first rule that admits the flow, or the denial."""
        for rule in self.rules:
            if rule.protocol == flow.protocol and rule.from_port <= flow.port <= rule.to_port:
                return Ruling(Verdict.ALLOW, rule.id)
        return Ruling(Verdict.DENY, self.denial)


@dataclass(frozen=True)
class AwsSecurityGroups(Control):
    """The security groups of one AWS target."""

    target: AwsTarget
    environment: str
    groups: tuple[SecurityGroup, ...]
    assumptions: tuple[Assumption, ...] = ()

    name = "aws-security-group"
    guards_inside = True
    residues = RESIDUES

    # The base says an attribute: a property there would be the default of the others' fields.
    @cached_property
    def rules(self) -> tuple[SecurityGroupRule, ...]:  # type: ignore[override]
        """Group by group, egress first."""
        return tuple(rule for group in self.groups for rule in group.rules)

    @property
    def networks(self) -> Iterable[Network]:
        """Members and peers."""
        for group in self.groups:
            yield from group.members
            for rule in group.rules:
                yield from rule.networks

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' port ranges."""
        return ((rule.from_port, rule.to_port) for rule in self.rules)

    def admits(self, flow: Flow) -> Ruling:
        """A flow must be let out by its source's group and let in by its destination's."""
        last = _ELSEWHERE
        for reading in self._readings(flow):
            last = reading.decide(flow)
            if last.verdict is Verdict.DENY:
                return last
        return last

    @cached_property
    def _readings(self) -> Latest[tuple[_Reading, ...]]:
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> tuple[_Reading, ...]:
        ends: tuple[tuple[Direction, Address, Address], ...] = (
            ("egress", source, destination),
            ("ingress", destination, source),
        )
        return tuple(
            group.towards(direction, peer)
            for direction, end, peer in ends
            for group in self.groups
            if within(group.members, end)
        )

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """Ports and addresses; names are left to another control."""
        return asked_of_ports(policy, flow)

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """A group without rules inside, and each rule as a resource of its own."""
        return tuple(doc for group in self.groups for doc in self.group_documents(prefix, group))

    def group_documents(self, prefix: str, group: SecurityGroup) -> Iterator[Document]:
        """The resources of one group, the group itself first, then a rule each in their order."""
        name = f"{prefix}-{group.party}"
        tags = tags_of(self.target, self.environment)
        called = {"name": group.given.name} if group.given and group.given.name else {}
        if group.existing is None:
            yield Document(
                "aws:ec2/securityGroup:SecurityGroup",
                name,
                {
                    "description": description(group),
                    **called,
                    "revokeRulesOnDelete": True,
                    "tags": tags_of(self.target, self.environment, name),
                    "vpcId": group.vpc_id or self.target.vpc_id,
                },
            )
        for listed in group.prefix_lists:
            yield Document(
                "aws:ec2/managedPrefixList:ManagedPrefixList",
                f"{prefix}-{listed.id}",
                {
                    "addressFamily": f"IPv{listed.networks[0].version}",
                    "entries": [{"cidr": str(network)} for network in listed.networks],
                    "maxEntries": len(listed.networks),
                    "name": f"{prefix}-{listed.id}",
                    "tags": tags,
                },
            )
        for rule in group.rules:
            kind = "Egress" if rule.direction == "egress" else "Ingress"
            yield Document(
                f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule",
                f"{prefix}-{rule.id}",
                {
                    **_peer(rule, prefix),
                    "description": rule.description,
                    "fromPort": rule.from_port,
                    "ipProtocol": rule.protocol,
                    "securityGroupId": group.existing or f"${{{name}.id}}",
                    "tags": tags,
                    "toPort": rule.to_port,
                },
                aliases=tuple(f"{prefix}-{former}" for former in rule.former),
            )

    def quotas(self) -> tuple[Quota, ...]:
        """Rules per group, direction and family: each counted apart from the others."""
        return tuple(
            Quota(
                f"IPv{version} {direction} rules of security group {group.party}",
                used,
                self.target.security_group.rules_per_direction,
                setting=("servers",),
                instead="use larger address blocks, name peers by security group, or say what your quota is: "
                "aws.securityGroup.rulesPerDirection",
            )
            for group in self.groups
            for direction in DIRECTIONS
            for version in (4, 6)
            if (used := weight(group.rules, direction, version))
        )


def _peer(rule: SecurityGroupRule, prefix: str) -> dict[str, str]:
    if rule.group:
        return {"referencedSecurityGroupId": rule.group}
    if rule.prefix_list:
        made = f"${{{prefix}-{rule.prefix_list}.id}}"
        return {"prefixListId": made if rule.made else rule.prefix_list}
    return {"cidrIpv4" if rule.networks[0].version == 4 else "cidrIpv6": str(rule.networks[0])}


def weight(rules: Iterable[SecurityGroupRule], direction: Direction, version: int) -> int:
    """How many rules count against the quota of one direction and IP version."""
    return sum(
        rule.weight
        for rule in rules
        if rule.direction == direction and any(n.version == version for n in rule.networks)
    )


def description(group: SecurityGroup) -> str:
    """A group's description, which cannot be changed in place: so it says only what stays."""
    given = group.given.description if group.given else None
    return given or f"WSUS egress of {group.party}"
