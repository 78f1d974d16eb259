"""Compares the controls' verdicts on a flow, and on every name it may carry, with the policy's.

For example a flow to TCP 443 under TLS: the policy asks for the names of `*.example.com`, the
controls admit those of `*.com`. The `Comparer` then gives one `Difference` of the kind `wider`, whose
witness is the flow with a name such as `host.com`.
"""

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
    """A flow on which a control, or the last of several, decides otherwise than the policy asks."""

    witness: Flow
    kind: Kind
    control: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a control says about a flow.

    Attributes:
        bounds: The names it could go under; None where names mean nothing.
    """

    control: Control
    ruling: Ruling
    bounds: Bounds | None


def answers(controls: Iterable[Control], flow: Flow, *, named: bool) -> list[Answer]:
    """What the controls that a flow passes say about it, in their order.

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
    """Compares the controls' answers with what the policy asks.

    The same few sets of names meet at every pair of addresses, so a comparer keeps each result and
    computes it once. It recognises sets by identity (`id`), because hashing a set of 10,000 names
    takes as long as comparing it; each result holds its sets, so an identity is never used again
    while the comparer lives.
    """

    def __init__(self) -> None:
        """Start without any result."""
        self._known: dict[tuple[int, ...], _Names] = {}

    def differences(
        self, wanted: Part, flow: Flow, said: Sequence[Answer], unproved: list[Unproved]
    ) -> Sequence[Difference]:
        """How the controls' joint answer differs from what the policy asks.

        Args:
            wanted: What the policy asks of them.
            flow: The flow that they were asked about.
            said: Their answers.
            unproved: Receives the flows on which only a vendor can decide.
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
        # `_Names` keeps the sets alive, so that their identities stay theirs.
        key = (id(wanted), *(id(s) for bounds in parts for s in (bounds.surely, bounds.possibly)))
        if (found := self._known.get(key)) is None:
            found = self._known[key] = _compare_names(wanted, parts)
        return found


@dataclass(frozen=True, slots=True)
class _Names:
    """How the names that the controls admit together differ from those that the policy asks for.

    Attributes:
        unsure: A name of each kind on which only the vendors can decide.
        extra: A name that they admit and should not.
        lacking: Names that they should admit and do not, surely or possibly.
        of: The sets compared, kept so that their identities stay in use.
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
    # A name that the control denies is lacking, even where the vendor may admit more than it publishes.
    lacking = ((wanted - bounds).witness() for bounds in (together.possibly, together.surely))
    return _Names(
        tuple((kind, name) for kind, names in between if (name := names.witness()) is not None),
        (together.surely - wanted).witness(),
        tuple(name for name in lacking if name is not None),
        (wanted, tuple(parts)),
    )


def _named(flow: Flow, name: str) -> Flow:
    return Flow(
        flow.source, flow.destination, flow.protocol, flow.port, flow.application, name, flow.split
    )
