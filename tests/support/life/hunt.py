"""Many cases, in several processes, and the page of what became of them."""

from __future__ import annotations

import argparse
import multiprocessing
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from paths import ROOT

from life.engine import load
from life.play import PASSES, Case, Outcome, cases, play
from life.stages import SETTINGS, Stage, make
from providers.faults import FAULTS

_HEAD: Final = """# What a second run makes of a cloud's refusal

`make faults` writes this page. It deploys a small environment of each cloud to the stand-ins with the real engine, changes it,
refreshes it and destroys it, and plays one fault at one call of one of these commands. Then it runs the same command again, and
where that does not do what [After a failed run](../docs/deploy.md#after-a-failed-run) says. It looks: the cloud holds each thing once and as a life without faults
leaves it, the preview is clean, the failed run's message says what failed in one line, and a change and a refresh leave the
servers' way out as it was. What a provider does about a bad answer, `sandbox/providers/aws/client.py` and `azure/client.py` say, with
their sources. Where a cloud's answer is only believed, so is its row.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for."""

    clouds: tuple[str, ...]
    share: int
    once: bool
    seed: int
    jobs: int
    page: Path | None
    only: str = ""


def chosen(all_: Sequence[Case], options: Options) -> list[Case]:
    """Every case, or some by seed: one of each group of `share`, or each fault once in a cloud."""
    shuffled = random.Random(options.seed).sample([*all_], len(all_))  # noqa: S311 - a seed.
    if options.once:
        return [*{(case.cloud, case.name): case for case in shuffled}.values()]
    groups: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    for case in shuffled:
        groups[case.cloud, case.stage, case.fault.step, case.name].append(case)
    return [case for group in groups.values() for case in group[:: options.share]]


def main(arguments: Sequence[str]) -> int:
    """Play what is asked for; the exit status says whether all is as it should be."""
    options = _options(arguments)
    load()
    with tempfile.TemporaryDirectory(prefix="wsus-egress-life-") as folder:
        outcomes, total, took = _played(Path(folder), options)
    for outcome in outcomes:
        for wrong in outcome.wrong:
            print(f"{_title(outcome.case)}: {wrong}", file=sys.stderr)
    if options.page:
        options.page.write_text(page(outcomes, total, took, options), encoding="utf-8")
    else:
        for outcome in outcomes:
            silent = "; silent" if outcome.silent else ""
            left = f"; left: {', '.join(outcome.left)}" if outcome.left else ""
            print(f"{_title(outcome.case)}: {outcome.remedy}{silent}{left}")
    return int(any(outcome.wrong for outcome in outcomes))


def _played(folder: Path, options: Options) -> tuple[list[Outcome], int, float]:
    stages: dict[tuple[str, str], Stage] = {}
    for cloud in options.clouds:
        (folder / cloud).mkdir()
        for stage in make(cloud, folder / cloud):
            stages[cloud, stage.name] = stage
    all_ = [
        case
        for (cloud, _), stage in stages.items()
        for case in cases(cloud, stage)
        if options.only in _title(case)
    ]
    started = time.monotonic()
    jobs = [
        (case, stages[case.cloud, case.stage], folder / f"case-{number}")
        for number, case in enumerate(chosen(all_, options))
    ]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        outcomes = []
        for outcome in pool.imap_unordered(_one, jobs):
            outcomes.append(outcome)
            if options.page:
                print(f"{len(outcomes)} of {len(jobs)}: {_title(outcome.case)}: {outcome.remedy}",
                      flush=True)  # fmt: skip
    outcomes.sort(key=lambda outcome: _order(outcome.case))
    return outcomes, len(all_), time.monotonic() - started


def _one(job: tuple[Case, Stage, Path]) -> Outcome:
    return play(*job)


def _order(case: Case) -> tuple[str, int, str, str, str]:
    return (case.cloud, [*FAULTS].index(case.fault.name), case.name, case.stage,
            f"{case.fault.step} {case.fault.resource}")  # fmt: skip


def _title(case: Case) -> str:
    return f"{case.cloud} {case.stage}: {case.name} at {case.fault.step} {case.fault.resource}"


def page(outcomes: Sequence[Outcome], total: int, took: float, options: Options) -> str:
    """The page of results."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    remedies = Counter(outcome.remedy for outcome in outcomes)
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    return "\n".join(
        (
            _HEAD,
            f"Commit {commit}, Python {platform.python_version()}, seed {options.seed}: {len(outcomes)} of "
            f"{total} pairs of a fault and a call, in {took / 60:.0f} minutes with {options.jobs} at once. "
            f"{len(wrong)} were not as they should be.",
            "",
            *_table(("what brings the stack back", "cases"),
                    [(remedy, f"{count}") for remedy, count in sorted(remedies.items())]),
            "",
            "## By fault\n",
            *_table(("cloud", "fault", "step", "cases", "what brings the stack back", "left in the cloud",
                     "way out"), [*_rows(outcomes)]),
            "",
            "## What the failed runs say\n",
            *_table(("cloud", "fault", "message"), [*_messages(outcomes)]),
            "",
            *(f"- {_title(outcome.case)}: {' '.join(outcome.wrong)}" for outcome in wrong),
        )
    ).rstrip() + "\n"  # fmt: skip


def _rows(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    groups: dict[tuple[str, ...], list[Outcome]] = defaultdict(list)
    for each in outcomes:
        remedy = each.remedy + (
            "; before that, `pulumi up` says that all is done" if each.silent else ""
        )
        fault = f"{each.case.name}: {FAULTS[each.case.fault.name][0]}"
        groups[each.case.cloud, fault, f"{each.case.stage}: {each.case.fault.step}", remedy].append(
            each
        )
    for (cloud, fault, step, remedy), found in groups.items():
        left = sorted({kind for each in found for kind in each.left})
        ways = sorted({each.way_out for each in found if each.remedy != PASSES})
        yield cloud, fault, step, f"{len(found)}", remedy, ", ".join(left), ", ".join(ways)


def _messages(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    first: dict[tuple[str, str], str] = {}
    for each in outcomes:
        if each.said:
            first.setdefault((each.case.cloud, each.case.fault.name), each.said)
    for (cloud, fault), said in first.items():
        yield cloud, fault, f"`{said}`"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return [lines[0], "|" + "---|" * len(head), *lines[1:]]


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="life", description=__doc__)
    parser.add_argument("--cloud", action="append", choices=[*SETTINGS], help="one cloud alone")
    parser.add_argument(
        "--share", type=int, default=1, help="one case of each so many (default: all)"
    )
    parser.add_argument("--once", action="store_true", help="each fault once in each cloud")
    parser.add_argument("--seed", type=int, default=1, help="which calls those are")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--only", default="", help="only cases whose title has this text")
    parser.add_argument("--page", type=Path, help="write the page of results")
    given = parser.parse_args(arguments)
    return Options(tuple(given.cloud or SETTINGS), max(given.share, 1), given.once, given.seed,
                   max(given.jobs, 1), given.page, given.only)  # fmt: skip
