"""The page of results."""

from __future__ import annotations

from collections.abc import Sequence

from mutants.records import Score

_OPENING = """\
# What the mutants found

`make mutants` changes the core in one place at a time, as mutmut's operators do: another comparison, a dropped argument, another
text. A mutant dies if a test that is about its module fails. One that changes nothing is listed below with the reason, and does not
count. `make mutants MODULE=names` tries one module, and goes on where it stopped.
"""


def render(scores: Sequence[Score], commit: str, untried: Sequence[str]) -> str:
    """The page, in Markdown.

    Args:
        scores: Of each module of which every mutant was tried.
        commit: What was tried.
        untried: The modules of which some mutant was not.
    """
    rows = [
        f"| {each.module} | {each.mutants:,} | {each.tried:,} | {each.killed:,} | {len(each.alive):,} "
        f"| {len(each.equivalent):,} | {each.percent:.1f} % |"
        for each in scores
    ]
    lines = [
        _OPENING,
        f"Commit {commit}.",
        "",
        "| module | mutants | tried | killed | survived | equivalent | score |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows,
    ]
    if untried:
        lines += ["", f"Not tried whole: {', '.join(untried)}."]
    equivalent = [pair for each in scores for pair in each.equivalent]
    if equivalent:
        lines += [
            "",
            "## Equivalent mutants",
            "",
            "| where | was | becomes | why no test can notice |",
        ]
        lines.append("|---|---|---|---|")
        lines += [
            f"| {mutant.file} `{mutant.within or 'module'}` | {_code(mutant.was)} | {_code(mutant.becomes)} | {_plain(reason)} |"
            for mutant, reason in equivalent
        ]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    """A text as code in a cell of a table."""
    fence = "``" if "`" in text else "`"
    room = " " if "`" in text else ""
    return f"{fence}{room}{_plain(text)}{room}{fence}" if text else ""


def _plain(text: str) -> str:
    """A text whose bars do not end a cell."""
    return text.replace("|", "\\|")
