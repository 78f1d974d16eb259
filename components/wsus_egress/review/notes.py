"""Notes on what a change writes differently with the same meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from wsus_egress.model.environment import Environment
from wsus_egress.model.policy import EgressPolicy, Endpoint
from wsus_egress.names.hosts import Pattern


def notes_of(before: Environment, after: Environment) -> tuple[str, ...]:
    """Reorderings, other list names, redundant entries, provenance and names of parties."""
    old, new = before.policy, after.policy
    return (*_endpoints(old, new), *_parties(old, new))


def _endpoints(old: EgressPolicy, new: EgressPolicy) -> Iterator[str]:
    was = {endpoint.pattern: endpoint for endpoint in reversed(old.endpoints)}
    now = {endpoint.pattern: endpoint for endpoint in reversed(new.endpoints)}
    if was.keys() == now.keys() and _order(old) != _order(new):
        yield "reordered: the order of endpoints has no meaning"
    moved = Counter(
        (was[pattern].list, now[pattern].list)
        for pattern in now
        if pattern in was and was[pattern].list != now[pattern].list
    )
    for (source, target), count in sorted(moved.items()):
        yield f"{_count(count)} moved from list {source} to list {target}"
    for verb, policy, others in (("added", new, was), ("removed", old, now)):
        kept = {pattern for patterns in policy.patterns.values() for pattern in patterns}
        alone = {e.pattern for e in policy.endpoints if e.pattern not in others}
        # Finding the covering pattern searches all patterns: do it only for redundant entries.
        if alone - kept:
            yield from (
                f"a redundant entry {verb}: {one.text}, covered by {other.text}"
                for one, other in policy.redundant
                if one in alone
            )
    told = sum(_provenance(was[p]) != _provenance(now[p]) for p in now if p in was)
    if told:
        yield f"{_count(told)} with another purpose, source or date"
    if old.as_listed != new.as_listed:
        yield f"schemes: now {'as-listed' if new.as_listed else 'both'}"


def _order(policy: EgressPolicy) -> list[Pattern]:
    return [endpoint.pattern for endpoint in policy.endpoints]


def _provenance(endpoint: Endpoint) -> tuple[str, str, str]:
    return endpoint.purpose, endpoint.source, endpoint.date


def _parties(old: EgressPolicy, new: EgressPolicy) -> Iterator[str]:
    was = {party.addresses: party.name for party in old.parties}
    for party in new.parties:
        name = was.get(party.addresses, party.name)
        if name != party.name:
            yield f"{party.kind} {name} is now called {party.name}"
    before, after = [p.name for p in old.parties], [p.name for p in new.parties]
    if before != after and sorted(before) == sorted(after):
        yield "reordered: the order of servers and clients has no meaning"


def _count(number: int) -> str:
    return "1 endpoint" if number == 1 else f"{number} endpoints"
