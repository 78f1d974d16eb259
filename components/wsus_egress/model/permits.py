"""Connections inside the network that a policy admits besides synchronization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wsus_egress.model.flows import Address, Flow, Network, Protocol


@dataclass(frozen=True, slots=True)
class Permit:
    """What parties that stand in AWS may reach, or be reached by, inside the network.

    For example a domain controller's TCP 88 for every server, or the way to a proxy.

    Attributes:
        networks: The other end: none of it is the Internet.
        ports: Ranges of destination ports, both ends inclusive.
        parties: Names of those it is for.
    """

    name: str
    direction: Literal["egress", "ingress"]
    protocol: Protocol
    ports: tuple[tuple[int, int], ...]
    networks: tuple[Network, ...]
    parties: tuple[str, ...]

    def has(self, flow: Flow) -> bool:
        """Whether it is about the flow's protocol and port."""
        return flow.protocol == self.protocol and any(a <= flow.port <= b for a, b in self.ports)

    def leads_to(self, peer: Address) -> bool:
        """Whether an address is at its other end."""
        return any(peer in network for network in self.networks)
