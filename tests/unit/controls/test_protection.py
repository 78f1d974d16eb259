"""Which resources the engine protects, by which setting, and which it leaves in the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from paths import ROOT

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import load_lists
from wsus_egress.controls import Document, compile_target

ENDPOINT = {
    "zone": "eu-west-1a",
    "subnetId": "subnet-00000001",
    "protectedRouteTables": ["rtb-00000001"],
    "returnRoutes": [{"routeTableId": "rtb-00000002", "destinations": ["10.20.0.0/22"]}],
}
FULL = {"mode": "full", "endpoints": [ENDPOINT], "logging": {"logGroup": "/wsus"}}
SUBNET = {"virtualNetwork": "vnet", "name": "snet", "addressPrefix": "10.20.0.0/24"}
AZURE = {
    "resourceGroup": "rg",
    "location": "westeurope",
    "addressSpace": ["10.20.0.0/16"],
    "destinations": "list",
    "firewallPolicy": {"name": "afwp"},
    "routeTable": {"firewallAddress": "10.20.255.4"},
}


def documents(**target: Any) -> tuple[Document, ...]:
    """The documents of a target of one server."""
    lists = load_lists(ROOT / "config" / "endpoints", "config/endpoints")
    server = {"name": "head", "addresses": ["10.20.0.10"]}
    data = {"lists": ["wsus"], "servers": [server], **target}
    environment = build_environment("mine", data, lists, lambda _: None)
    controls = compile_target(environment, environment.targets[0])
    return tuple(each for control in controls for each in control.documents("wsus"))


def protected(made: tuple[Document, ...]) -> Mapping[str, str]:
    """The protected ones' settings, by the type's last part and the name's beginning."""
    return {
        f"{each.type.rpartition(':')[2]} {each.name}": each.protect for each in made if each.protect
    }


def test_the_way_out_is_protected() -> None:
    """The firewall, the routes in both directions and what tells of it: no rule, and no group."""
    made = documents(aws={"vpcId": "vpc-00000001", "networkFirewall": FULL, "dnsFirewall": {}})

    assert {
        "Firewall wsus-network-firewall",
        "LoggingConfiguration wsus-network-firewall-logging",
        "Route wsus-network-firewall-back-rtb-00000002-10-20-0-0-22",
        "Route wsus-network-firewall-out-rtb-00000001",
    } == protected(made).keys()
    assert {"networkFirewall.protected"} == {*protected(made).values()}


@pytest.mark.parametrize("firewall", [{**FULL, "protected": False}, {}, {"mode": "rules-only"}])
def test_without_protection_nothing_is(firewall: dict[str, Any]) -> None:
    """Where it is off, or where no firewall is made."""
    made = documents(aws={"vpcId": "vpc-00000001", "networkFirewall": firewall})

    assert {} == protected(made)


def test_an_association_is_protected_by_its_own_setting() -> None:
    """DNS Firewall's setting protects the association alone."""
    dns = {"protected": True}
    made = documents(aws={"vpcId": "vpc-00000001", "networkFirewall": {}, "dnsFirewall": dns})

    assert {
        "ResolverFirewallRuleGroupAssociation wsus-dns-firewall-association": "dnsFirewall.protected"
    } == protected(made)


@pytest.mark.parametrize("attached", [True, False])
def test_a_subnet_is_kept(attached: bool) -> None:
    """It stays in Azure, and while it is attached the stack does not let go of it."""
    made = documents(azure={**AZURE, "subnets": [{**SUBNET, "attached": attached}]})
    kept = {each.name: each for each in made if each.retain}
    subnet = kept["wsus-subnet-snet"]

    assert ["wsus-subnet-snet"] == [*kept]
    assert ("subnets[].attached" if attached else "") == subnet.protect
    attachments = {"networkSecurityGroup", "routeTable"}
    assert (attachments <= subnet.properties.keys()) is attached
    # What others have attached would be left alone: detached, there is nothing of theirs.
    assert (set() if attached else attachments) == {*subnet.clears}


def test_a_route_table_of_others_stays() -> None:
    """Detached, a subnet loses what this stack gave it, and nothing else."""
    given = {**AZURE, "routeTable": None, "subnets": [{**SUBNET, "attached": False}]}
    (subnet,) = {each.name: each for each in documents(azure=given) if each.retain}.values()

    assert ("networkSecurityGroup",) == subnet.clears


def test_a_detached_subnet_is_no_evidence() -> None:
    """The proof takes the attachment for granted again."""

    def assumed(**subnet: Any) -> set[str]:
        lists = load_lists(ROOT / "config" / "endpoints", "config/endpoints")
        data = {
            "lists": ["wsus"],
            "servers": [{"name": "head", "addresses": ["10.20.0.10"]}],
            "azure": {**AZURE, "subnets": [{**SUBNET, **subnet}]},
        }
        environment = build_environment("mine", data, lists, lambda _: None)
        controls = compile_target(environment, environment.targets[0])
        return {each.id for control in controls for each in control.assumptions}

    attachments = {"azure/nsg/attachment", "azure/route-table/attachment"}
    assert attachments.isdisjoint(assumed())
    assert attachments <= assumed(attached=False)
