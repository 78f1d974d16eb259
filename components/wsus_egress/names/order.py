"""The order of host names that makes exact sets of them cheap; `names` is the public side.

A name's key is its labels reversed and joined with `!`: `a.b.c` has the key `c!b!a`. `!` sorts
below every character of a label and `"` comes right after it, so with the key k of a name

    [k, k!)    is the name itself,
    [k!, k")   is every name below it, at any depth,

and every set of names is a sorted row of boundaries k, k! and k". Names are finite in length, so
two boundaries can have no name between them: `k!` and `k!0`, say. They then mean the same, and
`Space.canonical` picks one of them. Rows of canonical boundaries are equal exactly when their sets
are, and stay canonical under every operation that only picks among boundaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BELOW: Final = "!"
AFTER: Final = '"'
# A boundary above every key.
END: Final = "~"


def key_of(host: str) -> str:
    """The key of a name in its normal form."""
    return BELOW.join(host.split(".")[::-1])


def host_of(key: str) -> str:
    """The name that a key stands for."""
    return ".".join(key.split(BELOW)[::-1])


def merged(one: tuple[str, ...], other: tuple[str, ...], wanted: tuple[int, ...]) -> list[str]:
    """Combine two rows of boundaries in linear time.

    Args:
        one: Sorted boundaries; keys from an even one up to the next odd one are in the set.
        other: The same of a second set.
        wanted: Which keys are in the result, as 0 or 1 for those in: neither (must be 0), only
            `other`, only `one`, both.
    """
    bounds: list[str] = []
    left = right = inside = 0
    # Two sorted runs: Timsort merges them without sorting. A boundary that both have comes twice;
    # its second turn moves nothing.
    rows_one, rows_other = (*one, END), (*other, END)
    for bound in sorted(one + other):
        if rows_one[left] == bound:
            left += 1
        if rows_other[right] == bound:
            right += 1
        now = wanted[2 * (left & 1) + (right & 1)]
        if now != inside:
            bounds.append(bound)
            inside = now
    return bounds


@dataclass(frozen=True, slots=True)
class Space:
    """Which keys stand for a name. Other limits than those of DNS are for tests.

    Attributes:
        alphabet: The characters of a label in their order: `-`, then `0`, then the others. A label
            neither begins nor ends with `-`.
        label: The most octets of a label.
        total: The most octets of a name.
    """

    alphabet: str = "-0123456789_abcdefghijklmnopqrstuvwxyz"
    label: int = 63
    total: int = 253

    def first(self, bound: str) -> str:
        """The smallest key of a name at or above a boundary; `END` where there is none."""
        if not bound:
            return "0"
        key = bound[:-1]
        if bound[-1] == BELOW:
            return f"{key}!0" if len(key) + 2 <= self.total else self._after(key)
        return self._after(key) if bound[-1] == AFTER else bound

    def canonical(self, bound: str) -> str:
        """The one spelling of all the boundaries that no name separates from this one."""
        mark = bound[-1]
        if mark == BELOW:
            if len(bound) < self.total:
                return bound
        elif mark == AFTER:
            if len(bound) - bound.rfind(BELOW) - 2 < self.label and len(bound) <= self.total:
                return bound
        elif mark != "0":
            return bound
        # Rare: a label `0`, or a name at a limit. The smallest key decides, shortened where it is
        # the smallest below a name, or right after one.
        first = self.first(bound)
        if first.endswith("!0"):
            return first[:-1]
        stem = first[:-1].rstrip("-")
        if first[-1] == "0" and stem[-1:] not in ("", BELOW) and self._after(stem) == first:
            return stem + AFTER
        return first

    def _after(self, key: str) -> str:
        """The smallest key of a name above a key and above all names below it."""
        while key:
            parent, _, label = key.rpartition(BELOW)
            # `-` sorts lowest but ends no label: the smallest longer label has as many as fit.
            if room := min(self.label - len(label), self.total - len(key)):
                return f"{key}{'-' * (room - 1)}0"
            if stem := label.rstrip(self.alphabet[-1]):
                higher = self.alphabet[self.alphabet.index(stem[-1]) + 1]
                return f"{key[: len(key) - len(label)]}{stem[:-1]}{higher}"
            key = parent
        return END
