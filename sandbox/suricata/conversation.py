"""What is said on the wire: a flow of the policy as bytes, the usual way or in a test's own words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from client_hello import client_hello
from packets import Message
from wsus_egress.model.flows import Flow

GREETING = b"SSH-2.0-OpenSSH_9.2\r\n"
"""Neither HTTP nor TLS."""
HTTP_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A flow and what is said in it, message by message."""

    flow: Flow
    messages: tuple[Message, ...]


def usual(flow: Flow) -> Conversation:
    """The flow as a client of its kind would speak; without HTTP and TLS, as SSH does."""
    return said(flow, opening(flow))


def said(flow: Flow, *pieces: bytes) -> Conversation:
    """The flow with these pieces from the client, each in a segment or datagram of its own."""
    return Conversation(flow, tuple((True, piece) for piece in pieces))


def opening(flow: Flow) -> bytes:
    """What the client sends first."""
    if flow.protocol == "tcp" and flow.application == "tls":
        return client_hello(flow.name)
    if flow.protocol == "tcp" and flow.application == "http":
        return http_request(flow.name)
    return GREETING


def http_request(host: str | None, target: str = "/", version: str = "1.1") -> bytes:
    """A request with a Host header, or with another header only."""
    line = f"\r\nHost: {host}" if host is not None else ""
    return f"GET {target} HTTP/{version}{line}\r\nUser-Agent: test\r\n\r\n".encode("latin-1")


def split(data: bytes, *cuts: int) -> list[bytes]:
    """The data in pieces, cut at these offsets."""
    return [data[start:end] for start, end in pairwise((0, *cuts, len(data)))]
