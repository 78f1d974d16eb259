"""What the engine would do, for a change by someone without credentials: from the base's state."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from gitproject import GitProject
from paths import ROOT
from project import Project

from env import copy_program

pytestmark = pytest.mark.engine


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """The checkout as a repository of its own, set up: what a runner has of a pull request."""
    root = tmp_path / "clone"
    copy_program(root)
    for name in ("components", "config", "sandbox", "tools"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    GitProject.make(root, {})
    for name in (".sandbox", ".venv"):
        (root / name).symlink_to(ROOT / name)
    return Project(root)


def engines_part(clone: Project) -> list[str]:
    """The lines of the change's page about the engine, without marks."""
    events = clone.root.parent / "events.json"
    before = sorted(clone.root.iterdir())
    previewed = clone.run("python", "sandbox/preview.py", "--base", "HEAD", "--stack", "dev")
    assert 0 == previewed.returncode, previewed.stderr
    assert before == sorted(clone.root.iterdir())
    events.write_text(previewed.stdout, encoding="utf-8")

    page = clone.command(
        "preview", "--base", "HEAD", "--env", "dev", "--format", "markdown",
        "--pulumi-events", str(events),
    )  # fmt: skip

    # 1: the new name is a finding, because nobody approved it.
    assert 1 == page.returncode, page.stderr
    part = page.stdout.partition("<summary>What the engine will do: ")[2].partition("</details>")[0]
    return [re.sub(r"<.*?>|\*\*", "", line) for line in part.splitlines() if line]


GROUP = "aws:networkfirewall/ruleGroup:RuleGroup wsus-network-firewall-rules-1"
POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy wsus-network-firewall-policy"

# The servers' table has no default route yet: the stack makes none.
SEEN = (
    "- warning: aws/network-firewall/default-route/vpc-0a1b2c3d4e5f60718: seen, against it: "
    "rtb-0a1b2c3d4e5f5000a, the route table of subnet-0a1b2c3d4e5f5000a with 10.20.0.10/32 in it, "
    "has no default route"
)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (1, ["8 the same, 1 to update", f"- update {GROUP} (ruleGroup)", SEEN]),
        (
            60,
            [
                "1 to replace, 7 the same, 1 to update",
                f"- risk, replaces a rule group: replace {GROUP} (capacity)",
                f"- update {POLICY} (firewallPolicy)",
                SEEN,
            ],
        ),
    ],
    ids=["in place", "beyond the capacity"],
)
def test_the_page_has_the_engines_part(clone: Project, entries: int, expected: list[str]) -> None:
    """One added entry is an update; a group that outgrows its capacity is marked as a risk."""
    for number in range(entries):
        clone.add_endpoint("wsus-reference", f"host{number}.example.com")

    assert expected == engines_part(clone)


def test_a_base_that_is_none_is_refused(clone: Project) -> None:
    """An unknown commit or environment is reported, and nothing is deployed."""
    commit = clone.run("python", "sandbox/preview.py", "--base", "no-such-branch", "--stack", "dev")
    stack = clone.run("python", "sandbox/preview.py", "--base", "HEAD", "--stack", "none")

    assert (2, "") == (commit.returncode, commit.stdout)
    assert "no-such-branch" in commit.stderr
    assert "Traceback" not in commit.stderr
    assert (2, "error: there is no environment 'none'\n") == (stack.returncode, stack.stderr)
