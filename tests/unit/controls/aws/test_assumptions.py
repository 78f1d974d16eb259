"""What an AWS target takes for granted: who has which group, routes, and what others keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from assumed import assumed
from sample import ONE, VPC

from wsus_egress.model.environment import Environment

Build = Callable[..., Environment]
GROUP, LIST = "sg-0a1b2c3d4e5f60718", "pl-0a1b2c3d4e5f60718"
ATTACHED = f"aws/security-group/attachment/{VPC}"
ROUTED = f"aws/network-firewall/default-route/{VPC}"


def firewall(**own: Any) -> dict[str, Any]:
    """Settings of a target with a Network Firewall."""
    return {"aws": {"vpcId": VPC, "networkFirewall": own}}


def test_security_groups_are_assumed_to_be_attached(environment: Build) -> None:
    """Groups are made here, and put on interfaces by somebody else: of whoever stands here."""
    clients = [{"name": "pcs", "addresses": ["10.20.4.0/24"], "updatesFrom": "one"}]
    found = assumed(environment(servers=[ONE], clients=clients))
    elsewhere = assumed(environment(servers=[{**ONE, "location": "elsewhere"}]))

    assert [(ATTACHED, ("one", "pcs"))] == [(key, each.whom) for key, each in found.items()]
    assert {} == elsewhere


@pytest.mark.parametrize(
    ("peer", "key"),
    [({"securityGroupId": GROUP}, GROUP), ({"prefixListId": LIST, "maxEntries": 9}, LIST)],
)
def test_peers_by_name_are_assumed(environment: Build, peer: dict[str, Any], key: str) -> None:
    """Only AWS knows the addresses of a group or prefix list: parties with one name are one."""
    clients = [
        {"name": name, "addresses": [block], "updatesFrom": "one", "awsPeer": peer}
        for name, block in (("pcs", "10.20.4.0/24"), ("labs", "10.20.9.0/24"))
    ]
    found = assumed(environment(servers=[ONE], clients=clients))
    each = found[f"aws/security-group/members/{key}"]

    assert f"{key} stands for 10.20.4.0/24, 10.20.9.0/24" == each.what
    assert ("pcs", "labs") == each.whom
    assert ["stack", "evidence"] == [way.by for way in each.ways]


def test_an_upstream_server_by_name_is_assumed(environment: Build) -> None:
    """Rules that let a server out to another one's group take its addresses for granted too."""
    top = {**ONE, "name": "top", "addresses": ["10.20.0.20"],
           "awsPeer": {"securityGroupId": GROUP}}  # fmt: skip
    found = assumed(environment(servers=[top, {**ONE, "synchronizesFrom": "top"}]))

    assert ("top",) == found[f"aws/security-group/members/{GROUP}"].whom


def test_the_resolver_is_assumed(environment: Build) -> None:
    """DNS Firewall sees the queries of the VPC's own resolver, of whoever asks it."""
    target = {"vpcId": VPC, "dnsFirewall": {}}
    found = assumed(environment(aws=target))

    assert ("one",) == found[f"aws/dns-firewall/resolver/{VPC}"].whom


@pytest.mark.parametrize(
    ("own", "where"),
    [
        ({}, "an endpoint of a firewall with these rules"),
        ({"mode": "rules-only"}, "an endpoint of a firewall with these rules"),
        ({"mode": "full", "endpoints": [{"zone": "eu-west-1a", "subnetId": "subnet-00000000"}]},
         "an endpoint of the firewall"),
    ],
)  # fmt: skip
def test_routes_are_assumed(environment: Build, own: dict[str, Any], where: str) -> None:
    """Without route tables of the settings, nobody here leads anything to the firewall."""
    each = assumed(environment(**firewall(**own)))[ROUTED]

    assert f"the servers' subnets send 0.0.0.0/0 to {where}" == each.what
    assert ("one",) == each.whom


def test_routes_of_ipv6_are_assumed(environment: Build) -> None:
    """IPv6 passes a firewall that stands elsewhere only if it is routed there too."""
    each = assumed(environment(ipv6=True, **firewall()))[ROUTED]

    assert each.what.startswith("the servers' subnets send 0.0.0.0/0 and ::/0 to an endpoint of ")
    assert each.what.endswith(", whose subnet mapping has the IP address type DUALSTACK")


def test_route_tables_are_assumed_to_be_the_servers(environment: Build) -> None:
    """Routes are made here, in tables of which only the user knows who uses them."""
    zones = [
        {"zone": f"eu-west-1{letter}", "subnetId": f"subnet-0000000{letter}",
         "protectedRouteTables": [f"rtb-0000000{letter}"],
         "returnRoutes": [{"routeTableId": f"rtb-1000000{letter}",
                           "destinations": [f"10.20.{number}.0/24"]}]}
        for number, letter in enumerate("ab")
    ]  # fmt: skip
    found = assumed(environment(**firewall(mode="full", endpoints=zones)))

    assert [f"aws/network-firewall/association/{VPC}", ATTACHED] == list(found)
    ways = {key: {way.by for way in found[key].ways} for key in found}
    assert [{"lookup", "evidence"}, {"evidence"}] == list(ways.values())


def test_a_policy_of_others_is_assumed(environment: Build) -> None:
    """Its order, its default actions and its other rule groups are whose it is."""
    owners: tuple[dict[str, Any], ...] = ({}, {"firewallManager": {}})
    yours, managed = (assumed(environment(**firewall(mode="rules-only", **own))) for own in owners)
    key, others = (f"aws/network-firewall/{topic}/{VPC}" for topic in ("policy", "other-rules"))

    expected = (
        "the firewall policy is yours, has these rule groups, and is in STRICT_ORDER with the default "
        "actions aws:drop_established_app_layer_to_server and aws:alert_established_app_layer_to_server"
    )
    assert expected == yours[key].what
    assert managed[key].what.startswith("the firewall policy is made by Firewall Manager, ")
    assert {others} <= {*yours} & {*managed}


def test_synchronization_is_assumed_to_go_around_the_firewall(environment: Build) -> None:
    """The firewall drops it: inside the VPC its own route leads it, elsewhere routes of others do."""
    far = {"name": "far", "addresses": ["10.30.0.10"], "location": "elsewhere",
           "synchronizesFrom": "one"}  # fmt: skip
    clients = [{"name": "pcs", "addresses": ["10.20.4.0/24"], "updatesFrom": "one"}]
    found = assumed(environment(servers=[ONE, far], clients=clients, **firewall()))
    alone = assumed(environment(servers=[ONE, far], clients=clients))

    assert ("one", "pcs") == found[f"aws/network-firewall/local-route/{VPC}"].whom
    private = found["aws/network-firewall/private-route/far"]
    assert (("one",), True) == (private.whom, "far, 10.30.0.10/32, and back" in private.what)
    assert [ATTACHED] == list(alone)


def test_nobody_needs_nothing(environment: Build) -> None:
    """Where no server here may reach Microsoft Update, no route to the firewall is assumed."""
    top = {"name": "top", "addresses": ["10.30.0.10"], "location": "elsewhere"}
    settings = firewall()
    settings["aws"]["dnsFirewall"] = {}
    found = assumed(environment(servers=[{**ONE, "synchronizesFrom": "top"}, top], **settings))

    assert [ATTACHED] == list(found)
