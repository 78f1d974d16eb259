"""Records of logs, grouped: one group for everything that is alike but for its time.

For example a thousand lines in which 10.20.0.10 asked for crl.microsoft.com over HTTP and was blocked are one group.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from wsus_egress.model.flows import is_internet
from wsus_egress.readers.logs.record import LogRecord, Scheme, Verdict

# So many groups are kept: what a scan of made-up names asks for must not fill the memory.
MOST_GROUPS: Final = 50_000
_MOST_DETAILS: Final = 4


@dataclass(slots=True)
class Group:
    """What a source asked for alike, and what became of it.

    Attributes:
        source: None where the logs are the machine's own.
        name: None where the records have none.
        port: None where they do not say.
        internal: Whether it went to an address inside the network.
        count: How many records.
        first: The earliest time; empty where no record has one.
        last: The latest.
        destination: Where the first record went to.
        controls: Which controls wrote the records.
        details: What else they say, as error codes; the first few.
        complete: Whether logs of this kind have every request that passes.
    """

    source: str | None
    name: str | None
    port: int | None
    scheme: Scheme
    verdict: Verdict
    internal: bool
    count: int = 0
    first: str = ""
    last: str = ""
    destination: str | None = None
    controls: dict[str, None] = field(default_factory=dict)
    details: dict[str, None] = field(default_factory=dict)
    complete: bool = False


class Groups:
    """Gathers records; needs memory for what differs, not for what there is.

    Attributes:
        left_out: Records that are not in a group, because there are too many groups.
        earlier: Records that are older than asked for.
        undated: Records without a time, which are kept whatever is asked for.
    """

    def __init__(self, since: str = "") -> None:
        """Begin.

        Args:
            since: The earliest time that counts, as `2026-10-01T09:00:00`; empty for all.
        """
        self._groups: dict[tuple[object, ...], Group] = {}
        self._since = since
        self.left_out = 0
        self.earlier = 0
        self.undated = 0

    def add(self, records: Iterable[LogRecord]) -> None:
        """Put records into their groups."""
        groups, since = self._groups, self._since
        for record in records:
            if since:
                if not record.last:
                    self.undated += record.count
                elif record.last < since:
                    self.earlier += record.count
                    continue
            internal = record.destination is not None and _internal(record.destination)
            key = record.source, record.name, record.port, record.scheme, record.verdict, internal
            group = groups.get(key)
            if group is None:
                if len(groups) >= MOST_GROUPS:
                    self.left_out += record.count
                    continue
                group = groups[key] = Group(*key, first=record.time, destination=record.destination)
            group.count += record.count
            if record.time and (record.time < group.first or not group.first):
                group.first = record.time
            group.last = max(group.last, record.last)
            if record.control not in group.controls:
                group.controls[record.control] = None
            if record.detail and len(group.details) < _MOST_DETAILS:
                group.details[record.detail] = None
            if record.complete:
                group.complete = True

    def all(self) -> list[Group]:
        """The groups: by source, what was blocked first, then by name and port."""
        return sorted(self._groups.values(), key=_order)


def _order(group: Group) -> tuple[object, ...]:
    return (
        _source_order(group.source),
        {"blocked": 0, "seen": 1, "allowed": 2}[group.verdict],
        group.name is None,
        group.name or "",
        group.port or 0,
        group.scheme,
        group.internal,
    )


def _source_order(source: str | None) -> tuple[int, int, str]:
    """The machine's own first, then addresses by number, then what is not one."""
    if source is None:
        return 0, 0, ""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return 9, 0, source
    return address.version, int(address), ""


@lru_cache(maxsize=20_000)
def _internal(destination: str) -> bool:
    try:
        return not is_internet(ipaddress.ip_address(destination))
    except ValueError:
        return False
