"""Plays what a cloud does on a bad day, at one call of one resource.

`$WSUS_EGRESS_SANDBOX_FAULT` says what, at which step, of which resource, by its name in the program:

    throttled create wsus-nsg      every request of that create is answered with 429
    throttled:3 create wsus-nsg    the first three are

What the provider's client does about it, its cloud's `Client` says: it asks again, or gives up.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from providers.errors import CloudError

VARIABLE: Final = "WSUS_EGRESS_SANDBOX_FAULT"
ALWAYS: Final = 1_000
"""More answers than any client waits for."""

STEPS: Final = ("create", "read", "update", "delete")
_WRITES: Final = ("create", "update", "delete")
FAULTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "throttled": ("too many requests", STEPS),
    "conflict": ("another operation on the same thing is under way", STEPS),
    "expired": ("the credentials have expired", STEPS),
    "denied": ("a permission is missing", STEPS),
    "quota": ("the account has no room for one more", ("create", "update")),
    "slow": ("the operation takes long", STEPS),
    "late": ("it is there, but reads do not find it yet", ("create", "read")),
    "partial": ("the cloud has begun it, and then says that it failed", ("create", "update")),
    "lost": ("the cloud has done it, and one answer is lost", _WRITES),
    "killed": ("the engine is killed once the cloud has done it", _WRITES),
    "crashed": ("the provider is killed once the cloud has done it", _WRITES),
    "cut": ("the cloud has done it, and no answer comes through any more", _WRITES),
}
"""By name: what happens, and at which steps it can."""

_REFUSALS: Final = ("throttled", "conflict", "expired", "denied", "quota")
_AFTER: Final = ("cut", "partial", "late", "killed", "crashed")
_PAUSE: Final = 0.01
_LONG: Final = 1.0
_PATIENCE: Final = 10
"""How often a read after a create is repeated; the real providers do it for minutes."""


def kill(fault: str) -> None:
    """Kill the engine that started this process, or the process itself."""
    os.kill(os.getppid() if fault == "killed" else os.getpid(), signal.SIGKILL)


class FaultError(ValueError):
    """A text that names no fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault at one call."""

    name: str
    step: str
    resource: str
    times: int = ALWAYS

    @classmethod
    def parse(cls, text: str) -> Fault:
        """A fault as the variable has it: `throttled:3 create wsus-nsg`.

        Raises:
            FaultError: If there is no such fault, or not at that step.
        """
        what, *rest = text.split()
        name, _, times = what.partition(":")
        if name not in FAULTS:
            raise FaultError(f"{name!r} is not a fault; write one of {', '.join(FAULTS)}")
        steps = FAULTS[name][1]
        if len(rest) != 2 or rest[0] not in steps:
            raise FaultError(
                f"write '{what} STEP RESOURCE', where STEP is one of {', '.join(steps)}"
            )
        if times and not (times.isdecimal() and int(times)):
            raise FaultError(f"{times!r} is not a number of answers; write '{name}:3', or '{name}'")
        step, resource = rest
        return cls(name, step, resource, int(times or ALWAYS))


def planned() -> Fault | None:
    """What the environment asks for."""
    text = os.environ.get(VARIABLE, "").strip()
    return Fault.parse(text) if text else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a cloud says, and whether its provider's client then asks again."""

    text: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """What a provider does about a bad answer.

    Attributes:
        attempts: How often it sends one request.
        answer: What the cloud says: for a fault, a step and a resource type.
        gives_up: The last answer, in the words in which the client passes it on.
        upserts: Whether a create that is sent again overwrites what the first one made.
        waits: Whether a create fails whose resource cannot be read; else that is only a warning.
        keeps_proposed: Whether the state has a failed update's new values.
    """

    attempts: int
    answer: Callable[[str, str, str], Answer]
    gives_up: Callable[[int, str], str]
    upserts: bool
    waits: bool
    keeps_proposed: bool


class HalfMadeError(CloudError):
    """The call failed, and the thing exists: the engine keeps it, with the reason."""

    def __init__(self, reason: str, id_: str, outputs: Mapping[str, Any]) -> None:
        """What exists, and why the call failed."""
        super().__init__(reason)
        self.id, self.outputs = id_, outputs


class Faults:
    """Plays the planned fault when its call comes."""

    def __init__(
        self, client: Client, fault: Fault | None, kills: Callable[[str], None] = kill
    ) -> None:
        """Play `fault`, if there is one, against what `client` does; `kills` a process."""
        self.client, self.fault, self._kills = client, fault, kills

    def plays(self, step: str, urn: str, *names: str) -> bool:
        """Whether one of these faults is planned for this call."""
        fault = self.fault
        return (
            fault is not None
            and fault.name in names
            and (fault.step, fault.resource) == (step, urn.rsplit("::", 1)[-1])
        )

    def before(self, step: str, urn: str, type_name: str) -> None:
        """Answer before the cloud does anything: raise what the client gives up with, or wait."""
        if self.plays(step, urn, "slow"):
            time.sleep(_LONG)
        fault = self.fault
        if fault is None or not self.plays(step, urn, *_REFUSALS):
            return
        answer = self.client.answer(fault.name, step, type_name)
        if not answer.again:
            raise CloudError(answer.text)
        for _ in range(min(fault.times, self.client.attempts)):
            time.sleep(_PAUSE)
        if fault.times >= self.client.attempts:
            raise CloudError(self.client.gives_up(self.client.attempts, answer.text))

    def sends_again(self, step: str, urn: str) -> bool:
        """Whether the client sends a write once more that the cloud has done."""
        return self.plays(step, urn, "lost")

    def after(
        self, step: str, urn: str, type_name: str, id_: str, outputs: Mapping[str, Any]
    ) -> None:
        """Fail a call that the cloud has done."""
        fault = self.fault
        if fault is None or not self.plays(step, urn, *_AFTER):
            return
        if fault.name in {"killed", "crashed"}:
            self._kills(fault.name)
            raise CloudError(FAULTS[fault.name][0])
        text = self.client.answer(fault.name, step, type_name).text
        if fault.name == "cut":
            raise CloudError(self.client.gives_up(self.client.attempts, text))
        if fault.name == "partial":
            raise HalfMadeError(text, id_, outputs)
        for _ in range(min(fault.times, _PATIENCE)):
            time.sleep(_PAUSE)
        if fault.times >= _PATIENCE and self.client.waits:
            raise HalfMadeError(text, id_, outputs)
