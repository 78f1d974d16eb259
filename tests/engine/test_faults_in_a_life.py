"""Each fault once in the life of a small environment: what the docs say brings the stack back.

`make faults` plays every fault at every call. `life` judges each run; its exit status is what counts here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from life.hunt import Options, chosen, page
from life.play import AGAIN, ELSEWHERE, IMPORT, PASSES, REFRESH, Case, Outcome, cases, expected
from life.stages import UP, Stage
from paths import ROOT

from env import engine_environment
from providers.faults import FAULTS, Fault

pytestmark = pytest.mark.engine

FOLDERS = ("components", "sandbox", "tools", "tests/support")
SECONDS = 570


def life(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Play cases in a process of its own: it forks, and a process that has used gRPC must not."""
    path = os.pathsep.join(str(ROOT / folder) for folder in FOLDERS)
    return subprocess.run(
        [sys.executable, "-m", "life", *arguments],
        env=engine_environment(ROOT) | {"PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_each_fault_once(cloud: str) -> None:
    """At a call that the seed chooses: the stack comes back, nothing is doubled, the message says what failed."""
    done = life("--once", "--cloud", cloud, "--seed", "4")

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    played = {
        line.split(": ")[1].split(" at ")[0].split(",")[0] for line in done.stdout.splitlines()
    }
    assert {*FAULTS} - {ELSEWHERE} == played


def test_a_failed_update_on_aws_needs_a_refresh() -> None:
    """The same command again says that it is done; the cloud has the old rules until a refresh."""
    done = life("--cloud", "aws", "--only", "change: denied at update")

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    title = "aws change: denied at update wsus-network-firewall-rules-1"
    assert f"{title}: {REFRESH}; silent\n" == done.stdout


STAGE = Stage("up", Path(), UP, (("create", "a"), ("create", "b"), ("read", "c")), {})


def test_every_fault_is_played_at_every_call() -> None:
    """Each at the steps that it can hit; those that pass by themselves also as a few answers."""
    all_ = [*cases("aws", STAGE)]

    named = [(case.name, case.fault.step, case.fault.resource) for case in all_]
    assert len(named) == len({*named})
    assert {
        (name, step, resource)
        for name, (_, steps) in FAULTS.items()
        for step, resource in STAGE.calls
        if step in steps and name != ELSEWHERE
    } == {(case.fault.name, case.fault.step, case.fault.resource) for case in all_}
    assert ("throttled, 3 times", "read", "c") in named
    assert ("late, 3 times", "read", "c") not in named
    # A refresh that does not find a thing once drops it, however soon it would be found.
    assert ("late", "read", "c") in named


def test_a_share_has_every_fault_of_every_stage() -> None:
    """And the same ones for the same seed."""
    all_ = [*cases("aws", STAGE), *cases("azure", STAGE)]

    def some(seed: int) -> list[Case]:
        return chosen(all_, Options(("aws", "azure"), 2, once=False, seed=seed, jobs=1, page=None))

    assert some(1) == some(1) != some(2)
    assert {(c.cloud, c.name, c.fault.step) for c in all_} == {
        (c.cloud, c.name, c.fault.step) for c in some(1)
    }
    assert len(some(1)) < len(all_)


@pytest.mark.parametrize(
    ("cloud", "fault", "remedy"),
    [
        ("aws", "denied update a", REFRESH),
        ("azure", "denied update a", AGAIN),
        ("aws", "lost update a", PASSES),
        ("azure", "lost create a", PASSES),
        ("azure", "cut create a", IMPORT),
        ("aws", "late create a", AGAIN),
        ("azure", "late create a", PASSES),
        ("aws", "throttled:3 create a", PASSES),
        ("aws", "partial update a", AGAIN),
    ],
)
def test_what_is_expected(cloud: str, fault: str, remedy: str) -> None:
    """Another outcome fails the run, a better one too: then the page and the docs are out of date."""
    assert remedy in expected(Case(cloud, "up", Fault.parse(fault)))


def test_the_page_counts_and_names_what_is_wrong() -> None:
    """By fault, with the message of the first failed run."""
    case = Case("aws", "change", Fault.parse("denied update a"))
    outcomes = [
        Outcome(case, REFRESH, silent=True, way_out="kept", said="updating RuleGroup (x): denied"),
        Outcome(case, AGAIN, way_out="gone", wrong=("the way out changed.",)),
    ]

    text = page(outcomes, 9, 120.0, Options(("aws",), 1, once=False, seed=7, jobs=1, page=None))

    assert (
        "seed 7: 2 of 9 pairs of a fault and a call, in 2 minutes with 1 at once. 1 were not"
        in text
    )
    assert (
        f"| aws | denied: a permission is missing | change: update | 1 | {REFRESH}; before that, "
        "`pulumi up` says that all is done |  | kept |\n" in text
    )
    assert "| aws | denied | `updating RuleGroup (x): denied` |\n" in text
    assert text.endswith("- aws change: denied at update a: the way out changed.\n")
