"""Sets of addresses and of ports as sorted ranges of numbers, both ends inclusive."""

from __future__ import annotations

import bisect
import ipaddress
from collections.abc import Iterable
from typing import Final, TypeAlias

from wsus_egress.model.flows import INTERNAL_NETWORKS, Address, Network

Spans: TypeAlias = tuple[tuple[int, int], ...]

_SIX: Final = 1 << 32
"""IPv6 addresses come after all of IPv4."""
NOTHING: Final[Spans] = ()
FAMILY: Final = {4: ((0, _SIX - 1),), 6: ((_SIX, _SIX + (1 << 128) - 1),)}
EVERYWHERE: Final[Spans] = ((0, _SIX + (1 << 128) - 1),)
PORTS: Final[Spans] = ((0, 65535),)


def number(address: Address) -> int:
    """An address's place."""
    return int(address) if address.version == 4 else _SIX + int(address)


def address(place: int) -> Address:
    """The address of a place."""
    if place < _SIX:
        return ipaddress.IPv4Address(place)
    return ipaddress.IPv6Address(place - _SIX)


def of_network(network: Network) -> tuple[int, int]:
    """A block's ends."""
    return number(network.network_address), number(network.broadcast_address)


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Ranges in any order as the fewest, sorted."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            if high > found[-1][1]:
                found[-1] = found[-1][0], high
        else:
            found.append((low, high))
    return tuple(found)


def of_networks(networks: Iterable[Network]) -> Spans:
    """The addresses of blocks."""
    return joined(map(of_network, networks))


def both(one: Spans, other: Spans) -> Spans:
    """What both have."""
    found, left, right = [], 0, 0
    while left < len(one) and right < len(other):
        low, high = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        if low <= high:
            found.append((low, high))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return tuple(found)


def minus(one: Spans, other: Spans) -> Spans:
    """What only the first has."""
    if not other:
        return one
    at = 0
    rest: list[tuple[int, int]] = []
    for low, high in other:
        if low > at:
            rest.append((at, low - 1))
        at = high + 1
    rest.append((at, max(at, one[-1][1] if one else at)))
    return both(one, tuple(rest))


def has(spans: Spans, place: int) -> bool:
    """Whether a number is in a set."""
    if len(spans) == 1:
        return spans[0][0] <= place <= spans[0][1]
    at = bisect.bisect_right(spans, (place, 1 << 200)) - 1
    return at >= 0 and spans[at][1] >= place


INTERNAL: Final = of_networks(INTERNAL_NETWORKS)
INTERNET: Final = minus(EVERYWHERE, INTERNAL)
