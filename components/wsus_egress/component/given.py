"""Arguments as a mapping, or as keywords: a program gives them in one of these ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wsus_egress.problems import Problem

AS_KEYWORDS: Final[Any] = None
"""Stands for the mapping where the arguments are keywords."""


def given_twice(args: Any, keywords: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with arguments in both ways, even if they do not contradict each other."""
    if args is not AS_KEYWORDS and keywords:
        what = f"arguments are given twice: in a mapping, and as {', '.join(sorted(keywords))}"
        yield Problem(None, (), what, "give all of them in the mapping, or all as keywords")
