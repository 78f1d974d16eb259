"""Inputs that nobody would write: 20,000 of them, and every one that once failed.

`make fuzz` runs more for as long as one likes. An input that fails goes into `fuzzed/`, in the folder of its kind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzz.cases import Failure, Kind, Outcome, judged
from fuzz.hunt import order, run, table, together
from fuzz.kinds import kinds

CASES = 20_000
# As many pieces as several workers can share.
PIECES = 8
ONCE = sorted(path for path in (Path(__file__).parent / "fuzzed").rglob("*") if path.is_file())


def told(failures: Iterator[Failure]) -> str:
    """What failed, and how it is made again."""
    return "\n".join(
        f"{each.kind}: {each.what} (seed {each.seed})\n{each.details}" for each in failures
    )


# To measure the coverage takes a case four times as long, and how long a case takes is judged.
@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(1, PIECES + 1))
def test_no_input_breaks_anything(seed: int) -> None:
    """No exception, no hang, a documented exit status, and nothing printed that a terminal obeys."""
    hunt = run(seed, cases=CASES // PIECES)
    assert not hunt.failed, told(iter(hunt.failures.values()))
    assert CASES // PIECES == sum(hunt.counts.values())
    assert 15 == len(hunt.counts)


@pytest.mark.parametrize("path", ONCE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_failed(path: Path) -> None:
    """In every format that the kind has."""
    with kinds() as found:
        (kind,) = (each for each in found if each.name.replace(" ", "-") == path.parent.name)
        failures = [judged(kind, path.read_bytes(), str(number)) for number in range(12)]
    assert not any(failures), told(each for each in failures if each)


@pytest.mark.parametrize(
    ("outcome", "what"),
    [
        (Outcome(3, ""), "exit status 3"),
        (Outcome(2, ""), "refused without a word"),
        (Outcome(0, "a\x1b[31m\n"), "prints U+001B"),
        (Outcome(0, "", "a\u202eb"), "prints U+202E"),
        (Outcome(0, "{", form="json"), "prints what is not json: JSONDecodeError"),
        (Outcome(0, "<a>", form="xml"), "prints what is not xml: ParseError"),
        (Outcome(0, "{}\n{", form="lines"), "prints what is not lines: JSONDecodeError"),
    ],
)
def test_the_judge_sees_what_is_wrong(outcome: Outcome, what: str) -> None:
    """Each thing that must not happen is noticed."""
    failure = judged(Kind("a", lambda _: b"", lambda _, __: outcome, 1), b"", "1")
    assert failure
    assert what == failure.what


def test_the_judge_sees_an_exception_and_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the place where it happens."""

    def breaks(_: bytes, __: object) -> Outcome:
        raise KeyError

    def hangs(_: bytes, __: object) -> Outcome:
        while True:
            pass

    broken = judged(Kind("a", lambda _: b"", breaks, 1), b"", "1")
    monkeypatch.setattr("fuzz.cases.LONGEST", 0.05)
    hung = judged(Kind("a", lambda _: b"", hangs, 1), b"", "1")
    assert broken
    assert hung
    assert broken.what.startswith("KeyError in ")
    assert hung.what.startswith("hangs in ")


def test_the_same_seed_makes_the_same_cases() -> None:
    """And the kinds come by their shares."""
    first, again = (run(7, cases=300) for _ in range(2))
    assert first.counts == again.counts
    with kinds() as found:
        made = [[kind.make(random.Random(5)) for kind in found] for _ in range(2)]  # noqa: S311 - not a secret
        assert made[0] == made[1]
        names = [
            kind.name for kind, _ in zip((k for k, _ in order(found)), range(1000), strict=False)
        ]
    assert 200 == pytest.approx(names.count("URL"), abs=10)
    assert "| all | 600 | | | 0 |" in list(table(together([first, again])))
