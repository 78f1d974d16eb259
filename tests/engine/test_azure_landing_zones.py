"""Landing zones that people have, in the real engine: each is made, changed, and goes, and what is others' stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from project import Project

from own import released

pytestmark = pytest.mark.engine

OWN = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups"
HUBS = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-hub"
IN_GROUP = f"{OWN}/rg-wsus-sandbox/providers/Microsoft.Network"
IN_HUB = f"{HUBS}/providers/Microsoft.Network"
NETWORK = f"{IN_GROUP}/virtualNetworks/vnet-wsus-sandbox"
WORKSPACE = f"{OWN}/rg-wsus-prod/providers/Microsoft.OperationalInsights/workspaces/log-wsus-prod"
PREFIX = f"{IN_GROUP}/publicIPPrefixes/ippre-wsus"
_AZURE = "azure-native:network:"
POLICY, GROUP = f"{_AZURE}FirewallPolicy", f"{_AZURE}FirewallPolicyRuleCollectionGroup"
FIREWALL, ADDRESS = f"{_AZURE}AzureFirewall", f"{_AZURE}PublicIPAddress"
IP_GROUP, NSG = f"{_AZURE}IpGroup", f"{_AZURE}NetworkSecurityGroup"
DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting"
TABLE, SUBNET = f"{_AZURE}RouteTable", f"{_AZURE}Subnet"
# What the owners of a hub have in another subscription.
HUB: dict[str, dict[str, Any]] = {
    POLICY: {
        f"{IN_HUB}/firewallPolicies/afwp-hub": {
            "firewallPolicyName": "afwp-hub", "resourceGroupName": "rg-hub",
            "location": "westeurope", "sku": {"tier": "Premium"}, "threatIntelMode": "Deny",
        }
    },
    FIREWALL: {
        f"{IN_HUB}/azureFirewalls/afw-hub": {
            "azureFirewallName": "afw-hub", "resourceGroupName": "rg-hub",
            "firewallPolicy": {"id": f"{IN_HUB}/firewallPolicies/afwp-hub"},
            "ipConfigurations": [],
        }
    },
    IP_GROUP: {
        f"{IN_HUB}/ipGroups/ipg-wsus": {
            "ipGroupsName": "ipg-wsus", "resourceGroupName": "rg-hub", "location": "westeurope",
            "ipAddresses": ["10.33.9.10"],
        }
    },
}  # fmt: skip
BASES = f"{OWN}/rg-hub/providers/Microsoft.Network/firewallPolicies"
BASE: dict[str, dict[str, Any]] = {
    POLICY: {
        f"{BASES}/afwp-{name}": {
            "firewallPolicyName": f"afwp-{name}", "resourceGroupName": "rg-hub",
            "location": "westeurope", "sku": {"tier": "Standard"}, "threatIntelMode": "Deny",
        }
        for name in ("base", "next")
    }
}  # fmt: skip
IMPORTED = {
    "virtualNetwork": "vnet-wsus-sandbox", "name": "snet-theirs", "addressPrefix": "10.33.9.0/24",
    "importId": f"{NETWORK}/subnets/snet-theirs",
}  # fmt: skip
FULL: dict[str, Any] = {
    "firewallPolicy": {"name": "afwp-wsus", "mode": "full"},
    "firewall": {"name": "afw-wsus", "virtualNetwork": NETWORK},
    "routeTable": {},
}
ACCEPTED = [
    {"what": f"azure/azure-route-table/wider/{part}", "reason": "The hub's stack has the rules",
     "expires": "2027-06-30"}
    for part in ("names", "nameless")
]  # fmt: skip


@dataclass(frozen=True)
class Zone:
    """A landing zone and one change of it.

    Attributes:
        there: What others have, by type and id.
        own: The settings of the target.
        makes: What the stack makes, by type, subnets included.
        change: The settings that change.
        steps: What the change does, by operation.
    """

    own: Mapping[str, Any]
    makes: Mapping[str, int]
    change: Mapping[str, Any]
    steps: Mapping[str, int]
    there: Mapping[str, Mapping[str, Any]] | None = None
    accept: tuple[Mapping[str, str], ...] = ()


ZONES = {
    "a hub's policy in another subscription": Zone(
        {"firewallPolicy": {"id": f"{IN_HUB}/firewallPolicies/afwp-hub"},
         "ruleCollectionGroupName": "wsus-branch", "ruleCollectionGroupPriority": 1100,
         "routeTable": {"firewallAddress": "10.40.255.4"}, "subnets": [IMPORTED]},
        {GROUP: 1, NSG: 1, TABLE: 1, SUBNET: 1},
        {"ruleCollectionGroupPriority": 1200},
        {"update": 1},
        HUB,
    ),
    "a spoke by itself": Zone(
        {"routeTable": {"firewallAddress": "10.40.255.4"}, "subnets": [IMPORTED]},
        {NSG: 1, TABLE: 1, SUBNET: 1},
        {"routeTable": {"firewallAddress": "10.40.255.5"}},
        {"update": 1},
        accept=tuple(ACCEPTED),
    ),
    "a secured hub of Virtual WAN": Zone(
        {"routing": "hub-intent", "firewallPolicy": {"id": f"{IN_HUB}/firewallPolicies/afwp-hub"},
         "ruleCollectionGroupName": "wsus", "subnets": [IMPORTED]},
        {GROUP: 1, NSG: 1, SUBNET: 1},
        {"ruleCollectionGroupName": "wsus-renamed"},
        {"replace": 1},
        HUB,
    ),
    "an IP Group that exists": Zone(
        {"firewallPolicy": {"id": f"{IN_HUB}/firewallPolicies/afwp-hub"},
         "ipGroupIds": {"wsus": f"{IN_HUB}/ipGroups/ipg-wsus"},
         "routeTable": {"firewallAddress": "10.40.255.4"}},
        {GROUP: 1, NSG: 1, TABLE: 1},
        {"ipGroupIds": {}, "ipGroups": True},
        {"create": 1, "update": 1},
        HUB,
    ),
    "several public addresses": Zone(
        {**FULL, "firewall": {**FULL["firewall"], "publicAddresses": 3, "publicIpPrefix": PREFIX}},
        {ADDRESS: 3, FIREWALL: 1, GROUP: 1, NSG: 1, POLICY: 1, TABLE: 1},
        {"firewall": {**FULL["firewall"], "publicAddresses": 2, "publicIpPrefix": PREFIX}},
        {"update": 1, "delete": 1},
        {f"{_AZURE}PublicIPPrefix": {PREFIX: {"prefixLength": 30, "location": "westeurope"}}},
    ),
    "a management interface": Zone(
        # The logs' setting comes back with an id in lower case, and with more than was sent.
        {**FULL, "firewall": {**FULL["firewall"], "management": True, "workspace": WORKSPACE}},
        {ADDRESS: 2, DIAGNOSTICS: 1, FIREWALL: 1, GROUP: 1, NSG: 1, POLICY: 1, TABLE: 1},
        {"firewall": {**FULL["firewall"], "management": True, "workspace": WORKSPACE,
                      "publicAddresses": 2}},
        {"create": 1, "update": 1},
    ),
    "a base policy": Zone(
        {**FULL, "firewallPolicy": {**FULL["firewallPolicy"], "basePolicy": f"{BASES}/afwp-base"}},
        {ADDRESS: 1, FIREWALL: 1, GROUP: 1, NSG: 1, POLICY: 1, TABLE: 1},
        {"firewallPolicy": {**FULL["firewallPolicy"], "basePolicy": f"{BASES}/afwp-next"}},
        {"update": 1},
        BASE,
    ),
}  # fmt: skip


def write(project: Project, zone: Zone, **changed: Any) -> Path:
    """The zone's settings, of one server, as the only environment."""
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()
    azure = {
        "resourceGroup": "rg-wsus-sandbox", "location": "westeurope", "destinations": "list",
        "addressSpace": ["10.33.0.0/16"], **zone.own, **changed,
    }  # fmt: skip
    config = {
        "azure-native:subscriptionId": "00000000-0000-0000-0000-000000000000",
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.33.9.10"]}],
        "wsus-egress:azure": azure,
        "wsus-egress:accept": [*zone.accept],
    }
    file = project.root / "config" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return file


def done(project: Project, *arguments: str, fails: bool = False) -> str:
    """Run the engine on the stack, and return its output."""
    result = project.pulumi(*arguments, "--stack", "dev")
    assert (result.returncode != 0) is fails, result.stdout + result.stderr
    return result.stdout + result.stderr


def cloud(project: Project) -> Path:
    """The file of the stand-in."""
    return project.root.parent / "cloud" / "azure-native.json"


def held(project: Project) -> dict[str, dict[str, Any]]:
    """What Azure holds, by type and id."""
    found: dict[str, Any] = json.loads(cloud(project).read_text(encoding="utf-8"))["resources"]
    return {kind: rows for kind, rows in found.items() if rows}


@pytest.mark.parametrize("zone", ZONES.values(), ids=ZONES.keys())
def test_a_landing_zone_is_made_changed_and_removed(project: Project, zone: Zone) -> None:
    """As `check` says before; the second preview is empty, the change does what it says, others' things stay."""
    there = zone.there or {}
    project.plant("azure-native", there)
    file = write(project, zone)
    checked = project.command("check", "--env", "dev")
    assert 0 == checked.returncode, checked.stdout + checked.stderr
    project.pulumi("stack", "init", "dev")
    done(project, "up", "--yes", "--skip-preview")
    done(project, "preview", "--expect-no-changes")
    done(project, "refresh", "--yes", "--expect-no-changes")
    made = {kind: len(rows) - len(there.get(kind, {})) for kind, rows in held(project).items()}
    assert zone.makes == {kind: number for kind, number in made.items() if number}

    write(project, zone, **zone.change)
    done(project, "up", "--yes", "--skip-preview")
    steps = project.last_operations("dev")
    assert zone.steps == {step: number for step, number in steps.items() if step != "same"}
    done(project, "preview", "--expect-no-changes")

    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["config"], _ = released(settings["config"])
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    done(project, "up", "--yes", "--skip-preview")
    done(project, "destroy", "--yes", "--skip-preview")
    left = held(project)
    assert not any("networkSecurityGroup" in row for row in left.pop(SUBNET, {}).values())
    assert there == left
