"""`wsus-egress lists`: which endpoint lists there are and how old they are, for other programs, and beside pages."""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from wsus_egress.cli import output
from wsus_egress.cli.options import FINDING, FINE, UNUSABLE, NamedPath, today_option
from wsus_egress.cli.output import warn
from wsus_egress.cli.starting import project_option
from wsus_egress.problems import PolicyErrors, choices, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wsus_egress.config.lists import EndpointList
    from wsus_egress.model.policy import Endpoint
    from wsus_egress.review.list_pages import Difference

# Far above any page of hosts.
_LONGEST_PAGE: Final = 16 << 20
# A path to the schema that is right where the package's lists are, and nowhere else.
_SCHEMA_LINE: Final = re.compile(r"\A# yaml-language-server: .*\n")


class _Lists(click.Group):
    """A group in which a word that is not a command is a list's name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "show", _show, args


@click.group(cls=_Lists, invoke_without_command=True, subcommand_metavar="[NAME | COMMAND]")
@project_option
@today_option
@click.pass_context
def lists(context: click.Context, project: Path, today: datetime.date) -> None:
    """Show the endpoint lists that settings can name, or print the package's list NAME to copy it.

    \b
    Examples:
      wsus-egress lists
      wsus-egress lists wsus > endpoints/wsus.yaml
      wsus-egress lists export wsus --format squid
      wsus-egress lists export --env prod --format squid
      wsus-egress lists compare wsus page.html
    """  # noqa: D301 - click reads the \b
    if context.invoked_subcommand is None:
        folder, found = _loaded(project)
        click.echo(_table(project, folder, found, today), nl=False)


@click.command()
@click.argument("name")
@project_option
def _show(name: str, project: Path) -> None:
    """Print the package's list NAME."""
    from wsus_egress.config.lists import shipped_lists  # noqa: PLC0415

    del project  # The package's lists are the same in each.
    shipped = {path.stem: path for path in sorted(shipped_lists().glob("*.yaml"))}
    if name not in shipped:
        warn(f"the package has no list {name!r}; {choices(shipped)}")
        sys.exit(UNUSABLE)
    click.echo(_SCHEMA_LINE.sub("", shipped[name].read_text(encoding="utf-8")), nl=False)


@lists.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@project_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["json", "text", "edl", "squid", "csv"]),
    default="json",
    show_default=True,
    help="How to print.",
)
@click.option(
    "--env", "environment", metavar="ENV", help="An environment's names, as for its proxy."
)
def export(names: Sequence[str], project: Path, format_: str, environment: str | None) -> None:
    """Print lists, with all that they include, for other programs; all lists where none is named.

    With --env, print what an environment admits: its lists and its extraEndpoints, by the schemes that count there.
    """
    from wsus_egress.cli.as_lists import FORMATS  # noqa: PLC0415
    from wsus_egress.config.lists import resolve  # noqa: PLC0415

    if environment is not None:
        click.echo(FORMATS[format_](*_of_environment(project, environment, names)), nl=False)
        return
    _, found = _loaded(project)
    _must_exist(names, found)
    contents = {name: resolve(found, [name]) for name in names or found}
    click.echo(FORMATS[format_](found, contents), nl=False)


@lists.command()
@click.argument("name", metavar="LIST")
@click.argument("pages", nargs=-1, required=True, metavar="PAGE...", type=NamedPath())
@project_option
def compare(name: str, pages: Sequence[str], project: Path) -> None:
    """Say what pages name that LIST lacks: Markdown, HTML or text files, or other lists by their names.

    Exits with 1 where a page has a host that the list lacks, or has it by another scheme.
    """
    from wsus_egress.config.lists import resolve  # noqa: PLC0415
    from wsus_egress.review.list_pages import compare as compared  # noqa: PLC0415

    _, found = _loaded(project)
    _must_exist([name], found)
    status = FINE
    for page in pages:
        if page in found:
            entries = resolve(found, [page])
            text = "\n".join(
                f"{s.value}://{e.pattern.text}" for e in entries for s in sorted(e.schemes)
            )
        else:
            try:
                with Path(page).open(encoding="utf-8-sig", errors="replace") as file:
                    text = file.read(_LONGEST_PAGE)
            except (OSError, ValueError) as error:
                reason = (getattr(error, "strerror", None) or str(error)).lower()
                warn(f"error: {page} cannot be read ({reason}) and is not a list")
                sys.exit(UNUSABLE)
        difference = compared(resolve(found, [name]), text)
        click.echo(output.page(_told(f"{name} beside {page}:", difference)), nl=False)
        if difference.lacking or difference.schemes:
            status = FINDING
    sys.exit(status)


def _of_environment(
    project: Path, name: str, lists: Sequence[str]
) -> tuple[Mapping[str, EndpointList], Mapping[str, tuple[Endpoint, ...]]]:
    """An environment's endpoints, in the form in which lists are printed."""
    from wsus_egress.config.lists import EndpointList  # noqa: PLC0415
    from wsus_egress.config.project import load_environments  # noqa: PLC0415
    from wsus_egress.model.policy import Mode  # noqa: PLC0415

    if lists:
        warn(
            f"error: {lists[0]} is a list, and --env prints an environment's names; name one of both"
        )
        sys.exit(UNUSABLE)
    try:
        (found,) = load_environments(project, (name,))
    except PolicyErrors as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)
    if found.policy.mode is Mode.OPEN:
        warn(
            f"error: {name} has the mode open, which admits every name, and a list of names would not; "
            "write `mode: restricted`, or export the lists by their names"
        )
        sys.exit(UNUSABLE)
    endpoints = found.policy.endpoints
    return {name: EndpointList(name, f"what {name} admits", (), endpoints)}, {name: endpoints}


def _told(title: str, difference: Difference) -> Iterator[str]:
    yield title
    for host, schemes in difference.lacking:
        by = f" by {' and '.join(schemes)}" if schemes else ""
        yield f"  + {host}{by}: the list lacks it"
    for host, schemes in difference.schemes:
        yield f"  ~ {host}: the list does not have it by {' and '.join(schemes)}"
    for host in difference.odd:
        yield f"  ? {host}: not a pattern; look for the hosts that are meant"
    for host in difference.more:
        yield f"  - {host}: only in the list"
    if not any((difference.lacking, difference.schemes, difference.odd, difference.more)):
        yield "  no difference"


def _loaded(project: Path) -> tuple[str, Mapping[str, EndpointList]]:
    """The folder of a project's own lists, and all lists."""
    from wsus_egress.config.files import find_files  # noqa: PLC0415
    from wsus_egress.config.lists import load_project_lists  # noqa: PLC0415

    try:
        folder = find_files(project).lists_folder
        return folder, load_project_lists(project, folder)
    except PolicyErrors as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)


def _must_exist(names: Sequence[str], found: Mapping[str, EndpointList]) -> None:
    if unknown := [name for name in names if name not in found]:
        warn(f"there is no list {unknown[0]!r}; {choices(found)}")
        sys.exit(UNUSABLE)


def _table(root: Path, folder: str, lists: Mapping[str, EndpointList], today: datetime.date) -> str:
    """Each list on a line: name, endpoints of its own, title, the days of its sources, and whose it is."""
    from wsus_egress.cli.words import count  # noqa: PLC0415
    from wsus_egress.config.lists import is_own_checkout, shipped_lists  # noqa: PLC0415

    shipped = {path.stem for path in shipped_lists().glob("*.yaml")}
    replaces = frozenset[str]() if is_own_checkout(root, folder) else shipped
    rows = []
    for each in lists.values():
        own = (root / folder / f"{each.name}.yaml").is_file()
        instead = ", instead of the package's" if each.name in replaces else ""
        whose = f"{folder}/{each.name}.yaml{instead}" if own else "from the package"
        number = count(len(each.endpoints), "endpoint")
        if each.includes:
            number += f" and {', '.join(name for name, _ in each.includes)}"
        rows.append((each.name, number, visible(each.title), _age(each, today), whose))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return output.page(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _age(each: EndpointList, today: datetime.date) -> str:
    """`sources of 2023-10-06 to 2026-03-24, 1142 days old`: the oldest counts."""
    days = sorted(endpoint.date for endpoint in each.endpoints)
    if not days:
        return "no sources of its own"
    until = "" if days[0] == days[-1] else f" to {days[-1]}"
    old = (today - datetime.date.fromisoformat(days[0])).days
    return f"sources of {days[0]}{until}, {old} days old"
