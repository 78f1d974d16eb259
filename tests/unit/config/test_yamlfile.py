"""YAML as it is read here: plain data, refusals with their line, and the line of any value."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from wsus_egress.config import yamlfile
from wsus_egress.config.yamlfile import YamlFile, read_yaml
from wsus_egress.problems import Collector, Location, PolicyErrors, Problem

Read = Callable[[str], YamlFile]

SCALARS = {
    "text": "text",
    "'7'": "7",
    "! 7": "7",
    "7": 7,
    "-7": -7,
    "+7": 7,
    "007": "007",
    "1_000": "1_000",
    "0x10": "0x10",
    "123456789012345678901": "123456789012345678901",
    "7.5": 7.5,
    ".5e3": 500.0,
    "1.2.3": "1.2.3",
    "true": True,
    "False": False,
    "yes": "yes",
    "off": "off",
    "~": None,
    "null": None,
    "": None,
    "''": "",
    "2026-11-01": "2026-11-01",
    "12:30:45": "12:30:45",
}

REFUSED = {
    "a: 1\nb: *a\n": "f.yaml:2: YAML aliases are not read here; write the value out",
    "a: 1\nb: !!python/name:os x\n": "f.yaml:2: the tag 'tag:yaml.org,2002:python/name:os' is not "
    "read here; remove it",
    "a:\n  - !x [1]\n": "f.yaml:2: the tag '!x' is not read here; remove it",
    "a: 1\n? [b]\n: 2\n": "f.yaml:2: a key must be text; write it as one word",
    "a: 1\na: 2\n": "f.yaml:2: the key 'a' is given twice; keep one of them",
    "a: 1\n---\nb: 2\n": "f.yaml:2: a second document begins here",
    "[" * 33: "f.yaml:1: nested deeper than 32 levels",
    "a: 1\nb: [\n": "f.yaml:3: this is not YAML: did not find expected node content",
    "a: 1\nb: [x, y\nc: 2\nd: 3\n": "f.yaml:2: this is not YAML: what opens here with [ does not end as it should; "
    "put commas between its entries, and ] at its end",
    "a: 1\nb: {x: 1\nc: 2\n": "f.yaml:2: this is not YAML: what opens here with { does not end as it should; put "
    "commas between its entries, and } at its end",
    "a:\n  - pattern: *.example.com\n": "f.yaml:2: this is not YAML: did not find expected alphabetic or numeric "
    'character; put it in quotes: "*.example.com"',
    "a: [*.example.com, b]\n": "f.yaml:1: this is not YAML: did not find expected alphabetic or numeric "
    'character; put it in quotes: "*.example.com"',
    "a: 1\nb: @team\n": "f.yaml:2: this is not YAML: found character that cannot start any token; put it in "
    'quotes: "@team"',
    "a: b: c\n": "f.yaml:1: this is not YAML: mapping values are not allowed in this context",
    "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n": "f.yaml:2: this is not YAML: git left a conflict here "
    "(<<<<<<<); keep one side, and remove git's marks",
    "a: 1\n\x00": "f.yaml:2: this is not YAML: character U+0000 is not allowed; remove it",
    "a: 1\n\tb: 2\n": "f.yaml:2: this is not YAML: found a tab character that violates indentation",
}


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a text as a file called `f.yaml`."""

    def read_text(text: str) -> YamlFile:
        path = tmp_path / "f.yaml"
        path.write_text(text, encoding="utf-8")
        return read_yaml(path, "f.yaml")

    return read_text


@pytest.mark.parametrize(("text", "value"), SCALARS.items())
def test_a_scalar(read: Read, text: str, value: Any) -> None:
    """Scalars follow YAML 1.2's core schema, and what is in doubt stays text."""
    found = read(f"a: {text}\n").data["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("text", "problem"), REFUSED.items())
def test_a_refusal(read: Read, text: str, problem: str) -> None:
    """What is not plain data is refused on its line."""
    with pytest.raises(PolicyErrors) as caught:
        read(text)
    assert str(caught.value) == problem


def test_a_file_without_a_document_is_nothing(read: Read) -> None:
    """An empty file has no data, and every part of it is on line 1."""
    file = read("# only a comment\n")
    assert (file.data, file.locate(("a", 0))) == (None, Location("f.yaml", 1))


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """Editors on Windows begin files with a mark, which is not part of the first key."""
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert {"a": 1, "b": 2} == read_yaml(path, "f.yaml").data


def test_a_huge_file_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the limit is not even decoded."""
    monkeypatch.setattr(yamlfile, "MAX_BYTES", 4)
    with pytest.raises(PolicyErrors) as caught:
        read("a: 123\n")
    assert "f.yaml:1: the file is larger than 4 bytes; split the list" == str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is a problem, not an exception of the system."""
    with pytest.raises(PolicyErrors) as caught:
        read_yaml(tmp_path / "none.yaml", "none.yaml")
    expected = "none.yaml:1: the file cannot be read (no such file or directory)"
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), 1),
        (("a",), 1),
        (("b",), 2),
        (("b", 0), 3),
        (("b", 1, "d"), 5),
        (("b", 1, "none"), 4),
        (("b", 7), 2),
        (("none", "at", "all"), 1),
    ],
)
def test_every_part_has_a_line(read: Read, keys: tuple[str | int, ...], line: int) -> None:
    """The line is the key's or the entry's, or that of the nearest part that is there."""
    file = read("a: 1\nb:\n  - x\n  - c: 1\n    d: 2\n")
    assert file.locate(keys) == Location("f.yaml", line)


def test_problems_are_sorted_and_counted_once() -> None:
    """Problems come by file and line, those without a file first, and none twice."""
    second = Problem(Location("b", 1), ("x",), "is wrong", "write y")
    first = Problem(Location("a", 10), (), "is wrong")
    nowhere = Problem(None, ("z",), "is wrong")
    problems = Collector()
    problems.extend([second, first, second])
    problems.add(None, ("z",), "is wrong")
    with pytest.raises(PolicyErrors) as caught:
        problems.raise_if_any()
    assert caught.value.problems == (nowhere, first, second)
    assert "z: is wrong\na:10: is wrong\nb:1: x: is wrong; write y" == str(caught.value)


def test_no_problem_is_no_error() -> None:
    """A collector without problems lets the program go on."""
    problems = Collector()
    problems.raise_if_any()
    assert [] == problems.problems


def test_an_error_without_a_place_is_at_the_beginning() -> None:
    """The library may give none."""
    error = yaml.MarkedYAMLError(problem="found nothing")
    assert (1, "this is not YAML: found nothing", "") == yamlfile._not_yaml("", error)


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    """Nobody writes to it: reading would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PolicyErrors) as caught:
        read_yaml(tmp_path / "pipe", "pipe")
    told = "pipe:1: the file cannot be read (it is a pipe or a device, and not a file)"
    assert told == str(caught.value)
