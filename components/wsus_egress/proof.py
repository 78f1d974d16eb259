"""The proof: what a target's controls admit together, against what the policy allows.

Rules tell flows apart by address ranges, port ranges, protocol and name, and by nothing else. So the
addresses fall into classes that no rule distinguishes, the ports likewise, and one member of each
class stands for all of it: every combination of classes is looked at, none is sampled. Names are
compared as sets, exactly.
"""

from __future__ import annotations

import datetime
import ipaddress
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from wsus_egress.controls.base import Bounds, Control, Ruling, Verdict
from wsus_egress.environment import Acceptance, Environment, Target
from wsus_egress.names import ALL_NAMES, NO_NAMES, NameSet
from wsus_egress.policy import (
    INTERNAL_NETWORKS,
    Address,
    Application,
    EgressPolicy,
    Flow,
    Network,
    Place,
    Scheme,
    is_internet,
)


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
    kind: Literal["wider", "narrower"]
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
    """What was found of one target."""

    target: Place
    fidelity: Fidelity
    deviations: tuple[Deviation, ...]
    opaque: tuple[str, ...]
    """The controls whose vendor does not publish what they admit."""


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
    deviations, opaque = _compare(environment.policy, target.cloud, controls)
    accepted = {entry.what: entry for entry in environment.accept}
    judged = tuple(_judged(deviation, accepted, today) for deviation in deviations)
    kinds = {deviation.kind for deviation in judged}
    if "wider" in kinds:
        fidelity = Fidelity.WIDER
    elif "narrower" in kinds:
        fidelity = Fidelity.NARROWER
    else:
        fidelity = Fidelity.OPAQUE if opaque else Fidelity.EXACT
    return Proof(target.cloud, fidelity, judged, opaque)


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
) -> tuple[tuple[Deviation, ...], tuple[str, ...]]:
    found: dict[str, Deviation] = {}
    opaque: dict[str, None] = {}
    for flow in _representatives(policy, place, controls):
        for other, kind, control in _differences(policy, flow, controls, opaque):
            subject = _subject(policy, other)
            what = f"{place}/{control}/{kind}/{subject}"
            if what not in found:
                verb = "admits" if kind == "wider" else "denies"
                reason = f"the target {verb} {_REASONS[subject]}; the policy does not"
                found[what] = Deviation(what, kind, control, subject, other, reason)
    return tuple(found[what] for what in sorted(found)), tuple(sorted(opaque))


def _differences(
    policy: EgressPolicy, flow: Flow, controls: Sequence[Control], opaque: dict[str, None]
) -> Iterator[tuple[Flow, Literal["wider", "narrower"], str]]:
    concerned = controls
    if not is_internet(flow.destination) and not _is_synchronization(policy, flow):
        # Other traffic inside the network is no matter of the policy, unless a control is one that
        # denies it all: a rule that admits some of it is then one that nobody asked for.
        concerned = [control for control in controls if control.guards_inside]
    rulings = [(control.name, control.admits(flow)) for control in concerned]
    passed = [
        (name, ruling) for name, ruling in rulings if ruling.verdict is not Verdict.NOT_APPLICABLE
    ]
    if not passed:
        return
    allowed = policy.decide(flow).allowed
    verdict = path_verdict((ruling for _, ruling in passed), allowed)
    if verdict is Verdict.ALLOW and not allowed:
        yield flow, "wider", passed[-1][0]
    if verdict is Verdict.DENY and allowed:
        denying = (name for name, ruling in passed if ruling.verdict is Verdict.DENY)
        yield flow, "narrower", next(denying)
    if flow.application is not None and is_internet(flow.destination):
        yield from _named_differences(policy, flow, controls, opaque)


def _named_differences(
    policy: EgressPolicy, flow: Flow, controls: Sequence[Control], opaque: dict[str, None]
) -> Iterator[tuple[Flow, Literal["wider", "narrower"], str]]:
    wanted = NO_NAMES
    if _may_reach(policy, flow):
        wanted = policy.names(flow.port, flow.application)
    parts = [(c.name, bounds) for c in controls if (bounds := c.names(flow)) is not None]
    together = Bounds.exact(ALL_NAMES)
    for _, bounds in parts:
        together &= bounds
    # Between the two bounds only the vendors know: the policy's own verdict is taken to hold there.
    if together.possibly - wanted or wanted - together.surely:
        unsure = (name for name, bounds in parts if bounds.surely != bounds.possibly)
        opaque.update(dict.fromkeys(unsure))
    if (extra := (together.surely - wanted).witness()) is not None:
        yield _named(flow, extra), "wider", parts[-1][0]
    # What a vendor does not publish is no reason to call a name admitted where the control says no.
    for lacking in ((wanted - bounds).witness() for bounds in (together.possibly, together.surely)):
        named = _named(flow, lacking) if lacking is not None else flow
        denying = [c.name for c in controls if c.admits(named).verdict is Verdict.DENY]
        if lacking is not None and denying:
            yield named, "narrower", denying[0]
            return


def _is_synchronization(policy: EgressPolicy, flow: Flow) -> bool:
    return flow.protocol == "tcp" and flow.port in policy.synchronization_ports


def _may_reach(policy: EgressPolicy, flow: Flow) -> bool:
    if flow.destination.version == 6 and not policy.ipv6:
        return False
    return any(party.internet and flow.source in party for party in policy.parties)


def _named(flow: Flow, name: str) -> Flow:
    return Flow(flow.source, flow.destination, flow.protocol, flow.port, flow.application, name)


def _subject(policy: EgressPolicy, flow: Flow) -> str:
    """The class of a deviating flow: what an owner accepts or refuses as a whole."""
    if is_internet(flow.source):
        return "ingress"
    if not is_internet(flow.destination):
        return "synchronization" if _is_synchronization(policy, flow) else "inside"
    if not any(party.internet and flow.source in party for party in policy.parties):
        return "sources"
    if flow.destination.version == 6:
        return "ipv6"
    if flow.protocol == "udp":
        return "udp"
    if flow.port not in {scheme.port for scheme in Scheme}:
        return "ports"
    fits = any((flow.application, flow.port) == (s.application, s.port) for s in Scheme)
    return "names" if fits and flow.name is not None else "nameless"


_APPLICATIONS: Final[tuple[Application | None, ...]] = ("http", "tls", None)


def _representatives(
    policy: EgressPolicy, place: Place, controls: Sequence[Control]
) -> Iterator[Flow]:
    """A flow, without a name, for every class of flows that any rule could tell apart."""
    addresses = _address_classes(policy, controls)
    ports = _port_classes(policy, controls)
    internet = [address for address in addresses if is_internet(address)]
    internal = [address for address in addresses if not is_internet(address)]
    here = policy.in_place(place)
    inside = [a for a in internal if any(a in party for party in here)]
    outside = [a for a in internal if a not in inside]
    for source, destination, port in itertools.product([*inside, *outside], internet, ports):
        if _is_said_otherwise(policy, source, destination):
            continue
        for application in _APPLICATIONS:
            yield Flow(source, destination, "tcp", port, application)
        yield Flow(source, destination, "udp", port)
    for source, destination, port in itertools.product(internet, inside, ports):
        yield Flow(source, destination, "tcp", port)
        yield Flow(source, destination, "udp", port)
    # Of other ports inside the network one of each class, and UDP, for the controls that guard it;
    # TCP 80 and 443 to any address means private ones too, where a control cannot see names.
    guarded = any(control.guards_inside for control in controls)
    web = {scheme.port for scheme in Scheme} - {*policy.synchronization_ports}
    inner = [p for p in ports if p not in web] if guarded else [*policy.synchronization_ports]
    for source, destination in itertools.product(internal, internal):
        if source in inside or destination in inside:
            for port in inner:
                yield Flow(source, destination, "tcp", port)
                if guarded:
                    yield Flow(source, destination, "udp", port)


def _is_said_otherwise(policy: EgressPolicy, source: Address, destination: Address) -> bool:
    """Whether a pair of two IP versions stands for nothing.

    A server known by its IPv4 address alone that uses IPv6 does so from an address that nobody
    listed: the pair stands for that. Where its IPv6 address is listed, that one has the flow.
    """
    if source.version == destination.version:
        return False
    if source.version == 6:
        return True
    party = next((party for party in policy.parties if source in party), None)
    return party is not None and any(network.version == 6 for network in party.addresses)


def _address_classes(policy: EgressPolicy, controls: Sequence[Control]) -> list[Address]:
    """One address of every class that the policy and the rules tell apart, in their order."""
    networks: dict[Network, None] = {}
    for party in policy.parties:
        networks.update(dict.fromkeys(party.addresses))
    for control in controls:
        networks.update(dict.fromkeys(control.networks))
    classes: dict[tuple[int, bool, tuple[bool, ...]], Address] = {}
    for version, first in ((4, "203.0.113.80"), (6, "2001:db8::80")):
        same = [network for network in networks if network.version == version]
        cuts = {int(ipaddress.ip_address(first))}
        for network in (*same, *(n for n in INTERNAL_NETWORKS if n.version == version)):
            cuts.add(int(network.network_address))
            cuts.add(int(network.broadcast_address) + 1)
        top = 1 << (32 if version == 4 else 128)
        for value in sorted(cuts - {top}, key=lambda v: (v != int(ipaddress.ip_address(first)), v)):
            address = ipaddress.IPv4Address(value) if version == 4 else ipaddress.IPv6Address(value)
            membership = tuple(address in network for network in same)
            classes.setdefault((version, is_internet(address), membership), address)
    return list(classes.values())


def _port_classes(policy: EgressPolicy, controls: Sequence[Control]) -> list[int]:
    ranges = [(scheme.port, scheme.port) for scheme in Scheme]
    ranges += [(port, port) for port in policy.synchronization_ports]
    for control in controls:
        ranges += control.ports
    cuts = {0}
    for low, high in ranges:
        cuts |= {low, high + 1}
    fixed = [scheme.port for scheme in Scheme]
    return [*fixed, *sorted(cut for cut in cuts if cut <= 65535 and cut not in fixed)]


__all__ = ["Deviation", "Fidelity", "NameSet", "Proof", "path_verdict", "prove"]
