"""How a process is measured: its wall time and its largest resident memory, alone or beside another."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measure:
    """One run of a process.

    Attributes:
        seconds: Wall time from start to exit.
        memory: MiB that the largest of its processes had resident.
    """

    seconds: float
    memory: float

    def __str__(self) -> str:
        """As a page shows it: `0.21 s, 34 MiB`."""
        return f"{self.seconds:.2f} s, {self.memory:.0f} MiB"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Runs of ours and theirs, in turns: the two of a pair saw the machine in the same state."""

    ours: tuple[Measure, ...]
    theirs: tuple[Measure, ...]

    def row(self, title: str) -> str:
        """A line of the table: medians of both, and the medians of the ratios of the pairs."""
        time_ratio = self._ratio(lambda measure: measure.seconds)
        memory_ratio = self._ratio(lambda measure: measure.memory)
        cells = (title, len(self.ours), median(self.ours), median(self.theirs))
        return f"| {' | '.join(map(str, cells))} | {time_ratio:.2f} | {memory_ratio:.2f} |"

    def _ratio(self, of: Callable[[Measure], float]) -> float:
        pairs = zip(self.ours, self.theirs, strict=True)
        return statistics.median(of(ours) / of(theirs) for ours, theirs in pairs)


def median(measures: Sequence[Measure]) -> Measure:
    """The median of each figure by itself."""
    return Measure(
        statistics.median(measure.seconds for measure in measures),
        statistics.median(measure.memory for measure in measures),
    )


def one(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Measure:
    """Run a command once, and end the benchmark where it fails.

    Every Python may keep its compiled modules, as an installed package has them: a variable that
    forbids it would make the checkout compile itself in each run, and the installed one not.
    """
    kept = dict(os.environ if environment is None else environment)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode} in {folder}")
    return Measure(seconds, usage.ru_maxrss / 1024)


def in_turns(ours: Callable[[], Measure], theirs: Callable[[], Measure], runs: int) -> Pairs:
    """Measure both in turns, after one run each that fills the disk's cache and compiles modules."""
    ours()
    theirs()
    first, second = zip(*[(ours(), theirs()) for _ in range(runs)], strict=True)
    return Pairs(first, second)


def machine() -> str:
    """The machine in words that say how fast it is: `2 cores (AMD EPYC), 23 GiB, Linux, ...`."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    model = next(models, platform.machine())
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{cores} cores ({model}), {memory:.0f} GiB, {system}"


def commit(root: Path) -> str:
    """The commit that is measured, and whether the checkout differs from it."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", ":!benchmarks/README.md")
    return git("rev-parse", "--short", "HEAD") + (", with changes" if changed else "")
