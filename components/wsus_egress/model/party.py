"""A server or a group of clients: who asks, by which addresses, and whom.

For example the server `wsus-1` of AWS, with 10.20.0.10/32, which synchronizes from Microsoft Update.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from wsus_egress.model.aws import AwsPeer, OwnSecurityGroup
from wsus_egress.model.flows import Address, Network

Place: TypeAlias = Literal["aws", "azure", "elsewhere"]


@dataclass(frozen=True, slots=True)
class SynchronizationPorts:
    """The ports of one server. `https` is None where TLS is off, else `http` + 1."""

    http: int
    https: int | None

    def all(self) -> tuple[int, ...]:
        """HTTP first: content goes over it even where TLS is on."""
        return (self.http,) if self.https is None else (self.http, self.https)


@dataclass(frozen=True, slots=True)
class Proxy:
    """An explicit HTTP proxy inside the network."""

    address: Address
    port: int

    def __str__(self) -> str:
        """`10.20.9.5 tcp/3128`."""
        return f"{self.address} tcp/{self.port}"


@dataclass(frozen=True, slots=True)
class Party:
    """A server or a group of clients: a source of flows, known by its addresses.

    Attributes:
        kind: `server` or `client`.
        place: The target it stands in, or `elsewhere`.
        internet: Whether it may reach Microsoft Update itself.
        asks: The server it synchronizes or updates from; None for Microsoft Update.
        ports: A server's synchronization ports; None for clients.
        aws_peer: How AWS names it; None for by its addresses.
        aws_vpc_id: The VPC it is in; None for the target's own.
        aws_security_group: The group that it has already, or how its own is called.
        proxy: What it reaches Microsoft Update through, and nothing else; `internet` is then false.
        left_out: Servers in the clients' address ranges, which are not theirs: `10.20.0.10/32 of wsus`.
    """

    name: str
    kind: Literal["server", "client"]
    addresses: tuple[Network, ...]
    place: Place
    internet: bool
    asks: str | None
    ports: SynchronizationPorts | None
    aws_peer: AwsPeer | None = None
    aws_vpc_id: str | None = None
    aws_security_group: OwnSecurityGroup | None = None
    proxy: Proxy | None = None
    left_out: tuple[str, ...] = ()

    def __contains__(self, address: Address) -> bool:
        """Whether the address is one of this party's."""
        return any(address in network for network in self.addresses)
