"""Suricata rules as their text has them: header and options.

The form: Suricata 7.0 user guide, "Rules format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_HEAD: Final = re.compile(
    r"(?P<action>\w+)\s+(?P<protocol>[\w-]+)\s+(?P<source>\S+)\s+(?P<sport>\S+)\s+(?P<way>->|<>)\s+"
    r"(?P<destination>\S+)\s+(?P<dport>\S+)\s*\((?P<options>.*)\)\s*;?\s*",
    re.DOTALL,
)
_OPTION: Final = re.compile(r'((?:[^";\\]|\\.|"(?:[^"\\]|\\.)*"|")*);', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Option:
    """`keyword:value`; without a value it is empty."""

    word: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's parts.

    Attributes:
        way: `->` or `<>`.
        options: In their order.
    """

    action: str
    protocol: str
    source: str
    source_port: str
    way: str
    destination: str
    port: str
    options: tuple[Option, ...]

    def values(self, word: str) -> list[str]:
        """What stands behind a keyword, each part by itself."""
        return [
            part.strip().lower()
            for o in self.options
            if o.word == word
            for part in o.value.split(",")
        ]

    @property
    def sid(self) -> str:
        """Its number, or empty."""
        return next((option.value for option in self.options if option.word == "sid"), "")


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The rules of a text, each with the line on which it begins.

    A comment that ends in a backslash does not take the next line with it: Suricata looks for the
    comment first (`DetectLoadSigFile`, src/detect-engine-loader.c, 7.0).
    """
    begun = 0
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not parts and (not stripped or stripped.startswith("#")):
            continue
        begun = begun if parts else number
        parts.append(stripped.removesuffix("\\"))
        if not stripped.endswith("\\"):
            yield begun, " ".join(parts).strip()
            parts = []
    if parts:
        yield begun, " ".join(parts).strip()


def parse(text: str) -> Rule | None:
    """A rule from its line; None where it is not formed as one."""
    squeezed = _squeezed(text)
    found = _HEAD.fullmatch(squeezed)
    if found is None:
        return None
    options = tuple(_options(found["options"]))
    return Rule(
        found["action"].lower(), found["protocol"].lower(), found["source"], found["sport"],
        found["way"], found["destination"], found["dport"], options,
    )  # fmt: skip


def _squeezed(text: str) -> str:
    """The header without spaces inside brackets."""
    head, paren, rest = text.partition("(")
    if "[" not in head:
        return text
    depth, found = 0, []
    for character in head:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if not (depth and character.isspace()):
            found.append(character)
    return "".join(found) + paren + rest


def _options(text: str) -> Iterator[Option]:
    """Options between semicolons that stand outside of quotes."""
    for found in _OPTION.finditer(f"{text};"):
        if whole := found[1].strip():
            word, _, value = whole.partition(":")
            yield Option(word.strip().lower(), value.strip())
