"""The command line: reads options, calls the core, prints, and chooses the exit status."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from wsus_egress.cli.adopt_command import adopt
from wsus_egress.cli.audit_command import audit
from wsus_egress.cli.drift_command import drift
from wsus_egress.cli.import_command import import_
from wsus_egress.cli.lists_command import lists
from wsus_egress.cli.logs_command import logs
from wsus_egress.cli.options import (
    FINDING,
    FINE,
    UNUSABLE,
    AddressType,
    OfEnvironments,
    environments_option,
    format_option,
    refuse,
    today_option,
)
from wsus_egress.cli.output import CannotWrite, Shown, warn, write
from wsus_egress.cli.probe_command import probe
from wsus_egress.cli.starting import new, project_option
from wsus_egress.problems import PolicyErrors

if TYPE_CHECKING:
    from wsus_egress.model.flows import Address
    from wsus_egress.review.explain import Explanation

# Looking for pydantic's plugins takes 10 % of a whole `check`, and this program uses none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

FORBIDDEN = 403


@click.group(cls=Shown, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-wsus-egress")
def main() -> None:
    """Shows what a WSUS egress policy allows, and proves what the clouds' rules admit.

    Works offline: no credentials, no Pulumi engine. Exit status: 0 fine; 1 a finding; 2 unusable
    input.

    \b
    Examples:
      wsus-egress new prod --cloud aws
      wsus-egress check
      wsus-egress preview --env dev
      wsus-egress preview --base origin/main
      wsus-egress explain https://sws.update.microsoft.com/
    """  # noqa: D301 - click reads the \b
    _be_lenient()


@main.command(cls=OfEnvironments)
@project_option
@environments_option
@format_option
@today_option
def check(project: Path, names: Sequence[str], format_: str, today: datetime.date) -> None:
    """Validate lists and environments, and prove each target's rules.

    Exits with 1 where the rules admit more or less than the policy and no acceptance covers it, and
    where an acceptance or approval has expired.
    """
    from wsus_egress.config.files import find_files  # noqa: PLC0415
    from wsus_egress.review.analysis import analyse, stale_acceptances  # noqa: PLC0415
    from wsus_egress.review.finding import in_order  # noqa: PLC0415
    from wsus_egress.review.findings import standing  # noqa: PLC0415
    from wsus_egress.review.project_notes import (  # noqa: PLC0415
        own_lists,
        placeholders,
        skipped_stacks,
    )

    try:
        analyses = analyse(project, names, today)
    except PolicyErrors as error:
        refuse(error, format_)
    files = find_files(project)
    notes = (*own_lists(files), *skipped_stacks(files), *placeholders(files))
    found = in_order((*standing(analyses, today), *notes))
    if format_ == "json":
        from wsus_egress.cli import as_json  # noqa: PLC0415

        click.echo(as_json.check(analyses, (), found), nl=False)
    else:
        from wsus_egress.cli import as_text  # noqa: PLC0415

        click.echo(as_text.check(analyses, found, stale_acceptances(analyses)), nl=False)
    sys.exit(FINDING if any(each.fails for each in found) else FINE)


@main.command(cls=OfEnvironments)
@project_option
@environments_option
@click.option("--base", metavar="REF", help="Show what changes against a branch, tag or commit.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown", "json", "html", "sarif", "junit"]),
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
@click.option(
    "--pulumi-events",
    "events",
    type=click.Path(path_type=Path),
    help="The output of `pulumi preview --json`: adds what the engine will do.",
)
@today_option
def preview(  # noqa: PLR0913, PLR0917 - the command's options
    project: Path,
    names: Sequence[str],
    base: str | None,
    format_: str,
    output: Path | None,
    events: Path | None,
    today: datetime.date,
) -> None:
    """Show each environment's rules, fidelity and use of quotas, or what a change does to them.

    With --base the exit status is 1 where the change allows more and does not approve that itself,
    where an approval or acceptance has expired, and where an unaccepted deviation stands.

    \b
    Examples:
      wsus-egress preview --env dev
      wsus-egress preview --base origin/main
      wsus-egress preview --base origin/main --format markdown -o comment.md
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli.change_command import PreviewRequest, preview_change  # noqa: PLC0415

    request = PreviewRequest(project, names, today, base, format_, events)
    try:
        with _progress("comparing" if base else "proving"):
            text, fails = preview_change(request)
    except PolicyErrors as error:
        refuse(error, "json" if format_ == "json" else "text")
    if output is None:
        _print(text, changes=base is not None and format_ == "text")
    else:
        _write(output, text)
    sys.exit(FINDING if fails and (base is not None or events is not None) else FINE)


@contextlib.contextmanager
def _progress(what: str) -> Iterator[None]:
    """Show a spinner on a terminal's standard error; elsewhere show nothing."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - 60 ms that only a terminal needs

    with Console(stderr=True).status(f"{what} ..."):
        yield


def _print(text: str, *, changes: bool) -> None:
    """Print plain text; on a terminal in colours, unless NO_COLOR is set."""
    if not (changes and sys.stdout.isatty()) or os.environ.get("NO_COLOR"):
        click.echo(text, nl=False)
        return
    from wsus_egress.cli.output import show  # noqa: PLC0415

    show(text)


def _write(output: Path, text: str) -> None:
    try:
        write(output, text)
    except CannotWrite as error:
        warn(error)
        sys.exit(UNUSABLE)


@main.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@project_option
@environments_option
@format_option
@click.option(
    "--from",
    "source",
    type=AddressType(),
    help="Who asks.  [default: every party that may ask]",
)
def explain(
    urls: Sequence[str], project: Path, names: Sequence[str], format_: str, source: Address | None
) -> None:
    """Say whether URLs may be reached, and which endpoint and rule decide.

    A host without a scheme is asked by http and by https. A single - reads URLs from standard input,
    one a line, and prints a JSON object a line.
    """
    from wsus_egress.review.analysis import analyse  # noqa: PLC0415
    from wsus_egress.review.explain import Explainer  # noqa: PLC0415
    from wsus_egress.review.urls import InvalidUrl, requests_of  # noqa: PLC0415

    try:
        analyses = analyse(project, names, None)
    except PolicyErrors as error:
        refuse(error, format_)
    stream = urls == ("-",)
    if stream or format_ == "json":
        from wsus_egress.cli import as_json  # noqa: PLC0415

        show: Callable[[Explanation], str] = as_json.explanation_line
    else:
        from wsus_egress.cli import as_text  # noqa: PLC0415

        show = as_text.explanation
    explainers = [Explainer(analysis, source) for analysis in analyses]
    status, logs = FINE, False
    for number, url in _numbered(sys.stdin) if stream else enumerate(urls, start=1):
        try:
            requests = requests_of(url)
        except InvalidUrl as error:
            warn(f"line {number}: {error}" if stream else error)
            logs = logs or (stream and (" " in url.strip() or url.startswith("{")))
            status = UNUSABLE
            continue
        for request in requests:
            for explainer in explainers:
                sys.stdout.write(show(explainer.explain(request)))
    if logs:
        warn(
            "`explain` takes a URL a line; if these are lines of a log, `wsus-egress logs -` reads them"
        )
    sys.exit(status)


@main.command(cls=OfEnvironments)
@project_option
@environments_option
@click.option("--base", metavar="REF", help="Show what changes against a branch, tag or commit.")
@today_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE.html",
    help="The file to write; an error leaves it unchanged.",
)
def report(
    project: Path, names: Sequence[str], base: str | None, today: datetime.date, output: Path
) -> None:
    """Write one page: matrix, topology, and a search box that answers like `explain`.

    The page is one file that loads nothing. Exits with 1 where a deviation is not accepted, or with
    --base a widening is not approved.

    \b
    Examples:
      wsus-egress report -o policy.html
      wsus-egress report --base origin/main -o policy.html
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli.change_command import PreviewRequest, preview_change  # noqa: PLC0415

    request = PreviewRequest(project, names, today, base, format="html")
    try:
        with _progress("comparing" if base else "proving"):
            text, fails = preview_change(request)
    except PolicyErrors as error:
        refuse(error, "text")
    _write(output, text)
    sys.exit(FINDING if fails else FINE)


@main.command()
@click.argument("file", type=click.File(encoding="utf-8"), metavar="FILE.md")
@click.option("--number", help="The pull request's number.  [default: taken from the CI]")
@click.option(
    "--key",
    default="preview",
    show_default=True,
    help="Distinguishes the comments of several projects in one repository.",
)
@click.option(
    "--existing", is_flag=True, help="Update the comment if there is one; write no new one."
)
def comment(file: TextIO, number: str | None, key: str, *, existing: bool) -> None:
    """Write a file as the one comment on this job's pull request, or update it.

    Works in GitHub Actions, GitLab CI and Azure Pipelines. The token is read from GITHUB_TOKEN,
    GITLAB_TOKEN or SYSTEM_ACCESSTOKEN.
    """
    from wsus_egress.cli.pull_request import comment as commenting  # noqa: PLC0415
    from wsus_egress.cli.pull_request.marker import BUDGET, InvalidKey  # noqa: PLC0415
    from wsus_egress.cli.pull_request.rest import Refused  # noqa: PLC0415

    try:
        platform = commenting.platform_of(os.environ, number)
        outcome = commenting.publish(platform, file.read(BUDGET * 10), key, create=not existing)
    except (commenting.NoPlace, InvalidKey, Refused, UnicodeDecodeError) as error:
        fork = isinstance(error, Refused) and error.status == FORBIDDEN
        hint = "; in a pull request from a fork the token may only read" if fork else ""
        warn(f"error: {error}{hint}")
        sys.exit(UNUSABLE)
    click.echo(f"comment {outcome}")


@main.command()
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), metavar="ERRORS.txt")
def failure(file: TextIO) -> None:
    """Write the Markdown page of a preview that failed, from its standard error.

    Errors that are longer than a comment may be are cut, and the page says so.

    \b
    Example:
      wsus-egress failure errors.txt > comment.md
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli.pull_request.failure import render  # noqa: PLC0415
    from wsus_egress.cli.pull_request.marker import BUDGET  # noqa: PLC0415

    click.echo(render(file.read(BUDGET * 10)), nl=False)


main.add_command(adopt)
main.add_command(audit)
main.add_command(drift)
main.add_command(import_)
main.add_command(lists)
main.add_command(logs)
main.add_command(probe)
main.add_command(new)


def _be_lenient() -> None:
    """Escape what a stream cannot encode, so that no input text causes a traceback.

    A byte that is not UTF-8 is read as Python reads it in arguments and file names.
    """
    for stream, errors in (
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
        (sys.stdin, "surrogateescape"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _numbered(urls: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(urls, start=1):
        if url := line.strip():
            yield number, url
