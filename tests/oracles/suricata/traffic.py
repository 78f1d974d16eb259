"""Flows around the patterns of a policy, and the many ways in which clients speak them."""

from __future__ import annotations

import ipaddress
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final

from client_hello import ClientHello, client_hello
from conversation import GREETING, Conversation, http_request, said, split
from wsus_egress.model.flows import Address, Application, Flow, Protocol
from wsus_egress.names.hosts import MAX_LABEL, MAX_NAME, InvalidName, host_name

DESTINATIONS: Final[dict[int, Address]] = {
    4: ipaddress.ip_address("203.0.113.80"),
    6: ipaddress.ip_address("2001:db8::80"),
}
PORTS: Final = (80, 443, 8530)
_SPEAKS: Final[tuple[tuple[Protocol, Application | None], ...]] = (
    ("tcp", "tls"),
    ("tcp", "http"),
)
_SILENT: Final[tuple[tuple[Protocol, Application | None], ...]] = (
    *_SPEAKS,
    ("tcp", None),
    ("udp", None),
)
_UNKNOWN: Final = bytes(range(128, 192))


def neighbours(host: str) -> list[str]:
    """Names at, above, below and beside a domain: all that a rule about it must tell apart."""
    first, _, parent = host.partition(".")
    room = MAX_NAME - len(host) - 1
    label = "a" * min(room, MAX_LABEL)
    deep = ".".join(["b" * min(room, MAX_LABEL)] * 9)[-room:].strip(".") if room > 0 else ""
    candidates = [
        host, parent, f"a.{host}", f"z.y.{host}", f"_a.{host}", f"a-b.{host}", f"xn--mnchen-3ya.{host}",
        f"0.{host}", f"{label}.{host}", f"{deep}.{host}", f"{host}.{host}", f"evil{host}", f"a-{host}",
        f"a_{host}", f"a.evil{host}", f"{host}.evil.com", f"a.{host}.evil.com", f"{host}x", f"{host}-x",
        f"x{first}.{parent}", f"{first}x.{parent}", f"x.{parent}", f"{first}.x.{parent}", host[1:],
        host.replace(".", "-"), host.replace(".", "x", 1),
    ]  # fmt: skip
    return [name for name in dict.fromkeys(candidates) if _is_name(name)]


def _is_name(text: str) -> bool:
    try:
        return host_name(text) == text
    except InvalidName:
        return False


def flows(sources: Sequence[Address], names: Iterable[str]) -> Iterator[Flow]:
    """Every source, port and kind of flow, with each name and without one."""
    for source, port in product(sources, PORTS):
        destination = DESTINATIONS[source.version]
        for protocol, application in _SILENT:
            yield Flow(source, destination, protocol, port, application)
        for name, (protocol, application) in product(names, _SPEAKS):
            yield Flow(source, destination, protocol, port, application, name)


def spoken(flow: Flow) -> Conversation:
    """The flow in one of the ways in which it may be spoken; which one depends on the flow alone.

    None of them changes what it is: names in capitals or with a port, messages in pieces.
    """
    if flow.protocol == "udp" or flow.application is None:
        ways = [said(flow, GREETING), said(flow, b"EHLO client.example\r\n"), _answered(flow)]
    elif flow.application == "tls":
        ways = _tls(flow)
    else:
        ways = _http(flow)
    return ways[zlib.crc32(str(flow).encode()) % len(ways)]


def _answered(flow: Flow) -> Conversation:
    """Bytes of no protocol at all, which are known as such once the server has answered."""
    return Conversation(flow, ((True, _UNKNOWN), (False, _UNKNOWN)))


def _tls(flow: Flow) -> list[Conversation]:
    if flow.name is None:
        return [
            said(flow, client_hello(name)) for name in (None, "", "203.0.113.80", "2001:db8::80")
        ]
    hello = client_hello(flow.name)
    end_of_name = hello.index(flow.name.encode()) + len(flow.name)
    # A first record shorter than the message's header would not be recognised; no client sends one.
    records = ClientHello.parse(hello).records(4, end_of_name)
    return [
        said(flow, hello),
        said(flow, client_hello(flow.name.upper())),
        said(flow, client_hello(flow.name, "1.2")),
        said(flow, *split(hello, end_of_name)),
        said(flow, *split(hello, 3, end_of_name - 1)),
        said(flow, records),
    ]


def _http(flow: Flow) -> list[Conversation]:
    if flow.name is None:
        return [
            said(flow, http_request(host)) for host in (None, "", "203.0.113.80", "[2001:db8::80]")
        ]
    request = http_request(flow.name)
    end_of_name = request.index(flow.name.encode()) + len(flow.name)
    return [
        said(flow, request),
        said(flow, http_request(flow.name.upper())),
        said(flow, http_request(f"{flow.name}:{flow.port}")),
        said(flow, http_request(flow.name, f"http://{flow.name}/a")),
        said(flow, http_request(flow.name, version="1.0")),
        said(flow, *split(request, 5, end_of_name - 1)),
    ]
