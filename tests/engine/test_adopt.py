"""Rules that exist become settings and an import file, and the preview after the import replaces nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from importing import STACK, SWITCHES, changes, configure, forget, identity, imported, resources
from project import Project

pytestmark = pytest.mark.engine

# What somebody has: made by another program, of which nothing but the state is left.
THEIRS: dict[str, Any] = {
    "aws:region": "eu-west-1",
    "wsus-egress:lists": ["wsus"],
    "wsus-egress:servers": [
        {"name": "head", "addresses": ["10.23.0.10"],
         "awsSecurityGroup": {"name": "WSUS-Servers", "description": "WSUS - managed by hand"}},
    ],
    "wsus-egress:aws": {
        "vpcId": "vpc-0d4e5f607182a3b4c",
        "networkRules": [
            {"name": "sql", "destinationPorts": [1433], "destinations": ["10.23.8.0/24"], "reason": "SUSDB"},
        ],
        "networkFirewall": {"existingNames": {"rules-1": "WSUS-names"}},
    },
}  # fmt: skip


def test_what_is_adopted_and_imported_stays_as_it_is(project: Project) -> None:
    """Group, rules, rule group and policy are kept by their ids; one description changes in place, and nothing else."""
    configure(project, THEIRS)
    project.up(STACK)
    known, before = resources(project), identity(project)
    state = project.root / "state.json"
    state.write_text(json.dumps(project.export(STACK)), encoding="utf-8")
    forget(project)
    settings = project.root / "config" / f"Pulumi.{STACK}.yaml"
    settings.unlink()
    file = project.root / "import.json"

    adopted = project.command(
        "adopt", str(state), "--source", "10.23.0.10", "--name", "head", "-o", str(settings),
        "--import", str(file),
    )  # fmt: skip

    assert adopted.returncode in {0, 1}, adopted.stderr
    assert "differs:" not in adopted.stderr
    names = ", ".join(
        each["logicalName"] for each in json.loads(file.read_text())["resources"] if "id" in each
    )
    assert f"{file} keeps: {names}\nthe update after it makes: " in adopted.stderr
    written = yaml.safe_load(settings.read_text(encoding="utf-8"))["config"]
    kept = written["wsus-egress:aws"]["networkFirewall"]["existingNames"]
    assert "WSUS-names" == kept["rules-1"]
    assert known["wsus-network-firewall-policy"]["outputs"]["name"] == kept["policy"]
    assert known.keys() == {*names.split(", ")}

    configure(project, {"aws:region": "eu-west-1", **written})
    imported(project, str(file))

    assert before == identity(project)
    # A rule's description is made of its name in the settings, and what EC2 has says no name.
    described = ("update", "wsus-head-egress-1433-10-23-8-0-24", "description")
    left = changes(project)
    assert {described} == {each for each in left if each[0] != "update" or each[2] not in SWITCHES}
