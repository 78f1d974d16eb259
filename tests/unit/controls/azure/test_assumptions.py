"""What an Azure target takes for granted: subnets, routes, and what others keep in the policy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from assumed import assumptions
from azure_path import ASG, BASE_POLICY, Compile, rule
from sample import ONE, policy

ROUTE = {"routeTable": {"firewallAddress": "10.20.255.4"}}
SUBNET = {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24"}
ENDPOINTS = "azure/route-table/service-endpoints"
BEHIND = "azure/route-table/firewall-address/10.20.255.4"


def test_attachments_are_assumed(compiled: Compile) -> None:
    """The group is for all, the table for those who may reach Microsoft Update."""
    clients = [{"name": "pcs", "addresses": ["10.20.4.0/24"], "updatesFrom": "one"}]
    found = assumptions(compiled(ROUTE, servers=[ONE], clients=clients)[1])

    assert {
        "azure/nsg/attachment": ("one", "pcs"),
        "azure/route-table/attachment": ("one",),
        BEHIND: ("one",),
        ENDPOINTS: ("one",),
    } == {key: each.whom for key, each in found.items()}
    assert "10.20.255.4 is a firewall's that has the firewall policy afwp" == found[BEHIND].what


def test_subnets_take_the_place_of_assumptions(compiled: Compile) -> None:
    """Where every server stands in a subnet that is attached here, no attachment is assumed."""
    assert [BEHIND, ENDPOINTS] == list(assumptions(compiled({**ROUTE, "subnets": [SUBNET]})[1]))


def test_a_subnet_without_a_route_is_assumed_to_have_one(compiled: Compile) -> None:
    """A subnet each where they are listed, and one assumption for whoever is in none of them."""
    far = {"name": "far", "addresses": ["10.20.99.1"]}
    empty = {**SUBNET, "name": "empty", "addressPrefix": "10.20.5.0/24"}
    found = assumptions(compiled({"subnets": [SUBNET, empty]}, servers=[ONE, far])[1])
    key = "azure/route-table/default-route"

    assert {
        key: ("far",),
        f"{key}/servers": ("one",),
        "azure/nsg/attachment": ("far",),
        ENDPOINTS: ("one", "far"),
    } == {key: each.whom for key, each in found.items()}
    where = "sends 0.0.0.0/0 to a firewall with the policy afwp"
    assert f"the subnet servers {where}" == found[f"{key}/servers"].what


FAR = {
    "name": "far", "addresses": ["10.30.0.10"], "location": "elsewhere", "synchronizesFrom": "one"
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (None, "private-route/far"),
        ({}, None),
        ({"bgpPropagation": True}, "gateway/far"),
        ({"private": [{"name": "xx", "addressPrefix": "10.31.0.0/16"}], "bgpPropagation": True},
         "gateway/far"),
        ({"private": [{"name": "xx", "addressPrefix": "10.30.0.0/16"}]}, "gateway/10.30.0.0/16"),
        ({"private": [{"name": "xx", "addressPrefix": "10.0.0.0/8", "via": "firewall"},
                      {"name": "yy", "addressPrefix": "10.30.0.0/24", "via": "peering"}]},
         "peering/10.30.0.0/24"),
    ],
)  # fmt: skip
def test_ways_to_servers_elsewhere_are_assumed(
    compiled: Compile, table: dict[str, Any] | None, key: str | None
) -> None:
    """Both ways: by what the settings say leads there. Where nothing does, the proof tells."""
    own = {} if table is None else {"routeTable": {"firewallAddress": "10.20.255.4", **table}}
    found = assumptions(compiled(own, servers=[ONE, FAR])[1])
    ways = {k: a for k, a in found.items() if re.search(r"/(private-route|gateway|peering)/", k)}

    assert ([f"azure/route-table/{key}"] if key else []) == list(ways)
    assert all(each.whom == ("one",) for each in ways.values())


def test_application_security_groups_are_assumed(compiled: Compile) -> None:
    """Only Azure knows who is in a group."""
    groups = {"networkSecurityGroup": {"applicationSecurityGroups": {"one": f"{ASG}/one"}}}
    found = assumptions(compiled(groups)[1])

    assert ("one",) == found["azure/nsg/members/one"].whom


def test_rules_of_others_are_assumed_away(compiled: Compile) -> None:
    """Rules that are not listed are an assumption, and listed ones are not."""
    listed = [rule("x", "deny", fqdns=["x.com"], httpsPorts=[443])]
    own = {"mode": "rules-only"}
    bare, told = (
        {key for key in assumptions(compiled(settings)[1]) if "firewall-policy" in key}
        for settings in (policy(**own), policy(**own, rules=listed))
    )
    inherited = [{**listed[0], "inherited": True}]
    unknown, known = (
        "azure/firewall-policy/base-policy/parent" in assumptions(compiled(settings)[1])
        for settings in (
            policy(basePolicy=BASE_POLICY), policy(basePolicy=BASE_POLICY, rules=inherited)
        )
    )  # fmt: skip

    priority = "azure/firewall-policy/priority/1000"
    assert ({"azure/firewall-policy/other-rules/afwp", priority}, {priority}) == (bare, told)
    assert (True, False) == (unknown, known)


def test_a_priority_of_its_own_is_assumed(compiled: Compile) -> None:
    """In somebody else's policy only: in one of this stack every group is known."""
    theirs = assumptions(
        compiled({**policy(mode="rules-only"), "ruleCollectionGroupPriority": 410})[1]
    )
    ours = assumptions(compiled({"ruleCollectionGroupPriority": 410})[1])

    assert "azure/firewall-policy/priority/410" in theirs
    assert "azure/firewall-policy/priority/410" not in ours


def test_who_answers_for_names_is_assumed(compiled: Compile) -> None:
    """A rule's host name matches what the firewall resolved; servers must have got the same."""
    kms = {"name": "kms", "fqdns": ["azkms.core.windows.net"], "destinationPorts": [1688],
           "reason": "Activation"}  # fmt: skip
    own = {**policy(dnsProxy=True, dnsServers=["10.20.9.9"])}
    two = {"name": "two", "addresses": ["10.20.0.11"]}
    key = "azure/firewall-policy/client-dns"
    plain, all_of_them, for_one = (
        assumptions(compiled({**own, "networkRules": rules}, servers=[ONE, two])[1])
        for rules in ([], [kms], [{**kms, "parties": ["two"]}])
    )

    assert key not in plain
    assert (("one", "two"), ("two",)) == (all_of_them[key].whom, for_one[key].whom)
    assert ["stack", "evidence"] == [way.by for way in for_one[key].ways]
    assert "the DNS servers 10.20.9.9 resolve every name that the firewall is to admit" == (
        plain["azure/firewall-policy/dns-servers"].what
    )


@pytest.mark.parametrize(
    ("own", "expected"),
    [({}, False), ({"location": "austriaeast"}, True), ({"location": "unknownlocation"}, False)],
)
def test_zones_of_a_region_that_nobody_lists_are_assumed(
    compiled: Compile, own: dict[str, Any], expected: bool
) -> None:
    """A younger region, or another cloud's; that of an output is not known yet."""
    network = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
    firewall = {"name": "afw", "virtualNetwork": network, "zones": ["1", "2"]}
    given = {**policy(mode="full"), "firewall": firewall, "routeTable": {}, **own}
    found = assumptions(compiled(given)[1])
    key = "azure/firewall/zones/austriaeast"

    assert expected is (key in found)
    if expected:
        said = "has the availability zones 1, 2: Azure regions list, 2025-03-21 does not say so"
        assert f"austriaeast {said}" == found[key].what


def test_a_direct_route_takes_a_way_out_for_granted(compiled: Compile) -> None:
    """And a subnet that is made here has one then."""
    direct = {
        "name": "kms", "addressPrefix": "198.51.100.0/24", "destinationPorts": [1688], "reason": "kms",
    }  # fmt: skip
    table = {"routeTable": {**ROUTE["routeTable"], "direct": [direct]}, "subnets": [SUBNET]}
    without, within = compiled({**ROUTE, "subnets": [SUBNET]})[1], compiled(table)[1]
    key = "azure/route-table/direct-outbound"

    assert [False, True] == [key in assumptions(controls) for controls in (without, within)]
    assert [[False], []] == [
        [
            document.properties["defaultOutboundAccess"]
            for control in controls
            for document in control.documents("wsus")
            if "defaultOutboundAccess" in document.properties
        ]
        for controls in (without, within)
    ]
