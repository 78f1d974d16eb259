"""A change: policy against policy and rules against rules, as sets, with witnesses.

For example a new `*.example.com` is a `NameChange` with the witness `a.example.com`.

Names are compared exactly, per scheme, for the sources that a target has; sources and traffic between
servers are compared by address. What is written differently with the same meaning does not count as
a change: the notes report it.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wsus_egress.controls import Control, compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import SOME_INTERNET_ADDRESS, Flow, Scheme
from wsus_egress.model.party import Party, Place
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import NO_NAMES, NameSet
from wsus_egress.review.notes import notes_of
from wsus_egress.review.rules import RuleChange, rule_changes
from wsus_egress.review.spans import Piece, Spans, first_address, pieces, text_of

ANY_NAME: Final = "*"
"""The pattern of open mode, which no list can have."""
OPEN: Final = "mode/open"
"""How an approval names all that open mode allows."""
CLOUDS: Final[tuple[Place, ...]] = ("aws", "azure")


@dataclass(frozen=True, slots=True)
class NameChange:
    """Flows that a change newly allows, or no longer allows.

    Attributes:
        pattern: The pattern of the side that has it, `*` for open mode; empty for what
            has no pattern: another source, or a flow between servers.
        schemes: Sorted `http`, `https`; empty for what is neither.
        witness: A host name in the difference; the text of a flow where `pattern` is empty.
        parties: The servers and clients it holds for, sorted.
        text: A description, where `pattern` is empty.
        short: How an approval names what no list has, after the target: `mode/open`.
        names: For each of `schemes` the difference inside the pattern, exactly.
    """

    pattern: str
    schemes: tuple[str, ...]
    witness: str
    parties: tuple[str, ...]
    text: str = ""
    short: str = ""
    names: tuple[NameSet, ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """The pattern, or the text."""
        return self.pattern or self.text

    @property
    def key(self) -> str:
        """How an approval names it, after the target: `http+https/*.example.com`, `mode/open`."""
        return self.short or self.long

    @property
    def long(self) -> str:
        """The same without `short`: what an approval may say too, for example the whole text."""
        return f"{'+'.join(self.schemes)}/{self.pattern}" if self.pattern else self.text


@dataclass(frozen=True, slots=True)
class TargetChange:
    """What a change does to one target of an environment.

    Attributes:
        unchanged: How many patterns are allowed as before.
        rules: Of every control.
        notes: What is written differently with the same meaning.
        removed: Whether the head lacks the target. Nothing is closed then: without its rules
            everything passes.
    """

    environment: str
    target: str
    newly_allowed: tuple[NameChange, ...]
    no_longer_allowed: tuple[NameChange, ...]
    unchanged: int
    rules: tuple[RuleChange, ...] = ()
    notes: tuple[str, ...] = ()
    removed: bool = False

    def what(self, change: NameChange) -> str:
        """How an approval names a change of this target: `aws/https/*.example.com`."""
        return f"{self.target}/{change.key}"

    @property
    def is_change(self) -> bool:
        """Whether any flow is allowed on one side only, as everything is where a target goes."""
        return bool(self.newly_allowed or self.no_longer_allowed or self.removed)


Controls = Mapping[str, Sequence[Control]]


def compare(
    before: Environment | None,
    after: Environment | None,
    controls_before: Controls | None = None,
    controls_after: Controls | None = None,
) -> tuple[TargetChange, ...]:
    """Compare an environment with itself before the change.

    Args:
        before: None where there was none.
        after: None where the change removes it.
        controls_before: By target; compiled here where not given, and only if needed.
        controls_after: As `controls_before`.

    Returns:
        A `TargetChange` for every target of either side.

    Raises:
        PolicyErrors: When a side cannot be compiled.
    """
    given = after or before
    if given is None:
        return ()
    same = before == after
    clouds = {target.cloud for side in (before, after) if side for target in side.targets}
    changes = []
    for cloud in (cloud for cloud in CLOUDS if cloud in clouds):
        old, new = _side(before, cloud), _side(after, cloud)
        if same:
            kept = len(new.patterns())
            changes.append(TargetChange(given.name, cloud, (), (), kept))
            continue
        gone = not _stands(after, cloud)
        opened, closed = tuple(_only(new, old)), () if gone else tuple(_only(old, new))
        lost = {change.pattern for change in opened if change.pattern}
        changes.append(
            TargetChange(
                environment=given.name,
                target=cloud,
                newly_allowed=opened,
                no_longer_allowed=closed,
                unchanged=len((old.patterns() & new.patterns()) - lost),
                rules=rule_changes(
                    _controls(before, cloud, controls_before),
                    _controls(after, cloud, controls_after),
                ),
                notes=notes_of(before, after) if before and after else (),
                removed=gone,
            )
        )
    return tuple(changes)


@dataclass(frozen=True, slots=True)
class _Side:
    """What one policy says about one place; `policy` is None without such a target."""

    policy: EgressPolicy | None
    place: Place

    def sources(self) -> tuple[Party, ...]:
        here = self.policy.in_place(self.place) if self.policy else ()
        return tuple(party for party in here if party.internet)

    def names(self, scheme: Scheme) -> NameSet:
        if self.policy is None or not self.sources():
            return NO_NAMES
        return self.policy.names(scheme.port, scheme.application)

    def listed(self, scheme: Scheme) -> Sequence[Pattern | None]:
        """The patterns that allow these names; None stands for all names."""
        if self.policy is None or not self.sources():
            return ()
        return (None,) if self.is_open else self.policy.patterns[scheme]

    def patterns(self) -> set[str]:
        return {_text(pattern) for scheme in Scheme for pattern in self.listed(scheme)}

    @property
    def is_open(self) -> bool:
        return self.policy is not None and self.policy.mode is Mode.OPEN and bool(self.sources())

    @property
    def has_ipv6(self) -> bool:
        return self.policy is not None and self.policy.ipv6 and bool(self.sources())


def _side(environment: Environment | None, cloud: Place) -> _Side:
    there = environment and _stands(environment, cloud)
    return _Side(environment.policy if environment and there else None, cloud)


def _stands(environment: Environment | None, cloud: Place) -> bool:
    return environment is not None and any(t.cloud == cloud for t in environment.targets)


def _text(pattern: Pattern | None) -> str:
    return ANY_NAME if pattern is None else pattern.text


def _only(one: _Side, other: _Side) -> Iterator[NameChange]:
    """What only `one` allows: by name first, then without a name, by source and between servers."""
    yield from _names(one, other)
    yield from _nameless(one, other)
    yield from _sources(one, other)
    yield from _synchronization(one, other)


def _names(one: _Side, other: _Side) -> Iterator[NameChange]:
    parties = tuple(sorted(party.name for party in one.sources()))
    found: dict[str, list[tuple[str, NameSet]]] = {}
    for scheme in sorted(Scheme):
        extra = one.names(scheme) - other.names(scheme)
        # A pattern that both sides list contributes nothing to the difference: skip it.
        known = set(other.listed(scheme)) if extra else set()
        for listed in one.listed(scheme) if extra else ():
            if listed in known:
                continue
            inside = extra if listed is None else extra.within(listed)
            if inside:
                found.setdefault(_text(listed), []).append((scheme.value, inside))
    for pattern, parts in sorted(found.items()):
        # One row if one witness holds for all schemes; otherwise a row for each.
        shared = functools.reduce(operator.and_, (names for _, names in parts))
        for group in [parts] if shared else [[part] for part in parts]:
            schemes, names = zip(*group, strict=True)
            witness = (shared or names[0]).witness() or ""
            short = OPEN if pattern == ANY_NAME else ""
            yield NameChange(pattern, schemes, witness, parties, short=short, names=names)


def _nameless(one: _Side, other: _Side) -> Iterator[NameChange]:
    """What only `one` allows without a name (open mode), or over IPv6."""
    sources = one.sources()
    if not sources:
        return
    parties = tuple(sorted(party.name for party in sources))
    source = sources[0].addresses[0][0]
    schemes = tuple(sorted(scheme.value for scheme in Scheme))
    if one.is_open and not other.is_open:
        flow = Flow(source, SOME_INTERNET_ADDRESS, "tcp", 443)
        text = "TCP 80 and 443 to any address, with or without a name"
        yield NameChange("", schemes, str(flow), parties, text, OPEN)
    if one.has_ipv6 and not other.has_ipv6:
        text = "TCP 80 and 443 over IPv6, to the same names"
        witness = f"{source} -> 2001:db8::80 tcp/443"
        yield NameChange("", schemes, witness, parties, text, "ipv6")


def _sources(one: _Side, other: _Side) -> Iterator[NameChange]:
    """Sources that only one side has, for the names that both have."""
    shared = {scheme: one.names(scheme) & other.names(scheme) for scheme in Scheme}
    schemes = [scheme for scheme in Scheme if shared[scheme]]
    if not schemes:
        return
    own, others = Spans.of(one.sources()), Spans.of(other.sources())
    gained: dict[str, list[Piece]] = {}
    for piece in pieces(one.sources(), other.sources()):
        party = own.at(piece)
        if party is not None and others.at(piece) is None:
            gained.setdefault(party.name, []).append(piece)
    where = "any address" if one.is_open and other.is_open else "Microsoft Update"
    scheme = schemes[-1]
    name = shared[scheme].witness()
    for party_name in sorted(gained):
        found = gained[party_name]
        witness = f"{first_address(found[0])} -> {scheme}://{name}/"
        text = f"{text_of(found)} ({party_name}) -> {where}"
        short = f"sources/{party_name}/{_joined(found)}"
        values = tuple(sorted(each.value for each in schemes))
        yield NameChange("", values, witness, (party_name,), text, short)


_SyncFlow = tuple[Piece, Piece, int]
"""Source, destination and port of a flow between two of the parties."""


def _synchronization(one: _Side, other: _Side) -> Iterator[NameChange]:
    """Flows between servers and from clients to them, with an end in the target."""
    all_parties = [side.policy.parties if side.policy else () for side in (one, other)]
    cut = pieces(*all_parties)
    own, others = (_sync_flows(side, cut) for side in (one, other))
    groups: dict[tuple[str, str, int], dict[Piece, list[Piece]]] = {}
    for flow, (asker, server) in own.items():
        if flow not in others:
            source, destination, port = flow
            towards = groups.setdefault((asker, server, port), {})
            towards.setdefault(destination, []).append(source)
    # Destinations with the same sources share a row, and so do ports.
    rows: dict[tuple[str, str, tuple[Piece, ...], tuple[Piece, ...]], list[int]] = {}
    for (asker, server, port), towards in groups.items():
        by_sources: dict[tuple[Piece, ...], list[Piece]] = {}
        for destination, found in towards.items():
            by_sources.setdefault(tuple(found), []).append(destination)
        for starts, ends in by_sources.items():
            rows.setdefault((asker, server, starts, tuple(ends)), []).append(port)
    for (asker, server, sources, destinations), ports in sorted(rows.items()):
        witness = Flow(first_address(sources[0]), first_address(destinations[0]), "tcp", ports[0])
        service = f"tcp/{'+'.join(map(str, sorted(ports)))}"
        text = f"{service} {text_of(sources)} ({asker}) -> {text_of(destinations)} ({server})"
        short = f"{service}/{asker}/{_joined(sources)}/{server}/{_joined(destinations)}"
        yield NameChange("", (), str(witness), tuple(sorted({asker, server})), text, short)


def _joined(found: Sequence[Piece]) -> str:
    return text_of(found).replace(", ", "+")


def _sync_flows(side: _Side, cut: Iterable[Piece]) -> dict[_SyncFlow, tuple[str, str]]:
    if side.policy is None:
        return {}
    spans = Spans.of(side.policy.parties)
    own: dict[str, list[Piece]] = {}
    for piece in cut:
        party = spans.at(piece)
        if party is not None:
            own.setdefault(party.name, []).append(piece)
    flows: dict[_SyncFlow, tuple[str, str]] = {}
    for asker in side.policy.parties:
        if asker.asks is None:
            continue
        server = side.policy.party(asker.asks)
        if side.place not in (asker.place, server.place) or server.ports is None:
            continue
        flows |= {
            (source, destination, port): (asker.name, server.name)
            for port in server.ports.all()
            for source in own.get(asker.name, ())
            for destination in own.get(server.name, ())
            if source[0] == destination[0]
        }
    return flows


def _controls(
    environment: Environment | None, cloud: str, given: Controls | None
) -> Sequence[Control]:
    if given is not None and cloud in given:
        return given[cloud]
    targets = environment.targets if environment else ()
    target = next((each for each in targets if each.cloud == cloud), None)
    return compile_target(environment, target) if environment and target else ()
