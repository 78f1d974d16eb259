"""The first line of a change: the verdict and the consequence, the most serious first."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import BEFORE, CONFIG, CONFIG_FILE
from gitproject import GitProject, preview

ACCEPT = CONFIG.index("  wsus-egress:accept:")
SERVER = "  wsus-egress:clients:\n"
SECOND = "    - {name: second, location: aws, addresses: [10.20.1.10]}\n"


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        (
            "    networkFirewall: {}\n",
            "    networkFirewall: {streamExceptionPolicy: CONTINUE, defaultAction: alert}\n",
            "Blocked: takes 2 protections away in x/aws: networkFirewall.defaultAction and "
            "networkFirewall.streamExceptionPolicy; 6 deviations from the policy not accepted",
        ),
        (
            "  wsus-egress:lists: [main]\n",
            "  wsus-egress:lists: [main]\n  wsus-egress:ipv6: true\n",
            "Blocked: opens the same names over IPv6, in x/aws and x/azure; 1 new assumption not "
            "approved; 3 deviations from the "
            "policy not accepted",
        ),
        (
            SERVER,
            SECOND + "    - {name: third, location: aws, addresses: [10.20.2.10]}\n" + SERVER,
            "Blocked: opens 2 more sources, in x/aws",
        ),
        (
            "10.30.4.0/24",
            "10.30.5.0/24",
            "Blocked: opens tcp/8530+8531 10.30.5.0/24 (desktops) -> 10.30.0.10 (hub), in x/azure; "
            "closes 1 flow",
        ),
        (CONFIG[ACCEPT:], "", "Fine: nothing is newly allowed or closed"),
        ("2027-06-30", "2027-07-31", "Approved: accepts 1 deviation"),
        ("2027-06-30", "2026-06-30", "Blocked: accepts 1 deviation; 1 expired entry"),
        ("config:\n", "# A comment.\nconfig:\n", "Fine: nothing is newly allowed or closed"),
    ],
    ids=["protections", "ipv6", "sources", "flow", "unused", "longer", "expired", "nothing"],
)
def test_the_first_line(tmp_path: Path, old: str, new: str, first: str) -> None:
    """It says who or what is concerned, in words that need no table below."""
    assert 1 == CONFIG.count(old)
    project = GitProject.make(tmp_path, BEFORE)
    project.write({CONFIG_FILE: CONFIG.replace(old, new)})

    assert first == preview(project.root).stdout.splitlines()[0]


def test_many_clauses_are_cut(tmp_path: Path) -> None:
    """Three are read at a glance; the page below has the others."""
    project = GitProject.make(tmp_path, BEFORE)
    changed = CONFIG.replace("networkFirewall: {}", "networkFirewall: {defaultAction: alert}")
    changed = changed.replace(SERVER, SECOND + SERVER).replace("2027-06-30", "2026-06-30")
    project.write({CONFIG_FILE: changed})
    first = preview(project.root).stdout.splitlines()[0]

    assert 3 == first.count(";")
    assert first.endswith("; and 2 more")
