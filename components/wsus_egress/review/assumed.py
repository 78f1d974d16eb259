"""What a change newly takes for granted: each assumption that the base does not make.

For example `networkFirewall.mode: policy`, where the base has `full`, takes for granted that somebody
else leads the servers to the firewall.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from wsus_egress.controls import Assumption, Control
from wsus_egress.controls.assumptions import in_order
from wsus_egress.controls.aws.assumptions import ASSOCIATION, DEFAULT_ROUTE
from wsus_egress.model.environment import Approval, Environment
from wsus_egress.review.analysis import TargetAnalysis
from wsus_egress.review.approvals import given_by
from wsus_egress.review.finding import Finding, Kind, or_approve

# Whoever took the routes as a whole for granted took it that the servers' subnets have them.
_PART_OF: Final = {ASSOCIATION: DEFAULT_ROUTE}


def assumptions(
    before: Environment | None,
    environment: Environment,
    target: TargetAnalysis,
    was: Sequence[Control],
    today: datetime.date,
) -> Iterator[Finding]:
    """A finding for each new assumption; with an approval, or with a new control, it is only told.

    Args:
        before: The environment in the base.
        environment: The same in the head.
        target: One of its targets.
        was: The controls of that target in the base.
        today: The day on which approvals must not have expired.
    """
    approved = given_by(before, environment, today)
    known = {party.name for party in before.policy.parties} if before else set[str]()
    made = {a.id: a for a in in_order(a for control in was for a in control.assumptions)}
    stood = {control.name for control in was}
    for control in target.controls:
        for each in control.assumptions:
            if not (whom := _newly(each, made, known)):
                continue
            text = f"newly assumed for {', '.join(whom)}: {each.what}"
            told = _approval(approved.get(each.id))
            if not told and was and control.name not in stood:
                # What the base does not have at all only adds protection, whatever it rests on.
                told = _sure(each)
            yield _finding(environment, target, each, text, told)


def new_ids(
    before: Environment | None, controls: Sequence[Control], was: Sequence[Control]
) -> set[str]:
    """The ids of what a target newly takes for granted: what approvals may name."""
    known = {party.name for party in before.policy.parties} if before else set[str]()
    made = {a.id: a for a in in_order(a for control in was for a in control.assumptions)}
    return {
        each.id for control in controls for each in control.assumptions if _newly(each, made, known)
    }


def _approval(given: Approval | None) -> str:
    return f"approved by {given.owner} until {given.expires}: {given.reason}" if given else ""


def _sure(assumption: Assumption) -> str:
    return f"make it sure: {assumption.ways[0].how}"


def _finding(
    environment: Environment, target: TargetAnalysis, assumption: Assumption, text: str, told: str
) -> Finding:
    """One that wants an approval, or is only told."""
    kind: Kind = "newly-assumed" if told else "unapproved-assumption"
    instead = told or or_approve(_sure(assumption), assumption.id, environment.name)
    cloud = target.target.cloud
    place = environment.locate((cloud,))
    approve = "" if told else assumption.id
    return Finding(kind, environment.name, cloud, text, instead, place, approve)


def _newly(
    assumption: Assumption, made: Mapping[str, Assumption], known: set[str]
) -> tuple[str, ...]:
    """For whom something is taken for granted that the base did not.

    A server that the change adds to an assumption of others is not among them: that it may send
    anything at all is newly allowed, and wants an approval as that.
    """
    before = made.get(assumption.id)
    if before is not None and before.what == assumption.what:
        return tuple(n for n in assumption.whom if n in known and n not in before.whom)
    topic, _, subject = assumption.id.rpartition("/")
    wider = made.get(f"{_PART_OF[topic]}/{subject}") if topic in _PART_OF else None
    return tuple(n for n in assumption.whom if wider is None or n not in wider.whom)
