"""A removal with the real engine: it is refused before anything goes, and takes two steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from project import Project

FIREWALL = {
    "mode": "full",
    "endpoints": [
        {
            "zone": "eu-west-1a",
            "subnetId": "subnet-0a1b2c3d4e5ff000a",
            "protectedRouteTables": ["rtb-0a1b2c3d4e5f5000a"],
            "returnRoutes": [
                {"routeTableId": "rtb-0a1b2c3d4e5f9000a", "destinations": ["10.20.0.0/22"]}
            ],
        }
    ],
    "logging": {"logGroup": "/aws/network-firewall/wsus-dev"},
}
SNET = {
    "virtualNetwork": "vnet-wsus-sandbox", "name": "snet-wsus", "addressPrefix": "10.33.0.0/24",
}  # fmt: skip
AZURE = {
    "resourceGroup": "rg-wsus-sandbox",
    "location": "westeurope",
    "addressSpace": ["10.33.0.0/16"],
    "destinations": "list",
    "firewallPolicy": {"name": "afwp-wsus-dev"},
    "routeTable": {"firewallAddress": "10.33.255.4"},
    "subnets": [SNET],
}
WAY_OUT = ("aws:ec2/route:Route", "aws:networkfirewall/firewall:Firewall",
           "aws:networkfirewall/loggingConfiguration:LoggingConfiguration")  # fmt: skip
SUBNET = "azure-native:network:Subnet"

pytestmark = pytest.mark.engine


def write(project: Project, address: str, **targets: Any) -> Path:
    """Settings of one server and the targets, as the only environment."""
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()
    config = {
        "aws:region": "eu-west-1",
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [{"name": "wsus", "addresses": [address]}],
        **{f"wsus-egress:{cloud}": settings for cloud, settings in targets.items()},
    }
    file = project.root / "config" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return file


def done(project: Project, *arguments: str, fails: bool = False) -> str:
    """Run the engine on the stack, and return its output."""
    result = project.pulumi(*arguments, "--yes", "--stack", "dev")
    assert (result.returncode != 0) is fails, result.stdout + result.stderr
    return result.stdout + result.stderr


def cloud(project: Project, name: str) -> dict[str, Any]:
    """What a cloud holds, by type."""
    text = (project.root.parent / "cloud" / f"{name}.json").read_text(encoding="utf-8")
    held: dict[str, Any] = json.loads(text)["resources"]
    return held


def protected(project: Project) -> set[str]:
    """The types of what the state has as protected."""
    resources = project.export("dev")["deployment"]["resources"]
    return {each["type"] for each in resources if each.get("protect")}


def test_a_protected_firewall_goes_in_two_steps(project: Project) -> None:
    """In one step the engine refuses: a destroy, a mode without a firewall, and a zone that goes."""
    vpc = {"vpcId": "vpc-0a1b2c3d4e5f60718"}
    write(project, "10.20.0.10", aws={**vpc, "networkFirewall": FIREWALL})
    project.up("dev")
    deployed = cloud(project, "aws")
    assert {*WAY_OUT} == protected(project)

    said = done(project, "destroy", fails=True)
    assert "because it is protected" in said
    assert deployed == cloud(project, "aws")
    done(project, "destroy", "--skip-preview", fails=True)
    assert deployed == cloud(project, "aws")
    write(project, "10.20.0.10", aws={**vpc, "networkFirewall": {}})
    said = done(project, "up", fails=True)
    assert "because it is protected" in said
    assert deployed == cloud(project, "aws")

    off = {**FIREWALL, "protected": False}
    file = write(project, "10.20.0.10", aws={**vpc, "networkFirewall": off})
    done(project, "up", "--skip-preview")
    assert set() == protected(project)
    assert {*WAY_OUT} <= cloud(project, "aws").keys()
    done(project, "destroy", "--skip-preview")
    assert {} == cloud(project, "aws")

    text = file.read_text(encoding="utf-8")
    done(project, "stack", "rm", "--preserve-config")
    assert text == file.read_text(encoding="utf-8")


def test_a_subnet_is_never_deleted(project: Project) -> None:
    """While it is attached the engine refuses to let go of it; detached it stays, and the rest goes."""
    write(project, "10.33.0.10", azure=AZURE)
    project.up("dev")
    deployed = cloud(project, "azure-native")
    assert {SUBNET} == protected(project)

    assert "because it is protected" in done(project, "destroy", fails=True)
    done(project, "destroy", "--skip-preview", fails=True)
    write(project, "10.33.0.10", azure={**AZURE, "subnets": []})
    assert "because it is protected" in done(project, "up", fails=True)
    assert deployed == cloud(project, "azure-native")

    write(project, "10.33.0.10", azure={**AZURE, "subnets": [{**SNET, "attached": False}]})
    done(project, "up", "--skip-preview")
    (held,) = cloud(project, "azure-native")[SUBNET].values()
    assert {"networkSecurityGroup", "routeTable"}.isdisjoint(held)

    done(project, "destroy", "--skip-preview")
    assert {SUBNET} == cloud(project, "azure-native").keys()


def test_a_subnet_of_somebody_else_keeps_its_way_out(project: Project) -> None:
    """Azure refuses to delete a route table in use; the engine comes to the rules after the table."""
    write(project, "10.33.0.10", azure={**AZURE, "subnets": []})
    project.up("dev")
    held = cloud(project, "azure-native")
    (table,) = held["azure-native:network:RouteTable"]
    subnet = f"{table.partition('/providers/')[0]}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    held[SUBNET] = {subnet: {"subnetName": "s", "routeTable": {"id": table}}}
    file = project.root.parent / "cloud" / "azure-native.json"
    file.write_text(json.dumps({"resources": held}), encoding="utf-8")

    said = done(project, "destroy", "--skip-preview", fails=True)

    assert "InUseRouteTableCannotBeDeleted" in said
    left = cloud(project, "azure-native")
    for kind in ("FirewallPolicy", "FirewallPolicyRuleCollectionGroup", "RouteTable"):
        assert held[f"azure-native:network:{kind}"] == left[f"azure-native:network:{kind}"]
