"""The architecture page tells the truth about the code: its folders, and its reader's walks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from paths import ROOT
from walked import PACKAGE, Call

PAGE = (ROOT / "docs" / "architecture.md").read_text()
# The heading of each walk, and the run in which its calls happen.
WALKS = {
    "How a pattern becomes a Suricata rule": ("preview", "dev"),
    "How a setting becomes an Azure resource": ("program", "staging"),
}
STEP = re.compile(
    r"^(\d+)\. `([\w.]+)` in `([\w/.]+)`(?:, (called by|reached from) (\d+))?: (?:.|\n(?=   ))+\.$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Step:
    """One numbered entry of a walk.

    Attributes:
        name: The function's qualified name.
        path: Its file, relative to the package.
        direct: Whether the page says that the caller calls it itself.
        caller: The position of the entry that the page names as the caller, or None.
    """

    name: str
    path: str
    direct: bool = True
    caller: int | None = None


def steps(heading: str) -> list[Step]:
    """The entries below a heading of the page."""
    section = PAGE.split(f"### {heading}\n")[1].split("\n#")[0]
    entries = [line for line in section.splitlines() if re.match(r"\d+\. ", line)]
    found = STEP.findall(section)
    assert [str(number) for number in range(1, len(entries) + 1)] == [entry[0] for entry in found]
    return [
        Step(name, path, how != "reached from", int(caller) - 1 if caller else None)
        for _, name, path, how, caller in found
    ]


def calls(kind: str, environment: str) -> list[Call]:
    """What one run calls."""
    script = ROOT / "tests" / "support" / "walked.py"
    done = subprocess.run(
        [sys.executable, str(script), kind, environment],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return [Call(**call) for call in json.loads(done.stdout)]


def first_wrong(walk: Sequence[Step], made: Sequence[Call]) -> Step | None:
    """The first entry that no call bears out, or None where the whole walk happens.

    An entry is borne out by a call of its function that follows the call of the entry before, and
    that its caller's call makes: itself, or through functions that the page leaves out.
    """
    places: list[int] = []
    for step in walk:
        start = places[-1] + 1 if places else 0
        place = next(
            (
                place for place in range(start, len(made))
                if (made[place].path, made[place].name) == (step.path, step.name)
                and (step.caller is None or _comes_from(made, place, places[step.caller], step))
            ),
            None,
        )  # fmt: skip
        if place is None:
            return step
        places.append(place)
    return None


def _comes_from(made: Sequence[Call], place: int, caller: int, step: Step) -> bool:
    if step.direct:
        return made[place].caller == caller
    while place > caller:
        place = made[place].caller
    return place == caller


@pytest.fixture(scope="module")
def made() -> dict[str, list[Call]]:
    """The calls of each walk's run."""
    return {heading: calls(*run) for heading, run in WALKS.items()}


@pytest.mark.parametrize("heading", WALKS)
def test_a_walk_is_what_runs(made: dict[str, list[Call]], heading: str) -> None:
    """Each entry's function runs after the one before it, and the entry that is named calls it."""
    assert first_wrong(steps(heading), made[heading]) is None


@pytest.mark.parametrize("heading", WALKS)
def test_a_walk_is_short(heading: str) -> None:
    """At most twelve calls, and every entry but the first names an earlier one as its caller."""
    walk = steps(heading)

    assert 6 <= len(walk) <= 12
    assert walk[0].caller is None
    for position, step in enumerate(walk[1:], start=1):
        assert step.caller is not None
        assert step.caller < position


@pytest.mark.parametrize("heading", WALKS)
def test_a_wrong_walk_is_noticed(made: dict[str, list[Call]], heading: str) -> None:
    """Two entries swapped, a function of another name, or another caller: each fails."""
    walk = steps(heading)
    last = len(walk) - 1
    wrong = {
        "swapped": [walk[0], *(replace(walk[at], direct=False, caller=0) for at in (-1, 1))],
        "renamed": [*walk[:-1], replace(walk[-1], name="no_such_function")],
        "caller": [*walk[:-1], replace(walk[-1], direct=True, caller=0)],
    }

    assert walk[last].caller != 0
    for kind, edited in wrong.items():
        assert first_wrong(edited, made[heading]) is not None, kind


def test_every_folder_has_a_row() -> None:
    """The table of folders has each folder of the package once, and no other."""
    table = PAGE.split("## Folders\n")[1].split("\n#")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    rows = [name for cell in cells for name in re.findall(r"`(\w+)/`", cell)]
    folders = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]

    assert sorted(folders) == sorted(rows)


def test_the_layers_are_those_of_the_contract() -> None:
    """The page draws the folders in the order that import-linter holds them to."""
    (line,) = (line for line in PAGE.splitlines() if line.endswith(" -> plugin"))
    drawn = [set(re.findall(r"\w+", layer)) for layer in line.split(" -> ")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = project["tool"]["importlinter"]["contracts"][0]["layers"]
    beside = {"args", "choices", "policy_file", "program", "extras", "release"}
    held = [set(re.findall(r"wsus_egress\.(\w+)", layer)) - beside for layer in contract]

    assert [layer for layer in reversed(held) if layer] == drawn
