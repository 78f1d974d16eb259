"""The policy pack in the real engine: it lets a clean stack pass and blocks a widened one."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import workspace
from workspace import ROOT, Workspace

from wsus_egress.guardrails.catalogue import RULES

pytestmark = pytest.mark.engine

POLICY = {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}]}
PLANTED = """
import pulumi_aws as aws

aws.vpc.SecurityGroupEgressRule(
    "planted",
    security_group_id=egress.security_group_ids["wsus"],
    cidr_ipv4="0.0.0.0/0",
    ip_protocol="tcp",
    from_port=8080,
    to_port=8080,
)
"""


@pytest.fixture
def stack(tmp_path: Path) -> Workspace:
    """The Python example, with a copy of the pack that the older host here can start.

    That host starts the wrong program for a pack in Python. For a runtime that it does not know,
    the engine itself runs the analyzer of that name.
    """
    stack = workspace.python(tmp_path)
    shutil.copytree(ROOT / "policy_pack", tmp_path / "pack")
    manifest = tmp_path / "pack" / "PulumiPolicy.yaml"
    manifest.write_text("runtime: harness\nversion: 0.1.0\n", encoding="utf-8")
    program = tmp_path / "bin" / "pulumi-analyzer-policy-harness"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -u -m pulumi.policy "$@"\n')
    program.chmod(0o755)
    rules = [rule.id for rule in RULES if rule.needs_policy]
    config = {rule: {"policy": POLICY} for rule in rules}
    (tmp_path / "pack.json").write_text(json.dumps(config), encoding="utf-8")
    return stack


def guarded(stack: Workspace, action: str) -> tuple[int, str]:
    """Run `up` or `preview` with the pack; the status and what was said."""
    folder = stack.root.parent
    yes = ["--yes", "--skip-preview"] if action == "up" else []
    done = stack.run(
        "env",
        f"PATH={folder / 'bin'}:{stack.environment()['PATH']}",
        *("pulumi", action, *yes, "--non-interactive", "--stack", "dev"),
        *("--policy-pack", str(folder / "pack")),
        *("--policy-pack-config", str(folder / "pack.json")),
    )
    return done.returncode, done.stdout + done.stderr


def test_passes_and_blocks(stack: Workspace) -> None:
    """The clean stack deploys; one rule more on its group is refused, by name."""
    status, said = guarded(stack, "up")

    assert 0 == status, said
    assert "wsus-egress@" in said or "Loading policy packs" in said

    with (stack.root / "__main__.py").open("a") as program:
        program.write(PLANTED)
    status, said = guarded(stack, "preview")

    assert 0 != status, said
    assert "wsus-aws-security-group-widens" in said
    assert "planted: admits" in said
