"""Which routes of mode full AWS would refuse: only after the firewall is made, which takes ten minutes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wsus_egress.model.addresses import is_within
from wsus_egress.model.flows import Network
from wsus_egress.model.network_firewall_endpoints import FirewallEndpoint, default_routes
from wsus_egress.problems import Keys, Problem

# The targets that the provider tells of a route (terraform-provider-aws
# internal/service/ec2/vpc_route_table_data_source.go, commit 08923b6, read 2026-11). It leaves out
# local routes, those that a virtual private gateway propagates, and those of gateway endpoints.
_TARGETS: Final = (
    "nat_gateway_id", "transit_gateway_id", "gateway_id", "vpc_endpoint_id", "network_interface_id",
    "instance_id", "vpc_peering_connection_id", "egress_only_gateway_id", "carrier_gateway_id",
    "local_gateway_id", "core_network_arn", "odb_network_arn",
)  # fmt: skip
_ENDPOINT: Final = "vpce-"
_KEEP: Final = (
    "write keepDefaultRoutes: true, with which 0.0.0.0/1 and 128.0.0.0/1 go to the endpoint and win over "
    "it, without an outage; or delete that route yourself first"
)


def leads(answer: Any) -> dict[str, str]:
    """Where a route table leads what, as a look-up of it says: `{"0.0.0.0/0": "nat-1"}`."""
    found = {}
    for route in answer.routes or ():
        targets = (getattr(route, name, None) for name in _TARGETS)
        destination = getattr(route, "cidr_block", None) or getattr(route, "ipv6_cidr_block", None)
        if destination:
            found[destination] = next(filter(None, targets), "")
    return found


def refused_routes(
    endpoint: FirewallEndpoint,
    tables: Mapping[str, Mapping[str, str]],
    blocks: tuple[Network, ...],
    *,
    beside: bool,
    ipv6: bool = False,
) -> Iterator[Problem]:
    """What of an endpoint's routes is there already, or cannot be.

    A route to an endpoint counts as one of ours: it is from the second update on.

    Args:
        endpoint: With the routes.
        tables: Where each table that could be looked up leads what.
        blocks: The VPC's own, as far as they are known.
        beside: Whether the protected tables keep a default route of their own.
        ipv6: Whether IPv6 is routed too.
    """
    for number, table in enumerate(endpoint.protected_route_tables):
        keys: Keys = ("protected_route_tables", number)
        for destination in default_routes(beside=beside, ipv6=ipv6):
            yield from _there(keys, table, destination, tables, _KEEP)
    for number, route in enumerate(endpoint.return_routes):
        for place, destination in enumerate(route.destinations):
            keys = ("return_routes", number, "destinations", place)
            if destination in blocks:
                what = (
                    f"{destination} is the VPC's own range, whose route is there from the start: AWS makes "
                    "no other"
                )
                yield Problem(None, keys, what, "name the servers' subnets")
            elif is_within(destination, blocks):
                # Its halves would not be whole subnets.
                yield from _there(keys, route.route_table_id, destination, tables, _DELETE)
            else:
                halves = " and ".join(map(str, destination.subnets()))
                instead = f"write its halves, {halves}, which win over it; or {_DELETE}"
                yield from _there(keys, route.route_table_id, destination, tables, instead)


_DELETE: Final = "delete that route yourself first"


def _there(
    keys: Keys,
    table: str,
    destination: Network,
    tables: Mapping[str, Mapping[str, str]],
    instead: str,
) -> Iterator[Problem]:
    target = tables.get(table, {}).get(str(destination), _ENDPOINT)
    if not target.startswith(_ENDPOINT):
        what = (
            f"{table} leads {destination} to {target} already, and a table has one route for it: AWS would "
            "refuse another (RouteAlreadyExists), once the firewall is made"
        )
        yield Problem(None, keys, what, instead)
