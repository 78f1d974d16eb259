"""`wsus-egress drift`: what a refresh found, told by what it opens and what no longer protects."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click

from wsus_egress.cli.options import FINDING, FINE, UNUSABLE, refuse, today_option
from wsus_egress.cli.output import CannotWrite, warn, write
from wsus_egress.cli.starting import project_option
from wsus_egress.problems import PolicyErrors


@click.command()
@click.argument(
    "events",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    metavar="EVENTS",
)
@click.option(
    "--env", "name", metavar="NAME", help="The environment.  [default: called like the stack]"
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to a file instead; an error leaves it unchanged.",
)
@today_option
@project_option
def drift(  # noqa: PLR0913, PLR0917 - the command's options
    events: Path,
    name: str | None,
    format_: str,
    output: Path | None,
    today: datetime.date,
    project: Path,
) -> None:
    """Say what a deployed stack lets pass and no longer guards, since somebody changed it by hand.

    EVENTS is what `pulumi refresh --preview-only --json` prints with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true,
    or - for standard input. Exits with 1 where anything but a tag or a description differs, and where the
    stack as it is breaks a guardrail.

    \b
    Example:
      export PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true
      pulumi refresh --preview-only --json --stack prod | wsus-egress drift -
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli import as_drift  # noqa: PLC0415
    from wsus_egress.config.project import load_environments  # noqa: PLC0415
    from wsus_egress.guardrails.drift import drifted  # noqa: PLC0415
    from wsus_egress.guardrails.model import Context  # noqa: PLC0415
    from wsus_egress.review.refreshed import read_refreshed  # noqa: PLC0415

    try:
        refreshed = read_refreshed(events)
        (environment,) = load_environments(project, (name or refreshed.stack,))
        found = drifted(refreshed, Context(environment, today))
    except PolicyErrors as error:
        refuse(error, "json" if format_ == "json" else "text")
    render = {"text": as_drift.text, "markdown": as_drift.markdown, "json": as_drift.as_json}
    page = render[format_](found)
    if output is None:
        click.echo(page, nl=False)
    else:
        try:
            write(output, page)
        except CannotWrite as error:
            warn(error)
            sys.exit(UNUSABLE)
    sys.exit(FINDING if found.fails else FINE)
