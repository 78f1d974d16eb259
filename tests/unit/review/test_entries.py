"""An approval that is prolonged or taken out while what it covers stays is a finding, and so is an idle one."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import BEFORE, CONFIG, CONFIG_FILE
from gitproject import GitProject, preview

EXTRA = "  wsus-egress:extraEndpoints: [{pattern: a.example.org, schemes: [https], owner: o, reason: r}]\n"
OPEN = CONFIG + EXTRA
WHAT = "aws/https/a.example.org"
ATTACHED = "azure/nsg/attachment"


def approved(*entries: str, expires: str = "2027-01-01") -> str:
    """The section with these entries."""
    lines = [
        f'    - {{what: "{what}", owner: team, reason: Known, expires: "{expires}"}}\n'
        for what in entries
    ]
    return "  wsus-egress:approved:\n" + "".join(lines)


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A host is open in both clouds and approved in one; the change comes after it."""
    return GitProject.make(tmp_path, {**BEFORE, CONFIG_FILE: OPEN + approved(WHAT)})


def tried(project: GitProject, text: str) -> tuple[int, str]:
    """The exit status and the page, its lines joined."""
    project.write({CONFIG_FILE: text})
    result = preview(project.root)
    return result.exit_code, " ".join(result.stdout.split())


def test_a_longer_approval_wants_one_of_its_own(project: GitProject) -> None:
    """Both days are told; with an approval of the change it passes, and is not called fine."""
    longer = OPEN + approved(WHAT, expires="2099-01-01")
    status, page = tried(project, longer)

    assert 1 == status
    assert f"the approval of {WHAT} until 2027-01-01 is prolonged until 2099-01-01" in page
    assert f'- {{what: approval/{WHAT}, owner: "", reason: "", expires: ""}}' in page
    assert "fine" not in page.lower()

    entry = approved(f"approval/{WHAT}").partition("\n")[2]
    status, page = tried(project, longer + entry)

    assert (0, True) == (status, page.startswith("Approved: changes 1 approval"))


def test_an_approval_goes_only_with_what_it_covers(project: GitProject) -> None:
    """Taken out alone it fails: the day on which it runs out would never come."""
    status, page = tried(project, OPEN)
    assert 1 == status
    assert f"the approval of {WHAT} until 2027-01-01 is taken out, and what it covers stays" in page

    assert 0 == tried(project, CONFIG)[0]
    assert 0 == tried(project, OPEN + approved(WHAT, expires="2026-12-01"))[0]


@pytest.mark.parametrize(
    ("what", "stays"),
    [
        ("aws/http+https/a.example.org", True),
        ("aws/list/main", True),
        ("aws/list/other", False),
        ("aws/mode/open", False),
        ("aws/sources/head/10.20.0.10", True),
        ("aws/sources/gone/10.20.0.10", False),
        ("azure/tcp/8530+8531/hub/10.30.0.10/head/10.20.0.10", True),
        ("azure/tcp/8530+8531/gone/10.30.0.10/head/10.20.0.10", False),
        ("aws/removed", False),
        ("aws/unguarded/dnsFirewall", True),
        ("unguarded/aws:region", True),
        ("aws/aws-network-firewall/wider/names", False),
        ("environment/y", False),
    ],
)
def test_what_stays_open(project: GitProject, what: str, stays: bool) -> None:
    """Of every kind of approval: whether taking it out leaves something open."""
    project.write({CONFIG_FILE: OPEN + approved(what)})
    project.commit()

    assert int(stays) == tried(project, OPEN)[0]


def test_an_approval_of_what_goes_on_in_a_target_that_went(project: GitProject) -> None:
    """The removal of a target stays a removal until the target is back."""
    start, end = CONFIG.index("  wsus-egress:aws:"), CONFIG.index("  wsus-egress:azure:")
    text = (CONFIG[:start] + CONFIG[end:]).replace("location: aws", "location: elsewhere")
    project.write({CONFIG_FILE: text + approved("aws/removed")})
    project.commit()

    assert 1 == tried(project, text)[0]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("aws/https/b.example.org", "'aws/https/b.example.org', which this change does not need"),
        ("aws/removed", "'aws/removed', which this change does not need"),
        ("unguarded/gate.warnDays", "'unguarded/gate.warnDays', which this change does not need"),
        (f"approval/{WHAT}", f"'approval/{WHAT}', which this change does not need"),
        ("asw/https/b.example.org", "'asw/https/b.example.org' names nothing"),
        (ATTACHED, f"'{ATTACHED}', which this change does not need"),
        ("azure/nsg/atachment", "'azure/nsg/atachment' names nothing"),
        (
            "aws/network-firewall/default-route/vpc-1",
            "'aws/network-firewall/default-route/vpc-1' names nothing",
        ),
    ],
)
def test_an_idle_approval_is_told(project: GitProject, what: str, says: str) -> None:
    """One clear line with the entry's own: what it names does not change, or does not exist."""
    status, page = tried(project, OPEN + approved(WHAT, what))

    assert 0 == status
    assert f"note {CONFIG_FILE}:" in page
    assert f"approved: {says}" in page


def test_an_approval_that_is_needed_is_not_idle(project: GitProject) -> None:
    """The opening, and protection that goes, each with its own entry."""
    more = OPEN.replace(
        "reason: r}", "reason: r}, {pattern: b.example.org, schemes: [https], owner: o, reason: r}"
    )
    text = more.replace(
        "      name: policy\n", '      name: policy\n      threatIntelMode: "Off"\n'
    )
    entries = [
        WHAT,
        "aws/https/b.example.org",
        "azure/https/b.example.org",
        "azure/unguarded/firewallPolicy.threatIntelMode",
    ]
    status, page = tried(project, text + approved(*entries))

    assert (0, False) == (status, "approval-idle" in page)


PEERING = OPEN.replace(
    "networkFirewall: {}", "networkFirewall: {betweenVpcs: true, mode: rules-only}"
)
POLICY = "aws/network-firewall/policy/vpc-0a1b2c3d4e5f60718"


def test_an_approval_of_what_is_newly_assumed_is_needed(project: GitProject) -> None:
    """The one that the page asks for is not idle; beside it, one of what was assumed before is."""
    status, page = tried(project, PEERING + approved(WHAT, POLICY, ATTACHED))

    assert (1, False) == (status, f"{POLICY}', which" in page)
    assert f"approved: '{ATTACHED}', which this change does not need" in page
    assert f"approve {POLICY}" not in page


def test_an_approval_of_what_goes_on_being_assumed_is_not_taken_out(project: GitProject) -> None:
    """Its owner would be asked no more when it expires."""
    project.write({CONFIG_FILE: OPEN + approved(WHAT, ATTACHED)})
    project.commit()
    status, page = tried(project, OPEN + approved(WHAT))

    assert (1, True) == (
        status,
        f"the approval of {ATTACHED} until 2027-01-01 is taken out, and what it covers stays"
        in page,
    )


def test_a_longer_acceptance_of_more_is_to_be_approved(project: GitProject) -> None:
    """What admits more than the policy goes on for longer: that is a widening again."""
    entry = '    - {what: aws/aws-security-group/wider/names, reason: Old, expires: "%s"}\n'
    project.write({CONFIG_FILE: CONFIG + entry % "2027-01-01"})
    project.commit()
    status, page = tried(project, CONFIG + entry % "2027-02-01")

    assert (1, True) == (status, "previously until 2027-01-01 (Old)" in page)
