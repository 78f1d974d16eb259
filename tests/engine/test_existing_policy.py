"""A firewall policy that others keep, looked at by the real engine through the stand-in for AWS."""

from __future__ import annotations

import pytest
from project import Project

pytestmark = pytest.mark.engine

TYPE = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
DROP, ALERT = (
    "aws:drop_established_app_layer_to_server",
    "aws:alert_established_app_layer_to_server",
)


def test_a_preview_says_what_a_policy_of_others_does(project: Project) -> None:
    """The policy is another stack's: it drops, as the settings say; where they say otherwise, it warns."""
    project.up("dev")
    (policy,) = (
        each for each in project.export("dev")["deployment"]["resources"] if each["type"] == TYPE
    )
    path = project.root / "config" / "Pulumi.dev.yaml"
    firewall = f"{{mode: rules-only, existingPolicy: {{arn: '{policy['id']}', ACTIONS}}}}"
    text = path.read_text(encoding="utf-8")

    def previewed(stack: str, actions: str) -> str:
        settings = text.replace("networkFirewall: {}", f"networkFirewall: {firewall}")
        other = project.root / "config" / f"Pulumi.{stack}.yaml"
        other.write_text(settings.replace(", ACTIONS", actions), encoding="utf-8")
        project.pulumi("stack", "init", stack)
        result = project.pulumi("preview", "--stack", stack)
        assert 0 == result.returncode, result.stdout + result.stderr
        return " ".join((result.stdout + result.stderr).split())

    short = policy["id"].rpartition("/")[2]
    said = f"seen: {short} is in STRICT_ORDER with the default actions {ALERT} and {DROP}"
    same = previewed("same", "")
    differs = previewed("differs", f", statefulDefaultActions: ['{ALERT}']")

    assert f"aws/network-firewall/policy/vpc-0a1b2c3d4e5f60718: {said}" in same
    assert f"{short} has the rule group wsus-network-firewall-rules-1-" in same
    assert "(priority 100), by its name one of those made here" in same
    assert f"seen, against it: {short}" not in same
    assert (
        f"{said.removeprefix('seen: ')}; existingPolicy says STRICT_ORDER with {ALERT}" in differs
    )
    assert "seen, against it: " + said.removeprefix("seen: ") in differs
