"""Picks one flow per equivalence class: flows that no rule and no policy clause can tell apart.

Rules tell flows apart by address ranges, port ranges, protocol and name, and by nothing else. So
addresses fall into classes that no rule tells apart, ports likewise, and one member of each class
stands for the whole class. The proof looks at every combination of classes and samples none.

For example, with a server 10.20.0.10 and rules about TCP 443 to any address, the ports 1 to 79 and
81 to 442 are in the same ranges (none), so port 1 stands for all of them; 203.0.113.80 stands for
every address of the Internet that no rule names.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from wsus_egress.controls.base import Control
from wsus_egress.model.flows import (
    INTERNAL_NETWORKS,
    Address,
    Application,
    Flow,
    Network,
    Scheme,
)
from wsus_egress.model.party import Place
from wsus_egress.model.policy import EgressPolicy

_APPLICATIONS: Final[tuple[Application | None, ...]] = ("http", "tls", None)


def representatives(
    policy: EgressPolicy, place: Place, controls: Sequence[Control]
) -> Iterator[Flow]:
    """One flow, without a name, for each class of flows that some rule could tell apart."""
    addresses = _address_classes(policy, controls)
    ports = _port_classes(policy, controls)
    internet = [address for address in addresses if policy.is_internet(address)]
    internal = [address for address in addresses if not policy.is_internet(address)]
    here = policy.in_place(place)
    inside = [a for a in internal if any(a in party for party in here)]
    outside = [a for a in internal if a not in inside]
    for source, destination in itertools.product([*inside, *outside], internet):
        if _is_said_otherwise(policy, source, destination):
            continue
        for port in ports:
            for application in _APPLICATIONS:
                yield Flow(source, destination, "tcp", port, application)
            yield Flow(source, destination, "udp", port)
        if any(control.sees_segments for control in controls):
            for scheme in Scheme:
                yield Flow(source, destination, "tcp", scheme.port, scheme.application, split=True)
    for source, destination, port in itertools.product(internet, inside, ports):
        yield Flow(source, destination, "tcp", port)
        yield Flow(source, destination, "udp", port)
    yield from _inner(policy, controls, ports, internal, inside)


def _inner(
    policy: EgressPolicy,
    controls: Sequence[Control],
    ports: Sequence[int],
    internal: Sequence[Address],
    inside: Sequence[Address],
) -> Iterator[Flow]:
    """The flows between private addresses, one of which stands in the target."""
    tcp, udp = _inner_ports(policy, controls, ports)
    web = {scheme.port for scheme in Scheme} if _guarded(controls) else set()
    lone = _lone(policy)
    for source, destination in itertools.product(internal, internal):
        if source == destination and source in lone:
            continue  # What one address sends itself passes no control.
        if source in inside or destination in inside:
            # A rule that allows TCP 80 and 443 to any address allows them to private addresses too.
            known = web if policy.has_internet(source) and destination not in inside else ()
            for port in tcp:
                if port not in known:
                    yield Flow(source, destination, "tcp", port)
            for port in udp:
                yield Flow(source, destination, "udp", port)


def _guarded(controls: Sequence[Control]) -> bool:
    """Whether a control denies whatever the policy does not name between private addresses."""
    return any(control.guards_inside is True for control in controls)


def _lone(policy: EgressPolicy) -> set[Address]:
    """The single addresses that parties are known by."""
    return {
        network.network_address
        for party in policy.parties
        for network in party.addresses
        if network.num_addresses == 1
    }


def _inner_ports(
    policy: EgressPolicy, controls: Sequence[Control], ports: Sequence[int]
) -> tuple[Sequence[int], Sequence[int]]:
    """The TCP and UDP ports to look at between private addresses.

    Synchronization ports, and those that a control guards. A control that guards all of them adds one
    port of each class, for UDP too, but not TCP 80 and 443: a rule that allows those to any address
    allows them to private addresses as well.
    """
    synchronization = policy.synchronization_ports
    guards = [control.guards_inside for control in controls]
    if _guarded(controls):
        web = {scheme.port for scheme in Scheme} - {*synchronization}
        others = [port for port in ports if port not in web]
        return others, others
    some = {port for each in guards if not isinstance(each, bool) for port in each}
    return sorted({*synchronization, *some}), ()


def _is_said_otherwise(policy: EgressPolicy, source: Address, destination: Address) -> bool:
    """Whether another pair already stands for this pair of two IP versions.

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
    networks.update(dict.fromkeys(policy.own))
    for permit in policy.permits:
        networks.update(dict.fromkeys(permit.networks))
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
            classes.setdefault((version, policy.is_internet(address), membership), address)
    return list(classes.values())


def _port_classes(policy: EgressPolicy, controls: Sequence[Control]) -> list[int]:
    ranges = [(scheme.port, scheme.port) for scheme in Scheme]
    ranges += [(port, port) for port in policy.synchronization_ports]
    ranges += [ports for permit in policy.permits for ports in permit.ports]
    for control in controls:
        ranges += control.ports
        if not isinstance(control.guards_inside, bool):
            ranges += [(port, port) for port in control.guards_inside]
    # Which ranges begin and end at each cut; between two cuts no range begins or ends.
    begins: dict[int, set[tuple[int, int]]] = {1: set()}
    ends: dict[int, set[tuple[int, int]]] = {}
    for low, high in ranges:
        begins.setdefault(low, set()).add((low, high))
        ends.setdefault(high + 1, set()).add((low, high))
    # Ports that are in exactly the same ranges are one class, wherever they lie.
    classes: dict[frozenset[tuple[int, int]], int] = {}
    inside: set[tuple[int, int]] = set()
    for cut in sorted(cut for cut in {*begins, *ends} if cut <= 65535):
        inside = inside - ends.get(cut, set()) | begins.get(cut, set())
        classes.setdefault(frozenset(inside), cut)
    fixed = [scheme.port for scheme in Scheme]
    return [*fixed, *(port for port in classes.values() if port not in fixed)]
