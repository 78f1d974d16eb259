"""Controls for rules in forms that this package never writes, such as a route or any Suricata rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from wsus_egress.controls.base import Bounds, Control, Part, Ruling, Verdict, asked_of_names, within
from wsus_egress.model.flows import Application, Flow, Network, is_internet
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet

DROPPED: Final = Ruling(Verdict.DENY, "the default actions drop")
_ELSEWHERE: Final = Ruling(Verdict.NOT_APPLICABLE, "only what the servers send to the Internet")


@dataclass(frozen=True)
class Evaluator(Control):
    """A control that is proved by itself and never deployed."""

    sources: tuple[Network, ...]
    """Whose flows it decides."""
    name: str

    def concerns(self, flow: Flow) -> bool:
        """Whether a flow goes from one of the sources to the Internet."""
        return is_internet(flow.destination) and within(self.sources, flow.source)


@dataclass(frozen=True, slots=True)
class Way:
    """A route.

    Attributes:
        hop: `firewall`, or `past` it, or `nowhere`.
    """

    id: str
    prefixes: tuple[Network, ...]
    hop: Literal["firewall", "past", "nowhere"]
    endpoints: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`10.0.0.0/8 past the firewall`."""
        where = {"firewall": "to the firewall", "past": "past the firewall"}.get(self.hop, self.hop)
        return f"{', '.join(map(str, self.prefixes))} {where}"


@dataclass(frozen=True)
class Routes(Evaluator):
    """The routes of the servers' subnets: a route past the firewall admits, any other denies.

    Attributes:
        rest: Where a flow goes that no route has.
    """

    rules: tuple[Way, ...] = ()
    rest: Literal["past", "nowhere"] = "nowhere"
    direct: tuple[Network, ...] = ()
    """The ranges that the environment lets past the firewall."""

    @property
    def networks(self) -> Iterable[Network]:
        """The routes' prefixes, the sources, and what may be led past."""
        yield from (*self.sources, *self.direct)
        for way in self.rules:
            yield from way.prefixes

    def admits(self, flow: Flow) -> Ruling:
        """Admits a flow whose route, the one with the longest prefix, leads past the firewall."""
        if not self.concerns(flow) or flow.source.version != flow.destination.version:
            return _ELSEWHERE
        longest, chosen = -1, None
        for way in self.rules:
            for prefix in way.prefixes:
                if flow.destination in prefix and prefix.prefixlen > longest:
                    longest, chosen = prefix.prefixlen, way
        hop, rule = (chosen.hop, chosen.id) if chosen else (self.rest, "the system's own route")
        return Ruling(Verdict.ALLOW if hop == "past" else Verdict.DENY, rule)

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:  # noqa: ARG002 - of any policy
        """To lead only the listed ranges past the firewall."""
        listed = within(self.direct, flow.destination)
        return Part(listed, ALL_NAMES if listed else NO_NAMES)


@dataclass(frozen=True, slots=True)
class Pass:
    """A rule of a Network Firewall that lets flows pass.

    Attributes:
        protocols: What it is about; of TCP, `application` says what must be spoken.
        application: `http`, `tls`, or None for whatever is spoken.
        names: The names that it lets pass; None for any name, and for flows without one.
    """

    id: str
    text: str
    sources: tuple[Network, ...]
    destinations: tuple[Network, ...]
    ranges: tuple[tuple[int, int], ...]
    protocols: tuple[Literal["tcp", "udp"], ...] = ("tcp", "udp")
    application: Application | None = None
    names: NameSet | None = None
    endpoints: tuple[str, ...] = ()

    def covers(self, flow: Flow) -> bool:
        """Whether the rule is about such a flow, whatever its name."""
        return (
            flow.protocol in self.protocols
            and self.application in (None, flow.application)
            and any(low <= flow.port <= high for low, high in self.ranges)
            and self._has_source(flow)
            and within(self.destinations, flow.destination)
        )

    def _has_source(self, flow: Flow) -> bool:
        version = flow.destination.version
        if flow.source.version == version:
            return within(self.sources, flow.source)
        # A server known by its IPv4 address reaches IPv6 from an address that is not listed.
        return any(n.version == version and n.prefixlen == 0 for n in self.sources)


@dataclass(frozen=True)
class Passes(Evaluator):
    """Everything that a Network Firewall policy lets pass, whatever may drop it earlier.

    Attributes:
        default: What it does with the other flows: drops them, or lets them pass.
    """

    rules: tuple[Pass, ...] = ()
    default: Ruling = DROPPED

    sees_names = True

    @property
    def networks(self) -> Iterable[Network]:
        """The rules' sources and destinations."""
        yield from self.sources
        for rule in self.rules:
            yield from (*rule.sources, *rule.destinations)

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ranges."""
        return (each for rule in self.rules for each in rule.ranges)

    @cached_property
    def _known(self) -> dict[tuple[str, ...], Bounds]:
        return {}

    def admits(self, flow: Flow) -> Ruling:
        """The first rule that lets the flow pass, or the default."""
        if not self.concerns(flow):
            return _ELSEWHERE
        for rule in self.rules:
            if rule.covers(flow) and (
                rule.names is None or (flow.name is not None and flow.name in rule.names)
            ):
                return Ruling(Verdict.ALLOW, rule.id)
        return self.default

    def names(self, flow: Flow) -> Bounds | None:
        """Those of every rule about such a flow."""
        if not self.concerns(flow):
            return None
        if self.default.verdict is Verdict.ALLOW:
            return Bounds.exact(ALL_NAMES)
        about = [rule for rule in self.rules if rule.covers(flow)]
        key = tuple(rule.id for rule in about)
        if key not in self._known:
            names = NO_NAMES
            for rule in about:
                names |= ALL_NAMES if rule.names is None else rule.names
            self._known[key] = Bounds.exact(names)
        return self._known[key]

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """All of the policy."""
        return asked_of_names(policy, flow)
