"""Query logs of the Route 53 VPC Resolver and its DNS firewall.

Route 53 guide, "Values that appear in VPC Resolver query logs" (read 2026-11). The firewall's action is there for ALERT and
BLOCK only. What is answered from the cache is not logged, so that silence means nothing.
"""

from __future__ import annotations

from typing import Any, Final

from wsus_egress.readers.logs.record import (
    LogRecord,
    Read,
    Verdict,
    host_of,
    source_of,
    text_of,
    time_of,
)

_CONTROL: Final = "aws-dns-firewall"


def query(record: dict[str, Any]) -> Read:
    """One question; NXDOMAIN without an action of the firewall is an answer."""
    name = host_of(record.get("query_name"))
    if name is None:
        return ()
    blocked = text_of(record.get("firewall_rule_action")).upper() == "BLOCK"
    verdict: Verdict = "blocked" if blocked else "allowed"
    # Chosen fields of Logs Insights have the time of the event alone.
    when = time_of(record.get("query_timestamp") or record.get("@timestamp"))
    return (
        LogRecord(
            source_of(record.get("srcaddr")), name, None, "dns", verdict, when, when, 1, _CONTROL
        ),
    )
