"""Changes that Azure does not make in place, with the real engine: each ends as the preview announces it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from project import Project

from wsus_egress.config.project import load_environments

pytestmark = pytest.mark.engine

NETWORK = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
    "/providers/Microsoft.Network/virtualNetworks/vnet-wsus-sandbox"
)
POLICY = "azure-native:network:FirewallPolicy"
GROUP = "azure-native:network:FirewallPolicyRuleCollectionGroup"
FIREWALL = "azure-native:network:AzureFirewall"
ADDRESS = "azure-native:network:PublicIPAddress"
IP_GROUP = "azure-native:network:IpGroup"
AZURE: dict[str, Any] = {
    "resourceGroup": "rg-wsus-sandbox",
    "location": "westeurope",
    "addressSpace": ["10.33.0.0/16"],
    "destinations": "list",
    "ipGroups": True,
    "firewallPolicy": {"name": "afwp-wsus", "mode": "full"},
    "firewall": {"name": "afw-wsus", "virtualNetwork": NETWORK},
    "routeTable": {},
}


def write(project: Project, **own: Any) -> Path:
    """Settings of one server, as the only environment."""
    for file in (project.root / "config").glob("Pulumi.*.yaml"):
        file.unlink()
    config = {
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.33.0.10"]}],
        "wsus-egress:azure": {**AZURE, **own},
    }
    file = project.root / "config" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return file


def done(project: Project, *arguments: str, fails: bool = False) -> str:
    """Run the engine on the stack, and return its output."""
    result = project.pulumi(*arguments, "--yes", "--skip-preview", "--stack", "dev")
    assert (result.returncode != 0) is fails, result.stdout + result.stderr
    return result.stdout + result.stderr


def held(project: Project) -> dict[str, Any]:
    """What Azure holds, by type."""
    file: Path = project.root.parent / "cloud" / "azure-native.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["resources"]
    return found


def names(project: Project, kind: str) -> list[str]:
    """The names of what Azure holds of a type."""
    return sorted(id_.rpartition("/")[2] for id_ in held(project).get(kind, {}))


def test_a_renamed_policy_is_made_first(project: Project) -> None:
    """With another tier: the firewall moves to the new one, and the old one goes last.

    azure-native would delete first, and Azure refuses that of a policy that a firewall has.
    """
    write(project)
    project.up("dev")
    log = project.root / "events.json"
    write(project, firewallPolicy={"name": "afwp-new", "mode": "full", "sku": "Premium"})
    # The flag for the log is there only for whoever debugs the engine.
    result = subprocess.run(
        ["pulumi", "up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive",
         "--event-log", str(log)],
        cwd=project.root,
        env={**project.environment(), "PULUMI_DEBUG_COMMANDS": "true"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert 0 == result.returncode, result.stdout + result.stderr
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    steps = [each["resOutputsEvent"]["metadata"] for each in events if "resOutputsEvent" in each]
    order = [
        (step["op"], step["type"].rpartition(":")[2])
        for step in steps
        if step["type"] in (POLICY, FIREWALL, GROUP) and step["op"] not in ("same", "replace")
    ]

    assert [
        ("create-replacement", "FirewallPolicy"),
        ("create-replacement", "FirewallPolicyRuleCollectionGroup"),
        ("update", "AzureFirewall"),
        ("delete-replaced", "FirewallPolicyRuleCollectionGroup"),
        ("delete-replaced", "FirewallPolicy"),
    ] == order
    assert ["afwp-new"] == names(project, POLICY)
    (firewall,) = held(project)[FIREWALL].values()
    assert ("Premium", True) == (
        firewall["sku"]["tier"],
        firewall["firewallPolicy"]["id"].endswith("/afwp-new"),
    )


def test_a_renamed_firewall_goes_first(project: Project) -> None:
    """With other zones, and an address that has them: a network has one firewall."""
    write(project)
    project.up("dev")
    write(project, firewall={"name": "afw-new", "virtualNetwork": NETWORK, "zones": ["1", "2"]})
    done(project, "up")

    assert ["afw-new"] == names(project, FIREWALL)
    assert ["afw-new-address"] == names(project, ADDRESS)
    for kind in (FIREWALL, ADDRESS):
        (row,) = held(project)[kind].values()
        assert ["1", "2"] == row["zones"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"location": "northeurope"},
         "azure.location: Azure never changes it of what is there: wsus-nsg has westeurope"),
        ({"firewall": {**AZURE["firewall"], "zones": ["1"]}},
         "azure.firewall.zones: Azure never changes it of what is there: afw-wsus has [1, 2, 3]"),
        ({"firewall": {**AZURE["firewall"], "management": True}},
         "azure.firewall.management: Azure never changes it of what is there: afw-wsus has false"),
        ({"firewallPolicy": {**AZURE["firewallPolicy"], "sku": "Premium"}},
         "azure.firewallPolicy.sku: Azure never changes it of what is there: afwp-wsus has Standard"),
    ],
    ids=["location", "zones", "management", "sku"],
)  # fmt: skip
def test_what_azure_never_changes_is_refused_before_the_deploy(
    project: Project, own: dict[str, Any], said: str
) -> None:
    """By the preview of the change, offline; and by `pulumi up`, which looks and changes nothing."""
    write(project)
    project.up("dev")
    for command in (["init", "-q"], ["add", "-A"],
                    ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "base"]):  # fmt: skip
        subprocess.run(["git", *command], cwd=project.root, check=True)
    before = held(project)
    write(project, **own)
    assert load_environments(project.root)

    shown = project.command("preview", "--base", "HEAD", "--env", "dev").stdout
    assert "note two-steps dev/azure" in shown
    assert said in done(project, "up", fails=True)
    assert before == held(project)


def test_an_ip_group_may_need_a_second_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Azure takes it for named a while longer, and azure-native does not try again (docs/deploy.md)."""
    monkeypatch.setenv("WSUS_EGRESS_SANDBOX_STALE", "1")
    write(project)
    project.up("dev")
    assert "IpGroupsHasFirewallPolicyReferences" in done(project, "destroy", fails=True)
    assert {IP_GROUP, "stale references"} == {*held(project)}

    file: Path = project.root.parent / "cloud" / "azure-native.json"
    rows = {IP_GROUP: held(project)[IP_GROUP]}  # Azure has noticed.
    file.write_text(json.dumps({"resources": rows}), encoding="utf-8")
    done(project, "destroy")
    assert {} == held(project)
