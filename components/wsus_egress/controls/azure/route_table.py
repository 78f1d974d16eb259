"""The Azure route table: 0.0.0.0/0 to the firewall, and what does not go there."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from wsus_egress.controls.assumptions import Assumption, across
from wsus_egress.controls.azure.assumptions import route_table_assumptions
from wsus_egress.controls.azure.residues import LEARNED_ROUTE, PRIVATE_TAKEN
from wsus_egress.controls.azure.subnets import subnet_documents
from wsus_egress.controls.base import (
    Control,
    Document,
    Part,
    Quota,
    Residue,
    Ruling,
    Verdict,
    within,
)
from wsus_egress.controls.tags import tags_of
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Address, Flow, Network, is_internet
from wsus_egress.model.latest import Latest
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES

TABLE_TYPE: Final = "azure-native:network:RouteTable"
DEFAULT_ROUTE: Final = ipaddress.ip_network("0.0.0.0/0")
# "Azure subscription and service limits", older copy: 400 routes a table.
ROUTES_PER_TABLE: Final = 400
FIREWALL: Final = "firewall"
_NONE: Final[frozenset[str]] = frozenset()

_HOPS: Final = {
    "Internet": "the Internet", "None": "nowhere", "VirtualNetworkGateway": "the gateway"
}  # fmt: skip
NextHop = Literal["VirtualAppliance", "Internet", "None", "VirtualNetworkGateway"]


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `address` is an appliance's: `firewall`, or that of another."""

    id: str
    prefix: Network
    next_hop: NextHop
    address: str | None = None
    endpoints: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`0.0.0.0/0 to the firewall`."""
        where = _HOPS.get(self.next_hop, "")
        appliance = "the firewall" if self.address == FIREWALL else f"appliance {self.address}"
        return f"{self.prefix} to {where or appliance}"


@dataclass(frozen=True, slots=True)
class _Hop:
    """Where the table leads what goes from one address to another.

    Attributes:
        past: Whether that is past the firewall.
        asked: Whether the settings ask for the flow to be let through there.
    """

    ruling: Ruling
    past: bool
    asked: bool


_ELSEWHERE: Final = _Hop(
    Ruling(Verdict.NOT_APPLICABLE, "only what enters or leaves the virtual network is routed here"),
    past=False,
    asked=True,
)
# "Virtual network traffic routing", read 2026-11: a user's route for 0.0.0.0/0 takes the system's
# routes to private ranges away, and without propagation there is none of the gateway's.
_DROPPED: Final = "led to the firewall one way only, which drops it: no entry of `private` has it"
_NO_WAY: Final[tuple[Network, bool, str]] = (DEFAULT_ROUTE, False, "")
_LEARNED: Final = "a route that the gateway propagates"


@dataclass(frozen=True)
class AzureRouteTable(Control):
    """The route table of the servers' subnets. It admits everything, and says past which control."""

    target: AzureTarget
    environment: str
    rules: tuple[Route, ...]
    assumptions: tuple[Assumption, ...] = ()
    far: tuple[Network, ...] = ()
    """The addresses elsewhere that parties here synchronize with: of others nothing is known."""

    name = "azure-route-table"
    leads_past = frozenset({"azure-application-rules"})

    @property
    def residues(self) -> tuple[Residue, ...]:
        """What a gateway may add, or what it leads no more."""
        table = self.target.route_table
        return (LEARNED_ROUTE if table and table.bgp_propagation else PRIVATE_TAKEN,)

    @property
    def networks(self) -> Iterable[Network]:
        """The routes' prefixes and the virtual network's ranges."""
        yield from self.target.address_space
        yield from (route.prefix for route in self.rules)
        table = self.target.route_table
        yield from (route.address_prefix for route in (table.private if table else ()))

    @cached_property
    def _hop(self) -> Latest[_Hop]:
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> _Hop:
        here = [within(self.target.address_space, end) for end in (source, destination)]
        far = destination if here[0] else source
        if any(here) and not all(here) and within(self.far, far):
            return self._private(far)
        if not here[0] or not is_internet(destination):
            return _ELSEWHERE
        direct = self.target.route_table.direct if self.target.route_table else ()
        asked = destination.version == 6 or within(
            (each.address_prefix for each in direct), destination
        )
        # The longest prefix that has the destination.
        fitting = [route for route in self.rules if destination in route.prefix]
        route = max(fitting, key=lambda route: route.prefix.prefixlen, default=None)
        if route is None:
            # Every subnet has them ("Virtual network traffic routing"); an IPv6 one where the
            # network has IPv6.
            rule = "the system's route to the Internet, past the firewall"
            return _Hop(Ruling(Verdict.ALLOW, rule), past=True, asked=asked)
        past = route.next_hop != "VirtualAppliance" or route.address != FIREWALL
        verdict = Verdict.DENY if route.next_hop == "None" else Verdict.ALLOW
        rule = f"{route.id}, past the firewall" if past and verdict is Verdict.ALLOW else route.id
        return _Hop(Ruling(verdict, rule), past=past, asked=asked or not past)

    def _private(self, far: Address) -> _Hop:
        """The way to a private address elsewhere and from there, which must be the same."""
        table = self.target.route_table
        # Of two of one length the first counts: a route to the firewall leads where an entry says so.
        ways = [
            (route.address_prefix, True, f"private-{route.name}")
            for route in (table.private if table else ())
            if route.via != "gateway"
        ] + [
            (route.prefix, route.next_hop == "VirtualNetworkGateway", route.id)
            for route in self.rules
        ]
        fitting = [way for way in ways if far in way[0]]
        prefix, leads, name = max(fitting, key=lambda way: way[0].prefixlen, default=_NO_WAY)
        if leads:
            return _Hop(Ruling(Verdict.ALLOW, name), past=True, asked=True)
        if prefix.prefixlen == 0 and table and table.bgp_propagation:
            return _Hop(Ruling(Verdict.ALLOW, _LEARNED), past=True, asked=True)
        return _Hop(Ruling(Verdict.DENY, _DROPPED), past=True, asked=False)

    def admits(self, flow: Flow) -> Ruling:
        """Where a flow goes. Synchronization that has no way there and back does not arrive."""
        return self._hop(flow).ruling

    def skips(self, flow: Flow) -> frozenset[str]:
        """The firewall's rules, where the flow does not go through the firewall."""
        return self.leads_past if self._hop(flow).past else _NONE

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """To lead IPv4 to the firewall, but for the ranges that are listed; the rest is others'.

        Between servers: to lead what the policy allows there and back.
        """
        led = self._hop(flow).asked
        if not is_internet(flow.destination):
            return Part(led or policy.decide(flow).allowed, NO_NAMES)
        return Part(led, ALL_NAMES if led else NO_NAMES)

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """The table with its routes inside, then the subnets that it is attached to."""
        table = self.target.route_table
        assert table is not None  # noqa: S101 - without one there is no such control
        properties = {
            "disableBgpRoutePropagation": not table.bgp_propagation,
            "location": self.target.location,
            "resourceGroupName": self.target.resource_group,
            "routeTableName": f"{prefix}-route-table",
            "routes": [self._properties(prefix, route) for route in self.rules],
            "tags": tags_of(self.target, self.environment),
        }
        own = Document(TABLE_TYPE, f"{prefix}-route-table", properties)
        return (own, *subnet_documents(prefix, self.target))

    def _properties(self, prefix: str, route: Route) -> dict[str, Any]:
        hop: dict[str, Any] = {"nextHopType": route.next_hop}
        if route.next_hop == "VirtualAppliance":
            hop["nextHopIpAddress"] = self._address(prefix)
        return {"addressPrefix": str(route.prefix), "name": route.id, **hop}

    def _address(self, prefix: str) -> str:
        table = self.target.route_table
        if table and table.firewall_address:
            return str(table.firewall_address)
        return f"${{{prefix}-firewall.ipConfigurations[0].privateIPAddress}}"

    def quotas(self) -> tuple[Quota, ...]:
        """Routes per table."""
        return (Quota("routes of the route table", len(self.rules), ROUTES_PER_TABLE),)


def compile_route_table(
    policy: EgressPolicy, target: AzureTarget, environment: str
) -> AzureRouteTable:
    """The default route to the firewall, and the ranges that are asked for past it."""
    routes = tuple(_routes(target))
    assumptions = tuple(route_table_assumptions(policy, target))
    far = tuple(n for peer, _ in across(policy, "azure") for n in peer.addresses)
    return AzureRouteTable(target, environment, routes, assumptions, far)


def _routes(target: AzureTarget) -> Iterator[Route]:
    yield Route("default-to-firewall", DEFAULT_ROUTE, "VirtualAppliance", FIREWALL)
    for direct in target.route_table.direct if target.route_table else ():
        yield Route(f"direct-{direct.name}", direct.address_prefix, "Internet")
    for each in target.route_table.private if target.route_table else ():
        if each.via == "gateway":
            yield Route(f"private-{each.name}", each.address_prefix, "VirtualNetworkGateway")
        elif each.via == "firewall":
            # 0.0.0.0/0 alone does not lead there: a peering's own route, or one that the gateway
            # learned, has a longer prefix, and of equal ones a user's route counts.
            yield Route(f"private-{each.name}", each.address_prefix, "VirtualAppliance", FIREWALL)
