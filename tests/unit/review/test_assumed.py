"""What a change newly takes for granted wants an approval, by the assumption's id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cases import BEFORE, CONFIG, CONFIG_FILE
from gitproject import GitProject, preview

FIREWALL = "    networkFirewall: {}\n"
OTHERS = "    networkFirewall: {mode: rules-only}\n"
VPC = "vpc-0a1b2c3d4e5f60718"
POLICY, RULES = (f"aws/network-firewall/{topic}/{VPC}" for topic in ("policy", "other-rules"))


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A project in which nothing is changed."""
    return GitProject.make(tmp_path, BEFORE)


def findings(project: GitProject, *arguments: str) -> dict[str, dict[str, Any]]:
    """What is newly assumed, by the id that stands in what to do."""
    found = json.loads(preview(project.root, "--format", "json", *arguments).stdout)["findings"]
    return {each["what"]: each for each in found if "assum" in each["kind"]}


def approved(*whats: str) -> str:
    """A section with an approval of each."""
    entries = [
        f"    - {{what: {what}, owner: team, reason: Theirs, expires: 2027-01-31}}\n"
        for what in whats
    ]
    return "  wsus-egress:approved:\n" + "".join(entries)


def test_an_assumption_that_is_new_wants_an_approval(project: GitProject) -> None:
    """A policy of others: its order and its other rules are new, the route to it is not."""
    project.write({CONFIG_FILE: CONFIG.replace(FIREWALL, OTHERS)})
    text = preview(project.root)
    found = findings(project)

    assert 1 == text.exit_code
    assert {("unapproved-assumption", "aws", True)} == {
        (each["kind"], each["target"], each["fails"]) for each in found.values()
    }
    assert [True, True] == [
        what.startswith("newly assumed for head: the firewall policy") for what in sorted(found)
    ]
    assert f'    - {{what: {POLICY}, owner: "", reason: "", expires: ""}}' in text.stdout
    assert f'    - {{what: {RULES}, owner: "", reason: "", expires: ""}}' in text.stdout
    assert "2 new assumptions not approved" in text.stdout.splitlines()[0]


def test_an_approved_assumption_is_reported(project: GitProject) -> None:
    """By its owner, until a day; the base has it afterwards, and nothing is new."""
    mode = approved(POLICY, RULES, "aws/unguarded/networkFirewall.mode")
    project.write({CONFIG_FILE: CONFIG.replace(FIREWALL, OTHERS) + mode})
    found = findings(project)

    assert {("newly-assumed", False, "approved by team until 2027-01-31: Theirs")} == {
        (each["kind"], each["fails"], each["instead"]) for each in found.values()
    }
    assert 0 == preview(project.root).exit_code

    project.commit()
    project.write({CONFIG_FILE: (project.root / CONFIG_FILE).read_text() + "# a comment\n"})
    assert {} == findings(project)


def test_an_approval_of_the_base_is_none_of_this_change(project: GitProject) -> None:
    """It was given to an earlier change."""
    project.write({CONFIG_FILE: CONFIG + approved(POLICY, RULES)})
    project.commit()
    project.write({CONFIG_FILE: CONFIG.replace(FIREWALL, OTHERS) + approved(POLICY, RULES)})

    assert {"unapproved-assumption"} == {each["kind"] for each in findings(project).values()}


def test_a_new_server_under_an_old_assumption(project: GitProject) -> None:
    """That it may send anything is newly allowed, and wants an approval as that alone."""
    one = "  wsus-egress:servers:\n"
    more = "    - {name: more, location: aws, addresses: [10.20.0.11]}\n"
    project.write({CONFIG_FILE: CONFIG.replace(one, one + more)})

    assert {} == findings(project)
    assert 1 == preview(project.root).exit_code


def test_an_old_server_under_an_old_assumption(project: GitProject) -> None:
    """A server whose content comes from Microsoft Update now must be routed to the firewall."""
    content = "      contentFrom: microsoft-update\n"
    project.write({CONFIG_FILE: CONFIG.replace(content, "")})
    project.commit()
    project.write({CONFIG_FILE: CONFIG})
    found = findings(project)

    assert any(what.startswith("newly assumed for hub: ") for what in found)


def test_what_a_new_control_rests_on_is_told(project: GitProject) -> None:
    """A control that comes adds protection, and needs no approval of what it rests on."""
    project.write({CONFIG_FILE: CONFIG.replace(FIREWALL, FIREWALL + "    dnsFirewall: {}\n")})
    (each,) = findings(project).values()

    assert ("newly-assumed", False) == (each["kind"], each["fails"])
    assert each["instead"].startswith("make it sure: the DHCP options of the VPC name ")


def test_routes_that_are_made_here_are_less_to_assume(project: GitProject) -> None:
    """Who took all of the routes for granted took it that the subnets have them."""
    full = """\
    networkFirewall:
      mode: full
      endpoints:
        - zone: eu-west-1a
          subnetId: subnet-0b2c3d4e5f60f000a
          protectedRouteTables: [rtb-0b2c3d4e5f605000a]
          returnRoutes: [{routeTableId: rtb-0b2c3d4e5f609000a, destinations: [10.20.0.0/24]}]
"""
    project.write({CONFIG_FILE: CONFIG.replace(FIREWALL, full)})

    assert {} == findings(project)


def test_a_new_environment_assumes_anew(project: GitProject) -> None:
    """Nobody has approved yet what it takes for granted."""
    (project.root / CONFIG_FILE).unlink()
    project.write({"config/Pulumi.y.yaml": CONFIG})
    found = findings(project)

    assert {"y"} == {each["environment"] for each in found.values()}
    assert {"aws", "azure"} == {each["target"] for each in found.values()}
