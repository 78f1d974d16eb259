"""What is wrong with the input: values that say where, what, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Key: TypeAlias = str | int
Keys: TypeAlias = tuple[Key, ...]
# What separates keys in a path's text.
_SEVERAL: Final = frozenset('.[]"')
_MOST_SHOWN: Final = 8_000
# Python calls these printable, and no font shows them: letters and marks with Default_Ignorable_Code_Point
# (Unicode 16.0, DerivedCoreProperties.txt, read 2026-11), and the Braille pattern without dots.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A line of a file. `file` is as the user would write it; `line` counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        """`file:line`, as editors and compilers write it."""
        return f"{self.file}:{self.line}"


Locate: TypeAlias = Callable[[Keys], Location | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        location: Where, or None where the input is not a file (a component's arguments).
        keys: The setting, as `("servers", 0, "addresses", 1)`; empty for the file as a whole. An
            option of the command is one key, with its hyphens.
        what: What is wrong and why, as a clause without a full stop.
        instead: What to write instead, as a clause; empty where nothing can be said.
    """

    location: Location | None
    keys: Keys
    what: str
    instead: str = ""

    def __str__(self) -> str:
        """`file:line: path: what is wrong; what to write instead`, on one line whatever is in it."""
        where = [str(part) for part in (self.location, path_text(self.keys)) if part]
        text = "; ".join(filter(None, (self.what, self.instead)))
        return ": ".join(visible(_bounded(part)) for part in (*where, text))

    @property
    def of_option(self) -> bool:
        """Whether an option of the command is wrong, which says nothing about the project."""
        return any(str(key).startswith("--") for key in self.keys[:1])


class PolicyErrors(Exception):  # noqa: N818 - it carries several
    """The input cannot be used: every problem that was found, in file and line order.

    Attributes:
        problems: At least one problem, sorted, without repetition.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Sort the problems so that the same input always reads the same."""
        self.problems = tuple(sorted(set(problems), key=_sort_key))
        super().__init__("\n".join(map(str, self.problems)))


def _sort_key(problem: Problem) -> tuple[str, int, str, str, str]:
    location = problem.location or Location("", 0)
    return (location.file, location.line, path_text(problem.keys), problem.what, problem.instead)


@dataclass(slots=True)
class Collector:
    """Gathers problems so that a user sees all of them in one run."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, location: Location | None, keys: Keys, what: str, instead: str = "") -> None:
        """Note one problem and go on."""
        self.problems.append(Problem(location, keys, what, instead))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note the problems of a part."""
        self.problems.extend(problems)

    def raise_if_any(self) -> None:
        """End the run of checks.

        Raises:
            PolicyErrors: When at least one problem was noted.
        """
        if self.problems:
            raise PolicyErrors(self.problems)


def visible(text: str) -> str:
    """A text from outside with all that is not shown as an escape: data, never an instruction to a terminal.

    For example an escape sequence, a new line that could forge one of ours, or a mark that turns the direction of writing.
    Applied again it changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() and not _UNSEEN.match(c) else _escape(c) for c in text)


def _bounded(text: str) -> str:
    """A text of which the middle is left out where nobody would read all of it: a name in it may have megabytes."""
    half = _MOST_SHOWN // 2
    return text if len(text) <= _MOST_SHOWN else f"{text[:half]} ... {text[-half:]}"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def path_text(keys: Keys) -> str:
    """`("servers", 0, "addresses")` as `servers[0].addresses`.

    A key that would read as several stands in quotes, as Pulumi writes it: `tags["cost.center"]`.
    """
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif _SEVERAL.isdisjoint(key):
            text += f".{key}" if text else key
        else:
            text += f"[{json.dumps(key)}]"
    return text


def choices(names: Iterable[str]) -> str:
    """What to write instead of a name that does not exist."""
    known = ", ".join(sorted(names))
    return f"the choices are {known}" if known else "there are none yet"


def close_to(name: str, known: Iterable[str]) -> str:
    """Which name may have been meant by one that does not exist; empty where none is like it."""
    import difflib  # noqa: PLC0415 - only a mistake needs it

    close = difflib.get_close_matches(name, sorted(known), 1)
    return f"did you mean {close[0]!r}?" if close else ""


def shortened(text: str) -> str:
    """A value as a problem shows it."""
    return text if len(text) <= 80 else f"{text[:77]}..."
