"""Which names somebody's rules admit, as settings: lists that fit whole, and the entries beside them.

For example rules that pass everything that the list `wsus` has, and `mirror.contoso.com` by HTTPS, are
`lists: [wsus]` with one entry of `extraEndpoints`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.config.lists import EndpointList, resolve
from wsus_egress.model.flows import (
    SOME_INTERNET_ADDRESS,
    SOME_INTERNET_ADDRESS_6,
    Application,
    Flow,
    Network,
    Scheme,
)
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet, minimal_cover
from wsus_egress.readers.terms.chain import Chain
from wsus_egress.readers.terms.chain import Names as TermNames

_SPOKEN: Final[Mapping[Scheme, Application]] = {Scheme.HTTP: "http", Scheme.HTTPS: "tls"}


@dataclass(frozen=True, slots=True)
class Names:
    """What rules admit by name.

    Attributes:
        everything: Whether any name passes by HTTP or by HTTPS: no list says that.
        lists: Those of which every name passes by both.
        extra: Further patterns, each with its schemes.
        lacking: The entries of the wanted list that are denied.
    """

    everything: bool
    lists: tuple[str, ...]
    extra: tuple[tuple[str, tuple[str, ...]], ...]
    lacking: tuple[str, ...] = ()


def names_of(
    chains: Sequence[Chain], source: Network, known: Mapping[str, EndpointList], wanted: str
) -> Names:
    """The names that all controls surely let pass.

    Args:
        chains: The controls that a flow meets.
        source: Whose flows.
        known: The lists that settings can name.
        wanted: The list that they are expected to have.
    """
    admitted = {scheme: _admitted(chains, source, scheme) for scheme in Scheme}
    if ALL_NAMES in admitted.values():
        return Names(True, (), ())
    both = admitted[Scheme.HTTP] & admitted[Scheme.HTTPS]
    sets = {name: _names_in(known, name) for name in known}
    fitting = [name for name, names in sets.items() if names and names <= both]
    lists: list[str] = []
    covered = NO_NAMES
    # The one with the most names first: what another one has already is not named again.
    for name in sorted(fitting, key=lambda each: (-len(resolve(known, [each])), each)):
        if not sets[name] <= covered:
            lists.append(name)
            covered |= sets[name]
    patterns = {p for chain in chains for t in chain.terms if t.names for p in _meant(t.names)}
    patterns |= {e.pattern for name in known for e in resolve(known, [name])}
    extra: dict[str, list[str]] = {}
    for scheme in Scheme:
        left = [
            p for p in patterns
            if (one := NameSet.of((p,))) <= admitted[scheme] and not one <= covered
        ]  # fmt: skip
        for pattern in minimal_cover(left).patterns:
            extra.setdefault(pattern.text, []).append(scheme.value)
    rows = tuple((text, tuple(extra[text])) for text in sorted(extra, key=_by_host))
    return Names(False, tuple(sorted(lists)), rows, _lacking(known, wanted, both))


def _admitted(chains: Sequence[Chain], source: Network, scheme: Scheme) -> NameSet:
    there = SOME_INTERNET_ADDRESS if source.version == 4 else SOME_INTERNET_ADDRESS_6
    flow = Flow(source.network_address, there, "tcp", scheme.port, _SPOKEN[scheme])
    found = ALL_NAMES
    for chain in chains:
        found &= chain.decide(chain.matching(flow), flow).bounds.surely
    return found


def _names_in(known: Mapping[str, EndpointList], name: str) -> NameSet:
    return NameSet.of(e.pattern for e in resolve(known, [name]))


def _lacking(known: Mapping[str, EndpointList], wanted: str, both: NameSet) -> tuple[str, ...]:
    """The entries of a list that are denied, wholly or in part."""
    patterns = [e.pattern for e in resolve(known, [wanted])] if wanted in known else []
    return tuple(sorted(p.text for p in patterns if not NameSet.of((p,)) <= both))


def _meant(names: TermNames) -> Iterator[Pattern]:
    """A term's patterns without those that only show what else it has: `evilexample.com`."""
    odd = NameSet.of(Pattern.parse(text) for text in names.samples)
    for pattern in names.patterns:
        if pattern.host not in odd and _is_settable(pattern):
            yield pattern


def _is_settable(pattern: Pattern) -> bool:
    """Whether a list may have it: `*.com` is a rule's, and nobody's entry."""
    try:
        Pattern.parse(pattern.text)
    except InvalidName:
        return False
    return True


def _by_host(text: str) -> tuple[str, bool]:
    pattern = Pattern.parse(text)
    return pattern.host, pattern.wildcard


def entries(extra: Iterable[tuple[str, tuple[str, ...]]], owner: str, reason: str) -> list[Any]:
    """The patterns as entries of `extraEndpoints`."""
    return [
        {"pattern": text, "schemes": list(schemes), "owner": owner, "reason": reason}
        for text, schemes in extra
    ]
