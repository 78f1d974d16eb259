"""Figures that have no alternative to stand beside: what many environments, resources and stacks take."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import projects
from measure import Pairs, in_turns, one

ROOT = Path(__file__).resolve().parent.parent
COMMAND = ROOT / ".venv" / "bin" / "wsus-egress"


def environments(folder: Path, counts: tuple[int, ...]) -> str:
    """`check`, `preview --base` and `report` of many environments, all of which a change of a list hits."""
    lines = [
        "| environments, 40 endpoints each, all changed | `check` | `preview --base` | `report` |",
        "|---|---|---|---|",
    ]
    for count in counts:
        place = projects.many_environments(folder / f"environments{count}", count)
        cells = [
            str(one([str(COMMAND), "check"], place)),
            # Exit status 1: nobody has approved the new host.
            str(one(["sh", "-c", f"{COMMAND} preview --base HEAD; test $? -eq 1"], place)),
            str(one([str(COMMAND), "report", "-o", str(folder / "report.html")], place)),
        ]
        lines.append(f"| {count:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def audited(folder: Path, counts: tuple[int, ...]) -> str:
    """`audit` of one security group with so many rules, and of so many Suricata rules."""
    lines = [
        "| rules of other people | `audit`, a security group | `audit`, Suricata text |",
        "|---|---|---|",
    ]
    for count in counts:
        cells = []
        for write in (projects.security_group, projects.suricata):
            file = write(folder, count)
            audit = f"{COMMAND} audit {file} --list wsus --source 10.20.0.10 --cloud aws"
            # Exit status 1: the rules are not those of the list.
            cells.append(str(one(["sh", "-c", f"{audit}; test $? -eq 1"], folder)))
        lines.append(f"| {count:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _engine(folder: Path) -> dict[str, str]:
    sys.path.insert(0, str(ROOT / "tools"))
    from env import private_engine  # noqa: PLC0415

    return private_engine(folder)


# Somebody else's resources in the same stack, each of which the guardrails look at.
OTHERS = """
import pulumi_aws as aws
for group in range({groups}):
    other = aws.ec2.SecurityGroup(f"other{{group}}", description="other", vpc_id="vpc-0a1b2c3d4e5f60718")
    for rule in range(9):
        aws.vpc.SecurityGroupEgressRule(
            f"other{{group}}-{{rule}}", security_group_id=other.id, cidr_ipv4=f"203.0.113.{{rule}}/32",
            ip_protocol="tcp", from_port=443, to_port=443)
"""


def guarded(folder: Path, groups: int, runs: int) -> str:
    """`pulumi preview` of a stack of others' resources and `dev`, with the policy pack and without."""
    environment = _engine(folder / "guarded")
    place = folder / "guarded" / "project"
    place.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", place)
    shutil.copytree(ROOT / "config", place / "config")
    program = (ROOT / "__main__.py").read_text(encoding="utf-8")
    (place / "__main__.py").write_text(program + OTHERS.format(groups=groups), encoding="utf-8")
    # The pack as `new --guardrails` writes it, started as the tests of the engine start it: the host
    # of Python that the set-up builds is older than the engine, and starts the wrong program for a pack.
    one([str(COMMAND), "new", "unused", "--cloud", "aws", "--guardrails"], place)
    pack = place / "policy_pack"
    (pack / "PulumiPolicy.yaml").write_text("runtime: harness\nversion: 0.1.0\n", encoding="utf-8")
    config = json.loads((pack / "unused.json").read_text(encoding="utf-8"))
    for rule in config.values():
        rule["environment"] = "dev"
    (pack / "dev.json").write_text(json.dumps(config), encoding="utf-8")
    starter = folder / "guarded" / "bin" / "pulumi-analyzer-policy-harness"
    starter.parent.mkdir()
    starter.write_text(
        f'#!/bin/sh\nexec {sys.executable} -u -m pulumi.policy "$@"\n', encoding="utf-8"
    )
    starter.chmod(0o755)
    environment["PATH"] = f"{starter.parent}{os.pathsep}{environment['PATH']}"
    engine = shutil.which("pulumi", path=environment["PATH"]) or "pulumi"
    one([engine, "stack", "init", "dev", "--non-interactive"], place, environment)
    plain = [engine, "preview", "--stack", "dev", "--non-interactive"]
    judged = [*plain, "--policy-pack", str(pack), "--policy-pack-config", str(pack / "dev.json")]
    pairs = in_turns(
        lambda: one(judged, place, environment), lambda: one(plain, place, environment), runs
    )
    more = (
        f"`pulumi preview` of `dev` and {groups * 10:,} resources of others, with the policy pack"
    )
    return f"{more}: {added(pairs):.2f} s more than without"


def added(pairs: Pairs) -> float:
    """Seconds that the first of a pair takes more than the second: the median of the differences."""
    differences = sorted(
        ours.seconds - theirs.seconds for ours, theirs in zip(pairs.ours, pairs.theirs, strict=True)
    )
    return differences[len(differences) // 2]


def fleet(folder: Path, count: int) -> str:
    """The example of a fleet: each place a stack of its own, four at once, deployed."""
    environment = _engine(folder / "fleet")
    place = folder / "fleet" / "project"
    shutil.copytree(ROOT / "docs" / "examples" / "fleet", place)
    places = "".join(
        f"  - {{name: place-{index:03}, region: eu-west-1, vpcId: vpc-0a1b2c3d4e5f60718,"
        f" servers: [{{name: wsus, addresses: [10.20.{index // 200}.{index % 200 + 10}]}}]}}\n"
        for index in range(count)
    )
    (place / "fleet.yaml").write_text(
        f"policy:\n  lists: [wsus]\nplaces:\n{places}", encoding="utf-8"
    )
    python = str(ROOT / ".venv" / "bin" / "python")
    up = one([python, "fleet.py", "fleet.yaml", "up"], place, environment)
    stacks = "1 stack" if count == 1 else f"{count:,} stacks"
    return (
        f"`fleet.py up`, {stacks} on the stand-ins, four at once: {up.seconds:.0f} s, "
        f"{up.seconds / count:.2f} s a stack"
    )
