"""Host names, patterns of them, and exact sets of them.

A pattern is a host, `host.example.com`, or every name below one at any depth and never that one
itself, `*.example.com`. A `NameSet` holds names exactly: union, intersection, difference and
complement are again sets, and two sets with the same names are equal. A `PatternIndex` says which
pattern decides for a name, and `minimal_cover` which patterns are needless.

All of it is near-linear: 100,000 patterns are read, compared or queried in a fraction of a second.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Self

from wsus_egress._nameset import AFTER, BELOW, END, Space, host_of, key_of, merged

MAX_NAME: Final = 253
MAX_LABEL: Final = 63

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What needs no further look: lower case, at least two labels, the last one begins with a letter
# and so is no number, neither `1` nor `0x7f`.
_NORMAL: Final = re.compile(rf"(\*\.)?((?:{_LABEL}\.)+(?=[a-z]){_LABEL})")
_QUERIED_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")

_SPACE: Final = Space()
_BY_HOST: Final = attrgetter("host", "wildcard")
# For a witness where the set says nothing about which name to show.
_EXAMPLES: Final = ("com!example", "org!example")


class InvalidName(ValueError):  # noqa: N818 - it reads as what it is: an invalid name
    """A text that is no host name or pattern.

    Attributes:
        text: The text, quoted and shortened.
        reason: What is wrong with it, as a clause that follows the text.
        instead: What to write instead; empty where nothing can be said.
    """

    def __init__(self, text: str, reason: str, instead: str = "") -> None:
        """Quote the text so that control characters cannot disturb a terminal or a log."""
        quoted = ascii(text)
        self.text = quoted if len(quoted) <= 80 else f"{quoted[:76]}...'"
        self.reason = reason
        self.instead = instead
        super().__init__(f"{self.text} {reason}" + (f"; {instead}" if instead else ""))


def host_name(text: str) -> str:
    """The normal form of a host name: lower case, no trailing dot, A-labels.

    Args:
        text: A name as clients send it. Underscores are taken: real traffic has them.

    Raises:
        InvalidName: When it is no host name, an IP address included.
    """
    found = _NORMAL.fullmatch(text)
    if found and found[1] is None and len(text) <= MAX_NAME and "xn--" not in text:
        return text
    _refuse_foreign_parts(text)
    name = text.removesuffix(".").lower()
    if not name.isascii() or "xn--" in name:
        # With its last dot, if it has one: the mapping makes dots of other characters, and just one
        # may stand at the end.
        name = _to_ascii(text, text.lower())
    labels = name.split(".")
    for label in labels:
        if not label:
            raise InvalidName(text, "has an empty label", "remove the extra dot")
        if len(label) > MAX_LABEL:
            raise InvalidName(text, f"has a label of {len(label)} octets; the most is {MAX_LABEL}")
        if not _QUERIED_LABEL.fullmatch(label):
            raise InvalidName(
                text,
                f"has the label {ascii(label)}",
                "use letters, digits and inner hyphens only",
            )
    if len(name) > MAX_NAME:
        raise InvalidName(text, f"has {len(name)} octets; the most is {MAX_NAME}")
    if _NUMBER.fullmatch(labels[-1]):
        raise InvalidName(text, "is an address, and only names can be listed", "write a host name")
    return name


def _refuse_foreign_parts(text: str) -> None:
    if not text:
        raise InvalidName(text, "is empty", "write a host name")
    if "://" in text:
        host = re.split(r"[/?#]", text.split("://", 1)[1])[0].rpartition("@")[2]
        host = re.sub(r":[0-9]*$", "", host)
        raise InvalidName(text, "is a URL", f"write only the host: {ascii(host)}")
    if re.fullmatch(r"[0-9a-f.:]*[.:][0-9a-f.:]*/[0-9]+", text, re.IGNORECASE):
        raise InvalidName(
            text, "is an address range, and only names can be listed", "write a host name"
        )
    if "/" in text:
        raise InvalidName(text, "has a path", "write only the host: names are all firewalls see")
    if "@" in text:
        raise InvalidName(text, "has user information", "write only the host")
    if text.count(":") > 1 or text.startswith("["):
        raise InvalidName(text, "is an address, and only names can be listed", "write a host name")
    if ":" in text:
        raise InvalidName(
            text,
            "has a port: the ports are TCP 80 and TCP 443 and cannot be configured",
            f"write {ascii(text.split(':', maxsplit=1)[0])}",
        )
    for character in text:
        if character in "'\"`;,\\|%" or character.isspace() or not character.isprintable():
            raise InvalidName(text, f"has the character {ascii(character)}", "remove it")


def _to_ascii(text: str, name: str) -> str:
    import idna  # noqa: PLC0415 - 20 ms that only international names need

    try:
        mapped = idna.uts46_remap(name, std3_rules=False)
        # Only what is international is held to IDNA: hosts beside it may have underscores, and
        # hyphens wherever DNS takes them.
        return ".".join(
            label
            if label.isascii() and not label.startswith("xn--")
            else idna.alabel(label).decode("ascii")
            for label in mapped.removesuffix(".").split(".")
        )
    except idna.IDNAError as error:
        reason = str(error).lower().rstrip(".")
        raise InvalidName(text, f"is no international name: {reason}") from error


@dataclass(frozen=True, slots=True, order=True)
class Pattern:
    """A host, or every name below one at any depth and never that one itself.

    Attributes:
        host: The normal form of the name, without `*.`.
        wildcard: Whether it means the names below instead of the host.
    """

    host: str
    wildcard: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `host.example.com` or `*.example.com`. Nothing else is a pattern.

        Raises:
            InvalidName: When it is neither.
        """
        found = _NORMAL.fullmatch(text)
        if found and len(text) <= MAX_NAME and "xn--" not in text:
            # The text itself where it is the host: a long list is kept once, not twice.
            return cls(text, wildcard=False) if found[1] is None else cls(found[2], wildcard=True)
        return cls._parse_slowly(text)

    @classmethod
    def _parse_slowly(cls, text: str) -> Self:
        wildcard = text.startswith("*.")
        rest = text[2:] if wildcard else text
        if "*" in rest:
            _refuse_wildcard(text)
        try:
            host = host_name(rest)
        except InvalidName as error:
            raise InvalidName(text, error.reason, error.instead) from None
        if "_" in host:
            raise InvalidName(text, "has an underscore, which no host name has")
        if "." not in host:
            if wildcard:
                raise InvalidName(text, "would admit a whole top-level domain", "name the domain")
            raise InvalidName(text, "is not fully qualified", "write the name with its domain")
        if wildcard and len(host) > MAX_NAME - 2:
            raise InvalidName(text, f"matches nothing: a name has at most {MAX_NAME} octets")
        return cls(host, wildcard)

    @property
    def text(self) -> str:
        """The pattern as it is written."""
        return f"*.{self.host}" if self.wildcard else self.host

    def __str__(self) -> str:
        """The pattern as it is written."""
        return self.text


def _refuse_wildcard(text: str) -> None:
    tail = text.rsplit("*", 1)[1].lstrip(".")
    if text == "*":
        raise InvalidName(text, "is every name", "use `mode: open` if that is meant")
    if text.count("*") == 1 and text.startswith("*") and tail:
        raise InvalidName(
            text,
            f"also matches names that only end alike, such as evil{tail}",
            f"write '*.{tail}', and '{tail}' if the domain itself is meant",
        )
    raise InvalidName(
        text,
        "has a wildcard that is not its first label: no firewall here can match it",
        f"write '*.{tail}'" if "." in tail else "write '*.' and a domain",
    )


@dataclass(frozen=True, slots=True)
class NameSet:
    """An exact set of host names, closed under union, intersection, difference and complement.

    Two sets are equal, and hash alike, exactly when they have the same names. The universe is every
    name of labels of letters, digits, `-` and `_` within DNS's limits.

    Attributes:
        bounds: Canonical boundaries, sorted; names from an even one up to the next odd one, or
            without an end where there is none, are in the set.
    """

    bounds: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, patterns: Iterable[Pattern]) -> NameSet:
        """The names that at least one of the patterns matches."""
        bounds: list[str] = []
        wall = ""
        # Two intervals of patterns are apart, or one is inside the other: the first one wins.
        for start in sorted(_start(pattern) for pattern in patterns):
            if start < wall:
                continue
            wall = _end(start)
            if bounds and bounds[-1] == _SPACE.canonical(start):
                bounds.pop()
            else:
                bounds.append(_SPACE.canonical(start))
            bounds.append(_SPACE.canonical(wall))
        if bounds and bounds[-1] == END:
            bounds.pop()
        return cls(tuple(bounds))

    def __contains__(self, host: str) -> bool:
        """Whether a name, in its normal form, is in the set."""
        return bool(bisect_right(self.bounds, key_of(host)) & 1)

    def __bool__(self) -> bool:
        """Whether there is any name in the set."""
        return bool(self.bounds)

    def __or__(self, other: NameSet) -> NameSet:
        """The names of either."""
        return self._combined(other, 1, 1, 1)

    def __and__(self, other: NameSet) -> NameSet:
        """The names of both."""
        return self._combined(other, 0, 0, 1)

    def __sub__(self, other: NameSet) -> NameSet:
        """The names of this one only."""
        return self._combined(other, 0, 1, 0)

    def __xor__(self, other: NameSet) -> NameSet:
        """The names of just one of them."""
        return self._combined(other, 1, 1, 0)

    def _combined(self, other: NameSet, only_other: int, only_self: int, both: int) -> NameSet:
        # A proof compares equal sets nearly always, and else often none or all with something.
        if self.bounds == other.bounds:
            return self if both else NO_NAMES
        if not other.bounds:
            return self if only_self else NO_NAMES
        if not self.bounds:
            return other if only_other else NO_NAMES
        if self.bounds == ALL_NAMES.bounds and not only_self:
            return other if both else NO_NAMES
        if other.bounds == ALL_NAMES.bounds and not only_other:
            return self if both else NO_NAMES
        wanted = (0, only_other, only_self, both)
        return NameSet(tuple(merged(self.bounds, other.bounds, wanted)))

    def __le__(self, other: NameSet) -> bool:
        """Whether the other has every name of this one."""
        return not self - other

    def within(self, pattern: Pattern) -> NameSet:
        """The names that the pattern matches too: `&`, but at the cost of a search."""
        start = _start(pattern)
        start, end = _SPACE.canonical(start), _SPACE.canonical(_end(start))
        first, last = bisect_right(self.bounds, start), bisect_left(self.bounds, end)
        opened = (start,) if first & 1 else ()
        closed = (end,) if last & 1 and end != END else ()
        return NameSet((*opened, *self.bounds[first:last], *closed))

    def complement(self) -> NameSet:
        """Every name that this one does not have."""
        return ALL_NAMES - self

    def witness(self) -> str | None:
        """A name of the set, the readable kind where there is one; None when it is empty."""
        if not self.bounds:
            return None
        start, end = (*self.bounds, END)[:2]
        stem = start.rstrip(BELOW + AFTER)
        parent = stem.rpartition(BELOW)[0]
        candidates = (
            *(_EXAMPLES if not stem else (stem, f"{stem}!host", f"{parent}!host", f"{stem}0")),
            _SPACE.first(start),
            # The smallest name can end in a number, and so be an address, only where the interval
            # leaves its top-level domain. Then the next boundary's is in it, or the last there is.
            end.partition(BELOW)[0] if end != END else "z" * MAX_LABEL,
        )
        hosts = (host_of(key) for key in candidates if bisect_right(self.bounds, key) & 1)
        return next(filter(_is_host_name, hosts), host_of(_SPACE.first(start)))


def _start(pattern: Pattern) -> str:
    key = key_of(pattern.host)
    return key + BELOW if pattern.wildcard else key


def _end(start: str) -> str:
    return start[:-1] + AFTER if start[-1] == BELOW else start + BELOW


def _is_host_name(text: str) -> bool:
    try:
        return host_name(text) == text
    except InvalidName:
        return False


NO_NAMES: Final = NameSet(())
ALL_NAMES: Final = NameSet(("",))


@dataclass(frozen=True, slots=True)
class Cover:
    """The fewest patterns that match the same names, and what they make needless.

    Attributes:
        patterns: Sorted, none inside another.
        redundant: Pairs of a dropped pattern and the kept one that has all its names, which is the
            same one for a duplicate.
    """

    patterns: tuple[Pattern, ...]
    redundant: tuple[tuple[Pattern, Pattern], ...]


def minimal_cover(patterns: Iterable[Pattern]) -> Cover:
    """Drop every pattern whose names another one has: duplicates, and names below a wildcard.

    Nothing else can be dropped: no number of other patterns adds up to a wildcard.
    """
    kept: list[Pattern] = []
    redundant: list[tuple[Pattern, Pattern]] = []
    wall = ""
    # In this order a pattern is followed at once by all that it has, itself included.
    for pattern in sorted(patterns, key=_start):
        start = _start(pattern)
        if start < wall:
            redundant.append((pattern, kept[-1]))
        else:
            kept.append(pattern)
            wall = _end(start)
    return Cover(
        tuple(sorted(kept, key=_BY_HOST)),
        tuple(sorted(redundant, key=lambda pair: _BY_HOST(pair[0]))),
    )


class PatternIndex:
    """Finds the pattern that decides for a name: the host itself, else the closest wildcard."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Index the patterns; a lookup then takes one step a label."""
        self._hosts = {p.host: p for p in patterns if not p.wildcard}
        self._domains = {p.host: p for p in patterns if p.wildcard}

    def match(self, host: str) -> Pattern | None:
        """The deciding pattern of a name in its normal form."""
        if (found := self._hosts.get(host)) is not None:
            return found
        dot = host.find(".")
        while dot >= 0:
            if (found := self._domains.get(host[dot + 1 :])) is not None:
                return found
            dot = host.find(".", dot + 1)
        return None
