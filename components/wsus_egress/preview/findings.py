"""Findings of the gate: what a change opens without approval, what has expired, what deviates."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.change import NameChange, TargetChange
from wsus_egress.environment import Acceptance, Approval, Environment, Gate
from wsus_egress.preview.analysis import Analysis, TargetAnalysis
from wsus_egress.problems import Location

Kind = Literal["unapproved-widening", "expired-entry", "unaccepted-deviation", "expires-soon",
               "widening-let-pass", "rule-group-replaced", "policy-violation",
               "policy-warning"]  # fmt: skip

RULES: Final[dict[Kind, str]] = {
    "unapproved-widening": "A change allows more, and nobody has approved it in the same change.",
    "expired-entry": "An approval or acceptance has expired.",
    "unaccepted-deviation": "The rules admit something else than the policy, and nobody accepts it.",
    "expires-soon": "An approval or acceptance expires soon.",
    "widening-let-pass": "A change allows more, unapproved, and the gate's threshold lets it pass.",
    "rule-group-replaced": "The engine replaces a rule group: traffic can be cut off meanwhile.",
    "policy-violation": "A policy pack's mandatory rule is broken.",
    "policy-warning": "A policy pack's advisory rule is broken.",
}
_FAILING: Final = {"unapproved-widening", "expired-entry", "unaccepted-deviation",
                   "policy-violation"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reviewer has to know of.

    Attributes:
        target: Empty where it is the environment's as a whole.
        what: What is found, in a clause.
        instead: What to do about it.
        location: The line of the entry, where there is one.
    """

    kind: Kind
    environment: str
    target: str
    what: str
    instead: str
    location: Location | None = None

    @property
    def fails(self) -> bool:
        """Whether the gate stays closed."""
        return self.kind in _FAILING

    @property
    def where(self) -> str:
        """`prod/aws`."""
        return f"{self.environment}/{self.target}" if self.target else self.environment


@dataclass(frozen=True, slots=True)
class Approved:
    """A widening and who answers for it; None where nobody does."""

    change: NameChange
    what: str
    approval: Approval | None
    location: Location | None


def approvals(
    change: TargetChange,
    before: Environment | None,
    after: Environment | None,
    today: datetime.date,
    locations: dict[str, Location | None],
) -> tuple[Approved, ...]:
    """Each widening of a target with its approval.

    An approval counts for the change that brings it: one that the base has already was given to
    another change.
    """
    old = set(before.approved) if before else set()
    given = {
        entry.what: entry
        for entry in (after.approved if after else ())
        if entry not in old and entry.expires >= today
    }
    return tuple(
        Approved(each, change.what(each), given.get(change.what(each)), locations.get(each.label))
        for each in change.newly_allowed
    )


def widenings(change: TargetChange, found: Sequence[Approved], gate: Gate) -> Iterator[Finding]:
    """What is opened without an approval."""
    opened = [each for each in found if each.approval is None]
    kind: Kind = "unapproved-widening" if len(opened) > gate.unapproved else "widening-let-pass"
    for each in opened:
        yield Finding(
            kind,
            change.environment,
            change.target,
            f"newly allowed and not approved: {each.change.label} (for example {each.change.witness})",
            f"take it out, or add {{what: {each.what!r}, owner, reason, expires}} to "
            f"{change.environment}'s `approved` in this change",
            each.location,
        )


def expiries(environment: Environment, gate: Gate, today: datetime.date) -> Iterator[Finding]:
    """What has expired, and what soon will."""
    entries: list[tuple[str, Approval | Acceptance]] = [
        *(("approved", entry) for entry in environment.approved),
        *(("accept", entry) for entry in environment.accept),
    ]
    for section, entry in entries:
        left = (entry.expires - today).days
        if left < 0:
            what = f"{section}: {entry.what!r} has expired on {entry.expires}"
            instead = "close what it is about, or have it renewed by its owner"
            yield Finding("expired-entry", environment.name, "", what, instead, entry.location)
        elif left <= gate.warn_days:
            days = "today" if left == 0 else f"in {left} day{'s' if left > 1 else ''}"
            what = f"{section}: {entry.what!r} expires {days} ({entry.expires})"
            instead = "have it renewed by its owner, or close what it is about"
            yield Finding("expires-soon", environment.name, "", what, instead, entry.location)


def deviations(environment: Environment, target: TargetAnalysis) -> Iterator[Finding]:
    """What the proof finds and nobody accepts; an expired acceptance is told as such."""
    for each in target.proof.findings if target.proof else ():
        if not each.expired:
            yield Finding(
                "unaccepted-deviation",
                environment.name,
                target.target.cloud,
                f"{each.kind}: {each.reason} (for example {each.witness})",
                f"close it, or list `what: {each.what}` under {environment.name}'s accept",
                environment.locate((target.target.cloud,)),
            )


def standing(analyses: Iterable[Analysis], today: datetime.date) -> tuple[Finding, ...]:
    """What the gate finds of environments as they stand, whatever changed."""
    found: list[Finding] = []
    for analysis in analyses:
        found += expiries(analysis.environment, analysis.environment.gate, today)
        for target in analysis.targets:
            found += deviations(analysis.environment, target)
    return in_order(found)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """What fails first, then by kind and place."""
    return tuple(
        sorted(set(found), key=lambda f: (not f.fails, f.kind, f.environment, f.target, f.what))
    )
