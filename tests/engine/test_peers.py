"""Rules of security groups in the real engine: peers that are renamed, swap, move, or are alike."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from project import Project

pytestmark = pytest.mark.engine

GROUP = "sg-0a1b2c3d4e5f60718"
SG = "aws:ec2/securityGroup:SecurityGroup"
THEIRS = {
    "description": "desktops and laptops",
    "name": "desktops",
    "region": "eu-west-1",
    "vpcId": "vpc-0a1b2c3d4e5f60718",
}
SETTINGS = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [wsus]
  wsus-egress:servers: [{{name: head, addresses: [10.20.0.10]}}]
  wsus-egress:clients:
{clients}
  wsus-egress:aws: {{vpcId: vpc-0a1b2c3d4e5f60718}}
  wsus-egress:accept:
    - {{what: aws/aws-security-group/wider/names, reason: tried here, expires: 2099-01-01}}
    - {{what: aws/aws-security-group/wider/nameless, reason: tried here, expires: 2099-01-01}}
"""


def clients(project: Project, *entries: tuple[str, str, str]) -> None:
    """Write the settings: the name of each group of clients, its addresses, and what names it."""
    lines = [
        f"- {{name: {name}, addresses: [{addresses}], location: elsewhere, updatesFrom: head{more}}}"
        for name, addresses, more in entries
    ]
    text = SETTINGS.format(clients=textwrap.indent("\n".join(lines), " " * 4))
    _settings(project).write_text(text, encoding="utf-8")


def _settings(project: Project) -> Path:
    return project.root / "config" / "Pulumi.dev.yaml"


def deploy(project: Project) -> dict[str, int]:
    """Deploy, which must succeed; what changed."""
    done = project.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    assert 0 == done.returncode, done.stdout + done.stderr
    changes = project.last_operations("dev")
    return {operation: count for operation, count in changes.items() if operation != "same"}


def descriptions(project: Project) -> dict[str, str]:
    """By peer, what the rules of one port say that they are for."""
    resources = project.export("dev")["deployment"]["resources"]
    found = [each["inputs"] for each in resources if each["type"].endswith("IngressRule")]
    return {
        rule.get("cidrIpv4") or rule["referencedSecurityGroupId"]: rule["description"]
        for rule in found
        if rule["fromPort"] == 8530
    }


def test_peers_change_their_names_and_addresses(project: Project) -> None:
    """EC2 takes no second rule for one peer: a rename, a swap and a move change rules in place."""
    said = "WSUS synchronization from"
    clients(project, ("desktops", "10.20.4.0/24", ""), ("laptops", "10.20.5.0/24", ""))
    project.up("dev")

    clients(project, ("offices", "10.20.4.0/24", ""), ("laptops", "10.20.5.0/24", ""))
    renamed = deploy(project)
    assert {"update": 2} == renamed

    clients(project, ("offices", "10.20.5.0/24", ""), ("laptops", "10.20.4.0/24", ""))
    swapped = deploy(project)
    assert {"update": 4} == swapped
    assert {
        "10.20.4.0/24": f"{said} laptops",
        "10.20.5.0/24": f"{said} offices",
    } == descriptions(project)

    clients(project, ("offices", "10.20.5.0/24, 10.20.4.0/24", ""), ("laptops", "10.20.6.0/24", ""))
    moved = deploy(project)
    # 10.20.4.0/23 is what both are together.
    assert {"create": 4, "delete": 4} == moved

    server = _settings(project).read_text(encoding="utf-8").replace("head", "main")
    _settings(project).write_text(server, encoding="utf-8")
    deploy(project)
    assert {"10.20.4.0/23", "10.20.6.0/24"} == descriptions(project).keys()


def test_peers_of_one_security_group_are_one_rule(project: Project) -> None:
    """Two groups of clients that have one security group, and a third that joins them."""
    peer = f", awsPeer: {{securityGroupId: {GROUP}}}"
    both = [("desktops", "10.20.4.0/24", peer), ("laptops", "10.20.5.0/24", peer)]
    clients(project, *both)
    cloud = project.root.parent / "cloud"
    cloud.mkdir()
    (cloud / "aws.json").write_text(
        json.dumps({"resources": {SG: {GROUP: THEIRS}}}), encoding="utf-8"
    )
    project.up("dev")
    assert {GROUP: "WSUS synchronization from desktops, laptops"} == descriptions(project)

    clients(project, *both, ("kiosks", "10.20.6.0/24", peer))
    assert {"update": 2} == deploy(project)
    assert {GROUP: "WSUS synchronization from desktops, laptops, kiosks"} == descriptions(project)
