"""What opens the gate, as YAML to paste: an entry for each widening, for its owner to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from wsus_egress.model.environment import Environment
from wsus_egress.problems import visible
from wsus_egress.review.approvals import Approved
from wsus_egress.review.comparison import Review
from wsus_egress.review.finding import Finding

# A flow mapping ends plain text at a comma or a bracket, so only these stand without quotes.
_PLAIN: Final = re.compile(r"[a-z][A-Za-z0-9_./+*-]*")
_SHOWN_PATTERNS: Final = 3


def to_do(review: Review) -> tuple[str, ...]:
    """The entries that would let the change pass: YAML, each file's name before its own.

    Owner, reason and expires are empty, and the settings refuse them so. Empty where nothing is to
    be done, or no entry helps.
    """
    lines: list[str] = []
    names = {analysis.environment.name for analysis in review.analyses}
    # An environment that goes has no file any more: another one has its entries.
    heir = review.analyses[0].environment.name if review.analyses else ""
    findings: dict[str, list[Finding]] = {}
    for finding in (each for each in review.findings if each.fails):
        whose = finding.environment if finding.environment in names else heir
        findings.setdefault(whose, []).append(finding)
    by_list = _by_list(review)
    for analysis in review.analyses:
        name = analysis.environment.name
        whole = by_list.get(name, {})
        if found := tuple(_lines(analysis.environment, findings.get(name, ()), whole)):
            lines += [f"# {analysis.environment.file}", *found]
    return tuple(map(visible, lines))


def _lines(
    environment: Environment, findings: Sequence[Finding], by_list: Mapping[str, Sequence[Approved]]
) -> Iterator[str]:
    approve = {finding.approve: "" for finding in findings if finding.approve}
    for whole, found in by_list.items():
        if len(found) > 1:
            for each in found:
                approve.pop(each.what, None)
            approve[whole] = _patterns(found)
    accept = {finding.accept: "" for finding in findings if finding.accept}
    for section, whats, keys, given in (
        ("approved", approve, ("owner", "reason", "expires"), environment.approved),
        ("accept", accept, ("reason", "expires"), environment.accept),
    ):
        # An empty list is there as well, at a line of its own, and a key must not be there twice.
        empty = environment.locate((section,)) != environment.locate(("",)) and not given
        yield from _section(section, whats, keys, empty=empty, there=bool(given))


def _by_list(review: Review) -> Mapping[str, Mapping[str, Sequence[Approved]]]:
    """By environment and list, what lacks an approval: one entry stands for all of a list."""
    found: dict[str, dict[str, list[Approved]]] = {}
    failing = {finding.approve for finding in review.findings if finding.fails}
    for (name, _), each in review.approved.items():
        for approved in each:
            if approved.list_what and approved.approval is None and approved.what in failing:
                whole = found.setdefault(name, {})
                whole.setdefault(approved.list_what, []).append(approved)
    return found


def _patterns(found: Sequence[Approved]) -> str:
    names = [each.change.pattern for each in found]
    more = len(names) - _SHOWN_PATTERNS
    return ", ".join(names[:_SHOWN_PATTERNS]) + (f" and {more} more" if more > 0 else "")


def _section(
    section: str, whats: dict[str, str], keys: Sequence[str], *, empty: bool, there: bool
) -> Iterator[str]:
    if not whats:
        return
    key = f"wsus-egress:{section}"
    if there:
        yield f"  # below the entries of {key}"
    else:
        yield f"  {key}:" + ("  # instead of the empty one" if empty else "")
    values = "".join(f', {key}: ""' for key in keys)
    for what, comment in sorted(whats.items()):
        plain = what if _PLAIN.fullmatch(what) else "'" + what.replace("'", "''") + "'"
        yield f"    - {{what: {plain}{values}}}" + (f"  # {comment}" if comment else "")
