"""The life of a subnet that exists, with the real engine: imported, attached, detached, and never deleted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from paths import ROOT
from project import Project

pytestmark = pytest.mark.engine

GROUP = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
    "/providers/Microsoft.Network"
)
NETWORK = f"{GROUP}/virtualNetworks/vnet-wsus-sandbox"
# What sandbox/world.yaml has: one with a delegation and endpoints, one from a pool, with two ranges.
THEIRS = {
    "virtualNetwork": "vnet-wsus-sandbox", "name": "snet-theirs", "addressPrefix": "10.33.9.0/24",
    "importId": f"{NETWORK}/subnets/snet-theirs",
}  # fmt: skip
POOLED = {
    "virtualNetwork": "vnet-wsus-sandbox", "name": "snet-pooled",
    "addressPrefixes": ["10.33.10.0/24", "10.33.11.0/24"],
    "importId": f"{NETWORK}/subnets/snet-pooled",
}  # fmt: skip
SUBNET = "azure-native:network:Subnet"


def write(project: Project, *subnets: dict[str, Any], **own: Any) -> None:
    """Settings of one server and these subnets, as the only environment."""
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()
    azure = {
        "resourceGroup": "rg-wsus-sandbox",
        "location": "westeurope",
        "addressSpace": ["10.33.0.0/16"],
        "destinations": "list",
        "firewallPolicy": {"name": "afwp-wsus-dev"},
        "routeTable": {"firewallAddress": "10.33.255.4"},
        "subnets": [*subnets],
        **own,
    }
    config = {
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.33.9.10"]}],
        "wsus-egress:azure": azure,
    }
    if any(each.get("serviceEndpoints") for each in subnets):
        config["wsus-egress:accept"] = [
            {"what": f"azure/azure-service-endpoints/wider/{part}", "reason": "Backups",
             "expires": "2099-01-01"}
            for part in ("names", "nameless")
        ]  # fmt: skip
    file = project.root / "config" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")


def done(project: Project, *arguments: str, fails: bool = False) -> str:
    """Run the engine on the stack, and return its output."""
    result = project.pulumi(*arguments, "--stack", "dev")
    assert (result.returncode != 0) is fails, result.stdout + result.stderr
    return result.stdout + result.stderr


def held(project: Project) -> dict[str, dict[str, Any]]:
    """The subnets that the cloud holds, by name."""
    file: Path = project.root.parent / "cloud" / "azure-native.json"
    rows = json.loads(file.read_text(encoding="utf-8"))["resources"].get(SUBNET, {})
    return {id_.rpartition("/")[2]: row for id_, row in rows.items()}


def test_a_subnet_that_exists_is_imported_and_keeps_what_it_has(project: Project) -> None:
    """As docs/azure.md says: imported and attached in one update; detached and let go of, it stays."""
    page = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
    (block,) = [
        text for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "importId" in text
    ]
    assert [THEIRS.keys()] == [each.keys() for each in yaml.safe_load(block)["subnets"]]
    write(project, THEIRS, POOLED)
    project.pulumi("stack", "init", "dev")
    said = done(project, "preview")
    assert "2 to import" in said
    said = done(project, "up", "--yes")
    assert "2 imported" in said
    subnets = held(project)
    attached = {
        "networkSecurityGroup": {"id": f"{GROUP}/networkSecurityGroups/wsus-nsg"},
        "routeTable": {"id": f"{GROUP}/routeTables/wsus-route-table"},
    }
    theirs, pooled = subnets["snet-theirs"], subnets["snet-pooled"]
    assert attached.items() <= theirs.items()
    assert {
        "addressPrefix": "10.33.9.0/24",
        "defaultOutboundAccess": False,
        "delegations": [{"name": "web", "serviceName": "Microsoft.Web/serverFarms"}],
        "privateEndpointNetworkPolicies": "Disabled",
        "serviceEndpoints": [{"service": "Microsoft.Storage"}],
    }.items() <= theirs.items()
    assert attached.items() <= pooled.items()
    assert {"addressPrefix", "defaultOutboundAccess"}.isdisjoint(pooled)
    assert {
        "addressPrefixes": ["10.33.10.0/24", "10.33.11.0/24"],
        "ipamPoolPrefixAllocations": [{"numberOfIpAddresses": "512", "id": "/pools/wsus"}],
        "privateEndpointNetworkPolicies": "Enabled",
    }.items() <= pooled.items()
    done(project, "preview", "--expect-no-changes")
    done(project, "refresh", "--yes", "--expect-no-changes")

    write(project, *({**each, "attached": False} for each in (THEIRS, POOLED)))
    done(project, "up", "--yes")
    write(project)
    done(project, "up", "--yes")
    kept = {
        name: {key: value for key, value in row.items() if key not in attached}
        for name, row in subnets.items()
    }
    assert kept == held(project)


def test_an_import_of_something_else_is_refused(project: Project) -> None:
    """A subnet that is not there, and one with another range, before anything is made."""
    gone = {**THEIRS, "name": "snet-gone", "importId": f"{NETWORK}/subnets/snet-gone"}
    write(project, {**gone, "addressPrefix": "10.33.12.0/24", "attached": False},
          {**THEIRS, "addressPrefix": "10.33.9.0/25", "attached": False})  # fmt: skip
    project.pulumi("stack", "init", "dev")
    said = done(project, "up", "--yes", "--skip-preview", fails=True)

    assert "the subnet snet-gone cannot be looked up, and so not imported" in said
    assert "the subnet snet-theirs has 10.33.9.0/24, and the entry says 10.33.9.0/25" in said


def test_service_endpoints_of_a_subnet_of_the_stack(project: Project) -> None:
    """Made, and told back with regions that nobody wrote: nothing differs then. Emptied, they go."""
    made = {
        "virtualNetwork": "vnet-wsus-sandbox",
        "name": "snet-made",
        "addressPrefix": "10.33.12.0/24",
    }
    write(project, {**made, "serviceEndpoints": [{"service": "Microsoft.Storage"}]})
    project.pulumi("stack", "init", "dev")
    done(project, "up", "--yes")

    assert [{"service": "Microsoft.Storage"}] == held(project)["snet-made"]["serviceEndpoints"]
    done(project, "preview", "--expect-no-changes")
    done(project, "refresh", "--yes", "--expect-no-changes")
    done(project, "preview", "--expect-no-changes")

    write(project, {**made, "serviceEndpoints": []})
    done(project, "up", "--yes")
    assert [] == held(project)["snet-made"]["serviceEndpoints"]
