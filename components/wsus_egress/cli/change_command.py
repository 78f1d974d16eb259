"""What the command `preview` does between its options and its output.

For example `PreviewRequest(Path(), (), today, base="origin/main")` asks for every environment of
this folder, compared with `origin/main`, as text.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wsus_egress.config.files import find_files
from wsus_egress.problems import PolicyErrors, Problem
from wsus_egress.review.analysis import analyse
from wsus_egress.review.project_notes import own_lists

if TYPE_CHECKING:
    from wsus_egress.review.comparison import Review
    from wsus_egress.review.events import EngineReport
    from wsus_egress.review.finding import Finding


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A preview as the command line's options ask for it.

    Attributes:
        project: The folder that has Pulumi.yaml.
        names: Which environments; all where empty.
        today: The day on which acceptances and approvals must not have expired.
        base: The branch, tag or commit to compare with; None shows what stands.
        format: One of the command's `--format` choices.
        events: The file of `pulumi preview --json`; None where the engine was not asked.
    """

    project: Path
    names: Sequence[str]
    today: datetime.date
    base: str | None = None
    format: str = "text"
    events: Path | None = None


def preview_change(request: PreviewRequest) -> tuple[str, bool]:
    """Render a preview.

    Returns:
        The page, and whether the gate finds something.

    Raises:
        PolicyErrors: With every problem of both sides and of the events.
    """
    if request.base is None and request.events is None and request.format == "text":
        from wsus_egress.cli import as_text  # noqa: PLC0415

        analyses = analyse(request.project, request.names, request.today, each_control=True)
        return as_text.preview(analyses, _own_lists(request)), False
    problems: list[Problem] = []
    review: Review | None = None
    engine: EngineReport | None = None
    try:
        engine = _engine(request)
    except PolicyErrors as error:
        problems += error.problems
    try:
        review = _review(request)
    except PolicyErrors as error:
        problems += error.problems
    if problems or review is None:
        raise PolicyErrors(problems)
    if engine is not None:
        review = _with_engine(review, engine)
    return _rendered(request, review, engine), review.fails


def _own_lists(request: PreviewRequest) -> tuple[Finding, ...]:
    return tuple(own_lists(find_files(request.project)))


def _engine(request: PreviewRequest) -> EngineReport | None:
    if request.events is None:
        return None
    from wsus_egress.review.events import read_events  # noqa: PLC0415

    return read_events(request.events)


def _review(request: PreviewRequest) -> Review:
    from wsus_egress.review.comparison import against_base, without_base  # noqa: PLC0415

    project, names, today = request.project, request.names, request.today
    if request.base is None:
        analyses = analyse(project, names, today, each_control=True)
        return without_base(analyses, today, _own_lists(request))
    prove_all = request.format in ("json", "html")
    return against_base(project, request.base, names, today, prove_all=prove_all)


def _with_engine(review: Review, engine: EngineReport) -> Review:
    """Replace the offline guess of what is replaced by what the engine says of it."""
    from wsus_egress.review.finding import in_order  # noqa: PLC0415

    known = (finding for finding in review.findings if finding.kind != "rule-group-replaced")
    return dataclasses.replace(review, findings=in_order((*known, *engine.findings())))


def _rendered(request: PreviewRequest, review: Review, engine: EngineReport | None) -> str:
    # Each format is loaded when it is asked for, so that a cold start loads no other.
    if request.format == "markdown":
        from wsus_egress.cli import as_markdown  # noqa: PLC0415

        return as_markdown.render(review, engine)
    if request.format == "json":
        from wsus_egress.cli import as_json  # noqa: PLC0415

        return as_json.preview(review, engine)
    if request.format == "html":
        from wsus_egress.cli.report import as_html  # noqa: PLC0415

        return as_html.render(review, engine)
    if request.format == "sarif":
        from wsus_egress.cli import as_sarif  # noqa: PLC0415
        from wsus_egress.review.gitbase import prefix_of  # noqa: PLC0415

        files = {each.environment.name: each.environment.file for each in review.analyses}
        return as_sarif.render(review.findings, files, prefix_of(request.project))
    if request.format == "junit":
        from wsus_egress.cli import as_junit  # noqa: PLC0415

        return as_junit.render(review.analyses, review.findings)
    from wsus_egress.cli import as_change_text  # noqa: PLC0415

    return as_change_text.render(review, engine)
