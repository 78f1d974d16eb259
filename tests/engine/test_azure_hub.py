"""A hub and its spokes in the real engine: the settings files of docs/examples/settings/, as they are."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
from paths import ROOT
from project import Project

pytestmark = pytest.mark.engine

EXAMPLES = ROOT / "docs" / "examples" / "settings"
HUB, ROUTES = "azure-hub", "azure-spoke-routes"


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
