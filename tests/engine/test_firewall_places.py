"""A firewall at a transit gateway, and one with endpoints in several VPCs: a life with the real engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from paths import ROOT
from project import Project

pytestmark = pytest.mark.engine

EXAMPLES = ROOT / "docs" / "examples" / "settings"
FIREWALL = "aws:networkfirewall/firewall:Firewall"
FURTHER = "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation"
ROUTE = "aws:ec2/route:Route"


def write(project: Project, example: str, **changes: Any) -> None:
    """An example's settings as the only environment, without logs, and unprotected."""
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()
    settings = yaml.safe_load((EXAMPLES / f"Pulumi.{example}.yaml").read_text(encoding="utf-8"))
    firewall = settings["config"]["wsus-egress:aws"]["networkFirewall"]
    del firewall["logging"]
    firewall |= {"protected": False, **changes}
    file = project.root / "config" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")


def run(project: Project, *arguments: str) -> None:
    """Run the engine on the stack."""
    result = project.pulumi(*arguments, "--stack", "dev")
    assert 0 == result.returncode, result.stdout + result.stderr


def held(project: Project) -> dict[str, Any]:
    """What AWS holds."""
    cloud: Path = project.root.parent / "cloud" / "aws.json"
    found: dict[str, Any] = json.loads(cloud.read_text(encoding="utf-8"))["resources"]
    return found


def test_both_are_made_changed_and_destroyed(project: Project) -> None:
    """A zone more in place; a firewall elsewhere is another one; each VPC's routes lead to its own endpoint."""
    write(project, "aws-transit-gateway")
    project.up("dev")
    run(project, "preview", "--expect-no-changes")
    zones = ["euw1-az1", "euw1-az2", "euw1-az3"]
    gateway = {"id": "tgw-0123456789abcdef0", "zoneIds": zones}
    write(project, "aws-transit-gateway", transitGateway=gateway)
    run(project, "up", "--yes", "--skip-preview")
    (firewall,) = held(project)[FIREWALL].values()
    assert zones == sorted(e["availabilityZoneId"] for e in firewall["availabilityZoneMappings"])
    assert ROUTE not in held(project)

    write(project, "aws-many-vpcs")
    run(project, "up", "--yes", "--skip-preview")
    run(project, "preview", "--expect-no-changes")
    (firewall,) = held(project)[FIREWALL].values()
    (further,) = held(project)[FURTHER].values()
    assert ["vpc-0a1b2c3d4e5f60718", "vpc-0b2c3d4e5f607182a"] == [
        firewall["vpcId"],
        further["vpcId"],
    ]
    led: dict[str, set[str]] = {}
    for route in held(project)[ROUTE].values():
        led.setdefault(route["vpcEndpointId"], set()).add(route["routeTableId"])
    assert [
        ["rtb-0a1b2c3d4e5f5000a", "rtb-0a1b2c3d4e5f9000a"],
        ["rtb-0b2c3d4e5f605000a", "rtb-0b2c3d4e5f609000a"],
    ] == sorted(map(sorted, led.values()))

    run(project, "destroy", "--yes")
    assert {} == held(project)
