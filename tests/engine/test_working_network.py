"""The life of a firewall in a network that works: its servers are never without a way out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from paths import ROOT
from project import Project

import permissions_page
from providers.aws.calls import calls

ROUTE = "aws:ec2/route:Route"
FIREWALL = "aws:networkfirewall/firewall:Firewall"
NAT = "nat-0f607182a3b49000"

pytestmark = pytest.mark.engine


def zone(letter: str, servers: str) -> dict[str, Any]:
    """One zone of the VPC whose servers reach the Internet already."""
    return {
        "zone": f"eu-west-1{letter}",
        "subnetId": f"subnet-0f607182a3b4f000{letter}",
        "protectedRouteTables": [f"rtb-0f607182a3b45000{letter}"],
        "returnRoutes": [
            {"routeTableId": f"rtb-0f607182a3b49000{letter}", "destinations": [servers]}
        ],
    }


FEATURES = ("Security groups", "Rule groups", "Firewall policy", "Firewall and routes",
            "Logs in CloudWatch")  # fmt: skip
A, B = zone("a", "10.25.0.0/22"), zone("b", "10.25.8.0/22")


def write(project: Project, addresses: list[str], called: str = "wsus", **firewall: Any) -> None:
    """Settings of servers and a firewall, as the only environment."""
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()
    config = {
        "aws:region": "eu-west-1",
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [{"name": called, "addresses": addresses}],
        "wsus-egress:aws": {
            "vpcId": "vpc-0f607182a3b4c5d6e",
            "networkFirewall": {"mode": "full", **firewall},
        },
    }
    file = project.root / "config" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")


def run(project: Project, *arguments: str, fails: bool = False) -> str:
    """Run the engine on the stack, and return its output."""
    result = project.pulumi(*arguments, "--stack", "dev")
    assert (result.returncode != 0) is fails, result.stdout + result.stderr
    return result.stdout + result.stderr


def cloud(project: Project) -> Path:
    """The file of what AWS holds."""
    return project.root.parent / "cloud" / "aws.json"


def asked(project: Project) -> set[str]:
    """The permissions that everything done so far took, look-ups included."""
    text = cloud(project).with_suffix(".operations").read_text(encoding="utf-8")
    steps = {tuple(line.split()) for line in text.splitlines()}
    assert {"create", "update", "read", "delete"} == {step for step, _ in steps}
    known = calls()
    # Whoever asks needs no permission for its own identity and region.
    own = ("aws:index/getRegion:getRegion", "aws:index/getCallerIdentity:getCallerIdentity")
    return {action for step, token in steps if token not in own for action in known[token].of(step)}


def ways(project: Project) -> dict[str, set[str]]:
    """By route table, what the stack's routes lead to an endpoint."""
    found: dict[str, set[str]] = {}
    for row in json.loads(cloud(project).read_text(encoding="utf-8"))["resources"][ROUTE].values():
        assert row["vpcEndpointId"].startswith("vpce-")
        found.setdefault(row["routeTableId"], set()).add(row["destinationCidrBlock"])
    return found


def test_a_route_that_is_there_is_refused_before_anything_is_made(project: Project) -> None:
    """The preview says so, with what to write; an update without one makes neither firewall nor route."""
    write(project, ["10.25.0.10"], endpoints=[A])
    run(project, "stack", "init")

    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        said = run(project, *command, fails=True)
        assert f"rtb-0f607182a3b45000a leads 0.0.0.0/0 to {NAT}a already" in said
        assert "write keepDefaultRoutes: true" in said
        assert "Traceback" not in said
        held = (
            json.loads(cloud(project).read_text("utf-8"))["resources"]
            if cloud(project).exists()
            else {}
        )
        assert {FIREWALL, ROUTE}.isdisjoint(held)


def test_the_life_of_a_firewall_beside_a_default_route(project: Project) -> None:
    """Up, a zone more, growth past the capacity, a rename, destroy: each in one run, with a way out after it."""
    keeps: dict[str, Any] = {"keepDefaultRoutes": True, "protected": False}
    halves = {"0.0.0.0/1", "128.0.0.0/1"}
    logs = {"logGroup": "/aws/network-firewall/wsus"}
    write(project, ["10.25.0.10"], endpoints=[A], logging=logs, **keeps)
    project.up("dev")
    in_a = {"rtb-0f607182a3b45000a": halves, "rtb-0f607182a3b49000a": {"10.25.0.0/22"}}
    assert in_a == ways(project)
    run(project, "preview", "--expect-no-changes")

    write(project, ["10.25.0.10", "10.25.8.10"], endpoints=[A, B], **keeps)
    run(project, "up", "--yes")
    in_b = {"rtb-0f607182a3b45000b": halves, "rtb-0f607182a3b49000b": {"10.25.8.0/22"}}
    assert {**in_a, **in_b} == ways(project)

    for number in range(60):
        project.add_endpoint("wsus", f"host{number}.example.com")
    run(project, "up", "--yes")
    assert {**in_a, **in_b} == ways(project)

    write(project, ["10.25.0.10", "10.25.8.10"], called="head", endpoints=[A, B], **keeps)
    run(project, "up", "--yes", "--skip-preview")
    assert {**in_a, **in_b} == ways(project)

    write(project, ["10.25.8.10"], called="head", endpoints=[B], **keeps)
    run(project, "up", "--yes")
    assert in_b == ways(project)

    run(project, "destroy", "--yes")
    assert set() == asked(project) - {
        action
        for feature in permissions_page.FEATURES
        if feature.title in FEATURES
        for action in feature.permissions
    }
    assert {} == json.loads(cloud(project).read_text(encoding="utf-8"))["resources"]


def test_the_old_route_can_go_later(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its owner has deleted it, the stack can take 0.0.0.0/0 itself: the new route comes first."""
    firewall: dict[str, Any] = {"protected": False, "endpoints": [A]}
    write(project, ["10.25.0.10"], keepDefaultRoutes=True, **firewall)
    project.up("dev")

    write(project, ["10.25.0.10"], **firewall)
    assert "leads 0.0.0.0/0 to" in run(project, "preview", fails=True)
    world = project.root.parent / "world.yaml"
    text = (ROOT / "sandbox" / "world.yaml").read_text(encoding="utf-8")
    here = "routes: [{to: 0.0.0.0/0, via: nat-0f607182a3b49000a}], name: working-protected-a"
    world.write_text(text.replace(here, "routes: [], name: working-protected-a"), encoding="utf-8")
    monkeypatch.setenv("WSUS_EGRESS_SANDBOX_WORLD", str(world))

    said = run(project, "up", "--yes", "--skip-preview").partition("Resources:")[0]

    assert {"0.0.0.0/0"} == ways(project)["rtb-0f607182a3b45000a"]
    assert said.rindex(" created") < said.index(" deleted")
