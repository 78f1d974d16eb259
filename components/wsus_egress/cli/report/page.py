"""What every page about a change shows, in any format: the verdict, the rows and their approvals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.cli.words import count
from wsus_egress.model.environment import Approval, Environment
from wsus_egress.model.policy import EXTRA
from wsus_egress.problems import Location
from wsus_egress.review.approvals import Unguarded
from wsus_egress.review.change import NameChange
from wsus_egress.review.comparison import Review
from wsus_egress.review.finding import Finding

Side = Literal["newly_allowed", "no_longer_allowed"]
SHOWN_PLACES = 6
PROGRAM: Final = ("unapproved-program", "program-changed")
"""The findings about what Pulumi runs, of which the preview sees only that it changes."""


@dataclass(frozen=True, slots=True)
class Row:
    """The same flows in every target where they change alike.

    Attributes:
        where: `environment/target`, sorted.
        parties: The servers and clients of all those targets, sorted.
        origin: The list that has the pattern, with its purpose and source; empty where no list has it.
        approval: None where nobody approved it, or an approval is not needed.
        location: The line of the entry, where it is known.
    """

    change: NameChange
    where: tuple[str, ...]
    parties: tuple[str, ...]
    origin: str
    approval: Approval | None
    location: Location | None

    @property
    def places(self) -> str:
        """The targets; of many only the first few."""
        return shortened(self.where)


def shortened(places: Sequence[str]) -> str:
    """Some places by name, and how many more there are."""
    more = len(places) - SHOWN_PLACES
    text = ", ".join(places[:SHOWN_PLACES])
    return text if more <= 0 else f"{text} and {more} more"


def rows(review: Review, side: Side) -> tuple[Row, ...]:
    """The rows of one side: unapproved ones first, then by pattern or text."""
    heads = {a.environment.name: a.environment for a in review.analyses}
    found: dict[tuple[object, ...], list[Row]] = {}
    for change in review.changes:
        key = (change.environment, change.target)
        given = {a.change: a for a in review.approved.get(key, ())}
        for each in change.newly_allowed if side == "newly_allowed" else change.no_longer_allowed:
            approved = given.get(each)
            row = Row(
                each,
                ("/".join(key),),
                each.parties,
                _origin(heads.get(change.environment), each) if approved else "",
                approved.approval if approved else None,
                approved.location if approved else None,
            )
            about = (each.label, each.schemes, each.witness, row.origin, row.approval)
            found.setdefault(about, []).append(row)
    return tuple(sorted(map(_together, found.values()), key=_rank))


def _together(alike: Sequence[Row]) -> Row:
    first = alike[0]
    return Row(
        first.change,
        tuple(sorted({place for row in alike for place in row.where})),
        tuple(sorted({party for row in alike for party in row.parties})),
        first.origin,
        first.approval,
        first.location,
    )


def _rank(row: Row) -> tuple[object, ...]:
    change = row.change
    return (row.approval is not None, not change.pattern, change.label, change.schemes, row.where)


@dataclass(frozen=True, slots=True)
class Protection:
    """The same protection, taken away in every target where it goes alike.

    Attributes:
        where: `environment/target`, or the environment, sorted.
        approval: None where nobody approved it.
        removal: Whether the whole target goes.
    """

    text: str
    what: str
    where: tuple[str, ...]
    approval: Approval | None
    location: Location | None
    removal: bool

    @property
    def places(self) -> str:
        """The targets; of many only the first few."""
        return shortened(self.where)


def protections(review: Review) -> tuple[Protection, ...]:
    """What is taken away of the protection: what nobody approved first."""
    found: dict[tuple[object, ...], list[Unguarded]] = {}
    for each in review.unguarded:
        found.setdefault((each.change.what, each.change.text, each.approval), []).append(each)
    alike = [
        Protection(
            each[0].change.text,
            each[0].change.what,
            tuple(sorted({one.finding.where for one in each})),
            each[0].approval,
            each[0].location,
            bool(each[0].change.removal),
        )
        for each in found.values()
    ]
    return tuple(sorted(alike, key=_urgency))


def _urgency(each: Protection) -> tuple[object, ...]:
    return (each.approval is not None, not each.removal, each.what, each.where)


def other_findings(review: Review) -> tuple[Finding, ...]:
    """The findings that no section above them shows already."""
    told = ("unapproved-widening", "widening-let-pass", "unapproved-unguarding",
            "protection-removed", "unapproved-removal", "no-longer-enforced")  # fmt: skip
    return tuple(finding for finding in review.findings if finding.kind not in told)


def _origin(environment: Environment | None, change: NameChange) -> str:
    for endpoint in environment.policy.endpoints if environment and change.pattern else ():
        if endpoint.pattern.text == change.pattern:
            if endpoint.list == EXTRA:
                return f"requested by {endpoint.source}: {endpoint.purpose}"
            return f"list {endpoint.list}: {endpoint.purpose} ({endpoint.source}, {endpoint.date})"
    return ""


def outcome(review: Review) -> str:
    """`Blocked`, `Approved` or `Let pass` for what opens or unprotects something.

    Else `Unjudged` where the program changes, which no preview runs, and `Fine` where nothing is left to say.
    """
    kinds = {finding.kind for finding in review.findings}
    if review.fails:
        return "Blocked"
    if "widening-let-pass" in kinds:
        return "Let pass"
    opens = any(change.newly_allowed for change in review.changes)
    if (
        opens
        or review.unguarded
        or kinds & {"no-longer-enforced", "newly-accepted", "approval-renewed"}
    ):
        return "Approved"
    return "Unjudged" if "program-changed" in kinds else "Fine"


def verdict(review: Review, *, gated: bool = True) -> str:
    """One sentence with the numbers.

    Args:
        review: The change, or the environments as they stand.
        gated: Whether the command fails where a finding does.
    """
    failing = sum(finding.fails for finding in review.findings)
    must = " to resolve" if gated else ""
    end = f"{count(failing, 'finding')}{must}" if failing else outcome(review).lower()
    if not review.base:
        targets = sum(len(analysis.targets) for analysis in review.analyses)
        environments = count(len(review.analyses), "environment")
        return f"{environments}, {count(targets, 'target')}: {end}"
    opened, closed = (rows(review, side) for side in ("newly_allowed", "no_longer_allowed"))
    changed = [change for change in review.changes if change.is_change]
    if not changed:
        touched = sum(bool(found) for found in review.resources.values())
        rest = f"; resources change in {count(touched, 'target')}" if touched else ""
        same = "The policy does not change: nothing is newly allowed or closed"
        if any(not each.removal for each in protections(review)):
            same = f"The policy stays the same, but its protection does not{_admitted(review)}"
        text = f"{same}, in {count(len(review.changes), 'target')}{rest}"
    else:
        missing = sum(row.approval is None for row in opened)
        state = f" ({_missing(missing)})" if opened else ""
        text = (
            f"{len(opened)} newly allowed{state}, {len(closed)} no longer allowed, in "
            f"{len(changed)} of {count(len(review.changes), 'target')}"
        )
    return f"{text}{_special(review)}: {end}"


def _admitted(review: Review) -> str:
    """A flow that rules admit past the policy, where protection goes: of a name if there is one."""
    places = {place for each in protections(review) for place in each.where}
    found = [
        (not each.what.endswith("/names"), place, str(each.witness))
        for analysis in review.analyses
        for target in analysis.targets
        if (place := f"{analysis.environment.name}/{target.target.cloud}") in places
        and target.proof
        for each in target.proof.deviations
        if each.kind == "wider"
    ]
    if not found:
        return ""
    _, place, witness = min(found)
    return f": {place} admits more than the policy, for example {witness}"


def _missing(number: int) -> str:
    return f"{number} not approved" if number else "all approved"


def _special(review: Review) -> str:
    """What matters to a reviewer although no flow of the policy changes."""
    kinds = Counter(finding.kind for finding in review.findings)
    accepted = kinds["unapproved-acceptance"] + kinds["newly-accepted"]
    removed = kinds["unapproved-removal"] + kinds["no-longer-enforced"]
    program = sum(kinds[kind] for kind in PROGRAM)
    lost = [each for each in protections(review) if not each.removal]
    missing = sum(each.approval is None for each in lost)
    return "".join(
        (
            f"; {count(len(lost), 'protection')} taken away ({_missing(missing)})" if lost else "",
            f"; {count(accepted, 'deviation')} newly accepted" if accepted else "",
            f"; {count(removed, 'target')} no longer enforced" if removed else "",
            f"; {count(program, 'change')} that this preview cannot judge" if program else "",
        )
    )


def to_do_title(review: Review) -> str:
    """What the entries to paste are for: without a base there is no change to approve."""
    return "remove it, or approve it in this change" if review.base else "fix it, or accept it"


def notes(review: Review) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is written differently with the same meaning, and in which environments."""
    found: dict[str, dict[str, None]] = {}
    for change in review.changes:
        for note in change.notes:
            found.setdefault(note, {})[change.environment] = None
    told = {f.location.file for f in review.findings if f.kind in PROGRAM and f.location}
    quiet = [file for file in review.files if file not in told]
    if quiet and all(c.environment in review.same for c in review.changes):
        files = shortened(quiet)
        found.setdefault(f"only comments, layout or unused lists: {files}", {})
    return tuple((note, tuple(names)) for note, names in found.items())


def once(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in the order of first occurrence."""
    return tuple(dict.fromkeys(texts))
