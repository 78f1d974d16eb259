"""What the preview says is replaced, against the stand-ins' measured rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import BEFORE, MAIN_FILE
from gitproject import GitProject, preview
from paths import ROOT

from providers.aws import CLOUD as AWS
from providers.azure import CLOUD as AZURE
from wsus_egress.controls import Document
from wsus_egress.review.analysis import analyse
from wsus_egress.review.replacements import REPLACED_BY, is_risk

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


@pytest.mark.parametrize(
    ("operation", "kind", "expected"),
    [
        ("replace", "aws:networkfirewall/ruleGroup:RuleGroup", True),
        ("delete", "azure-native:network:FirewallPolicyRuleCollectionGroup", True),
        ("update", "aws:networkfirewall/ruleGroup:RuleGroup", False),
        ("replace", "aws:ec2/route:Route", False),
    ],
)
def test_what_is_a_risk(operation: str, kind: str, expected: bool) -> None:
    """A rule group that goes, and nothing else."""
    assert is_risk(operation, kind) is expected


def test_a_group_that_grows_is_replaced(tmp_path: Path) -> None:
    """Without the engine the page says which group is replaced by what, and that it is a risk."""
    project = GitProject.make(tmp_path, BEFORE)
    more = "".join(
        f"  - {{pattern: h{n}.example.org, schemes: [https], purpose: p, source: s,"
        ' date: "2026-11-01"}\n'
        for n in range(100)
    )
    project.write({MAIN_FILE: BEFORE[MAIN_FILE] + more})
    stdout = preview(project.root).stdout

    assert "replace x/aws aws:networkfirewall/ruleGroup:RuleGroup" in stdout
    assert "note rule-group-replaced x/aws" in stdout
