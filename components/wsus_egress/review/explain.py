"""`explain`: whether a URL may be reached, what decides it, and each control's verdict.

For example https://www.example.org/ is denied because no endpoint matches, by the control's last rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from wsus_egress.controls import Control, Ruling, Verdict
from wsus_egress.controls.base import met
from wsus_egress.model.flows import Address, Flow
from wsus_egress.model.policy import Decision, EgressPolicy
from wsus_egress.review.analysis import Analysis, TargetAnalysis
from wsus_egress.review.urls import Request

# No pattern has it, and none is above it: what a rule says of it, it says of every other unlisted name.
UNLISTED: Final = "_"


class Reached(StrEnum):
    """Whether a request gets through all of a target's controls."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"
    """The vendor does not publish what decides, and no other control denies it."""


@dataclass(frozen=True, slots=True)
class TargetExplanation:
    """A target's verdict, and its controls' rulings in the order of the path."""

    target: str
    verdict: Reached
    rulings: tuple[tuple[str, Ruling], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The policy's decision and every target's."""

    request: Request
    environment: str
    decision: Decision
    targets: tuple[TargetExplanation, ...]


class Explainer:
    """Explains URLs for one environment.

    A target answers for its own first server that may reach Microsoft Update directly, the policy
    for the first server of all. Both are found once, not for every URL.
    """

    def __init__(self, analysis: Analysis) -> None:
        """Choose the sources."""
        policy = analysis.environment.policy
        self._name = analysis.environment.name
        self._policy = policy
        self._source = source_of(policy, None)
        self._targets = [(each, source_of(policy, each.target.cloud)) for each in analysis.targets]

    def explain(self, request: Request) -> Explanation:
        """The policy's decision and every target's verdict."""
        decision = self._policy.decide(request.flow(self._source))
        targets = tuple(
            self._explain_target(request, target, source) for target, source in self._targets
        )
        return Explanation(request, self._name, decision, targets)

    def _explain_target(
        self, request: Request, analysis: TargetAnalysis, source: Address
    ) -> TargetExplanation:
        flow = request.flow(source)
        path = met(analysis.controls, flow)
        rulings = tuple(
            (control.name, ruling_of(control, flow, last_dot=request.last_dot)) for control in path
        )
        return TargetExplanation(
            analysis.target.cloud, reached(ruling for _, ruling in rulings), rulings
        )


def ruling_of(control: Control, flow: Flow, *, last_dot: bool) -> Ruling:
    """What a control says of a flow, whose name may be sent with a dot at its end."""
    ruling = control.admits(flow)
    if not last_dot or control.last_dot == "ignored":
        return ruling
    unlisted = control.admits(replace(flow, name=UNLISTED))
    if control.last_dot == "compared" or unlisted.verdict is ruling.verdict:
        return unlisted
    return Ruling(Verdict.OPAQUE, ruling.rule)


def reached(rulings: Iterable[Ruling]) -> Reached:
    """What the controls on a path say together; where none of them is met, nothing gets through."""
    said = {ruling.verdict for ruling in rulings}
    if Verdict.DENY in said:
        return Reached.DENY
    if Verdict.OPAQUE in said:
        return Reached.UNKNOWN
    return Reached.ALLOW if Verdict.ALLOW in said else Reached.DENY


def source_of(policy: EgressPolicy, place: str | None) -> Address:
    """The source to ask for: a target's first server that may reach Microsoft Update directly."""
    here = [party for party in policy.parties if place in (None, party.place)]
    first = min(here or policy.parties, key=lambda party: not party.internet)
    return first.addresses[0][0]
