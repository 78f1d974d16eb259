"""Finds what changed between two sets of inputs, with Pulumi's property paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, Literal

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs: `ruleCollections[0].rules[1].targetFqdns[3]`."""

    path: str
    kind: Literal["add", "delete", "update"]

    @property
    def top(self) -> str:
        """The top-level property it is in."""
        return re.split(r"[.\[]", self.path, maxsplit=1)[0]


def changes(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> Iterator[Change]:
    """Every difference at its innermost place; compares lists by position, as both clouds do."""
    for key in {**old, **new}:
        yield from _value(old.get(key, _ABSENT), new.get(key, _ABSENT), join(path, key))


def _value(old: Any, new: Any, path: str) -> Iterator[Change]:
    if old is _ABSENT:
        yield Change(path, "add")
    elif new is _ABSENT:
        yield Change(path, "delete")
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from changes(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        for index, (before, after) in enumerate(zip_longest(old, new, fillvalue=_ABSENT)):
            yield from _value(before, after, f"{path}[{index}]")
    elif type(old) is not type(new) or old != new:
        yield Change(path, "update")


def in_old_order(
    old: Mapping[str, Any], new: Mapping[str, Any], sets: Sequence[str]
) -> dict[str, Any]:
    """The new inputs, their lists without an order as the old ones where they hold the same.

    Args:
        old: The inputs before.
        new: The inputs now.
        sets: Where those lists are.
    """
    ordered = dict(new)
    for path in sets:
        _reorder(old, ordered, path.split("."))
    return ordered


def _reorder(old: Mapping[str, Any], new: dict[str, Any], path: Sequence[str]) -> None:
    name, *rest = path
    before, after = old.get(name), new.get(name)
    if rest and isinstance(before, Mapping) and isinstance(after, Mapping):
        new[name] = inner = dict(after)
        _reorder(before, inner, rest)
    elif rest and isinstance(before, list) and isinstance(after, list):
        # A list inside rows, such as the addresses of each variable: row by row.
        new[name] = rows = [dict(row) if isinstance(row, Mapping) else row for row in after]
        for was, row in zip(before, rows, strict=False):
            if isinstance(was, Mapping) and isinstance(row, dict):
                _reorder(was, row, rest)
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and sorted(map(repr, before)) == sorted(map(repr, after))
    ):
        new[name] = before


def join(path: str, key: str) -> str:
    """A property path one key longer."""
    if not _PLAIN_KEY.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key
