"""Records of AWS Network Firewall, and of plain Suricata: alert, flow and TLS logs, and analysis reports.

AWS's guide "Contents of a log" (2025-12) and "Logging for TLS inspection"; Suricata's eve-json-format.rst (7.0.10);
`GetAnalysisReportResults` in botocore 1.44.5.
"""

from __future__ import annotations

from typing import Any, Final

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

_CONTROL: Final = "aws-network-firewall"
# What a record's final verdict says. `alert` is that of a rule or a default action that only alerts: it lets pass.
_VERDICTS: Final[dict[str, Verdict]] = {
    "pass": "allowed",
    "alert": "allowed",
    "drop": "blocked",
    "reject": "blocked",
    "allowed": "allowed",
    "blocked": "blocked",
}
_TRANSPORTS: Final[dict[str, Scheme]] = {
    "TCP": "tcp", "UDP": "udp", "ICMP": "icmp", "IPV6-ICMP": "icmp", "ICMPV6": "icmp",
}  # fmt: skip
_DNS_PORT: Final = 53
_INSPECTED: Final = "TLS inspection"


def event(record: dict[str, Any]) -> Read:
    """A record of the firewall, or an event of Suricata on its own."""
    inner = record.get("event")
    found = inner if isinstance(inner, dict) else record
    kind = found.get("event_type")
    if kind == "alert" or kind == "drop":  # noqa: PLR1714 - may be of a type that no set takes
        return (_alert(found, record),)
    if kind is not None:
        # Flow records and the like have no verdict.
        return ()
    if "tls_error" in found or "revocation_check" in found:
        return (_tls(found, record),)
    return None


def _alert(found: dict[str, Any], record: dict[str, Any]) -> LogRecord:
    alert, verdict = found.get("alert"), found.get("verdict")
    # The final verdict decides, whatever the single rule did; records before 2024 have none.
    said = text_of(verdict.get("action")) if isinstance(verdict, dict) else ""
    if not said and isinstance(alert, dict):
        said = text_of(alert.get("action"))
    outcome: Verdict = _VERDICTS.get(said.lower(), "seen")
    if found.get("event_type") == "drop":
        outcome = "blocked"
    application, name = _spoken(found)
    port = port_of(found.get("dest_port"))
    source, destination = found.get("src_ip"), found.get("dest_ip")
    if found.get("direction") == "to_client":
        # The packet that matched is an answer: who asked is where it goes to.
        source, destination = destination, source
        port = port_of(found.get("src_port"))
    scheme: Scheme = application or _TRANSPORTS.get(text_of(found.get("proto")).upper(), "")
    if scheme in {"icmp", "dns"}:
        port = None
    when = time_of(found.get("timestamp")) or time_of(record.get("event_timestamp"))
    return LogRecord(
        source_of(source), name, port, scheme, outcome, when, when, 1, _CONTROL, source_of(destination), "", True
    )  # fmt: skip


def _spoken(found: dict[str, Any]) -> tuple[Scheme, str | None]:
    """The application and the name that it sends."""
    application = text_of(found.get("app_proto"))
    tls = found.get("tls")
    if isinstance(tls, dict) and application != "http2":
        return "https", host_of(tls.get("sni"))
    http = found.get("http")
    if isinstance(http, dict):
        name = host_of(http.get("hostname"))
        if http.get("version") == "2" or application == "http2":
            return "https", name or _authority(http.get("request_headers"))
        return "http", name
    if application in {"tls", "http2"}:
        return "https", None
    if application == "http":
        return "http", None
    if application == "dns":
        return "dns", _asked(found.get("dns"))
    quic = found.get("quic")
    if isinstance(quic, dict):
        return "udp", host_of(quic.get("sni"))
    return "", None


def _authority(headers: object) -> str | None:
    for each in headers if isinstance(headers, list) else ():
        if isinstance(each, dict) and each.get("name") == ":authority":
            return host_of(each.get("value"))
    return None


def _asked(dns: object) -> str | None:
    if not isinstance(dns, dict):
        return None
    queries = dns.get("query", dns.get("queries"))
    first = queries[0] if isinstance(queries, list) and queries else dns
    return host_of(first.get("rrname")) if isinstance(first, dict) else None


def _tls(found: dict[str, Any], record: dict[str, Any]) -> LogRecord:
    """A record of the firewall's own TLS inspection, which ends a connection or lets it be."""
    check = found.get("revocation_check")
    action = text_of(check.get("action")) if isinstance(check, dict) else "DROP"
    outcome: Verdict = "allowed" if action.upper() == "PASS" else "blocked"
    when = time_of(found.get("timestamp")) or time_of(record.get("event_timestamp"))
    return LogRecord(
        source_of(found.get("src_ip")), host_of(found.get("sni")), port_of(found.get("dest_port")), "https",
        outcome, when, when, 1, _CONTROL, source_of(found.get("dest_ip")), _INSPECTED,
    )  # fmt: skip


def counted(row: dict[str, Any]) -> Read:
    """A row of Logs Insights with chosen fields, as `event.tls.sni`, and perhaps a count."""
    found: dict[str, Any] = {}
    count = 1
    for key, value in row.items():
        if key.startswith("event.") and value is not None:
            at = found
            *path, last = key.split(".")[1:]
            for part in path:
                inner = at.setdefault(part, {})
                if not isinstance(inner, dict):
                    break
                at = inner
            else:
                at[last] = value
        elif "count" in key.lower():
            count = count_of(value)
    record = _alert({"timestamp": row.get("@timestamp"), **found}, {})
    if record.source is None and record.name is None:
        return None
    if not record.port and record.scheme in {"http", "https"}:
        port: int | None = 80 if record.scheme == "http" else 443
    else:
        port = record.port
    return (
        LogRecord(
            record.source, record.name, port, record.scheme, record.verdict, record.time, record.last, count,
            _CONTROL, record.destination,
        ),
    )  # fmt: skip


def analysis_row(row: dict[str, Any]) -> Read:
    """A row of an analysis report: a name that was seen in 30 days, passed or not."""
    hits, protocol = row.get("Hits"), text_of(row.get("Protocol"))
    if protocol not in {"TLS_SNI", "HTTP_HOST"}:
        return None
    # One row of the report, not as many connections: it does not say what became of them.
    detail = f"{count_of(hits.get('Count'))} hits" if isinstance(hits, dict) else ""
    scheme: Scheme = "https" if protocol == "TLS_SNI" else "http"
    return (
        LogRecord(
            None, name_of(text_of(row.get("Domain"))), 443 if scheme == "https" else 80, scheme, "seen",
            time_of(row.get("FirstAccessed")), time_of(row.get("LastAccessed")), 1, _CONTROL, detail=detail,
            complete=True,
        ),
    )  # fmt: skip
