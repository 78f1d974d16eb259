"""Reads log files of any of the known kinds, recognised by their content and not by their name.

For example one file may hold lines of Network Firewall and of Azure Firewall. What is in no known form is counted.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from wsus_egress.readers.logs import azure_firewall, flow_logs, network_firewall, resolver, windows
from wsus_egress.readers.logs.opening import text_parts
from wsus_egress.readers.logs.pieces import Unreadable, pieces, spread
from wsus_egress.readers.logs.record import LogRecord, Read

# Columns of which a table has at least two when it is one of ours.
_COLUMNS: Final = frozenset({
    "TimeGenerated", "SourceIp", "Fqdn", "Action", "DestinationPort", "msg_s", "Category", "QueryName",
    "@timestamp", "@message", "event.src_ip", "event.tls.sni", "event.http.hostname", "query_name", "srcaddr",
    "Protocol", "timestamp", "message", "ResourceId", "Resource", "count_",
})  # fmt: skip
# A program writes commas; a spreadsheet of another language saves semicolons, and a copied grid has tabs.
_DELIMITERS: Final = (",", ";", "\t")
_LONGEST_ROW: Final = 1 << 16
# How deep a record may be wrapped: a subscription's message in an event hub's, and then the firewall's own.
_DEEPEST: Final = 4


@dataclass(slots=True)
class Counts:
    """How much of a file was read.

    Attributes:
        records: Connections' records.
        silent: Pieces of a known form that say nothing of a connection's fate.
        unread: Pieces in no known form, or that cannot be read.
    """

    records: int = 0
    silent: int = 0
    unread: int = 0


def records(
    stream: BinaryIO, counts: Counts, advance: Callable[[int], None] | None = None
) -> Iterator[LogRecord]:
    """The records of a file, in its order.

    Args:
        stream: The file.
        counts: Is added to.
        advance: Is told of each part how many characters it has.

    Raises:
        NotALog: When it is not text.
        OSError: When it cannot be read.
    """
    file = _File()
    for piece in pieces(_told(text_parts(stream), advance)):
        found = None if isinstance(piece, Unreadable) else file.read(piece)
        if found is None:
            counts.unread += 1
            continue
        any_ = False
        for record in found:
            any_ = True
            counts.records += 1
            yield record
        if not any_:
            counts.silent += 1
    for record in file.rest():
        counts.records += 1
        yield record


def _told(parts: Iterator[str], advance: Callable[[int], None] | None) -> Iterator[str]:
    for part in parts:
        yield part
        if advance is not None:
            advance(len(part))


class _File:
    """Reads one file's pieces; remembers its header and its threads."""

    def __init__(self) -> None:
        self._columns: list[str] = []
        self._delimiter = ","
        self._in_utc: frozenset[str] = frozenset()
        self._row = ""
        self._fields: tuple[str, ...] = ()
        self._machine = windows.MachineLog()

    def read(self, piece: dict[str, Any] | str) -> Read:
        return self._line(piece) if isinstance(piece, str) else self._object(piece, 0)

    def rest(self) -> Iterator[LogRecord]:
        return self._machine.rest()

    def _object(self, row: dict[str, Any], depth: int) -> Read:
        if "event" in row or "event_type" in row:
            return network_firewall.event(row)
        if depth > _DEEPEST:
            return None
        if "query_name" in row:
            return resolver.query(row)
        for key in ("@message", "message", "msg_s"):
            if key in row:
                return self._wrapped(row[key], row, depth)
        properties = row.get("properties")
        if "flowRecords" in row or (isinstance(properties, dict) and "flows" in properties):
            return flow_logs.azure(row)
        if isinstance(properties, dict) and "msg" not in properties:
            around = {"category": row.get("category"), "time": row.get("time")}
            return self._object({**around, **properties}, depth + 1)
        message = properties["msg"] if isinstance(properties, dict) else row.get("msg")
        if isinstance(message, str):
            return azure_firewall.text(message, row.get("time"))
        return _table_row(row)

    def _wrapped(self, message: object, row: dict[str, Any], depth: int) -> Read:
        """A record inside another's message: as an object, as JSON in a text, or as a line."""
        if isinstance(message, dict):
            return self._object(message, depth + 1)
        if not isinstance(message, str):
            return None
        text = message.strip()
        if text[:1] == "{":
            try:
                inner = json.loads(text)
            except (ValueError, RecursionError):
                return None
            return self._several(inner, depth + 1)
        if azure_firewall.is_text(text):
            return azure_firewall.text(text, row.get("TimeGenerated"))
        return self._line(text, depth + 1)

    def _several(self, value: object, depth: int) -> Read:
        found: list[LogRecord] = []
        known = False
        for piece in spread(value):
            read = self._object(piece, depth) if isinstance(piece, dict) else None
            known = known or read is not None
            found.extend(read or ())
        return found if known else None

    def _line(self, line: str, depth: int = 0) -> Read:
        if self._row or (self._columns and self._delimiter in line):
            read = self._cells(line, depth)
            if read is not None:
                return read
        if self._is_header(line):
            return ()
        if azure_firewall.is_text(line):
            return azure_firewall.text(line)
        if (brace := line.find('{"')) > 0 and depth <= _DEEPEST:
            # What stands before: the time of an exported stream, or a stream's name.
            return self._wrapped(line[brace:], {}, depth)
        if fields := flow_logs.vpc_header(line):
            self._fields = fields
            return ()
        cells = line.split()
        if self._fields and len(cells) == len(self._fields):
            return flow_logs.vpc(self._fields, cells)
        if len(cells) == 14 and cells[0].isdigit() and cells[13] in {"OK", "NODATA", "SKIPDATA"}:
            return flow_logs.vpc(flow_logs.DEFAULT_FIELDS, cells)
        if line.startswith("<Event"):
            return windows.event(line)
        return self._machine.line(line)

    def _is_header(self, line: str) -> bool:
        """Whether a line is a table's header, whose columns are kept then."""
        if len(line) > _LONGEST_ROW:
            return False
        for delimiter in _DELIMITERS:
            if delimiter not in line:
                continue
            # The portal writes the zone behind a time's column.
            cells = [cell.strip().removeprefix("\ufeff") for cell in _split(line, delimiter)]
            names = [cell.split(" [")[0] for cell in cells]
            if len(_COLUMNS.intersection(names)) >= 2:
                self._columns, self._delimiter = names, delimiter
                self._in_utc = frozenset(cell.split(" [")[0] for cell in cells if " [UTC]" in cell)
                return True
        return False

    def _cells(self, line: str, depth: int) -> Read:
        """A row of a table, whose cells may have line ends in them."""
        row = f"{self._row}\n{line}" if self._row else line
        self._row = ""
        if row.count('"') % 2:
            if len(row) < _LONGEST_ROW:
                self._row = row
                return ()
            return None
        cells = _split(row, self._delimiter)
        if len(cells) != len(self._columns):
            return None
        found = {key: cell for key, cell in zip(self._columns, cells, strict=True) if cell}
        for key in self._in_utc & found.keys():
            found[key] += " UTC"
        return self._object(found, depth + 1)


def _split(row: str, delimiter: str) -> list[str]:
    """The cells of a row; none where it is not one."""
    try:
        return next(csv.reader([row], delimiter=delimiter), [])
    except csv.Error:
        return []


def _table_row(row: dict[str, Any]) -> Read:
    """A row that was exported without what was around it."""
    if "SourceIp" in row or "Fqdn" in row or "QueryName" in row:
        return azure_firewall.structured(row)
    if "Domain" in row and "Hits" in row:
        return network_firewall.analysis_row(row)
    if any(key.startswith("event.") for key in row):
        return network_firewall.counted(row)
    # Nothing in it: a report without names, or a subscription's test message.
    return () if not row or row.get("messageType") == "CONTROL_MESSAGE" else None
