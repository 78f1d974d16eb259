"""Suricata rules that let flows pass, read from their text: addresses, ports, and names where exact."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from wsus_egress.model.flows import Application, Network
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.names.sets import NameSet
from wsus_egress.readers.reading import ANY_PORT, EVERY_ADDRESS, items, mapping
from wsus_egress.readers.resources import UNKNOWN

_LINE: Final = re.compile(
    r"(?P<action>\w+)\s+(?P<protocol>\S+)\s+(?P<source>\S+)\s+(?P<source_port>\S+)\s+(?:->|<>)\s+"
    r"(?P<destination>\S+)\s+(?P<port>\S+)\s*\((?P<options>.*)\)\s*"
)
_BRACKETS: Final = re.compile(r"\[[^\[\]]*\]")
_CONTENT: Final = re.compile(r'content\s*:\s*(!?)"([^"]*)"')
_BUFFERS: Final[Mapping[str, Application]] = {
    "tls.sni": "tls", "tls_sni": "tls", "http.host": "http", "http.host.raw": "http",
}  # fmt: skip
_TRANSPORTS: Final[Mapping[str, tuple[Literal["tcp", "udp"], ...]]] = {
    "ip": ("tcp", "udp"), "tcp": ("tcp",), "tcp-pkt": ("tcp",), "tcp-stream": ("tcp",),
    "udp": ("udp",), "http": ("tcp",), "http2": ("tcp",), "tls": ("tcp",), "ssh": ("tcp",),
    "smtp": ("tcp",), "ftp": ("tcp",), "smb": ("tcp",), "ntp": ("udp",), "tftp": ("udp",),
    "dhcp": ("udp",), "dns": ("tcp", "udp"), "krb5": ("tcp", "udp"), "quic": ("udp",),
    "icmp": ("udp",),
}  # fmt: skip
_UNKNOWN: Final = "a variable that is not known"
HARMLESS: Final = ("drop", "reject", "rejectsrc", "rejectdst", "rejectboth", "alert", "config")


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as its text says it.

    Attributes:
        names: The names that it is for, where the text says them exactly; None for any name.
        unread: The part that this reader does not understand, and so takes as widely as it can.
        sure: False where the update will tell.
    """

    text: str
    action: str
    sources: tuple[Network, ...]
    destinations: tuple[Network, ...]
    ranges: tuple[tuple[int, int], ...]
    protocols: tuple[Literal["tcp", "udp"], ...]
    application: Application | None
    names: NameSet | None
    unread: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Variables:
    """What a rule group's variables stand for.

    Attributes:
        home: What HOME_NET stands for where nobody sets it: the range of the firewall's own VPC.
    """

    addresses: Mapping[str, tuple[Any, ...]]
    ports: Mapping[str, tuple[Any, ...]]
    home: tuple[Network, ...]

    @classmethod
    def of(cls, group: Any, policy: Any, home: tuple[Network, ...]) -> Variables:
        """Those of a rule group, and of the policy where the group sets none.

        Args:
            group: The group's `ruleVariables`.
            policy: The policy's `policyVariables`.
            home: What stands for HOME_NET.
        """
        found: dict[str, tuple[Any, ...]] = {}
        for each in (
            *items(mapping(policy).get("ruleVariables")),
            *items(mapping(group).get("ipSets")),
        ):
            found[str(mapping(each).get("key"))] = tuple(
                items(mapping(mapping(each).get("ipSet")).get("definitions")) or [UNKNOWN]
            )
        ports = {
            str(mapping(each).get("key")): tuple(
                items(mapping(mapping(each).get("portSet")).get("definitions")) or [UNKNOWN]
            )
            for each in items(mapping(group).get("portSets"))
        }
        return cls(found, ports, home)


def lines(text: str) -> Iterator[str]:
    """The rules of a text: without comments, each in one line."""
    for line in text.replace("\\\n", " ").splitlines():
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield stripped


def read_line(text: str, variables: Variables) -> Line:
    """A rule from its line. What is not understood is taken as widely as it can be."""
    joined = _BRACKETS.sub(lambda found: found[0].replace(" ", ""), text)
    found = _LINE.fullmatch(joined)
    if found is None:
        return Line(text, "pass", EVERY_ADDRESS, EVERY_ADDRESS, (ANY_PORT,), ("tcp", "udp"), None,
                    None, f"{text!r} is not a rule that can be read")  # fmt: skip
    notes: list[str] = []
    protocol, options = found["protocol"].lower(), found["options"]
    if protocol not in _TRANSPORTS:
        notes.append(f"protocol {protocol}")
    application, names = _names(protocol, options, notes)
    return Line(
        text,
        found["action"].lower(),
        tuple(_addresses(found["source"], variables, notes)),
        tuple(_addresses(found["destination"], variables, notes)),
        tuple(_ports(found["port"], variables, notes)),
        _TRANSPORTS.get(protocol, ("tcp", "udp")),
        application,
        names,
        f"{text!r}: {' and '.join(notes)} cannot be read" if notes else "",
        _UNKNOWN not in notes,
    )


def _names(
    protocol: str, options: str, notes: list[str]
) -> tuple[Application | None, NameSet | None]:
    application: Application | None = "tls" if protocol == "tls" else None
    application = "http" if protocol == "http" else application
    words = [option.partition(":")[0].strip() for option in options.split(";")]
    buffers = [word for word in words if word in _BUFFERS]
    contents = _CONTENT.findall(options)
    if not buffers:
        # Without a name, whatever else it asks for only makes it admit less.
        return application, None
    application = _BUFFERS[buffers[0]]
    if len(buffers) > 1 or len(contents) != 1 or contents[0][0] or "pcre" in words:
        notes.append("the name")
        return application, None
    patterns = _patterns(contents[0][1], {*words})
    if patterns is None:
        notes.append("the name")
        return application, None
    return application, NameSet.of(patterns)


def _patterns(content: str, words: set[str]) -> list[Pattern] | None:
    """The names that end with a text, or are that text."""
    try:
        if "endswith" not in words:
            return None
        if content.startswith("."):
            host = content.removeprefix(".").lower()
            below = Pattern.parse(f"*.{host}")
            return [below, Pattern.parse(host)] if "dotprefix" in words else [below]
        return [Pattern.parse(content.lower())] if "startswith" in words else None
    except InvalidName:
        return None


def _addresses(text: str, variables: Variables, notes: list[str]) -> Iterator[Network]:
    for part in text.strip("[]").split(","):
        if part in {"any", "$EXTERNAL_NET"}:
            yield from EVERY_ADDRESS
        elif part.startswith("$") and part[1:] in variables.addresses:
            for definition in variables.addresses[part[1:]]:
                yield from _address(definition, part, notes)
        elif part == "$HOME_NET":
            yield from variables.home
        else:
            yield from _address(part, part, notes)


def _address(text: Any, where: str, notes: list[str]) -> tuple[Network, ...]:
    try:
        return (ipaddress.ip_network(text, strict=False),)
    except (ValueError, TypeError):
        notes.append(_UNKNOWN if text is UNKNOWN else f"address {where}")
        return EVERY_ADDRESS


def _ports(text: str, variables: Variables, notes: list[str]) -> Iterator[tuple[int, int]]:
    for part in text.strip("[]").split(","):
        parts = variables.ports.get(part[1:], (part,)) if part.startswith("$") else (part,)
        for each in parts:
            low, colon, high = str(each).partition(":")
            if each == "any":
                yield ANY_PORT
            elif low.isdigit() and (not colon or not high or high.isdigit()):
                yield int(low), int(high) if high else (ANY_PORT[1] if colon else int(low))
            else:
                notes.append(_UNKNOWN if each is UNKNOWN else f"port {part}")
                yield ANY_PORT
