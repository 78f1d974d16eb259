"""The gate of `preview --base`: nothing opens unseen, by whatever setting, whatever the format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cases import BEFORE, CONFIG, CONFIG_BESIDE, CONFIG_FILE
from gitproject import GitProject, preview

ALERT = "    networkFirewall: {defaultAction: alert}\n"
WIDER = ("ipv6", "names", "nameless", "ports", "sources", "udp")
FORMATS = ("text", "markdown", "json", "html", "sarif", "junit")


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A project with one commit and nothing changed."""
    return GitProject.make(tmp_path, BEFORE)


def alerting(*, approved: bool) -> str:
    """The firewall only alerts, and everything that this admits is accepted, perhaps approved."""
    whats = [f"aws/aws-network-firewall/wider/{subject}" for subject in WIDER]
    accepted = "".join(
        f'    - {{what: {what}, reason: Roll-out, expires: "2027-01-31"}}\n' for what in whats
    )
    approvals = "".join(
        f"    - {{what: {what}, owner: team, reason: Roll-out, expires: 2027-01-31}}\n"
        for what in (*whats, "aws/unguarded/networkFirewall.defaultAction")
    )
    text = CONFIG.replace("    networkFirewall: {}\n", ALERT) + accepted
    return text + (f"  wsus-egress:approved:\n{approvals}" if approved else "")


def test_accepting_more_is_a_widening_to_approve(project: GitProject) -> None:
    """The policy is the same and the firewall drops nothing: that does not pass unapproved."""
    project.write({CONFIG_FILE: alerting(approved=False)})
    result = preview(project.root)

    assert 1 == result.exit_code
    assert "6 deviations newly accepted" in result.stdout.splitlines()[1]
    assert 6 == result.stdout.count("unapproved-acceptance x/aws")


def test_an_approved_acceptance_passes_and_is_shown(project: GitProject) -> None:
    """With an owner in the same change the gate opens; what is accepted stands at the top."""
    project.write({CONFIG_FILE: alerting(approved=True)})
    result = preview(project.root)

    assert 0 == result.exit_code
    assert "6 deviations newly accepted" in result.stdout.splitlines()[1]
    assert 6 == result.stdout.count("newly-accepted x/aws")


def test_a_longer_acceptance_is_shown(project: GitProject) -> None:
    """Both days are told, and one that goes is told too."""
    project.write({CONFIG_FILE: CONFIG.replace("2027-06-30", "2027-12-31")})
    longer = preview(project.root).stdout
    accepted = CONFIG[CONFIG.index("  wsus-egress:accept:") :]
    more = accepted + '    - {what: aws/x/narrower/names, reason: Old, expires: "2027-01-31"}\n'
    project.write({CONFIG_FILE: CONFIG.replace(accepted, more)})
    project.commit()
    project.write({CONFIG_FILE: CONFIG})
    gone = preview(project.root).stdout

    assert "accepted until 2027-12-31: azure/azure-application-rules/narrower/nameless" in longer
    assert "previously until 2027-06-30" in " ".join(longer.split())
    assert "no longer accepted: aws/x/narrower/names (Old)" in gone


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    destinations: list\n", "    destinations: list\n    denyRest: servers\n"),
        ("networkFirewall: {}", "networkFirewall: {streamExceptionPolicy: CONTINUE}"),
        ("      name: policy\n", '      name: policy\n      threatIntelMode: "Off"\n'),
    ],
    ids=["denyRest", "streamExceptionPolicy", "threatIntelMode"],
)
def test_a_setting_of_enforcement_is_no_layout(project: GitProject, old: str, new: str) -> None:
    """No flow changes, but what is deployed does: nothing says that only comments differ."""
    assert old in CONFIG
    project.write({CONFIG_FILE: CONFIG.replace(old, new)})
    stdout = preview(project.root).stdout

    assert "only comments" not in stdout
    assert "resources change in 1 target" in stdout.splitlines()[1]


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_has_the_same_status(project: GitProject, format_: str) -> None:
    """A deviation that the base has already, and nobody accepts, is not this change's."""
    unaccepted = CONFIG[: CONFIG.index("  wsus-egress:accept:")]
    project.write({CONFIG_FILE: unaccepted})
    project.commit()

    assert 0 == preview(project.root, "--format", format_).exit_code

    project.write({CONFIG_FILE: unaccepted.replace("10.20.0.10", "10.20.0.11")})
    assert 1 == preview(project.root, "--format", format_).exit_code


def test_a_new_environment_cannot_open_its_own_gate(project: GitProject) -> None:
    """Nor can one under another name: without a base it has the strictest gate."""
    gate = "  wsus-egress:gate: {unapproved: 9999}\n"
    project.git("mv", CONFIG_FILE, "config/Pulumi.y.yaml")
    project.write({"config/Pulumi.y.yaml": CONFIG + gate})
    result = preview(project.root)

    assert (1, True) == (result.exit_code, "NOT APPROVED" in result.stdout)


def without_aws() -> str:
    """No target in AWS any more; the server that stood there stands elsewhere."""
    start, end = CONFIG.index("  wsus-egress:aws:"), CONFIG.index("  wsus-egress:azure:")
    return (CONFIG[:start] + CONFIG[end:]).replace("location: aws", "location: elsewhere")


def test_a_target_that_goes_is_to_be_approved(project: GitProject) -> None:
    """Removing a target removes its rules: that is not a narrowing, whatever the policy says."""
    project.write({CONFIG_FILE: without_aws()})
    refused = preview(project.root)
    entry = "{what: aws/removed, owner: team, reason: Moved, expires: 2027-01-31}"
    project.write({CONFIG_FILE: without_aws() + f"  wsus-egress:approved: [{entry}]\n"})
    approved = preview(project.root)

    assert (1, 0) == (refused.exit_code, approved.exit_code)
    assert "! no longer protected in AWS" in refused.stdout
    assert "approved by team until 2027-01-31: Moved" in approved.stdout
    assert "1 target no longer enforced" in approved.stdout.splitlines()[1]


def test_an_environment_that_goes_is_not_let_pass(project: GitProject) -> None:
    """Its servers may reach everything: that is no note, although its own file can approve nothing."""
    project.write({"config/Pulumi.y.yaml": CONFIG_BESIDE})
    project.commit()
    project.git("rm", "-q", "config/Pulumi.y.yaml")
    result = preview(project.root)

    assert 1 == result.exit_code
    assert "2 targets no longer enforced" in result.stdout.splitlines()[1]


def test_an_error_of_the_engine_fails(project: GitProject, tmp_path: Path) -> None:
    """A preview that did not come to its end is not one with nothing to do."""
    state = {"type": "aws:ec2/securityGroup:SecurityGroup"}
    urn = "urn:pulumi:x::p::aws:ec2/securityGroup:SecurityGroup::one"
    events = tmp_path / "events"
    events.write_text(
        json.dumps({"resourcePreEvent": {"metadata": {"op": "create", "urn": urn, "new": state}}})
        + "\n"
        + json.dumps({"diagnosticEvent": {"severity": "error", "message": "no credentials"}})
    )
    result = preview(project.root, "--pulumi-events", str(events))

    assert 1 == result.exit_code
    assert "FAILS engine-error" in result.stdout
    assert "no summary: the preview did not finish" in result.stdout


def test_masked_deviations_are_in_every_preview(project: GitProject) -> None:
    """What one control hides of another is in the text and in the JSON as `check` has it."""
    text = CONFIG.replace("    networkFirewall: {}\n", f"{ALERT}    dnsFirewall: {{}}\n")
    project.write({CONFIG_FILE: text})
    shown = preview(project.root, "--format", "json")
    (aws, _) = json.loads(shown.stdout)["environments"][0]["targets"]

    assert [] != aws["masked"]
    assert all(each["witness"] in preview(project.root).stdout for each in aws["masked"])


RULE = """\
    networkRules:
      - name: kms
        destinations: [198.51.100.7]
        destinationPorts: [1688]
        reason: Activation
"""
WIDER_RULE = """\
      - name: other
        destinations: [0.0.0.0/0]
        destinationPorts: [8443]
        reason: Why not
"""
PORTS = "azure/azure-application-rules/wider/ports"


def with_rules(rules: str, end: str = "") -> str:
    """The configuration with network rules, and what they admit accepted."""
    accepted = "".join(
        f'    - {{what: {what}, reason: Activation, expires: "2027-06-30"}}\n'
        for what in (PORTS, "azure/azure-nsg/wider/ports")
    )
    text = CONFIG.replace("    destinations: list\n", f"    destinations: list\n{rules}")
    return text + accepted + end


def test_an_acceptance_covers_what_was_seen_of_it(project: GitProject) -> None:
    """A rule more of a kind that was accepted before is a widening to approve by itself."""
    project.write({CONFIG_FILE: with_rules(RULE)})
    project.commit()
    assert 0 == preview(project.root).exit_code

    project.write({CONFIG_FILE: with_rules(RULE + WIDER_RULE)})
    refused = preview(project.root)
    approvals = "".join(
        f"    - {{what: {what}, owner: team, reason: Why not, expires: 2027-06-30}}\n"
        for what in (PORTS, "azure/azure-nsg/wider/ports", "azure/unguarded/networkRules.other")
    )
    end = f"  wsus-egress:approved:\n{approvals}"
    project.write({CONFIG_FILE: with_rules(RULE + WIDER_RULE, end)})

    assert (1, 0) == (refused.exit_code, preview(project.root).exit_code)
    assert "tcp/8443" in refused.stdout
    assert "only its kind was accepted before" in " ".join(refused.stdout.split())

    project.write({CONFIG_FILE: with_rules(RULE).replace("Activation", "To activate")})
    assert 0 == preview(project.root).exit_code
