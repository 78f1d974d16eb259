"""Finds the resource that a value stands for: by id, ARN, address or name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from wsus_egress.readers.formats.things import Ref, Thing

_PROVIDERS: Final = "/providers/"


class Resolver:
    """An index of the things of all files."""

    def __init__(self, things: Iterable[Thing]) -> None:
        """Index them by every id that they have."""
        self._by_id: dict[str, list[Thing]] = {}
        for thing in things:
            for each in thing.ids:
                self._by_id.setdefault(each, []).append(thing)

    def find(self, value: Any, kind: str, owner: Thing | None = None) -> list[Thing]:
        """The things of a kind that a value could stand for; several where it is not known which.

        Args:
            value: A text or a `Ref`; anything else stands for nothing.
            kind: The kind that is meant.
            owner: Whose property it is: a Ref leads to things of the same file.
        """
        if isinstance(value, Ref):
            found = [t for target in value.targets for t in self._by_id.get(target, ())]
            mine = [t for t in found if owner is None or t.file == owner.file]
            return _unique(t for t in mine if t.kind == kind)
        if not isinstance(value, str):
            return []
        small = value.lower()
        found = self._by_id.get(small, [])
        if not found and _PROVIDERS in small:
            found = self._by_id.get(_PROVIDERS + small.rpartition(_PROVIDERS)[2], [])
        return _unique(t for t in found if t.kind == kind)


def _unique(things: Iterable[Thing]) -> list[Thing]:
    return list({id(thing): thing for thing in things}.values())
