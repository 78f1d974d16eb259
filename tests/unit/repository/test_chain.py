"""The promises of SECURITY.md that no other test holds: what is searched for, and who opens connections."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import yaml
from packaging.requirements import Requirement
from paths import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "advisories.yml"


def locks() -> list[str]:
    """The lock files that `make advisories` names."""
    command = ["make", "--dry-run", "--old-file=setup", "--directory", str(ROOT), "advisories"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.findall(r" -r (\S+)", shown)


def test_every_lock_is_asked_about() -> None:
    """A new file with hashes joins the others."""
    listed = subprocess.run(
        ["git", "ls-files", "*requirements*.txt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert sorted(locks()) == sorted(
        name for name in listed if "--hash=sha256:" in (ROOT / name).read_text(encoding="utf-8")
    )


def test_the_audit_reads_every_pin() -> None:
    """The tool collects as many packages as the locks pin for this system; nothing is left out."""
    pins = (
        Requirement(line.removesuffix("\\"))
        for name in locks()
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if re.match(r"[a-z0-9]", line)
    )
    pinned = {each.name for each in pins if each.marker is None or each.marker.evaluate()}
    asked = [f"--requirement={ROOT / name}" for name in locks()]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--dry-run", "--require-hashes", "--disable-pip", *asked],
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    (count,) = re.findall(r"would have audited (\d+) packages", done.stderr)

    assert len(pinned) == int(count)


def test_one_module_opens_connections() -> None:
    """The one that writes a pull request's comment; all others are given files and texts."""
    package = ROOT / "components" / "wsus_egress"
    opens = {"asyncio", "ftplib", "http", "requests", "smtplib", "socket", "ssl", "urllib.request"}
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            if any(name in opens or name.partition(".")[0] in opens for name in names):
                found.add(path.relative_to(package).as_posix())

    assert {"cli/pull_request/rest.py"} == found


def test_every_promise_names_a_test_that_is_there() -> None:
    """A promise whose test went away would be only words."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!promise|---)(.+) \| (.+) \|$", text, re.MULTILINE)
    named = [re.findall(r"`(tests/[^`]+)`", tests) for _, tests in rows]

    assert len(rows) >= 10
    assert all(named)
    assert [] == [path for each in named for path in each if not (ROOT / path).is_file()]


def test_the_workflow_asks_every_day() -> None:
    """By the same command as a contributor, with a token that may only read."""
    job = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["advisories"]

    assert {"contents": "read"} == job["permissions"]
    assert "make advisories" == job["steps"][-1]["run"]
