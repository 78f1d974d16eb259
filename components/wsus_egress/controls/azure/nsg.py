"""Azure network security groups: ports and addresses, blind to names, allow then deny."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.controls.azure.nsg_rules import (
    DIRECTIONS,
    LATERAL_PORTS,
    Direction,
    NsgRule,
    Reading,
    default_rule,
    security_rule,
)
from wsus_egress.controls.azure.residues import group_residues
from wsus_egress.controls.azure.subnets import subnet_documents
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
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Address, Flow, Network, is_internet
from wsus_egress.model.latest import Latest
from wsus_egress.model.policy import EgressPolicy

NSG_TYPE: Final = "azure-native:network:NetworkSecurityGroup"

# "Azure subscription and service limits", read 2026-11: 1,000 rules in a group. Priorities: 100 to
# 4096, unique per direction (Microsoft.Network 2024-05-01, text of the property).
RULES_PER_GROUP: Final = 1000

_ELSEWHERE: Final = Ruling(Verdict.NOT_APPLICABLE, "neither end is in the virtual network")


@dataclass(frozen=True)
class AzureNsg(Control):
    """The network security group of one Azure target, for the subnets of its servers."""

    target: AzureTarget
    environment: str
    rules: tuple[NsgRule, ...]
    directions: tuple[Direction, ...] = DIRECTIONS
    """The directions whose rules count: one where a flow has one end in a subnet of the group."""
    assumptions: tuple[Assumption, ...] = ()

    name = "azure-nsg"

    @property
    def guards_inside(self) -> bool | frozenset[int]:
        """Remote administration that goes out, where lateral movement is denied."""
        denies = self.target.network_security_group.deny_lateral_movement
        return frozenset(LATERAL_PORTS) if denies and "Outbound" in self.directions else False

    @property
    def residues(self) -> tuple[Residue, ...]:
        """What a group leaves open whatever its rules."""
        return group_residues(self.target)

    @property
    def networks(self) -> Iterable[Network]:
        """The rules' ranges and the virtual network's."""
        yield from self.target.address_space
        for rule in self.rules:
            for side in (rule.sources, rule.destinations):
                if not isinstance(side, str):
                    yield from side

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ports."""
        return ((port, port) for rule in self.rules for port in rule.ports)

    def kind_of(self, source: Address) -> Hashable:
        """Sources for which the same rules are, are of one kind."""
        rules = tuple(
            isinstance(rule.sources, str) or within(rule.sources, source) for rule in self.rules
        )
        inside = within(self.target.address_space, source)
        return source.version, is_internet(source), inside, rules

    def admits(self, flow: Flow) -> Ruling:
        """Outbound rules for a source in the virtual network, inbound for a destination in it."""
        last = _ELSEWHERE
        for reading in self._readings(flow).values():
            last = reading.decide(flow)
            if last.verdict is Verdict.DENY:
                return last
        return last

    def sides(self) -> tuple[Control, ...]:
        """Outbound rules and inbound rules: a subnet may be at one end of a flow only."""
        return self._sides

    @cached_property
    def _sides(self) -> tuple[Control, ...]:
        return tuple(replace(self, directions=(direction,)) for direction in DIRECTIONS)

    @cached_property
    def _readings(self) -> Latest[Mapping[Direction, Reading]]:
        """What is read in each direction that a flow has in the virtual network."""
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> Mapping[Direction, Reading]:
        ends = {"Outbound": source, "Inbound": destination}
        return {
            direction: Reading(
                tuple(
                    rule
                    for rule in self._by_direction[direction]
                    if rule.is_between(source, destination)
                ),
                default_rule(direction, source, destination),
            )
            for direction in self.directions
            if within(self.target.address_space, ends[direction])
        }

    @cached_property
    def _by_direction(self) -> Mapping[Direction, list[NsgRule]]:
        ordered = sorted(self.rules, key=lambda rule: rule.priority)
        return {
            direction: [rule for rule in ordered if rule.direction == direction]
            for direction in self.directions
        }

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """Ports and addresses; names are left to another control."""
        return asked_of_ports(policy, flow)

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """The group with its rules inside: the project owns all of them."""
        flush = self.target.network_security_group.flush
        properties = {
            **({"flushConnection": True} if flush else {}),
            "location": self.target.location,
            "networkSecurityGroupName": f"{prefix}-nsg",
            "resourceGroupName": self.target.resource_group,
            "securityRules": [security_rule(rule) for rule in self.rules],
            "tags": tags_of(self.target, self.environment),
        }
        group = Document(NSG_TYPE, f"{prefix}-nsg", properties)
        # The route table is attached in the same request: a subnet is always sent whole.
        alone = () if self.target.route_table else subnet_documents(prefix, self.target)
        return (group, *alone)

    def quotas(self) -> tuple[Quota, ...]:
        """Rules per group."""
        return (Quota("rules of the network security group", len(self.rules), RULES_PER_GROUP),)
