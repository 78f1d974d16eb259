"""The tutorial's fifth step: from a blocked name in the firewall's own log to a reviewed change.

The real engine deploys the rules to the stand-ins, and a real Suricata judges requests with them and writes the log.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from gitproject import GitProject
from paths import ROOT
from project import Project

import env

pytestmark = pytest.mark.engine

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def checkout(project: Project) -> Project:
    """The sandbox deployed, in a repository with all that the step's commands name."""
    if env.suricata_program(ROOT) is None:
        pytest.skip(f"there is no Suricata {env.SURICATA_SERIES}: `make setup` says why")
    GitProject.make(project.root, {".gitignore": "/.venv\n/.sandbox\n/sandbox\n"})
    programs = project.root / ".venv" / "bin"
    programs.mkdir(parents=True)
    # The day is one on which nothing that the environment names has expired.
    (programs / "wsus-egress").write_text('#!/bin/sh\nexec wsus-egress "$@" --today 2026-11-24\n')
    (programs / "wsus-egress").chmod(0o755)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o755)
    (project.root / "sandbox").symlink_to(ROOT / "sandbox")
    (project.root / ".sandbox").mkdir()
    cloud = Path(project.environment()["WSUS_EGRESS_SANDBOX_CLOUD"])
    (project.root / ".sandbox" / "cloud").symlink_to(cloud)
    project.up("sandbox")
    return project


def shell(project: Project, command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the page."""
    return subprocess.run(
        ["sh", "-ec", command], cwd=project.root, env={**GitProject.variables(), **project.environment()},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_from_a_blocked_name_to_a_reviewed_change(checkout: Project) -> None:
    """The log names it, the suggestion opens it, the preview asks for an approval; deployed, the name passes."""
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    step = page.partition("## 5. ")[2].partition("## 6. ")[0]
    ask, five = BLOCK.findall(step)
    asked = shell(checkout, ask)
    assert 0 == asked.returncode, asked.stderr
    assert asked.stdout.startswith(
        "blocked 10.23.0.10 -> http://crl.microsoft.com/\n"
        "passed  10.23.0.10 -> https://sws.update.microsoft.com/\n"
    )

    commands = five.splitlines()
    assert 5 == len(commands)
    done = [shell(checkout, each) for each in commands]
    assert [0, 0, 0, 0, 1] == [each.returncode for each in done], [each.stderr for each in done]
    said, preview = done[0].stdout, done[-1].stdout
    assert re.search(
        r"^10\.23\.0\.10 \(upstream in sandbox\)\n  blocked http://crl\.microsoft\.com +1 time, .*\n"
        r" +in lists certificate-validation, defender, none of which sandbox uses\n"
        r"  passed  https://sws\.update\.microsoft\.com +1 time, .*\n"
        r" +allowed by \*\.update\.microsoft\.com in wsus\n",
        said,
    )
    assert "to `wsus-egress:lists` add certificate-validation\n" in said
    opened = re.findall(r"^    \+ \S+ (\S+)$", said, re.MULTILINE)
    assert "crl.microsoft.com" in opened
    # What the suggestion says that the edit opens is what the preview asks about, and nothing else.
    unapproved = re.findall(
        r"^  \+ (\S+)  http\+https\n(?:   .*\n)*      NOT APPROVED", preview, re.MULTILINE
    )
    assert sorted(set(opened)) == sorted(unapproved)
    assert '{what: aws/list/certificate-validation, owner: ""' in preview

    assert 0 == checkout.pulumi("up", "--yes", "--skip-preview", "--stack", "sandbox").returncode
    again = shell(checkout, ask)
    assert again.stdout.startswith("passed  10.23.0.10 -> http://crl.microsoft.com/\n"), again
    log = next((checkout.root / ".sandbox" / "cloud" / "logs").rglob("*.log"))
    records = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert ["blocked", "allowed", "allowed", "allowed"] == [
        each["event"]["alert"]["action"] for each in records
    ]
    assert "wsus-egress http-80-crl.microsoft.com in certificate-validation" in {
        each["event"]["alert"]["signature"] for each in records
    }
