"""What `make up ENV=mine` invents of an environment's settings, and says."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
from typing import Any

import pytest
import random_environments
from paths import ROOT

from invented import Invention, invent
from providers.world import from_data
from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import load_lists
from wsus_egress.model.environment import Environment

VPC = "vpc-0123456789abcdef0"
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"


def made(*servers: dict[str, Any], **settings: Any) -> Environment:
    """The environment of some servers and targets."""
    lists = load_lists(ROOT / "config" / "endpoints", "config/endpoints")
    data = {"lists": ["wsus"], "servers": [*servers], **settings}
    return build_environment("mine", data, lists, lambda _: None)


def server(address: str, name: str = "head", **own: Any) -> dict[str, Any]:
    """A server's settings."""
    return {"name": name, "addresses": [address], **own}


def zone(letter: str, *back: str) -> dict[str, Any]:
    """The firewall's endpoint in one zone, with the way back to these ranges."""
    return {
        "zone": f"eu-central-1{letter}",
        "subnetId": f"subnet-0000000{letter}",
        "protectedRouteTables": [f"rtb-0000000{letter}"],
        "returnRoutes": [{"routeTableId": f"rtb-1111111{letter}", "destinations": [*back]}],
    }


def rows(found: Invention, kind: str) -> dict[str, dict[str, Any]]:
    """The rows of one kind by their id or name."""
    return {row.get("id") or row["name"]: row for row in found.world.get(kind, ())}


def test_a_vpc_has_all_that_its_firewall_names() -> None:
    """The VPC is around the servers, each range of the way back is a subnet, and none overlap."""
    firewall = {"mode": "full", "endpoints": [zone("b", "10.7.8.0/22"), zone("a", "10.7.0.0/22")]}
    aws = {"vpcId": VPC, "networkFirewall": firewall}
    found = invent(made(server("10.7.0.10"), aws=aws), {})

    (vpc,) = rows(found, "vpcs").values()
    subnets = rows(found, "subnets")
    assert {"id": VPC, "region": "eu-central-1", "cidr": "10.7.0.0/16", "name": "invented"} == vpc
    assert {"aws:region": "eu-central-1"} == found.settings
    assert "eu-central-1a" == subnets["subnet-0000000a"]["zone"]
    served = {row["table"]: row["cidr"] for row in subnets.values() if row["name"] == "servers"}
    assert {"rtb-0000000a": "10.7.0.0/22", "rtb-0000000b": "10.7.8.0/22"} == served
    assert [] == rows(found, "route_tables")["rtb-0000000a"]["routes"]
    blocks = [ipaddress.IPv4Network(row["cidr"]) for row in subnets.values()]
    assert not any(a.overlaps(b) for a in blocks for b in blocks if a is not b)
    assert all(each.subnet_of(ipaddress.IPv4Network(vpc["cidr"])) for each in blocks)
    assert any(line.startswith("subnet-0000000a: the firewall's subnet") for line in found.lines)


def test_servers_of_spokes_stand_in_vpcs_of_their_own() -> None:
    """The inspection VPC has the firewall's subnets alone; each server's VPC has its addresses."""
    inspection, spoke = "vpc-0000000a", "vpc-0000000b"
    back = ("10.7.0.0/16", "10.8.0.0/16")
    firewall = {"mode": "full", "vpcId": inspection, "endpoints": [zone("a", *back)]}
    aws = {"vpcId": VPC, "networkFirewall": firewall}
    branch = server("10.8.0.10", "branch", synchronizesFrom="head", awsVpcId=spoke)
    found = invent(made(server("10.7.0.10"), branch, aws=aws), {})

    assert {VPC: "10.7.0.0/16", spoke: "10.8.0.0/16", inspection: "100.64.0.0/16"} == {
        id_: row["cidr"] for id_, row in rows(found, "vpcs").items()
    }
    subnets = rows(found, "subnets").values()
    assert {("firewall", inspection), ("public", inspection)} == {
        (row["name"], row["vpc"]) for row in subnets
    }
    assert {inspection} == {row["vpc"] for row in rows(found, "route_tables").values()}


def test_a_way_back_is_not_the_whole_vpc() -> None:
    """A table has the VPC's own block as a route already."""
    firewall = {"mode": "full", "endpoints": [zone("a", "10.7.0.0/16")]}
    aws = {"vpcId": VPC, "networkFirewall": firewall}
    found = invent(made(server("10.7.0.10"), aws=aws), {})

    assert "10.6.0.0/15" == rows(found, "vpcs")[VPC]["cidr"]


def test_a_vpc_has_every_address_that_stands_there() -> None:
    """Also where they lie far apart: a security group is only for addresses of its VPC."""
    aws = {"vpcId": VPC, "networkFirewall": {}}
    far = server("10.200.0.10", "branch", synchronizesFrom="head")
    found = invent(made(server("10.7.0.10"), far, aws=aws), {})

    assert "10.0.0.0/8" == rows(found, "vpcs")[VPC]["cidr"]


def test_peers_and_accounts_are_there() -> None:
    """Prefix lists with their room, security groups in the VPC, and the organization's members."""
    group = server("10.7.0.10", awsPeer={"securityGroupId": "sg-00000001"})
    peer = {"prefixListId": "pl-00000001", "maxEntries": 3}
    listed = server("10.7.0.11", "branch", synchronizesFrom="head", awsPeer=peer)
    share = ["111122223333", "arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-ab12-cdefgh34"]
    aws = {"vpcId": VPC, "networkFirewall": {"mode": "rules-only", "shareWith": share}}
    found = invent(made(group, listed, aws=aws), {"aws:region": "us-east-1"})

    row = rows(found, "prefix_lists")["pl-00000001"]
    assert ("us-east-1", "IPv4", 3) == (row["region"], row["family"], row["max_entries"])
    (held,) = found.held["aws"]["aws:ec2/securityGroup:SecurityGroup"].values()
    assert (VPC, "us-east-1") == (held["vpcId"], held["region"])
    organization = from_data(dict(found.world)).organization
    assert "o-abcdefghij" == organization.id
    assert {"ou-ab12-cdefgh34"} == organization.units
    assert {"111122223333"} == organization.accounts
    assert {} == found.settings
    assert () == found.unknown


def test_what_the_stand_ins_do_not_know_is_said() -> None:
    """A bucket is taken as it is: the stand-ins have no S3."""
    logging = {"bucket": "some-logs"}
    full = {"mode": "full", "endpoints": [zone("a", "10.7.0.0/22")], "logging": logging}
    aws = {"vpcId": VPC, "networkFirewall": full}
    (unknown,) = invent(made(server("10.7.0.10"), aws=aws), {}).unknown

    assert "the bucket some-logs" in unknown


def test_azure_has_groups_networks_and_workspaces() -> None:
    """A firewall's network gets the firewall's subnet; its ids say which subscription it is."""
    prefix = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
    hub = f"{prefix}/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
    azure = {
        "resourceGroup": "rg-mine",
        "location": "northeurope",
        "addressSpace": ["10.9.0.0/16"],
        "destinations": "list",
        "firewallPolicy": {
            "name": "afwp",
            "mode": "full",
            "sku": "Basic",
            "basePolicy": f"{prefix}/rg-base/providers/Microsoft.Network/firewallPolicies/base",
        },
        "firewall": {
            "name": "afw",
            "virtualNetwork": hub,
            "workspace": f"{prefix}/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log",
        },
        "networkSecurityGroup": {
            "applicationSecurityGroups": {
                "head": f"{prefix}/rg/providers/Microsoft.Network/applicationSecurityGroups/asg-s"
            }
        },
        "routeTable": {},
        "subnets": [{"virtualNetwork": "vnet", "name": "snet-s", "addressPrefix": "10.9.0.0/24"}],
    }
    found = invent(made(server("10.9.0.10"), azure=azure), {})

    world = from_data(dict(found.world))
    assert {"rg-mine", "rg-hub", "rg-logs"} == world.resource_groups.keys()
    assert {"northeurope"} == set(world.resource_groups.values())
    assert {("rg-logs", "log")} == world.workspaces
    network = world.virtual_network("rg-hub", "vnet-hub")
    assert network is not None
    names = [subnet["name"] for subnet in network["subnets"]]
    assert ["AzureFirewallSubnet", "AzureFirewallManagementSubnet"] == names
    assert ["100.64.0.0/16"] == network["address_space"]
    own = world.virtual_network("rg-mine", "vnet")
    assert own is not None
    assert (["10.9.0.0/16"], []) == (own["address_space"], own["subnets"])
    (base,) = found.held["azure-native"]["azure-native:network:FirewallPolicy"]
    assert base.endswith("/rg-base/providers/Microsoft.Network/firewallPolicies/base")
    assert {"azure-native:subscriptionId": SUBSCRIPTION} == found.settings
    assert ("asg-s: an application security group, which nothing here looks at",) == found.unknown
    assert any(line.startswith("snet-s: not invented") for line in found.lines)


def test_a_subnet_that_is_imported_is_there() -> None:
    """With its ranges, in the subscription that its id has; the firewall's own stands beside it."""
    prefix = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-mine/providers/Microsoft.Network"
    network = f"{prefix}/virtualNetworks/vnet"
    ranges = ["10.9.1.0/24", "10.9.2.0/24"]
    azure = {
        "resourceGroup": "rg-mine",
        "location": "northeurope",
        "addressSpace": ["10.9.0.0/16"],
        "destinations": "list",
        "firewallPolicy": {"name": "afwp", "mode": "full"},
        "firewall": {"name": "afw", "virtualNetwork": network},
        "routeTable": {},
        "subnets": [
            {"virtualNetwork": "vnet", "name": "one", "addressPrefix": "10.9.0.0/24",
             "importId": f"{network}/subnets/one"},
            {"virtualNetwork": "vnet", "name": "two", "addressPrefixes": ranges,
             "importId": f"{network}/subnets/two"},
        ],
    }  # fmt: skip
    found = invent(made(server("10.9.0.10"), azure=azure), {})
    del azure["firewall"], azure["firewallPolicy"]
    azure["routeTable"] = {"firewallAddress": "10.9.255.4"}
    alone = invent(made(server("10.9.0.10"), azure=azure), {})

    for each in (found, alone):
        world = from_data(dict(each.world))
        row = world.virtual_network("rg-mine", "vnet")
        assert row is not None
        one, two = row["subnets"][:2]
        assert ({"name": "one", "prefix": "10.9.0.0/24"}, {"addressPrefixes": ranges}) == (
            one,
            two["has"],
        )
        assert {"azure-native:subscriptionId": SUBSCRIPTION} == each.settings
    names = [row["name"] for row in found.world["virtual_networks"][0]["subnets"]]
    assert ["one", "two", "AzureFirewallSubnet"] == names
    assert any("two 10.9.1.0/24 10.9.2.0/24" in line for line in found.lines)


def test_a_policy_that_others_keep_is_there() -> None:
    """With `rules-only` the policy exists, in the stack's own subscription and resource group."""
    azure = {
        "resourceGroup": "rg-hub",
        "location": "westeurope",
        "addressSpace": ["10.9.0.0/16"],
        "destinations": "list",
        "firewallPolicy": {"name": "afwp", "mode": "rules-only", "sku": "Premium"},
        "routeTable": {"firewallAddress": "10.9.255.4"},
    }
    environment = made(server("10.9.0.10"), azure=azure)
    found = invent(environment, {"azure-native:subscriptionId": SUBSCRIPTION})

    ((id_, policy),) = found.held["azure-native"]["azure-native:network:FirewallPolicy"].items()
    assert id_.startswith(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub/")
    assert "Premium" == policy["sku"]["tier"]


def test_a_policy_of_another_subscription_is_there() -> None:
    """Under the id that the settings give, with its resource group."""
    id_ = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.Network"
        "/firewallPolicies/afwp"
    )
    azure = {
        "resourceGroup": "rg-mine",
        "location": "westeurope",
        "addressSpace": ["10.9.0.0/16"],
        "destinations": "list",
        "firewallPolicy": {"id": id_},
        "routeTable": {"firewallAddress": "10.9.255.4"},
    }
    found = invent(made(server("10.9.0.10"), azure=azure), {})

    assert [id_] == [*found.held["azure-native"]["azure-native:network:FirewallPolicy"]]
    assert {"rg-hub", "rg-mine"} == rows(found, "resource_groups").keys()
    assert {} == found.settings


DRAWN = [drawn[0] for seed in range(60) if (drawn := random_environments.environment(seed))]


@pytest.mark.parametrize("environment", DRAWN, ids=range(len(DRAWN)))
def test_any_environment_has_a_world(environment: Environment) -> None:
    """The same world each time, sorted, that a stand-in can read."""
    found = invent(environment, {})

    assert dataclasses.asdict(found) == dataclasses.asdict(invent(environment, {}))
    world = from_data(json.loads(json.dumps(found.world)))
    if environment.aws:
        region = found.settings["aws:region"]
        assert (region, environment.aws.vpc_id) in world.vpcs
    if environment.azure:
        assert world.location(environment.azure.resource_group) == environment.azure.location
    for kind, made_rows in found.world.items():
        if isinstance(made_rows, list):
            key = [json.dumps(row.get("id") or row["name"]) for row in made_rows]
            assert kind == "virtual_networks" or sorted(key, key=str.casefold) == key


def test_what_others_keep_beside_a_firewall() -> None:
    """Rule groups and a log group of others are there; AWS's managed ones always are."""
    arn = "arn:aws:network-firewall:eu-central-1:{}:stateful-rulegroup/{}"
    mine, managed = (
        arn.format("111122223333", "team"),
        arn.format("aws-managed", "AttackStrictOrder"),
    )
    groups = [{"arn": mine, "priority": 1}, {"arn": managed, "priority": 2}]
    full = {"mode": "full", "endpoints": [zone("a", "10.7.0.0/22")], "ruleGroups": groups}
    firewall = {**full, "logging": {"existingLogGroup": "logs"}}
    found = invent(made(server("10.7.0.10"), aws={"vpcId": VPC, "networkFirewall": firewall}), {})
    assert list(found.held["aws"]["aws:networkfirewall/ruleGroup:RuleGroup"]) == [mine]
    assert list(found.held["aws"]["aws:cloudwatch/logGroup:LogGroup"]) == ["logs"]

    firewall = {**full, "logging": {"deliveryStream": "stream"}}
    found = invent(made(server("10.7.0.10"), aws={"vpcId": VPC, "networkFirewall": firewall}), {})
    assert [line for line in found.unknown if "stream" in line]
