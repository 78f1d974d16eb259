"""The proof: compares what a target's controls admit together with what the policy allows.

`representatives` gives one flow per class; names are compared as sets, exactly. The proof also
finds what one control admits beyond its part and only another one denies: such a deviation is
`masked`. For example a security group that opens TCP 8080 behind a firewall that drops it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from wsus_egress.controls.base import Control, Part, Verdict, asked_of_names, met, path_verdict
from wsus_egress.model.environment import Acceptance, Environment, Target
from wsus_egress.model.flows import Flow, Scheme
from wsus_egress.model.party import Place
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import NO_NAMES
from wsus_egress.proof.classes import representatives
from wsus_egress.proof.compare import Answer, Comparer, Difference, Kind, Unproved, answers


class Fidelity(StrEnum):
    """What the controls admit, against the policy."""

    EXACT = "exact"
    WIDER = "wider"
    NARROWER = "narrower"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One way in which the controls differ from the policy.

    Attributes:
        what: How an environment names it to accept it: `target/control/kind/subject`.
        control: The control that decides otherwise.
        witness: A flow that shows it.
        reason: Why it is so, or what was accepted and until when.
    """

    what: str
    kind: Kind
    control: str
    subject: str
    witness: Flow
    reason: str
    acceptance: Acceptance | None = None
    expired: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the environment's owner accepts it today."""
        return self.acceptance is not None and not self.expired


@dataclass(frozen=True, slots=True)
class Proof:
    """What the proof found about one target."""

    target: Place
    fidelity: Fidelity
    deviations: tuple[Deviation, ...]
    opaque: tuple[str, ...]
    """The controls whose vendor does not publish what they admit."""
    masked: tuple[Deviation, ...] = ()
    """Deviations of one control that another control hides."""
    unproved: tuple[Unproved, ...] = ()
    """One flow of each class on which only a vendor can decide."""

    @property
    def findings(self) -> tuple[Deviation, ...]:
        """The deviations that no one accepts today, masked ones included."""
        return tuple(each for each in (*self.deviations, *self.masked) if not each.accepted)


_REASONS: Final[Mapping[str, str]] = {
    "names": "any other host name",
    "nameless": "TCP 80 without an HTTP host, or TCP 443 without a TLS server name",
    "segments": "a ClientHello or HTTP request in two segments",
    "ports": "a port of the Internet that is not 80 or 443",
    "udp": "UDP to the Internet",
    "ipv6": "an IPv6 address",
    "synchronization": "a synchronization port",
    "inside": "a connection inside the network that is not synchronization",
    "ingress": "a connection from the Internet",
    "sources": "a source that the policy does not name",
}
SUBJECTS: Final = frozenset(_REASONS)
"""The classes of flows that deviations are about."""
_BY_ITSELF: Final = "on its own {}; that is outside its share of the policy"


def prove(
    environment: Environment,
    target: Target,
    controls: Sequence[Control],
    today: datetime.date,
) -> Proof:
    """Compare a target's controls with the policy.

    Args:
        environment: The policy and the deviations it accepts.
        target: One of its targets.
        controls: What is enforced there; normally `compile_target(environment, target)`.
        today: The day on which acceptances must not have expired.

    Returns:
        The fidelity, and for each way in which the controls deviate the first witness.
    """
    deviations, masked, unproved = _compare(environment.policy, target.cloud, controls)
    opaque = tuple(sorted({each.control for each in unproved if not each.masked}))
    accepted = {entry.what: entry for entry in environment.accept}
    judged = tuple(_judged(deviation, accepted, today) for deviation in deviations)
    hidden = tuple(_judged(deviation, accepted, today) for deviation in masked)
    kinds = {deviation.kind for deviation in judged}
    if "wider" in kinds:
        fidelity = Fidelity.WIDER
    elif "narrower" in kinds:
        fidelity = Fidelity.NARROWER
    else:
        fidelity = Fidelity.OPAQUE if opaque else Fidelity.EXACT
    return Proof(target.cloud, fidelity, judged, opaque, hidden, unproved)


def prove_alone(policy: EgressPolicy, place: Place, control: Control) -> tuple[Deviation, ...]:
    """Compare one control with its own part of the policy, whatever other controls there are.

    Args:
        policy: What is allowed.
        place: Where the control enforces it.
        control: For example one that was read back from deployed resources.

    Returns:
        For each way in which it deviates the first witness, sorted.
    """
    found: dict[str, Deviation] = {}
    comparer, sides = Comparer(), control.sides()
    for flow in representatives(policy, place, [control]):
        inside = _is_other(policy, flow)
        named = flow.application is not None and not inside
        for answer in answers(sides, flow, named=named):
            if inside and not _guards(policy, place, answer.control, flow):
                continue
            part = answer.control.asked(policy, flow)
            for each in comparer.differences(part, flow, [answer], []):
                _note(found, policy, place, each, "{}; that is outside its share of the policy")
    return tuple(found[what] for what in sorted(found))


def _in_one_segment(flow: Flow) -> tuple[Flow, ...]:
    """The same flow in one segment, where it comes in two: a deviation of both is that of the one."""
    return (replace(flow, split=False),) if flow.split else ()


def _judged(
    deviation: Deviation, accepted: Mapping[str, Acceptance], today: datetime.date
) -> Deviation:
    acceptance = accepted.get(deviation.what)
    if acceptance is None:
        return deviation
    return replace(
        deviation,
        reason=f"{deviation.reason}. Accepted until {acceptance.expires}: {acceptance.reason}",
        acceptance=acceptance,
        expired=acceptance.expires < today,
    )


def _compare(
    policy: EgressPolicy, place: Place, controls: Sequence[Control]
) -> tuple[tuple[Deviation, ...], tuple[Deviation, ...], tuple[Unproved, ...]]:
    found: dict[str, Deviation] = {}
    masked: dict[str, Deviation] = {}
    unproved: dict[tuple[str, str, str, int, str], Unproved] = {}
    comparer = Comparer()
    path = _Path(policy, place, controls)
    for flow in representatives(policy, place, controls):
        other = _is_other(policy, flow)
        if not (said := path.answers(flow, other=other)):
            continue
        opaque: list[Unproved] = []
        known = {
            (each.kind, each.control)
            for plain in _in_one_segment(flow)
            for each in comparer.differences(
                asked_of_names(policy, plain), plain, path.answers(plain, other=other), []
            )
        }
        for each in comparer.differences(asked_of_names(policy, flow), flow, said, opaque):
            if (each.kind, each.control) not in known:
                _note(found, policy, place, each, "the target {}; the policy does not")
        for answer in said:
            if other and not _guards(policy, place, answer.control, flow):
                continue
            part = answer.control.asked(policy, flow)
            hidden: list[Unproved] = []
            for each in comparer.differences(part, flow, [answer], hidden):
                _note(masked, policy, place, each, _BY_ITSELF)
            opaque += (Unproved(e.control, e.kind, e.witness, True) for e in hidden)
        for left in opaque:
            subject = subject_of(policy, left.witness)
            key = (left.control, left.kind, subject, flow.port, str(flow.application))
            # Where another control denies the one flow and not the other, it is that other one that
            # leaves the target to the vendor.
            if key not in unproved or (unproved[key].masked and not left.masked):
                unproved[key] = left
    return (
        tuple(found[what] for what in sorted(found)),
        tuple(masked[what] for what in sorted(masked) if what not in found),
        tuple(unproved[key] for key in sorted(unproved)),
    )


class _Path:
    """What a target's controls say about a flow on its path."""

    def __init__(self, policy: EgressPolicy, place: Place, controls: Sequence[Control]) -> None:
        self._policy, self._place, self._controls = policy, place, controls
        self._routes = [control for control in controls if control.leads_past]
        # A control with two sides is asked for both, one after the other.
        self._sides = {control.name: control.sides() for control in controls}

    def answers(self, flow: Flow, *, other: bool) -> list[Answer]:
        """The answers of every control that the flow meets; `other` where no policy clause is about it."""
        if other and any(c.admits(flow).verdict is Verdict.DENY for c in self._routes):
            return []  # Nothing leads there.
        # The policy leaves other traffic inside the network alone. Only a control that denies all of
        # it is judged there: a rule that admits some of it has no part of the policy behind it.
        concerned = (
            [each for each in self._controls if _guards(self._policy, self._place, each, flow)]
            if other
            else met(self._controls, flow)
        )
        passed = [side for each in concerned for side in self._sides[each.name]]
        named = flow.application is not None and self._policy.is_internet(flow.destination)
        return answers(passed, flow, named=named)


def admitted_anew(
    policy: EgressPolicy, place: Place, before: Sequence[Control], after: Sequence[Control]
) -> tuple[Deviation, ...]:
    """What controls admit beyond the policy that the earlier ones did not admit.

    Args:
        policy: What is allowed now.
        place: The target.
        before: What was enforced.
        after: What is to be enforced.

    Returns:
        Of each kind of flow the first witness, sorted.
    """
    found: dict[str, Deviation] = {}
    comparer = Comparer()
    old, new = _Path(policy, place, before), _Path(policy, place, after)
    for flow in representatives(policy, place, [*before, *after]):
        other = _is_other(policy, flow)
        said = new.answers(flow, other=other)
        if not said:
            continue
        wanted = asked_of_names(policy, flow)
        was = old.answers(flow, other=other)
        verdict = path_verdict((each.ruling for each in was), wanted.allowed)
        names = NO_NAMES
        for number, bounds in enumerate(each.bounds for each in was if each.bounds is not None):
            names = names & bounds.surely if number else bounds.surely
        known = Part(wanted.allowed or verdict is Verdict.ALLOW, wanted.names | names)
        for each in comparer.differences(known, flow, said, []):
            if each.kind == "wider":
                _note(found, policy, place, each, "the target {}; it did not before")
    return tuple(found[what] for what in sorted(found))


def _note(
    found: dict[str, Deviation],
    policy: EgressPolicy,
    place: Place,
    difference: Difference,
    text: str,
) -> None:
    kind, control = difference.kind, difference.control
    subject = subject_of(policy, difference.witness)
    what = f"{place}/{control}/{kind}/{subject}"
    if what not in found:
        verb = "admits" if kind == "wider" else "denies"
        reason = text.format(f"{verb} {_REASONS[subject]}")
        found[what] = Deviation(
            what=what,
            kind=kind,
            control=control,
            subject=subject,
            witness=difference.witness,
            reason=reason,
        )


def _guards(policy: EgressPolicy, place: Place, control: Control, flow: Flow) -> bool:
    if policy.is_internet(flow.source):
        return True  # WSUS starts every connection: no control may let the Internet in.
    guarded = control.guards_inside
    if isinstance(guarded, bool):
        return guarded
    return (
        flow.protocol == "tcp"
        and flow.port in guarded
        and any(flow.source in party for party in policy.in_place(place))
    )


def _is_other(policy: EgressPolicy, flow: Flow) -> bool:
    return not policy.is_internet(flow.destination) and not _is_synchronization(policy, flow)


def _is_synchronization(policy: EgressPolicy, flow: Flow) -> bool:
    return flow.protocol == "tcp" and flow.port in policy.synchronization_ports


def subject_of(policy: EgressPolicy, flow: Flow) -> str:
    """The class of a deviating flow: what an owner accepts or refuses as a whole."""
    if policy.is_internet(flow.source):
        return "ingress"
    if not policy.is_internet(flow.destination):
        return "synchronization" if _is_synchronization(policy, flow) else "inside"
    if not policy.has_internet(flow.source):
        return "sources"
    if flow.destination.version == 6:
        return "ipv6"
    if flow.protocol == "udp":
        return "udp"
    if flow.port not in {scheme.port for scheme in Scheme}:
        return "ports"
    if flow.split:
        return "segments"
    fits = any((flow.application, flow.port) == (s.application, s.port) for s in Scheme)
    return "names" if fits and flow.name is not None else "nameless"
