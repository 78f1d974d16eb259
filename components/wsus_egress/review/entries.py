"""What a change does to the entries of `approved` themselves.

For example an approval until 2027-01-01 that the change prolongs to 2099-01-01, or takes out while its
host stays open, is a finding: otherwise it would never run out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator
from typing import Final

from wsus_egress.controls import Control
from wsus_egress.model.environment import Approval, Environment
from wsus_egress.review.approvals import given_by
from wsus_egress.review.change import TargetChange, compare
from wsus_egress.review.finding import Finding, Kind
from wsus_egress.review.unguarded import unguarded

CHANGED: Final = "approval/"
"""What an approval of a change of another approval begins with."""
_FIRST: Final = re.compile(r"(aws|azure|unguarded|environment|approval|program)/")
# What `needed` has where a change needs it; of other names others know whether they are needed.
_KNOWN: Final = re.compile(
    r"(aws|azure)/((http|https|http\+https|list|sources|tcp|unguarded)/.+|mode/open|ipv6|removed)"
    r"|unguarded/.+|program/.+"
)
# Deviations, and environments that go: others know whether they are needed. What else begins with a
# cloud is the id of an assumption.
_OTHERS: Final = re.compile(r"(aws|azure)/[^/]+/(wider|narrower)/.+|environment/.+")


def entries(
    before: Environment | None, after: Environment, today: datetime.date, needed: Collection[str],
    assumed: Collection[str],
) -> Iterator[Finding]:  # fmt: skip
    """Approvals that are prolonged, taken out while what they cover stays, or of no use.

    Args:
        before: None where there was none: nothing could be prolonged or taken out.
        after: The environment as it is to be.
        today: The day on which an approval must not have expired.
        needed: What approvals of this change could name.
        assumed: The ids of all that the environment takes for granted as it is to be.
    """
    given = given_by(before, after, today)
    was, now = _latest(before), _latest(after)
    changed = set()
    for what, old in sorted(was.items()):
        new = now.get(what)
        text = ""
        if new is None and before is not None and _stays(what, before, after, assumed):
            text = (
                f"the approval of {what} until {old.expires} is taken out, and what it covers stays"
            )
        elif new is not None and new.expires > old.expires and what not in needed:
            text = f"the approval of {what} until {old.expires} is prolonged until {new.expires}"
        if text:
            name = f"{CHANGED}{what}"
            changed.add(name)
            yield _changed(after, what, text, given.get(name), new)
    for what, entry in sorted(given.items()):
        text = ""
        if what.startswith(CHANGED):
            idle = what not in changed
        else:
            idle = not _OTHERS.fullmatch(what) and what not in needed and what not in was
        nothing = idle and not _KNOWN.fullmatch(what) and what not in assumed
        if not _FIRST.match(what) or (nothing and not what.startswith(CHANGED)):
            text = f"approved: {what!r} names nothing"
        elif idle:
            text = f"approved: {what!r}, which this change does not need"
        if text:
            instead = "remove it, or write `what` as this page does"
            yield Finding("approval-idle", after.name, "", text, instead, entry.location)


def _changed(
    after: Environment, what: str, text: str, approval: Approval | None, entry: Approval | None
) -> Finding:
    name = f"{CHANGED}{what}"
    kind: Kind = "approval-renewed" if approval else "unapproved-renewal"
    instead = f"close what it covers, or approve {name!r} in this change"
    if approval:
        instead = f"approved by {approval.owner} until {approval.expires}"
    location = entry.location if entry else after.locate(("approved",))
    return Finding(kind, after.name, "", text, instead, location, "" if approval else name)


def _latest(environment: Environment | None) -> dict[str, Approval]:
    found: dict[str, Approval] = {}
    for entry in environment.approved if environment else ():
        if entry.what not in found or found[entry.what].expires < entry.expires:
            found[entry.what] = entry
    return found


def whats(change: TargetChange, environment: Environment) -> set[str]:
    """How approvals may name what a change newly allows in one target."""
    lists = {endpoint.pattern.text: endpoint.list for endpoint in environment.policy.endpoints}
    found = set()
    for each in change.newly_allowed:
        found |= {change.what(each), f"{change.target}/{each.long}"}
        if each.pattern in lists:
            found.add(f"{change.target}/list/{lists[each.pattern]}")
    return found


def _stays(what: str, before: Environment, after: Environment, assumed: Collection[str]) -> bool:
    """Whether what an approval covers is still so: an entry that goes with it is not missed."""
    if what in assumed:
        return True
    place, _, rest = what.partition("/")
    kind, _, name = rest.partition("/")
    if place == "unguarded" or kind == "unguarded":
        return what not in {each.what for each in unguarded(after, before)}
    if rest == "removed":
        return all(target.cloud != place for target in after.targets)
    if "/wider/" in what:
        return what in {entry.what for entry in after.accept}
    if kind == "sources":
        parties = {party.name for party in after.policy.parties if party.internet}
        return name.partition("/")[0] in parties
    if kind == "tcp":
        asking = {party.name for party in after.policy.parties if party.asks}
        return name.split("/")[1:2] in [[each] for each in asking]
    nothing: dict[str, tuple[Control, ...]] = {target.cloud: () for target in after.targets}
    changes = compare(None, after, nothing, nothing)
    if any(what in whats(change, after) for change in changes):
        return True
    return any(
        change.target == place and each.pattern == name and set(kind.split("+")) & {*each.schemes}
        for change in changes
        for each in change.newly_allowed
    )
