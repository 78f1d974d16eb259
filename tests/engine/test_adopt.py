"""Adopting what exists: `pulumi preview --import-file`, the ids filled in, `pulumi import`; then nothing is to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from project import Project

pytestmark = pytest.mark.engine

GROUPS = """\
    - name: upstream
      location: aws
      awsSecurityGroup: {name: WSUS-Servers, description: WSUS - managed by hand}
"""
# Beside what the sandbox has: a share.
SHARED = "    networkFirewall:\n      shareWith: ['111122223333']\n"


def ids(project: Project, stack: str) -> dict[tuple[str, str], str]:
    """The id of each resource of a cloud, by type and name."""
    resources = project.export(stack)["deployment"]["resources"]
    return {
        (each["type"], each["urn"].rpartition("::")[2]): each["id"]
        for each in resources
        if each["custom"] and not each["type"].startswith("pulumi:providers:")
    }


def forget(project: Project, stack: str) -> None:
    """Leave the stack without a resource, and the clouds as they are."""
    exported: dict[str, Any] = project.export(stack)
    exported["deployment"]["resources"] = []
    path = project.root / "empty.json"
    path.write_text(json.dumps(exported), encoding="utf-8")
    done = project.pulumi("stack", "import", "--stack", stack, "--file", str(path))
    assert 0 == done.returncode, done.stderr


def test_what_exists_is_adopted_as_it_is(project: Project) -> None:
    """After the import the preview replaces and makes nothing, of either cloud."""
    path = project.root / "config" / "Pulumi.sandbox.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("    - name: upstream\n      location: aws\n", GROUPS),
        ("    networkFirewall:\n", SHARED),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    project.up("sandbox")
    known = ids(project, "sandbox")
    forget(project, "sandbox")

    file = project.root / "import.json"
    planned = project.pulumi("preview", "--stack", "sandbox", "--import-file", str(file))
    assert 0 == planned.returncode, planned.stdout + planned.stderr
    content = json.loads(file.read_text(encoding="utf-8"))
    for resource in content["resources"]:
        if not resource.get("component"):
            name = resource.get("logicalName") or resource["name"]
            resource["id"] = known[resource["type"], name]
    file.write_text(json.dumps(content), encoding="utf-8")
    imported = project.pulumi(
        "import", "--stack", "sandbox", "--file", str(file), "--yes", "--skip-preview",
        "--protect=false", "--generate-code=false",
    )  # fmt: skip
    assert 0 == imported.returncode, imported.stdout + imported.stderr

    assert known == ids(project, "sandbox")
    again = project.pulumi("preview", "--stack", "sandbox", "--json")
    assert 0 == again.returncode, again.stdout + again.stderr
    steps = json.loads(again.stdout[again.stdout.index("{") :])["steps"]
    changed = {
        (step["op"], step["urn"].rpartition("::")[2], *(step.get("diffReasons") or ()))
        for step in steps
        if step["op"] != "same" and step.get("newState", step.get("oldState", {})).get("custom")
    }
    # What no cloud holds cannot be imported: the provider's own switches, which change nothing there.
    assert {
        ("update", "wsus-network-firewall-alert-logs", "skipDestroy"),
        ("update", "wsus-network-firewall-flow-logs", "skipDestroy"),
        ("update", "wsus-upstream", "revokeRulesOnDelete"),
    } == changed
