"""Suricata 7 rules for a firewall policy in strict order: each admits one pattern with one scheme.

The forms are those that match a name exactly: a wildcard without its apex, a host and nothing that
only ends or begins like it. They were measured against Suricata 7.0.10, the engine of AWS Network
Firewall (classic) since 2024-11, and the tests replay them there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.controls.base import digest
from wsus_egress.model.flows import Scheme
from wsus_egress.names.hosts import Pattern

# The rule group's own address variable: whatever HOME_NET is, these rules are for these sources.
SOURCES: Final = "WSUS_SOURCES"
# Ids below a million are those of other rule sets by custom; Suricata's ids have 32 bits.
_FIRST_ID: Final = 1_000_000
_LAST_ID: Final = 2**31 - 1

Protocol = Literal["http", "tls", "tcp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuricataRule:
    """One `pass` rule.

    Attributes:
        sid: Its number, unique over all rule groups of a policy.
        protocol: `tcp` for any protocol, in open mode.
        pattern: None for any name, in open mode.
        origin: The endpoint list that has the entry; empty in open mode.
    """

    sid: int
    protocol: Protocol
    port: int
    pattern: Pattern | None
    origin: str

    @property
    def id(self) -> str:
        """`tls-443-*.windowsupdate.com`: the same whatever other entries there are."""
        return f"{self.protocol}-{self.port}-{self.pattern.text if self.pattern else 'any'}"

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The pattern it admits."""
        return (self.pattern.text,) if self.pattern else ()

    @property
    def text(self) -> str:
        """`pass tls/443 to *.windowsupdate.com (wsus, sid 1234567)`."""
        what = self.pattern.text if self.pattern else "any address"
        origin = f"{self.origin}, " if self.origin else ""
        return f"pass {self.protocol}/{self.port} to {what} ({origin}sid {self.sid})"

    def render(self) -> str:
        """The rule as Suricata reads it, one line without its end."""
        message = f"wsus-egress {self.id}" + (f" in {self.origin}" if self.origin else "")
        # `alert` has what passes logged too. The SNI is asked for in ssl_state:client_hello, or a
        # ClientHello in two segments would not be waited for.
        options = ("alert", f'msg:"{message}"', *self._conditions(), f"sid:{self.sid}", "rev:1")
        body = "; ".join(options)
        return f"pass {self.protocol} ${SOURCES} any -> $EXTERNAL_NET {self.port} ({body};)"  # fmt: skip

    def _conditions(self) -> list[str]:
        if self.pattern is None:
            # Without a word on the flow it decides on the first packet, for all of the connection,
            # whatever is spoken; with one, every packet would be logged.
            return []
        # Suricata lower-cases http.host itself and refuses `nocase` there; a server name keeps case.
        buffer, case = (
            (["ssl_state:client_hello", "tls.sni"], ["nocase"])
            if self.protocol == "tls"
            else (["http.host"], [])
        )
        host = self.pattern.host
        if self.pattern.wildcard:
            # `dotprefix` would admit the apex; without bsize, an empty label would pass.
            matched = [f'content:".{host}"', *case, "endswith", f"bsize:>{len(host) + 1}"]
        else:
            matched = [f'content:"{host}"', "startswith", *case, "endswith"]
        return [*buffer, *matched, "flow:to_server, established"]


def numbered(
    wanted: Iterable[tuple[Protocol, int, Pattern | None, str]],
) -> tuple[SuricataRule, ...]:
    """Rules in the order of their names, each with a number that depends on nothing but itself.

    The number is a hash of the pattern, protocol and port, so adding an entry renumbers no other.
    Two entries that hash alike (about one list of 10,000 names in eleven has such a pair) are told
    apart by their order.
    """
    taken: set[int] = set()
    rules = []
    for protocol, port, pattern, origin in sorted(wanted, key=_order):
        key = f"{protocol} {port} {pattern.text if pattern else '*'}"
        attempt = 0
        while (sid := _number(key, attempt)) in taken:
            attempt += 1
        taken.add(sid)
        rules.append(
            SuricataRule(sid=sid, protocol=protocol, port=port, pattern=pattern, origin=origin)
        )
    return tuple(rules)


def _order(wanted: tuple[Protocol, int, Pattern | None, str]) -> tuple[str, bool, int]:
    _, port, pattern, _ = wanted
    return (pattern.host, pattern.wildcard, port) if pattern else ("", False, port)


def _number(key: str, attempt: int) -> int:
    text = f"{key}#{attempt}" if attempt else key
    return _FIRST_ID + digest(text) % (_LAST_ID - _FIRST_ID + 1)


PROTOCOLS: Final[Mapping[Scheme, Literal["http", "tls"]]] = {
    Scheme.HTTP: "http",
    Scheme.HTTPS: "tls",
}
