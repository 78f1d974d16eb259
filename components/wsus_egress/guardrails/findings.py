"""From what resources admit beyond the policy to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from wsus_egress.guardrails.model import Context, Finding
from wsus_egress.readers.judged import Judged
from wsus_egress.review.widenings import Widening, widenings

PAST: Final = "leads past the firewall"


def unaccepted(judged: Iterable[Judged[Any]], context: Context) -> Iterator[Widening]:
    """What resources admit beyond the policy and its owner does not accept today."""
    for one in judged:
        yield from widenings(one, context.policy, context.accepts)


def findings(
    found: Iterable[Widening], fix: str | Callable[[Widening], str], says: str = ""
) -> tuple[Finding, ...]:
    """Widenings as findings: each once, and one for each rule where all say the same.

    Args:
        found: The widenings.
        fix: What to do about each of them, as a clause, or what makes one of a widening.
        says: What each rule does, whatever the flow's port: for example that a route leads past the
            firewall. Otherwise the widening's own reason stands there.
    """
    first: dict[tuple[str, str, str], Widening] = {}
    for widening in found:
        what = "" if says else widening.deviation.what
        first.setdefault((widening.owner.urn, widening.rule, what), widening)
    return tuple(dict.fromkeys(_finding(widening, fix, says) for widening in first.values()))


def _finding(widening: Widening, fix: str | Callable[[Widening], str], says: str) -> Finding:
    witness = widening.deviation.witness
    reason = says or widening.deviation.reason.partition(";")[0]
    flow = f"{witness.source} -> {witness.destination}" if says else f"{witness}"
    what = f"{reason}, by {widening.rule}: {flow}"
    if widening.unread:
        what = f"{widening.unread}; so it may be that it {what}"
    todo = fix if isinstance(fix, str) else fix(widening)
    return Finding(widening.owner.urn, widening.owner.name, what, todo, widening.sure)
