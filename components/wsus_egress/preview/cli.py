"""The command line: reads options, calls the core, prints, and chooses the exit status."""

from __future__ import annotations

import datetime
import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from wsus_egress.problems import PolicyErrors

if TYPE_CHECKING:
    from wsus_egress.preview.explain import Explanation

# Looking for pydantic's plugins takes a tenth of the time of a whole `check`, and none is used.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

FINE, FINDING, UNUSABLE = 0, 1, 2


class _Date(click.ParamType["datetime.date"]):
    name = "YYYY-MM-DD"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime.date:
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as YYYY-MM-DD", param, ctx)


_project = click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder that has Pulumi.yaml and config/.  [default: this folder]",
)
_environments = click.option(
    "--env",
    "names",
    multiple=True,
    metavar="NAME",
    help="An environment; repeatable.  [default: all]",
)
_format = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
_today = click.option(
    "--today",
    type=_Date(),
    default=datetime.date.today,
    help="The day on which acceptances must not have expired.  [default: today]",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-wsus-egress")
def main() -> None:
    """Shows what a WSUS egress policy allows, and proves what the clouds' rules admit.

    Works offline: no credentials, no Pulumi engine. Exit status: 0 fine; 1 a finding; 2 unusable
    input.

    \b
    Examples:
      wsus-egress check
      wsus-egress preview --env dev
      wsus-egress explain https://sws.update.microsoft.com/
    """  # noqa: D301 - click reads the \b
    # A command lives for a moment and makes no cycles worth a search, which costs a twentieth.
    gc.disable()


@main.command()
@_project
@_environments
@_format
@_today
def check(project: Path, names: Sequence[str], format_: str, today: datetime.date) -> None:
    """Validate lists and environments, and prove each target's rules.

    Fails with status 1 where the rules admit more or less than the policy and nobody has accepted
    that, or the acceptance has expired.
    """
    from wsus_egress.preview.analysis import analyse, stale_acceptances  # noqa: PLC0415

    try:
        analyses = analyse(project, names, today)
    except PolicyErrors as error:
        _refuse(error, format_)
    if format_ == "json":
        from wsus_egress.preview import as_json  # noqa: PLC0415

        click.echo(as_json.check(analyses, ()), nl=False)
    else:
        from wsus_egress.preview import as_text  # noqa: PLC0415

        click.echo(as_text.check(analyses, stale_acceptances(analyses)), nl=False)
    proofs = [target.proof for analysis in analyses for target in analysis.targets if target.proof]
    sys.exit(FINDING if any(proof.findings for proof in proofs) else FINE)


@main.command()
@_project
@_environments
@_format
@_today
def preview(project: Path, names: Sequence[str], format_: str, today: datetime.date) -> None:
    """Show each environment's rules per control, its fidelity and its use of quotas."""
    from wsus_egress.preview.analysis import analyse  # noqa: PLC0415

    try:
        analyses = analyse(project, names, today, each_control=True)
    except PolicyErrors as error:
        _refuse(error, format_)
    if format_ == "json":
        from wsus_egress.preview import as_json  # noqa: PLC0415

        click.echo(as_json.preview(analyses), nl=False)
    else:
        from wsus_egress.preview import as_text  # noqa: PLC0415

        click.echo(as_text.preview(analyses), nl=False)


@main.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@_project
@_environments
@_format
def explain(urls: Sequence[str], project: Path, names: Sequence[str], format_: str) -> None:
    """Say whether URLs may be reached, and which endpoint and rule decide.

    A single - reads URLs from standard input, one a line, and prints a JSON object a line.
    """
    from wsus_egress.preview.analysis import analyse  # noqa: PLC0415
    from wsus_egress.preview.explain import Explainer, InvalidUrl, parse_url  # noqa: PLC0415

    try:
        analyses = analyse(project, names, None)
    except PolicyErrors as error:
        _refuse(error, format_)
    stream = urls == ("-",)
    if stream or format_ == "json":
        from wsus_egress.preview import as_json  # noqa: PLC0415

        show: Callable[[Explanation], str] = as_json.explanation_line
    else:
        from wsus_egress.preview import as_text  # noqa: PLC0415

        show = as_text.explanation
    explainers = [Explainer(analysis) for analysis in analyses]
    status = FINE
    for number, url in enumerate(_lines() if stream else urls, start=1):
        try:
            request = parse_url(url)
        except InvalidUrl as error:
            click.echo(f"line {number}: {error}" if stream else str(error), err=True)
            status = UNUSABLE
            continue
        for explainer in explainers:
            sys.stdout.write(show(explainer.explain(request)) + "\n")
    sys.exit(status)


@main.command()
@_project
@_environments
@_today
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE.html",
    help="The file to write; it is whole, or not there.",
)
def report(project: Path, names: Sequence[str], today: datetime.date, output: Path) -> None:
    """Write one page: matrix, topology, and a search box that answers like `explain`.

    The page is one file that loads nothing. Fails with status 1 where `check` does.
    """
    from wsus_egress.preview import report as reporting  # noqa: PLC0415

    try:
        found = reporting.report(project, names, today)
        reporting.write(output, found.page)
    except PolicyErrors as error:
        _refuse(error, "text")
    except reporting.Unwritable as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(UNUSABLE)
    sys.exit(FINDING if found.findings else FINE)


@main.command()
@click.argument("file", type=click.File(encoding="utf-8"), metavar="FILE.md")
@click.option("--number", help="The pull request's number.  [default: what the CI says]")
@click.option(
    "--key",
    default="preview",
    show_default=True,
    help="Tells several projects' comments in one repository apart.",
)
def comment(file: TextIO, number: str | None, key: str) -> None:
    """Write a file as the one comment on this job's pull request, or update it.

    Works in GitHub Actions, GitLab CI and Azure Pipelines. The token is read from GITHUB_TOKEN,
    GITLAB_TOKEN or SYSTEM_ACCESSTOKEN.
    """
    from wsus_egress.preview import comment as commenting  # noqa: PLC0415
    from wsus_egress.preview.rest import Refused  # noqa: PLC0415

    try:
        platform = commenting.platform_of(os.environ, number)
        outcome = commenting.publish(platform, file.read(), key)
    except (commenting.NoPlace, Refused, UnicodeDecodeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(UNUSABLE)
    click.echo(f"comment {outcome}")


def _lines() -> Iterable[str]:
    for line in sys.stdin:
        if url := line.strip():
            yield url


def _refuse(error: PolicyErrors, format_: str) -> NoReturn:
    if format_ == "json":
        from wsus_egress.preview import as_json  # noqa: PLC0415

        click.echo(as_json.check((), error.problems), nl=False)
    else:
        from wsus_egress.preview import as_text  # noqa: PLC0415

        click.echo(as_text.problems(error.problems), nl=False, err=True)
    sys.exit(UNUSABLE)
