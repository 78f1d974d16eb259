"""The page of a failed preview: as much of its standard error as fits."""

from __future__ import annotations

from typing import Final

from wsus_egress.cli.pull_request.marker import BUDGET
from wsus_egress.cli.words import count
from wsus_egress.problems import visible

_HEAD: Final = "## Policy preview: failed\n\nThe preview could not be made."
_LONGEST: Final = 2_000


def render(errors: str, budget: int = BUDGET) -> str:
    """Quote the errors in Markdown, by whole lines, and say how many more there are.

    Args:
        errors: The text.
        budget: The most characters of the page.
    """
    lines = [_quoted(line) for line in errors.splitlines()]
    page = "\n".join([_HEAD, "", *lines]) + "\n"
    if not lines:
        return f"{_HEAD} No reason was given.\n"
    if len(page) <= budget:
        return page
    # Reserve room for the longest possible note: how many lines will not fit is not known yet.
    free = budget - len(_cut([], len(lines)))
    shown: list[str] = []
    for line in lines:
        free -= len(line) + 1
        if free < 0:
            break
        shown.append(line)
    return _cut(shown, len(lines) - len(shown))


def _cut(shown: list[str], more: int) -> str:
    note = f"**{count(more, 'more line')} left out, because the comment would be too long:** see the job's log."
    return "\n".join([_HEAD, "", *shown, "", note]) + "\n"


def _quoted(line: str) -> str:
    plain = visible(line.expandtabs(4))
    return "    " + (plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 3]}...")
