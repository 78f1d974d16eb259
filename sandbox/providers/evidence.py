"""Says of each behaviour of a stand-in where it is written, or that it is only believed.

A stand-in is worth what its sources are worth: a test that passes against our own idea of a cloud
shows nothing about the cloud. So everything that refuses, and every resource type, carries a
decorator, and `tools/believed_page.py` lists what no source backs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

_Decorated = TypeVar("_Decorated", bound=Callable[..., object])
_MONTH: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])(?:-\d\d)?")


@dataclass(frozen=True, slots=True, order=True)
class Behaviour:
    """One thing that a stand-in does as its cloud does.

    Attributes:
        place: The module and the name in it: `aws.ec2.route.Route.admit`.
        what: The behaviour, in a sentence without a full stop.
        where: A repository's path, a service model, or a page's title; empty where it is believed.
        read: The day or month of that text: `2026-11`; empty where it is believed.
    """

    place: str
    what: str
    where: str = ""
    read: str = ""


_KNOWN: Final[set[Behaviour]] = set()


def written(what: str, where: str, read: str) -> Callable[[_Decorated], _Decorated]:
    """Decorates a function or a type with a behaviour that has a source.

    Args:
        what: The behaviour, in a sentence without a full stop.
        where: A repository's path, a service model, or a page's title.
        read: The month or day in which that was read.

    Raises:
        ValueError: Where the source or its date is missing.
    """
    if not where or not _MONTH.fullmatch(read):
        raise ValueError(f"{what!r} needs a source and the month it was read, not {read!r}")
    return _decorator(what, where, read)


def believed(what: str) -> Callable[[_Decorated], _Decorated]:
    """Decorates a function or a type with a behaviour for which nobody has a source yet."""
    return _decorator(what, "", "")


def behaviours(cloud: str) -> list[Behaviour]:
    """What the loaded modules of one stand-in say, in the order of their places.

    Args:
        cloud: `aws` or `azure`; the caller imports the modules of `providers.aws` or `providers.azure`.
    """
    return sorted(each for each in _KNOWN if each.place.startswith(f"{cloud}."))


def _decorator(what: str, where: str, read: str) -> Callable[[_Decorated], _Decorated]:
    def decorate(decorated: _Decorated) -> _Decorated:
        module = decorated.__module__.removeprefix("providers.")
        place = f"{module}.{decorated.__qualname__}"
        _KNOWN.add(Behaviour(place, what, where, read))
        return decorated

    return decorate
