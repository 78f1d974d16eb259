"""The first line of a page about a change: what the gate says, and the consequence in words.

For example `Blocked: opens every host below example.com to head, in prod/aws`.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from wsus_egress.cli.report.page import PROGRAM, Row, outcome, protections, rows
from wsus_egress.cli.words import count
from wsus_egress.review.change import ANY_NAME, OPEN
from wsus_egress.review.comparison import Review
from wsus_egress.review.finding import Kind

_MOST_CLAUSES: Final = 3
_MOST_BLOCKS: Final = 3


def headline(review: Review) -> str:
    """One sentence; empty without a base, where there is no change to tell of."""
    if not review.base:
        return ""
    clauses = list(_clauses(review)) or [_nothing(review)]
    more = len(clauses) - _MOST_CLAUSES
    end = f"; and {more} more" if more > 0 else ""
    return f"{outcome(review)}: {'; '.join(clauses[:_MOST_CLAUSES])}{end}"


def _clauses(review: Review) -> Iterator[str]:
    """What the change does, the most serious first."""
    opened, closed = (rows(review, side) for side in ("newly_allowed", "no_longer_allowed"))
    yield from _removed(review)
    yield from _program(review)
    yield from _lost(review)
    if opened:
        yield f"{' and '.join(_allowed(opened))}{_scope(opened)}"
    yield from _counted(review)
    if closed:
        yield f"closes {_names(closed) or count(len(closed), 'flow')}"


def _removed(review: Review) -> Iterator[str]:
    kinds = ("unapproved-removal", "no-longer-enforced")
    gone = [finding.where for finding in review.findings if finding.kind in kinds]
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        yield f"{_listed(gone)} {verb} no longer protected"


def _program(review: Review) -> Iterator[str]:
    """What the preview cannot judge: a change of the program, or of where packages come from."""
    found = [finding for finding in review.findings if finding.kind in PROGRAM]
    if found:
        files = sorted({finding.location.file for finding in found if finding.location})
        yield f"changes what no preview can judge: look at {_listed(files)}"


def _lost(review: Review) -> Iterator[str]:
    lost = [each for each in protections(review) if not each.removal]
    places = _listed(sorted({place for each in lost for place in each.where})) if lost else ""
    if len(lost) == 1:
        yield f"takes protection away in {places}: {lost[0].text}"
    elif lost:
        settings = _listed([each.what.partition("unguarded/")[2] for each in lost])
        yield f"takes {len(lost)} protections away in {places}: {settings}"


def _allowed(opened: Sequence[Row]) -> Iterator[str]:
    if any(row.change.short == OPEN for row in opened):
        yield "opens TCP 80 and 443 of every address"
    elif names := _names(opened):
        yield f"opens {names}"
    shorts = {row.change.short: row.change.text for row in opened if row.change.short}
    for start, what in (("sources/", "more sources"), ("tcp/", "flows between servers")):
        texts = [
            _few_blocks(text) for short, text in sorted(shorts.items()) if short.startswith(start)
        ]
        if texts:
            yield f"opens {texts[0] if len(texts) == 1 else f'{len(texts)} {what}'}"
    if "ipv6" in shorts:
        yield "opens the same names over IPv6"


def _few_blocks(text: str) -> str:
    """Of a server that becomes a range, how many addresses come: the ten blocks around it tell nobody."""
    before, party, rest = text.partition(" (")
    blocks = before.split(", ")
    if not party or len(blocks) <= _MOST_BLOCKS:
        return text
    more = sum(ipaddress.ip_network(block).num_addresses for block in blocks)
    return f"{more:,} more addresses from {blocks[0].partition('/')[0]} on ({rest}"


def _names(found: Sequence[Row]) -> str:
    """Domains as wholes first, then single hosts; empty where no pattern is concerned."""
    patterns = sorted({row.change.pattern for row in found} - {"", ANY_NAME})
    domains = [each.removeprefix("*.") for each in patterns if each.startswith("*.")]
    hosts = [each for each in patterns if not each.startswith("*.")]
    parts = []
    if domains:
        parts.append(f"every host below {_some(domains, 'domain')}")
    if hosts:
        parts.append(hosts[0] if len(hosts) == 1 else f"{len(hosts)} hosts")
    schemes = {
        scheme for row in found if row.change.pattern in patterns for scheme in row.change.schemes
    }
    over = f" over {min(schemes)}" if len(schemes) == 1 else ""
    return " and ".join(parts) + over if parts else ""


def _some(names: Sequence[str], noun: str) -> str:
    more = len(names) - 1
    return names[0] if not more else f"{names[0]} and {count(more, f'more {noun}')}"


def _scope(found: Sequence[Row]) -> str:
    """For whom names open, and where; the text of a source or flow says whom it concerns."""
    named = [row for row in found if row.change.pattern]
    whom = f" to {_listed(sorted({p for row in named for p in row.parties}))}" if named else ""
    return f"{whom}, in {_listed(sorted({place for row in found for place in row.where}))}"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _counted(review: Review) -> Iterator[str]:
    kinds: Counter[Kind] = Counter(finding.kind for finding in review.findings)
    if accepted := kinds["unapproved-acceptance"] + kinds["newly-accepted"]:
        yield f"accepts {count(accepted, 'deviation')}"
    if renewed := kinds["unapproved-renewal"] + kinds["approval-renewed"]:
        yield f"changes {count(renewed, 'approval')}"
    wordings: Sequence[tuple[Kind, Callable[[int], str]]] = (
        ("unapproved-assumption", lambda n: f"{count(n, 'new assumption')} not approved"),
        ("unaccepted-deviation", lambda n: f"{count(n, 'deviation')} from the policy not accepted"),
        ("policy-violation", lambda n: f"breaks {count(n, 'mandatory rule')} of a policy pack"),
        ("engine-error", lambda n: f"the engine reports {count(n, 'error')}"),
        ("expired-entry", lambda n: f"{n} expired {'entry' if n == 1 else 'entries'}"),
        ("rule-group-replaced", lambda n: f"replaces {count(n, 'rule group')}"),
    )
    for kind, wording in wordings:
        if kinds[kind]:
            yield wording(kinds[kind])


def _nothing(review: Review) -> str:
    touched = sum(bool(found) for found in review.resources.values())
    rest = f"; resources change in {count(touched, 'target')}" if touched else ""
    return f"nothing is newly allowed or closed{rest}"
