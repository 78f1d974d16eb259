"""Records of Azure Firewall: the structured tables, their aggregations, and the text of the legacy logs.

Azure Monitor's table reference (MicrosoftDocs/azure-monitor-docs, 2025-02 to 2026-03); the legacy forms from
azure-docs articles/firewall/diagnostic-logs.md (2023-12) and elastic/integrations' test records (2022 to 2026).
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from wsus_egress.readers.logs.record import (
    LogRecord,
    Read,
    Scheme,
    Verdict,
    count_of,
    host_of,
    name_of,
    port_of,
    source_of,
    text_of,
    time_of,
)

_APPLICATION: Final = "azure-application-rules"
_NETWORK: Final = "azure-network-rules"
_DNS: Final = "azure-dns-proxy"
_VERDICTS: Final[dict[str, Verdict]] = {
    "allow": "allowed",
    "alert": "allowed",
    "deny": "blocked",
    "drop": "blocked",
    "reject": "blocked",
}
_SCHEMES: Final[dict[str, Scheme]] = {
    "HTTP": "http", "HTTPS": "https", "TCP": "tcp", "UDP": "udp", "ICMP": "icmp", "MSSQL": "tcp",
}  # fmt: skip
# Tables whose rows decide nothing about what goes out.
_SILENT: Final = frozenset({
    "AZFWNatRule", "AZFWNatRuleAggregation", "AZFWFlowTrace", "AZFWFatFlow", "AZFWDnsFlowTrace",
    "AZFWInternalFqdnResolutionFailure",
})  # fmt: skip
# What the aggregated tables call their count, and what a query does: `summarize count() by Fqdn`.
_COUNTS: Final = ("ApplicationRuleCount", "NetworkRuleCount", "count_")
_IDPS: Final = "AZFWIdpsSignature"
_INSPECTED: Final = "TLS inspection"
# `HTTPS request from 10.0.0.4:50001 to HOST:443. Action: Deny. ...`; two blanks occur, and no target without SNI.
_TEXT: Final = re.compile(
    r"(HTTPS?|TCP|UDP|MSSQL|ICMP)(?: Type=\d+)? +request from (\S+?)(?: to (\S+?))?(?:\. |\.?$| (?=was ))(.*)",
    re.DOTALL,
)
_DNS_TEXT: Final = re.compile(r"DNS Request: (\S+) \S \d+ (\S+) \S+ (\S+) ")
_ACTION: Final = re.compile(r"Action: (\w+)")
_URL: Final = re.compile(r"Url: \S*\. (?=Action: )")
_LEAST: Final = re.compile(r" request from |DNS Request: ")


def structured(row: dict[str, Any], time: object = None) -> Read:
    """A row of one of the firewall's tables, wherever it was exported from."""
    table = text_of(row.get("Type")) or text_of(row.get("category"))
    if table in _SILENT:
        return ()
    when = time_of(row.get("TimeGenerated")) or time_of(time) or time_of(row.get("time"))
    source = source_of(row.get("SourceIp"))
    if "QueryName" in row:
        name = host_of(row.get("QueryName"))
        return (
            (LogRecord(source, name, None, "dns", "allowed", when, when, 1, _DNS),) if name else ()
        )
    action = text_of(row.get("Action")).lower()
    verdict = _VERDICTS.get(action)
    counts = [row[each] for each in _COUNTS if each in row]
    if counts and "Action" not in row and "Fqdn" in row:
        verdict = "seen"  # A query that counted by name alone.
    if verdict is None or (table == _IDPS and verdict == "allowed"):
        # An intrusion rule's alert leaves the decision to others.
        return () if source else None
    scheme = _SCHEMES.get(text_of(row.get("Protocol")).upper().split(" ")[0], "")
    name = host_of(row.get("Fqdn")) or _url_host(row.get("TargetUrl"))
    names = "Fqdn" in row or "TargetUrl" in row
    count = count_of(next(iter(counts), 1))
    port = None if scheme == "icmp" else port_of(row.get("DestinationPort"))
    inspected = text_of(str(row.get("IsTlsInspected", ""))).lower() == "true"
    return (
        LogRecord(
            source, name, port, scheme, verdict, when, when, count, _APPLICATION if names else _NETWORK,
            source_of(row.get("DestinationIp")), _INSPECTED if inspected else "", names,
        ),
    )  # fmt: skip


def _url_host(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return host_of(urlsplit(value if "://" in value else f"//{value}").hostname)
    except ValueError:
        return None


def is_text(line: str) -> bool:
    """Whether a line may be the text of a legacy record."""
    return _LEAST.search(line) is not None


def text(line: str, time: object = None) -> Read:
    """The text of a legacy record: `msg` of a stored one, `msg_s` of a workspace's, or on its own."""
    if found := _DNS_TEXT.search(line):
        when = time_of(time) or time_of(line[: found.start()].strip())
        source, name = _address(found[1])[0], name_of(found[3])
        return (
            (LogRecord(source, name, None, "dns", "allowed", when, when, 1, _DNS),) if name else ()
        )
    found = _TEXT.search(line)
    if found is None:
        return () if line.startswith(("Error: ", "DNS Request: ")) else None
    spoken, asker, target, rest = found[1], found[2], found[3] or "", found[4]
    rest = _URL.sub("", rest, count=1)
    if rest.startswith("was DNAT"):
        return ()
    # The first action after the target decides: names of rules may hold anything.
    said = _ACTION.search(rest)
    action = "deny" if rest.startswith("was denied") else said[1].lower() if said else ""
    verdict = _VERDICTS.get(action)
    if verdict is None or (" IDS: " in rest and verdict == "allowed"):
        return () if verdict else None
    when = time_of(time) or time_of(line[: found.start()].strip())
    scheme = _SCHEMES[spoken]
    host, port = _address(target) if scheme != "icmp" else (target, None)
    names = scheme in {"http", "https"}
    name = name_of(host) if host and names else None
    return (
        LogRecord(
            _address(asker)[0], name, port if host or port else None, scheme, verdict, when, when, 1,
            _APPLICATION if names else _NETWORK, None if name or not host else source_of(host), "", names,
        ),
    )  # fmt: skip


def _address(text_: str) -> tuple[str | None, int | None]:
    """`10.0.0.4:50001` as the host and the port."""
    if not text_:
        return None, None
    host, colon, port = text_.rpartition(":")
    if not colon or not port.isdigit() or (":" in host and not host.startswith("[")):
        return source_of(text_), None
    return source_of(host), port_of(port)
