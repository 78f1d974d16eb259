"""A firewall policy's rules as a control that the proof understands.

For example a `pass` of TCP 443 to any address admits `https://example.com/`, and everything else is the default's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wsus_egress.controls.base import Bounds, Part, Ruling, Verdict, asked_of_names
from wsus_egress.model.flows import Flow, Network
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.readers.evaluator import DROPPED, ELSEWHERE, Evaluator
from wsus_egress.readers.terms import spans
from wsus_egress.readers.terms.chain import Chain, Place, Term

_HERE: Final = Place("")


@dataclass(frozen=True)
class Firewall(Evaluator):
    """What a policy's rules do, in the order in which the firewall takes them."""

    rules: tuple[Term, ...] = ()
    default: Ruling = DROPPED

    sees_names = True

    @cached_property
    def _chain(self) -> Chain:
        return Chain(
            name=self.name, resources=(), place=_HERE, terms=self.rules,
            default=self.default.verdict, rest=self.default.rule, handshake=True, sees_names=True,
            starts=Verdict.ALLOW,
        )  # fmt: skip

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """The rules' sources and destinations."""
        every = {span for term in self.rules for span in (*term.sources, *term.destinations)}
        found: dict[Network, None] = dict.fromkeys(self.sources)
        for low, high in sorted(every):
            found.update(dict.fromkeys(_blocks(low, high)))
        return tuple(found)

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ranges."""
        return (span for term in self.rules for span in term.ports)

    def _about(self, flow: Flow) -> list[Term]:
        source, to = spans.number(flow.source), spans.number(flow.destination)
        same = flow.source.version == flow.destination.version
        # A server known by its IPv4 address reaches IPv6 from an address that is not listed.
        family = spans.FAMILY[flow.destination.version]
        return [
            term
            for term in self.rules
            if spans.has(term.destinations, to)
            and (
                spans.has(term.sources, source)
                if same
                else spans.both(term.sources, family) == family
            )
        ]

    def admits(self, flow: Flow) -> Ruling:
        """What the first rule that fits does, or the default."""
        if not self.concerns(flow):
            return ELSEWHERE
        about = self._about(flow)
        decided = self._chain.decide(about, flow)
        verdict = decided.verdict
        if flow.name is not None:
            verdict = Verdict.ALLOW if flow.name in decided.bounds.possibly else Verdict.DENY
        term = self._chain.deciding(about, flow, verdict)
        return Ruling(verdict, term.id if term else self.default.rule)

    def names(self, flow: Flow) -> Bounds | None:
        """Those that pass."""
        return self._chain.decide(self._about(flow), flow).bounds if self.concerns(flow) else None

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """All of the policy."""
        return asked_of_names(policy, flow)


def _blocks(low: int, high: int) -> Iterator[Network]:
    for family in spans.FAMILY.values():
        for start, end in spans.both(((low, high),), family):
            first, last = spans.address(start), spans.address(end)
            yield from ipaddress.summarize_address_range(first, last)
