"""Times this project side by side with alternatives: `make bench` writes the results' page with it.

A row of the page is a function here. The tests run each of them on small inputs (`--small`).
"""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import projects
import sizes
from measure import Measure, commit, in_turns, machine, one

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
AERLEON = "aerleon==1.18.0"


@dataclass(frozen=True, slots=True)
class Row:
    """How much one row measures: how many names, or security groups, and how many pairs of runs."""

    names: int
    runs: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    cold: Row
    many: Row
    cover: Row
    pulumi: Row
    urls: int
    lines: int
    proofs: int
    growth: tuple[int, ...]
    environments: tuple[int, ...]
    audited: tuple[int, ...]
    guarded: Row
    fleet: int


WHOLE = Sizes(
    cold=Row(40, 21),
    many=Row(10_000, 7),
    cover=Row(100_000, 3),
    pulumi=Row(0, 9),
    urls=100_000,
    lines=1_000_000,
    proofs=31,
    growth=(1_000, 10_000, 50_000),
    environments=(100, 300, 1_000),
    audited=(1_000, 10_000, 100_000),
    guarded=Row(50, 5),
    fleet=200,
)
SMALL = Sizes(
    cold=Row(4, 1),
    many=Row(5, 1),
    cover=Row(6, 1),
    pulumi=Row(0, 1),
    urls=3,
    lines=100,
    proofs=1,
    growth=(7,),
    environments=(2,),
    audited=(3,),
    guarded=Row(1, 1),
    fleet=1,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every row takes: how much to measure, a folder to work in, and aerleon's program."""

    sizes: Sizes
    folder: Path
    aclgen: Path

    def check(self, name: str, count: int, *, both: bool) -> Callable[[], Measure]:
        """A run of `wsus-egress check` on a new project."""
        place = projects.ours(self.folder / name, count, both=both)
        return lambda: one([str(BIN / "wsus-egress"), "check"], place)

    def generate(self, name: str, count: int) -> Callable[[], Measure]:
        """A run of aerleon on the same names; nothing that an earlier run wrote is there."""
        place = projects.theirs(self.folder / name, count)
        options = ["--base_directory", "pol", "--definitions_directory", "def"]
        command = [str(self.aclgen), *options, "--output_directory", "out"]

        def run() -> Measure:
            shutil.rmtree(place / "out", ignore_errors=True)
            (place / "out").mkdir()
            return one(command, place)

        return run


def cold(bench: Bench) -> str:
    """`check` as a person waits for it: most of it is the program's start."""
    size = bench.sizes.cold
    ours = bench.check("cold", size.names, both=False)
    pairs = in_turns(ours, bench.generate("cold-theirs", size.names), size.runs)
    return pairs.row(f"`check`, cold, {size.names:,} names, one target")


def many(bench: Bench) -> str:
    """A list far longer than Microsoft's, for two clouds, where theirs writes one firewall's."""
    size = bench.sizes.many
    ours = bench.check("many", size.names, both=True)
    pairs = in_turns(ours, bench.generate("many-theirs", size.names), size.runs)
    return pairs.row(f"{size.names:,} names compiled and proved for both clouds")


COVER_AND_QUERY = """
import sys
from pathlib import Path
from wsus_egress.config.lists import load_list
from wsus_egress.names.sets import NameSet, minimal_cover
patterns = [e.pattern for e in load_list(Path(sys.argv[1]), "many").endpoints]
names = NameSet.of(minimal_cover(patterns).patterns)
assert all(p.host in names for p in patterns)
assert not any("x" + p.host in names for p in patterns)
"""


def cover(bench: Bench) -> str:
    """The algebra of names by itself, as no cloud takes so many."""
    size = bench.sizes.cover
    place = projects.ours(bench.folder / "cover", size.names, both=False)
    path = place / "config" / "endpoints" / "many.yaml"
    command = [str(BIN / "python"), "-c", COVER_AND_QUERY, str(path)]
    theirs = bench.generate("cover-theirs", size.names)
    pairs = in_turns(lambda: one(command, place), theirs, size.runs)
    return pairs.row(f"{size.names:,} names loaded, reduced to their cover, queried twice")


def pulumi(bench: Bench) -> str:
    """`pulumi preview` of `dev` against the same resources written out by hand."""
    sys.path.insert(0, str(ROOT / "tools"))
    from env import private_engine  # noqa: PLC0415

    def preview(name: str, program: Path) -> Callable[[], Measure]:
        environment = private_engine(bench.folder / name)
        place = bench.folder / name / "project"
        place.mkdir()
        shutil.copy(ROOT / "Pulumi.yaml", place)
        shutil.copy(program, place / "__main__.py")
        shutil.copytree(ROOT / "config", place / "config")
        engine = shutil.which("pulumi", path=environment["PATH"]) or "pulumi"
        one([engine, "stack", "init", "dev", "--non-interactive"], place, environment)
        command = [engine, "preview", "--stack", "dev", "--non-interactive"]
        return lambda: one(command, place, environment)

    ours = preview("pulumi", ROOT / "__main__.py")
    theirs = preview("pulumi-theirs", ROOT / "benchmarks" / "flat.py")
    return in_turns(ours, theirs, bench.sizes.pulumi.runs).row("`pulumi preview` of `dev`")


def explained(bench: Bench) -> str:
    """URLs a second of `explain -`, start-up included."""
    count = bench.sizes.urls
    urls = bench.folder / "urls"
    lines = (f"https://h{index}.update.microsoft.com/\n" for index in range(count))
    urls.write_text("".join(lines), encoding="utf-8")
    command = f"{BIN / 'wsus-egress'} explain - --env prod < {urls}"
    measure = one(["sh", "-c", command], ROOT)
    rate = count / measure.seconds
    return f"`explain -`, both clouds of `prod`, {count:,} URLs: {rate:,.0f} a second"


def read(bench: Bench) -> str:
    """Time and memory of `logs` over lines of Network Firewall's alert log, with many names among them."""
    count = bench.sizes.lines
    log = bench.folder / "alert.log"
    with log.open("w", encoding="utf-8") as stream:
        stream.writelines(
            json.dumps({
                "firewall_name": "egress",
                "event_timestamp": str(1_790_845_200 + index),
                "event": {
                    "event_type": "alert", "app_proto": "tls", "src_ip": f"10.20.0.{index % 50}", "src_port": 50_000,
                    "dest_ip": "203.0.113.20", "dest_port": 443, "proto": "TCP", "flow_id": index,
                    "timestamp": f"2026-10-01T09:{index // 60 % 60:02}:{index % 60:02}.000000+0000",
                    "alert": {"action": "blocked", "signature_id": 8, "signature": "aws:alert_established action"},
                    "verdict": {"action": "drop"}, "tls": {"sni": f"h{index % 100}.update.microsoft.com"},
                },
            }) + "\n"
            for index in range(count)
        )  # fmt: skip
    command = f"{BIN / 'wsus-egress'} logs {log} --env prod > {bench.folder / 'answers'}"
    return f"`logs`, one environment, {count:,} lines of an alert log: {one(['sh', '-c', command], ROOT)}"


PROOF = """
import datetime, statistics, sys, time
from pathlib import Path
from wsus_egress.config.project import load_environments
from wsus_egress.controls import compile_target
from wsus_egress.proof.proof import prove
(environment,) = load_environments(Path(sys.argv[1]), ["prod"])
times = []
for _ in range(int(sys.argv[2])):
    # Compiled anew each time, so that nothing of an earlier proof is remembered.
    compiled = [(target, compile_target(environment, target)) for target in environment.targets]
    begin = time.perf_counter()
    for target, controls in compiled:
        prove(environment, target, controls, datetime.date(2026, 11, 24))
    times.append(1_000 * (time.perf_counter() - begin))
print(f"{statistics.median(times):.0f} ms, at best {min(times):.0f} ms")
"""


def proved(bench: Bench) -> str:
    """The proof of every target of `prod`, its settings read and its rules compiled before."""
    command = [str(BIN / "python"), "-c", PROOF, str(ROOT), str(bench.sizes.proofs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return f"Proof of `prod`, both clouds, after load: {done.stdout.strip()}"


def growth(bench: Bench) -> str:
    """Time and memory of `check` over ten and fifty times the names."""
    counts = bench.sizes.growth
    measures = [bench.check(f"growth{count}", count, both=True)() for count in counts]
    lines = (f"\n| {count:,} | {each} |" for count, each in zip(counts, measures, strict=True))
    return "| names | `check`, both clouds |\n|---|---|" + "".join(lines)


def environments(bench: Bench) -> str:
    """Checked, compared with the base and reported, as a landing zone has them."""
    return sizes.environments(bench.folder, bench.sizes.environments)


def audited(bench: Bench) -> str:
    """Rules of other people, from a thousand, which may take two seconds, to a hundred times as many."""
    return sizes.audited(bench.folder, bench.sizes.audited)


def guarded(bench: Bench) -> str:
    """What the policy pack adds to a preview of a larger stack."""
    size = bench.sizes.guarded
    return sizes.guarded(bench.folder, size.names, size.runs)


def fleet(bench: Bench) -> str:
    """A stack for each place."""
    return sizes.fleet(bench.folder, bench.sizes.fleet)


BESIDE: dict[str, Callable[[Bench], str]] = {
    "cold": cold, "many": many, "cover": cover, "pulumi": pulumi,
}  # fmt: skip
"""The rows of ours against theirs, by the name that the command line takes."""

ALONE: dict[str, Callable[[Bench], str]] = {
    "explained": explained, "read": read, "proved": proved, "growth": growth, "environments": environments,
    "audited": audited, "guarded": guarded, "fleet": fleet,
}  # fmt: skip
"""Figures that have no alternative to stand beside."""

HEAD = """\
# Results

`make bench` writes this page. It measured commit {commit} on {day}, on {machine}.

The table's first three rows compare with [aerleon](https://github.com/aerleon/aerleon) {version}, which generates a policy
of the same names for one Juniper SRX; the last one compares the program with `flat.py`, the same resources written out by hand. Ours
and theirs ran in turns. Times and memory are medians, each ratio is the median of the pairs' ratios, ours / theirs.
"""


def page(bench: Bench, chosen: list[str]) -> Iterator[str]:
    """The page's parts, each as soon as it is measured."""
    version = AERLEON.partition("==")[2]
    day = datetime.datetime.now(tz=datetime.UTC).date()
    yield HEAD.format(commit=commit(ROOT), day=day, machine=machine(), version=version)
    yield "| what | pairs | ours | theirs | time ratio | memory ratio |\n|---|---|---|---|---|---|"
    yield from (row(bench) for name, row in BESIDE.items() if name in chosen)
    yield from ("\n" + figure(bench) for name, figure in ALONE.items() if name in chosen)


def installed_aerleon() -> Path:
    """The program of aerleon, in an environment of its own, installed where it is not there yet."""
    folder = ROOT / ".sandbox" / "bench"
    program = folder / "bin" / "aclgen"
    if not program.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", AERLEON], check=True)
    return program


def main() -> None:
    """Print the page as it is measured, and write it to a file when it is whole."""
    rows = [*BESIDE, *ALONE]
    parser = argparse.ArgumentParser(description="Measure, side by side with the alternatives.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(rows)}; default all")
    parser.add_argument("--small", action="store_true", help="only see that every row runs")
    parser.add_argument("--aclgen", type=Path, help="aerleon's program; installed by default")
    parser.add_argument("-o", "--output", type=Path, help="a page to write besides printing it")
    options = parser.parse_args()
    if unknown := sorted({*options.rows} - {*rows}):
        parser.error(f"{unknown[0]!r} is not a row; the rows are {', '.join(rows)}")
    with tempfile.TemporaryDirectory() as temporary:
        much = SMALL if options.small else WHOLE
        bench = Bench(much, Path(temporary), options.aclgen or installed_aerleon())
        parts = []
        for part in page(bench, options.rows or rows):
            print(part, flush=True)
            parts.append(part + "\n")
    if options.output:
        options.output.write_text("".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
