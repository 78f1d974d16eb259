"""Azure's slow, serial updates in the real engine: many groups, two at once, and a change."""

from __future__ import annotations

import json

import pytest
import yaml
from project import Project

from own import released

pytestmark = pytest.mark.engine

GROUP = "azure-native:network:FirewallPolicyRuleCollectionGroup"


def spread(project: Project, groups: int) -> None:
    """Make staging spread its names over this many groups."""
    path = project.root / "config" / "Pulumi.staging.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(
            "      name: afwp-wsus-staging",
            f"      name: afwp-wsus-staging\n      groups: {groups}",
        ),
        encoding="utf-8",
    )
    for number in range(60):
        project.add_endpoint("wsus", f"host{number}.example.com")


def test_twelve_groups_deploy_one_after_another(project: Project) -> None:
    """Groups deploy in a chain, as the stand-in refuses two at once; an entry updates one group."""
    spread(project, 12)
    project.up("staging")
    resources = project.export("staging")["deployment"]["resources"]
    groups = {each["urn"]: each for each in resources if each["type"] == GROUP}

    assert 13 == len(groups)
    chained = [set(each["dependencies"]) & groups.keys() for each in groups.values()]
    assert [0] + [1] * 12 == sorted(len(before) for before in chained)

    project.add_endpoint("wsus", "extra.example.com")
    result = project.pulumi("up", "--yes", "--skip-preview", "--stack", "staging")

    assert 0 == result.returncode, result.stdout + result.stderr
    operations = project.last_operations("staging")
    assert {"update": 1} == {op: count for op, count in operations.items() if op != "same"}

    gone = project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "staging")

    assert 0 == gone.returncode, gone.stdout + gone.stderr


def test_two_groups_at_once_are_refused(project: Project) -> None:
    """Without the chain Azure refuses the second group: this is why the chain exists."""
    program = """
import pulumi_azure_native.network as net

policy = net.FirewallPolicy(
    "p", firewall_policy_name="p", resource_group_name="rg-wsus-staging", location="westeurope")
for number in range(2):
    net.FirewallPolicyRuleCollectionGroup(
        f"g{number}", firewall_policy_name=policy.name, resource_group_name="rg-wsus-staging",
        rule_collection_group_name=f"g{number}", priority=300 + number, rule_collections=[])
"""
    (project.root / "__main__.py").write_text(program, encoding="utf-8")
    project.pulumi("stack", "init", "staging")

    result = project.pulumi("up", "--yes", "--skip-preview", "--stack", "staging")

    assert 0 != result.returncode
    assert 'Code="AnotherOperationInProgress"' in result.stdout + result.stderr


COMPONENTS = """
import pulumi
from wsus_egress.azure import AzureWsusFirewall, AzureWsusFirewallRules, AzureWsusRouteTable

policy = {
    "lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.33.0.10"]}],
}
network = pulumi.Output.from_input(
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
    "/providers/Microsoft.Network/virtualNetworks/vnet-wsus-sandbox")
common = {
    "policy": policy, "resource_group": pulumi.Output.from_input("rg-wsus-sandbox"),
    "location": "westeurope", "address_space": ["10.33.0.0/16"], "destinations": "list",
    "firewall_policy": {"name": "afwp"},
}
rules = AzureWsusFirewallRules("hub", common)
firewall = AzureWsusFirewall("hub-gateway", {
    "resource_group": "rg-wsus-sandbox", "location": "westeurope",
    "firewall": {"name": "afw", "virtual_network": network},
    "firewall_policy_id": pulumi.Output.concat(
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
        "/providers/Microsoft.Network/firewallPolicies/", rules.firewall_policy_name),
}, pulumi.ResourceOptions(depends_on=[rules]))
table = AzureWsusRouteTable(
    "hub-routes", {**common, "route_table": {"firewall_address": firewall.private_address}})
pulumi.export("address", firewall.private_address)
pulumi.export("table", table.route_table_id)
"""


def test_components_take_outputs(project: Project) -> None:
    """One component's firewall address is the next hop of another's route, as an output."""
    (project.root / "__main__.py").write_text(COMPONENTS, encoding="utf-8")
    project.up("sandbox")
    resources = project.export("sandbox")["deployment"]["resources"]
    by_type = {each["type"].rpartition(":")[2]: each["inputs"] for each in resources
               if each["type"].startswith("azure-native:")}  # fmt: skip

    (route,) = by_type["RouteTable"]["routes"]
    assert "10.33.255.4" == route["nextHopIpAddress"]
    (configuration,) = by_type["AzureFirewall"]["ipConfigurations"]
    assert configuration["subnet"]["id"].endswith("vnet-wsus-sandbox/subnets/AzureFirewallSubnet")
    assert "rg-wsus-sandbox" == by_type["RouteTable"]["resourceGroupName"]


def test_the_whole_path_is_previewed_and_taken_down(project: Project) -> None:
    """Prod's first preview knows no address yet, its `up` passes, and it goes in two steps."""
    project.pulumi("stack", "init", "prod")
    file = project.root / "config" / "Pulumi.prod.yaml"
    result = project.pulumi("up", "--yes", "--stack", "prod")
    assert 0 == result.returncode, result.stdout + result.stderr

    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["config"], _ = released(data["config"])
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    result = project.pulumi("up", "--yes", "--skip-preview", "--stack", "prod")
    assert 0 == result.returncode, result.stdout + result.stderr
    result = project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod")
    assert 0 == result.returncode, result.stdout + result.stderr

    held = json.loads((project.root.parent / "cloud" / "azure-native.json").read_text("utf-8"))
    assert {"azure-native:network:Subnet"} == held["resources"].keys()
