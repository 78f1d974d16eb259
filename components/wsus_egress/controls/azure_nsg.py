"""Azure network security groups: ports and addresses, blind to names, allow then deny."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from wsus_egress.controls.azure_firewall import azure_tags
from wsus_egress.controls.azure_residues import group_residues
from wsus_egress.controls.azure_subnets import subnet_documents, uncovered
from wsus_egress.controls.base import (
    Bounds,
    Control,
    Document,
    Part,
    Quota,
    Residue,
    Ruling,
    Verdict,
    asked_of_ports,
    blind,
    plain,
    within,
)
from wsus_egress.environment_azure import AzureTarget
from wsus_egress.pairs import Latest
from wsus_egress.policy import Address, EgressPolicy, Flow, Network, is_internet

# "Azure subscription and service limits", read 2026-11: 1,000 rules in a group. Priorities: 100 to
# 4096, unique per direction (Microsoft.Network 2024-05-01, text of the property).
RULES_PER_GROUP: Final = 1000

Direction = Literal["Outbound", "Inbound"]
Side = tuple[Network, ...] | Literal["*", "Internet", "VirtualNetwork"]
# Remote administration: SSH, RDP, WinRM. What PSRule's Azure.NSG.LateralTraversal looks for.
LATERAL_PORTS: Final = (22, 3389, 5985, 5986)
_ELSEWHERE: Final = Ruling(Verdict.NOT_APPLICABLE, "neither end is in the virtual network")
_OTHER_DIRECTION: Final = Ruling(Verdict.NOT_APPLICABLE, "the other direction")


@dataclass(frozen=True, slots=True)
class NsgRule:
    """One security rule.

    Attributes:
        ports: The destination's; empty for any.
        service_tag: What is sent for the destination Internet, where the user chose to approximate:
            the tag's content changes weekly, so the proof takes it for the whole Internet.
        source_group: The id of the application security group that is sent for `sources`.
        destination_group: The same for `destinations`.
    """

    id: str
    priority: int
    direction: Direction
    access: Literal["Allow", "Deny"]
    protocol: Literal["Tcp", "Udp", "*"]
    sources: Side
    destinations: Side
    ports: tuple[int, ...]
    description: str
    service_tag: str | None = None
    source_group: str | None = None
    destination_group: str | None = None
    endpoints: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`1000 allow outbound tcp/80,443 from 10.0.0.4 to Internet`."""
        ports = ",".join(map(str, self.ports)) or "any"
        protocol = "any" if self.protocol == "*" else self.protocol.lower()
        return (
            f"{self.priority} {self.access.lower()} {self.direction.lower()} {protocol}/{ports} "
            f"from {_side_text(self.sources)} to {self.service_tag or _side_text(self.destinations)}"
        )

    def is_between(self, source: Address, destination: Address) -> bool:
        """Whether this rule is about flows between these addresses."""
        if source.version != destination.version and not isinstance(self.sources, str):
            # A server known by an IPv4 address reaches IPv6 from an address that is not listed.
            return False
        return _has(self.sources, source) and _has(self.destinations, destination)

    def matches(self, flow: Flow) -> bool:
        """Whether this rule decides a flow between addresses that it is about."""
        return (not self.ports or flow.port in self.ports) and (
            self.protocol == "*" or self.protocol.lower() == flow.protocol
        )


def _side_text(side: Side) -> str:
    return side if isinstance(side, str) else ", ".join(map(plain, side))


def _has(side: Side, address: Address) -> bool:
    if side == "*":
        return True
    if isinstance(side, str):
        # VirtualNetwork is also what is peered, and what is behind a gateway ("Service tags
        # overview"): any private address may be.
        return is_internet(address) == (side == "Internet")
    return within(side, address)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The rules of one direction that are about two addresses, by priority, and what comes last."""

    rules: tuple[NsgRule, ...]
    default: Ruling

    def decide(self, flow: Flow) -> Ruling:
        """The first rule that matches, or the default rule."""
        for rule in self.rules:
            if rule.matches(flow):
                verdict = Verdict.ALLOW if rule.access == "Allow" else Verdict.DENY
                return Ruling(verdict, rule.id)
        return self.default


def _default(direction: Direction, source: Address, destination: Address) -> Ruling:
    # The rules that every group ends with ("Network security groups", 2025-07). They cannot be
    # removed, only come too late. AllowAzureLoadBalancerInBound (65001) admits the platform's
    # health probe alone, which is no flow of this policy.
    if not is_internet(source) and not is_internet(destination):
        return Ruling(Verdict.ALLOW, "default rule 65000 AllowVnet")
    if direction == "Outbound" and is_internet(destination):
        return Ruling(Verdict.ALLOW, "default rule 65001 AllowInternetOutBound")
    return Ruling(Verdict.DENY, f"default rule 65500 DenyAll{direction}")


@dataclass(frozen=True)
class AzureNsg:
    """The network security group of one Azure target, for the subnets of its servers."""

    target: AzureTarget
    environment: str
    rules: tuple[NsgRule, ...]
    servers: tuple[Network, ...] = ()
    """The addresses that must be in a subnet with this group."""
    name: str = "azure-nsg"

    @property
    def guards_inside(self) -> bool | frozenset[int]:
        """Remote administration, where lateral movement is denied."""
        denies = self.target.security_group.deny_lateral_movement
        return frozenset(LATERAL_PORTS) if denies else False

    @property
    def assumptions(self) -> tuple[str, ...]:
        """That the group is on the servers' subnets, and who is in an application security group."""
        groups = self.target.security_group.application_security_groups
        found = [
            f"{name}'s application security group has its addresses only" for name, _ in groups
        ]
        if uncovered(self.target, self.servers):
            found.insert(0, "the servers' subnets have this network security group")
        return tuple(found)

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

    def admits(self, flow: Flow) -> Ruling:
        """Outbound rules for a source in the virtual network, inbound for a destination in it."""
        last = _ELSEWHERE
        for reading in self.readings(flow).values():
            last = reading.decide(flow)
            if last.verdict is Verdict.DENY:
                return last
        return last

    def sides(self) -> tuple[Control, ...]:
        """Outbound rules and inbound rules: a subnet may be at one end of a flow only."""
        return self._sides

    @cached_property
    def _sides(self) -> tuple[Control, ...]:
        return OneDirection(self, "Outbound"), OneDirection(self, "Inbound")

    @cached_property
    def readings(self) -> Latest[Mapping[Direction, _Reading]]:
        """What is read in each direction that a flow has in the virtual network."""
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> Mapping[Direction, _Reading]:
        ends: tuple[tuple[Direction, Address], ...] = (
            ("Outbound", source),
            ("Inbound", destination),
        )
        return {
            direction: _Reading(
                tuple(
                    rule
                    for rule in self._by_direction[direction]
                    if rule.is_between(source, destination)
                ),
                _default(direction, source, destination),
            )
            for direction, end in ends
            if within(self.target.address_space, end)
        }

    @cached_property
    def _by_direction(self) -> Mapping[Direction, list[NsgRule]]:
        ordered = sorted(self.rules, key=lambda rule: rule.priority)
        return {
            direction: [rule for rule in ordered if rule.direction == direction]
            for direction in ("Outbound", "Inbound")
        }

    def names(self, flow: Flow) -> Bounds | None:
        """All names or none: a network security group cannot see them."""
        return blind(self.admits(flow).verdict)

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """Ports and addresses; names are left to another control."""
        return asked_of_ports(policy, flow)

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """The group with its rules inside: the project owns all of them."""
        properties = {
            "location": self.target.location,
            "networkSecurityGroupName": f"{prefix}-nsg",
            "resourceGroupName": self.target.resource_group,
            "securityRules": [_properties(rule) for rule in self.rules],
            "tags": azure_tags(self.target, self.environment),
        }
        group = Document("azure-native:network:NetworkSecurityGroup", f"{prefix}-nsg", properties)
        # The route table is attached in the same request: a subnet is always sent whole.
        alone = () if self.target.route_table else subnet_documents(prefix, self.target)
        return (group, *alone)

    def quotas(self) -> tuple[Quota, ...]:
        """Rules per group."""
        return (Quota("rules of the network security group", len(self.rules), RULES_PER_GROUP),)


class OneDirection:
    """A network security group of which only one direction's rules count."""

    def __init__(self, group: AzureNsg, direction: Direction) -> None:
        """Look at this direction of this group."""
        self._group, self._direction = group, direction

    @property
    def guards_inside(self) -> bool | frozenset[int]:
        """What goes out: nothing is said of remote administration that comes in."""
        return self._group.guards_inside if self._direction == "Outbound" else False

    def __getattr__(self, name: str) -> Any:
        """Everything else is the group's."""
        return getattr(self._group, name)

    def admits(self, flow: Flow) -> Ruling:
        """What this direction's rules say, where its end stands in the virtual network."""
        reading = self._group.readings(flow).get(self._direction)
        return reading.decide(flow) if reading else _OTHER_DIRECTION

    def names(self, flow: Flow) -> Bounds | None:
        """All names or none."""
        return blind(self.admits(flow).verdict)

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """The group's part: ports and addresses."""
        return asked_of_ports(policy, flow)


def _properties(rule: NsgRule) -> dict[str, Any]:
    return {
        "access": rule.access,
        "description": rule.description,
        **_prefixes("destination", rule.service_tag or rule.destinations, rule.destination_group),
        **_port_ranges(rule.ports),
        "direction": rule.direction,
        "name": rule.id,
        "priority": rule.priority,
        "protocol": rule.protocol,
        **_prefixes("source", rule.sources, rule.source_group),
        "sourcePortRange": "*",
    }


def _prefixes(side: str, value: Side | str, group: str | None) -> dict[str, Any]:
    if group:
        return {f"{side}ApplicationSecurityGroups": [{"id": group}]}
    # Singular or plural, never both: the service refuses a rule that sends both.
    if isinstance(value, str):
        return {f"{side}AddressPrefix": value}
    if len(value) == 1:
        return {f"{side}AddressPrefix": plain(value[0])}
    return {f"{side}AddressPrefixes": [plain(network) for network in value]}


def _port_ranges(ports: tuple[int, ...]) -> dict[str, Any]:
    if len(ports) > 1:
        return {"destinationPortRanges": [str(port) for port in ports]}
    return {"destinationPortRange": str(ports[0]) if ports else "*"}
