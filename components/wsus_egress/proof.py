"""The proof: what a target's controls admit together, against what the policy allows.

`representatives` has the flows that stand for all others; names are compared as sets, exactly. What
one control admits beyond its part, and only another one denies, is found too: it is `masked`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from wsus_egress.controls.base import Control, Part, Ruling, Verdict, met, sides
from wsus_egress.environment import Acceptance, Environment, Target
from wsus_egress.names import NO_NAMES, NameSet
from wsus_egress.policy import (
    EgressPolicy,
    Flow,
    Place,
    Scheme,
    is_internet,
)
from wsus_egress.representatives import representatives

Kind = Literal["wider", "narrower"]


class Fidelity(StrEnum):
    """What the controls admit, against the policy."""

    EXACT = "exact"
    WIDER = "wider"
    NARROWER = "narrower"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
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
class Unproved:
    """A flow on which a vendor decides without publishing how: the policy is taken to hold.

    Attributes:
        control: The control whose content is not published.
        kind: What the target is if it does not hold.
        masked: Whether another control denies the flow anyway.
    """

    control: str
    kind: Kind
    witness: Flow
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of one target."""

    target: Place
    fidelity: Fidelity
    deviations: tuple[Deviation, ...]
    opaque: tuple[str, ...]
    """The controls whose vendor does not publish what they admit."""
    masked: tuple[Deviation, ...] = ()
    """Where one control does not do its part and another one hides that."""
    unproved: tuple[Unproved, ...] = ()
    """A flow of each class that only a vendor can tell."""

    @property
    def findings(self) -> tuple[Deviation, ...]:
        """What nobody accepts today, masked deviations included."""
        return tuple(each for each in (*self.deviations, *self.masked) if not each.accepted)


_REASONS: Final[Mapping[str, str]] = {
    "names": "any other host name",
    "nameless": "TCP 80 without an HTTP host, or TCP 443 without a TLS server name",
    "ports": "a port of the Internet that is not 80 or 443",
    "udp": "UDP to the Internet",
    "ipv6": "an IPv6 address",
    "synchronization": "a synchronization port",
    "inside": "a connection inside the network that is no synchronization",
    "ingress": "a connection from the Internet",
    "sources": "a source that the policy does not name",
}


def path_verdict(rulings: Iterable[Ruling], allowed: bool) -> Verdict:
    """What controls that a flow passes one after another say together.

    Args:
        rulings: Of every control on the path.
        allowed: What the policy says: where a vendor does not publish what decides, the policy's
            own verdict is taken to hold.
    """
    verdicts = {ruling.verdict for ruling in rulings} - {Verdict.NOT_APPLICABLE}
    if Verdict.DENY in verdicts:
        return Verdict.DENY
    if Verdict.OPAQUE in verdicts:
        return Verdict.ALLOW if allowed else Verdict.DENY
    return Verdict.ALLOW if verdicts else Verdict.NOT_APPLICABLE


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
    """Compare one control with its own part of the policy, whatever stands beside it.

    Args:
        policy: What is allowed.
        place: Where the control enforces it.
        control: For example one that was read back from deployed resources.

    Returns:
        For each way in which it deviates the first witness, sorted.
    """
    found: dict[str, Deviation] = {}
    for flow in representatives(policy, place, [control]):
        inside = not is_internet(flow.destination) and not _is_synchronization(policy, flow)
        for side in sides(control):
            if inside and not _guards(policy, place, side, flow):
                continue
            for other, kind, name in _differences(side.asked(policy, flow), flow, [side], []):
                _note(found, policy, place, name, kind, other,
                      "{}; that is not its part of the policy")  # fmt: skip
    return tuple(found[what] for what in sorted(found))


def _judged(
    deviation: Deviation, accepted: Mapping[str, Acceptance], today: datetime.date
) -> Deviation:
    acceptance = accepted.get(deviation.what)
    if acceptance is None:
        return deviation
    return Deviation(
        deviation.what,
        deviation.kind,
        deviation.control,
        deviation.subject,
        deviation.witness,
        f"{deviation.reason}. Accepted until {acceptance.expires}: {acceptance.reason}",
        acceptance,
        acceptance.expires < today,
    )


def _compare(
    policy: EgressPolicy, place: Place, controls: Sequence[Control]
) -> tuple[tuple[Deviation, ...], tuple[Deviation, ...], tuple[Unproved, ...]]:
    found: dict[str, Deviation] = {}
    masked: dict[str, Deviation] = {}
    unproved: dict[tuple[str, str, str, int, str], Unproved] = {}
    for flow in representatives(policy, place, controls):
        concerned = met(controls, flow)
        other = not is_internet(flow.destination) and not _is_synchronization(policy, flow)
        if other:
            # Other traffic inside the network is no matter of the policy, unless a control is one
            # that denies it all: a rule that admits some of it is then one that nobody asked for.
            concerned = [each for each in controls if _guards(policy, place, each, flow)]
        wanted = _wanted(policy, flow)
        opaque: list[Unproved] = []
        for witness, kind, name in _differences(wanted, flow, concerned, opaque):
            _note(found, policy, place, name, kind, witness, "the target {}; the policy does not")
        for control in (side for each in concerned for side in sides(each)):
            if other and not _guards(policy, place, control, flow):
                continue
            part = control.asked(policy, flow)
            hidden: list[Unproved] = []
            for witness, kind, name in _differences(part, flow, [control], hidden):
                _note(masked, policy, place, name, kind, witness,
                      "by itself {}; that is not its part of the policy")  # fmt: skip
            opaque += (Unproved(each.control, each.kind, each.witness, True) for each in hidden)
        for each in opaque:
            subject = subject_of(policy, each.witness)
            key = (each.control, each.kind, subject, flow.port, str(flow.application))
            unproved.setdefault(key, each)
    return (
        tuple(found[what] for what in sorted(found)),
        tuple(masked[what] for what in sorted(masked) if what not in found),
        tuple(unproved[key] for key in sorted(unproved)),
    )


def _note(  # noqa: PLR0913, PLR0917 - what a deviation is made of
    found: dict[str, Deviation],
    policy: EgressPolicy,
    place: Place,
    control: str,
    kind: Kind,
    witness: Flow,
    text: str,
) -> None:
    subject = subject_of(policy, witness)
    what = f"{place}/{control}/{kind}/{subject}"
    if what not in found:
        verb = "admits" if kind == "wider" else "denies"
        reason = text.format(f"{verb} {_REASONS[subject]}")
        found[what] = Deviation(what, kind, control, subject, witness, reason)


def _wanted(policy: EgressPolicy, flow: Flow) -> Part:
    return Part(
        policy.decide(flow).allowed,
        policy.names(flow.port, flow.application) if policy.may_reach(flow) else NO_NAMES,
    )


def _differences(
    wanted: Part, flow: Flow, controls: Sequence[Control], opaque: list[Unproved]
) -> Iterator[tuple[Flow, Kind, str]]:
    passed = [
        (control.name, ruling)
        for control in controls
        if (ruling := control.admits(flow)).verdict is not Verdict.NOT_APPLICABLE
    ]
    verdict = path_verdict((ruling for _, ruling in passed), wanted.allowed)
    if verdict is Verdict.ALLOW and not wanted.allowed:
        yield flow, "wider", passed[-1][0]
    if verdict is Verdict.DENY and wanted.allowed:
        denying = (name for name, ruling in passed if ruling.verdict is Verdict.DENY)
        yield flow, "narrower", next(denying)
    if flow.application is not None and is_internet(flow.destination):
        yield from _named_differences(wanted.names, flow, controls, opaque)


def _named_differences(
    wanted: NameSet, flow: Flow, controls: Sequence[Control], opaque: list[Unproved]
) -> Iterator[tuple[Flow, Kind, str]]:
    parts = [(c.name, bounds) for c in controls if (bounds := c.names(flow)) is not None]
    if not parts or (not wanted and any(not bounds.possibly for _, bounds in parts)):
        return
    together = parts[0][1]
    for _, bounds in parts[1:]:
        together &= bounds
    # Between the two bounds only the vendors know: the policy's own verdict is taken to hold there.
    unknown = together.possibly - together.surely
    unsure: tuple[tuple[Kind, NameSet], ...] = (
        ("wider", unknown - wanted),
        ("narrower", unknown & wanted),
    )
    for kind, names in unsure if unknown else ():
        if (name := names.witness()) is not None:
            opaque += (
                Unproved(control, kind, _named(flow, name))
                for control, bounds in parts
                if bounds.surely != bounds.possibly
            )
    if (extra := (together.surely - wanted).witness()) is not None:
        yield _named(flow, extra), "wider", parts[-1][0]
    # What a vendor does not publish is no reason to call a name admitted where the control says no.
    for lacking in ((wanted - bounds).witness() for bounds in (together.possibly, together.surely)):
        named = _named(flow, lacking) if lacking is not None else flow
        denying = [c.name for c in controls if c.admits(named).verdict is Verdict.DENY]
        if lacking is not None and denying:
            yield named, "narrower", denying[0]
            return


def _guards(policy: EgressPolicy, place: Place, control: Control, flow: Flow) -> bool:
    if is_internet(flow.source):
        return True  # Nothing ever has to come in from there, on whatever port.
    guarded = control.guards_inside
    if isinstance(guarded, bool):
        return guarded
    ours = any(flow.source in party for party in policy.in_place(place))
    return ours and flow.protocol == "tcp" and flow.port in guarded


def _is_synchronization(policy: EgressPolicy, flow: Flow) -> bool:
    return flow.protocol == "tcp" and flow.port in policy.synchronization_ports


def _named(flow: Flow, name: str) -> Flow:
    return Flow(flow.source, flow.destination, flow.protocol, flow.port, flow.application, name)


def subject_of(policy: EgressPolicy, flow: Flow) -> str:
    """The class of a deviating flow: what an owner accepts or refuses as a whole."""
    if is_internet(flow.source):
        return "ingress"
    if not is_internet(flow.destination):
        return "synchronization" if _is_synchronization(policy, flow) else "inside"
    if not policy.has_internet(flow.source):
        return "sources"
    if flow.destination.version == 6:
        return "ipv6"
    if flow.protocol == "udp":
        return "udp"
    if flow.port not in {scheme.port for scheme in Scheme}:
        return "ports"
    fits = any((flow.application, flow.port) == (s.application, s.port) for s in Scheme)
    return "names" if fits and flow.name is not None else "nameless"


__all__ = [
    "Deviation",
    "Fidelity",
    "NameSet",
    "Proof",
    "Unproved",
    "path_verdict",
    "prove",
    "prove_alone",
    "subject_of",
]
