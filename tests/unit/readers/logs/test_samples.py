"""Every sample says what `expected.tsv` has: source, name, port, scheme, what became of it, and how many records."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from wsus_egress.readers.logs.files import Counts, records

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "samples").iterdir())
Row = tuple[str, str, str, str, str]


def rows(content: bytes) -> Counter[Row]:
    """What is read of a file's content, as rows of the table."""
    found: Counter[Row] = Counter()
    for each in records(io.BytesIO(content), Counts()):
        row = each.source, each.name, each.port, each.scheme, each.verdict
        found[tuple(str(cell or "-") for cell in row)] += each.count  # type: ignore[index]
    return found


def expected() -> dict[str, Counter[Row]]:
    """The table's rows by file."""
    table: dict[str, Counter[Row]] = {path.name: Counter() for path in SAMPLES}
    with (HERE / "expected.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            cells = row["source"], row["name"], row["port"], row["scheme"], row["verdict"]
            table[row["file"]][cells] += int(row["records"])
    return table


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_read_as_the_table_says(path: Path) -> None:
    """Nothing of it is unread, whichever way it is packed and encoded."""
    wanted = expected()[path.name]
    content = path.read_bytes()
    counts = Counts()
    assert sum(wanted.values()) >= len(list(records(io.BytesIO(content), counts)))
    assert 0 == counts.unread
    utf16 = content.decode("utf-8-sig").replace("\n", "\r\n").encode("utf-16")
    for form in (
        content,
        gzip.compress(content),
        gzip.compress(content[:99]) + gzip.compress(content[99:]),
        utf16,
    ):
        assert wanted == rows(form)


def test_mixed_files_work() -> None:
    """All samples one after another, without a line of their own between them, are read as each alone."""
    content = b"\n".join(path.read_bytes().removeprefix(b"\xef\xbb\xbf") for path in SAMPLES)
    assert sum(expected().values(), Counter()) == rows(content)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_file_that_is_cut_loses_its_end_alone(path: Path) -> None:
    """At every place: no error, nobody else asks, and no more is read than the whole file has."""
    content, wanted = path.read_bytes(), expected()[path.name]
    for end in range(0, len(content), 97):
        found = rows(content[:end])
        assert {row[0] for row in found} <= {row[0] for row in wanted}
        assert found.total() <= wanted.total()
