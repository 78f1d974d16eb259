"""Network Firewall in the real engine: what a change of the list or of the network does."""

from __future__ import annotations

import re

import pytest
from project import Project

pytestmark = pytest.mark.engine

RULE_GROUP = "aws:networkfirewall:RuleGroup"


def changed(project: Project, stack: str) -> dict[str, int]:
    """What the last update did, besides leaving things alone."""
    operations = project.last_operations(stack)
    return {operation: count for operation, count in operations.items() if operation != "same"}


def test_entries_come_and_go_in_place(project: Project) -> None:
    """An entry more, and then less, updates the rule group and nothing else."""
    project.up("dev")
    path = project.root / "config" / "endpoints" / "wsus-reference.yaml"
    before = path.read_text(encoding="utf-8")
    project.add_endpoint("wsus-reference", "extra.example.com")

    added = project.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")

    assert 0 == added.returncode, added.stdout + added.stderr
    assert {"update": 1} == changed(project, "dev")

    path.write_text(before, encoding="utf-8")
    removed = project.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")

    assert 0 == removed.returncode, removed.stdout + removed.stderr
    assert {"update": 1} == changed(project, "dev")


def test_growth_beyond_capacity_has_no_outage(project: Project) -> None:
    """A bigger group is there and the policy refers to it before the old one goes."""
    project.up("dev")
    for number in range(60):
        project.add_endpoint("wsus-reference", f"host{number}.example.com")

    grown = project.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")

    assert 0 == grown.returncode, grown.stdout + grown.stderr
    done = re.findall(
        r"aws:networkfirewall:(RuleGroup|FirewallPolicy) \S+ "
        r"(created replacement|updated|deleted original)",
        grown.stdout,
    )
    expected = [
        ("RuleGroup", "created replacement"),
        ("FirewallPolicy", "updated"),
        ("RuleGroup", "deleted original"),
    ]
    assert expected == done


def test_foreign_subnets_deploy_nothing(project: Project) -> None:
    """A subnet or route table of another VPC is refused at its line, in the preview already."""
    path = project.root / "config" / "Pulumi.sandbox.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("subnet-0d4e5f607182f000a", "subnet-0a1b2c3d4e5ff000a")
    path.write_text(
        text.replace("rtb-0d4e5f6071825000a", "rtb-0a1b2c3d4e5f5000a"), encoding="utf-8"
    )
    project.pulumi("stack", "init", "sandbox")

    result = project.pulumi("preview", "--stack", "sandbox")

    output = result.stdout + result.stderr
    assert 0 != result.returncode
    assert "Traceback" not in output
    for text in (
        "aws.networkFirewall.endpoints[0].subnetId: subnet-0a1b2c3d4e5ff000a is in "
        "vpc-0a1b2c3d4e5f60718, not in vpc-0d4e5f607182a3b4c",
        "aws.networkFirewall.endpoints[0].protectedRouteTables[0]: rtb-0a1b2c3d4e5f5000a is in "
        "vpc-0a1b2c3d4e5f60718",
    ):
        assert re.search(rf"config/Pulumi\.sandbox\.yaml:\d+: {re.escape(text)}", output)


@pytest.mark.parametrize(
    ("settings", "made"),
    [
        (
            '{mode: rules-only, shareWith: ["111122223333"], firewallManager: {remediation: true}}',
            {"RuleGroup", "ResourceShare", "ResourceAssociation", "PrincipalAssociation", "Policy"},
        ),
        (
            '{shareWith: ["111122223333"]}',
            {"RuleGroup", "FirewallPolicy", "ResourceShare", "ResourceAssociation",
             "PrincipalAssociation"},
        ),
    ],
    ids=["an organization", "a policy for another account"],
)  # fmt: skip
def test_many_accounts(project: Project, settings: str, made: set[str]) -> None:
    """Sharing and Firewall Manager deploy, and a second time without changes."""
    path = project.root / "config" / "Pulumi.dev.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("networkFirewall: {}", f"networkFirewall: {settings}"))
    project.up("dev")

    resources = project.export("dev")["deployment"]["resources"]
    kinds = {resource["type"].rpartition(":")[2] for resource in resources if resource["custom"]}
    again = project.pulumi("preview", "--expect-no-changes", "--stack", "dev")

    assert made <= kinds
    assert 0 == again.returncode, again.stdout + again.stderr
