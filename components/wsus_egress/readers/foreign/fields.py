"""Addresses, ports and names as the clouds' APIs write them, as spans and patterns."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, Final

from wsus_egress.readers.reading import number_of
from wsus_egress.readers.terms.spans import (
    INTERNAL,
    INTERNET,
    PORTS,
    Spans,
    joined,
    number,
    of_network,
)

TAGS: Final = {"internet": INTERNET, "virtualnetwork": INTERNAL, "azureloadbalancer": ()}
ANY: Final = ("*", "any")


def block(text: Any) -> tuple[tuple[int, int], ...] | None:
    """An address, a CIDR block or `a-b`; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        if "-" in text and "/" not in text:
            low, high = (ipaddress.ip_address(part.strip()) for part in text.split("-", 1))
            return ((number(low), number(high)),) if number(low) <= number(high) else None
        return (of_network(ipaddress.ip_network(text.strip(), strict=False)),)
    except ValueError:
        return None


def blocks(texts: Iterable[Any]) -> tuple[Spans, list[str]]:
    """Several, and what of them cannot be read."""
    found: list[tuple[int, int]] = []
    unread: list[str] = []
    for text in texts:
        read = block(text)
        found += read or ()
        if read is None:
            unread.append(text if isinstance(text, str) else "an address that is not known")
    return joined(found), unread


def port_range(text: Any) -> tuple[int, int] | None:
    """`443`, `8530-8531` or `*`; None for anything else."""
    if str(text).strip().lower() in ANY:
        return PORTS[0]
    first, _, last = str(text).strip().partition("-")
    low, high = number_of(first), number_of(last or first)
    return None if low is None or high is None else (low, high)


def port_ranges(texts: list[Any]) -> tuple[Spans, list[str]]:
    """Several; no text at all is every port."""
    read = [port_range(text) for text in texts]
    if None in read:
        return PORTS, ["a port that is not known"]
    return (joined(each for each in read if each) if read else PORTS), []
