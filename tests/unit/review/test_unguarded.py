"""What a change takes away of the protection is seen, named, and approved like any opening."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cases import BEFORE, CONFIG, CONFIG_FILE
from gitproject import GitProject, preview

FIREWALL = "    networkFirewall: {}\n"
FULL = """\
    networkFirewall:
      mode: full
      endpoints:
        - zone: eu-west-1a
          subnetId: subnet-0b2c3d4e5f60f000a
          protectedRouteTables: [rtb-0b2c3d4e5f605000a]
          returnRoutes: [{routeTableId: rtb-0b2c3d4e5f609000a, destinations: [10.20.0.0/24]}]
      logging: {logGroup: /wsus}
"""


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A project whose firewall is made with its routes and logs, and nothing changed."""
    return GitProject.make(tmp_path, {**BEFORE, CONFIG_FILE: CONFIG.replace(FIREWALL, FULL)})


def change(project: GitProject, old: str, new: str, end: str = "") -> None:
    """Replace a part of the environment's file, which must have it, and add to its end."""
    text = (project.root / CONFIG_FILE).read_text(encoding="utf-8")
    assert old in text
    project.write({CONFIG_FILE: text.replace(old, new) + end})


def whats(project: GitProject) -> list[str]:
    """What an approval of each protection that is taken away would name."""
    found = json.loads(preview(project.root, "--format", "json").stdout)
    return [each["what"] for change in found["changes"] for each in change["unprotected"]]


def test_a_firewall_that_goes_stands_above_what_opens(project: GitProject) -> None:
    """One finding for the mode, not one more for each thing that the mode made; nothing is fine.

    Another one is that somebody else must now lead the servers to the firewall.
    """
    change(project, FULL, FIREWALL)
    result = preview(project.root)

    assert 1 == result.exit_code
    assert "1 protection taken away (1 not approved): 2 findings to resolve" in result.stdout
    assert "fine" not in result.stdout
    assert "  ! networkFirewall.mode full becomes policy: " in result.stdout
    assert ["aws/unguarded/networkFirewall.mode"] == whats(project)


def test_an_approval_lets_it_pass_and_is_shown(project: GitProject) -> None:
    """With its owner, in every format; the base's own approval counts for nothing."""
    entry = "{what: aws/unguarded/networkFirewall.logging, owner: team, reason: Moved, expires: 2027-01-31}"
    change(
        project, "      logging: {logGroup: /wsus}\n", "", f"  wsus-egress:approved: [{entry}]\n"
    )
    text = preview(project.root)
    pages = [preview(project.root, "--format", each).stdout for each in ("markdown", "html")]

    assert (0, True) == (text.exit_code, "approved by team until 2027-01-31: Moved" in text.stdout)
    assert all("Protection taken away" in page and "Moved" in page for page in pages)
    assert "1 protection taken away (all approved): approved" in text.stdout

    old = CONFIG.replace(FIREWALL, FULL) + f"  wsus-egress:approved: [{entry}]\n"
    project.write({CONFIG_FILE: old})
    project.commit()
    change(project, "      logging: {logGroup: /wsus}\n", "")
    assert 1 == preview(project.root).exit_code


def test_old_and_new_values_are_shown(project: GitProject) -> None:
    """Of an address, a mode and a list's entry; the finding has the setting's line."""
    change(project, "      name: policy\n", '      name: policy\n      threatIntelMode: "Off"\n')
    result = preview(project.root)

    assert "firewallPolicy.threatIntelMode Alert becomes Off" in result.stdout
    assert f"NOT APPROVED ({CONFIG_FILE}:" in result.stdout


def test_alike_changes_of_many_targets_share_a_row(project: GitProject) -> None:
    """A fleet that loses the same thing loses it in one row, with the places."""
    other = CONFIG.replace(FIREWALL, FULL).replace("resourceGroup: rg", "resourceGroup: other")
    beside = (
        other.replace("0a\n", "0c\n").replace("000a", "000c").replace("0a1b2c3d4e5f60718", "0c" * 8)
    )
    project.write({"config/Pulumi.y.yaml": beside.replace("/wsus", "/other")})
    project.commit()
    for name in (CONFIG_FILE, "config/Pulumi.y.yaml"):
        text = (project.root / name).read_text(encoding="utf-8")
        project.write({name: text.replace("mode: full", "mode: full\n      protected: false")})
    result = preview(project.root)

    assert 1 == result.stdout.count("! networkFirewall.protected true becomes false")
    assert "in x/aws, y/aws" in result.stdout


def test_a_looser_gate_is_taken_away_too(project: GitProject) -> None:
    """It holds from the next change on, and nobody would see why."""
    change(project, "    vpcId", "    vpcId", "  wsus-egress:gate: {unapproved: 9, warnDays: 1}\n")

    assert {"unguarded/gate.unapproved", "unguarded/gate.warnDays"} == set(whats(project))


def test_a_new_target_opens_only_what_no_list_has(project: GitProject) -> None:
    """There is nothing to take away in it; its own names and peers are seen all the same."""
    peer = "addresses: [10.20.0.10]\n      awsPeer: {securityGroupId: sg-0123456789abcdef0}"
    text = CONFIG.replace(FIREWALL, "    dnsFirewall: {alsoResolve: [a.example.org]}\n")
    text = text.replace("resourceGroup: rg", "resourceGroup: other").replace("0718", "0719")
    project.write({"config/Pulumi.y.yaml": text.replace("addresses: [10.20.0.10]", peer)})
    names = ["dnsFirewall.alsoResolve.a.example.org", "servers.head.awsPeer.securityGroupId"]

    assert [f"aws/unguarded/{name}" for name in names] == whats(project)


def test_what_only_explains_is_no_change(project: GitProject) -> None:
    """The reason of a network rule, and its name: what it admits is the same."""
    rule = "    networkRules: [{name: kms, destinations: [198.51.100.7], destinationPorts: [1688], reason: A}]\n"
    change(project, "    destinations: list\n", "    destinations: list\n" + rule)
    project.commit()
    change(project, "{name: kms", "{name: activation")
    change(project, "reason: A}", "reason: Another}")

    assert [] == whats(project)


def test_a_target_that_goes_closes_nothing(project: GitProject) -> None:
    """Without its rules everything passes: no row says that something is no longer allowed."""
    start, end = CONFIG.index("  wsus-egress:aws:"), CONFIG.index("  wsus-egress:azure:")
    text = (CONFIG[:start] + CONFIG[end:]).replace("location: aws", "location: elsewhere")
    project.write({CONFIG_FILE: text})
    result = preview(project.root)
    page = preview(project.root, "--format", "html").stdout
    sentence = (
        "no longer protected in AWS: everything these servers send is allowed once this is deployed"
    )

    assert 1 == result.exit_code
    assert sentence in " ".join(result.stdout.split())
    assert "\nno longer allowed\n" not in result.stdout
    assert f'<li class="removed">x/aws: {sentence}' in page
    assert '<th scope="row">x</th><td>-</td><td>aws</td>' in page
    assert '<span class="badge removed">removed</span>' in page


def test_another_environment_approves_the_removal_of_one(project: GitProject) -> None:
    """Its own file is gone. Without the approval the command fails and shows what to paste where."""
    beside = CONFIG.replace("resourceGroup: rg", "resourceGroup: other").replace("0718", "0719")
    project.write({"config/Pulumi.y.yaml": beside})
    project.commit()
    project.git("rm", "-q", CONFIG_FILE)
    refused = preview(project.root)
    entry = "{what: environment/x, owner: team, reason: Moved, expires: 2027-01-31}"
    project.write({"config/Pulumi.y.yaml": beside + f"  wsus-egress:approved: [{entry}]\n"})
    approved = preview(project.root)

    assert (1, 0) == (refused.exit_code, approved.exit_code)
    assert "# config/Pulumi.y.yaml" in refused.stdout
    assert '- {what: environment/x, owner: "", reason: "", expires: ""}' in refused.stdout
    assert "in x/aws, x/azure" not in approved.stdout
    assert "approved by team until 2027-01-31: Moved" in approved.stdout


def test_a_default_of_the_project_is_seen(project: GitProject) -> None:
    """The program obeys Pulumi.yaml: a default that opens every stack opens them here too."""
    text = "name: wsus-egress\nstackConfigDir: config\nconfig:\n  wsus-egress:mode: {default: %s}\n"
    project.write({"Pulumi.yaml": text % "restricted"})
    project.commit()
    assert 0 == preview(project.root).exit_code

    project.write({"Pulumi.yaml": text % "open"})
    result = preview(project.root)

    assert (1, True) == (result.exit_code, "TCP 80 and 443" in result.stdout.splitlines()[0])
