"""Who may ask: the addresses of an environment's parties that its rules tell apart.

For example a server with one address is one asker; of clients in 10.20.4.0/24, half of which a rule
of the base policy denies, there are two.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wsus_egress.controls import Control
from wsus_egress.controls.base import cuts
from wsus_egress.model.flows import Address, Application, Flow, Network
from wsus_egress.model.party import Party
from wsus_egress.names.order import AFTER, BELOW, host_of
from wsus_egress.review.analysis import Analysis
from wsus_egress.review.urls import SOMEWHERE

_NAMED: Final[tuple[Application, ...]] = ("http", "tls")


@dataclass(frozen=True, slots=True)
class Asker:
    """An address that stands for all of its party's addresses that the rules treat alike.

    Attributes:
        party: None where the address is nobody's.
        place: The target in which the party stands, or `elsewhere`; None where nobody knows.
    """

    address: Address
    party: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Whom:
    """For whom an answer holds: a party, or one address, of a party or of nobody."""

    party: str | None
    address: Address | None


def askers(analysis: Analysis) -> tuple[Asker, ...]:
    """Every party's askers, in the order of the settings."""
    policy = analysis.environment.policy
    controls = [control for target in analysis.targets for control in target.controls]
    starts = cuts(network for control in controls for network in control.networks)
    return tuple(asker for party in policy.parties for asker in _of_party(party, controls, starts))


def _of_party(
    party: Party, controls: Sequence[Control], starts: Mapping[int, Sequence[int]]
) -> Iterator[Asker]:
    known = set()
    for network in party.addresses:
        for address in _told_apart(network, starts[network.version]):
            kind = tuple(control.kind_of(address) for control in controls)
            if (address.version, kind) not in known:
                known.add((address.version, kind))
                yield Asker(address, party.name, party.place)


def _told_apart(network: Network, starts: Sequence[int]) -> Iterator[Address]:
    first, last = int(network.network_address), int(network.broadcast_address)
    yield network.network_address
    make = type(network.network_address)
    for start in starts[bisect.bisect(starts, first) : bisect.bisect(starts, last)]:
        yield make(start)


def fitting(found: Sequence[Asker], version: int | None) -> Sequence[Asker]:
    """Of each party, the askers that can reach an address of an IP version; all where none can.

    Args:
        found: The askers.
        version: None for a name, which has addresses of both: then IPv4 comes first.
    """
    by_party: dict[str | None, list[Asker]] = {}
    for asker in found:
        by_party.setdefault(asker.party, []).append(asker)
    chosen: list[Asker] = []
    for members in by_party.values():
        same = [asker for asker in members if asker.address.version == (version or 4)]
        chosen += same or members
    return chosen


def whom(some: Sequence[Asker], among: Sequence[Asker]) -> tuple[Whom, ...]:
    """For whom an answer holds that some askers get: a party, where all of it among those asked do."""
    left = {asker.party for asker in among if asker not in some}
    names = (Whom(each.party, each.address if each.party in left else None) for each in some)
    return tuple(dict.fromkeys(names))


def known_hosts(analysis: Analysis, found: Iterable[Asker]) -> frozenset[str]:
    """Every host that a pattern of the policy, or of a rule about these askers, is made of."""
    hosts = {endpoint.pattern.host for endpoint in analysis.environment.policy.endpoints}
    sources = [asker.address for asker in found]
    for target in analysis.targets:
        for control in target.controls:
            if control.sees_names:
                for rule in control.rules:
                    hosts.update(text.removeprefix("*.") for text in rule.endpoints)
                hosts.update(_hosts_of(control, sources))
    return frozenset(hosts - {""})


def _hosts_of(control: Control, sources: Iterable[Address]) -> Iterator[str]:
    # The names that a rule admits reveal hosts that are not in its endpoints. Many flows meet the
    # same set: each is read once.
    sets = {}
    ports = sorted({80, 443, *(low for low, _ in control.ports)})
    kinds = {control.kind_of(source): source for source in sources}
    for source in kinds.values():
        for port in ports:
            for application in _NAMED:
                flow = Flow(source, SOMEWHERE[source.version], "tcp", port, application)
                if bounds := control.names(flow):
                    sets[id(bounds.surely)] = bounds.surely
                    sets[id(bounds.possibly)] = bounds.possibly
    for names in sets.values():
        for bound in names.bounds:
            yield host_of(bound.rstrip(BELOW + AFTER))
