"""Entries with an owner and a last day: what is accepted, and what a change approves.

For example `expires: 2027-02-31` is refused at its line: the calendar has no such day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TypeVar

from wsus_egress.config.settings import AcceptSettings, ApprovedSettings
from wsus_egress.model.addresses import Refuse
from wsus_egress.model.environment import Acceptance, Approval
from wsus_egress.problems import Keys, Locate, path_text

_Expiring = TypeVar("_Expiring", AcceptSettings, ApprovedSettings)


def acceptances(
    entries: Sequence[AcceptSettings], locate: Locate, refuse: Refuse
) -> tuple[Acceptance, ...]:
    """The deviations and assumptions that somebody accepts."""
    return tuple(
        Acceptance(entry.what, entry.reason, day, locate(keys))
        for entry, day, keys in _until("accept", entries, refuse)
    )


def approvals(
    entries: Sequence[ApprovedSettings], locate: Locate, refuse: Refuse
) -> tuple[Approval, ...]:
    """What somebody approves in this change."""
    return tuple(
        Approval(entry.what, entry.owner, entry.reason, day, locate(keys))
        for entry, day, keys in _until("approved", entries, refuse)
    )


def _until(
    section: str, entries: Sequence[_Expiring], refuse: Refuse
) -> Iterator[tuple[_Expiring, datetime.date, Keys]]:
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        keys: Keys = (section, index)
        if (other := first.setdefault(entry.what, index)) != index:
            what = f"{entry.what!r} is there already, in {path_text((section, other))}"
            refuse((*keys, "what"), what, "keep one of them")
        try:
            yield entry, datetime.date.fromisoformat(entry.expires), keys
        except ValueError:
            what = f"{entry.expires} is not a day of the calendar"
            refuse((*keys, "expires"), what, "write it as YYYY-MM-DD")
