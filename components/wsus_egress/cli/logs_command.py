"""`wsus-egress logs`: what firewalls' and machines' logs show, and what the policy says of it."""

from __future__ import annotations

import contextlib
import datetime
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from wsus_egress.cli.options import (
    FINE,
    UNUSABLE,
    NamedPath,
    environments_option,
    refuse,
    today_option,
)
from wsus_egress.cli.output import warn
from wsus_egress.cli.starting import project_option
from wsus_egress.problems import PolicyErrors, visible

if TYPE_CHECKING:
    from wsus_egress.readers.logs.files import Counts
    from wsus_egress.review.log_groups import Groups
    from wsus_egress.review.log_suggestions import Suggestion

STANDARD_INPUT: Final = "-"
_MILLION: Final = 1_000_000
# Seconds between two lines about progress: on a terminal, and in a file that keeps each of them.
_OFTEN, _SELDOM = 1.0, 10.0


class _Since(click.ParamType[str]):
    name = "TIME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        text = str(value).strip()
        try:
            moment = datetime.datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is not a time; write 2026-10-01 or 2026-10-01T09:00", param, ctx)
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="seconds")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=NamedPath())
@project_option
@environments_option
@click.option(
    "--since", type=_Since(), help="Leave out what is older, as 2026-10-01 or 2026-10-01T09:00."
)
@click.option(
    "--suggest",
    is_flag=True,
    help="Also write the smallest edit that would allow what was blocked.",
)
@today_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def logs(  # noqa: PLR0913, PLR0917 - the command's options
    files: Sequence[str],
    project: Path,
    names: Sequence[str],
    since: str | None,
    today: datetime.date,
    format_: str,
    *,
    suggest: bool,
) -> None:
    """Say why something was blocked, from the logs of firewalls and machines.

    Reads logs of AWS Network Firewall, its analysis reports, the VPC resolver, VPC flow logs, Azure Firewall, flow logs
    of Azure, WindowsUpdate.log, WSUS' SoftwareDistribution.log, Configuration Manager's logs and BITS events as XML. Each
    is recognised by its content; a folder means all files in it, and - standard input. A line in no known form is counted.

    \b
    Examples:
      wsus-egress logs alert.log.gz --env prod
      wsus-egress logs alert.log.gz --env prod --suggest
      wsus-egress logs WindowsUpdate.log SoftwareDistribution.log
      aws logs filter-log-events --log-group-name /nfw/alert | wsus-egress logs -
    """  # noqa: D301 - click reads the \b
    from wsus_egress.config.files import find_files  # noqa: PLC0415
    from wsus_egress.config.lists import load_project_lists  # noqa: PLC0415
    from wsus_egress.config.project import load_environments  # noqa: PLC0415
    from wsus_egress.readers.logs.files import Counts  # noqa: PLC0415
    from wsus_egress.review.log_answers import LogReader  # noqa: PLC0415
    from wsus_egress.review.log_groups import Groups  # noqa: PLC0415

    try:
        environments = load_environments(project, names)
        lists = load_project_lists(project, find_files(project).lists_folder)
    except PolicyErrors as error:
        refuse(error, format_)
    groups, counts, status = Groups(since or ""), Counts(), FINE
    read = 0
    for file in _files(files):
        try:
            _read(file, groups, counts)
            read += 1
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            warn(f"error: {file}: {reason[0].lower()}{reason[1:]}")
            status = UNUSABLE
    reader = LogReader(environments, lists)
    answers = tuple(reader.answers(groups.all()))
    from wsus_egress.cli import as_logs  # noqa: PLC0415

    edits: Sequence[Suggestion] = ()
    if suggest:
        from wsus_egress.review.log_suggestions import suggestions  # noqa: PLC0415

        edits = suggestions(environments, lists, answers, today)
    page = as_logs.Page(answers, reader.unused(answers), counts, groups, read, suggest, edits)
    for line in as_logs.RENDERERS[format_](page):
        sys.stdout.write(f"{visible(line)}\n")
    sys.exit(status)


def _files(given: Sequence[str]) -> Iterator[str]:
    """The files, in the order in which they are given; those of a folder by their names."""
    for each in given:
        path = Path(each)
        if each != STANDARD_INPUT and _is_folder(path):
            yield from (str(found) for found in sorted(path.rglob("*")) if found.is_file())
        else:
            yield each


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # Opening it says what is wrong.


def _read(file: str, groups: Groups, counts: Counts) -> None:
    """Put a file's records into the groups.

    Raises:
        NotALog: When it is not text.
        OSError: When it cannot be read.
    """
    from wsus_egress.readers.logs.files import records  # noqa: PLC0415

    with _opened(file) as stream:
        progress = _Progress(file)
        groups.add(records(stream, counts, progress.advance))
        progress.done()


@contextlib.contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as stream:
        yield stream


class _Progress:
    """Says on standard error how much of a long file is read."""

    def __init__(self, file: str) -> None:
        self._file = "standard input" if file == STANDARD_INPUT else visible(file)
        self._characters = 0
        self._terminal = sys.stderr.isatty()
        self._pause = _OFTEN if self._terminal else _SELDOM
        self._next = time.monotonic() + self._pause
        self._told = False

    def advance(self, characters: int) -> None:
        self._characters += characters
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._pause
            self._told = True
            line = f"{self._file}: {self._characters // _MILLION} MB read"
            click.echo(f"\r{line}" if self._terminal else line, err=True, nl=not self._terminal)

    def done(self) -> None:
        if self._told and self._terminal:
            click.echo("", err=True)
