"""What controls say of one flow, and of every name under which it could go, against what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from wsus_egress.controls.base import Bounds, Control, Part, Ruling, Verdict, path_verdict
from wsus_egress.model.flows import Flow
from wsus_egress.names.sets import NameSet

Kind = Literal["wider", "narrower"]


@dataclass(frozen=True, slots=True)
class Unproved:
    """A flow on which a vendor decides without publishing how: the policy is taken to hold.

    Attributes:
        control: The control whose content is not published.
        kind: What the target is if it does not hold.
        masked: Whether another control denies the flow anyway.
    """

    control: str
    kind: Kind
    witness: Flow
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A flow of which a control, or the last of several, says something else than is asked."""

    witness: Flow
    kind: Kind
    control: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a control says of a flow.

    Attributes:
        bounds: The names it could go under; None where names mean nothing.
    """

    control: Control
    ruling: Ruling
    bounds: Bounds | None


def answers(controls: Iterable[Control], flow: Flow, *, named: bool) -> list[Answer]:
    """What controls say of a flow, those that it passes, in their order.

    Args:
        controls: All that could be on its path.
        flow: The flow.
        named: Whether it goes to the Internet and could go under names.
    """
    found = []
    for control in controls:
        ruling = control.admits(flow)
        bounds = control.names(flow) if named else None
        if bounds is not None or ruling.verdict is not Verdict.NOT_APPLICABLE:
            found.append(Answer(control, ruling, bounds))
    return found


class Comparer:
    """Compares answers with what is asked.

    The same few sets of names meet at every pair of addresses: what they say to each other is
    worked out once, for as long as the comparer lives.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[tuple[int, ...], _Names] = {}

    def differences(
        self, wanted: Part, flow: Flow, said: Sequence[Answer], unproved: list[Unproved]
    ) -> Sequence[Difference]:
        """How what the controls say together differs from what is asked.

        Args:
            wanted: What is asked of them.
            flow: What it is asked for.
            said: Their answers.
            unproved: Gets the flows that only a vendor can tell.
        """
        verdict = path_verdict([answer.ruling for answer in said], wanted.allowed)
        found: list[Difference] = []
        if verdict is Verdict.ALLOW and not wanted.allowed:
            admitting = [a for a in said if a.ruling.verdict is not Verdict.NOT_APPLICABLE]
            found.append(Difference(flow, "wider", admitting[-1].control.name))
        if verdict is Verdict.DENY and wanted.allowed:
            denying = next(a for a in said if a.ruling.verdict is Verdict.DENY)
            found.append(Difference(flow, "narrower", denying.control.name))
        parts = [answer.bounds for answer in said if answer.bounds is not None]
        if parts and (wanted.names or all(bounds.possibly for bounds in parts)):
            found += self._of_names(wanted.names, flow, parts, said, unproved)
        return found

    def _of_names(
        self,
        wanted: NameSet,
        flow: Flow,
        parts: Sequence[Bounds],
        said: Sequence[Answer],
        unproved: list[Unproved],
    ) -> Iterator[Difference]:
        names = self._compared(wanted, parts)
        named = [answer for answer in said if answer.bounds is not None]
        for kind, name in names.unsure:
            unproved += (
                Unproved(answer.control.name, kind, _named(flow, name))
                for answer, bounds in zip(named, parts, strict=True)
                if bounds.surely != bounds.possibly
            )
        if names.extra is not None:
            yield Difference(_named(flow, names.extra), "wider", named[-1].control.name)
        for lacking in names.lacking:
            witness = _named(flow, lacking)
            denying = [
                a.control.name for a in said if a.control.admits(witness).verdict is Verdict.DENY
            ]
            if denying:
                yield Difference(witness, "narrower", denying[0])
                return

    def _compared(self, wanted: NameSet, parts: Sequence[Bounds]) -> _Names:
        # By identity: hashing a set takes as long as the set is. `_Names` keeps the sets alive.
        key = (id(wanted), *(id(s) for bounds in parts for s in (bounds.surely, bounds.possibly)))
        if (found := self._known.get(key)) is None:
            found = self._known[key] = _compare_names(wanted, parts)
        return found


@dataclass(frozen=True, slots=True)
class _Names:
    """How the names that controls admit together differ from those that are asked.

    Attributes:
        unsure: A name of each kind that only the vendors can tell.
        extra: A name that they admit and should not.
        lacking: Names that they should admit and do not, surely or possibly.
        of: The sets that were compared.
    """

    unsure: tuple[tuple[Kind, str], ...]
    extra: str | None
    lacking: tuple[str, ...]
    of: tuple[NameSet, tuple[Bounds, ...]]


def _compare_names(wanted: NameSet, parts: Sequence[Bounds]) -> _Names:
    together = parts[0]
    for bounds in parts[1:]:
        together &= bounds
    # Between the two bounds only the vendors know: the policy's own verdict is taken to hold there.
    unknown = together.possibly - together.surely
    between: tuple[tuple[Kind, NameSet], ...] = (
        ("wider", unknown - wanted),
        ("narrower", unknown & wanted),
    )
    # What a vendor does not publish is no reason to call a name admitted where the control says no.
    lacking = ((wanted - bounds).witness() for bounds in (together.possibly, together.surely))
    return _Names(
        tuple((kind, name) for kind, names in between if (name := names.witness()) is not None),
        (together.surely - wanted).witness(),
        tuple(name for name in lacking if name is not None),
        (wanted, tuple(parts)),
    )


def _named(flow: Flow, name: str) -> Flow:
    return Flow(flow.source, flow.destination, flow.protocol, flow.port, flow.application, name)
