"""What a log says of one connection, and the readers of its single values.

Whatever a log holds was written by somebody else: a value of the wrong type counts as absent.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

Verdict: TypeAlias = Literal["blocked", "allowed", "seen"]
Scheme: TypeAlias = Literal["http", "https", "dns", "tcp", "udp", "icmp", ""]

# A name has at most 253 octets; what is longer is shown shortened, and is in no list anyway.
_LONGEST: Final = 253
_TIME: Final = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.:]\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?\Z"
)
# The Azure portal's, as `10/1/2026, 9:30:01.000 AM`.
_PORTAL_TIME: Final = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?:\.\d+)?(?: ([AP])M)?( UTC)?\Z"
)
_UTC_ENDS: Final = ("Z", "+0000", "+00:00")
# Seconds up to the year 5138; beyond that it is milliseconds.
_SECONDS: Final = 10**11


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One connection, or several alike where the log has counted them.

    Attributes:
        source: The address that asks, in its shortest form; None where the log is the machine's own.
        name: Lower case, without final dot and port; None where the record has none, or an address.
        port: The destination port; None where it is not said, and for DNS.
        scheme: `http`, `https` (any TLS), `dns`; the transport where only that is known; else empty.
        verdict: What became of it; `seen` in a report that does not say.
        time: The first time, as `2026-10-01T09:00:03Z`, or without `Z` in local time; may be empty.
        last: The last time.
        count: How many records it stands for.
        control: Which control wrote it, as `aws-network-firewall`; `client` for a machine's own log.
        destination: The address it went to; None where that is not said.
        detail: What else the log says of the cause: an error code, or one of the texts of `codes`.
        complete: Whether such a log has every request that passes, so that silence means something.
    """

    source: str | None
    name: str | None
    port: int | None
    scheme: Scheme
    verdict: Verdict
    time: str
    last: str
    count: int
    control: str
    destination: str | None = None
    detail: str = ""
    complete: bool = False


# What a reader makes of a piece of a log: its records, which may be none; None where it knows no such piece.
Read: TypeAlias = Iterable[LogRecord] | None
ReadObject: TypeAlias = Callable[[dict[str, Any]], Read]


@lru_cache(maxsize=20_000)
def name_of(text: str) -> str | None:
    """A host as logs write it: lower case, no final dot, no port. None for nothing and for an address."""
    host = text.strip()
    if host.startswith("["):
        return None
    head, colon, port = host.rpartition(":")
    if colon and port.isdigit() and ":" not in head:
        host = head
    host = host.rstrip(".").lower()
    if not host or host in {"-", "*"} or address_of(host) is not None:
        return None
    return host[:_LONGEST]


@lru_cache(maxsize=20_000)
def address_of(text: str) -> str | None:
    """An address in its shortest form; None for anything else."""
    try:
        return str(ipaddress.ip_address(text.strip().strip("[]")))
    except ValueError:
        return None


def source_of(value: object) -> str | None:
    """Who asks: an address, or a text that should have been one."""
    if not isinstance(value, str) or not value or value == "-":
        return None
    return address_of(value) or value[:_LONGEST]


def host_of(value: object) -> str | None:
    """`name_of` for a value of any type."""
    return name_of(value) if isinstance(value, str) else None


def port_of(value: object) -> int | None:
    """A port, as a number or a text."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 5 else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 < value <= 65535 else None


def count_of(value: object) -> int:
    """How many a counted row stands for; 1 where that is not said."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 15 else 1
    return value if type(value) is int and value > 0 else 1


def text_of(value: object) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""


def time_of(value: object) -> str:
    """A time as `2026-10-01T09:00:03Z`, in UTC where the log says its zone; empty where it is not one."""
    if isinstance(value, str):
        if len(value) > 19 and value[10] == "T" and value.endswith(_UTC_ENDS):
            return f"{value[:19]}Z"
        return _slow_time(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(value)
    return ""


@lru_cache(maxsize=1_000)
def _slow_time(text: str) -> str:
    text = text.strip()
    if text.isascii() and text.isdigit():
        return _epoch(int(text[:16]))
    try:
        if found := _TIME.match(text):
            year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
            moment = datetime.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
            zone = found[7]
            if not zone:
                return moment.isoformat()
            if zone[0] in "+-":
                shift = int(zone[1:3]) * 60 + int(zone[-2:])
                moment -= datetime.timedelta(minutes=shift if zone[0] == "+" else -shift)
            return f"{moment.isoformat()}Z"
        if found := _PORTAL_TIME.match(text):
            month, day, year, hour, minute, second = (int(found[n]) for n in range(1, 7))
            if month > 12:
                month, day = day, month
            if found[7]:
                hour = hour % 12 + (12 if found[7] == "P" else 0)
            text = datetime.datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001
            return f"{text}Z" if found[8] else text
    except (ValueError, OverflowError):
        pass
    return ""


def _epoch(value: float) -> str:
    seconds = value / 1000 if value > _SECONDS else value
    try:
        moment = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
