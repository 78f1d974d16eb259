"""Rules that were read back, proved by themselves: what each admits beyond the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Generic, TypeVar

from wsus_egress.controls.base import Control, Rule, Verdict
from wsus_egress.model.flows import Flow, is_internet
from wsus_egress.model.policy import Place
from wsus_egress.proof.proof import Deviation, prove_alone
from wsus_egress.readers.resources import Context, Finding, Resource

R = TypeVar("R", bound=Rule)
PAST: Final = "leads past the firewall"


@dataclass(frozen=True, slots=True)
class Read(Generic[R]):
    """A rule of the stack, as far as it can be read.

    Attributes:
        owner: The resource that holds it.
        least: The rules of the control that it surely is.
        most: Those that it may be: the same where everything about it is known.
        unread: What about it is not known, as a clause; empty where nothing is.
        sure: False where the update will tell.
    """

    owner: Resource
    least: tuple[R, ...]
    most: tuple[R, ...]
    unread: str = ""
    sure: bool = True

    def narrowed(self) -> Read[R] | None:
        """The rule taken for as little as it may be; None where that has been looked at."""
        return None if self.most == self.least else replace(self, most=self.least)


@dataclass(frozen=True, slots=True)
class Widening:
    """What a rule of the stack admits beyond the policy.

    Attributes:
        owner: The resource that holds the rule, or the one that is judged where no rule of it decides.
        rule: The rule's id, or a vendor's default in words.
        unread: What is not known, where the rules surely admit less.
    """

    owner: Resource
    rule: str
    deviation: Deviation
    unread: str = ""
    sure: bool = True

    def finding(self, fix: str, says: str = "") -> Finding:
        """The widening as a finding: a route says what it does, whatever the flow's port."""
        witness = self.deviation.witness
        reason = says or self.deviation.reason.partition(";")[0]
        flow = f"{witness.source} -> {witness.destination}" if says else f"{witness}"
        what = f"{reason}, by {self.rule}: {flow}"
        if self.unread:
            what = f"{self.unread}; so it may be that it {what}"
        return Finding(self.owner.urn, self.owner.name, what, fix, self.sure)


def from_internet(widening: Widening) -> bool:
    """Whether the Internet is let in, and not somebody out."""
    return is_internet(widening.deviation.witness.source)


@dataclass(frozen=True, slots=True)
class Judged(Generic[R]):
    """A resource with the rules that were read of it, and the control that they make.

    Attributes:
        concerns: Whether a flow is one of those that the resource is judged by.
    """

    resource: Resource
    place: Place
    reads: tuple[Read[R], ...]
    control: Callable[[tuple[R, ...]], Control]
    concerns: Callable[[Flow], bool] = field(default=lambda _: True)

    def widenings(self, context: Context) -> Iterator[Widening]:
        """Every rule that admits more than the policy, each with a flow that shows it."""
        left = list(self.reads)
        told: set[tuple[str, str]] = set()
        while True:
            most = self.control(tuple(rule for read in left for rule in read.most))
            wider = self._wider(most, context)
            if not wider:
                return
            least = self.control(tuple(rule for read in left for rule in read.least))
            surely = {deviation.what for deviation in self._wider(least, context)}
            deciding: list[Read[R]] = []
            for deviation in wider:
                rule = _decider(most, deviation.witness)
                read = next((r for r in left if rule in {each.id for each in r.most}), None)
                if read is not None:
                    deciding.append(read)
                widening = self._widening(rule, read, deviation, deviation.what in surely, left)
                # Of what is not known one flow each way is enough.
                way = str(is_internet(deviation.witness.source))
                key = rule, f"{way} {widening.unread}" if widening.unread else deviation.what
                if key not in told:
                    told.add(key)
                    yield widening
            if not deciding:
                return
            # Without them, or with as little of them as they may be: what they hide comes next.
            less = {id(read): read.narrowed() for read in deciding}
            after = [less.get(id(read), read) for read in left]
            left = [read for read in after if read is not None]

    def _wider(self, control: Control, context: Context) -> list[Deviation]:
        return [
            deviation
            for deviation in prove_alone(context.policy, self.place, control)
            if deviation.kind == "wider"
            and self.concerns(deviation.witness)
            and not context.accepts(deviation)
        ]

    def _widening(
        self,
        rule: str,
        read: Read[R] | None,
        deviation: Deviation,
        surely: bool,
        left: Sequence[Read[R]],
    ) -> Widening:
        owner = read.owner if read else self.resource
        unread = read if read is not None and read.unread and read.most != read.least else None
        if unread is None and not surely:
            # What denies it may, or may not: the first rule that could.
            unread = next((each for each in left if each.unread), None)
        if unread is None:
            return Widening(owner, rule, deviation)
        return Widening(owner, rule, deviation, unread.unread, unread.sure)


def _decider(control: Control, flow: Flow) -> str:
    """The rule that admits a flow."""
    rulings = [side.admits(flow) for side in control.sides()]
    admitting = [r for r in rulings if r.verdict in (Verdict.ALLOW, Verdict.OPAQUE)]
    return (admitting or rulings)[0].rule


def findings(widenings: Iterable[Widening], fix: str, says: str = "") -> tuple[Finding, ...]:
    """Widenings as findings: each once, and one for each rule where all say the same."""
    first: dict[tuple[str, str, str], Widening] = {}
    for each in widenings:
        what = "" if says else each.deviation.what
        first.setdefault((each.owner.urn, each.rule, what), each)
    return tuple(dict.fromkeys(each.finding(fix, says) for each in first.values()))
