"""The permissions that docs/permissions.md lists for Azure are those that a deployment's calls need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from project import Project

import permissions_page
from providers.permissions import VARIABLE

pytestmark = pytest.mark.engine

GROUP = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
    "/providers/Microsoft.Network"
)
NETWORK = f"{GROUP}/virtualNetworks/vnet-wsus-sandbox"
WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-prod"
    "/providers/Microsoft.OperationalInsights/workspaces/log-wsus-prod"
)
BASE = f"{GROUP}/firewallPolicies/afwp-base"
PREFIX = f"{GROUP}/publicIPPrefixes/ippre-wsus"
THERE = {
    "azure-native:network:FirewallPolicy": {
        BASE: {"location": "westeurope", "sku": {"tier": "Standard"}, "threatIntelMode": "Alert"}
    },
    "azure-native:network:FirewallPolicyRuleCollectionGroup": {
        f"{BASE}/ruleCollectionGroups/theirs": {"priority": 5000, "ruleCollections": []}
    },
    "azure-native:network:AzureFirewall": {
        f"{GROUP}/azureFirewalls/afw-base": {"firewallPolicy": {"id": BASE}, "ipConfigurations": []}
    },
    "azure-native:network:PublicIPPrefix": {PREFIX: {"location": "westeurope", "prefixLength": 30}},
}
SUBNET = {
    "virtualNetwork": "vnet-wsus-sandbox", "name": "snet-theirs", "addressPrefix": "10.33.9.0/24",
    "importId": f"{NETWORK}/subnets/snet-theirs",
}  # fmt: skip
FULL: dict[str, Any] = {
    "ipGroups": True,
    "firewallPolicy": {"name": "afwp-wsus", "mode": "full", "basePolicy": BASE},
    "firewall": {
        "name": "afw-wsus",
        "virtualNetwork": NETWORK,
        "workspace": WORKSPACE,
        "publicIpPrefix": PREFIX,
    },
    "routeTable": {},
    "networkSecurityGroup": {
        "applicationSecurityGroups": {"wsus": f"{GROUP}/applicationSecurityGroups/asg"}
    },
    "subnets": [SUBNET],
    "dnsSecurityPolicy": {"virtualNetwork": NETWORK},
}
RULES_ONLY: dict[str, Any] = {
    "firewallPolicy": {"name": "afwp-base", "mode": "rules-only"},
    "ruleCollectionGroupPriority": 4000,
    "routeTable": {"firewallAddress": "10.33.255.4"},
}
ALWAYS = {"Network security group", "Route table", "Rules"}
FEATURES = {feature.title: {*feature.operations} for feature in permissions_page.AZURE}
OTHERS = "Firewalls of others"


@pytest.mark.parametrize(
    ("own", "features"),
    [(FULL, {*FEATURES} - {OTHERS}), (RULES_ONLY, {*ALWAYS, OTHERS})],
    ids=["full", "rules-only"],
)
def test_the_page_lists_what_azure_asks_for(
    project: Project, monkeypatch: pytest.MonkeyPatch, own: dict[str, Any], features: set[str]
) -> None:
    """From the first preview to the last destroy: no permission is missing, and none is too much."""
    counted = project.root.parent / "permissions.txt"
    monkeypatch.setenv(VARIABLE, str(counted))
    cloud: Path = project.root.parent / "cloud" / "azure-native.json"
    cloud.parent.mkdir()
    cloud.write_text(json.dumps({"resources": THERE}), encoding="utf-8")
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()

    def run(*command: str, **changed: Any) -> None:
        azure = {
            "resourceGroup": "rg-wsus-sandbox", "location": "westeurope", "destinations": "list",
            "addressSpace": ["10.33.0.0/16"], **own, **changed,
        }  # fmt: skip
        config = {
            "wsus-egress:lists": ["wsus"],
            "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.33.9.10"]}],
            "wsus-egress:azure": azure,
        }
        file = project.root / "config" / "Pulumi.dev.yaml"
        file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
        result = project.pulumi(*command, "--stack", "dev")
        assert 0 == result.returncode, result.stdout + result.stderr

    project.pulumi("stack", "init", "dev")
    run("up", "--yes")
    run("refresh", "--yes")
    if "subnets" in own:
        run("up", "--yes", "--skip-preview", subnets=[{**SUBNET, "attached": False}])
    run("destroy", "--yes", "--skip-preview")

    expected = set[str]().union(*(FEATURES[name] for name in features))
    assert expected == {*counted.read_text(encoding="utf-8").split()}
