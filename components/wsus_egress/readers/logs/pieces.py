"""A log's text cut into pieces: JSON values, lines, and events of an XML export, each as soon as it is there.

For example of `{"records": [{...}, {...}]}`, on one line or many, each record is a piece. No more than one piece is kept, so
that a file of any length needs the same memory. What cannot be read is a piece `Unreadable`, and reading goes on at the next line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

# Arrays of records, by the key under which a service or a tool puts them: Azure's storage and event hubs, CloudWatch's
# API, subscription filters, Logs Insights, Log Analytics, and Network Firewall's analysis report.
_CONTAINERS: Final = frozenset(
    {"records", "events", "logEvents", "results", "AnalysisReportResults", "tables", "Tables"}
)
_TABLES: Final = frozenset({"tables", "Tables"})
_ROWS: Final = frozenset({"rows", "Rows"})
# A line that is longer is read in parts; a single value that is longer is not read.
_LONG_LINE: Final = 1 << 20
_LONGEST: Final = 1 << 24
# How far a value reaches at least that is nested too deep: each level needs a character.
_DEEP: Final = 10_000
_BLANK: Final = re.compile(r"[ \t\r\n,]*")
_BRACKETS: Final = re.compile(r"[\[\]{}, \t]*\Z")
_EVENT: Final = re.compile(r"<Event[ >]")
_EVENT_END: Final = "</Event>"
_DECODE: Final = json.JSONDecoder().raw_decode
_LOADS: Final = json.loads


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A piece that cannot be read, such as a line that is cut."""


Piece: TypeAlias = dict[str, Any] | str | Unreadable
UNREADABLE: Final = Unreadable()


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """What follows is not JSON, or is too long."""


class _Text:
    """Text that arrives in parts: what is not read yet, from `at` on.

    Attributes:
        have: The text that is there.
        at: Where reading goes on in it.
        mark: From where it is kept, to go back to; None for from `at` on.
        base: How much of the log stood before it.
        broken: Up to where in the log a document was tried that breaks off.
        endless: Up to where in the log no event ends that begins before.
        ended: Whether no more will arrive.
    """

    def __init__(self, parts: Iterator[str]) -> None:
        self._parts = parts
        self.have = ""
        self.at = 0
        self.mark: int | None = None
        self.base = 0
        self.broken = 0
        self.endless = 0
        self.ended = False

    def more(self, wanted: int = 1) -> bool:
        """Append at least so many characters, and forget what is read; False at the end."""
        found, length = [], 0
        while length < wanted and not self.ended:
            part = next(self._parts, None)
            if part is None:
                self.ended = True
            else:
                found.append(part)
                length += len(part)
        start = self.at if self.mark is None else self.mark
        self.have = self.have[start:] + "".join(found)
        self.base += start
        self.at -= start
        self.mark = None if self.mark is None else 0
        return length > 0

    def blank(self) -> str:
        """Skip blanks and commas; the next character, or nothing at the end."""
        while True:
            found = _BLANK.match(self.have, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.have):
                return self.have[self.at]
            if not self.more():
                return ""

    def value(self) -> Any:
        """Read one JSON value.

        Raises:
            _Broken: When there is none.
        """
        while True:
            try:
                value, end = _DECODE(self.have, self.at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos >= len(self.have) - 12
                if not cut or self.ended:
                    self.broken = self.base + error.pos
                    raise _Broken from None
            except (ValueError, RecursionError):
                self.broken = self.base + self.at + _DEEP
                raise _Broken from None
            else:
                if end < len(self.have) or self.ended:
                    self.at = end
                    return value
            left = len(self.have) - self.at
            if left > _LONGEST:
                self.broken = self.base + len(self.have)
                raise _Broken
            # Twice as much each time: in all no more work than reading it twice.
            self.more(max(left, 1))

    def skip_line(self) -> None:
        """Go to the next line."""
        while (end := self.have.find("\n", self.at)) < 0:
            self.at = len(self.have)
            if not self.more():
                return
        self.at = end + 1


def pieces(parts: Iterator[str]) -> Iterator[Piece]:
    """The pieces of a log: records as objects, and lines that are not JSON."""
    text = _Text(parts)
    while True:
        end = text.have.find("\n", text.at)
        if end < 0 and not text.ended and len(text.have) - text.at < _LONG_LINE:
            text.more()
            continue
        whole = end >= 0 or text.ended
        if end < 0:
            end = len(text.have)
            if whole and text.at >= end:
                return
        line = text.have[text.at : end].strip()
        start = line[:1]
        if start in {"{", "["}:
            yield from _json(text, line if whole else None, end + 1)
        elif start == "<" and line.startswith(("<?xml", "<Event")):
            yield from _events(text)
        elif not whole:
            text.skip_line()
            yield UNREADABLE
        else:
            text.at = end + 1
            if line and not _BRACKETS.match(line):
                yield line


def _json(text: _Text, line: str | None, following: int) -> Iterator[Piece]:
    """The records of a line of JSON, or of a document that begins with it."""
    tried = text.base + text.at < text.broken
    if line is not None:
        try:
            value = _LOADS(line)
        except (ValueError, RecursionError):
            pass
        else:
            text.at = following
            if type(value) is dict and "event" in value:
                yield value
            else:
                yield from spread(value)
            return
    if tried:
        text.skip_line()
        yield UNREADABLE
    else:
        yield from _document(text)


def spread(value: Any) -> Iterator[Piece]:
    """The records in a JSON value that is there as a whole."""
    if isinstance(value, dict):
        yield from _of_object(value)
    elif not isinstance(value, list):
        yield UNREADABLE
    elif (fields := _fields(value)) is not None:
        yield fields
    else:
        for each in value:
            yield from spread(each)


def _of_object(value: dict[str, Any]) -> Iterator[Piece]:
    inner = [key for key in _CONTAINERS & value.keys() if isinstance(value[key], list)]
    for key in sorted(inner):
        yield from spread(value[key])
    if not inner:
        rows = value.get("rows", value.get("Rows"))
        if isinstance(rows, list):
            for row in rows:
                yield from _row(row, value)
        else:
            yield value


def _fields(value: list[Any]) -> dict[str, Any] | None:
    """A row of Logs Insights, `[{"field": ..., "value": ...}, ...]`, as an object."""
    if not value or not all(isinstance(each, dict) and "field" in each for each in value):
        return None
    return {each["field"]: each.get("value") for each in value if isinstance(each["field"], str)}


def _row(row: Any, table: dict[str, Any]) -> Iterator[Piece]:
    """A row of a Log Analytics table, whose columns stand before it."""
    columns = table.get("columns", table.get("Columns"))
    if not isinstance(row, list) or not isinstance(columns, list) or len(row) != len(columns):
        yield UNREADABLE
        return
    found = {}
    for column, cell in zip(columns, row, strict=True):
        name = column.get("name", column.get("ColumnName")) if isinstance(column, dict) else None
        if isinstance(name, str):
            found[name] = cell
    yield found


def _document(text: _Text) -> Iterator[Piece]:
    """The records of a JSON document that is longer than a line; then reading goes on behind it.

    Where it breaks off, reading goes on in the line after that in which the broken record begins. No document that
    begins before the place where this one broke is tried again, so that each part is read twice at most.
    """
    text.mark = text.at
    try:
        first = text.blank()
        yield from _object(text) if first == "{" else _array(text, {}, "")
    except _Broken:
        text.broken = max(text.broken, text.base + text.at)
        text.at, text.mark = text.mark, None
        text.skip_line()
        yield UNREADABLE
    text.mark = None


def _object(text: _Text) -> Iterator[Piece]:
    """An object's records: those of its arrays, or the object itself."""
    _expect(text, "{")
    head: dict[str, Any] = {}
    streamed = False
    while (following := text.blank()) != "}":
        if following != '"':
            raise _Broken
        key = text.value()
        _expect(text, ":")
        if (key in _CONTAINERS or key in _ROWS) and text.blank() == "[":
            streamed = True
            yield from _array(text, head, key)
        else:
            text.blank()
            head[key] = text.value()
            if text.at - (text.mark or 0) > _LONGEST:
                raise _Broken
    text.at += 1
    if not streamed:
        yield from spread(head)


def _array(text: _Text, head: dict[str, Any], key: str) -> Iterator[Piece]:
    """The records of an array, of which only one is kept."""
    _expect(text, "[")
    while (following := text.blank()) != "]":
        if not following:
            raise _Broken
        text.mark = text.at
        if key in _TABLES and following == "{":
            yield from _object(text)
        elif key in _ROWS:
            yield from _row(text.value(), head)
        else:
            yield from spread(text.value())
    text.at += 1


def _expect(text: _Text, character: str) -> None:
    if text.blank() != character:
        raise _Broken
    text.at += 1


def _events(text: _Text) -> Iterator[Piece]:
    """The events of an export, `<Event ...>...</Event>`, with or without a root around them."""
    while True:
        start = _EVENT.search(text.have, text.at)
        if start is None:
            # What stands between events: the root, a declaration, or another kind of log.
            text.skip_line()
            if text.blank() != "<":
                return
            if not text.have.startswith(("<Event", "</Event", "<?xml"), text.at):
                return
            continue
        text.at = start.start()
        tried = text.base + text.at < text.endless
        end = -1 if tried else text.have.find(_EVENT_END, text.at)
        while end < 0 and not tried:
            looked = len(text.have) - len(_EVENT_END)
            if looked - text.at > _LONG_LINE or not text.more(_LONG_LINE):
                # No event that begins before here ends: none of them is looked at again.
                text.endless = text.base + len(text.have)
                break
            end = text.have.find(_EVENT_END, text.at)
        if end < 0:
            text.skip_line()
            yield UNREADABLE
        else:
            whole = text.have[text.at : end + len(_EVENT_END)]
            text.at = end + len(_EVENT_END)
            yield whole
