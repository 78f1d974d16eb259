"""A hub and its spokes in the real engine: the settings files of docs/examples/settings/, as they are."""

from __future__ import annotations

import json
import re
import shutil
from typing import Any

import pytest
import yaml
from paths import ROOT
from project import Project

pytestmark = pytest.mark.engine

EXAMPLES = ROOT / "docs" / "examples" / "settings"
HUB, ROUTES, SPOKE = "azure-hub", "azure-spoke-routes", "azure-spoke"
IN_HUB = (
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-hub"
    "/providers/Microsoft.Network"
)
HUBS_POLICY = f"{IN_HUB}/firewallPolicies/afwp-hub"
# The hub's addresses come out of a prefix that its platform team keeps.
THERE = {
    "azure-native:network:PublicIPPrefix": {
        f"{IN_HUB}/publicIPPrefixes/ippre-hub": {"prefixLength": 30, "location": "westeurope"}
    }
}


def made(project: Project, stack: str) -> dict[str, dict[str, Any]]:
    """What a stack has in Azure, by its type."""
    resources = project.export(stack)["deployment"]["resources"]
    return {
        each["type"].rpartition(":")[2]: each
        for each in resources
        if each["type"].startswith("azure-native:")
    }


def deploy(project: Project, *stacks: str) -> None:
    """Deploy examples, each its own stack, and find nothing to do the second time."""
    project.plant("azure-native", THERE)
    for stack in stacks:
        shutil.copy(EXAMPLES / f"Pulumi.{stack}.yaml", project.root / "config")
    for stack in stacks:
        project.up(stack)
        again = project.pulumi("preview", "--expect-no-changes", "--stack", stack)
        assert 0 == again.returncode, again.stdout + again.stderr


def test_a_hub_has_the_rules_and_a_spoke_the_routes(project: Project) -> None:
    """Neither makes what is the other's, and the spoke's route leads to the address that the hub exports."""
    deploy(project, HUB, ROUTES)
    hub, spoke = made(project, HUB), made(project, ROUTES)
    outputs = json.loads(project.pulumi("stack", "output", "--json", "--stack", HUB).stdout)

    assert {
        "FirewallPolicy", "FirewallPolicyRuleCollectionGroup", "AzureFirewall", "PublicIPAddress"
    } == hub.keys()  # fmt: skip
    assert {"NetworkSecurityGroup", "RouteTable", "Subnet"} == spoke.keys()
    (route,) = spoke["RouteTable"]["inputs"]["routes"]
    assert outputs["azureFirewallPrivateAddress"] == route["nextHopIpAddress"]


def test_a_spoke_adds_its_rules_to_the_policy_of_another_subscription(project: Project) -> None:
    """They go where the id says, by a provider of that subscription; the rest stays in the spoke's."""
    deploy(project, HUB, SPOKE)
    outputs = json.loads(project.pulumi("stack", "output", "--json", "--stack", HUB).stdout)
    spoke = made(project, SPOKE)
    shown = project.pulumi("preview", "--stack", SPOKE).stdout
    group = spoke.pop("FirewallPolicyRuleCollectionGroup")

    assert HUBS_POLICY == outputs["azureFirewallPolicyId"]
    assert f"{HUBS_POLICY}/ruleCollectionGroups/wsus-branch" == group["id"]
    assert {"NetworkSecurityGroup", "RouteTable", "Subnet"} == spoke.keys()
    own = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-branch/"
    assert [] == [each["id"] for each in spoke.values() if not each["id"].startswith(own)]
    for seen in (
        "azure/firewall-policy/other-rules/afwp-hub: seen: afwp-hub is a Standard policy, its threat "
        "intelligence is in mode Deny, its DNS proxy is off",
        "azure/firewall-policy/other-rules/afwp-hub: seen: the group wsus-firewall-rules (priority 300) "
        "has no rule for these servers",
        "azure/route-table/firewall-address/10.40.255.4: seen: afw-hub has 10.40.255.4",
        "azure/route-table/service-endpoints: seen: the subnet snet-wsus has no service endpoint",
    ):
        assert seen in shown
    # A subnet is not let go of while it has the route and the group (docs/remove.md).
    file = project.root / "config" / f"Pulumi.{SPOKE}.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    for subnet in settings["config"]["wsus-egress:azure"]["subnets"]:
        subnet["attached"] = False
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    detached = project.pulumi("up", "--yes", "--skip-preview", "--stack", SPOKE)
    assert 0 == detached.returncode, detached.stdout + detached.stderr
    for stack in (SPOKE, HUB):
        gone = project.pulumi("destroy", "--yes", "--skip-preview", "--stack", stack)
        assert 0 == gone.returncode, gone.stdout + gone.stderr


def test_a_wrong_id_fails_before_anything_is_made(project: Project) -> None:
    """The hub has no such policy: nothing of the spoke is there afterwards."""
    shutil.copy(EXAMPLES / f"Pulumi.{SPOKE}.yaml", project.root / "config")
    project.pulumi("stack", "init", SPOKE)
    result = project.pulumi("up", "--yes", "--skip-preview", "--stack", SPOKE)

    assert 0 != result.returncode
    said = "the firewall policy afwp-hub in the resource group rg-hub cannot be looked up: "
    place = rf"config/Pulumi\.{SPOKE}\.yaml:\d+: azure\.firewallPolicy\.id: "
    assert re.search(f"{place}{re.escape(said)}", result.stdout + result.stderr)
    assert {} == made(project, SPOKE)
