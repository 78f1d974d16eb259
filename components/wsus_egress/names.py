"""Host names, patterns of them, and exact sets of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

MAX_NAME: Final = 253
MAX_LABEL: Final = 63

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What needs no further look: already lower case, at least two labels, the last one not a number.
_NORMAL: Final = re.compile(
    rf"(\*\.)?((?:{_LABEL}\.)+(?!0x[0-9a-f]*\Z)(?=[a-z0-9-]*[a-z]){_LABEL})"
)
_QUERIED_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")

# A name's key is its labels reversed and joined with `!`, which sorts below every character of a
# label; `"` is the character after it. So the names below x are exactly the keys in [x!, x"), x
# itself is [x, x!), and every set of names is a row of boundaries.
_BELOW: Final = "!"
_AFTER: Final = '"'


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
        name = _to_ascii(text, name)
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
        raise InvalidName(text, "is a URL", f"write only the host: {ascii(host)}")
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
        return idna.encode(name, uts46=True).decode("ascii").removesuffix(".")
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
            host, wildcard = (text, False) if found[1] is None else (found[2], True)
            return cls(host, wildcard)
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


def _key(host: str) -> str:
    return _BELOW.join(reversed(host.split(".")))


def _host(key: str) -> str:
    return ".".join(reversed(key.split(_BELOW)))


@dataclass(frozen=True, slots=True, eq=False)
class NameSet:
    """An exact set of host names, closed under union, intersection, difference and complement.

    Attributes:
        bounds: Sorted keys; names from an even one up to the next odd one are in the set.
    """

    bounds: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, patterns: Iterable[Pattern]) -> NameSet:
        """The names that at least one of the patterns matches."""
        intervals = []
        for pattern in patterns:
            key = _key(pattern.host)
            below = key + _BELOW
            intervals.append((below, key + _AFTER) if pattern.wildcard else (key, below))
        intervals.sort()
        bounds: list[str] = []
        for start, end in intervals:
            if not bounds or start > bounds[-1]:
                bounds += (start, end)
            elif end > bounds[-1]:
                bounds[-1] = end
        return cls(_without_hollows(bounds))

    def __contains__(self, host: str) -> bool:
        """Whether a name, in its normal form, is in the set."""
        return bool(bisect_right(self.bounds, _key(host)) & 1)

    def __bool__(self) -> bool:
        """Whether there is any name in the set."""
        return bool(self.bounds)

    def __eq__(self, other: object) -> bool:
        """Whether both have the same names, however they were made."""
        if not isinstance(other, NameSet):
            return NotImplemented
        return self.bounds == other.bounds or self._steps() == other._steps()

    def __hash__(self) -> int:
        """Equal sets hash alike."""
        return hash(self._steps())

    def _steps(self) -> tuple[str | None, ...]:
        # Boundaries with no name between them mean the same: the first name after each is unique.
        return tuple(map(_first_key, self.bounds))

    def __or__(self, other: NameSet) -> NameSet:
        """The names of either."""
        return self._merged(other, (1, 2, 3))

    def __and__(self, other: NameSet) -> NameSet:
        """The names of both."""
        return self._merged(other, (3,))

    def __sub__(self, other: NameSet) -> NameSet:
        """The names of this one only."""
        return self._merged(other, (1,))

    def __xor__(self, other: NameSet) -> NameSet:
        """The names of just one of them."""
        return self._merged(other, (1, 2))

    def __le__(self, other: NameSet) -> bool:
        """Whether the other has every name of this one."""
        return not self - other

    def complement(self) -> NameSet:
        """Every name that this one does not have."""
        return ALL_NAMES - self

    def _merged(self, other: NameSet, wanted: tuple[int, ...]) -> NameSet:
        # Bit 1: inside this set, bit 2: inside the other. Sorting two sorted runs is linear.
        steps = [(bound, 1) for bound in self.bounds] + [(bound, 2) for bound in other.bounds]
        steps.sort()
        bounds: list[str] = []
        state, inside, index = 0, False, 0
        while index < len(steps):
            bound, flip = steps[index]
            if index + 1 < len(steps) and steps[index + 1][0] == bound:
                flip, index = 3, index + 1
            state, index = state ^ flip, index + 1
            if (state in wanted) is not inside:
                inside = not inside
                bounds.append(bound)
        return NameSet(_without_hollows(bounds))

    def witness(self) -> str | None:
        """A name of the set, the readable kind where there is one; None when it is empty."""
        if not self.bounds:
            return None
        start, end = self.bounds[0], self.bounds[1]
        for candidate in (start or "com!example", f"{start}host", f"{start}!host"):
            if start <= candidate < end and _is_key(candidate):
                return _host(candidate)
        found = _first_key(start)
        return _host(found) if found is not None else None


def _is_key(text: str) -> bool:
    labels = text.split(_BELOW)
    return len(text) <= MAX_NAME and all(
        len(label) <= MAX_LABEL and _QUERIED_LABEL.fullmatch(label) for label in labels
    )


def _without_hollows(bounds: list[str]) -> tuple[str, ...]:
    """Drop intervals, and gaps between them, that no valid name is in: one form for one set."""
    kept: list[str] = []
    for bound in bounds:
        # A boundary that only closes what no name is in annihilates the one before it.
        if kept and _is_hollow(kept[-1], bound):
            kept.pop()
        else:
            kept.append(bound)
    return tuple(kept)


def _is_hollow(start: str, end: str) -> bool:
    # All but a few intervals are seen at once to have a name: a host itself, or all below one.
    if start[-1:] not in ("", _BELOW, _AFTER) or end == start[:-1] + _AFTER != start:
        return False
    first = _first_key(start)
    return first is None or first >= end


def _first_key(start: str) -> str | None:
    """The smallest key of a valid name that is not below a boundary; None when there is none."""
    if not start:
        return "0"
    if start[-1] == _BELOW:
        return start + "0" if len(start) < MAX_NAME else _first_key(start[:-1] + _AFTER)
    if start[-1] != _AFTER:
        return start
    parent, dot, label = start[:-1].rpartition(_BELOW)
    room = min(MAX_LABEL, MAX_NAME - len(parent) - len(dot))
    following = _next_label(label, room)
    if following is not None:
        return parent + dot + following
    return _first_key(parent + _AFTER) if parent else None


def _next_label(label: str, room: int) -> str | None:
    """The smallest label of at most `room` octets that sorts after `label` and all its names."""
    if len(label) < room:
        return label + "-" * (room - len(label) - 1) + "0"
    for index in range(len(label) - 1, -1, -1):
        higher = next((c for c in "0123456789_abcdefghijklmnopqrstuvwxyz" if c > label[index]), "")
        if higher:
            return label[:index] + higher
    return None


NO_NAMES: Final = NameSet(())
ALL_NAMES: Final = NameSet(("", "\x7f"))


@dataclass(frozen=True, slots=True)
class Cover:
    """The fewest patterns that match the same names, and what they make needless.

    Attributes:
        patterns: Sorted, none inside another.
        redundant: Pairs of a dropped pattern and the kept one that has all its names.
    """

    patterns: tuple[Pattern, ...]
    redundant: tuple[tuple[Pattern, Pattern], ...]


def minimal_cover(patterns: Iterable[Pattern]) -> Cover:
    """Drop every pattern whose names another one has: duplicates, and names below a wildcard.

    Nothing else can be dropped: no number of other patterns adds up to a wildcard.
    """
    keyed = sorted((_key(p.host) + (_BELOW if p.wildcard else ""), p) for p in patterns)
    kept: list[Pattern] = []
    redundant = []
    wall, widest = _AFTER, None
    previous = None
    for key, pattern in keyed:
        if pattern == previous:
            redundant.append((pattern, pattern))
        elif widest is not None and key.startswith(wall):
            redundant.append((pattern, widest))
        else:
            kept.append(pattern)
            if pattern.wildcard:
                wall, widest = key, pattern
        previous = pattern
    return Cover(tuple(sorted(kept)), tuple(sorted(redundant)))


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
