"""Drift, as the scheduled workflow finds it: somebody changes the stand-ins' clouds by hand.

The real engine refreshes the stack, and the workflow's own scripts report what it found.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from paths import ROOT
from project import Project

pytestmark = pytest.mark.engine

WORKFLOW = ROOT / ".github" / "workflows" / "drift.yml"
# Notes what it is asked for, and says that issue 7 is open where a file says so.
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >>calls
case $2 in
  list) cat open 2>/dev/null ;;
  create) echo 7 >open ;;
  close) rm open ;;
esac
exit 0
"""
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
AZURE = "azure-native:network"
RULE = {
    "access": "Allow", "direction": "Outbound", "name": "by-hand", "priority": 100, "protocol": "*",
    "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "Internet",
    "destinationPortRange": "*",
}  # fmt: skip
GROUP_BY_HAND = "arn:aws:network-firewall:eu-west-1:123456789012:stateful-rulegroup/by-hand"


def script(name: str) -> str:
    """A step's script in the workflow."""
    steps = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["drift"]["steps"]
    return str(next(step["run"] for step in steps if step.get("name") == name))


class Watched:
    """A deployed stack that the workflow looks at."""

    def __init__(self, project: Project) -> None:
        """Deploy it, with a `gh` beside it."""
        self.project = project
        self.temporary = project.root.parent / "runner"
        (self.temporary / "bin").mkdir(parents=True)
        gh = self.temporary / "bin" / "gh"
        gh.write_text(GH)
        gh.chmod(0o755)
        project.up("sandbox")

    def change(self, cloud: str, how: Callable[[dict[str, Any]], None]) -> None:
        """Change what a stand-in holds, as somebody does in a portal."""
        path = Path(self.project.environment()["WSUS_EGRESS_SANDBOX_CLOUD"]) / f"{cloud}.json"
        held = json.loads(path.read_text(encoding="utf-8"))
        how(held["resources"])
        path.write_text(json.dumps(held), encoding="utf-8")

    def morning(self) -> tuple[int, str, list[str]]:
        """One run of the workflow: its status, the page, and what it asked of GitHub."""
        (self.temporary / "summary").write_text("")
        (self.temporary / "calls").write_text("")
        found = self.project.environment()
        env = {
            **found,
            "PATH": f"{self.temporary / 'bin'}:{found['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_STEP_SUMMARY": str(self.temporary / "summary"),
            "PROJECT": str(self.project.root),
            "STACK": "sandbox",
            "AWS_ROLE_ARN": "",
            "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
        }
        asked = subprocess.run(["bash", "-c", script("Ask the clouds")], cwd=self.temporary, env=env, check=False,
                               capture_output=True, text=True, timeout=300)  # fmt: skip
        assert 0 == asked.returncode, asked.stdout + asked.stderr
        # `gh` keeps its notes in the folder that it runs in.
        done = subprocess.run(["bash", "-c", script("Report")], cwd=self.temporary, env=env, check=False,
                              capture_output=True, text=True, timeout=300)  # fmt: skip
        calls = (self.temporary / "calls").read_text().splitlines()
        return done.returncode, (self.temporary / "summary").read_text(), calls

    def told(self) -> dict[str, Any]:
        """The same as JSON."""
        events = self.temporary / "refresh.json"
        found = self.project.command("drift", str(events), "--format", "json")
        told: dict[str, Any] = json.loads(found.stdout)
        return told


def open_by_hand(aws: dict[str, Any]) -> None:
    """Add a rule to the security group, one from the Internet, and a rule group to the firewall."""
    group = next(r["securityGroupId"] for r in aws[EGRESS].values() if r["fromPort"] == 443)
    added = {
        "cidrIpv4": "0.0.0.0/0",
        "ipProtocol": "tcp",
        "region": "eu-west-1",
        "securityGroupId": group,
    }
    aws[EGRESS]["sgr-0000000000000aaaa"] = {**added, "fromPort": 3389, "toPort": 3389}
    aws[INGRESS]["sgr-0000000000000bbbb"] = {**added, "fromPort": 8530, "toPort": 8530}
    for policy in aws["aws:networkfirewall/firewallPolicy:FirewallPolicy"].values():
        references = policy["firewallPolicy"]["statefulRuleGroupReferences"]
        references.append({"priority": 1, "resourceArn": GROUP_BY_HAND})
    routes = aws["aws:ec2/route:Route"]
    routes.pop(next(key for key, r in routes.items() if r["destinationCidrBlock"] == "0.0.0.0/0"))
    for firewall in aws["aws:networkfirewall/firewall:Firewall"].values():
        firewall["tags"] = {**firewall["tags"], "owner": "@somebody"}


def weaken_by_hand(azure: dict[str, Any]) -> None:
    """Switch threat intelligence off, open the network security group, add a rule collection group."""
    for policy in azure[f"{AZURE}:FirewallPolicy"].values():
        policy["threatIntelMode"] = "Off"
    for group in azure[f"{AZURE}:NetworkSecurityGroup"].values():
        group["securityRules"].insert(0, RULE)
    groups = azure[f"{AZURE}:FirewallPolicyRuleCollectionGroup"]
    key = next(iter(groups))
    added = {**groups[key], "ruleCollectionGroupName": "by-hand", "priority": 101}
    groups[f"{key.rpartition('/')[0]}/by-hand"] = added


def take_out(aws: dict[str, Any]) -> None:
    """What an update cannot take back: rules beside the program's own."""
    del aws[EGRESS]["sgr-0000000000000aaaa"]
    del aws[INGRESS]["sgr-0000000000000bbbb"]


def take_out_group(azure: dict[str, Any]) -> None:
    """The same in Azure."""
    groups = azure[f"{AZURE}:FirewallPolicyRuleCollectionGroup"]
    del groups[next(key for key in groups if key.endswith("/by-hand"))]


def test_what_somebody_changed_by_hand_is_named_with_a_flow(project: Project) -> None:
    """An issue opens, says what is open and no longer protected, and closes when all is put back."""
    watched = Watched(project)
    status, page, calls = watched.morning()
    assert (0, 1) == (status, len(calls)), page
    assert "all as deployed" in page

    watched.change("aws", open_by_hand)
    watched.change("azure-native", weaken_by_hand)
    status, page, calls = watched.morning()
    assert 1 == status
    assert ["list", "create"] == [call.split()[1] for call in calls]

    first = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8").split("```")[1]
    block = first.removeprefix("sh\n").replace("--stack prod", "--stack sandbox")
    done = project.run("bash", "-c", block)  # As a user runs it.
    assert 1 == done.returncode
    assert "no longer protected:" in done.stdout

    told = watched.told()
    for rule, resource, flow in (
        ("wsus-aws-security-group-widens", "wsus-upstream", "10.23.0.10 -> 203.0.113.80 tcp/3389"),
        ("wsus-aws-security-group-ingress", "wsus-upstream", "203.0.113.80 -> 10.23.0.10 tcp/8530"),
        ("wsus-aws-network-firewall-widens", "wsus-network-firewall-policy", GROUP_BY_HAND),
        ("wsus-azure-nsg-widens", "wsus-nsg", "by rule by-hand: 10.33.0.10 -> "),
    ):
        assert any(
            (each["guardrail"], each["resource"]) == (rule, resource) and flow in each["what"]
            for each in told["opened"]
        ), (rule, resource, told["opened"])
    lost = {each["resource"]: each for each in told["lost"]}
    route = lost["wsus-network-firewall-out-rtb-0d4e5f6071825000a"]
    assert "10.23.0.10 -> https://example.com/" == route["witness"]
    whats = [each["what"] for each in told["lost"] if each["resource"] == "wsus-firewall-policy"]
    for part in ("threatIntelMode: Alert -> Off", "rulecollectiongroups/by-hand was added"):
        assert any(part in what for what in whats), (part, whats)
    tagged = next(e for e in told["changed"] if e["resource"] == "wsus-network-firewall")
    assert (["tags.owner: nothing -> @somebody"], True) == (tagged["how"], tagged["harmless"])
    assert "@somebody" not in page  # Nobody is notified.

    # What the program says comes back; what stands beside it goes where it came from.
    done = project.pulumi("up", "--yes", "--skip-preview", "--refresh", "--stack", "sandbox")
    assert 0 == done.returncode, done.stdout + done.stderr
    status, page, calls = watched.morning()
    assert 1 == status
    assert "wsus-upstream" in page
    assert ["list", "edit"] == [call.split()[1] for call in calls]
    watched.change("aws", take_out)
    watched.change("azure-native", take_out_group)
    status, page, calls = watched.morning()
    assert (0, ["list", "close"]) == (status, [call.split()[1] for call in calls]), page
