"""Logs of Windows machines: of the update client, of WSUS, of Configuration Manager, and event logs.

They say where a machine wanted to go and with which error that failed, often on different lines of one thread. Forms
from Microsoft's support articles (2023-12 to 2024-09) and the logs that public reports quote.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wsus_egress.readers.logs.codes import (
    Answered,
    code_of,
    detail_of,
    outcome_of,
    status_outcome,
)
from wsus_egress.readers.logs.record import LogRecord, Read, Scheme, Verdict, name_of, time_of
from wsus_egress.readers.reading import unescaped

_CONTROL: Final = "client"
_URL: Final = r"(https?://[^\s'\"<>]+)"
# `2026/10/01 09:00:02.2469134 1216  3412  SLS   text`; before Windows 10 with hyphens and colons.
_CLIENT: Final = re.compile(
    r"(\d{4}[/-]\d\d[/-]\d\d)\s+(\d\d:\d\d:\d\d)[.:]\d+\s+([0-9A-Fa-f]+)\s+([0-9A-Fa-f]+)\s+(\S+)\s+(.*)"
)
# `2026-10-01 09:00:02.166 UTC  Warning  WsusService.15  Class.Method  text`, with tabs or blanks.
_SERVER: Final = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d+ UTC\s+(\w+)\s+(\S+)\s+(\S+)\s+(.*)"
)
_CONTINUED: Final = re.compile(r"\s*(?:at \S|--->|---|in \S+:line )")
# `text  $$<COMPONENT><10-01-2026 09:00:24.123+300><thread=4752 (0x1290)>`
_MANAGER: Final = re.compile(
    r"(.*?)\s*\$\$<([^>]*)><(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d)\.\d+([+-]\d+)?><thread=([^>]*)>"
)
# `<![LOG[text]LOG]!><time="09:00:03.123+000" date="10-02-2026" component="..." ... thread="4752" ...>`
_TRACE: Final = re.compile(
    r"<!\[LOG\[(.*?)\]LOG\]!><time=\"(\d\d:\d\d:\d\d)\.\d+([+-]\d+)?\" date=\"(\d\d?)-(\d\d?)-(\d{4})\""
    r".*?thread=\"(\w*)\"",
    re.DOTALL,
)
_REQUEST: Final = re.compile(
    rf"Making request with URL <?{_URL}|Download(?:ing)? {_URL} in progress", re.IGNORECASE
)
_FAILURE: Final = re.compile(rf"communicating with the endpoint at '{_URL}'", re.IGNORECASE)
_AT_ONCE: Final = re.compile(
    rf"failed for <{_URL}>\.? error (\w+)|{_URL} failed in download: \((-?\d+)\)|"
    rf"Download {_URL} to .* returns (\d+)",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"\*?FAILED\*? \[(\w{8})\]|\bhr ?= ?(0x\w{8}|\w{8}|-\d+)\b|\berror(?: code)?:? (0x8\w{7})",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"HTTP status code '(\d{3})|HttpSendRequest failed (\d{3})\b")
# .NET's texts are localised; the name stays in quotes, the address at the end.
_UNRESOLVED: Final = re.compile(r"WebException:[^'~]*'([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)'")
_UNREACHED: Final = re.compile(
    r"SocketException[^~]*?(?:\s|\[)((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]+(?=\]))\]?:(\d{1,5})\b"
)
# Its text stands in another line already.
_REPEATED: Final = "STATMSG:"
_DATA: Final = re.compile(r"<Data(?: Name=['\"](\w+)['\"])?>([^<]*)</Data>")
_PROVIDER: Final = re.compile(r"<Provider Name=['\"]([^'\"]+)")
_EVENT_ID: Final = re.compile(r"<EventID[^>]*>(\d+)<")
_CREATED: Final = re.compile(r"SystemTime=['\"]([^'\"]+)")
_RETRIEVED: Final = re.compile(r"<URL[^>]*>([^<]+)</URL>")
_RESULT: Final = re.compile(r"<Result value=['\"]([0-9A-Fa-f]+)['\"]")
_MOST_THREADS: Final = 1_000
# A text of Configuration Manager may go on over so many lines.
_MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request of a thread that is not decided yet.

    Attributes:
        failed: Whether the log says that it failed, and not yet why.
    """

    url: str
    time: str
    failed: bool


class MachineLog:
    """Reads the lines of machines' logs, and joins those of one thread."""

    def __init__(self) -> None:
        """Begin a file."""
        self._asked: dict[tuple[str, str], _Asked] = {}
        self._server = False
        self._trace: list[str] = []
        self._heading = ""

    def line(self, line: str) -> Read:
        """The records that a line completes; None where it is of no such log."""
        if self._trace or line.startswith("<![LOG["):
            return self._traced(line)
        if found := _CLIENT.match(line):
            self._server = False
            when = time_of(f"{found[1]} {found[2]}")
            return self._said((found[3], found[4]), when, found[6])
        if found := _SERVER.match(line):
            self._server, self._heading = True, time_of(f"{found[1]}Z")
            return self._server_said(found[5])
        if found := _MANAGER.match(line):
            when = _utc(found[5], found[3], found[4], found[6], found[7])
            return self._said(("", found[8]), when, found[1])
        if not self._server:
            return None
        if _CONTINUED.match(line):
            return ()
        return self._server_said(line) if _AT_ONCE.search(line) else None

    def rest(self) -> Iterator[LogRecord]:
        """The records of what the file leaves undecided: a request without a failure was answered."""
        for asked in self._asked.values():
            yield from _record(asked.url, "blocked" if asked.failed else "allowed", asked.time)
        self._asked.clear()

    def _traced(self, line: str) -> Read:
        """A line of a text that may go on over several."""
        if line.startswith("<![LOG["):
            self._trace = []
        self._trace.append(line)
        if "]LOG]!>" not in line:
            if len(self._trace) > _MOST_LINES:
                self._trace = []
                return None
            return ()
        found = _TRACE.match("\n".join(self._trace))
        self._trace = []
        if found is None:
            return None
        return self._said(
            ("", found[7]), _utc(found[6], found[4], found[5], found[2], found[3]), found[1]
        )

    def _server_said(self, text: str) -> Read:
        if found := _AT_ONCE.search(text):
            return _at_once(found, self._heading)
        return _exception(text, self._heading)

    def _said(self, thread: tuple[str, str], when: str, text: str) -> Read:
        if text.startswith(_REPEATED):
            return ()
        if found := _AT_ONCE.search(text):
            self._asked.pop(thread, None)
            return _at_once(found, when)
        if found := (request := _REQUEST.search(text)) or _FAILURE.search(text):
            before = self._asked.pop(thread, None)
            url = next(part for part in found.groups() if part)
            self._asked[thread] = _Asked(url, when, failed=request is None)
            if before is None and len(self._asked) > _MOST_THREADS:
                before = self._asked.pop(next(iter(self._asked)))
            return (
                _record(before.url, "blocked" if before.failed else "allowed", before.time)
                if before
                else ()
            )
        if found := _STATUS.search(text):
            status = int(found[1] or found[2])
            return self._decided(thread, status_outcome(status), f"HTTP status {status}")
        if found := _CODE.search(text):
            code = code_of(next(part for part in found.groups() if part))
            if code is not None and code != 0 and (outcome := outcome_of(code)):
                return self._decided(thread, outcome, detail_of(code))
            return ()
        return _exception(text, when)

    def _decided(self, thread: tuple[str, str], outcome: Answered, detail: str) -> Read:
        asked = self._asked.pop(thread, None)
        return _record(asked.url, outcome, asked.time, detail) if asked else ()


def _utc(year: str, month: str, day: str, clock: str, bias: str | None) -> str:
    """A local time and Windows' bias in minutes, which is what is added to it for UTC."""
    local = time_of(f"{year}-{month:0>2}-{day:0>2} {clock}")
    if not local or not bias:
        return local
    moment = datetime.datetime.fromisoformat(local) + datetime.timedelta(minutes=int(bias[:5]))
    return f"{moment.isoformat()}Z"


def _at_once(found: re.Match[str], when: str) -> Read:
    """A URL and its code in one line."""
    url, said = [part for part in found.groups() if part is not None]
    code = code_of(said)
    outcome = "blocked" if code is None else outcome_of(code)
    detail = "" if not code else detail_of(code)
    return _record(url, outcome or "blocked", when, detail)


def _record(url: str, verdict: Verdict, when: str, detail: str = "") -> tuple[LogRecord, ...]:
    """The record of a URL that a machine asked for."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ()
    scheme: Scheme = "https" if parts.scheme == "https" else "http"
    usual = 443 if scheme == "https" else 80
    return (
        LogRecord(
            None,
            name_of(host),
            port or usual,
            scheme,
            verdict,
            when,
            when,
            1,
            _CONTROL,
            detail=detail,
        ),
    )


def _exception(text: str, when: str) -> Read:
    """What an exception of .NET names: a host that was not resolved, or an address that was not reached."""
    if found := _UNRESOLVED.search(text):
        name, detail = name_of(found[1]), detail_of(0x80072EE7)
        return (LogRecord(None, name, None, "", "blocked", when, when, 1, _CONTROL, detail=detail),)
    if found := _UNREACHED.search(text):
        port = int(found[2])
        return (
            LogRecord(
                None,
                None,
                port,
                "tcp",
                "blocked",
                when,
                when,
                1,
                _CONTROL,
                found[1],
                "an address only",
            ),
        )
    return ()


def event(xml: str) -> Read:
    """An event of an export as XML."""
    provider = _PROVIDER.search(xml)
    number = _EVENT_ID.search(xml)
    created = _CREATED.search(xml)
    if provider is None or number is None:
        return None
    when = time_of(re.sub(r"\.\d+", "", created[1])) if created else ""
    if provider[1] == "Microsoft-Windows-Bits-Client":
        return _transfer(dict(_DATA.findall(xml)), number[1], when)
    if provider[1] == "Microsoft-Windows-CAPI2":
        url, result = _RETRIEVED.search(xml), _RESULT.search(xml)
        if number[1] != "53" or url is None:
            return ()
        code = int(result[1][-8:], 16) if result else 0
        return _record(
            unescaped(url[1]),
            outcome_of(code) or "blocked",
            when,
            detail_of(code) if code else "",
        )
    if provider[1] in {"Windows Server Update Services", "Microsoft-Windows-WindowsUpdateClient"}:
        return _exception(unescaped(" ".join(value for _, value in _DATA.findall(xml))), when)
    return None


def _transfer(data: dict[str, str], number: str, when: str) -> Read:
    """The end of a transfer of the Background Intelligent Transfer Service."""
    if number not in {"60", "61"} or not (url := unescaped(data.get("url", ""))):
        return ()
    code = code_of(data.get("hr", "")) or 0
    if number == "61" and code == 0:
        return ()
    outcome = outcome_of(code) or "blocked"
    return _record(url, outcome, when, detail_of(code) if code else "")
