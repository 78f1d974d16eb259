"""Times this project side by side with alternatives, in one run: `make bench`.

Each pair runs in turns, a process each time, so that both see the same machine. A row gives the
median wall time and the largest resident memory of both, and the ratio ours / theirs.
"""

from __future__ import annotations

import datetime
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
THEIRS = ROOT / ".sandbox" / "bench"
AERLEON = "aerleon==1.18.0"


@dataclass(frozen=True, slots=True)
class Measure:
    """Medians of several runs: seconds and MiB."""

    seconds: float
    memory: float


def one(command: Sequence[str], folder: Path, environment: dict[str, str] | None) -> Measure:
    """Run a command once."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode} in {folder}")
    return Measure(time.perf_counter() - begin, usage.ru_maxrss / 1024)


def pair(
    ours: Callable[[], Measure], theirs: Callable[[], Measure], runs: int
) -> tuple[Measure, Measure]:
    """Measure both in turns, after one run each that warms the disk's cache."""
    ours()
    theirs()
    measures: list[tuple[Measure, Measure]] = [(ours(), theirs()) for _ in range(runs)]
    first, second = zip(*measures, strict=True)
    return median(first), median(second)


def median(measures: Sequence[Measure]) -> Measure:
    """The median of each figure by itself."""
    return Measure(
        statistics.median(m.seconds for m in measures),
        statistics.median(m.memory for m in measures),
    )


def names(count: int) -> list[str]:
    """Host names of the shape that Microsoft's have."""
    return [f"h{index}.d{index % 97}.example.com" for index in range(count)]


def our_project(folder: Path, count: int, *, both: bool) -> Path:
    """A project with one environment and one list."""
    lists = folder / "config" / "endpoints"
    lists.mkdir(parents=True)
    entries = "".join(
        f"  - {{pattern: {name}, schemes: [https], purpose: p, source: s, date: 2026-11-01}}\n"
        for name in names(count)
    )
    (lists / "many.yaml").write_text(f"title: many\nendpoints:\n{entries}", encoding="utf-8")
    azure = (
        "  wsus-egress:azure: {resourceGroup: rg, location: westeurope, addressSpace: [10.1.0.0/16],"
        " destinations: list, firewallPolicy: {name: policy}}\n"
    )
    # With a quota of capacity that AWS would have raised for so many names.
    firewall = "{policyCapacity: 200000}"
    aws = f"  wsus-egress:aws: {{vpcId: vpc-0a1b2c3d4e5f60718, networkFirewall: {firewall}}}\n"
    server = "    - {name: wsus, location: azure, addresses: [10.1.0.10]}\n"
    if both:
        server += "    - {name: wsus-aws, location: aws, addresses: [10.2.0.10]}\n"
    text = f"config:\n  wsus-egress:lists: [many]\n  wsus-egress:servers:\n{server}{azure}"
    if both:
        text += aws
    (folder / "config" / "Pulumi.bench.yaml").write_text(text, encoding="utf-8")
    return folder


def their_project(folder: Path, count: int) -> Path:
    """The same names as an aerleon definition and a policy for one Juniper SRX."""
    (folder / "def").mkdir(parents=True)
    (folder / "pol").mkdir()
    values = "".join(f"      - fqdn: {name}\n" for name in names(count))
    (folder / "def" / "network.yaml").write_text(
        f"networks:\n  MANY:\n    values:\n{values}"
        "  SERVER:\n    values:\n      - address: 10.1.0.10/32\n"
        "services:\n  HTTPS:\n    - protocol: tcp\n      port: 443\n",
        encoding="utf-8",
    )
    (folder / "pol" / "policy.yaml").write_text(
        "filters:\n- header:\n    targets:\n      srx: from-zone trust to-zone untrust\n"
        "  terms:\n  - name: wsus\n    source-address: SERVER\n    destination-fqdn: MANY\n"
        "    destination-port: HTTPS\n    protocol: tcp\n    action: accept\n",
        encoding="utf-8",
    )
    return folder


COVER_AND_QUERY = """
import sys
from pathlib import Path
from wsus_egress.config.lists import load_list
from wsus_egress.names.hosts import NameSet, minimal_cover
patterns = [e.pattern for e in load_list(Path(sys.argv[1]), "many").endpoints]
names = NameSet.of(minimal_cover(patterns).patterns)
assert all(p.host in names for p in patterns)
assert not any("x" + p.host in names for p in patterns)
"""


def against_aerleon(folder: Path) -> list[str]:
    """Check, compile, and load with cover and queries, against generating an SRX policy."""
    rows = []
    cases = (
        ("`check`, cold, 40 names, one target", 40, 15, False),
        ("10,000 names compiled and proved for both clouds", 10_000, 3, True),
        ("100,000 names loaded, reduced to their cover, queried twice", 100_000, 1, False),
    )
    for title, count, runs, both in cases:
        ours = our_project(folder / f"ours{count}", count, both=both)
        theirs = their_project(folder / f"theirs{count}", count)
        command = [str(BIN / "wsus-egress"), "check"]
        if count == 100_000:
            path = ours / "config" / "endpoints" / "many.yaml"
            command = [str(BIN / "python"), "-c", COVER_AND_QUERY, str(path)]

        def run_theirs(place: Path = theirs) -> Measure:
            output = place / "out"
            shutil.rmtree(output, ignore_errors=True)
            output.mkdir()
            program = str(THEIRS / "bin" / "aclgen")
            options = ["--base_directory", "pol", "--definitions_directory", "def"]
            return one([program, *options, "--output_directory", "out"], place, None)

        def run_ours(command: list[str] = command, place: Path = ours) -> Measure:
            return one(command, place, None)

        rows.append(row(title, runs, *pair(run_ours, run_theirs, runs)))
    return rows


def row(title: str, runs: int, ours: Measure, theirs: Measure) -> str:
    """A line of the table."""
    return (
        f"| {title} | {runs} | {ours.seconds:.2f} s, {ours.memory:.0f} MiB "
        f"| {theirs.seconds:.2f} s, {theirs.memory:.0f} MiB "
        f"| {ours.seconds / theirs.seconds:.2f} | {ours.memory / theirs.memory:.2f} |"
    )


def explain_rate(folder: Path) -> str:
    """URLs a second of `explain -`, start-up included."""
    count = 100_000
    urls = folder / "urls"
    urls.write_text(
        "".join(f"https://h{i}.update.microsoft.com/\n" for i in range(count)), encoding="utf-8"
    )
    command = f"{BIN / 'wsus-egress'} explain - --env prod < {urls}"
    measure = one(["sh", "-c", command], ROOT, None)
    return f"`explain -`, both clouds of `prod`, {count:,} URLs: {count / measure.seconds:,.0f} a second"


def proof_time() -> str:
    """The proof of every target of `prod`, its settings read and its rules compiled before."""
    from wsus_egress.config.project import load_environments  # noqa: PLC0415
    from wsus_egress.controls import compile_target  # noqa: PLC0415
    from wsus_egress.proof.proof import prove  # noqa: PLC0415

    (environment,) = load_environments(ROOT, ["prod"])
    times = []
    for _ in range(31):
        # Compiled anew each time, so that nothing of an earlier proof is remembered.
        compiled = [(t, compile_target(environment, t)) for t in environment.targets]
        begin = time.perf_counter()
        for target, controls in compiled:
            prove(environment, target, controls, datetime.date(2026, 11, 24))
        times.append(1_000 * (time.perf_counter() - begin))
    return f"Proof of `prod`, both clouds, after load: {statistics.median(times):.0f} ms, at best {min(times):.0f} ms"


def growth(folder: Path) -> list[str]:
    """Time and memory of `check` over ten and fifty times the names."""
    lines = []
    for count in (1_000, 10_000, 50_000):
        place = our_project(folder / f"growth{count}", count, both=True)
        measure = one([str(BIN / "wsus-egress"), "check"], place, None)
        lines.append(f"| {count:,} | {measure.seconds:.2f} s | {measure.memory:.0f} MiB |")
    return lines


def previews_of_many(folder: Path) -> list[str]:
    """`preview --base` of environments of 40 endpoints each, all of which a change of a list hits.

    They are one policy on many networks, as a landing zone's stacks are.
    """
    lines = []
    for count in (100, 300, 1_000):
        place = our_project(folder / f"many{count}", 40, both=False)
        config = place / "config"
        text = (config / "Pulumi.bench.yaml").read_text(encoding="utf-8")
        for index in range(count - 1):
            other = text.replace("resourceGroup: rg", f"resourceGroup: rg{index}")
            (config / f"Pulumi.e{index:04}.yaml").write_text(other, encoding="utf-8")
        who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
        for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "base"]):
            subprocess.run(["git", *command], cwd=place, check=True)
        with (config / "endpoints" / "many.yaml").open("a", encoding="utf-8") as file:
            file.write(
                "  - {pattern: new.example.com, schemes: [https], purpose: p, source: s,"
                " date: 2026-11-01}\n"
            )
        # Exit status 1: nobody has approved the new host.
        command_line = f"{BIN / 'wsus-egress'} preview --base HEAD; test $? -eq 1"
        measure = one(["sh", "-c", command_line], place, None)
        lines.append(f"| {count:,} | {measure.seconds:.2f} s | {measure.memory:.0f} MiB |")
    return lines


def against_flat_program(folder: Path) -> str:
    """`pulumi preview` of `dev` against the same resources written out by hand."""
    sys.path.insert(0, str(ROOT / "tools"))
    from env import private_engine  # noqa: PLC0415

    programs = {}
    for name, main in (("ours", ROOT / "__main__.py"), ("flat", ROOT / "benchmarks" / "flat.py")):
        environment = private_engine(folder / name)
        place = folder / name / "project"
        place.mkdir()
        shutil.copy(ROOT / "Pulumi.yaml", place / "Pulumi.yaml")
        shutil.copy(main, place / "__main__.py")
        shutil.copytree(ROOT / "config", place / "config")
        pulumi = shutil.which("pulumi", path=environment["PATH"]) or "pulumi"
        one([pulumi, "stack", "init", "dev", "--non-interactive"], place, environment)
        programs[name] = (
            [pulumi, "preview", "--stack", "dev", "--non-interactive"],
            place,
            environment,
        )
    runs = 7
    measures = pair(lambda: one(*programs["ours"]), lambda: one(*programs["flat"]), runs)
    return row("`pulumi preview` of `dev`", runs, *measures)


def main() -> None:
    """Print a page in Markdown."""
    if not (THEIRS / "bin" / "aclgen").exists():
        venv.create(THEIRS, with_pip=True)
        subprocess.run([THEIRS / "bin" / "pip", "install", "-q", AERLEON], check=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(
            "| what | runs | ours | theirs | time ratio | memory ratio |\n|---|---|---|---|---|---|"
        )
        print(*against_aerleon(folder), against_flat_program(folder), sep="\n")
        print("\n" + explain_rate(folder))
        print("\n" + proof_time())
        print("\n| names | `check`, both clouds | memory |\n|---|---|---|")
        print(*growth(folder), sep="\n")
        print("\n| environments | `preview --base`, 40 endpoints each | memory |\n|---|---|---|")
        print(*previews_of_many(folder), sep="\n")


if __name__ == "__main__":
    main()
