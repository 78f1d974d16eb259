"""What a page about a change says, whatever its format: the verdict, rows, and who answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from wsus_egress.change import NameChange
from wsus_egress.environment import Approval, Environment
from wsus_egress.preview.comparison import Comparison

Side = Literal["newly_allowed", "no_longer_allowed"]
SHOWN_PLACES = 6


@dataclass(frozen=True, slots=True)
class Row:
    """The same flows in every target where they change alike.

    Attributes:
        where: `environment/target`, sorted.
        origin: The list that has the pattern, with its purpose and source; empty where none has.
        approval: None where nobody answers for it, or nobody needs to.
        key: What an approval would name, without the target.
    """

    change: NameChange
    where: tuple[str, ...]
    origin: str
    approval: Approval | None
    key: str

    @property
    def places(self) -> str:
        """The targets, of many only the first."""
        return shortened(self.where)


def shortened(places: Sequence[str]) -> str:
    """Some places by name, and how many more there are."""
    more = len(places) - SHOWN_PLACES
    text = ", ".join(places[:SHOWN_PLACES])
    return text if more <= 0 else f"{text} and {more} more"


def rows(comparison: Comparison, side: Side) -> tuple[Row, ...]:
    """A side's changes, those that nobody approved first, then by what they are."""
    heads = {a.environment.name: a.environment for a in comparison.analyses}
    found: dict[tuple[NameChange, str, Approval | None], list[str]] = {}
    for change in comparison.changes:
        key = (change.environment, change.target)
        given = {a.change: a.approval for a in comparison.approved.get(key, ())}
        for each in getattr(change, side):
            origin = _origin(heads.get(change.environment), each)
            row = (each, origin, given.get(each) if side == "newly_allowed" else None)
            found.setdefault(row, []).append("/".join(key))
    made = [
        Row(each, tuple(sorted(where)), origin, approval, each.key)
        for (each, origin, approval), where in found.items()
    ]
    return tuple(
        sorted(
            made,
            key=lambda r: (
                r.approval is not None,
                not r.change.pattern,
                r.change.label,
                r.change.schemes,
                r.where,
            ),
        )
    )


def _origin(environment: Environment | None, change: NameChange) -> str:
    for endpoint in environment.policy.endpoints if environment and change.pattern else ():
        if endpoint.pattern.text == change.pattern:
            if endpoint.list == "extra":
                return f"asked for by {endpoint.source}: {endpoint.purpose}"
            return f"list {endpoint.list}: {endpoint.purpose} ({endpoint.source}, {endpoint.date})"
    return ""


def verdict(comparison: Comparison) -> str:
    """One sentence with the numbers."""
    failing = sum(finding.fails for finding in comparison.findings)
    end = f"{count(failing, 'finding')} must be closed" if failing else "fine"
    if not comparison.base:
        targets = sum(len(analysis.targets) for analysis in comparison.analyses)
        environments = count(len(comparison.analyses), "environment")
        return f"{environments}, {count(targets, 'target')}: {end}"
    opened, closed = (rows(comparison, side) for side in ("newly_allowed", "no_longer_allowed"))
    changed = [change for change in comparison.changes if change.is_change]
    if not changed:
        text = (
            f"No change of policy: nothing is newly allowed, nothing is closed, in "
            f"{count(len(comparison.changes), 'target')}"
        )
    else:
        missing = sum(row.approval is None for row in opened)
        state = "" if not opened else f" ({missing or 'none'} not approved)"
        text = (
            f"{len(opened)} newly allowed{state}, {len(closed)} no longer allowed, in "
            f"{len(changed)} of {count(len(comparison.changes), 'target')}"
        )
    return f"{text}: {end}"


def count(number: int, noun: str) -> str:
    """`1 target`, `2 targets`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def notes(comparison: Comparison) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is written differently and means the same, with the environments that it holds for."""
    found: dict[str, dict[str, None]] = {}
    for change in comparison.changes:
        for note in change.notes:
            found.setdefault(note, {})[change.environment] = None
    if comparison.files and not any(c.is_change or c.notes for c in comparison.changes):
        files = shortened(comparison.files)
        found.setdefault(f"only comments, layout or lists that nothing uses: {files}", {})
    return tuple((note, tuple(names)) for note, names in found.items())


def once(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in the order of its first turn."""
    return tuple(dict.fromkeys(texts))
