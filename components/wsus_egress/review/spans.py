"""Address ranges of two policies, cut so that neither policy distinguishes addresses within a piece.

For example 10.0.0.0/24 and 10.0.0.128/25 make two pieces, one for each half of the /24.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from wsus_egress.controls.base import collapsed
from wsus_egress.model.flows import Address, Network
from wsus_egress.model.party import Party

Piece: TypeAlias = tuple[int, int, int]
"""IP version, first and last address as numbers."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Finds the party that has an address; parties of one policy share none.

    A party's own addresses may overlap, so they are merged first: otherwise the one that starts last
    would hide the rest of the range around it.
    """

    starts: tuple[tuple[int, int], ...]
    spans: tuple[tuple[int, int, Party], ...]

    @classmethod
    def of(cls, parties: Iterable[Party]) -> Spans:
        """Index the parties' addresses."""
        found = sorted(
            (
                (*_ends(network), party)
                for party in parties
                for version in (4, 6)
                for network in collapsed(party.addresses, version)
            ),
            key=lambda span: span[:3],
        )
        return cls(
            tuple((version, first) for version, first, _, _ in found),
            tuple((version, last, party) for version, _, last, party in found),
        )

    def at(self, piece: Piece) -> Party | None:
        """The party that has the piece."""
        index = bisect_right(self.starts, piece[:2]) - 1
        if index < 0:
            return None
        version, last, party = self.spans[index]
        return party if version == piece[0] and piece[1] <= last else None


def pieces(*groups: Iterable[Party]) -> tuple[Piece, ...]:
    """All parties' addresses, cut at every boundary of each of them, sorted."""
    networks = {n for parties in groups for party in parties for n in party.addresses}
    spans = sorted(_ends(network) for network in networks)
    cuts = sorted({cut for v, first, last in spans for cut in ((v, first), (v, last + 1))})
    found: dict[Piece, None] = {}
    for version, first, last in spans:
        index = bisect_right(cuts, (version, first)) - 1
        while cuts[index] <= (version, last):
            found[version, cuts[index][1], cuts[index + 1][1] - 1] = None
            index += 1
    return tuple(sorted(found))


def first_address(piece: Piece) -> Address:
    """A piece's first address."""
    return _address(piece[0], piece[1])


def text_of(found: Iterable[Piece]) -> str:
    """The pieces in the fewest blocks, a single address without its prefix length."""
    return ", ".join(
        str(n if n.prefixlen < n.max_prefixlen else n.network_address) for n in _blocks(found)
    )


def _blocks(found: Iterable[Piece]) -> Iterator[Network]:
    by_version: dict[int, list[Any]] = {4: [], 6: []}
    for version, first, last in found:
        low, high = _address(version, first), _address(version, last)
        by_version[version] += ipaddress.summarize_address_range(low, high)
    for networks in by_version.values():
        yield from ipaddress.collapse_addresses(networks)


def _address(version: int, number: int) -> Address:
    return ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number)


def _ends(network: Network) -> Piece:
    return network.version, int(network.network_address), int(network.broadcast_address)
