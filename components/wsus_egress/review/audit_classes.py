"""Which flows the proof of other people's rules looks at: one of each class that no rule tells apart.

For example the rules of a security group with TCP 443 tell four classes of TCP ports apart: below 443,
443, and so on around 80.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from wsus_egress.model.flows import (
    Network,
    Scheme,
)
from wsus_egress.readers.terms.chain import Chain, Term
from wsus_egress.readers.terms.spans import (
    PORTS,
    both,
    has,
    joined,
    of_network,
)

_TOP_PORT: Final = 65535
# Ports that say more to a reader than the lowest one of their class.
_TELLING: Final = {"tcp": (22, 3389, 8080, 8443, 25, 1433), "udp": (53, 123, 443, 3478)}


def source_classes(network: Network, chains: Sequence[Chain]) -> list[int]:
    """One address of a block for each way in which rules tell its addresses apart."""
    low, high = of_network(network)
    if low == high:
        return [low]
    cuts = {low}
    for spans in {term.sources for chain in chains for term in chain.terms}:
        for start, end in both(spans, ((low, high),)):
            cuts |= {start, end + 1}
    return sorted(cut for cut in cuts if low <= cut <= high)


@dataclass(slots=True)
class Row:
    """The terms of one chain about one source: those for the whole Internet, and the others."""

    chain: Chain
    wide: list[tuple[int, Term]]
    every_port: list[tuple[int, Term]]
    segments: tuple[list[int], list[list[tuple[int, Term]]]]

    def at(self, port: int, protocol: str, extras: Sequence[tuple[int, Term]]) -> list[Term]:
        """The terms that a flow to such a port meets, in their order."""
        starts, active = self.segments
        here = active[bisect.bisect_right(starts, port) - 1] if starts and starts[0] <= port else []
        found = self.every_port
        if here or extras:
            found = sorted([*found, *here, *extras], key=lambda pair: pair[0])
        return [term for _, term in found if protocol in term.protocols]

    @classmethod
    def of(cls, chain: Chain, wide: list[tuple[int, Term]]) -> Row:
        """With an index by port: most rules are about few."""
        some = [(n, t) for n, t in wide if t.ports != PORTS]
        starts: dict[int, list[int]] = {}
        ends: dict[int, list[int]] = {}
        for index, (_, term) in enumerate(some):
            for low, high in term.ports:
                starts.setdefault(low, []).append(index)
                ends.setdefault(high + 1, []).append(index)
        cuts = sorted({*starts, *ends})
        active: set[int] = set()
        rows = []
        for cut in cuts:
            active = active - {*ends.get(cut, ())} | {*starts.get(cut, ())}
            rows.append([some[index] for index in sorted(active)])
        return cls(chain, wide, [(n, t) for n, t in wide if t.ports == PORTS], (cuts, rows))


def port_classes(terms: Iterable[Term], protocol: str) -> list[int]:
    """One port for each way in which rules tell ports apart; those of HTTP and HTTPS first."""
    fixed = [scheme.port for scheme in Scheme]
    spans = {term.ports for term in terms if protocol in term.protocols}
    cuts = {1, *fixed, *(port + 1 for port in fixed)}
    for each in spans:
        for low, high in each:
            cuts |= {max(low, 1), high + 1}
    ordered = sorted(cut for cut in cuts if cut <= _TOP_PORT)
    found = list(fixed) if protocol == "tcp" else []
    for at, low in enumerate(ordered):
        high = ordered[at + 1] - 1 if at + 1 < len(ordered) else _TOP_PORT
        if low not in fixed or protocol == "udp":
            found.append(next((p for p in _TELLING[protocol] if low <= p <= high), low))
    return found


def covered(
    special: Sequence[tuple[int, int, int, Term]], internet: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    """The addresses of the Internet that some term is about, and not all terms."""
    return both(joined(span for *_, term in special for span in term.destinations), internet)


def segments(
    special: Sequence[tuple[int, int, Term]], internet: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, list[tuple[int, int, Term]]]]:
    """Stretches of addresses that the same terms are about: their first address, and those terms."""
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for index, (_, _, term) in enumerate(special):
        for low, high in both(term.destinations, internet):
            starts.setdefault(low, []).append(index)
            ends.setdefault(high + 1, []).append(index)
    active: set[int] = set()
    for at in sorted({*starts, *ends}):
        active.difference_update(ends.get(at, ()))
        active.update(starts.get(at, ()))
        if active and has(internet, at):
            yield at, [special[index] for index in sorted(active)]


def hashable(value: object) -> object:
    """A signature to compare by; names are compared by identity, as they are long."""
    if isinstance(value, tuple):
        return tuple(hashable(each) for each in value)
    return value if isinstance(value, (str, int, type(None))) else id(value)
