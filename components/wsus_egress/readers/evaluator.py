"""Controls for rules in forms that this package never writes, such as a route or any Suricata rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.controls.base import Control, Part, Ruling, Verdict, within
from wsus_egress.model.flows import Flow, Network, is_internet
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES

DROPPED: Final = Ruling(Verdict.DENY, "the default actions drop")
ELSEWHERE: Final = Ruling(Verdict.NOT_APPLICABLE, "only what the servers send to the Internet")


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
            return ELSEWHERE
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
