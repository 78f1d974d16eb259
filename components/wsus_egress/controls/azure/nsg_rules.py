"""Rules of a network security group: which flows each is about, and how it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from wsus_egress.controls.base import Ruling, Verdict, plain, within
from wsus_egress.model.flows import Address, Flow, Network, is_internet

Direction = Literal["Outbound", "Inbound"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("Outbound", "Inbound")
Side = tuple[Network, ...] | Literal["*", "Internet", "VirtualNetwork"]
# Remote administration: SSH, RDP, WinRM. What PSRule's Azure.NSG.LateralTraversal looks for.
LATERAL_PORTS: Final = (22, 3389, 5985, 5986)


@dataclass(frozen=True, slots=True, kw_only=True)
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
class Reading:
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


def default_rule(direction: Direction, source: Address, destination: Address) -> Ruling:
    """What a group says of a flow that none of its rules matches."""
    # The rules that every group ends with ("Network security groups", 2025-07). They cannot be
    # removed, only come too late. AllowAzureLoadBalancerInBound (65001) admits the platform's
    # health probe alone, which is not a flow of this policy.
    if not is_internet(source) and not is_internet(destination):
        return Ruling(Verdict.ALLOW, "default rule 65000 AllowVnet")
    if direction == "Outbound" and is_internet(destination):
        return Ruling(Verdict.ALLOW, "default rule 65001 AllowInternetOutBound")
    return Ruling(Verdict.DENY, f"default rule 65500 DenyAll{direction}")


def security_rule(rule: NsgRule) -> dict[str, Any]:
    """A rule as the provider gets it, inside its group."""
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
