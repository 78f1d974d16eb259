"""What became of each mutant, kept so that a run goes on where the last one stopped; and the mutants that change nothing."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from mutants.making import Mutant

KILLED: Final = "killed"
SURVIVED: Final = "survived"
UNTESTED: Final = "untested"


@dataclass(frozen=True)
class Record:
    """What became of one mutant.

    Attributes:
        key: The mutant's.
        status: `killed`, `survived`, or `untested` where no test reaches it.
        killer: The test that noticed; `time` or `import` where no test alone did.
        source: The digest of the file that the mutant changes.
        tests: The digest of the test's file; of all tests, where no test noticed.
    """

    key: str
    status: str
    killer: str
    source: str
    tests: str

    @property
    def line(self) -> str:
        """The record as one line of JSON."""
        return json.dumps(vars(self))


def digest(paths: Iterable[Path]) -> str:
    """One digest of the contents of files."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:16]


def killer_digest(root: Path, killer: str, all_tests: str) -> str:
    """The digest of the file of the test that noticed, or that of all tests."""
    path = root / killer.split("::", maxsplit=1)[0]
    return digest([path]) if killer and path.is_file() else all_tests


def read(path: Path) -> dict[str, Record]:
    """The last record of each mutant; a line that a killed run left half is none."""
    found: dict[str, Record] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            record = Record(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[record.key] = record
    return found


def still_true(record: Record, root: Path, source: str, all_tests: str) -> bool:
    """Whether neither the mutated file nor the tests that count have changed since.

    A mutant that a test noticed needs that test's file alone. One that no test noticed needs all of them.
    """
    return record.source == source and record.tests == killer_digest(root, record.killer, all_tests)


@dataclass(frozen=True)
class Equivalents:
    """The mutants that no test could notice, each with the reason.

    Attributes:
        reasons: By file, function, what stood there and what the mutant has instead.
    """

    reasons: Mapping[tuple[str, str, str, str], str]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the list.

        Raises:
            ValueError: When an entry lacks a field, has another one, or is there twice.
        """
        reasons: dict[tuple[str, str, str, str], str] = {}
        problems = []
        for number, entry in enumerate(_entries(path), 1):
            if set(entry) != {"file", "within", "was", "becomes", "reason"} or not entry["reason"]:
                problems.append(f"entry {number} needs file, within, was, becomes and a reason")
                continue
            each = entry["becomes"]
            for becomes in each if isinstance(each, list) else [each]:
                key = (entry["file"], entry["within"], entry["was"], becomes)
                if key in reasons:
                    problems.append(f"entry {number} is there twice: {becomes!r}")
                reasons[key] = entry["reason"]
        if problems:
            raise ValueError("; ".join(problems))
        return cls(reasons)

    def reason(self, mutant: Mutant) -> str:
        """Why a mutant changes nothing; empty where the list does not have it."""
        return self.reasons.get(_place(mutant), "")

    def stale(self, mutants: Iterable[Mutant]) -> list[tuple[str, str, str, str]]:
        """The entries of the mutants' files that no mutant is like: the code has changed."""
        known, files = set(), set()
        for mutant in mutants:
            known.add(_place(mutant))
            files.add(mutant.file)
        return sorted(key for key in self.reasons if key[0] in files and key not in known)


def _place(mutant: Mutant) -> tuple[str, str, str, str]:
    return mutant.file, mutant.within, mutant.was, mutant.becomes


def _entries(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get(
        "equivalent", []
    )
    return entries


@dataclass(frozen=True)
class Score:
    """What became of the mutants of one module.

    Attributes:
        module: Its name.
        mutants: How many there are.
        killed: How many a test noticed.
        alive: Those that no test noticed, and that are not equivalent.
        equivalent: Those that no test noticed, each with the reason.
        untested: How many of those alive no test reaches.
    """

    module: str
    mutants: int
    killed: int
    alive: Sequence[Mutant]
    equivalent: Sequence[tuple[Mutant, str]]
    untested: int

    @property
    def tried(self) -> int:
        """How many have been tried."""
        return self.killed + len(self.alive) + len(self.equivalent)

    @property
    def percent(self) -> float:
        """The share of those that change something that a test noticed."""
        meant = self.tried - len(self.equivalent)
        return 100 * self.killed / meant if meant else 100.0


def score(
    module: str, mutants: Sequence[Mutant], records: Mapping[str, Record], equivalents: Equivalents
) -> Score:
    """Count what became of the mutants that have a record."""
    by_status: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        if mutant.key in records:
            by_status[records[mutant.key].status].append(mutant)
    missed = by_status[SURVIVED] + by_status[UNTESTED]
    alive = [each for each in missed if not equivalents.reason(each)]
    return Score(
        module=module,
        mutants=len(mutants),
        killed=len(by_status[KILLED]),
        alive=sorted(alive, key=lambda each: (each.file, each.line, each.becomes)),
        equivalent=[(each, reason) for each in missed if (reason := equivalents.reason(each))],
        untested=sum(each in alive for each in by_status[UNTESTED]),
    )
