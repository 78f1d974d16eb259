"""A case: one input of one kind, run as a user would, and what must hold of it whatever the input.

What must hold: nothing is raised but what the project turns into a message, it ends within five seconds with an exit status that is
documented, and no line that it prints has in it what a terminal obeys or nobody sees.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Final
from xml.etree import ElementTree as ET

from wsus_egress.problems import visible

LONGEST: Final = 5.0
"""Seconds of the processor that a case may take: others may be busy on the same machine."""
STUCK: Final = 60.0
"""Seconds by the clock, for a case that waits and does nothing."""


class Hangs(BaseException):
    """A case takes longer than it may; not an Exception, so that nothing that is tested catches it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave.

    Attributes:
        status: The exit status; None where there is none to document, as of a component.
        form: How `text` is to be read: text, json, lines (of JSON), xml or html.
    """

    status: int | None
    text: str
    said: str = ""
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of input.

    Attributes:
        make: Makes an input from sound ones.
        run: Runs it.
        share: How many of a thousand cases are of this kind.
    """

    name: str
    make: Callable[[random.Random], bytes]
    run: Callable[[bytes, random.Random], Outcome]
    share: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A case in which something does not hold.

    Attributes:
        what: In a line, the same for cases that fail alike.
    """

    kind: str
    seed: str
    what: str
    data: bytes
    details: str = ""


def seed_of(seed: int, kind: str, number: int) -> str:
    """What a case is made from, so that it can be made again."""
    return f"{seed}/{kind}/{number}"


def tried(kind: Kind, seed: str) -> Failure | None:
    """Make a case, run it, and judge what it gives."""
    rng = random.Random(seed)  # noqa: S311 - a case must be the same again
    return judged(kind, kind.make(rng), seed)


def judged(kind: Kind, data: bytes, seed: str) -> Failure | None:
    """Run an input, and judge what it gives."""
    try:
        with _limited():
            outcome = kind.run(data, random.Random(seed))  # noqa: S311 - as above
    except Hangs as error:
        return Failure(kind.name, seed, f"hangs in {_place(error)}", data, _trace(error))
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        what = f"{type(error).__name__} in {_place(error)}"
        return Failure(kind.name, seed, what, data, _trace(error))
    if wrong := _wrong(outcome):
        return Failure(kind.name, seed, wrong, data, f"{outcome.text}\n{outcome.said}")
    return None


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    def end(_: int, __: FrameType | None) -> None:
        raise Hangs

    timers = (
        (signal.SIGPROF, signal.ITIMER_PROF, LONGEST),
        (signal.SIGALRM, signal.ITIMER_REAL, STUCK),
    )
    before = [signal.signal(number, end) for number, _, _ in timers]
    for _, timer, seconds in timers:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def _wrong(outcome: Outcome) -> str:
    if outcome.status not in {None, 0, 1, 2}:
        return f"exit status {outcome.status}"
    if outcome.status == 2 and not (outcome.said or outcome.text):
        return "refused without a word"
    for text in (outcome.text, outcome.said):
        if text.replace("\n", "") != visible(text.replace("\n", "")):
            found = next(c for c in text if c != "\n" and visible(c) != c)
            return f"prints U+{ord(found):04X}"
    try:
        if outcome.form == "json" and outcome.text:
            json.loads(outcome.text)
        elif outcome.form == "lines":
            [json.loads(line) for line in outcome.text.split("\n") if line]
        elif outcome.form == "xml" and outcome.text:
            ET.fromstring(outcome.text)  # noqa: S314 - made by the project itself
    except (ValueError, ET.ParseError) as error:
        return f"prints what is not {outcome.form}: {type(error).__name__}"
    return ""


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/wsus_egress/" in frame.filename] or list(frames)
    last = ours[-1]
    return f"{last.filename.rpartition('/wsus_egress/')[2]}:{last.lineno} ({last.name})"


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-3000:]
