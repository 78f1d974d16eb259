"""What the command `preview` does between its options and its output."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wsus_egress.problems import PolicyErrors, Problem
from wsus_egress.review.analysis import analyse

if TYPE_CHECKING:
    from wsus_egress.review.comparison import Comparison
    from wsus_egress.review.events import EngineReport


def preview_change(  # noqa: PLR0913, PLR0917 - the command's options
    project: Path,
    names: Sequence[str],
    base: str | None,
    format_: str,
    events: Path | None,
    today: datetime.date,
) -> tuple[str, bool]:
    """Render a preview.

    Returns:
        The page, and whether the gate finds something.

    Raises:
        PolicyErrors: With every problem of both sides and of the events.
    """
    if base is None and events is None and format_ == "text":
        from wsus_egress.cli import as_text  # noqa: PLC0415

        return as_text.preview(analyse(project, names, today, each_control=True)), False
    engine, comparison = _all(project, names, base, format_, events, today)
    return _rendered(format_, comparison, engine, project), comparison.fails


def _all(  # noqa: PLR0913, PLR0917
    project: Path,
    names: Sequence[str],
    base: str | None,
    format_: str,
    events: Path | None,
    today: datetime.date,
) -> tuple[EngineReport | None, Comparison]:
    from wsus_egress.review.comparison import alone, compared  # noqa: PLC0415
    from wsus_egress.review.findings import in_order  # noqa: PLC0415

    problems: list[Problem] = []
    engine: EngineReport | None = None
    comparison: Comparison | None = None
    if events is not None:
        from wsus_egress.review.events import read_events  # noqa: PLC0415

        try:
            engine = read_events(events)
        except PolicyErrors as error:
            problems += error.problems
    try:
        if base is None:
            comparison = alone(analyse(project, names, today, each_control=True), today)
        else:
            comparison = compared(
                project, base, names, today, prove_all=format_ in ("json", "html")
            )
    except PolicyErrors as error:
        problems += error.problems
    if problems or comparison is None:
        raise PolicyErrors(problems)
    if engine is not None:
        # The engine knows what it replaces; what was expected of it is told only without it.
        known = (each for each in comparison.findings if each.kind != "rule-group-replaced")
        found = in_order((*known, *engine.findings()))
        comparison = dataclasses.replace(comparison, findings=found)
    return engine, comparison


def _rendered(
    format_: str, comparison: Comparison, engine: EngineReport | None, project: Path
) -> str:
    # Each format is loaded when it is asked for: a cold start pays for no other.
    if format_ == "markdown":
        from wsus_egress.cli import as_markdown  # noqa: PLC0415

        return as_markdown.render(comparison, engine)
    if format_ == "json":
        from wsus_egress.cli import as_json  # noqa: PLC0415

        return as_json.preview(comparison, engine)
    if format_ == "html":
        from wsus_egress.cli.report import as_html  # noqa: PLC0415

        return as_html.render(comparison, engine)
    if format_ == "sarif":
        from wsus_egress.cli import as_sarif  # noqa: PLC0415
        from wsus_egress.review.gitbase import prefix_of  # noqa: PLC0415

        names = [analysis.environment.name for analysis in comparison.analyses]
        return as_sarif.render(comparison.findings, names, prefix_of(project))
    if format_ == "junit":
        from wsus_egress.cli import as_junit  # noqa: PLC0415

        return as_junit.render(comparison.analyses, comparison.findings)
    from wsus_egress.cli import as_change_text as change_text  # noqa: PLC0415

    return change_text.render(comparison, engine)
