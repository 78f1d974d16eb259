"""What rules that were read of somebody's resources admit beyond a policy, rule by rule.

A control is proved by itself, whatever stands beside it. The first rule that admits a flow hides the
rules behind it, so it is taken out and the rest is proved again, until nothing is wider any more.

For example a network security group with the rules `web` (TCP 8080 to the Internet) and `all` (every
port) gives a widening for each of them, both with a flow that shows it. The guardrails make findings
of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wsus_egress.controls.base import Control, Verdict
from wsus_egress.model.flows import Flow
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.proof.proof import Deviation, prove_alone
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.resources import Resource

Accepts = Callable[[Deviation], bool]


@dataclass(frozen=True, slots=True)
class Widening:
    """What a rule of a resource admits beyond the policy.

    Attributes:
        owner: The resource that holds the rule, or the one that is judged where none of its rules
            decides.
        rule: The rule's id, or a vendor's default in words.
        deviation: What is admitted, with a flow that shows it.
        unread: What is not known, as a clause, where the rule may admit it but need not.
        sure: False where the update will tell what is not known.
    """

    owner: Resource
    rule: str
    deviation: Deviation
    unread: str = ""
    sure: bool = True

    @property
    def from_internet(self) -> bool:
        """Whether the rule lets the Internet in, rather than somebody out."""
        return self.deviation.subject == "ingress"

    @property
    def subject(self) -> str:
        """What two widenings of one rule have in common where one of them is enough."""
        # Of what is not known one flow each way is enough.
        return f"{self.from_internet} {self.unread}" if self.unread else self.deviation.what


def widenings(judged: Judged[Any], policy: EgressPolicy, accepts: Accepts) -> Iterator[Widening]:
    """Every rule of a resource that admits more than the policy, each with a flow that shows it.

    Args:
        judged: The resource with its rules.
        policy: What is allowed.
        accepts: Whether somebody accepts a deviation, so that it does not count.
    """
    left = list(judged.reads)
    seen: set[tuple[str, str]] = set()
    while True:
        most = judged.control(tuple(rule for read in left for rule in read.most))
        wider = _wider(judged, most, policy, accepts)
        if not wider:
            return
        least = judged.control(tuple(rule for read in left for rule in read.least))
        surely = {deviation.what for deviation in _wider(judged, least, policy, accepts)}
        deciding: list[Read[Any]] = []
        for deviation in wider:
            rule = _decider(most, deviation.witness)
            read = next((r for r in left if rule in {one.id for one in r.most}), None)
            if read is not None:
                deciding.append(read)
            owner = read.owner if read else judged.resource
            doubt = _doubt(read, left, sure=deviation.what in surely)
            widening = (
                Widening(owner, rule, deviation, doubt.unread, doubt.sure)
                if doubt
                else Widening(owner, rule, deviation)
            )
            key = rule, widening.subject
            if key not in seen:
                seen.add(key)
                yield widening
        if not deciding:
            return
        left = _without(deciding, left)


def _wider(
    judged: Judged[Any], control: Control, policy: EgressPolicy, accepts: Accepts
) -> list[Deviation]:
    return [
        deviation
        for deviation in prove_alone(policy, judged.place, control)
        if deviation.kind == "wider"
        and judged.concerns(deviation.witness)
        and not accepts(deviation)
    ]


def _doubt(read: Read[Any] | None, left: Sequence[Read[Any]], *, sure: bool) -> Read[Any] | None:
    """The rule because of which it is not known whether a deviation is real; None where it is."""
    if read is not None and read.unread and read.most != read.least:
        return read
    # A rule before it may deny the flow, or may not: the first one that could.
    return None if sure else next((one for one in left if one.unread), None)


def _without(deciding: Sequence[Read[Any]], left: Sequence[Read[Any]]) -> list[Read[Any]]:
    """The rules without the deciding ones, or with these taken for their least."""
    narrowed = {id(read): read.narrowed() for read in deciding}
    after = [narrowed.get(id(read), read) for read in left]
    return [read for read in after if read is not None]


def _decider(control: Control, flow: Flow) -> str:
    """The rule that admits a flow."""
    rulings = [side.admits(flow) for side in control.sides()]
    admitting = [r for r in rulings if r.verdict in (Verdict.ALLOW, Verdict.OPAQUE)]
    return (admitting or rulings)[0].rule
