"""What opens the gate, as YAML to paste: an entry for each widening, for its owner to fill in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from wsus_egress.config.project import CONFIG_FOLDER
from wsus_egress.model.environment import Environment
from wsus_egress.review.comparison import Review
from wsus_egress.review.findings import Approved

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
    gone = {finding.environment for finding in review.findings} - names
    for index, analysis in enumerate(review.analyses):
        # An environment that goes has no file any more: another one has its entries.
        whose = {analysis.environment.name, *(gone if index == 0 else ())}
        if found := tuple(_lines(review, analysis.environment, whose)):
            lines += [f"# {CONFIG_FOLDER}/Pulumi.{analysis.environment.name}.yaml", *found]
    return tuple(lines)


def _lines(review: Review, environment: Environment, whose: Collection[str]) -> Iterator[str]:
    findings = [f for f in review.findings if f.fails and f.environment in whose]
    approve = {finding.approve: "" for finding in findings if finding.approve}
    for whole, found in _by_list(review, environment.name).items():
        for each in found:
            approve.pop(each.what, None)
        approve[whole] = _patterns(found)
    accept = {finding.accept: "" for finding in findings if finding.accept}
    yield from _section("approved", approve, ("owner", "reason", "expires"), environment.approved)
    yield from _section("accept", accept, ("reason", "expires"), environment.accept)


def _by_list(review: Review, environment: str) -> dict[str, list[Approved]]:
    """What lacks an approval and comes from the same list as another: one entry stands for all."""
    found: dict[str, list[Approved]] = {}
    failing = {finding.approve for finding in review.findings if finding.fails}
    for (name, _), each in review.approved.items():
        for approved in each if name == environment else ():
            if approved.list_what and approved.approval is None and approved.what in failing:
                found.setdefault(approved.list_what, []).append(approved)
    return {whole: each for whole, each in found.items() if len(each) > 1}


def _patterns(found: Sequence[Approved]) -> str:
    names = [each.change.pattern for each in found]
    more = len(names) - _SHOWN_PATTERNS
    return ", ".join(names[:_SHOWN_PATTERNS]) + (f" and {more} more" if more > 0 else "")


def _section(
    section: str, whats: dict[str, str], keys: Sequence[str], there: Sequence[object]
) -> Iterator[str]:
    if not whats:
        return
    yield (
        f"  # below the entries of wsus-egress:{section}" if there else f"  wsus-egress:{section}:"
    )
    values = "".join(f', {key}: ""' for key in keys)
    for what, comment in sorted(whats.items()):
        plain = what if _PLAIN.fullmatch(what) else "'" + what.replace("'", "''") + "'"
        yield f"    - {{what: {plain}{values}}}" + (f"  # {comment}" if comment else "")
