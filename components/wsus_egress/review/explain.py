"""`explain`: whether a URL may be reached, what decides it, and each control's verdict.

For example https://www.example.org/ is denied because no endpoint matches, by the control's last rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from wsus_egress.controls import Control, Ruling, Verdict
from wsus_egress.controls.base import met
from wsus_egress.model.flows import Address, Flow
from wsus_egress.model.policy import Decision
from wsus_egress.review.analysis import Analysis, TargetAnalysis
from wsus_egress.review.askers import Asker, Whom, askers, fitting, known_hosts, whom
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
    """What becomes of a request at a target, and its controls' rulings in the order of the path.

    Attributes:
        whom: For whom this holds. Where rules treat askers differently, a target has several.
    """

    target: str
    whom: tuple[Whom, ...]
    verdict: Reached
    rulings: tuple[tuple[str, Ruling], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The policy's decision and every target's, one for many URLs.

    Attributes:
        given: Whether somebody gave the address to ask for; else it is every party that may ask.
    """

    environment: str
    given: bool
    whom: tuple[Whom, ...]
    decision: Decision
    targets: tuple[TargetExplanation, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What holds for a request in one environment."""

    request: Request
    answer: Answer


class Explainer:
    """Explains URLs for one environment: for every party that may ask, or for one address.

    Rules tell requests apart by address, port, protocol and the hosts that patterns are made of. So
    each class of requests is asked for once, and its answer kept.
    """

    def __init__(self, analysis: Analysis, source: Address | None = None) -> None:
        """Find out who asks.

        Args:
            analysis: The environment.
            source: Who asks; None for every party that may.
        """
        policy = analysis.environment.policy
        self._name = analysis.environment.name
        self._policy = policy
        self._given = source is not None
        if source is None:
            self._askers: Sequence[Asker] = askers(analysis)
        else:
            party = next((party for party in policy.parties if source in party), None)
            known = (party.name, party.place) if party else (None, None)
            self._askers = (Asker(source, *known),)
        self._targets = [
            (target, standing(self._askers, target.target.cloud))
            for target in analysis.targets
            if source is None or self._may_stand(target, analysis)
        ]
        self._hosts = known_hosts(analysis, self._askers)
        self._known: dict[object, Answer] = {}

    def _may_stand(self, target: TargetAnalysis, analysis: Analysis) -> bool:
        """Whether the one asker may stand in a target: it does not where it is known to stand in another."""
        place = self._askers[0].place
        return place == target.target.cloud or place not in {
            each.target.cloud for each in analysis.targets
        }

    def explain(self, request: Request) -> Explanation:
        """The policy's decision and what becomes of the request at every target."""
        if request.address is not None:  # Of these there are too many to keep.
            return Explanation(request, self._answer(request))
        name = None if request.name is None else self._class_of(request.name)
        key = request.port, request.application, name, request.last_dot
        if (answer := self._known.get(key)) is None:
            answer = self._known[key] = self._answer(request)
        return Explanation(request, answer)

    def _class_of(self, name: str) -> tuple[str, bool]:
        """The closest host that patterns are made of, and whether it is the name itself."""
        hosts, rest = self._hosts, name
        while rest not in hosts:
            _, dot, rest = rest.partition(".")
            if not dot:
                return "", False
        return rest, rest is name

    def _answer(self, request: Request) -> Answer:
        version = request.address.version if request.address else None
        asked = self._asking(request, fitting(self._askers, version))
        decision = self._policy.decide(request.flow(asked[0].address))
        targets = []
        for analysis, here in self._targets:
            found = self._asking(request, fitting(here, version))
            by_rulings: dict[tuple[tuple[str, Ruling], ...], list[Asker]] = {}
            for asker in found:
                rulings = self._rulings(request, analysis.controls, asker.address)
                by_rulings.setdefault(rulings, []).append(asker)
            for rulings, some in by_rulings.items():
                verdict = reached(ruling for _, ruling in rulings)
                held = self._whom(some, found)
                targets.append(TargetExplanation(analysis.target.cloud, held, verdict, rulings))
        return Answer(self._name, self._given, self._whom(asked, asked), decision, tuple(targets))

    def _whom(self, some: Sequence[Asker], among: Sequence[Asker]) -> tuple[Whom, ...]:
        if not self._given:
            return whom(some, among)
        (asker,) = some
        return (Whom(asker.party, asker.address),)

    def _asking(self, request: Request, found: Sequence[Asker]) -> Sequence[Asker]:
        """Those that may ask there at all; all where nobody may."""
        return [
            asker for asker in found if self._policy.decide(request.flow(asker.address)).may_ask
        ] or found

    @staticmethod
    def _rulings(
        request: Request, controls: Sequence[Control], source: Address
    ) -> tuple[tuple[str, Ruling], ...]:
        flow = request.flow(source)
        return tuple(
            (control.name, ruling_of(control, flow, last_dot=request.last_dot))
            for control in met(controls, flow)
        )


def standing(found: Sequence[Asker], place: str) -> Sequence[Asker]:
    """Those that stand in a target; all where none does."""
    return [asker for asker in found if asker.place == place] or found


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
