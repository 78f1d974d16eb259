"""The machinery of the mutants: what it makes, tries, keeps and writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paths import ROOT

import mutate
from mutants import page, running
from mutants.changing import Loaded
from mutants.making import Mutant, mutants_of
from mutants.modules import TESTS
from mutants.records import Equivalents, Record, killer_digest, read, score, still_true

PACKAGE = ROOT / "components" / "wsus_egress"
LIST = ROOT / "tools" / "mutants" / "equivalent.toml"
CODE = """\
LIMIT = 3


def below(number: int, least: int = 0) -> bool:
    return least <= number < LIMIT


class Box:
    def __init__(self, side: int) -> None:
        self.side = side

    @property
    def area(self) -> int:
        return self.side * self.side

    def unused(self) -> str:
        return "nobody asks"
"""
TEST = """\
from small import box


def test_below() -> None:
    assert box.below(2)
    assert not box.below(3)
    assert not box.below(-1)


def test_area() -> None:
    assert box.Box(1).area == 1
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one package, of one file, and its tests."""
    package = tmp_path / "components" / "small"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "box.py").write_text(CODE)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_box.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def find(tree: Path, becomes: str) -> Mutant:
    """The mutant of the small file that reads so."""
    made = mutants_of(tree / "components" / "small", "box.py")
    return next(each for each in made if each.becomes == becomes)


def test_constants_defaults_and_properties_have_mutants(tree: Path) -> None:
    """What a trampoline cannot wrap is mutated too."""
    found = {
        (each.within, each.becomes): each.inside
        for each in mutants_of(tree / "components" / "small", "box.py")
    }
    assert not found["", "LIMIT = 4"]
    assert not found["below", "def below(number: int, least: int = 1) -> bool:"]
    assert found["below", "return least <= number <= LIMIT"]
    assert found["Box.area", "return self.side / self.side"]


def test_every_mutant_is_another_program_that_compiles(tree: Path) -> None:
    """No mutant is there twice, and none is the file itself."""
    made = mutants_of(tree / "components" / "small", "box.py")
    for each in made:
        compile(each.code, "box.py", "exec")
        assert each.was != each.becomes
        assert each.code != CODE
    assert len({each.key for each in made}) == len(made)
    assert len({each.code for each in made}) == len(made)


def test_a_mutant_keeps_its_key_where_its_file_moves_it(tree: Path) -> None:
    """A record and an entry of the list outlive a change elsewhere in the file."""
    before = find(tree, "return least <= number <= LIMIT")
    (tree / "components" / "small" / "box.py").write_text(f"import os\n\n\n{CODE}")
    after = find(tree, "return least <= number <= LIMIT")
    assert after.key == before.key
    assert after.line == before.line + 3


def test_alike_changes_of_one_function_are_numbered(tree: Path) -> None:
    """Two lines that read alike have two mutants."""
    path = tree / "components" / "small" / "box.py"
    path.write_text("def two(n: int) -> None:\n    print(n)\n    n = 1\n    print(n)\n    n = 1\n")
    alike = [
        each
        for each in mutants_of(tree / "components" / "small", "box.py")
        if each.becomes == "n = 2"
    ]
    assert [(each.line, each.number) for each in alike] == [(3, 1), (5, 2)]


def test_a_statement_with_a_body_counts_up_to_its_body(tree: Path) -> None:
    """A test that runs only the condition can notice a change of it."""
    path = tree / "components" / "small" / "box.py"
    path.write_text(
        "def one(n: int) -> int:\n    if (\n        n < 1\n    ):\n        n = 2\n    return n\n"
    )
    assert find(tree, "n <= 1").lines == (2, 3, 4)


def test_what_is_in_memory_changes_in_whatever_wraps_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Properties, static methods, caches and closures."""
    path = tree / "components" / "small" / "wrapped.py"
    source = """\
import functools


@functools.cache
def kept(n: int) -> int:
    return n + 1


class Thing:
    @property
    def size(self) -> int:
        return 2 + 3

    @staticmethod
    def make() -> "Thing":
        return Thing()


def closed(n: int):
    def inner() -> int:
        return n + 5

    return inner


early = closed(1)
"""
    path.write_text(source)
    monkeypatch.syspath_prepend(tree / "components")
    from small import wrapped  # type: ignore[import-not-found] # noqa: PLC0415

    thing = wrapped.Thing()
    assert (wrapped.kept(1), thing.size, wrapped.early()) == (2, 5, 6)
    loaded = Loaded(tree / "components" / "small")
    assert loaded.change(path, source.replace("n + 1", "n - 1"))
    assert wrapped.kept(1) == 0, "the cache forgets what it has answered"
    assert loaded.change(path, source.replace("2 + 3", "2 * 3"))
    assert thing.size == 6
    assert loaded.change(path, source.replace("n + 5", "n - 5"))
    assert wrapped.early() == -4, "a closure that an import has made changes too"
    assert not loaded.change(path, source.replace("early", "late")), "nothing in memory differs"


def statuses(tree: Path) -> dict[tuple[str, str], Record]:
    """The record of each mutant of the small file, by its function and what it reads."""
    package, scratch = tree / "components" / "small", tree / "scratch"
    made = mutants_of(package, "box.py")
    given = {
        "package": str(package),
        "measured": str(tree / "measured.json"),
        "tests": ["tests"],
        "digest": "all",
        "results": str(tree / "results.jsonl"),
        "scratch": str(scratch),
        "mutants": [{**vars(each), "key": each.key, "source": "s", "killer": ""} for each in made],
    }
    (tree / "work.json").write_text(json.dumps(given))
    folders = os.pathsep.join(map(str, (ROOT / "tools", tree / "components")))
    for stage in ("measure", "try"):
        subprocess.run(
            [sys.executable, "-m", "mutants.running", stage, "work.json"],
            cwd=tree,
            env=os.environ | {"PYTHONPATH": folders},
            check=True,
            capture_output=True,
        )
    records = read(tree / "results.jsonl")
    return {(each.within, each.becomes): records[each.key] for each in made}


def test_a_run_says_of_each_mutant_which_test_noticed_it(tree: Path) -> None:
    """Both ways: in the functions in memory, and by a new import."""
    found = statuses(tree)
    below = found["below", "return least <= number <= LIMIT"]
    assert (below.status, below.killer) == ("killed", "tests/test_box.py::test_below")
    assert below.tests == killer_digest(tree, "tests/test_box.py::x", "all")
    assert found["", "LIMIT = 4"].killer == "tests/test_box.py::test_below"
    assert found["", "LIMIT = None"].status == "killed"
    lost = found["Box.area", "return self.side / self.side"]
    assert (lost.status, lost.killer, lost.tests) == ("survived", "", "all")
    assert found["Box.unused", 'return "XXnobody asksXX"'].status == "untested"
    assert found["Box.__init__", "self.side = None"].killer == "tests/test_box.py::test_area"


def test_a_process_that_hangs_is_ended() -> None:
    """A mutant may wait for ever."""
    child = os.fork()
    if not child:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    started = time.monotonic()
    assert os.WIFSIGNALED(running._wait(child, 0.2))
    assert time.monotonic() - started < 30


def test_a_line_that_a_killed_run_left_half_is_not_a_record(tmp_path: Path) -> None:
    """A run goes on after one that was ended."""
    whole = Record("k", "killed", "t", "s", "d")
    path = tmp_path / "records"
    path.write_text(f'{whole.line}\n{{"key": "k2", "sta')
    assert read(path) == {"k": whole}
    assert read(tmp_path / "none") == {}


def test_a_record_holds_until_its_file_or_its_test_changes(tree: Path) -> None:
    """New tests try again what survived, and no more."""
    killer = "tests/test_box.py::test_area"
    killed = Record("k", "killed", killer, "s", killer_digest(tree, killer, "all"))
    survived = Record("k", "survived", "", "s", "all")
    assert still_true(killed, tree, "s", "other tests have changed")
    assert not still_true(killed, tree, "the file has changed", "all")
    assert still_true(survived, tree, "s", "all")
    assert not still_true(survived, tree, "s", "other tests have changed")
    (tree / "tests" / "test_box.py").write_text("")
    assert not still_true(killed, tree, "s", "all")


@pytest.fixture
def listed(tmp_path: Path) -> Callable[[str], Equivalents]:
    """Reads a list of equivalent mutants from its text."""

    def make(text: str) -> Equivalents:
        path = tmp_path / "equivalent.toml"
        path.write_text(text)
        return Equivalents.read(path)

    return make


ENTRY = """\
[[equivalent]]
file = "box.py"
within = "Box.area"
was = "return self.side * self.side"
becomes = ["return self.side / self.side", "gone"]
reason = "a reason"
"""


def test_an_equivalent_mutant_does_not_count(
    tree: Path, listed: Callable[[str], Equivalents]
) -> None:
    """The score is of the mutants that change something."""
    made = mutants_of(tree / "components" / "small", "box.py")
    area = find(tree, "return self.side / self.side")
    others = [each for each in made if each != area][:3]
    status = ("killed", "survived", "untested")
    records = {
        each.key: Record(each.key, what, "", "s", "all")
        for each, what in zip([area, *others], ["survived", *status], strict=True)
    }
    found = score("small", made, records, listed(ENTRY))
    assert (found.mutants, found.tried, found.killed, found.untested) == (len(made), 4, 1, 1)
    assert set(found.alive) == set(others[1:])
    assert list(found.equivalent) == [(area, "a reason")]
    assert found.percent == pytest.approx(100 / 3)


def test_an_entry_that_no_mutant_is_like_is_named(
    tree: Path, listed: Callable[[str], Equivalents]
) -> None:
    """The list follows the code."""
    made = mutants_of(tree / "components" / "small", "box.py")
    assert listed(ENTRY).stale(made) == [
        ("box.py", "Box.area", "return self.side * self.side", "gone")
    ]
    assert listed(ENTRY).stale([]) == [], "files that were not looked at"


def test_every_mistake_of_the_list_is_named(listed: Callable[[str], Equivalents]) -> None:
    """All at once, by the number of the entry."""
    empty = ENTRY.replace('"a reason"', '""')
    with pytest.raises(
        ValueError, match=r"entry 1 needs .* a reason; entry 3 is there twice: 'return"
    ):
        listed(empty + ENTRY + ENTRY.replace(', "gone"', ""))


def test_the_page_has_a_row_for_each_module_and_a_reason_for_each_equivalent(tree: Path) -> None:
    """A bar in a reason does not end a cell."""
    area = find(tree, "return self.side / self.side")
    records = {area.key: Record(area.key, "survived", "", "s", "all")}
    reasons = Equivalents({(area.file, area.within, area.was, area.becomes): "a | reason"})
    text = page.render([score("small", [area], records, reasons)], "abc", ["large"])
    assert "| small | 1 | 1 | 0 | 0 | 1 | 100.0 % |" in text
    assert "Commit abc." in text
    assert "Not tried whole: large." in text
    assert (
        "| box.py `Box.area` | `return self.side * self.side` | `return self.side / self.side` | a \\| reason |"
        in text
    )


def test_the_tests_of_each_module_exist() -> None:
    """A folder that moves is noticed."""
    for module, tests in TESTS.items():
        assert (PACKAGE / module / "__init__.py").is_file()
        for each in tests:
            assert (ROOT / each).exists(), each


def test_what_a_module_s_tests_load_counts_and_other_tests_do_not() -> None:
    """A change of another module's tests has nothing to do with these mutants."""
    found = {path.relative_to(ROOT).as_posix() for path in mutate.test_files(ROOT, "names")}
    assert {"tests/unit/names/test_sets.py", "tests/properties/test_names.py"} <= found
    assert {
        "tests/unit/conftest.py",
        "tests/support/sample.py",
        "config/endpoints/wsus.yaml",
    } <= found
    assert not any(each.startswith("tests/unit/proof") for each in found)


def test_the_list_names_mutants_of_the_code_as_it_is() -> None:
    """An entry that has lost its mutant must go."""
    equivalents = Equivalents.read(LIST)
    files = sorted({file for file, *_ in equivalents.reasons})
    assert [*equivalents.stale(each for file in files for each in mutants_of(PACKAGE, file))] == []
