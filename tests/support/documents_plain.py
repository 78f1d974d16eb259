"""The plain values of what reads emitted documents: a flow, and what stands in no document."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Verdict = Literal["allow", "deny", "vendor"]
Properties = Mapping[str, Any]

# RFC 1918, 6598, 1122, 3927, 5771, 1112 and, of IPv6, RFC 4193, 4291: what no Internet router has.
_PRIVATE: Final = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
        "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Connection:
    """A flow in plain values: `application` is `http`, `tls` or None."""

    source: Address
    destination: Address
    protocol: str
    port: int
    application: str | None
    name: str | None


@dataclass(frozen=True)
class Surroundings:
    """What stands in no document: who is where, and what the ids of others stand for.

    Attributes:
        inside: The target's own addresses, a party each, by name.
        elsewhere: Addresses of parties that stand outside of the target.
        address_space: The virtual network's blocks; empty for a VPC.
        synchronizes: Of those the addresses that synchronize with the target's own: for the others
            nobody says how they are reached.
        peered: Private ranges outside that a peering or the firewall leads to, both ways.
        behind_firewall: Whether the servers' subnets lead to a firewall without a table of ours.
        stands_for: Addresses by the id of a prefix list, security group or application security group.
        default_actions: Of a Network Firewall policy that is somebody else's.
        prefix: What the names of the component's resources begin with.
        inherited: Rule collection groups of the base policy, as documents would have them.
        others: Rule collection groups that others keep in the policy itself.
        own: Ranges that are inside though they are not private.
    """

    inside: Mapping[str, tuple[Network, ...]]
    elsewhere: tuple[Network, ...] = ()
    synchronizes: tuple[Network, ...] = ()
    peered: tuple[Network, ...] = ()
    address_space: tuple[Network, ...] = ()
    behind_firewall: bool = False
    stands_for: Mapping[str, tuple[Network, ...]] = field(default_factory=dict)
    default_actions: tuple[str, ...] = ()
    prefix: str = "wsus"
    inherited: tuple[Properties, ...] = ()
    others: tuple[Properties, ...] = ()
    own: tuple[Network, ...] = ()


@cache
def is_internet(address: Address, own: tuple[Network, ...] = ()) -> bool:
    """Whether an address is none of the private and reserved ones, and in no range of one's own."""
    return not within(address, (*_PRIVATE, *own))


def within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether any of the networks has the address."""
    return any(address in network for network in networks)


def parsed(texts: Iterable[str]) -> list[Network]:
    """Networks from CIDR blocks."""
    return [ipaddress.ip_network(text) for text in texts]
