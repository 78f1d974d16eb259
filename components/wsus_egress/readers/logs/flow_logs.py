"""Flow logs: of AWS VPCs, Azure virtual networks and network security groups. They have no names.

VPC: Flow logs guide, "Flow log records" (read 2026-11). Azure: azure-docs vnet-flow-logs-overview.md (2024-08) and
nsg-flow-logs-overview.md (2024-10).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from wsus_egress.model.flows import is_internet
from wsus_egress.readers.logs.record import (
    LogRecord,
    Read,
    Scheme,
    Verdict,
    port_of,
    source_of,
    text_of,
    time_of,
)

_SECURITY_GROUP: Final = "aws-security-group"
_NSG: Final = "azure-nsg"
_PROTOCOLS: Final[dict[str, Scheme]] = {
    "6": "tcp", "17": "udp", "1": "icmp", "58": "icmp", "T": "tcp", "U": "udp",
}  # fmt: skip
# The fields of version 2, in its order: what a flow log has unless somebody chose others.
DEFAULT_FIELDS: Final = (
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol",
    "packets", "bytes", "start", "end", "action", "log-status",
)  # fmt: skip
# Where clients' own ports begin: Windows since 2008 starts at 49152, Linux at 32768.
_CLIENT_PORTS: Final = 32768
# A denied flow, and one that begins. Continued and ended flows repeat one that began.
_FIRST: Final = frozenset({"B", "D"})


def vpc_header(line: str) -> tuple[str, ...] | None:
    """The fields of a VPC flow log, where a line is its header."""
    fields = tuple(line.split())
    return fields if "srcaddr" in fields and "dstaddr" in fields else None


def vpc(fields: Sequence[str], cells: Sequence[str]) -> Read:
    """A line of a VPC flow log: its fields' names, and as many cells."""
    row = dict(zip(fields, cells, strict=True))
    if row.get("log-status") in {"NODATA", "SKIPDATA"}:
        return ()
    action = row.get("action")
    if action not in {"ACCEPT", "REJECT"}:
        return None if "action" in row else ()
    source = _either(row, "pkt-srcaddr", "srcaddr")
    destination = _either(row, "pkt-dstaddr", "dstaddr")
    scheme = _PROTOCOLS.get(row.get("protocol", ""), "")
    ports = row.get("srcport"), row.get("dstport")
    when = time_of(row.get("start"))
    return _flow(
        source, destination, ports, scheme, "allowed" if action == "ACCEPT" else "blocked", when, _SECURITY_GROUP
    )  # fmt: skip


def _either(row: dict[str, str], first: str, second: str) -> str | None:
    value = row.get(first, "-")
    return value if value != "-" else row.get(second)


def azure(record: dict[str, Any]) -> Read:
    """A record of a virtual network's flow log, or of a network security group's."""
    if isinstance(inner := record.get("flowRecords"), dict):
        return _virtual_network(inner.get("flows"))
    properties = record.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get("flows"), list):
        return _security_group(properties["flows"])
    return None


def _virtual_network(flows: object) -> Iterator[LogRecord]:
    for flow in _objects(flows):
        for group in _objects(flow.get("flowGroups")):
            for parts in _tuples(group.get("flowTuples"), 8):
                if parts[6] == "O" and parts[7] in _FIRST:
                    verdict: Verdict = "blocked" if parts[7] == "D" else "allowed"
                    yield from _tuple(parts, verdict, text_of(group.get("rule")))


def _security_group(rules: object) -> Iterator[LogRecord]:
    for rule in _objects(rules):
        for flow in _objects(rule.get("flows")):
            for parts in _tuples(flow.get("flowTuples"), 8):
                # Version 1 has no state, and one line a flow.
                if parts[6] == "O" and (len(parts) == 8 or parts[8] in _FIRST):
                    verdict: Verdict = "blocked" if parts[7] == "D" else "allowed"
                    yield from _tuple(parts, verdict, text_of(rule.get("rule")))


def _tuple(parts: Sequence[str], verdict: Verdict, rule: str) -> Iterable[LogRecord]:
    scheme = _PROTOCOLS.get(parts[5], "")
    ports = parts[3], parts[4]
    return _flow(parts[1], parts[2], ports, scheme, verdict, time_of(parts[0]), _NSG, rule)


def _objects(value: object) -> Iterator[dict[str, Any]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each


def _tuples(value: object, least: int) -> Iterator[list[str]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, str) and len(parts := each.split(",")) >= least:
            yield parts


def _flow(  # noqa: PLR0913, PLR0917 - a flow's own fields
    source: str | None,
    destination: str | None,
    ports: tuple[str | None, str | None],
    scheme: Scheme,
    verdict: Verdict,
    when: str,
    control: str,
    detail: str = "",
) -> Iterable[LogRecord]:
    """The record of a flow; none of one that comes in, and none of an answer."""
    if not source or not destination or _comes_in(source, destination):
        return ()
    asked, answers = port_of(ports[1]), port_of(ports[0])
    if scheme in {"tcp", "udp"} and (asked or 0) >= _CLIENT_PORTS > (answers or _CLIENT_PORTS):
        return ()
    port = None if scheme == "icmp" else asked
    return (
        LogRecord(source_of(source), None, port, scheme, verdict, when, when, 1, control, source_of(destination), detail),
    )  # fmt: skip


@lru_cache(maxsize=20_000)
def _comes_in(source: str, destination: str) -> bool:
    try:
        return is_internet(ipaddress.ip_address(source)) and not is_internet(
            ipaddress.ip_address(destination)
        )
    except ValueError:
        return True
