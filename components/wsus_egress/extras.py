"""What the package and its optional parts need, and the word about how to install it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

OLDEST: Final = (3, 11)
"""The oldest Python that can run the package, as pyproject.toml says to pip."""


def too_old(version: tuple[int, ...]) -> str:
    """What to do about a Python that is too old, where the package got into it past pip; else empty."""
    if version >= OLDEST:
        return ""
    needed, this = (".".join(map(str, each)) for each in (OLDEST, version))
    return f"wsus-egress needs Python {needed} or newer, and this is {this}: make a virtual environment with a newer one"


@contextlib.contextmanager
def needing(package: str, extra: str) -> Iterator[None]:
    """Import what stands on an extra of the distribution.

    Args:
        package: The module that only the extra brings.
        extra: The extra's name.

    Raises:
        ModuleNotFoundError: Where it is not installed; says what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        what = f'{package} is not installed: pip install "pulumi-wsus-egress[{extra}]"'
        raise ModuleNotFoundError(what, name=package) from None
