"""docs/permissions.md: current, well formed, and with every operation that AWS's provider calls.

tests/engine/test_azure_permissions.py holds the roles of Azure to what its stand-in is asked for.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import permissions_page
from providers.aws.calls import calls

STEPS = ("create", "read", "update", "delete")
FEATURES = {feature.title: frozenset(feature.permissions) for feature in permissions_page.FEATURES}
# The types that belong to each feature, by the beginning of their names.
TYPES = {
    "Security groups": ("aws:ec2/getVpc", "aws:ec2/securityGroup:", "aws:vpc/"),
    "Prefix lists": ("aws:ec2/managedPrefixList",),
    "Rule groups": ("aws:networkfirewall/ruleGroup",),
    "The policy of others, looked up": ("aws:networkfirewall/getFirewallPolicy",),
    "Routes of others, looked up": ("aws:ec2/getSubnet", "aws:ec2/getRouteTable"),
    "Firewall policy": ("aws:networkfirewall/firewallPolicy",),
    "Firewall and routes": ("aws:networkfirewall/firewall:", "aws:ec2/route:", "aws:ec2/getSubnet", "aws:ec2/getRouteTable", "aws:ec2/getVpc"),
    "Further endpoints": ("aws:networkfirewall/vpcEndpointAssociation",),
    "Logs in CloudWatch": ("aws:networkfirewall/loggingConfiguration", "aws:cloudwatch/"),
    "Logs in a bucket": ("aws:networkfirewall/loggingConfiguration",),
    "DNS Firewall": ("aws:route53/",),
    "Sharing": ("aws:ram/",),
    "Firewall Manager": ("aws:fms/",),
}  # fmt: skip


def test_the_page_is_current(root: Path) -> None:
    """The committed page is what the data give now."""
    assert permissions_page.render() == (root / permissions_page.PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("title", TYPES)
def test_a_feature_has_every_operation_of_its_types(title: str) -> None:
    """Nothing that the provider calls for them is left to chance, or to another feature's policy."""
    own = {name: each for name, each in calls().items() if name.startswith(TYPES[title])}
    called = {action for each in own.values() for step in STEPS for action in each.of(step)}

    assert own
    assert set() == called - FEATURES[title]


def test_every_type_has_a_feature() -> None:
    """No type of the stand-in is left out, and no feature is untested."""
    beginnings = tuple(text for texts in TYPES.values() for text in texts)

    assert [] == [name for name in calls() if not name.startswith(beginnings)]
    assert {*TYPES} == {*FEATURES}


def test_the_policies_are_ones_of_iam(root: Path) -> None:
    """Each block is a policy whose actions are there once, in order, without a wildcard."""
    page = (root / permissions_page.PAGE).read_text(encoding="utf-8")
    found = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]

    assert len(FEATURES) + len(permissions_page.AZURE) == len(found)
    for policy in found[: len(FEATURES)]:
        (statement,) = policy["Statement"]
        actions = statement["Action"]
        assert ("2012-10-17", "Allow") == (policy["Version"], statement["Effect"])
        assert sorted({*actions}) == actions
        assert all(re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+", action) for action in actions)


def test_the_roles_are_ones_of_azure(root: Path) -> None:
    """Each block is a role whose operations are there once, in order, without a wildcard."""
    page = (root / permissions_page.PAGE).read_text(encoding="utf-8").partition("\n## Azure\n")[2]
    found = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]

    assert len(permissions_page.AZURE) == len(found)
    for role in found:
        assert ["Actions", "NotActions", "DataActions", "NotDataActions"] == [*role]
        actions = role["Actions"]
        assert sorted({*actions}) == actions
        assert all(
            re.fullmatch(
                r"Microsoft\.[A-Za-z]+(/[A-Za-z]+)+/([A-Za-z]+/action|read|write|delete)", action
            )
            for action in actions
        )


def test_the_page_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make schemas` writes the page where the site has it."""
    told: dict[Path, str] = {}
    monkeypatch.setattr(Path, "write_text", lambda path, text, **_: told.update({path: text}))
    permissions_page.main()

    assert {permissions_page.ROOT / permissions_page.PAGE: permissions_page.render()} == told
