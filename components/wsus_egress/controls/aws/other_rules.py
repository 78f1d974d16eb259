"""Suricata rules of others, read from their text: exactly, or not at all.

For example `drop tcp any any -> any [80,443] (msg:"x"; sid:1;)` is read, and a rule with `pcre` is not:
it decides nothing here, and the proof says that it takes that for granted.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from wsus_egress.controls.aws.other_lines import (
    FROM_SERVER,
    TOP_PORT,
    Moment,
    OtherLine,
    Ports,
    Where,
)
from wsus_egress.model.flows import Application, Network
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.names.sets import NameSet

_LINE: Final = re.compile(
    r"(?P<action>[a-z]+)\s+(?P<protocol>[\w-]+)\s+(?P<source>\S+)\s+(?P<source_port>\S+)\s+"
    r"(?P<way>->|<>)\s+(?P<destination>\S+)\s+(?P<port>\S+)\s*\((?P<options>.*)\)\s*"
)
_BRACKETS: Final = re.compile(r"\[[^\[\]]*\]")
_OPTION: Final = re.compile(r'\s*([\w.-]+)\s*(?::\s*((?:"(?:[^"\\]|\\.)*"|[^";\\]|\\.)*))?;')
_DROPS: Final = ("drop", "reject", "rejectsrc", "rejectdst", "rejectboth")
_ACTIONS: Final = ("pass", "alert", *_DROPS)
# Suricata 7, "Rules format" and "Meta keywords": they say something of the rule, and nothing of traffic.
_META: Final = frozenset(
    {"msg", "sid", "rev", "gid", "classtype", "reference", "metadata", "target", "noalert", "alert"}
)
_BUFFERS: Final[Mapping[str, Application]] = {"tls.sni": "tls", "http.host": "http"}
_EVERYWHERE: Final[tuple[Network, ...]] = (
    ipaddress.ip_network("0.0.0.0/0"),
    ipaddress.ip_network("::/0"),
)
_EVERY_PORT: Final = ((0, TOP_PORT),)
# Commas between a list's entries, and none of those in a list inside it.
_COMMA: Final = re.compile(r",(?![^\[]*\])")
_DEEPEST: Final = 8
_VARIABLE: Final = re.compile(r"\$(\w+)")
_TIMES: Final = ("flow", "ssl_state")
_FLOW_WORDS: Final = frozenset({"established", "not_established", "to_server", "from_client"})
_TRANSPORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "ip": ("tcp", "udp"), "tcp": ("tcp",), "udp": ("udp",), "icmp": (),
}  # fmt: skip
# "Rules format", Suricata 7: protocols of the application layer, and what carries them.
_OTHER_APPLICATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "ssh": ("tcp",), "smtp": ("tcp",), "ftp": ("tcp",), "ftp-data": ("tcp",), "smb": ("tcp",),
    "imap": ("tcp",), "rdp": ("tcp",), "rfb": ("tcp",), "nfs": ("tcp",), "dcerpc": ("tcp",),
    "mqtt": ("tcp",), "dns": ("tcp", "udp"), "krb5": ("tcp", "udp"), "sip": ("tcp", "udp"),
    "ntp": ("udp",), "dhcp": ("udp",), "tftp": ("udp",), "ike": ("udp",), "snmp": ("udp",),
    "quic": ("udp",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variables:
    """What the variables in a group's rules stand for, by their names without $."""

    texts: Mapping[str, tuple[str, ...]]

    def missing(self, text: str) -> tuple[str, ...]:
        """The variables in some rules that stand for nothing known, sorted."""
        used = {name for line in lines(text) for name in _VARIABLE.findall(line.partition("(")[0])}
        if "EXTERNAL_NET" in used - {*self.texts}:
            used = used - {"EXTERNAL_NET"} | {"HOME_NET"}  # It is what HOME_NET is not.
        return tuple(sorted(used - {*self.texts}))


def lines(text: str) -> Iterator[str]:
    """The rules of a text: without comments, each in one line."""
    for line in text.replace("\\\n", " ").splitlines():
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield stripped


def is_rule(line: str) -> bool:
    """Whether a line has the form of a rule, with an action that Suricata has."""
    found = _LINE.fullmatch(_joined(line))
    return found is not None and found["action"] in _ACTIONS


def read(line: str, name: str, variables: Variables) -> tuple[OtherLine, ...]:
    """A rule that is one: what it decides; nothing where it only alerts, two where it goes both ways.

    Args:
        line: The rule.
        name: What findings call it.
        variables: What its variables stand for.
    """
    found = _LINE.fullmatch(_joined(line))
    assert found is not None  # noqa: S101 - `is_rule` was asked first
    if found["action"] == "alert":
        return ()
    sides = [(found["source"], found["source_port"], found["destination"], found["port"])]
    if found["way"] == "<>":
        sides.append((*sides[0][2:], *sides[0][:2]))
    read_ = (_read(line, name, found, side, variables) for side in sides)
    return tuple(each for each in read_ if each is not None)


def _joined(line: str) -> str:
    head, bracket, options = line.partition("(")
    while (joined := _BRACKETS.sub(lambda f: f[0].replace(" ", ""), head)) != head:
        head = joined
    return f"{head}{bracket}{options}"


def _read(
    line: str,
    name: str,
    found: re.Match[str],
    side: tuple[str, str, str, str],
    variables: Variables,
) -> OtherLine | None:
    passes, protocol = found["action"] == "pass", found["protocol"]
    notes: list[str] = []
    application, protocols = _spoken(protocol, notes)
    if not protocols or (application == "other" and not passes):
        return None  # It drops nothing that the policy allows, whatever else it asks for.
    source, source_port, destination, port = side
    sources, destinations = (_where(text, variables, notes) for text in (source, destination))
    ports, source_ports = (_ports(text, variables, notes) for text in (port, source_port))
    options = _options(found["options"], notes)
    named, names = _names(options, application, notes)
    application = named or application
    moments, whole, to_server = _when(options, application, names, notes)
    if Moment.ANSWER in moments and whole and (sources.without or destinations.without):
        # Suricata asks a rule about addresses alone once; one that leaves some out, for each packet.
        moments |= {Moment.DATA, Moment.COMPLETE, Moment.REPLY}
    if passes and "udp" in protocols and any(key == "flow" for key, _ in options):
        notes.append("flow beside UDP")
    answers = not to_server and not moments.isdisjoint(FROM_SERVER)
    if source_ports.of_clients() is None or (answers and ports.of_clients() is None):
        notes.append("some of the ports that a client's own may be")
    return OtherLine(
        id=name,
        text=line,
        passes=passes,
        sources=sources,
        destinations=destinations,
        ports=ports,
        source_ports=source_ports,
        protocols=protocols,
        application=application,
        names=names,
        moments=moments,
        whole=whole,
        to_server=to_server,
        unread=" and ".join(dict.fromkeys(notes)),
    )


def _spoken(
    protocol: str, notes: list[str]
) -> tuple[Application | Literal["other"] | None, tuple[str, ...]]:
    if protocol in ("http", "tls"):
        return ("http" if protocol == "http" else "tls"), ("tcp",)
    if protocol in _TRANSPORTS:
        return None, _TRANSPORTS[protocol]
    if protocol in _OTHER_APPLICATIONS:
        return "other", _OTHER_APPLICATIONS[protocol]
    notes.append(f"the protocol {protocol}")
    return None, ("tcp", "udp")


def _options(text: str, notes: list[str]) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text) and (match := _OPTION.match(text, at)):
        found.append((match[1], (match[2] or "").strip()))
        at = match.end()
    if text[at:].strip():
        notes.append(f"{text[at:].strip()!r}")
    return found


def _names(
    options: list[tuple[str, str]],
    application: Application | Literal["other"] | None,
    notes: list[str],
) -> tuple[Application | None, NameSet | None]:
    """The names that the options ask for; what is not understood is noted."""
    rest = [(key, value) for key, value in options if key not in (*_META, *_TIMES)]
    if not rest:
        return None, None
    keys = [key for key, _ in rest]
    if keys[0] not in _BUFFERS:
        notes.append(", ".join(dict.fromkeys(keys)))
        return None, None
    buffer, said = _BUFFERS[keys[0]], dict(rest)
    pattern = _pattern(said.get("content", "").strip('"'), keys[1:], said.get("bsize"))
    folded = buffer == "http" or "nocase" in keys
    if pattern is None or len(keys) != len(said) or application not in (None, buffer) or not folded:
        notes.append("the name")
        return buffer, None
    return buffer, NameSet.of(pattern)


def _pattern(content: str, keys: list[str], size: str | None) -> list[Pattern] | None:
    """The names that end with a text, or are that text."""
    wild = content.startswith(".")
    wanted = {"content", "endswith"} | (set() if wild else {"startswith"})
    beside = {"dotprefix", "nocase", "bsize"} if wild else {"nocase", "bsize"}
    sized = size is None or size == (f">{len(content)}" if wild else str(len(content)))
    dotted = "dotprefix" in keys
    if not wanted <= {*keys} <= wanted | beside or not sized or (dotted and size is not None):
        return None
    if dotted and keys[0] != "dotprefix":
        return None  # Behind the content it means nothing.
    host = content[1:].lower() if wild else content.lower()
    try:
        # Others' rules are about whole top-level domains too, which no pattern of a policy can be.
        Pattern.parse(f"a.{host}")
    except InvalidName:
        return None
    return [Pattern(host, wild), *([Pattern(host, False)] if dotted else [])]


def _when(
    options: list[tuple[str, str]],
    application: Application | Literal["other"] | None,
    names: NameSet | None,
    notes: list[str],
) -> tuple[frozenset[Moment], bool, bool]:
    """When a rule decides, whether for the whole connection, and whether about the client's packets."""
    words = {word.strip() for key, value in options if key == "flow" for word in value.split(",")}
    if unknown := words - _FLOW_WORDS:
        notes.append(f"flow:{','.join(sorted(unknown))}")
    states = [value for key, value in options if key == "ssl_state"]
    if states and (states != ["client_hello"] or application != "tls"):
        notes.append("ssl_state")
    to_server = bool(words & {"to_server", "from_client"})
    if names is not None or states:
        return frozenset({Moment.COMPLETE}), True, True
    if application is not None:
        # By what is spoken alone; with a state of the connection it decides packet by packet.
        packets = bool(words & {"established", "not_established"})
        return frozenset({Moment.DATA, Moment.COMPLETE, Moment.REPLY}), not packets, to_server
    if "not_established" in words:
        return frozenset({Moment.FIRST, Moment.ANSWER}), False, to_server
    if "established" in words:
        return frozenset({Moment.DATA, Moment.COMPLETE, Moment.REPLY}), False, to_server
    if to_server:
        return frozenset({Moment.FIRST, Moment.DATA, Moment.COMPLETE}), False, True
    return frozenset({Moment.FIRST, Moment.ANSWER}), True, False


T = TypeVar("T")
_Parts: TypeAlias = tuple[tuple[T, ...], tuple[T, ...]]
"""Some, and what of them does not count."""


def _set(
    text: str,
    every: tuple[T, ...],
    atom: Callable[[str], Iterable[T]],
    variables: Variables,
    depth: int = 0,
) -> _Parts[T]:
    """Addresses or ports as Suricata writes them: `any`, `$A`, `!$A`, `[a,b,!c]`.

    Raises:
        ValueError: Where it is none of these, or deeper than is read here.
    """
    if depth > _DEEPEST:
        raise ValueError(text)
    if text == "any":
        return every, ()
    if text == "$EXTERNAL_NET" and "EXTERNAL_NET" not in variables.texts:
        text = "!$HOME_NET"
    if text.startswith("!"):
        some, without = _set(text[1:], every, atom, variables, depth + 1)
        if without:
            raise ValueError(text)
        return _rest(every, some), some
    if text.startswith("$"):
        values = variables.texts.get(text[1:])
        if values is None:
            raise ValueError(text)
        return _set(f"[{','.join(values)}]", every, atom, variables, depth + 1)
    if text.startswith("[") and text.endswith("]"):
        return _listed(text[1:-1], every, atom, variables, depth)
    return tuple(atom(text)), ()


def _listed(
    text: str,
    every: tuple[T, ...],
    atom: Callable[[str], Iterable[T]],
    variables: Variables,
    depth: int,
) -> _Parts[T]:
    parts = _COMMA.split(text)
    if len(parts) == 1:
        return _set(parts[0], every, atom, variables, depth + 1)
    some: list[T] = []
    without: list[T] = []
    for part in parts:
        mine, less = _set(part.removeprefix("!"), every, atom, variables, depth + 1)
        if less:
            raise ValueError(text)
        (without if part.startswith("!") else some).extend(mine)
    return tuple(some) or _rest(every, without), tuple(without)


def _rest(every: tuple[T, ...], without: Iterable[T]) -> tuple[T, ...]:
    """What is left of everything: of addresses only those of the IP versions that are taken away."""
    versions = {getattr(each, "version", None) for each in without}
    return tuple(each for each in every if getattr(each, "version", None) in versions)


def _networks(text: str) -> Iterator[Network]:
    yield ipaddress.ip_network(text, strict=False)


def _port_range(text: str) -> Iterator[tuple[int, int]]:
    low, colon, high = text.partition(":")
    yield int(low or 0), int(high or TOP_PORT) if colon else int(low)


def _where(text: str, variables: Variables, notes: list[str]) -> Where:
    try:
        return Where(*_set(text, _EVERYWHERE, _networks, variables))
    except ValueError:
        notes.append(f"the addresses {text}")
        return Where(_EVERYWHERE)


def _ports(text: str, variables: Variables, notes: list[str]) -> Ports:
    try:
        return Ports(*_set(text, _EVERY_PORT, _port_range, variables))
    except ValueError:
        notes.append(f"the ports {text}")
        return Ports(_EVERY_PORT)
