"""What differs between two states of a resource, in words: `threatIntelMode: Deny -> Off`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from wsus_egress.readers.resources import UNKNOWN

_LONGEST: Final = 100
# What clouds count up on their own.
_VOLATILE: Final = frozenset(
    ("etag", "updateToken", "provisioningState", "resourceGuid", "firewallStatuses", "size", "id",
     "resourceVersion", "systemData", "tagsAll", "__inputs", "__meta")
)  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each property that differs, and how; sorted by the property's path.

    For example `(("securityRules", "added by-hand"),)`.
    """
    return tuple(sorted(set(_of_mappings("", before, after))))


def _of_mappings(
    path: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for key in {*before, *after} - (frozenset() if path else _VOLATILE):
        yield from _of_values(
            f"{path}.{key}" if path else str(key), before.get(key), after.get(key)
        )


def _of_values(path: str, before: Any, after: Any) -> Iterator[tuple[str, str]]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mappings(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield path, _of_lists(before, after)
    else:
        yield path, f"{shown(before)} -> {shown(after)}"


def _of_lists(before: Sequence[Any], after: Sequence[Any]) -> str:
    """Entries that came, went or changed; by their names where they have some."""
    old, new = _named(before), _named(after)
    found = [f"added {_few(sorted(new.keys() - old.keys()))}"] if new.keys() - old.keys() else []
    if gone := sorted(old.keys() - new.keys()):
        found.append(f"removed {_few(gone)}")
    if changed := sorted(key for key in old.keys() & new.keys() if old[key] != new[key]):
        found.append(f"changed {_few(changed)}")
    return ", ".join(found) or "another order"


def _named(entries: Sequence[Any]) -> dict[str, Any]:
    return {
        str(each["name"]) if isinstance(each, Mapping) and each.get("name") else shown(each): each
        for each in entries
    }


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def shown(value: Any) -> str:
    """A value in a line: `nothing` for one that is not there."""
    if value is None:
        return "nothing"
    if value is UNKNOWN:
        return "a secret"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
