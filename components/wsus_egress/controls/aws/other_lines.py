"""What a Suricata rule of others decides, and at which packet of a connection.

A firewall policy in strict order asks its rules anew for every packet, and the first one that fits
decides. A rule without a name fits the first packet of a connection, before any rule by name can: so
`drop tcp any any -> any 443`, in a group after ours, takes a ClientHello's handshake away. The moments
below, and which rules decide for a whole connection, were measured with Suricata 7.0.10, 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from wsus_egress.controls.base import within
from wsus_egress.model.flows import Address, Application, Flow, Network
from wsus_egress.names.sets import NameSet

TOP_PORT: Final = 65535
# What a client's own port may be; a rule about some of these may fit answers, and may not.
_EPHEMERAL: Final = (1024, TOP_PORT)


class Moment(Enum):
    """The packets of a connection at which rules may decide, in their order."""

    FIRST = "its first packet"
    ANSWER = "the server's first packet"
    DATA = "the first packet with data"
    COMPLETE = "the packet with which a ClientHello or request in pieces is complete"
    REPLY = "what the server sends from then on"


FROM_SERVER: Final = (Moment.ANSWER, Moment.REPLY)


@dataclass(frozen=True, slots=True)
class Where:
    """Addresses, as Suricata writes them: some, without others."""

    some: tuple[Network, ...]
    without: tuple[Network, ...] = ()

    def __contains__(self, address: Address) -> bool:
        """Whether it has the address."""
        return within(self.some, address) and not within(self.without, address)

    def has_source(self, source: Address, destination: Address) -> bool:
        """Whether a flow comes from there; one from another IP version comes from no listed address."""
        if source.version == destination.version:
            return source in self
        version = destination.version
        return any(n.version == version and n.prefixlen == 0 for n in self.some)


@dataclass(frozen=True, slots=True)
class Ports:
    """Port ranges, both ends inclusive: some, without others."""

    some: tuple[tuple[int, int], ...]
    without: tuple[tuple[int, int], ...] = ()

    def __contains__(self, port: int) -> bool:
        """Whether it has the port."""
        inside = any(low <= port <= high for low, high in self.some)
        return inside and not any(low <= port <= high for low, high in self.without)

    def of_clients(self) -> bool | None:
        """Whether it has every port that a client's may be, or none; None where it has some."""
        low, high = _EPHEMERAL
        covering = any(a <= low and high <= b for a, b in self.some)
        touching = any(a <= high and low <= b for a, b in self.some)
        cut = any(a <= high and low <= b for a, b in self.without)
        if covering and not cut:
            return True
        if not touching or any(a <= low and high <= b for a, b in self.without):
            return False
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLine:
    """A rule of others.

    Attributes:
        id: What findings call it: `rule 2 of team-drops`.
        text: As it is written.
        passes: Whether it passes; else it drops.
        protocols: The transports that it is about.
        application: What must be spoken; None for anything; `other` for what is neither HTTP nor TLS.
        names: The names that it is for; None for any, and for flows without one.
        moments: When it can decide.
        whole: Whether it decides for the whole connection, and not only for the packet.
        to_server: Whether it is about the client's packets alone.
        unread: What of it is not read here, a clause; it then decides nothing here.
    """

    id: str
    text: str
    passes: bool
    sources: Where
    destinations: Where
    ports: Ports
    source_ports: Ports
    protocols: tuple[str, ...]
    application: Application | Literal["other"] | None
    names: NameSet | None
    moments: frozenset[Moment]
    whole: bool
    to_server: bool = False
    unread: str = ""

    def is_between(self, source: Address, destination: Address) -> bool:
        """Whether it is about packets between two addresses, in one direction or the other."""
        there = self.sources.has_source(source, destination) and destination in self.destinations
        return there or (destination in self.sources and source in self.destinations)

    def covers(self, flow: Flow, moment: Moment) -> bool:
        """Whether it may decide about such a flow then, whatever its name."""
        if moment not in self.moments or flow.protocol not in self.protocols:
            return False
        if moment in FROM_SERVER:
            # The server's packet: what is the source of the rule is the destination of the flow.
            return (
                not self.to_server
                and self._speaks(flow)
                and flow.destination in self.sources
                and flow.source in self.destinations
                and flow.port in self.source_ports
                and self.ports.of_clients() is True
            )
        return (
            self._speaks(flow)
            and flow.port in self.ports
            and self.source_ports.of_clients() is True
            and self.sources.has_source(flow.source, flow.destination)
            and flow.destination in self.destinations
        )

    def _speaks(self, flow: Flow) -> bool:
        if self.application == "other":
            return flow.application is None
        return self.application in (None, flow.application)
