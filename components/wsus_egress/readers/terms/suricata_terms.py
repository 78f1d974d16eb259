"""What a Suricata rule means for a connection that somebody inside opens: as terms of a chain."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from wsus_egress.model.flows import Application
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import SPOKEN, Place, Stage, Term
from wsus_egress.readers.terms.spans import (
    EVERYWHERE,
    INTERNET,
    PORTS,
    Spans,
    both,
    joined,
    minus,
    of_network,
)
from wsus_egress.readers.terms.suricata_names import asked
from wsus_egress.readers.terms.suricata_text import Rule

DENYING: Final = ("drop", "reject", "rejectsrc", "rejectdst", "rejectboth")
SILENT: Final = ("alert", "config")
# Ports that clients send from (RFC 6335, dynamic ports, which Windows uses).
_EPHEMERAL: Final[Spans] = ((49152, 65535),)
_TCP, _UDP, _BOTH = ("tcp",), ("udp",), ("tcp", "udp")
# The protocols of Suricata 7.0 (`suricata --list-app-layer-protos`), by what carries them. Those
# without a number here are neither TCP nor UDP.
_CARRIED: Final[Mapping[str, tuple[str, ...]]] = {
    "ip": _BOTH, "ip4": _BOTH, "ip6": _BOTH, "ipv4": _BOTH, "ipv6": _BOTH, "any": _BOTH,
    "tcp": _TCP, "tcp-pkt": _TCP, "tcp-stream": _TCP, "tcp4": _TCP, "udp": _UDP, "udp4": _UDP,
    "http": _TCP, "http1": _TCP, "http2": _TCP, "tls": _TCP, "ssl": _TCP, "ssh": _TCP,
    "smtp": _TCP, "ftp": _TCP, "ftp-data": _TCP, "imap": _TCP, "smb": _TCP, "dcerpc": _BOTH,
    "rdp": _TCP, "rfb": _TCP, "mqtt": _TCP, "modbus": _TCP, "dnp3": _TCP, "enip": _BOTH,
    "nfs": _BOTH, "krb5": _BOTH, "sip": _BOTH, "dns": _BOTH, "ntp": _UDP, "tftp": _UDP,
    "dhcp": _UDP, "snmp": _UDP, "ike": _UDP, "quic": _UDP, "telnet": _TCP, "pgsql": _TCP,
    "bittorrent-dht": _UDP, "icmp": (), "icmpv4": (), "icmpv6": (), "icmp6": (), "sctp": (),
    "igmp": (), "pkthdr": _BOTH, "doh2": _TCP,
}  # fmt: skip
_PLAIN: Final = frozenset(
    [
        "ip",
        "ip4",
        "ip6",
        "ipv4",
        "ipv6",
        "any",
        "tcp",
        "tcp-pkt",
        "tcp-stream",
        "tcp4",
        "udp",
        "udp4",
        "pkthdr",
    ]
)
_APPLICATION: Final[Mapping[str, Application]] = {
    "http": "http", "http1": "http", "http2": "http", "tls": "tls", "ssl": "tls",
}  # fmt: skip


@dataclass(slots=True)
class Notes:
    """What was met while a group was read.

    Attributes:
        unread: Rules of which something is not understood, with what: clauses.
        assumed: What was taken for granted.
    """

    unread: list[tuple[str, str, Place]] = field(default_factory=list)
    assumed: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variables:
    """What `$NAME` stands for.

    Attributes:
        addresses: Texts of address variables; UNKNOWN for one whose content is not known.
        ports: The same of ports.
        home: What HOME_NET is where nobody sets it; None where that is not known.
    """

    addresses: Mapping[str, Any]
    ports: Mapping[str, Any]
    home: Spans | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    spans: Spans
    unknown: str = ""


def terms_of(  # noqa: PLR0912 - one branch for each part of a rule
    rule: Rule, name: str, place: Place, variables: Variables, notes: Notes
) -> Iterator[Term]:
    """The terms of a rule about connections that go out; none where it is about none.

    Args:
        rule: The rule.
        name: What messages call it.
        place: Where it stands.
        variables: Of its group and policy.
        notes: Receives what is not understood.
    """
    carried = _CARRIED.get(rule.protocol)
    if rule.action in SILENT or carried == ():
        return
    action: Literal["allow", "deny", "unknown"] = (
        "allow" if rule.action == "pass" else "deny" if rule.action in DENYING else "unknown"
    )
    wanted = asked(rule)
    unread = list(wanted.unread)
    if carried is None:
        unread.append(f"the protocol {rule.protocol}")
        carried = _BOTH
    if action == "unknown":
        unread.append(f"the action {rule.action}")
    applications = _applications(rule, wanted.buffer, unread)
    if applications is None:
        return
    flow = rule.values("flow")
    sides = {
        "source": _addresses(rule.source, variables, notes),
        "destination": _addresses(rule.destination, variables, notes),
        "port": _ports(rule.port, variables),
        "source_port": _ports(rule.source_port, variables),
    }
    unread += [side.unknown for side in sides.values() if side.unknown]
    plain = rule.protocol in _PLAIN
    # A deny of another application's traffic denies only some of what is neither HTTP nor TLS.
    some = action == "deny" and not plain and rule.protocol not in _APPLICATION
    if some:
        return
    if plain and wanted.names is None and applications == SPOKEN:
        early = action != "deny" or not unread
    else:
        early = False
    for reverse in (False, True):
        if reverse and rule.way == "->" and not _answers(rule, flow, action):
            continue
        if not reverse and _is_answer(flow):
            continue
        ways = (("source", "destination", "port", "source_port"),
                ("destination", "source", "source_port", "port"))[reverse]  # fmt: skip
        source, destination, port, from_port = (sides[way] for way in ways)
        # Only what goes out to the Internet is judged.
        if not both(destination.spans, INTERNET) or not both(from_port.spans, _EPHEMERAL):
            continue
        partly = both(from_port.spans, _EPHEMERAL) != _EPHEMERAL
        reasons = [*unread, *(["a source port"] if partly else [])]
        if reverse and rule.way == "->":
            if wanted.names is not None:
                continue  # No answer has the name that was asked for.
            if flow != [] or applications != SPOKEN:
                # Whether it comes in time depends on who speaks first.
                reasons.append("an answer alone")
        if reasons:
            notes.unread.append((name, " and ".join(dict.fromkeys(reasons)), place))
        yield Term(
            id=name, action=action, place=place, sources=source.spans,
            destinations=destination.spans, ports=port.spans, protocols=carried,
            applications=applications, names=wanted.names, sure=not reasons,
            stage=_stage(rule, flow, plain=plain, reverse=reverse and rule.way == "->"), early=early,
        )  # fmt: skip


def _applications(
    rule: Rule, buffer: str, unread: list[str]
) -> tuple[Application | None, ...] | None:
    """What must be spoken; None where the rule can match nothing."""
    own = _APPLICATION.get(rule.protocol)
    if own and buffer and own != buffer:
        return None
    said = own or buffer
    found: tuple[Application | None, ...] = SPOKEN
    if said:
        found = ("http",) if said == "http" else ("tls",)
    elif rule.protocol not in _PLAIN and rule.protocol in _CARRIED:
        found = (None,)
    for value in rule.values("app-layer-protocol"):
        word = value.removeprefix("!")
        if word in _APPLICATION:
            that = _APPLICATION[word]
            negated = value.startswith("!")
            found = tuple(each for each in found if (each == that) != negated)
        elif value.startswith("!") or word in ("failed", "unknown"):
            # What is neither HTTP nor TLS may be this one.
            found = found if value.startswith("!") else (None,)
            unread.append(f"app-layer-protocol:{value}")
        else:
            found = (None,)
            unread.append(f"app-layer-protocol:{value}")
    return found


def _is_answer(flow: list[str]) -> bool:
    return "to_client" in flow or "from_server" in flow


def _answers(rule: Rule, flow: list[str], action: str) -> bool:
    """Whether a rule of the other direction takes the answers of what goes out.

    A `pass` does, unless it says that it is about what clients send: the answer's packet passes the
    whole connection (measured with Suricata 7.0). What drops answers is not followed.
    """
    del rule
    return action == "allow" and "to_server" not in flow and "from_client" not in flow


def _stage(rule: Rule, flow: list[str], *, plain: bool, reverse: bool) -> Stage:
    if reverse:
        return "data"
    if "not_established" in flow:
        return "start"
    if "established" in flow or not plain or rule.protocol == "tcp-stream":
        return "data"
    return "both"


def _split(text: str) -> list[str]:
    """The members of `[a,![b,c],d]`, brackets kept inside."""
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    found, depth, part = [], 0, ""
    for character in inner:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "," and not depth:
            found.append(part)
            part = ""
        else:
            part += character
    return [each.strip() for each in (*found, part) if each.strip()]


def _addresses(text: str, variables: Variables, notes: Notes, depth: int = 0) -> _Side:
    positive: list[tuple[int, int]] = []
    negative: list[tuple[int, int]] = []
    unknown, any_positive = "", False
    for part in _split(text) if depth < 10 else []:
        negated = part.startswith("!")
        side = _address(part.removeprefix("!"), variables, notes, depth)
        unknown = unknown or side.unknown
        (negative if negated else positive).extend(side.spans)
        any_positive |= not negated
    if depth >= 10:
        return _Side(EVERYWHERE, "variables that refer to each other in a circle")
    if unknown and negative:
        # What a variable that is not known takes away is not known either.
        return _Side(joined(positive) if any_positive else EVERYWHERE, unknown)
    whole = joined(positive) if any_positive else EVERYWHERE
    return _Side(minus(whole, joined(negative)), unknown)


def _address(part: str, variables: Variables, notes: Notes, depth: int) -> _Side:
    if part.startswith("["):
        return _addresses(part, variables, notes, depth + 1)
    if part == "any":
        return _Side(EVERYWHERE)
    if part.startswith(("$", "@")):
        return _variable(part, variables, notes, depth)
    if "-" in part:
        try:
            low, high = (ipaddress.ip_address(each) for each in part.split("-", 1))
        except ValueError:
            return _Side(EVERYWHERE, f"the address {part}")
        return _Side(
            ((of_network(ipaddress.ip_network(low))[0], of_network(ipaddress.ip_network(high))[1]),)
        )
    try:
        return _Side((of_network(ipaddress.ip_network(part, strict=False)),))
    except ValueError:
        return _Side(EVERYWHERE, f"the address {part}")


def _variable(part: str, variables: Variables, notes: Notes, depth: int) -> _Side:
    name = part[1:]
    if name in variables.addresses:
        value = variables.addresses[name]
        texts = value if isinstance(value, list) else [value]
        if any(not isinstance(each, str) for each in texts) or not texts:
            return _Side(EVERYWHERE, f"{part}, whose content is not known")
        return _addresses(f"[{','.join(texts)}]", variables, notes, depth + 1)
    if name == "HOME_NET":
        notes.assumed["HOME_NET is set nowhere: it is taken to hold the source"] = None
        return _Side(variables.home or EVERYWHERE)
    if name == "EXTERNAL_NET":
        # AWS: everything but HOME_NET. Only the Internet is judged, and that lies outside.
        return _Side(EVERYWHERE)
    return _Side(EVERYWHERE, f"{part}, which nothing defines")


def _ports(text: str, variables: Variables, depth: int = 0) -> _Side:
    positive: list[tuple[int, int]] = []
    negative: list[tuple[int, int]] = []
    any_positive, unknown = False, ""
    for part in _split(text) if depth < 10 else ["?"]:
        negated, word = part.startswith("!"), part.removeprefix("!")
        low, colon, high = word.partition(":")
        if word == "any":
            side = _Side(PORTS)
        elif word.startswith("["):
            side = _ports(word, variables, depth + 1)
        elif word.startswith("$"):
            value = variables.ports.get(word[1:], UNKNOWN)
            texts = value if isinstance(value, list) else [value]
            known = all(isinstance(each, (str, int)) for each in texts) and texts
            side = (
                _ports(f"[{','.join(map(str, texts))}]", variables, depth + 1)
                if known
                else _Side(PORTS, f"{word}, whose content is not known")
            )
        else:
            first = number_of(low) if low else 0 if colon else None
            last = number_of(high) if high else 65535 if colon else first
            side = _Side(PORTS, f"the port {word}")
            if first is not None and last is not None:
                side = _Side(((first, last),))
        unknown = unknown or side.unknown
        (negative if negated else positive).extend(side.spans)
        any_positive |= not negated
    whole = joined(positive) if any_positive else PORTS
    return _Side(whole if unknown and negative else minus(whole, joined(negative)), unknown)
