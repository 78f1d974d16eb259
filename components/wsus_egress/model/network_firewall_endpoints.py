"""Where a firewall's endpoints go, zone by zone, and the routes that lead to them and back."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from wsus_egress.model.addresses import by_address
from wsus_egress.model.aws_forms import RouteTableId, SubnetId, VpcId, Zone
from wsus_egress.model.base import Checked, Items, Settings, SomeItems, WrittenAs, network, refused
from wsus_egress.model.flows import Network
from wsus_egress.problems import Problem


def some_addresses(text: str) -> Network:
    """The network of a text like `10.0.0.0/8`.

    Raises:
        PydanticCustomError: It is not a network, or it is every address.
    """
    found = network(text)
    if found.prefixlen == 0:
        what = f"{text} is every address: the Internet would be inside"
        raise refused(what, "write your own networks")
    return found


def default_routes(*, beside: bool, ipv6: bool = False) -> tuple[Network, ...]:
    """What leads every address to an endpoint: 0.0.0.0/0, or its halves beside a route for it.

    A table has one route for each destination, and the one with the longest prefix counts ("Route
    priority", VPC user guide, read 2026-11): the halves win over a 0.0.0.0/0 that stays.
    """
    every: list[Network] = [ipaddress.IPv4Network("0.0.0.0/0")]
    if ipv6:
        every.append(ipaddress.IPv6Network("::/0"))
    return tuple(half for each in every for half in (each.subnets() if beside else (each,)))


def in_order(networks: tuple[Network, ...]) -> tuple[Network, ...]:
    """The networks by address, each once."""
    return tuple(sorted(set(networks), key=by_address))


class ReturnRoute(Settings):
    """The return path, for example the route table of the NAT gateway's subnet."""

    route_table_id: Annotated[RouteTableId, Field(description="The route table.")]
    destinations: Annotated[
        SomeItems[Annotated[Network, WrittenAs(str, some_addresses, str)]],
        AfterValidator(in_order),
        Field(description="The servers' subnets, as CIDR blocks: routed to the same endpoint."),
    ]


class FirewallEndpoint(Checked):
    """One zone of the inspection VPC: where the firewall's endpoint goes, and who is routed to it."""

    zone: Annotated[Zone, Field(description="The availability zone: eu-west-1a.")]
    subnet_id: Annotated[SubnetId, Field(description="The firewall's own subnet in that zone.")]
    protected_route_tables: Annotated[
        Items[RouteTableId],
        Field(
            description="The servers' route tables: 0.0.0.0/0 goes to the endpoint, and ::/0 with ipv6."
        ),
    ] = ()
    return_routes: Annotated[
        Items[ReturnRoute], Field(description="The way back, through the same endpoint.")
    ] = ()

    def routes(self, *, beside: bool) -> Iterator[tuple[str, str]]:
        """Each route to the endpoint: a table, and the destination.

        Args:
            beside: Whether the protected tables keep a default route of their own.
        """
        for table in self.protected_route_tables:
            yield from ((table, str(each)) for each in default_routes(beside=beside))
        for route in self.return_routes:
            yield from ((route.route_table_id, str(each)) for each in route.destinations)

    def refusals(self) -> Iterator[Problem]:
        """Routes lead both ways, or nothing is routed here."""
        if bool(self.protected_route_tables) != bool(self.return_routes):
            have, missing = "protectedRouteTables", "returnRoutes"
            if self.return_routes:
                have, missing = missing, have
            what = (
                f"{have} is given without {missing}: routes one way only are asymmetric, and the "
                "firewall drops connections of which it sees half"
            )
            yield Problem(None, (have,), what, f"add {missing}")


class AssociatedEndpoint(FirewallEndpoint):
    """An endpoint of the same firewall elsewhere: in another VPC, or a second one in a zone."""

    vpc_id: Annotated[VpcId, Field(description="The VPC that the endpoint is in.")]
    subnet_id: Annotated[SubnetId, Field(description="The endpoint's own subnet there.")]
