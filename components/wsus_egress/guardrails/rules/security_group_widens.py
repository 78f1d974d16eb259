"""No security group of a WSUS server admits what its part of the policy does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wsus_egress.guardrails.findings import findings, unaccepted
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.aws.machines import Machine, machines
from wsus_egress.readers.aws.places import party_of
from wsus_egress.readers.aws.security_groups import NONE, judged_groups
from wsus_egress.readers.resources import Resource

_FIX: Final = "take the rule out, or add what it is for to the endpoint policy"
_JUDGE: Final = (
    "let the stack that has the group judge it, and excuse this resource with that reason"
)


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove each rule of the servers' groups by itself, and look for groups that nobody can read."""
    judged = judged_groups(resources, context.environment)
    unread = tuple(
        finding
        for machine in machines(resources, context.environment)
        for finding in _unread(machine, context)
    )
    if not judged and not unread:
        return NotApplicable(NONE)
    wider = findings((w for w in unaccepted(judged, context) if not w.from_internet), _FIX)
    return (*wider, *unread)


def _unread(machine: Machine, context: Context) -> Iterator[Finding]:
    """The groups of a machine that cannot be judged: those of other stacks, those not known yet."""
    urn, name, groups = machine.resource.urn, machine.resource.name, machine.groups
    if groups is None:
        return
    if machine.parties:
        for foreign in groups.foreign:
            what = f"it has the security group {foreign}, which is not of this stack"
            yield Finding(urn, name, what, _JUDGE)
        if groups.missing:
            what = "it has a security group that is not known"
            yield Finding(urn, name, what, _JUDGE, sure=False)
    elif not machine.known and all(
        party_of(group, context.environment) is None for group in groups.resources
    ):
        # A group of this package has been judged for its own party.
        what = "its address is not known, and so not whether it is a server of the policy"
        yield Finding(urn, name, what, "give it an address that is known", sure=False)


GUARDRAIL = Guardrail(
    id="wsus-aws-security-group-widens",
    title="A WSUS server's security group admits what the policy does not",
    why="One more rule on the group lets the server out past the endpoint policy.",
    severity="high",
    judge=judge,
)
