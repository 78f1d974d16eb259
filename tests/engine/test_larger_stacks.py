"""The larger examples in the real engine: deployed, deployed again unchanged, destroyed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import workspace
import yaml
from workspace import Workspace

from wsus_egress.component.arguments import compile_arguments
from wsus_egress.controls import Document

pytestmark = pytest.mark.engine

Resource = dict[str, Any]


def read(stack: Workspace, name: str) -> dict[str, Any]:
    """One of the example's own files."""
    data: dict[str, Any] = yaml.safe_load((stack.root / name).read_text(encoding="utf-8"))
    return data


def of(resources: list[Resource], kind: str) -> dict[str, Resource]:
    """The deployed resources of one type, by their name in the program."""
    return {each["urn"].rpartition("::")[2]: each for each in resources if each["type"] == kind}


def documents(
    policy: Mapping[str, Any], cloud: str, target: Mapping[str, Any], prefix: str
) -> Iterator[Document]:
    """A target's documents, as the preview shows them."""
    for control in compile_arguments("dev", policy, cloud, target, None)[2]:
        yield from control.documents(prefix)


def test_landing_zone(tmp_path: Path) -> None:
    """One firewall for two spokes: its rules are the policy's, and both ways lead through it."""
    landing_zone = workspace.python(tmp_path, "landing_zone_aws")
    outputs = landing_zone.up()
    deployed = landing_zone.resources()
    landing_zone.again()

    network, policy = read(landing_zone, "network.yaml"), read(landing_zone, "policy.yaml")
    assert expected_routes(network, outputs, deployed) == routes(deployed)
    assert_one_firewall(deployed)
    assert_rules(deployed, policy)
    groups = of(deployed, "aws:ec2/securityGroup:SecurityGroup")
    assert {
        f"{spoke}-{party}": (its["vpc"], outputs["securityGroupIds"][party])
        for spoke, its in network["spokes"].items()
        for party in its["parties"]
    } == {name: (each["inputs"]["vpcId"], each["id"]) for name, each in groups.items()}

    landing_zone.destroy()

    assert [] == landing_zone.resources()


def routes(deployed: list[Resource]) -> dict[tuple[str, str], str]:
    """Where each route table sends each destination."""
    return {
        (inputs["routeTableId"], inputs["destinationCidrBlock"]): next(
            inputs[key]
            for key in ("natGatewayId", "transitGatewayId", "vpcEndpointId")
            if key in inputs
        )
        for each in of(deployed, "aws:ec2/route:Route").values()
        for inputs in [each["inputs"]]
    }


def expected_routes(
    network: Mapping[str, Any], outputs: Mapping[str, Any], deployed: list[Resource]
) -> dict[tuple[str, str], str]:
    """Both directions use the zone's endpoint; the spokes' routes lead to the transit gateway."""
    tables = of(deployed, "aws:ec2/routeTable:RouteTable")
    transit, spokes = network["transitGateway"], network["spokes"].values()
    everywhere = "0.0.0.0/0"
    expected = {}
    for zone, there in network["inspection"]["zones"].items():
        endpoint, own = outputs["endpointIds"][zone], tables[f"firewall-{zone}"]["id"]
        expected[there["transitTable"], everywhere] = endpoint
        expected[own, everywhere] = there["natGateway"]
        for spoke in spokes:
            expected[there["publicTable"], spoke["cidr"]] = endpoint
            expected[own, spoke["cidr"]] = transit
    for spoke in spokes:
        for table in spoke["routeTables"]:
            expected[table, everywhere] = transit
    return expected


def assert_one_firewall(deployed: list[Resource]) -> None:
    """The firewall is in the subnets that the program made; it got their ids as outputs."""
    (firewall,) = of(deployed, "aws:networkfirewall/firewall:Firewall").values()
    made = of(deployed, "aws:ec2/subnet:Subnet")
    mapped = [mapping["subnetId"] for mapping in firewall["inputs"]["subnetMappings"]]

    assert 2 == len(made)
    assert sorted(each["id"] for each in made.values()) == sorted(mapped)


def assert_rules(deployed: list[Resource], policy: Mapping[str, Any]) -> None:
    """The firewall checks names and the security groups check ports, as the policy asks."""
    target = {"vpc_id": "vpc-00000000", "network_firewall": {}}
    asked = [*documents(policy, "aws", target, "spoke")]
    (group,) = of(deployed, "aws:networkfirewall/ruleGroup:RuleGroup").values()
    (rules,) = [each for each in asked if each.type.endswith(":RuleGroup")]
    source = rules.properties["ruleGroup"]["rulesSource"]["rulesString"]

    assert source == group["inputs"]["ruleGroup"]["rulesSource"]["rulesString"]
    assert "10.20.0.10" in str(group["inputs"]["ruleGroup"]["ruleVariables"])
    assert "10.21.0.10" in str(group["inputs"]["ruleGroup"]["ruleVariables"])
    for direction in ("Egress", "Ingress"):
        kind = f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule"
        fields = ("cidrIpv4", "fromPort", "toPort", "ipProtocol")
        expected = {
            each.name.partition("-")[2]: [each.properties[field] for field in fields]
            for each in asked
            if each.type == kind
        }
        actual = {
            name.partition("-")[2]: [each["inputs"][field] for field in fields]
            for name, each in of(deployed, kind).items()
        }
        assert expected == actual
        ports = {"Egress": [80, 80, 443, 443, 8530, 8531], "Ingress": [8530, 8531]}[direction]
        assert ports == sorted(port for _, port, _, _ in actual.values())


def test_hub_and_spoke(tmp_path: Path) -> None:
    """The component's policy inherits the program's, and the spoke's route leads to its firewall."""
    hub_and_spoke = workspace.python(tmp_path, "hub_and_spoke_azure")
    outputs = hub_and_spoke.up()
    deployed = hub_and_spoke.resources()
    hub_and_spoke.again()

    assert_chain(deployed, outputs)
    assert_subnets(deployed, outputs)
    assert_child_rules(deployed, read(hub_and_spoke, "policy.yaml"))

    hub_and_spoke.destroy()

    assert [] == hub_and_spoke.resources()


def azure(deployed: list[Resource], kind: str) -> dict[str, Resource]:
    """The deployed resources of one of Azure's network types."""
    return of(deployed, f"azure-native:network:{kind}")


def assert_chain(deployed: list[Resource], outputs: Mapping[str, Any]) -> None:
    """Base policy, child policy, firewall, route: each refers to the one before by an output."""
    policies = azure(deployed, "FirewallPolicy")
    child = policies["hub-firewall-policy"]
    (firewall,) = azure(deployed, "AzureFirewall").values()
    (table,) = azure(deployed, "RouteTable").values()
    (route,) = table["inputs"]["routes"]

    assert {"base", "hub-firewall-policy"} == set(policies)
    assert {"id": policies["base"]["id"]} == child["inputs"]["basePolicy"]
    assert {"id": child["id"]} == firewall["inputs"]["firewallPolicy"]
    assert ("0.0.0.0/0", "VirtualAppliance", outputs["firewallAddress"]) == (
        route["addressPrefix"],
        route["nextHopType"],
        route["nextHopIpAddress"],
    )
    (address,) = firewall["outputs"]["ipConfigurations"]
    assert address["privateIPAddress"] == outputs["firewallAddress"]


def assert_subnets(deployed: list[Resource], outputs: Mapping[str, Any]) -> None:
    """Both subnets of the spoke have the route table and the security group."""
    attached = {
        name: (each["inputs"]["networkSecurityGroup"]["id"], each["inputs"]["routeTable"]["id"])
        for name, each in azure(deployed, "Subnet").items()
    }
    both = (outputs["networkSecurityGroupId"], outputs["routeTableId"])

    assert {"snet-computers": both, "snet-wsus": both} == attached


def assert_child_rules(deployed: list[Resource], policy: Mapping[str, Any]) -> None:
    """The child policy has the rules that the policy asks for, and the security group too."""
    target = {
        "resource_group": "rg-hub",
        "location": "westeurope",
        "address_space": ["10.42.0.0/16"],
        "destinations": "list",
        "firewall_policy": {"name": "afwp-wsus"},
    }
    asked = {each.name: each.properties for each in documents(policy, "azure", target, "hub")}
    groups = azure(deployed, "FirewallPolicyRuleCollectionGroup")
    (security_group,) = azure(deployed, "NetworkSecurityGroup").values()

    assert {"base-rules", "hub-firewall-rules"} == set(groups)
    assert (
        asked["hub-firewall-rules"]["ruleCollections"]
        == groups["hub-firewall-rules"]["inputs"]["ruleCollections"]
    )
    assert asked["hub-nsg"]["securityRules"] == security_group["inputs"]["securityRules"]
