"""AWS security groups: one for each server and client group, by port and peer, blind to names."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from wsus_egress.controls.base import (
    MANAGED_BY,
    Bounds,
    Document,
    Quota,
    Residue,
    Ruling,
    Verdict,
    blind,
    slug,
    within,
)
from wsus_egress.environment import AwsTarget
from wsus_egress.policy import EgressPolicy, Flow, Network, Party, Scheme

# "Amazon VPC quotas", 2023-06: 60 inbound and 60 outbound rules, IPv4 and IPv6 apart. Adjustable.
RULES_PER_DIRECTION: Final = 60

EVERYWHERE: Final = ipaddress.ip_network("0.0.0.0/0")
EVERYWHERE_IPV6: Final = ipaddress.ip_network("::/0")

Direction = Literal["egress", "ingress"]


@dataclass(frozen=True, slots=True)
class SecurityGroupRule:
    """One port range and one peer; becomes one `vpc.SecurityGroup{Egress,Ingress}Rule`."""

    id: str
    direction: Direction
    from_port: int
    to_port: int
    network: Network
    description: str
    protocol: Literal["tcp", "udp"] = "tcp"
    endpoints: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`allow egress tcp/443 to 0.0.0.0/0`."""
        ports = (
            str(self.from_port)
            if self.from_port == self.to_port
            else f"{self.from_port}-{self.to_port}"
        )
        way = "to" if self.direction == "egress" else "from"
        return f"allow {self.direction} {self.protocol}/{ports} {way} {self.network}"


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """The group of one server or client group. What no rule admits is denied."""

    party: str
    members: tuple[Network, ...]
    rules: tuple[SecurityGroupRule, ...]

    def decide(self, direction: Direction, flow: Flow) -> Ruling:
        """The first rule that admits the flow in this direction, or the denial of the rest."""
        peer = flow.destination if direction == "egress" else flow.source
        for rule in self.rules:
            if (
                rule.direction == direction
                and rule.protocol == flow.protocol
                and rule.from_port <= flow.port <= rule.to_port
                and peer in rule.network
            ):
                return Ruling(Verdict.ALLOW, rule.id)
        return Ruling(Verdict.DENY, f"no {direction} rule of {self.party} has it")


@dataclass(frozen=True)
class AwsSecurityGroups:
    """The security groups of one AWS target."""

    target: AwsTarget
    environment: str
    groups: tuple[SecurityGroup, ...]
    name: str = "aws-security-group"
    guards_inside: bool = True
    assumptions: tuple[str, ...] = ()
    residues: tuple[Residue, ...] = ()

    @property
    def rules(self) -> tuple[SecurityGroupRule, ...]:
        """Group by group, egress first."""
        return tuple(rule for group in self.groups for rule in group.rules)

    @property
    def networks(self) -> Iterable[Network]:
        """Members and peers."""
        for group in self.groups:
            yield from group.members
            yield from (rule.network for rule in group.rules)

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' port ranges."""
        return ((rule.from_port, rule.to_port) for rule in self.rules)

    def admits(self, flow: Flow) -> Ruling:
        """A flow must be let out by its source's group and let in by its destination's."""
        last = Ruling(Verdict.NOT_APPLICABLE, "neither end has a security group of this policy")
        for direction, end in self._ends(flow):
            for group in self.groups:
                if within(group.members, end):
                    last = group.decide(direction, flow)
                    if last.verdict is Verdict.DENY:
                        return last
        return last

    @staticmethod
    def _ends(flow: Flow) -> Iterator[tuple[Direction, Any]]:
        yield "egress", flow.source
        yield "ingress", flow.destination

    def names(self, flow: Flow) -> Bounds | None:
        """All names or none: a security group cannot see them."""
        return blind(self.admits(flow).verdict)

    @cached_property
    def tags(self) -> dict[str, str]:
        """What every resource is tagged with."""
        own = {"managed-by": MANAGED_BY, "wsus-egress:environment": self.environment}
        return {**own, **dict(self.target.tags)}

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """A group without rules inside, and each rule as a resource of its own."""
        return tuple(doc for group in self.groups for doc in self.group_documents(prefix, group))

    def group_documents(self, prefix: str, group: SecurityGroup) -> Iterator[Document]:
        """The resources of one group, the group itself first, then a rule each in their order."""
        name = f"{prefix}-{group.party}"
        yield Document(
            "aws:ec2/securityGroup:SecurityGroup",
            name,
            {
                "description": description(group),
                "revokeRulesOnDelete": True,
                "tags": {"Name": name, **self.tags},
                "vpcId": self.target.vpc_id,
            },
        )
        for rule in group.rules:
            kind = "Egress" if rule.direction == "egress" else "Ingress"
            family = "cidrIpv4" if rule.network.version == 4 else "cidrIpv6"
            yield Document(
                f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule",
                f"{prefix}-{rule.id}",
                {
                    family: str(rule.network),
                    "description": rule.description,
                    "fromPort": rule.from_port,
                    "ipProtocol": rule.protocol,
                    "securityGroupId": f"${{{name}.id}}",
                    "tags": self.tags,
                    "toPort": rule.to_port,
                },
            )

    def quotas(self) -> tuple[Quota, ...]:
        """Rules per group, direction and family: each counted apart from the others."""
        found = []
        for group in self.groups:
            for direction in ("egress", "ingress"):
                for version in (4, 6):
                    used = sum(
                        rule.direction == direction and rule.network.version == version
                        for rule in group.rules
                    )
                    if used:
                        name = f"IPv{version} {direction} rules of security group {group.party}"
                        found.append(Quota(name, used, RULES_PER_DIRECTION))
        return tuple(found)


def description(group: SecurityGroup) -> str:
    """A group's description, which cannot be changed in place: so it says only what stays."""
    return f"WSUS egress of {group.party}"


def compile_security_groups(
    policy: EgressPolicy, target: AwsTarget, environment: str
) -> AwsSecurityGroups:
    """One group for every server and client group that stands in the target."""
    groups = tuple(
        SecurityGroup(party.name, party.addresses, tuple(_rules(policy, party)))
        for party in policy.in_place("aws")
    )
    return AwsSecurityGroups(target, environment, groups)


def _rules(policy: EgressPolicy, party: Party) -> Iterator[SecurityGroupRule]:
    if party.internet:
        for scheme in Scheme:
            if policy.names(scheme.port, scheme.application):
                yield from _internet(policy, party, scheme)
    if party.asks is not None:
        server = policy.party(party.asks)
        yield from _synchronization("egress", party, server, server)
    if party.ports is not None:
        for asker in policy.askers(party):
            yield from _synchronization("ingress", party, asker, party)


def _internet(policy: EgressPolicy, party: Party, scheme: Scheme) -> Iterator[SecurityGroupRule]:
    for network in (EVERYWHERE, EVERYWHERE_IPV6) if policy.ipv6 else (EVERYWHERE,):
        yield SecurityGroupRule(
            id=f"{party.name}-egress-{scheme.value}-ipv{network.version}",
            direction="egress",
            from_port=scheme.port,
            to_port=scheme.port,
            network=network,
            description=f"{scheme.value.upper()} to Microsoft Update",
        )


def _synchronization(
    direction: Direction, party: Party, peer: Party, server: Party
) -> Iterator[SecurityGroupRule]:
    way = "to" if direction == "egress" else "from"
    assert server.ports is not None  # noqa: S101 - parties only ask servers
    for port in server.ports.all():
        for network in peer.addresses:
            yield SecurityGroupRule(
                id=f"{party.name}-{direction}-{port}-{peer.name}-{slug(network)}",
                direction=direction,
                from_port=port,
                to_port=port,
                network=network,
                description=f"WSUS synchronization {way} {peer.name}",
            )
