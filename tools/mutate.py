"""Tries mutants of the core against its tests, and writes what became of them.

python tools/mutate.py --module names            every mutant of one module; a second run goes on where the first stopped
python tools/mutate.py --sample 60 --seed 7      a sample of all modules, for a workflow
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import env
from mutants import page
from mutants.making import Mutant, mutants_of
from mutants.modules import TESTS
from mutants.records import Equivalents, Record, Score, digest, read, score, still_true

PACKAGE: Final = Path("components/wsus_egress")
LIST: Final = env.ROOT / "tools" / "mutants" / "equivalent.toml"
PAGE: Final = env.ROOT / "benchmarks" / "mutants.md"
_FOLDER: Final = env.sandbox_directory(env.ROOT) / "mutants"
_TREE: Final = _FOLDER / "tree"
LEAST: Final = 95.0
"""The score, in percent, below which the command fails."""


class Failed(Exception):  # noqa: N818 - it reads as what it is
    """Something other than a mutant is wrong."""


def copy_tree(root: Path, tree: Path) -> None:
    """Copy what Git would commit to a folder of its own: a mutant may do anything to its files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    wanted = {name for name in listed if name and (root / name).is_file()}
    for path in [*tree.rglob("*")]:
        if path.is_file() and path.relative_to(tree).as_posix() not in wanted:
            path.unlink()
    for name in sorted(wanted):
        source, target = root / name, tree / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def test_files(root: Path, module: str) -> list[Path]:
    """Every file that may change what a module's tests say: they, and what they load beside the package."""
    shared = ("tests/conftest.py", "tests/unit/conftest.py", "tests/support", "config")
    given = [root / each for each in (*TESTS[module], *shared)]
    return sorted(path for each in given for path in (each, *each.rglob("*")) if _counts(path))


def _counts(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def module_files(root: Path, module: str) -> list[str]:
    """The files of a module, relative to the package."""
    package = root / PACKAGE
    return sorted(path.relative_to(package).as_posix() for path in (package / module).rglob("*.py"))


def stage(name: str, work: Path, log: Path) -> subprocess.Popen[bytes]:
    """Starts one stage of a work file in the copy, with its output in a log."""
    folders = [str(_TREE / each) for each in ("tools", "components")]
    environment = env.engine_environment() | {
        "PYTHONPATH": os.pathsep.join(folders),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONHASHSEED": "0",
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "mutants.running", name, str(work)],
            cwd=_TREE,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def measure(module: str) -> Path:
    """Runs a module's tests once without a mutant, unless that has been done for these very files.

    Raises:
        Failed: When a test fails without a mutant.
    """
    code = sorted((_TREE / PACKAGE).rglob("*.py"))
    path = _FOLDER / f"{module}-{digest([*code, *test_files(_TREE, module)])}.json"
    if path.is_file():
        return path
    for old in _FOLDER.glob(f"{module}-*.json"):
        old.unlink()
    partial, work, log = (_FOLDER / f"{module}.{end}" for end in ("partial", "work", "log"))
    given = {"package": str(_TREE / PACKAGE), "measured": str(partial), "tests": TESTS[module]}
    work.write_text(json.dumps(given), encoding="utf-8")
    status = stage("measure", work, log).wait()
    failed = json.loads(partial.read_text(encoding="utf-8"))["failed"] if partial.is_file() else []
    if status or failed:
        what = f"these tests fail without a mutant: {', '.join(failed)}" if failed else "it failed"
        raise Failed(f"{module}: {what}; the log is {os.path.relpath(log)}")
    partial.rename(path)
    return path


def attempt(module: str, pending: Sequence[Mutant], known: Mapping[str, Record], jobs: int) -> None:
    """Tries mutants, several processes at once.

    Raises:
        Failed: When a process ends before it has tried all of its own.
    """
    measured = measure(module)
    all_tests = digest(test_files(_TREE, module))
    running = []
    for job in range(jobs):
        share = pending[job::jobs]
        if not share:
            continue
        work, log = (_FOLDER / f"{module}-{job}.{end}" for end in ("work", "log"))
        given = {
            "package": str(_TREE / PACKAGE),
            "measured": str(measured),
            "tests": TESTS[module],
            "digest": all_tests,
            "results": str(records_of(module)),
            "scratch": str(_FOLDER / f"scratch-{job}"),
            "mutants": [_given(each, known.get(each.key)) for each in share],
        }
        work.write_text(json.dumps(given), encoding="utf-8")
        running.append((stage("try", work, log), log))
    failed = [log for process, log in running if process.wait()]
    if failed:
        raise Failed(f"{module}: trying mutants failed; the log is {os.path.relpath(failed[0])}")


def _given(mutant: Mutant, record: Record | None) -> dict[str, object]:
    killer = record.killer if record else ""
    source = digest([_TREE / PACKAGE / mutant.file])
    return {**vars(mutant), "key": mutant.key, "source": source, "killer": killer}


def records_of(module: str) -> Path:
    """The file of a module's records."""
    return _FOLDER / f"{module}.jsonl"


def true_records(module: str, mutants: Iterable[Mutant]) -> dict[str, Record]:
    """The records that still hold for the files of the copy."""
    all_tests = digest(test_files(_TREE, module))
    sources = {name: digest([_TREE / PACKAGE / name]) for name in module_files(_TREE, module)}
    known = read(records_of(module))
    return {
        each.key: known[each.key]
        for each in mutants
        if each.key in known and still_true(known[each.key], _TREE, sources[each.file], all_tests)
    }


def run(modules: Sequence[str], sample: int, seed: int, jobs: int) -> list[Score]:
    """Tries what has not been tried, and counts."""
    copy_tree(env.ROOT, _TREE)
    equivalents = Equivalents.read(LIST)
    made = {
        module: [
            each
            for file in module_files(_TREE, module)
            for each in mutants_of(_TREE / PACKAGE, file)
        ]
        for module in modules
    }
    stale = equivalents.stale(each for mutants in made.values() for each in mutants)
    if stale:
        raise Failed(
            "no mutant is like these entries of equivalent.toml: " + "; ".join(map(repr, stale))
        )
    chosen = {each.key for mutants in made.values() for each in mutants}
    if sample:
        chosen = set(random.Random(seed).sample(sorted(chosen), min(sample, len(chosen))))  # noqa: S311
    scores = []
    for module in modules:
        mutants = [each for each in made[module] if each.key in chosen]
        if not mutants:
            continue
        known = true_records(module, mutants)
        pending = [each for each in mutants if each.key not in known]
        print(f"{module}: {len(mutants)} mutants, {len(pending)} to try", flush=True)
        if pending:
            attempt(module, pending, read(records_of(module)), jobs)
        scores.append(score(module, mutants, true_records(module, mutants), equivalents))
        report(scores[-1])
    return scores


def report(result: Score) -> None:
    """Prints who lives, and the score."""
    for each in result.alive:
        print(f"  {each.file}:{each.line} {each.within}\n    - {each.was}\n    + {each.becomes}")
    print(
        f"{result.module}: {result.tried} tried, {result.killed} killed, {len(result.alive)} survived"
        f" ({result.untested} without a test), {len(result.equivalent)} equivalent: {result.percent:.1f} %",
        flush=True,
    )


def write_page() -> None:
    """Writes the page from the records of every module that has been tried whole."""
    equivalents = Equivalents.read(LIST)
    scores, untried = [], []
    for module in TESTS:
        if not records_of(module).is_file():
            untried.append(module)
            continue
        mutants = [
            each
            for file in module_files(_TREE, module)
            for each in mutants_of(_TREE / PACKAGE, file)
        ]
        result = score(module, mutants, true_records(module, mutants), equivalents)
        # Tests that have changed leave the records of the dead, so a score of a part would be too good.
        if result.tried == result.mutants:
            scores.append(result)
        else:
            untried.append(module)
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],
        cwd=env.ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    PAGE.write_text(page.render(scores, commit, untried), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="mutate.py", description=__doc__.split("\n")[0])
    parser.add_argument("--module", choices=list(TESTS), help="one module; else all of them")
    parser.add_argument(
        "--sample", type=int, default=0, help="so many mutants of all; else every one"
    )
    parser.add_argument("--seed", type=int, default=1, help="chooses the sample")
    parser.add_argument("--jobs", type=int, default=1, help="so many processes at once")
    given = parser.parse_args(arguments)
    modules = [given.module] if given.module else list(TESTS)
    try:
        scores = run(modules, given.sample, given.seed, max(given.jobs, 1))
        if not given.sample:
            write_page()
    except (Failed, ValueError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    killed = sum(each.killed for each in scores)
    meant = sum(each.tried - len(each.equivalent) for each in scores)
    return 0 if meant == 0 or 100 * killed / meant >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
