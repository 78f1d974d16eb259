"""Azure network security groups: ports and addresses, blind to names, allow then deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from wsus_egress.controls.base import (
    MANAGED_BY,
    Bounds,
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
from wsus_egress.environment import AzureTarget
from wsus_egress.policy import Address, EgressPolicy, Flow, Network, Scheme, is_internet

# "Azure subscription and service limits", read 2026-11: 1,000 rules in a group. Priorities: 100 to
# 4096, unique per direction (Microsoft.Network 2024-05-01, text of the property).
RULES_PER_GROUP: Final = 1000
FIRST_ALLOW: Final = 1000
DENY_SYNCHRONIZATION: Final = 4000
DENY_INTERNET: Final = 4096

Direction = Literal["Outbound", "Inbound"]
Side = tuple[Network, ...] | Literal["*", "Internet"]


@dataclass(frozen=True, slots=True)
class NsgRule:
    """One security rule. `ports` are the destination's; empty means any."""

    id: str
    priority: int
    direction: Direction
    access: Literal["Allow", "Deny"]
    protocol: Literal["Tcp", "Udp", "*"]
    sources: Side
    destinations: Side
    ports: tuple[int, ...]
    description: str
    endpoints: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`1000 allow outbound tcp/80,443 from 10.0.0.4 to Internet`."""
        ports = ",".join(map(str, self.ports)) or "any"
        protocol = "any" if self.protocol == "*" else self.protocol.lower()
        return (
            f"{self.priority} {self.access.lower()} {self.direction.lower()} {protocol}/{ports} "
            f"from {_side_text(self.sources)} to {_side_text(self.destinations)}"
        )

    def matches(self, flow: Flow) -> bool:
        """Whether this rule decides the flow."""
        if flow.source.version != flow.destination.version and not isinstance(self.sources, str):
            # A server known by an IPv4 address reaches IPv6 from an address that is not listed.
            return False
        return (
            self.protocol in ("*", flow.protocol.capitalize())
            and (not self.ports or flow.port in self.ports)
            and _has(self.sources, flow.source)
            and _has(self.destinations, flow.destination)
        )


def _side_text(side: Side) -> str:
    return side if isinstance(side, str) else ", ".join(map(plain, side))


def _has(side: Side, address: Address) -> bool:
    if side == "*":
        return True
    return is_internet(address) if side == "Internet" else within(side, address)


@dataclass(frozen=True)
class AzureNsg:
    """The network security group of one Azure target, for the subnets of its servers."""

    target: AzureTarget
    environment: str
    rules: tuple[NsgRule, ...]
    name: str = "azure-nsg"
    guards_inside: bool = False
    assumptions: tuple[str, ...] = ()
    residues: tuple[Residue, ...] = ()

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

    @cached_property
    def _by_direction(self) -> dict[Direction, list[NsgRule]]:
        ordered = sorted(self.rules, key=lambda rule: rule.priority)
        return {
            direction: [rule for rule in ordered if rule.direction == direction]
            for direction in ("Outbound", "Inbound")
        }

    def admits(self, flow: Flow) -> Ruling:
        """Outbound rules for a source in the virtual network, inbound for a destination in it."""
        last = Ruling(Verdict.NOT_APPLICABLE, "neither end is in the virtual network")
        for direction, end in (("Outbound", flow.source), ("Inbound", flow.destination)):
            if within(self.target.address_space, end):
                last = self._decide(direction, flow)  # type: ignore[arg-type]
                if last.verdict is Verdict.DENY:
                    return last
        return last

    def _decide(self, direction: Direction, flow: Flow) -> Ruling:
        for rule in self._by_direction[direction]:
            if rule.matches(flow):
                verdict = Verdict.ALLOW if rule.access == "Allow" else Verdict.DENY
                return Ruling(verdict, rule.id)
        return self._default(direction, flow)

    def _default(self, direction: Direction, flow: Flow) -> Ruling:
        # The rules that every group ends with ("Network security groups", 2025-07). They cannot be
        # removed, only come too late. AllowAzureLoadBalancerInBound (65001) admits the platform's
        # health probe alone, which is no flow of this policy.
        space = self.target.address_space
        if within(space, flow.source) and within(space, flow.destination):
            return Ruling(Verdict.ALLOW, "default rule 65000 AllowVnet")
        if direction == "Outbound" and is_internet(flow.destination):
            return Ruling(Verdict.ALLOW, "default rule 65001 AllowInternetOutBound")
        return Ruling(Verdict.DENY, f"default rule 65500 DenyAll{direction}")

    def names(self, flow: Flow) -> Bounds | None:
        """All names or none: a network security group cannot see them."""
        return blind(self.admits(flow).verdict)

    @property
    def tags(self) -> dict[str, str]:
        """What the group is tagged with."""
        own = {"managed-by": MANAGED_BY, "wsus-egress-environment": self.environment}
        return {**own, **dict(self.target.tags)}

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
            "tags": self.tags,
        }
        return (Document("azure-native:network:NetworkSecurityGroup", f"{prefix}-nsg", properties),)

    def quotas(self) -> tuple[Quota, ...]:
        """Rules per group."""
        return (Quota("rules of the network security group", len(self.rules), RULES_PER_GROUP),)


def _properties(rule: NsgRule) -> dict[str, Any]:
    return {
        "access": rule.access,
        "description": rule.description,
        **_prefixes("destination", rule.destinations),
        **_port_ranges(rule.ports),
        "direction": rule.direction,
        "name": rule.id,
        "priority": rule.priority,
        "protocol": rule.protocol,
        **_prefixes("source", rule.sources),
        "sourcePortRange": "*",
    }


def _prefixes(side: str, value: Side) -> dict[str, Any]:
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


def compile_nsg(policy: EgressPolicy, target: AzureTarget, environment: str) -> AzureNsg:
    """Allow what the policy names, then deny the rest: default rules would admit it."""
    return AzureNsg(target, environment, tuple(_rules(policy)))


def _rules(policy: EgressPolicy) -> Iterator[NsgRule]:
    here = policy.in_place("azure")
    sources = tuple(network for party in here if party.internet for network in party.addresses)
    ports = tuple(s.port for s in Scheme if policy.names(s.port, s.application))
    if sources and ports:
        yield NsgRule(
            "allow-microsoft-update", FIRST_ALLOW, "Outbound", "Allow", "Tcp", sources, "Internet",
            ports, "HTTP and HTTPS to Microsoft Update",
        )  # fmt: skip
    for offset, party in enumerate((p for p in here if p.asks is not None), start=100):
        assert party.asks is not None  # noqa: S101 - just filtered
        server = policy.party(party.asks)
        yield NsgRule(
            f"allow-{party.name}-to-{server.name}", FIRST_ALLOW + offset, "Outbound", "Allow", "Tcp",
            party.addresses, server.addresses, server.ports.all() if server.ports else (),
            f"WSUS synchronization to {server.name}",
        )  # fmt: skip
    for offset, party in enumerate(p for p in here if p.ports is not None):
        askers = policy.askers(party)
        if askers and party.ports:
            yield NsgRule(
                f"allow-to-{party.name}", FIRST_ALLOW + offset, "Inbound", "Allow", "Tcp",
                tuple(network for asker in askers for network in asker.addresses),
                party.addresses, party.ports.all(),
                f"WSUS synchronization to {party.name}",
            )  # fmt: skip
    for direction in ("Outbound", "Inbound"):
        yield NsgRule(
            f"deny-synchronization-{direction.lower()}", DENY_SYNCHRONIZATION,
            direction, "Deny", "Tcp", "*", "*", policy.synchronization_ports,
            "Synchronization between named servers and clients only",
        )  # fmt: skip
    yield NsgRule(
        "deny-internet", DENY_INTERNET, "Outbound", "Deny", "*", "*", "Internet", (),
        "Nothing else to the Internet: default rule 65001 would admit it",
    )  # fmt: skip
