"""Flows that stand for all others: one of every class that the policy and the rules tell apart.

Rules tell flows apart by address ranges, port ranges, protocol and name, and by nothing else. So the
addresses fall into classes that no rule distinguishes, the ports likewise, and one member of each
class stands for all of it: every combination of classes is looked at, none is sampled.
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
    is_internet,
)
from wsus_egress.model.policy import EgressPolicy, Place

_APPLICATIONS: Final[tuple[Application | None, ...]] = ("http", "tls", None)


def representatives(
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
    for source, destination in itertools.product([*inside, *outside], internet):
        if _is_said_otherwise(policy, source, destination):
            continue
        for port in ports:
            for application in _APPLICATIONS:
                yield Flow(source, destination, "tcp", port, application)
            yield Flow(source, destination, "udp", port)
    for source, destination, port in itertools.product(internet, inside, ports):
        yield Flow(source, destination, "tcp", port)
        yield Flow(source, destination, "udp", port)
    tcp, udp = _inner_ports(policy, controls, ports)
    for source, destination in itertools.product(internal, internal):
        if source in inside or destination in inside:
            for port in tcp:
                yield Flow(source, destination, "tcp", port)
            for port in udp:
                yield Flow(source, destination, "udp", port)


def _inner_ports(
    policy: EgressPolicy, controls: Sequence[Control], ports: Sequence[int]
) -> tuple[Sequence[int], Sequence[int]]:
    """The TCP and UDP ports that are looked at between private addresses.

    Besides synchronization those that a control guards: one of each class and UDP where it guards
    all, but not TCP 80 and 443, which to any address means private ones too.
    """
    synchronization = policy.synchronization_ports
    guards = [control.guards_inside for control in controls]
    if any(each is True for each in guards):
        web = {scheme.port for scheme in Scheme} - {*synchronization}
        others = [port for port in ports if port not in web]
        return others, others
    some = {port for each in guards if not isinstance(each, bool) for port in each}
    return sorted({*synchronization, *some}), ()


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
        if not isinstance(control.guards_inside, bool):
            ranges += [(port, port) for port in control.guards_inside]
    # What begins and ends where; between two cuts no range does.
    begins: dict[int, set[tuple[int, int]]] = {1: set()}
    ends: dict[int, set[tuple[int, int]]] = {}
    for low, high in ranges:
        begins.setdefault(low, set()).add((low, high))
        ends.setdefault(high + 1, set()).add((low, high))
    # Ports that are in just the same ranges are one class, wherever they lie.
    classes: dict[frozenset[tuple[int, int]], int] = {}
    inside: set[tuple[int, int]] = set()
    for cut in sorted(cut for cut in {*begins, *ends} if cut <= 65535):
        inside = inside - ends.get(cut, set()) | begins.get(cut, set())
        classes.setdefault(frozenset(inside), cut)
    fixed = [scheme.port for scheme in Scheme]
    return [*fixed, *(port for port in classes.values() if port not in fixed)]
