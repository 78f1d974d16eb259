"""The hidden mark that begins a comment of ours, by which the next run finds it; its size."""

from __future__ import annotations

import re
from typing import Final

USUAL_KEY: Final = "preview"
# GitHub takes 65,536 characters ("body is too long (maximum is 65536 characters)"); its API counts
# some as more than one, so a part of it stays free.
BUDGET: Final = 60_000
_KEY: Final = re.compile(r"[A-Za-z0-9._/-]+")


class InvalidKey(ValueError):  # noqa: N818 - as InvalidName
    """A key that would not stand in the mark as it is."""


def marker(key: str) -> str:
    """What marks the comment, and is not shown.

    Args:
        key: Tells several projects in one repository apart.

    Raises:
        InvalidKey: Where the key could end the mark, or be another one's in it.
    """
    if not _KEY.fullmatch(key):
        what = f"{ascii(key)} cannot be a comment's key"
        raise InvalidKey(f"{what}; write letters, digits, '.', '_', '/' and '-'")
    return f"<!-- wsus-egress:{key} -->"
