"""What a change opens or takes away, each with the approval that the same change gives it.

For example a change that adds `*.example.com` to a list and approves nothing gives an `Approved` without an
approval, and from it a `Finding` of kind `unapproved-widening`, which fails the command.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsus_egress.controls import Control
from wsus_egress.model.environment import Approval, Environment, Gate
from wsus_egress.model.policy import EXTRA
from wsus_egress.problems import Location
from wsus_egress.proof.proof import admitted_anew
from wsus_egress.review.analysis import TargetAnalysis
from wsus_egress.review.finding import Finding, Kind, or_approve

if TYPE_CHECKING:
    from wsus_egress.review.change import NameChange, TargetChange
    from wsus_egress.review.unguarded import Unguarding


@dataclass(frozen=True, slots=True)
class Approved:
    """A widening with its approval; None where nobody approved it.

    Attributes:
        what: How an approval names it: `aws/https/*.example.com`.
        list_what: How an approval names all that comes from the same list: `aws/list/wsus`; empty
            where no list has it.
    """

    change: NameChange
    what: str
    approval: Approval | None
    location: Location | None
    list_what: str = ""


@dataclass(frozen=True, slots=True)
class Unguarded:
    """Protection that is taken away, with its approval; None where nobody approved it."""

    change: Unguarding
    approval: Approval | None
    location: Location | None

    @property
    def finding(self) -> Finding:
        """What the gate makes of it."""
        change, approve = self.change, self.change.what
        kind: Kind = "unapproved-removal" if change.removal else "unapproved-unguarding"
        file = "another environment" if change.removal == "environment" else change.environment
        instead = or_approve("put it back", approve, file)
        if change.last:
            approve, instead = (
                "",
                "put it back, or have somebody who may override this check merge it",
            )
        if self.approval:
            kind, approve = "no-longer-enforced" if change.removal else "protection-removed", ""
            instead = f"approved by {self.approval.owner} until {self.approval.expires}"
            if change.removal:
                instead += "; make sure that no server remains there"
        return Finding(kind, change.environment, change.target, change.text, instead, self.location,
                       approve)  # fmt: skip


def unguardings(
    found: Iterable[Unguarding],
    before: Environment | None,
    after: Environment | None,
    today: datetime.date,
    others: Mapping[str, Approval],
) -> tuple[Unguarded, ...]:
    """Each protection that is taken away with its approval, which only this change can give.

    Args:
        found: What is taken away.
        before: None where there was none.
        after: None where the change removes it.
        today: The day on which an approval must not have expired.
        others: What the change approves in any environment: one that goes has no file left.
    """
    given = given_by(before, after, today) if after else others
    return tuple(Unguarded(each, given.get(each.what), _line(after, each)) for each in found)


def _line(after: Environment | None, change: Unguarding) -> Location | None:
    return after.locate(change.keys) if after and change.keys else None


def approvals(
    change: TargetChange,
    before: Environment | None,
    after: Environment | None,
    today: datetime.date,
    locations: dict[str, Location | None],
) -> tuple[Approved, ...]:
    """Each widening of a target with its approval.

    An approval counts only for the change that adds it: one that the base already has was given to
    an earlier change.
    """
    given = given_by(before, after, today)
    lists = {e.pattern.text: e.list for e in after.policy.endpoints} if after else {}
    found = []
    for each in change.newly_allowed:
        name = lists.get(each.pattern, EXTRA)
        whole = f"{change.target}/list/{name}" if name != EXTRA else ""
        whats = (change.what(each), f"{change.target}/{each.long}", whole)
        approval = next((given[what] for what in whats if what in given), None)
        found.append(Approved(each, whats[0], approval, locations.get(each.label), whole))
    return tuple(found)


def given_by(
    before: Environment | None, after: Environment | None, today: datetime.date
) -> dict[str, Approval]:
    """The approvals that this change adds, by what they approve."""
    old = set(before.approved) if before else set()
    return {
        entry.what: entry
        for entry in (after.approved if after else ())
        if entry not in old and entry.expires >= today
    }


def acceptances(
    before: Environment | None, after: Environment, today: datetime.date
) -> Iterator[Finding]:
    """Deviations that a change starts or stops accepting.

    Accepting that the rules admit more is a widening as well: of the rules, not of the policy.
    """
    was = {entry.what: entry for entry in (before.accept if before else ())}
    now = {entry.what: entry for entry in after.accept}
    given = given_by(before, after, today)
    for what, entry in sorted(now.items()):
        old = was.get(what)
        if old == entry:
            continue
        text = f"accepted until {entry.expires}: {what} ({entry.reason})"
        kind: Kind = "newly-accepted"
        instead, approve = "check that the reason and the date still hold", ""
        if old is not None:
            text += f"; previously until {old.expires} ({old.reason})"
        longer = old is None or entry.expires > old.expires
        if longer and "/wider/" in what and what not in given:
            kind = "unapproved-acceptance"
            instead, approve = or_approve("fix it", what, after.name), what
        place = what.partition("/")[0]
        yield Finding(kind, after.name, place, text, instead, entry.location, approve)
    for what, entry in sorted(was.items()):
        if what not in now:
            text = f"no longer accepted: {what} ({entry.reason})"
            yield Finding("no-longer-accepted", after.name, what.partition("/")[0], text,
                          "nothing, if it no longer occurs")  # fmt: skip


def under_acceptances(
    environment: Environment,
    before: Environment,
    target: TargetAnalysis,
    was: Sequence[Control],
    today: datetime.date,
) -> Iterator[Finding]:
    """What the rules newly admit under an older acceptance, whose owner has not seen it."""
    accepted = {entry.what for entry in before.accept}
    if target.proof is None or not any(d.what in accepted for d in target.proof.deviations):
        return
    given = given_by(before, environment, today)
    place = target.target.cloud
    for each in admitted_anew(environment.policy, place, was, target.controls):
        if each.what in accepted and each.what not in given:
            yield Finding(
                "unapproved-acceptance",
                environment.name,
                place,
                f"{each.reason} (for example {each.witness}), and only its kind was accepted before",
                or_approve("fix it", each.what, environment.name),
                environment.locate((place,)),
                each.what,
            )


def widenings(change: TargetChange, found: Sequence[Approved], gate: Gate) -> Iterator[Finding]:
    """Widenings that nobody approved."""
    opened = [each for each in found if each.approval is None]
    kind: Kind = "unapproved-widening" if len(opened) > gate.unapproved else "widening-let-pass"
    for each in opened:
        yield Finding(
            kind,
            change.environment,
            change.target,
            f"newly allowed and not approved: {each.change.label} (for example {each.change.witness})",
            or_approve("remove it", each.what, change.environment),
            each.location,
            each.what,
        )
