"""What a firewall policy in strict order does with a connection, packet by packet.

At each packet the first rule that fits decides: a drop ends the connection, and so does a pass of the
whole connection, after which nothing is asked any more. A pass of the packet alone leaves the next
packet to be asked about ("Evaluation order for stateful rules", developer guide, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from wsus_egress.controls.aws.other_lines import Moment, OtherLine
from wsus_egress.controls.base import Ruling, Verdict
from wsus_egress.model.flows import Flow
from wsus_egress.model.network_firewall_policy import DROP_ACTIONS, ESTABLISHED_DROP, STRICT_DROP
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet

_DATA: Final = frozenset({Moment.DATA, Moment.COMPLETE})
_UNTOUCHED: Final = Ruling(Verdict.ALLOW, "the firewall policy has no default action that drops it")


@dataclass(frozen=True, slots=True)
class Decider:
    """Something that may decide at a packet.

    Attributes:
        ruling: What it says then.
        names: For which names; None for any, and without a name.
        whole: Whether a pass is for the whole connection.
    """

    ruling: Ruling
    names: NameSet | None
    whole: bool

    def has(self, name: str | None) -> bool:
        """Whether it decides for a name."""
        return self.names is None or (name is not None and name in self.names)


Steps: TypeAlias = Sequence[Sequence[Decider]]
"""For each packet that tells anything new, what may decide there, in order."""


def moments(flow: Flow) -> Iterator[frozenset[Moment]]:
    """The packets of a connection that tell rules anything new."""
    yield frozenset({Moment.FIRST})
    if flow.protocol == "tcp":
        yield frozenset({Moment.ANSWER})
        if flow.split:
            yield frozenset({Moment.DATA})
            yield frozenset({Moment.REPLY})  # It acknowledges the first segment.
            yield frozenset({Moment.COMPLETE})
        else:
            yield _DATA
        yield frozenset({Moment.REPLY})


def default_decider(actions: Iterable[str], flow: Flow, at: frozenset[Moment]) -> Iterator[Decider]:
    """The default action, where it drops at a packet.

    `established` drops the client's packets of established connections and all UDP; the application
    layer's waits for the name, or for the server where neither HTTP nor TLS is spoken; `strict` drops
    every packet (same page).
    """
    action = next((each for each in actions if each in DROP_ACTIONS), None)
    if action is None:
        return
    if flow.protocol == "udp" or action == STRICT_DROP:
        drops = True
    elif Moment.REPLY in at:
        drops = False
    elif action == ESTABLISHED_DROP or flow.application is None:
        drops = bool(at & _DATA)
    else:
        drops = Moment.COMPLETE in at
    if drops:
        yield Decider(Ruling(Verdict.DENY, f"default action {action}"), None, True)


def rejected(flow: Flow, at: frozenset[Moment]) -> Iterator[Decider]:
    """The rules that reject, where a client of ours gets its answer at a packet (`reject`)."""
    last = Moment.DATA if flow.application is None else Moment.COMPLETE
    if last in at:
        yield Decider(Ruling(Verdict.DENY, "rejected: no rule admits it"), None, True)


def of_lines(lines: Iterable[OtherLine], flow: Flow, at: frozenset[Moment]) -> Iterator[Decider]:
    """Which rules of others may decide at a packet."""
    for line in lines:
        if any(line.covers(flow, moment) for moment in at):
            verdict = Verdict.ALLOW if line.passes else Verdict.DENY
            yield Decider(Ruling(verdict, line.id), line.names, line.whole)


def verdict(steps: Steps, name: str | None) -> Ruling:
    """What becomes of a connection with a name, or without one."""
    passed = None
    for step in steps:
        decider = next((each for each in step if each.has(name)), None)
        if decider is None:
            continue
        if decider.whole or decider.ruling.verdict is Verdict.DENY:
            return decider.ruling
        passed = passed or decider.ruling
    return passed or _UNTOUCHED


def admitted(steps: Steps) -> NameSet:
    """The names under which such a connection passes."""
    passed, open_ = NO_NAMES, ALL_NAMES
    for step in steps:
        asked, dropped = open_, NO_NAMES
        for decider in step:
            here = asked if decider.names is None else asked & decider.names
            asked -= here
            if decider.ruling.verdict is Verdict.DENY:
                dropped |= here
            elif decider.whole:
                passed |= here
        open_ -= passed | dropped
    return passed | open_
