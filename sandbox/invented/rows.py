"""What both clouds' inventions are made of: rows, lines, and address blocks that are free."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any, TypeAlias

from wsus_egress.model.flows import Network

Row: TypeAlias = dict[str, Any]
World: TypeAlias = dict[str, Any]
Held: TypeAlias = dict[str, dict[str, Row]]
"""Resource type -> id -> what the cloud holds, as a stand-in keeps it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was invented in one cloud; the attributes are those of `Invention`."""

    world: World = field(default_factory=dict)
    held: Held = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Room:
    """A block of addresses and what is taken of it."""

    def __init__(self, block: IPv4Network, taken: Iterable[Network]) -> None:
        """A block, and the ranges in it that nothing else may have."""
        self.block = block
        self._taken = [each for each in taken if isinstance(each, IPv4Network)]

    def take(self, length: int) -> str:
        """The last free range of a length, which is taken from now on.

        Where none is free it is the block's last one: the stand-in then says what it overlaps.
        """
        size = 1 << (32 - length)
        first, start = int(self.block.network_address), int(self.block.broadcast_address) + 1 - size
        last = found = IPv4Network((start, length))
        while start >= first:
            found = IPv4Network((start, length))
            if not any(found.overlaps(other) for other in self._taken):
                break
            start -= size
        else:
            found = last
        self._taken.append(found)
        return str(found)


def name_for(kind: str, *what: str) -> str:
    """An id of AWS's form that is the same whenever the same is named: `nat-` and 17 digits."""
    return f"{kind}-{hashlib.sha256(' '.join(what).encode()).hexdigest()[:17]}"
