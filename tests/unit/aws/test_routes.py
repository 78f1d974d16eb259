"""What a route table has already, or cannot have, is found before anything is made."""

from __future__ import annotations

from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest

from wsus_egress.aws.routes import leads, refused_routes
from wsus_egress.model.network_firewall_endpoints import FirewallEndpoint

ENDPOINT = FirewallEndpoint.model_validate({
    "zone": "eu-west-1a",
    "subnetId": "subnet-00000000",
    "protectedRouteTables": ["rtb-00000001"],
    "returnRoutes": [
        {"routeTableId": "rtb-00000002", "destinations": ["10.20.0.0/22", "10.121.0.0/16"]}
    ],
})  # fmt: skip
BLOCKS = (ip_network("10.20.0.0/16"),)


def said(tables: dict[str, dict[str, str]], *, beside: bool = False) -> list[str]:
    """What is refused, where these tables lead what is said."""
    return [str(each) for each in refused_routes(ENDPOINT, tables, BLOCKS, beside=beside)]


def there(table: str, destination: str, target: str, instead: str) -> str:
    """The answer to a route that is there."""
    return (
        f"{table} leads {destination} to {target} already, and a table has one route for it: AWS would "
        f"refuse another (RouteAlreadyExists), once the firewall is made; {instead}"
    )


def test_a_default_route_that_is_there_is_refused() -> None:
    """To whatever it leads; with both ways on. The halves stand beside it."""
    for target in ("nat-1", "tgw-1", "igw-1", "eni-1"):
        tables = {"rtb-00000001": {"0.0.0.0/0": target}}
        instead = (
            "write keepDefaultRoutes: true, with which 0.0.0.0/1 and 128.0.0.0/1 go to the endpoint and win "
            "over it, without an outage; or delete that route yourself first"
        )
        expected = there("rtb-00000001", "0.0.0.0/0", target, instead)
        assert [f"protected_route_tables[0]: {expected}"] == said(tables)
        assert [] == said(tables, beside=True)


def test_a_half_that_is_there_is_refused() -> None:
    """Somebody else's trick of the same kind."""
    tables = {"rtb-00000001": {"128.0.0.0/1": "eni-1"}}

    assert [] == said(tables)
    (found,) = said(tables, beside=True)
    assert "leads 128.0.0.0/1 to eni-1 already" in found


@pytest.mark.parametrize("beside", [True, False])
def test_a_route_to_an_endpoint_is_ours(beside: bool) -> None:
    """From the second update on the table has what the stack made."""
    leading = dict.fromkeys(("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"), "vpce-1")

    assert [] == said({"rtb-00000001": leading, "rtb-00000002": {"10.20.0.0/22": "vpce-1"}},
                      beside=beside)  # fmt: skip


def test_a_way_back_that_is_there_is_refused() -> None:
    """A spoke's range can be written as halves; a subnet of the VPC cannot."""
    tables = {"rtb-00000002": {"10.20.0.0/22": "eni-1", "10.121.0.0/16": "tgw-1"}}
    delete = "delete that route yourself first"
    halves = "write its halves, 10.121.0.0/17 and 10.121.128.0/17, which win over it; or"

    assert [
        "return_routes[0].destinations[0]: "
        + there("rtb-00000002", "10.20.0.0/22", "eni-1", delete),
        "return_routes[0].destinations[1]: "
        + there("rtb-00000002", "10.121.0.0/16", "tgw-1", f"{halves} {delete}"),
    ] == said(tables)


def test_the_local_route_is_not_made_again() -> None:
    """A return route for the VPC's own range is its local route."""
    endpoint = ENDPOINT.model_copy(
        update={
            "return_routes": (
                ENDPOINT.return_routes[0].model_copy(update={"destinations": BLOCKS}),
            )
        }
    )
    (found,) = refused_routes(endpoint, {}, BLOCKS, beside=False)

    assert (
        "return_routes[0].destinations[0]: 10.20.0.0/16 is the VPC's own range, whose route is there from "
        "the start: AWS makes no other; name the servers' subnets"
    ) == str(found)


def test_a_look_up_is_read() -> None:
    """Whatever field has the target; what has no range is left out, as are no routes at all."""
    routes: list[Any] = [
        SimpleNamespace(cidr_block="0.0.0.0/0", nat_gateway_id="nat-1", gateway_id=""),
        SimpleNamespace(cidr_block="10.0.0.0/8", transit_gateway_id="tgw-1"),
        SimpleNamespace(cidr_block="", ipv6_cidr_block="::/0", egress_only_gateway_id="eigw-1"),
        SimpleNamespace(cidr_block="10.9.0.0/16"),
        SimpleNamespace(destination_prefix_list_id="pl-1", gateway_id="igw-1"),
    ]

    assert {
        "0.0.0.0/0": "nat-1",
        "10.0.0.0/8": "tgw-1",
        "::/0": "eigw-1",
        "10.9.0.0/16": "",
    } == leads(SimpleNamespace(routes=routes))
    assert {} == leads(SimpleNamespace(routes=None))
