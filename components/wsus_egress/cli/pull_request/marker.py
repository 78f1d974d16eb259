"""The hidden mark at the start of our comment, by which the next run finds it; the comment's size.

It stands apart from `comment`, whose HTTP client a Markdown page does not need.
"""

from __future__ import annotations

import re
from typing import Final

USUAL_KEY: Final = "preview"
# GitHub takes 65,536 characters ("body is too long (maximum is 65536 characters)"); its API counts
# some as more than one, so a part of it stays free.
BUDGET: Final = 60_000
_KEY: Final = re.compile(r"[A-Za-z0-9._/-]+")


class InvalidKey(ValueError):  # noqa: N818 - as InvalidName
    """A key that cannot be written in the mark unchanged."""


def marker(key: str) -> str:
    """The mark, an HTML comment that platforms do not show.

    Args:
        key: Tells several projects in one repository apart.

    Raises:
        InvalidKey: When the key could end the mark early or be read as another key.
    """
    if not _KEY.fullmatch(key):
        what = f"{ascii(key)} cannot be a comment's key"
        raise InvalidKey(f"{what}; write letters, digits, '.', '_', '/' and '-'")
    return f"<!-- wsus-egress:{key} -->"
