"""The commands for who begins: a project with its first environment, and the endpoint lists there are.

For example `wsus-egress new prod --cloud aws` writes the files that a project needs.
"""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from wsus_egress.problems import PolicyErrors, choices

if TYPE_CHECKING:
    from wsus_egress.cli.new.texts import CI

UNUSABLE: Final = 2
_CLOUDS: Final = {"aws": ("aws",), "azure": ("azure",), "both": ("aws", "azure")}
_SDKS: Final = {"aws": "pulumi_aws", "azure": "pulumi_azure_native"}
# A path to the schema that is right where the package's lists are, and nowhere else.
_SCHEMA_LINE: Final = re.compile(r"\A# yaml-language-server: .*\n")

project_option = click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder with Pulumi.yaml.  [default: the current folder]",
)


@click.command()
@click.argument("name", metavar="ENV")
@click.option(
    "--cloud",
    type=click.Choice(list(_CLOUDS)),
    required=True,
    help="Where the rules are enforced.",
)
@click.option(
    "--ci",
    type=click.Choice(["github", "azure", "gitlab"]),
    help="Also write the workflow that previews the policy in pull requests.",
)
@click.option(
    "--name",
    "called",
    default="",
    metavar="PROJECT",
    help="What to call a new project; unique in its Pulumi backend.  [default: like the folder]",
)
@project_option
def new(name: str, cloud: str, ci: CI | None, called: str, project: Path) -> None:
    """Write what the environment ENV needs: its settings, and a Pulumi project where there is none.

    Nothing is overwritten. The settings have comments, and placeholders for what is yours.

    \b
    Examples:
      wsus-egress new prod --cloud aws
      wsus-egress new test --cloud both --ci github
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli.new.plan import CannotStart, Request, planned, write  # noqa: PLC0415

    try:
        plan = planned(Request(project, name, _CLOUDS[cloud], ci, called))
        write(plan.files)
    except CannotStart as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(UNUSABLE)
    needed = any(find_spec(_SDKS[each]) is None for each in _CLOUDS[cloud])
    there = f"--project {project} " if project != Path() else ""
    commands = (
        *([f"pip install -r {project / 'requirements.txt'}"] if needed else []),
        f"wsus-egress check {there}--env {name}",
        f"wsus-egress preview {there}--env {name}",
        *([f"cd {project}"] if there else []),
        f"pulumi stack init {name}",
        f"pulumi up --stack {name}",
    )
    click.echo("written:")
    for path in plan.files:
        click.echo(f"  {path}")
    click.echo(f"\nWrite your own values into {project / plan.settings}, where it says `replace`.")
    for text in plan.by_hand:
        click.echo(text)
    if plan.project:
        click.echo(
            f"The project is called {plan.project}. No other one on the same Pulumi backend may have this name: each "
            "would\ndelete the other's resources. To choose another, change `name` in Pulumi.yaml now."
        )
    click.echo("Then:\n" + "".join(f"  {command}\n" for command in commands), nl=False)


@click.command()
@click.argument("name", required=False)
@project_option
def lists(name: str | None, project: Path) -> None:
    """Show the endpoint lists that settings can name, or print the package's list NAME to copy it.

    \b
    Examples:
      wsus-egress lists
      wsus-egress lists wsus > endpoints/wsus.yaml
    """  # noqa: D301 - click reads the \b
    from wsus_egress.config.files import find_files  # noqa: PLC0415
    from wsus_egress.config.lists import shipped_lists  # noqa: PLC0415

    shipped = {path.stem: path for path in sorted(shipped_lists().glob("*.yaml"))}
    if name is not None:
        if name not in shipped:
            click.echo(f"the package has no list {name!r}; {choices(shipped)}", err=True)
            sys.exit(UNUSABLE)
        click.echo(_SCHEMA_LINE.sub("", shipped[name].read_text(encoding="utf-8")), nl=False)
        return
    try:
        click.echo(_table(project, find_files(project).lists_folder), nl=False)
    except PolicyErrors as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)


def _table(root: Path, folder: str) -> str:
    """Each list on a line: its name, how many endpoints it has of its own, title, and whose it is."""
    from wsus_egress.cli.words import count  # noqa: PLC0415
    from wsus_egress.config.lists import (  # noqa: PLC0415
        is_own_checkout,
        load_project_lists,
        shipped_lists,
    )

    shipped = {path.stem for path in shipped_lists().glob("*.yaml")}
    replaces = frozenset[str]() if is_own_checkout(root, folder) else shipped
    rows = []
    for each in load_project_lists(root, folder).values():
        own = (root / folder / f"{each.name}.yaml").is_file()
        instead = ", instead of the package's" if each.name in replaces else ""
        whose = f"{folder}/{each.name}.yaml{instead}" if own else "from the package"
        number = count(len(each.endpoints), "endpoint")
        rows.append((each.name, number, each.title, whose))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )
