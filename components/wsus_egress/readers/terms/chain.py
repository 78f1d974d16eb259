"""A control of somebody else as a row of terms: the first that a flow matches decides.

A term of which something is not known may match or may not. `decide` follows both possibilities, so
a term that may permit never hides a flow that is surely denied elsewhere, nor the reverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from wsus_egress.controls.base import Bounds, Verdict
from wsus_egress.model.flows import Application, Flow
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet
from wsus_egress.readers.terms.spans import EVERYWHERE, PORTS, Spans, has, number

Stage = Literal["both", "start", "data"]
BOTH: Final = ("tcp", "udp")
SPOKEN: Final[tuple[Application | None, ...]] = ("http", "tls", None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file and the keys that lead to it, or its line."""

    file: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names that a term is for.

    Attributes:
        patterns: Names that it surely has.
        more: Further names that it surely has.
        most: Every name that it could have; None where it has no more than the others say.
        samples: Names that show what is odd about it, such as `evilexample.com`.
    """

    patterns: tuple[Pattern, ...] = ()
    more: NameSet = NO_NAMES
    most: NameSet | None = None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One rule of a control.

    Attributes:
        id: What messages call it.
        action: `allow`, `deny`, or `unknown`.
        applications: What must be spoken, of TCP; None stands for anything else.
        names: The names that it is for; None for every flow, with a name or without.
        sure: False where it may not match even what fits everything else.
        stage: Of a firewall that follows connections: `start` where it matches the first packet
            only, `data` where it needs what the connection carries or that it is established.
        early: Whether it decides before the application is known: a rule without one.
    """

    id: str
    action: Literal["allow", "deny", "unknown"]
    place: Place
    sources: Spans = EVERYWHERE
    destinations: Spans = EVERYWHERE
    ports: Spans = PORTS
    protocols: tuple[str, ...] = BOTH
    applications: tuple[Application | None, ...] = SPOKEN
    names: Names | None = None
    sure: bool = True
    stage: Stage = "both"
    early: bool = False

    @property
    def text(self) -> str:
        """What messages call it."""
        return self.id

    @property
    def endpoints(self) -> tuple[str, ...]:
        """None: it is nobody's entry."""
        return ()

    @property
    def plain(self) -> bool:
        """Whether it looks at addresses and ports alone."""
        return self.names is None and self.applications == SPOKEN

    def fits(self, flow: Flow) -> bool:
        """Whether it is about such a flow's protocol, port and application."""
        return (
            flow.protocol in self.protocols
            and has(self.ports, flow.port)
            and (flow.protocol != "tcp" or flow.application in self.applications)
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """What a control says about a flow, and about every name that it could go under.

    Attributes:
        verdict: Of the flow as it stands, without a name.
        bounds: The names.
    """

    verdict: Verdict
    bounds: Bounds


@dataclass(frozen=True, kw_only=True)
class Chain:
    """One control.

    Attributes:
        name: `aws-security-group`, `azure-nsg`, ...
        resources: What it was read from, by name.
        place: Where the first of them stands: for what no term decides.
        default: What becomes of a flow that no term matches.
        rest: What says so, in words.
        handshake: Whether connections are followed: the first packet has to pass too, and a rule
            without an application passes a whole connection before its names are known.
        sees_names: Whether it could tell names apart.
        resolves: Whether it decides on names alone, as a DNS Firewall does.
        starts: What becomes of the first packet that no term matches, where that differs.
        hasty: Whether the default drops the first packet with data, whatever it begins.
    """

    name: str
    resources: tuple[str, ...]
    place: Place
    terms: tuple[Term, ...]
    default: Verdict
    rest: str
    handshake: bool = False
    sees_names: bool = False
    resolves: bool = False
    starts: Verdict | None = None
    hasty: bool = False
    gaps: tuple[str, ...] = field(default=())

    def about(self, source: int) -> list[tuple[int, Term]]:
        """The terms about a source, with their places in the row."""
        return [(n, term) for n, term in enumerate(self.terms) if has(term.sources, source)]

    def decide(self, terms: Sequence[Term], flow: Flow) -> Decided:
        """What the chain says, given the terms about the flow's addresses, in their order."""
        fitting = [term for term in terms if term.fits(flow)]
        if not self.handshake or flow.protocol == "udp":
            first = [t for t in fitting if t.stage != "data" or not self.handshake]
            return _first_match(first, self.default)
        start = _first_match((t for t in terms if _may_start(t, flow)), self.starts or self.default)
        early = _first_match((t for t in fitting if t.early and t.stage != "start"), Verdict.DENY)
        data = _first_match((t for t in fitting if t.stage != "start"), self.default)
        return _both(start, _either(early, data))

    def in_two(self, terms: Sequence[Term], flow: Flow) -> Verdict:
        """What becomes of the first segment of a message in two, of which no name is known yet.

        Only rules by address and port can match it; where none does and the default waits, it passes.
        """
        if not self.handshake or flow.protocol == "udp":
            return Verdict.ALLOW
        plain = (t for t in terms if t.plain and t.stage != "start" and t.fits(flow))
        return _first_match(plain, Verdict.DENY if self.hasty else Verdict.ALLOW).verdict

    def deciding(self, terms: Iterable[Term], flow: Flow, verdict: Verdict) -> Term | None:
        """The first term that could have given a verdict on a flow; None where no term did."""
        wanted = "allow" if verdict is Verdict.ALLOW else "deny"
        for term in terms:
            starts = self.handshake and verdict is Verdict.DENY and _may_start(term, flow)
            if not (term.fits(flow) or starts) or term.action not in (wanted, "unknown"):
                continue
            if term.names is None or (flow.name is not None and flow.name in _most([term])):
                return term
            if flow.name is None and not starts:
                continue
        return None

    def matching(self, flow: Flow) -> list[Term]:
        """The terms about a flow's addresses."""
        to = number(flow.destination)
        return [t for _, t in self.about(number(flow.source)) if has(t.destinations, to)]


def _may_start(term: Term, flow: Flow) -> bool:
    return (
        term.stage != "data"
        and term.names is None
        and flow.protocol in term.protocols
        and has(term.ports, flow.port)
    )


def _runs(terms: Iterable[Term]) -> Iterator[tuple[Term, list[Term]]]:
    """Neighbours that do the same, together: their names are united at once."""
    run: list[Term] = []
    for term in terms:
        if run and (run[0].action, run[0].sure, run[0].names is None) != (
            term.action, term.sure, term.names is None,
        ):  # fmt: skip
            yield run[0], run
            run = []
        run.append(term)
    if run:
        yield run[0], run


def _least(terms: Sequence[Term]) -> NameSet:
    """The names that terms surely have."""
    found = NameSet.of(p for t in terms if t.names for p in t.names.patterns)
    for term in terms:
        if term.names and term.names.more:
            found |= term.names.more
    return found


def _most(terms: Sequence[Term]) -> NameSet:
    """The names that terms could have."""
    found = _least(terms)
    for term in terms:
        if term.names and term.names.most is not None:
            found |= term.names.most
    return found


def _first_match(terms: Iterable[Term], default: Verdict) -> Decided:
    surely, possibly = NO_NAMES, NO_NAMES
    # Names that surely, and that possibly, reach the next term.
    open_surely, open_possibly = ALL_NAMES, ALL_NAMES
    # The same of the flow without a name.
    bare_allow = bare_deny = False
    bare_open = True
    bare: Verdict | None = None
    for first, run in _runs(terms):
        if not open_possibly and not bare_open:
            break
        names = first.names is not None
        least = NO_NAMES if not first.sure else _least(run) if names else ALL_NAMES
        most = _most(run) if names else ALL_NAMES
        if first.action == "allow":
            surely |= least & open_surely
        if first.action != "deny":
            possibly |= most & open_possibly
        open_surely -= most
        open_possibly -= least
        if not names and bare_open:
            bare_allow |= first.action != "deny"
            bare_deny |= first.action != "allow"
            if first.sure:
                bare_open = False
                bare = _verdict(bare_allow, bare_deny)
    if bare_open:
        bare_allow |= default is not Verdict.DENY
        bare_deny |= default is not Verdict.ALLOW
        bare = _verdict(bare_allow, bare_deny)
    if default is not Verdict.DENY:
        possibly |= open_possibly
    if default is Verdict.ALLOW:
        surely |= open_surely
    return Decided(bare or Verdict.DENY, Bounds(surely, possibly))


def _verdict(may_allow: bool, may_deny: bool) -> Verdict:
    if may_allow and may_deny:
        return Verdict.OPAQUE
    return Verdict.ALLOW if may_allow else Verdict.DENY


def _both(one: Decided, other: Decided) -> Decided:
    """What passes the first and the second; of the first only the flow itself counts."""
    if one.verdict is Verdict.DENY:
        return Decided(Verdict.DENY, Bounds.exact(NO_NAMES))
    if one.verdict is Verdict.ALLOW:
        return other
    verdict = Verdict.DENY if other.verdict is Verdict.DENY else Verdict.OPAQUE
    return Decided(verdict, Bounds(NO_NAMES, other.bounds.possibly))


def _either(early: Decided, data: Decided) -> Decided:
    if early.verdict is Verdict.ALLOW:
        return Decided(Verdict.ALLOW, Bounds.exact(ALL_NAMES))
    if early.verdict is Verdict.DENY:
        return data
    verdict = Verdict.ALLOW if data.verdict is Verdict.ALLOW else Verdict.OPAQUE
    return Decided(verdict, Bounds(data.bounds.surely, ALL_NAMES))
