"""What a life with DNS Firewall and sharing asks for, beside what docs/permissions.md says; with both IP versions."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from project import Project
from test_working_network import A, asked, cloud, run

import permissions_page

pytestmark = pytest.mark.engine

FEATURES = ("Security groups", "Rule groups", "Firewall policy", "Firewall and routes",
            "DNS Firewall", "Sharing")  # fmt: skip
TYPES = ("aws:route53/resolverFirewallRuleGroup:", "aws:ram/resourceShare:")
BLOCK = "2600:1f18:abcd:1200::/64"


def write(project: Project, name: str) -> None:
    """Settings with all of them, and one name more."""
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()
    back = A["returnRoutes"][0]
    routes = [{**back, "destinations": [*back["destinations"], BLOCK]}]
    config: dict[str, Any] = {
        "aws:region": "eu-west-1",
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:ipv6": True,
        "wsus-egress:extraEndpoints": [
            {"pattern": name, "schemes": ["https"], "owner": "team", "reason": "Files"}
        ],
        "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.25.0.10", "2600:1f18:abcd:1200::10"]}],
        "wsus-egress:aws": {
            "vpcId": "vpc-0f607182a3b4c5d6e",
            "ownRanges": ["2600:1f18:abcd:1200::/56"],
            "dnsFirewall": {},
            "networkFirewall": {
                "mode": "full", "keepDefaultRoutes": True, "protected": False,
                "endpoints": [{**A, "returnRoutes": routes}], "shareWith": ["111122223333"],
            },
        },
    }  # fmt: skip
    file = project.root / "config" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")


def test_nothing_is_asked_for_that_the_page_has_not(project: Project) -> None:
    """Made, changed, read again and destroyed; beside a default route IPv6 has its halves too."""
    write(project, "one.example.com")
    project.up("dev")
    held = json.loads(cloud(project).read_text(encoding="utf-8"))["resources"]
    assert [] == [kind for kind in TYPES if not any(each.startswith(kind) for each in held)]
    six = {
        row["destinationIpv6CidrBlock"]
        for row in held["aws:ec2/route:Route"].values()
        if "destinationIpv6CidrBlock" in row
    }
    assert {"::/1", "8000::/1", BLOCK} == six

    write(project, "two.example.com")
    run(project, "up", "--yes", "--skip-preview", "--refresh")
    run(project, "destroy", "--yes")
    assert {} == json.loads(cloud(project).read_text(encoding="utf-8"))["resources"]
    assert set() == asked(project) - {
        action
        for feature in permissions_page.FEATURES
        if feature.title in FEATURES
        for action in feature.permissions
    }
