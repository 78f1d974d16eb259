"""Synchronization with servers elsewhere: the way there and the way back, past the firewall."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from azure_path import Compile, whats
from sample import ONE

from wsus_egress.controls import Verdict
from wsus_egress.controls.azure.route_table import AzureRouteTable
from wsus_egress.model.flows import Flow
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Proof

HERE, FAR = ip_address("10.20.0.10"), ip_address("10.30.0.10")
DEVIATION = "azure/azure-route-table/narrower/synchronization"
TOP = {"name": "top", "addresses": ["10.30.0.10"], "location": "aws"}
DOWN = {"name": "down", "addresses": ["10.30.0.10"], "location": "elsewhere",
        "synchronizesFrom": "one"}  # fmt: skip


def table(**own: Any) -> dict[str, Any]:
    """Settings with a route table."""
    return {"routeTable": {"firewallAddress": "10.20.255.4", **own}}


def private(prefix: str, via: str = "gateway", name: str = "far") -> dict[str, Any]:
    """An entry of `private`."""
    return {"name": name, "addressPrefix": prefix, "via": via}


@pytest.mark.parametrize(
    ("own", "narrower"),
    [
        ({}, True),
        ({"bgpPropagation": True}, False),
        ({"private": [private("10.30.0.0/16")]}, False),
        ({"private": [private("10.30.0.0/16", "peering")]}, False),
        ({"private": [private("10.30.0.0/16", "firewall")]}, False),
        ({"private": [private("10.31.0.0/16")]}, True),
        ({"private": [private("10.31.0.0/16"), private("10.0.0.0/8", name="rest")]}, False),
    ],
)
@pytest.mark.parametrize("upstream", [False, True])
def test_synchronization_needs_a_way(
    proof: Callable[..., Proof], own: dict[str, Any], upstream: bool, narrower: bool
) -> None:
    """0.0.0.0/0 alone leads what is asked, and the answer, to a firewall that drops it."""
    top = {**TOP, "location": "elsewhere"}
    servers = [{**ONE, "synchronizesFrom": "top", "contentFrom": "microsoft-update"}, top]
    found = proof(table(**own), servers=servers if upstream else [ONE, DOWN])

    assert narrower == (DEVIATION in whats(found))
    for each in found.deviations:
        if each.what == DEVIATION:
            ends = {each.witness.source, each.witness.destination}
            assert ends == {HERE, FAR}


def test_a_route_to_the_gateway_is_made(compiled: Compile) -> None:
    """For a gateway and the firewall, before what else leads there; a peering has its own."""
    entries = [private("10.30.0.0/16"), private("10.31.0.0/16", "peering", "bb"),
               private("10.32.0.0/16", "firewall", "cc")]  # fmt: skip
    _, controls = compiled(table(private=entries), servers=[ONE, DOWN])
    routes = controls[1].documents("wsus")[0].properties["routes"]

    assert [
        {"addressPrefix": "10.30.0.0/16", "name": "private-far",
         "nextHopType": "VirtualNetworkGateway"},
        {"addressPrefix": "10.32.0.0/16", "name": "private-cc",
         "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.20.255.4"},
    ] == routes[1:]  # fmt: skip
    assert "10.30.0.0/16 to the gateway" == controls[1].rules[1].text


def test_of_others_nothing_is_known(compiled: Compile) -> None:
    """A private address that no server synchronizes with may be in a peered network."""
    _, controls = compiled(table(), servers=[ONE, DOWN])
    route_table = controls[1]
    assert isinstance(route_table, AzureRouteTable)
    verdicts = [
        route_table.admits(Flow(HERE, ip_address(far), "tcp", 8530)).verdict
        for far in ("10.99.0.1", "10.20.9.9", "10.30.0.10")
    ]

    assert [Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE, Verdict.DENY] == verdicts


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ([private("198.51.100.0/24")],
         "azure.routeTable.private[0].addressPrefix: 198.51.100.0/24 is not a private range"),
        ([private("10.20.9.0/24")],
         "azure.routeTable.private[0].addressPrefix: 10.20.9.0/24 is in the virtual network"),
        ([private("10.30.0.0/16"), private("10.30.0.0/16", "peering", "bb")],
         "azure.routeTable.private[1].addressPrefix: 10.30.0.0/16 is listed twice"),
        ([private("10.30.0.0/16"), private("10.31.0.0/16")], "azure.routeTable.private[1].name: "),
    ],
)  # fmt: skip
def test_what_is_no_private_route_is_refused(
    compiled: Compile, entries: list[dict[str, Any]], text: str
) -> None:
    """Each with its place."""
    with pytest.raises(PolicyErrors) as caught:
        compiled(table(private=entries))
    assert text in str(caught.value)
