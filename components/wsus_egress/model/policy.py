"""The policy: which flows are allowed, for whom, whatever enforces them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeVar

from wsus_egress.model.flows import (
    HTTP_PORT,
    HTTPS_PORT,
    Address,
    Application,
    Flow,
    Network,
    Scheme,
    is_internet,
)
from wsus_egress.model.latest import Latest
from wsus_egress.model.party import Party, Place
from wsus_egress.model.permits import Permit
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, Cover, NameSet, PatternIndex, minimal_cover

# What the endpoints of an environment's own `extraEndpoints` have for their list's name.
EXTRA: Final = "extra"
T = TypeVar("T")
_BOTH: Final = frozenset(Scheme)


class Mode(StrEnum):
    """What restricts TCP 80 and 443: nothing, or the endpoint lists' names."""

    OPEN = "open"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A name pattern that may be reached, and where the entry comes from.

    Attributes:
        list: The endpoint list's name; `extra` for an environment's own entry.
        source: The page it was taken from; for an extra entry, its owner.
        date: The source's day, YYYY-MM-DD; empty for an extra entry.
    """

    pattern: Pattern
    schemes: frozenset[Scheme]
    purpose: str
    source: str
    date: str
    list: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says of a flow.

    Attributes:
        endpoint: What decided it, where one did.
        may_ask: Whether such a source may reach anything where the flow goes to.
    """

    allowed: bool
    reason: str
    endpoint: Endpoint | None = None
    may_ask: bool = True


_NO_WAY: Final = Decision(False, "no server synchronizes along this way", may_ask=False)
_OTHER_WAY: Final = Decision(False, _NO_WAY.reason)
_NOT_THIS_SOURCE: Final = Decision(
    False, "this source may not reach Microsoft Update itself", may_ask=False
)
_OTHER_PORTS: Final = Decision(False, "Microsoft Update is reached on TCP 80 and TCP 443 only")
_NO_IPV6: Final = Decision(False, "IPv6 is not asked for")
_OPEN: Final = Decision(True, "the mode is open: TCP 80 and 443 to any address")
_NO_NAME: Final = Decision(False, "there is no host name, and addresses are not listed")
_ONE_SCHEME: Final = {
    scheme: Decision(False, f"port {scheme.port} is for {scheme.value.upper()} only")
    for scheme in Scheme
}


@dataclass(frozen=True, slots=True)
class _Way:
    """What the policy says of two addresses, whatever the port.

    Attributes:
        may_reach: Whether the source has Internet access, by the destination's IP version.
        synchronization: TCP ports, each with the server that is asked on it.
        permits: Of each end that stands in AWS, what it is permitted besides.
        without: What a source without Internet access is told.
    """

    to_internet: bool
    has_internet: bool
    may_reach: bool
    synchronization: Mapping[int, str]
    permits: tuple[tuple[Permit, ...], ...]
    without: Decision

    def permit(self, flow: Flow) -> Permit | None:
        """What permits the flow: both ends must."""
        found = [next((p for p in some if p.has(flow)), None) for some in self.permits]
        return found[0] if found and None not in found else None


@dataclass(frozen=True)
class EgressPolicy:
    """What is allowed to go out, and between the servers.

    Attributes:
        as_listed: Whether the schemes of the lists' entries count; else both do. Those of an
            environment's own entries always count.
        endpoints: In restricted mode at least one.
        parties: Servers and clients, in the order of the settings.
        ipv6: Whether the Internet means its IPv6 addresses too.
        own: Ranges that are inside though they are not private, such as a VPC's IPv6 block.
        permits: What is admitted inside the network besides synchronization.
    """

    mode: Mode
    as_listed: bool
    endpoints: tuple[Endpoint, ...]
    parties: tuple[Party, ...]
    ipv6: bool = False
    own: tuple[Network, ...] = ()
    permits: tuple[Permit, ...] = ()

    def is_internet(self, address: Address) -> bool:
        """Whether an address is neither private nor in a range of one's own."""
        return is_internet(address, self.own)

    def schemes_of(self, endpoint: Endpoint) -> frozenset[Scheme]:
        """The schemes that count for an endpoint under this policy."""
        return endpoint.schemes if self.as_listed or endpoint.list == EXTRA else _BOTH

    @cached_property
    def _alike(self) -> bool:
        """Whether every endpoint counts for both schemes."""
        return all(self.schemes_of(endpoint) == _BOTH for endpoint in self.endpoints)

    def _by_scheme(self, of: Callable[[Scheme], T]) -> Mapping[Scheme, T]:
        """What follows from each scheme's endpoints: worked out once where they are the same."""
        if self._alike:
            return dict.fromkeys(Scheme, of(Scheme.HTTPS))
        return {scheme: of(scheme) for scheme in Scheme}

    @cached_property
    def _covers(self) -> Mapping[Scheme, Cover]:
        return self._by_scheme(lambda scheme: minimal_cover(self._listed(scheme)))

    @cached_property
    def patterns(self) -> Mapping[Scheme, tuple[Pattern, ...]]:
        """Per scheme, the fewest patterns that say the same as the endpoints do."""
        return {scheme: cover.patterns for scheme, cover in self._covers.items()}

    @cached_property
    def redundant(self) -> tuple[tuple[Pattern, Pattern], ...]:
        """Patterns that need no rule under any scheme, with the pattern that covers each."""
        kept = {pattern for patterns in self.patterns.values() for pattern in patterns}
        covered = {}
        for cover in self._covers.values():
            covered.update(dict(cover.redundant))
        return tuple(sorted((p, by) for p, by in covered.items() if p not in kept))

    @cached_property
    def _names(self) -> Mapping[Scheme, NameSet]:
        if self.mode is Mode.OPEN:
            return dict.fromkeys(Scheme, ALL_NAMES)
        return self._by_scheme(lambda scheme: NameSet.of(self.patterns[scheme]))

    @cached_property
    def listed(self) -> NameSet:
        """Every name that the endpoints have, by whatever scheme."""
        return NameSet.of(p for patterns in self.patterns.values() for p in patterns)

    @cached_property
    def _indexes(self) -> Mapping[Scheme, PatternIndex]:
        return self._by_scheme(lambda scheme: PatternIndex(self._listed(scheme)))

    @cached_property
    def _by_pattern(self) -> Mapping[Scheme, Mapping[str, Endpoint]]:
        """By text: that has its hash already, and a long list asks for each of its patterns."""
        return self._by_scheme(
            lambda scheme: {
                endpoint.pattern.text: endpoint
                for endpoint in reversed(self.endpoints)
                if scheme in self.schemes_of(endpoint)
            }
        )

    def endpoint(self, pattern: Pattern, scheme: Scheme) -> Endpoint:
        """The first endpoint that has exactly this pattern with this scheme.

        Raises:
            KeyError: When there is none.
        """
        return self._by_pattern[scheme][pattern.text]

    def _listed(self, scheme: Scheme) -> list[Pattern]:
        return [e.pattern for e in self.endpoints if scheme in self.schemes_of(e)]

    def names(self, port: int, application: Application | None) -> NameSet:
        """The host names a source with Internet access may reach with HTTP or TLS on a TCP port."""
        return self._by_port.get((port, application), NO_NAMES)

    @cached_property
    def _by_port(self) -> Mapping[tuple[int, Application | None], NameSet]:
        found: dict[tuple[int, Application | None], NameSet] = {}
        for scheme, names in self._names.items():
            spoken: tuple[Application | None, ...] = (scheme.application,)
            if self.mode is Mode.OPEN:
                spoken = ("http", "tls", None)
            found.update({(scheme.port, application): names for application in spoken})
        return found

    @cached_property
    def ports(self) -> frozenset[int]:
        """The TCP ports on which any name may be reached."""
        return frozenset(scheme.port for scheme, names in self._names.items() if names)

    def may_reach(self, flow: Flow) -> bool:
        """Whether the flow's source may reach Microsoft Update at all, by this IP version."""
        return self._way(flow).may_reach

    def has_internet(self, source: Address) -> bool:
        """Whether an address is a party's that may reach Microsoft Update itself."""
        return any(party.internet and source in party for party in self.parties)

    @cached_property
    def _way(self) -> Latest[_Way]:
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> _Way:
        has_internet = self.has_internet(source)
        ports = {
            port: server.name
            for server in reversed(self.parties)
            if server.ports and destination in server
            and any(source in asker for asker in self.askers(server))
            for port in server.ports.all()
        }  # fmt: skip
        return _Way(
            self.is_internet(destination),
            has_internet,
            has_internet and (self.ipv6 or destination.version == 4),
            ports,
            self._permitted(source, destination) if self.permits else (),
            _NOT_THIS_SOURCE if has_internet else self._without_internet(source),
        )

    def _without_internet(self, source: Address) -> Decision:
        proxies = (party.proxy for party in self.parties if party.proxy and source in party)
        if (proxy := next(proxies, None)) is None:
            return _NOT_THIS_SOURCE
        what = f"this source reaches Microsoft Update through its proxy, {proxy}, only"
        return Decision(False, what, may_ask=False)

    def _permitted(self, source: Address, destination: Address) -> tuple[tuple[Permit, ...], ...]:
        ends = (("egress", source, destination), ("ingress", destination, source))
        return tuple(
            tuple(
                permit
                for permit in self.permits
                if permit.direction == way
                and party.name in permit.parties
                and permit.leads_to(peer)
            )
            for way, end, peer in ends
            for party in self.in_place("aws")
            if end in party
        )

    def party(self, name: str) -> Party:
        """The party of that name.

        Raises:
            KeyError: When there is none.
        """
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Party]:
        return {party.name: party for party in self.parties}

    @cached_property
    def synchronization_ports(self) -> tuple[int, ...]:
        """The TCP ports of all servers, sorted."""
        return tuple(
            sorted({p for party in self.parties if party.ports for p in party.ports.all()})
        )

    def in_place(self, place: Place) -> tuple[Party, ...]:
        """The parties that stand in a target."""
        return tuple(party for party in self.parties if party.place == place)

    def addresses_outside(self, place: Place) -> tuple[Network, ...]:
        """The addresses of the parties that do not stand in a target."""
        return tuple(n for party in self.parties if party.place != place for n in party.addresses)

    def askers(self, server: Party) -> tuple[Party, ...]:
        """Who synchronizes or updates from a server, in the order of the settings."""
        return tuple(party for party in self.parties if party.asks == server.name)

    def decide(self, flow: Flow) -> Decision:
        """Whether a flow is allowed, and why."""
        way = self._way(flow)
        if way.to_internet:
            return self._decide_internet(flow, way)
        server = way.synchronization.get(flow.port) if flow.protocol == "tcp" else None
        if server is not None:
            return Decision(True, f"synchronization with {server}")
        if (permit := way.permit(flow)) is not None:
            return Decision(True, f"network rule {permit.name}")
        return _OTHER_WAY if way.synchronization or any(way.permits) else _NO_WAY

    def _decide_internet(self, flow: Flow, way: _Way) -> Decision:
        if not way.has_internet:
            return way.without
        if flow.protocol != "tcp" or flow.port not in (HTTP_PORT, HTTPS_PORT):
            return _OTHER_PORTS
        if not way.may_reach:
            return _NO_IPV6
        if self.mode is Mode.OPEN:
            return _OPEN
        scheme = Scheme.HTTP if flow.port == HTTP_PORT else Scheme.HTTPS
        if flow.application != scheme.application:
            return _ONE_SCHEME[scheme]
        if flow.name is None:
            return _NO_NAME
        pattern = self._indexes[scheme].match(flow.name)
        if pattern is None:
            if f"*.{flow.name}" in self._by_pattern[scheme]:
                return Decision(False, f"only names below it are listed for {scheme.value}")
            return Decision(False, f"no endpoint has this name for {scheme.value}")
        endpoint = self.endpoint(pattern, scheme)
        return Decision(True, f"{pattern.text} in {endpoint.list}", endpoint)
