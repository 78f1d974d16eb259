"""What the preview says is replaced, against the stand-ins' measured rules."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.network import operations
from cases import BEFORE, MAIN_FILE
from gitproject import GitProject, preview
from paths import ROOT

from providers.aws import CLOUD as AWS
from providers.azure import CLOUD as AZURE
from wsus_egress.component.references import camel
from wsus_egress.controls import Document
from wsus_egress.review.analysis import analyse
from wsus_egress.review.replacements import REPLACED_BY, fixed, is_risk

KINDS = {**AWS.kinds, **AZURE.kinds}


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    """Every document of the shipped environments."""
    root = ROOT
    return [
        document
        for analysis in analyse(root, (), None)
        for target in analysis.targets
        for control in target.controls
        for document in control.documents("wsus")
    ]


def test_the_table_is_that_of_the_providers(documents: list[Document]) -> None:
    """Of all that is sent, just what the stand-ins replace by; every type is in it."""
    sent: dict[str, set[str]] = {}
    for document in documents:
        sent.setdefault(document.type, set()).update(document.properties)

    assert sent.keys() <= REPLACED_BY.keys()
    assert {kind: names & {*KINDS[kind].replaced_by} for kind, names in sent.items()} == {
        kind: names & REPLACED_BY[kind] for kind, names in sent.items()
    }


def test_no_name_is_unknown_to_the_providers() -> None:
    """What the table says is replaced, the stand-ins replace."""
    assert {} == {
        kind: left
        for kind, names in REPLACED_BY.items()
        if (left := names - {*KINDS[kind].replaced_by})
    }


# pulumi-azure-native provider/pkg/gen/replacement.go, forceNewMap, "Network" (read 2026-11).
FORCE_NEW = {
    "PublicIPAddress": {"location", "publicIPAddressVersion", "publicIPPrefix", "sku"},
    "Subnet": set[str](),
}
OPERATIONS = {
    "AzureFirewall": operations.AzureFirewallsOperations,
    "FirewallPolicy": operations.FirewallPoliciesOperations,
    "FirewallPolicyRuleCollectionGroup": operations.FirewallPolicyRuleCollectionGroupsOperations,
    "IpGroup": operations.IpGroupsOperations,
    "NetworkSecurityGroup": operations.NetworkSecurityGroupsOperations,
    "PublicIPAddress": operations.PublicIPAddressesOperations,
    "RouteTable": operations.RouteTablesOperations,
    "Subnet": operations.SubnetsOperations,
}


@pytest.mark.parametrize("kind", OPERATIONS)
def test_azure_native_replaces_by_the_path_and_by_its_list(kind: str) -> None:
    """The stand-in and the table, judged by the API's own parameters and the provider's source."""
    update: Any = OPERATIONS[kind]
    update = getattr(update, "begin_create_or_update", None) or update.create_or_update
    path = {camel(name) for name in inspect.signature(update).parameters if name.endswith("_name")}
    expected = path | FORCE_NEW.get(kind, set())
    token = f"azure-native:network:{kind}"

    assert REPLACED_BY[token] <= expected
    assert path <= REPLACED_BY[token]
    assert expected & {*KINDS[token].inputs} == {*KINDS[token].replaced_by}


@pytest.mark.parametrize(
    ("kind", "properties", "settings"),
    [
        ("AzureFirewall", {"location", "zones"}, ["location", "firewall.zones"]),
        ("AzureFirewall", {"azureFirewallName", "zones"}, []),
        ("FirewallPolicy", {"sku", "threatIntelMode"}, ["firewallPolicy.sku"]),
        ("AzureFirewall", {"managementIpConfiguration"}, ["firewall.management"]),
        ("PublicIPAddress", {"location"}, ["location"]),
        ("Subnet", {"addressPrefix"}, []),
    ],
)
def test_what_azure_never_changes(kind: str, properties: set[str], settings: list[str]) -> None:
    """But where another name is written, which makes another resource."""
    found = fixed(f"azure-native:network:{kind}", properties)

    assert settings == [setting for setting, _ in found]


@pytest.mark.parametrize(
    ("operation", "kind", "expected"),
    [
        ("replace", "aws:networkfirewall/ruleGroup:RuleGroup", True),
        ("delete", "azure-native:network:FirewallPolicyRuleCollectionGroup", True),
        ("replace", "azure-native:network:AzureFirewall", True),
        ("update", "aws:networkfirewall/ruleGroup:RuleGroup", False),
        ("replace", "aws:ec2/route:Route", False),
    ],
)
def test_what_is_a_risk(operation: str, kind: str, expected: bool) -> None:
    """A rule group that goes, or Azure's firewall, and nothing else."""
    assert is_risk(operation, kind) is expected


def _grown(folder: Path, before: Mapping[str, str]) -> str:
    """The preview of a list that outgrows its group."""
    project = GitProject.make(folder, dict(before))
    more = "".join(
        f"  - {{pattern: h{n}.example.org, schemes: [https], purpose: p, source: s,"
        ' date: "2026-11-01"}\n'
        for n in range(100)
    )
    project.write({MAIN_FILE: before[MAIN_FILE] + more})
    return preview(project.root).stdout


def test_a_group_that_grows_is_replaced(tmp_path: Path) -> None:
    """Without the engine the page says which group is replaced by what, and that it is a risk."""
    stdout = _grown(tmp_path, BEFORE)

    assert "replace x/aws aws:networkfirewall/ruleGroup:RuleGroup" in stdout
    assert "note rule-group-replaced x/aws" in stdout
    assert "two-steps" not in stdout


def test_a_group_in_a_policy_of_others_grows_in_two_steps(tmp_path: Path) -> None:
    """Nobody switches that policy; a capacity that holds the list from the start avoids it."""
    texts = []
    for number, mode in enumerate(
        (
            "{mode: rules-only, capacity: 100}",
            "{mode: rules-only}",
            "{mode: rules-only, capacity: 100, firewallManager: {}}",
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        before = {
            name: text.replace("networkFirewall: {}", f"networkFirewall: {mode}")
            for name, text in BEFORE.items()
        }
        assert before != BEFORE
        texts.append(" ".join(_grown(folder, before).split()))

    small, large, managed = texts
    assert (
        "note two-steps x/aws your firewall policy refers to wsus-network-firewall-rules-1, and `pulumi up` "
        "makes another in its place: the policy goes on with the old rules, and AWS refuses to delete the "
        "old group"
    ) in small
    assert "replace x/aws" not in large
    assert "two-steps" not in large + managed
