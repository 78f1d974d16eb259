"""No acceptance and no approval of the environment has expired."""

from __future__ import annotations

from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.resources import Resource


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:  # noqa: ARG001 - of any stack
    """Look at every entry's last day."""
    environment = context.environment
    entries = (
        *(("accept", each.what, each.expires, each.location) for each in environment.accept),
        *(("approved", each.what, each.expires, each.location) for each in environment.approved),
    )
    if not entries:
        return NotApplicable("the environment accepts and approves nothing")
    return tuple(
        Finding(
            "", f"{where}: {setting}" if where else setting, f"{what} expired on {expires}",
            "remove the entry and what it excuses, or let its owner decide again",
        )
        for setting, what, expires, where in entries
        if expires < context.today
    )  # fmt: skip


GUARDRAIL = Guardrail(
    id="wsus-approvals-expired",
    title="An acceptance or approval has expired",
    why="An owner accepts a deviation until a day; after that day nobody answers for it.",
    severity="medium",
    judge=judge,
)
