"""Azure's routes: what leads to the firewall, what goes past it, and the subnets that have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from azure_path import Compile, verdict, web, whats
from sample import TODAY

from wsus_egress.controls import Verdict
from wsus_egress.controls.azure.route_table import AzureRouteTable
from wsus_egress.controls.base import met
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, Proof, prove


def test_the_default_route_leads_to_the_firewall(compiled: Compile) -> None:
    """What goes to the firewall meets its rules."""
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    flow = web("evil.com")

    assert ["azure-nsg", "azure-route-table", "azure-application-rules"] == [
        control.name for control in met(controls, flow)
    ]


def test_a_flow_past_the_firewall_meets_no_rule_of_it(compiled: Compile) -> None:
    """Without the default route every name passes, and the proof says which."""
    built, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    table = controls[1]
    assert isinstance(table, AzureRouteTable)
    path = (controls[0], replace(table, rules=()), controls[2])

    found = prove(built, built.targets[0], path, TODAY)

    assert Verdict.ALLOW is verdict(path, web("evil.com"))
    assert Fidelity.WIDER is found.fidelity
    assert "azure/azure-route-table/wider/names" in whats(found)


def test_a_range_past_the_firewall_is_shown(proof: Callable[..., Proof]) -> None:
    """Its port is wider; and narrower are listed names that stand there, as no rule can see them."""
    direct = {
        "name": "kms", "addressPrefix": "198.51.100.0/24", "destinationPorts": [1688],
        "reason": "activation",
    }  # fmt: skip
    found = proof({"routeTable": {"firewallAddress": "10.20.255.4", "direct": [direct]}})

    assert ["azure/azure-nsg/narrower/names", "azure/azure-route-table/wider/ports"] == whats(found)
    witness = found.deviations[1].witness
    assert ("198.51.100.0", 1688) == (str(witness.destination), witness.port)


def test_subnets_get_the_group_and_the_table(compiled: Compile) -> None:
    """A listed subnet is attached to both."""
    subnet = {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24"}
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}, "subnets": [subnet]})

    documents = [each for control in controls for each in control.documents("wsus")]
    (attached,) = (each.properties for each in documents if each.type.endswith(":Subnet"))
    assert {"id": "${wsus-nsg.id}"} == attached["networkSecurityGroup"]
    assert {"id": "${wsus-route-table.id}"} == attached["routeTable"]


def test_subnets_without_a_route_table(compiled: Compile) -> None:
    """The security group alone is attached, and a wrong range is refused."""
    subnet = {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24"}
    _, controls = compiled({"subnets": [subnet]})
    attached = controls[0].documents("wsus")[1].properties

    assert "routeTable" not in attached
    assert {"id": "${wsus-nsg.id}"} == attached["networkSecurityGroup"]
    with pytest.raises(PolicyErrors, match="host bits"):
        compiled({"subnets": [{**subnet, "addressPrefix": "10.20.0.1/24"}]})


def test_a_route_to_nowhere_denies(compiled: Compile) -> None:
    """A route table applies to traffic to the Internet only."""
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    table = controls[1]
    assert isinstance(table, AzureRouteTable)
    nowhere = replace(table, rules=(replace(table.rules[0], next_hop="None"),))

    assert Verdict.DENY is nowhere.admits(web("a.com")).verdict
    (route,) = nowhere.documents("wsus")[0].properties["routes"]
    assert "nextHopIpAddress" not in route


def test_a_gateways_routes_are_a_residue(compiled: Compile) -> None:
    """Where they are let in, a smaller range may lead past the firewall."""
    own = {"routeTable": {"firewallAddress": "10.20.255.4", "bgpPropagation": True}}
    _, controls = compiled(own)

    assert ["a route that the gateway learns for a smaller range of the Internet leads past the "
            "firewall"] == [residue.what for residue in controls[1].residues]  # fmt: skip
    assert not controls[1].documents("wsus")[0].properties["disableBgpRoutePropagation"]


def test_routes_in_words(compiled: Compile) -> None:
    """To the firewall, to another appliance, to the Internet, to nowhere."""
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    (route,) = controls[1].rules
    others = [
        replace(route, address="10.99.0.4"),  # type: ignore[type-var]
        replace(route, next_hop="Internet"),  # type: ignore[type-var]
        replace(route, next_hop="None"),  # type: ignore[type-var]
    ]

    assert [
        "0.0.0.0/0 to the firewall",
        "0.0.0.0/0 to appliance 10.99.0.4",
        "0.0.0.0/0 to the Internet",
        "0.0.0.0/0 to nowhere",
    ] == [each.text for each in [route, *others]]
