"""Azure's effective routes, from a route table's document and what stands around it, hop by hop.

Written apart from the proof and its route control: it knows no setting and no assumption, only the
document's properties, a topology, and how Azure chooses ("Virtual network traffic routing",
azure-docs articles/virtual-network/virtual-networks-udr-overview.md, read 2026-11):

- the longest prefix wins;
- of equal ones a user's route, then one that the gateway learned, then the system's;
- but routes of the network itself, its peerings and service endpoints come before learned ones, however
  long those are, and that of a service endpoint before all;
- without propagation a subnet has no route of the gateway's;
- a user's route for 0.0.0.0/0 takes the system's routes of the private ranges away.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from documents_plain import Address, Network

_PRIVATE: Final = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
_EVERYWHERE: Final = ipaddress.ip_network("0.0.0.0/0")


@dataclass(frozen=True, slots=True)
class Topology:
    """What stands around the servers' subnets.

    Attributes:
        space: The virtual network's ranges.
        peered: The address spaces of peered networks, each with whether its own route table leads what
            goes to the servers through the firewall.
        learned: What the gateway knows, with the same of the gateway's subnet.
        services: The ranges of services of which the subnet has an endpoint.
        passes: The private ranges of which the firewall's rules pass what goes there and comes back.
    """

    space: tuple[Network, ...]
    peered: Mapping[Network, bool]
    learned: Mapping[Network, bool]
    services: tuple[Network, ...] = ()
    passes: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Hop:
    """One route that a subnet has. `rank` is its place among those of the same length."""

    prefix: Network
    kind: str
    rank: int
    preferred: bool = False


def routes(table: Mapping[str, Any] | None, around: Topology) -> Iterator[Hop]:
    """Every route of a subnet with this table; None for a subnet without one."""
    given = table["routes"] if table else ()
    users = [Hop(ipaddress.ip_network(e["addressPrefix"]), str(e["nextHopType"]), 0) for e in given]
    yield from users
    yield from (Hop(each, "VirtualNetworkServiceEndpoint", -1, True) for each in around.services)
    if table is None or not table["disableBgpRoutePropagation"]:
        yield from (Hop(each, "VirtualNetworkGateway", 1) for each in around.learned)
    yield from (Hop(each, "VnetLocal", 2, True) for each in around.space)
    yield from (Hop(each, "VNetPeering", 2, True) for each in around.peered)
    yield Hop(_EVERYWHERE, "Internet", 2)
    if not any(each.prefix == _EVERYWHERE for each in users):
        yield from (Hop(each, "None", 3) for each in _PRIVATE)


def next_hop(table: Mapping[str, Any] | None, around: Topology, destination: Address) -> str:
    """Where a packet goes that leaves the subnet."""
    fitting = [each for each in routes(table, around) if destination in each.prefix]
    if any(each.rank == -1 for each in fitting):
        return "VirtualNetworkServiceEndpoint"
    if any(each.preferred for each in fitting):
        # A system's route of these is preferred to learned ones: only a user's can be before it.
        fitting = [each for each in fitting if each.preferred or each.rank == 0]
    return min(fitting, key=lambda each: (-each.prefix.prefixlen, each.rank)).kind


def arrives(table: Mapping[str, Any] | None, around: Topology, far: Address) -> bool:
    """Whether a connection between a server and a private address outside works, whoever starts it.

    A firewall passes a connection of which it sees both directions and has a rule for, and drops one
    of which it sees half.
    """
    hop = next_hop(table, around, far)
    peer = _longest(around.peered, far)
    learned = _longest(around.learned, far)
    if peer is None and learned is None:
        return False  # Nothing is there.
    # The far side answers by what leads to it: a peering before a gateway, which Azure prefers.
    back = around.peered[peer] if peer is not None else around.learned[learned]  # type: ignore[index]
    if hop == "VirtualAppliance":
        return back and any(far in each for each in around.passes)
    if hop == "VNetPeering":
        return not back
    if hop == "VirtualNetworkGateway":
        return learned is not None and not back and peer is None
    return False


def _longest(known: Mapping[Network, bool], far: Address) -> Network | None:
    return max((e for e in known if far in e), key=lambda e: e.prefixlen, default=None)
