"""Proves other people's rules against a policy: what a source may open to the Internet, and should.

Rules tell flows apart by address, port, protocol, application and name. One flow of each class is
looked at, and names are compared as sets, as everywhere in this package. The classes are those of one
source and of the ranges around each rule's own, so that the work grows with the number of rules.

For example a security group with TCP 443 to 0.0.0.0/0 is `wider` for the list `wsus`, with the witness
`10.20.0.10 -> https://example.com/`.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from wsus_egress.controls.base import Bounds, Part, Verdict, asked_of_names, asked_of_ports
from wsus_egress.model.flows import (
    SOME_INTERNET_ADDRESS,
    SOME_INTERNET_ADDRESS_6,
    Application,
    Flow,
    Network,
    Scheme,
)
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NameSet
from wsus_egress.proof.proof import subject_of
from wsus_egress.readers.terms.chain import BOTH, Chain, Decided, Term
from wsus_egress.readers.terms.spans import (
    FAMILY,
    INTERNET,
    address,
    both,
    has,
    minus,
    number,
)
from wsus_egress.review.audit_answer import Deviation, Judged, Judgement, Kind
from wsus_egress.review.audit_classes import (
    Row,
    covered,
    hashable,
    port_classes,
    segments,
    source_classes,
)

_APPLICATIONS: Final[tuple[Application | None, ...]] = (None, "http", "tls")


def judge(
    policy: EgressPolicy,
    chains: Sequence[Chain],
    sources: Sequence[Network],
    *,
    alone: bool = False,
) -> Judged:
    """Compare what chains admit together with a policy.

    Args:
        policy: What is allowed.
        chains: The controls, in the order in which a flow meets them.
        sources: Whose flows are judged.
        alone: Whether a control that sees no names is measured by ports only, its own share.
    """
    work = _Work(policy, chains, alone=alone)
    for network in sources:
        for source in source_classes(network, chains):
            work.look_at(source)
    kinds = {each.kind for each in work.found.values()}
    if kinds == {"wider", "narrower"}:
        judgement = Judgement.BOTH
    elif kinds:
        judgement = Judgement(next(iter(kinds)))
    else:
        judgement = Judgement.UNKNOWN if work.undecided else Judgement.EXACT
    found = tuple(_telling_ones(work.found[key] for key in sorted(work.found)))
    return Judged(judgement, found, tuple(sorted(work.undecided)))


def _telling_ones(found: Iterable[Deviation]) -> Iterator[Deviation]:
    """Without those that another one says already: that any name passes says that none is needed."""
    every = list(found)
    said = {(e.kind, e.rule, e.witness.port) for e in every if e.subject == "names"}
    for each in every:
        if each.subject != "nameless" or (each.kind, each.rule, each.witness.port) not in said:
            yield each


class _Work:
    """One run of the proof."""

    def __init__(self, policy: EgressPolicy, chains: Sequence[Chain], *, alone: bool) -> None:
        self._policy, self._chains, self._alone = policy, chains, alone
        self.found: dict[tuple[str, str, int], Deviation] = {}
        self.undecided: set[Kind] = set()

    def look_at(self, source: int) -> None:
        """Look at every class of flows of one source to the Internet of its own family."""
        version = 4 if has(FAMILY[4], source) else 6
        internet = both(FAMILY[version], INTERNET)
        rows: list[Row] = []
        special: list[tuple[int, int, int, Term]] = []
        for number_, chain in enumerate(self._chains):
            wide = []
            for place, term in chain.about(source):
                reach = both(term.destinations, internet)
                if reach == internet:
                    wide.append((place, term))
                elif reach:
                    special += ((low, number_, place, term) for low, _ in reach[:1])
            rows.append(Row.of(chain, wide))
        stretches = list(segments([(n, p, t) for _, n, p, t in special], internet))
        narrow = covered(special, internet)
        usual = number(SOME_INTERNET_ADDRESS if version == 4 else SOME_INTERNET_ADDRESS_6)
        rest = minus(internet, narrow)
        generic = usual if has(rest, usual) else rest[0][0] if rest else None
        every = [t for row in rows for _, t in row.wide]
        ports = {protocol: port_classes(every, protocol) for protocol in BOTH}
        if generic is not None:
            for protocol in BOTH:
                for port in ports[protocol]:
                    self._at_port(source, generic, port, protocol, rows, [[] for _ in rows])
        seen: set[object] = set()
        for at, active in stretches:
            extras: list[list[tuple[int, Term]]] = [[] for _ in rows]
            for number_, place, term in active:
                extras[number_].append((place, term))
            signature = tuple(
                (n, bisect.bisect(rows[n].wide, p, key=lambda pair: pair[0]), t.action, t.ports, t.protocols,
                 t.applications, t.names, t.sure, t.stage)
                for n, p, t in active
            )  # fmt: skip
            key = hashable(signature)
            if key in seen:
                continue
            seen.add(key)
            for protocol in BOTH:
                mine = [t for _, _, t in active if protocol in t.protocols]
                both_classes = {*port_classes(mine, protocol), *ports[protocol]}
                inside = [p for p in both_classes if any(has(t.ports, p) for t in mine)]
                for port in sorted(inside if generic is not None else both_classes):
                    self._at_port(source, at, port, protocol, rows, extras)

    def _at_port(  # noqa: PLR0913, PLR0917 - a class of flows
        self, source: int, to: int, port: int, protocol: str, rows: Sequence[Row],
        extras: Sequence[Sequence[tuple[int, Term]]],
    ) -> None:  # fmt: skip
        here, there = address(source), address(to)
        terms = [row.at(port, protocol, extra) for row, extra in zip(rows, extras, strict=True)]
        for application in _APPLICATIONS if protocol == "tcp" else (None,):
            flow = Flow(here, there, protocol, port, application)  # type: ignore[arg-type]
            self._compare(flow, terms)

    def _compare(self, flow: Flow, terms: Sequence[Sequence[Term]]) -> None:
        blind = self._alone and not any(chain.sees_names for chain in self._chains)
        ask = asked_of_ports if blind else asked_of_names
        wanted = ask(self._policy, flow)
        only_names = all(chain.resolves for chain in self._chains)
        said = [chain.decide(t, flow) for chain, t in zip(self._chains, terms, strict=True)]
        if not only_names:
            self._bare(flow, wanted, said, terms)
        if flow.application is not None and not (only_names and not wanted.names):
            self._named(flow, wanted, said, terms, only_names=only_names)

    def _bare(
        self, flow: Flow, wanted: Part, said: Sequence[Decided], terms: Sequence[Sequence[Term]]
    ) -> None:
        """The flow as it stands, without a name."""
        verdicts = [
            each.verdict
            for chain, each in zip(self._chains, said, strict=True)
            if not chain.resolves
        ]
        if all(v is Verdict.ALLOW for v in verdicts) and not wanted.allowed:
            self._note("wider", flow, terms, said)
        elif Verdict.DENY in verdicts and wanted.allowed:
            self._note("narrower", flow, terms, said)
        elif Verdict.OPAQUE in verdicts and Verdict.DENY not in verdicts:
            self.undecided.add("narrower" if wanted.allowed else "wider")

    def _named(
        self, flow: Flow, wanted: Part, said: Sequence[Decided], terms: Sequence[Sequence[Term]],
        *, only_names: bool,
    ) -> None:  # fmt: skip
        bounds: Bounds = said[0].bounds
        for each in said[1:]:
            bounds = bounds & each.bounds
        extra = bounds.surely - wanted.names
        if extra and not only_names:
            name = _telling(extra, terms)
            self._note("wider", _with(flow, name), terms, said)
        lacking = wanted.names - bounds.possibly
        if lacking and lacking != ALL_NAMES:
            patterns = self._lacking(lacking, flow)
            name = self._example(lacking, patterns)
            self._note("narrower", _with(flow, name), terms, said, tuple(p.text for p in patterns))
        elif lacking:
            self._note("narrower", _with(flow, lacking.witness() or ""), terms, said)
        self._in_two(flow, wanted.names & bounds.possibly, said, terms)
        between = bounds.possibly - bounds.surely
        if between:
            if between - wanted.names and not only_names:
                self.undecided.add("wider")
            if between & wanted.names:
                self.undecided.add("narrower")

    def _in_two(
        self, flow: Flow, names: NameSet, said: Sequence[Decided], terms: Sequence[Sequence[Term]]
    ) -> None:
        """The same message in two segments, as a ClientHello with a post-quantum key share comes.

        A firewall that does not wait for the name drops the first of them (`check` says the same).
        """
        pairs = zip(self._chains, terms, strict=True)
        verdicts = [chain.in_two(own, flow) for chain, own in pairs] if names else []
        if Verdict.DENY in verdicts:
            patterns = self._lacking(names, flow)
            split = replace(_with(flow, self._example(names, patterns)), split=True)
            own = [[term for term in row if term.plain] for row in terms]
            denied = [
                Decided(verdict, each.bounds) for verdict, each in zip(verdicts, said, strict=True)
            ]
            self._note("narrower", split, own, denied, tuple(p.text for p in patterns))
        elif Verdict.OPAQUE in verdicts:
            self.undecided.add("narrower")

    def _lacking(self, lacking: NameSet, flow: Flow) -> list[Pattern]:
        """The lists' own entries of which names are lacking, hosts first."""
        scheme = Scheme.HTTP if flow.application == "http" else Scheme.HTTPS
        found = {
            e.pattern.text: e.pattern
            for e in self._policy.endpoints
            if scheme in self._policy.schemes_of(e) and lacking.within(e.pattern)
        }
        return sorted(found.values(), key=lambda p: (p.wildcard, p.host))

    @staticmethod
    def _example(lacking: NameSet, patterns: Sequence[Pattern]) -> str:
        for each in patterns:
            if not each.wildcard and each.host in lacking:
                return each.host
        return lacking.witness() or ""

    def _note(
        self, kind: Kind, flow: Flow, terms: Sequence[Sequence[Term]], said: Sequence[Decided],
        patterns: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        subject = subject_of(self._policy, flow)
        scheme = flow.port if subject in ("names", "nameless") else 0
        key = kind, subject, scheme
        if key in self.found:
            return
        verdict = Verdict.ALLOW if kind == "wider" else Verdict.DENY
        pairs = list(zip(self._chains, terms, said, strict=True))
        if kind == "narrower":
            pairs = [p for p in pairs if _denies(p[2], flow)] or pairs
        else:
            pairs = [p for p in pairs if not p[0].resolves][::-1] or pairs
        chain, own, _ = pairs[0]
        term = chain.deciding(own, flow, verdict)
        self.found[key] = Deviation(
            kind, chain.name, subject, flow, term.id if term else chain.rest,
            term.place if term else chain.place, patterns,
        )  # fmt: skip


def _denies(said: Decided, flow: Flow) -> bool:
    if flow.name is not None and not flow.split:
        return flow.name not in said.bounds.possibly
    return said.verdict is Verdict.DENY


def _with(flow: Flow, name: str) -> Flow:
    return Flow(flow.source, flow.destination, flow.protocol, flow.port, flow.application, name)


def _telling(extra: NameSet, terms: Sequence[Sequence[Term]]) -> str:
    """A name that shows the fault: one that a rule is known for, or any at all."""
    for term in (term for row in terms for term in row):
        for sample in term.names.samples if term.names else ():
            if sample in extra:
                return sample
    return "example.com" if "example.com" in extra else extra.witness() or "example.com"
