"""What changed between two sets of inputs, with Pulumi's property paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
    """Every difference, innermost first cause; lists are compared by position, as both clouds do."""
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


def join(path: str, key: str) -> str:
    """A property path one key longer."""
    if not _PLAIN_KEY.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key
