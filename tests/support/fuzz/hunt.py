"""Many cases in a row, and what was found."""

from __future__ import annotations

import argparse
import functools
import hashlib
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from paths import ROOT

from fuzz.cases import Failure, Kind, seed_of, tried
from fuzz.kinds import kinds

FOUND: Final = ROOT / ".sandbox" / "fuzz"
"""Where `make fuzz` leaves inputs that fail."""


@dataclass(slots=True)
class Hunt:
    """What was run, by kind, and a failure of each sort."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)
    failures: dict[tuple[str, str], Failure] = field(default_factory=dict)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, kind: Kind, seed: str) -> Failure | None:
        """Run one case; its failure if it is the first of its sort."""
        started = time.process_time()
        failure = tried(kind, seed)
        took = time.process_time() - started
        self.counts[kind.name] += 1
        self.seconds[kind.name] = self.seconds.get(kind.name, 0.0) + took
        self.slowest[kind.name] = max(took, self.slowest.get(kind.name, 0.0))
        if failure is None:
            return None
        key = failure.kind, failure.what
        self.failed[key] += 1
        new = key not in self.failures
        if new or len(failure.data) < len(self.failures[key].data):
            self.failures[key] = failure
        return failure if new else None


def order(all_: Sequence[Kind]) -> Iterator[tuple[Kind, int]]:
    """Kinds by their shares, evenly mixed and without an end, and the number of each case."""
    numbers: Counter[str] = Counter()
    due = {kind.name: 0.0 for kind in all_}
    while True:
        for kind in all_:
            due[kind.name] += kind.share / 1000
            while due[kind.name] >= 1:
                due[kind.name] -= 1
                numbers[kind.name] += 1
                yield kind, numbers[kind.name]


def run(seed: int, *, cases: int = 0, seconds: float = 0, only: str = "") -> Hunt:
    """Run so many cases, or for so long."""
    hunt, end = Hunt(), time.monotonic() + seconds
    with kinds() as found:
        chosen = [kind for kind in found if only in kind.name]
        for done, (kind, number) in enumerate(order(chosen)):
            if (cases and done >= cases) or (not cases and time.monotonic() > end):
                break
            if failure := hunt.take(kind, seed_of(seed, kind.name, number)):
                print(f"{failure.kind}: {failure.what} (seed {failure.seed})", flush=True)
    return hunt


def together(hunts: Iterable[Hunt]) -> Hunt:
    """Several hunts as one."""
    whole = Hunt()
    for each in hunts:
        whole.counts += each.counts
        whole.failed += each.failed
        for name, seconds in each.seconds.items():
            whole.seconds[name] = whole.seconds.get(name, 0.0) + seconds
        for name, seconds in each.slowest.items():
            whole.slowest[name] = max(seconds, whole.slowest.get(name, 0.0))
        whole.failures.update(each.failures)
    return whole


def many(seeds: Sequence[int], *, cases: int, seconds: float, only: str) -> Hunt:
    """A hunt for each seed, at the same time."""
    each = functools.partial(run, cases=cases // len(seeds), seconds=seconds, only=only)
    if len(seeds) == 1:
        return each(seeds[0])
    with ProcessPoolExecutor(len(seeds)) as pool:
        return together(pool.map(each, seeds))


def keep(hunt: Hunt, folder: Path) -> None:
    """Write the smallest input of each sort of failure, and what was said of it."""
    for failure in hunt.failures.values():
        mark = hashlib.sha256(failure.what.encode()).hexdigest()[:8]
        path = folder / failure.kind.replace(" ", "-") / mark
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".bin").write_bytes(failure.data)
        path.with_suffix(".txt").write_text(
            f"{failure.what}\n{failure.seed}\n{failure.details}\n", encoding="utf-8", errors="backslashreplace"
        )  # fmt: skip


def table(hunt: Hunt) -> Iterator[str]:
    """What was run, a row a kind, in Markdown."""
    yield "| input | cases | ms each | slowest, s | failed |"
    yield "|---|---:|---:|---:|---:|"
    for name, number in sorted(hunt.counts.items()):
        wrong = sum(count for (kind, _), count in hunt.failed.items() if kind == name)
        each = 1000 * hunt.seconds[name] / number
        yield f"| {name} | {number:,} | {each:.2f} | {hunt.slowest[name]:.2f} | {wrong} |"
    yield f"| all | {sum(hunt.counts.values()):,} | | | {sum(hunt.failed.values())} |"


def commit() -> str:
    """The commit whose code runs."""
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return told.stdout.strip()[:12]


def page(hunt: Hunt, seeds: Sequence[int], tried: str) -> Iterator[str]:
    """The page of results of a commit's code."""
    yield "# What the fuzzer found"
    yield ""
    yield "`make fuzz` mutates sound inputs of every kind: their trees (a key is dropped, doubled, renamed or gets another type) and"
    yield "their bytes. A case fails if a command raises an exception of its own, takes more than 5 s of the processor, ends with an"
    yield "exit status that is not documented, or prints a character that a terminal obeys or that nobody sees."
    yield "`tests/properties/test_fuzz.py` runs 20,000 cases and every input that once failed in `make test`. Times are of the processor."
    yield ""
    yield f"Commit {tried}, Python {platform.python_version()}, seeds {', '.join(map(str, seeds))}."
    yield "A case is made again from its seed, its kind and its number."
    yield ""
    yield from table(hunt)
    for (kind, what), count in sorted(hunt.failed.items()):
        yield f"\n{kind}: {what}, {count} times, first by the seed {hunt.failures[kind, what].seed}"


def main(words: Sequence[str]) -> int:
    """Run, print a table, and keep what failed."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=float, default=60, help="for how long, if not --cases")
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--jobs", type=int, default=1, help="how many at once, with one seed after the other"
    )
    parser.add_argument("--only", default="", help="the kind of input")
    parser.add_argument("--page", type=Path, help="write the page of results")
    given = parser.parse_args(words)
    seeds = [given.seed + number for number in range(given.jobs)]
    now = commit() if given.page else ""
    hunt = many(seeds, cases=given.cases, seconds=given.seconds, only=given.only)
    print("\n".join(table(hunt)))
    keep(hunt, FOUND)
    if given.page:
        given.page.write_text("\n".join(page(hunt, seeds, now)) + "\n", encoding="utf-8")
    return 1 if hunt.failed else 0
