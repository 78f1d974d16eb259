"""The smallest edit that would allow what logs show as blocked, and what else it would open.

For example for a blocked `crl.microsoft.com` it is the list `certificate-validation`; for a name that no list has it is an entry of
`extraEndpoints` for that host alone. A wildcard comes only from a list, which has it from a page.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wsus_egress.config.lists import EndpointList, resolve
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import EXTRA, EgressPolicy, Endpoint
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.names.sets import NameSet
from wsus_egress.problems import PolicyErrors
from wsus_egress.review.analysis import analysed
from wsus_egress.review.change import TargetChange, compare
from wsus_egress.review.log_answers import LogAnswer

# What a group's scheme asks for. A question to the DNS says nothing of it, and neither does an error without a port.
_SCHEMES: Mapping[str, frozenset[Scheme]] = {
    "http": frozenset({Scheme.HTTP}),
    "https": frozenset({Scheme.HTTPS}),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An edit of one environment's settings.

    Attributes:
        lists: Lists to add.
        extra: Hosts that no list has, each as an endpoint without an owner and a reason.
        guessed: Hosts of `extra` whose scheme the logs do not say.
        changes: What the edit opens, at each target.
        fidelities: What the proof says of each target afterwards.
        problems: Why the edit cannot be deployed; empty where it can.
    """

    environment: str
    lists: tuple[str, ...]
    extra: tuple[Endpoint, ...]
    guessed: frozenset[str]
    changes: tuple[TargetChange, ...]
    fidelities: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()


def suggestions(
    environments: Sequence[Environment],
    lists: Mapping[str, EndpointList],
    answers: Iterable[LogAnswer],
    today: datetime.date,
) -> tuple[Suggestion, ...]:
    """An edit for each environment in which something was blocked that an endpoint would allow.

    Args:
        environments: Those that were asked.
        lists: All lists that the project can name.
        answers: What was said of the logs.
        today: The day for acceptances.
    """
    blocked = [
        each for each in answers
        if each.group.verdict == "blocked" and each.reason in {"no-list", "other-list", "scheme"} and each.group.name
    ]  # fmt: skip
    found = []
    for environment in environments:
        mine = [each for each in blocked if each.environment == environment.name]
        if suggestion := _suggestion(environment, lists, mine, today):
            found.append(suggestion)
    return tuple(found)


def _suggestion(
    environment: Environment,
    lists: Mapping[str, EndpointList],
    blocked: Sequence[LogAnswer],
    today: datetime.date,
) -> Suggestion | None:
    wanted, guessed = _wanted(blocked)
    policy = environment.policy
    added = _lists_for({name for name in wanted if _is_known(name, blocked)}, lists, policy)
    policy = replace(policy, endpoints=(*policy.endpoints, *_new(policy, resolve(lists, added))))
    extra = []
    for name, schemes in sorted(wanted.items()):
        left = frozenset(scheme for scheme in schemes if not _allows(policy, name, scheme))
        pattern = _pattern(name)
        if left and pattern is not None:
            extra.append(Endpoint(pattern, left, "", "", "", EXTRA))
    if not added and not extra:
        return None
    policy = replace(policy, endpoints=(*policy.endpoints, *extra))
    after = replace(environment, policy=policy)
    try:
        changes = compare(environment, after)
        (analysis,) = analysed([after], today)
    except PolicyErrors as error:
        problems = tuple(str(problem) for problem in error.problems)
        return Suggestion(environment.name, added, tuple(extra), guessed, (), (), problems)
    fidelities = tuple(
        (each.target.cloud, each.proof.fidelity.value) for each in analysis.targets if each.proof
    )
    return Suggestion(environment.name, added, tuple(extra), guessed, changes, fidelities)


def _wanted(
    blocked: Sequence[LogAnswer],
) -> tuple[dict[str, frozenset[Scheme]], frozenset[str]]:
    """By name the schemes that were asked for, and the names of which no record says one."""
    wanted: dict[str, frozenset[Scheme]] = {}
    for answer in blocked:
        group = answer.group
        usual = group.port in {None, *(scheme.port for scheme in Scheme)}
        if (
            group.name is not None
            and usual
            and not (answer.reason == "scheme" and _swapped(answer))
        ):
            asked = _SCHEMES.get(group.scheme, frozenset())
            wanted[group.name] = wanted.get(group.name, frozenset()) | asked
    guessed = frozenset(name for name, schemes in wanted.items() if not schemes)
    return {name: schemes or frozenset(Scheme) for name, schemes in wanted.items()}, guessed


def _swapped(answer: LogAnswer) -> bool:
    """Whether HTTP went to the port of TLS or the other way round, which no endpoint allows."""
    return answer.group.port != Scheme(answer.group.scheme).port


def _is_known(name: str, blocked: Sequence[LogAnswer]) -> bool:
    return any(each.group.name == name and each.lists for each in blocked)


def _lists_for(
    names: Collection[str], lists: Mapping[str, EndpointList], policy: EgressPolicy
) -> tuple[str, ...]:
    """Few lists that have all names: again and again the one that has most, of these the one that opens least."""
    having = {
        name: {host for host in names if host in NameSet.of(e.pattern for e in each.endpoints)}
        for name, each in lists.items()
    }
    more = {
        name: sum(not NameSet.of([e.pattern]) <= policy.listed for e in resolve(lists, [name]))
        for name in lists
    }
    left, chosen = set(names), []
    while any(found & left for found in having.values()):
        best = min(having, key=lambda name: (-len(having[name] & left), more[name], name))
        chosen.append(best)
        left -= having[best]
    return tuple(sorted(chosen))


def _new(policy: EgressPolicy, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """The endpoints that the policy does not have yet."""
    known = {(each.list, each.pattern) for each in policy.endpoints}
    return [each for each in endpoints if (each.list, each.pattern) not in known]


def _allows(policy: EgressPolicy, name: str, scheme: Scheme) -> bool:
    return name in policy.names(scheme.port, scheme.application)


def _pattern(name: str) -> Pattern | None:
    """The host as a pattern; None for what is not a host name, which nobody can list."""
    try:
        return Pattern.parse(name)
    except InvalidName:
        return None
