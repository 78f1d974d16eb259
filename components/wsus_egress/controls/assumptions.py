"""What must hold outside the rules for a target's fidelity to be true: as values with stable ids.

For example `aws/network-firewall/default-route/vpc-0a1b2c3d4e5f60718` says that the servers' subnets
send 0.0.0.0/0 to the firewall, where routes are not managed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.model.party import Party, Place
from wsus_egress.model.policy import EgressPolicy


@dataclass(frozen=True, slots=True)
class Way:
    """How an assumption could be made sure. The owner's word, under `accept`, always can.

    Attributes:
        by: This stack, if another setting makes it manage what is assumed; a lookup that the engine
            makes before it deploys, and whose answer it logs; or evidence from the cloud.
        how: The setting, what is looked up, or the evidence to look for.
    """

    by: Literal["stack", "lookup", "evidence"]
    how: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something outside the rules that the proof takes for granted.

    Attributes:
        id: The same as long as the same is assumed of the same: `cloud/control/topic/subject`.
        what: What must hold, in a clause.
        whom: The servers and client groups that it concerns, in the order of the settings.
        ways: How it could be made sure, the surest first.
    """

    id: str
    what: str
    whom: tuple[str, ...]
    ways: tuple[Way, ...]

    def __str__(self) -> str:
        """`the servers' subnets have this route table (wsus)`."""
        return f"{self.what} ({', '.join(self.whom)})"


def peers(policy: EgressPolicy, party: Party) -> Iterator[Party]:
    """Whom a party synchronizes with: the server that it asks, and those that ask it."""
    if party.asks is not None:
        yield policy.party(party.asks)
    if party.ports is not None:
        yield from policy.askers(party)


def across(policy: EgressPolicy, place: Place) -> Iterator[tuple[Party, tuple[str, ...]]]:
    """Each party elsewhere that synchronizes with some here, and the names of those."""
    found: dict[str, list[str]] = {}
    for party in policy.in_place(place):
        for peer in peers(policy, party):
            if peer.place != place:
                found.setdefault(peer.name, []).append(party.name)
    for name, here in found.items():
        yield policy.party(name), tuple(here)


_PROXY: Final = (
    Way(
        "evidence",
        "the names that the proxy lets these servers reach, beside those that `wsus-egress preview` lists",
    ),
)


def proxies(policy: EgressPolicy, place: Place) -> Iterator[Assumption]:
    """That a proxy, which alone sees the names then, lets the policy's names pass and no other."""
    found: dict[str, list[str]] = {}
    for party in policy.in_place(place):
        if party.proxy is not None:
            found.setdefault(str(party.proxy.address), []).append(party.name)
    for address, whom in found.items():
        what = f"the proxy {address} lets them reach the policy's names and no other"
        yield Assumption(f"{place}/proxy/{address}", what, tuple(whom), _PROXY)


def in_order(found: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """Each assumption once, by id."""
    once = {assumption.id: assumption for assumption in found}
    return tuple(once[key] for key in sorted(once))
