"""Parity: what one cloud of an environment admits and the other does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TypeAlias

from wsus_egress.controls.base import Bounds, Control, Verdict, met, path_verdict
from wsus_egress.model.flows import Address, Flow
from wsus_egress.model.party import Place
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES
from wsus_egress.proof.classes import representatives
from wsus_egress.proof.proof import subject_of

Side: TypeAlias = tuple[Place, Sequence[Control]]


@dataclass(frozen=True, slots=True)
class Disparity:
    """A flow to the Internet that one cloud's servers may start and the other's may not.

    Attributes:
        admits: The cloud that admits it.
        denies: The cloud that does not.
        flow: The flow, from the first server of the cloud that admits it.
        surely: False where a vendor does not publish what would decide.
    """

    admits: Place
    denies: Place
    flow: Flow
    surely: bool = True


def disparities(policy: EgressPolicy, sides: Sequence[Side]) -> tuple[Disparity, ...]:
    """Compare what the clouds of one environment admit.

    It looks at one flow of every class that the rules of either cloud tell apart, from one source in
    each cloud that may reach Microsoft Update itself. It leaves out a cloud without such a source.

    Args:
        policy: The environment's.
        sides: Each target's cloud and its controls.

    Returns:
        The first flow of each class that only one of two clouds admits; for names, one flow per port.
    """
    found: dict[tuple[str, ...], Disparity] = {}
    for one, other in permutations(sides, 2):
        sources = [_source(policy, place) for place, _ in (one, other)]
        if None in sources:
            continue
        for each in _one_way(policy, one, other):
            subject = subject_of(policy, each.flow)
            port = str(each.flow.port) if subject == "names" else ""
            found.setdefault((each.admits, each.denies, subject, port), each)
    return tuple(found[key] for key in sorted(found))


def _source(policy: EgressPolicy, place: Place) -> Address | None:
    here = (party for party in policy.in_place(place) if party.internet and party.addresses)
    party = next(here, None)
    return party.addresses[0].network_address if party else None


def _one_way(policy: EgressPolicy, one: Side, other: Side) -> Iterator[Disparity]:
    """What `one` admits and `other` does not."""
    (here, ours), (there, theirs) = one, other
    source, their_source = _source(policy, here), _source(policy, there)
    assert source is not None  # noqa: S101 - the caller asked
    assert their_source is not None  # noqa: S101
    for flow in representatives(policy, here, [*ours, *theirs]):
        if flow.source != source or not policy.is_internet(flow.destination):
            continue
        same = _from(their_source, flow)
        admitted, asked = _verdict(policy, ours, flow), _verdict(policy, theirs, same)
        if admitted is Verdict.ALLOW and asked is not Verdict.ALLOW:
            yield Disparity(here, there, flow)
        if flow.application is None:
            continue
        mine, its = _names(ours, flow), _names(theirs, same)
        for names, surely in (
            (mine.surely - its.possibly, True),
            (mine.possibly - its.surely, False),
        ):
            if (name := names.witness()) is not None:
                named = Flow(source, flow.destination, "tcp", flow.port, flow.application, name)
                yield Disparity(here, there, named, surely)
                break


def _from(source: Address, flow: Flow) -> Flow:
    return Flow(source, flow.destination, flow.protocol, flow.port, flow.application, flow.name)


def _verdict(policy: EgressPolicy, controls: Sequence[Control], flow: Flow) -> Verdict:
    rulings = (control.admits(flow) for control in met(controls, flow))
    return path_verdict(rulings, policy.decide(flow).allowed)


def _names(controls: Sequence[Control], flow: Flow) -> Bounds:
    together = Bounds.exact(ALL_NAMES)
    for bounds in filter(None, (control.names(flow) for control in met(controls, flow))):
        together &= bounds
    return together
