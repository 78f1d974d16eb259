"""Counts what a deployment must be allowed to do, so that a page can say it and a test can hold it to that."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

VARIABLE: Final = "WSUS_EGRESS_SANDBOX_PERMISSIONS"
"""The file to which every permission that a call needs is appended, a line each; unset counts nothing."""


def count(needed: Iterable[str]) -> None:
    """Append the permissions of one call to the file, if there is to be one."""
    file = os.environ.get(VARIABLE)
    lines = "".join(f"{each}\n" for each in needed) if file else ""
    if file and lines:
        # One write of a few hundred bytes: two providers do not mix their lines.
        with Path(file).open("a", encoding="utf-8") as target:
            target.write(lines)
