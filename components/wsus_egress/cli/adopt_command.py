"""`wsus-egress adopt`: somebody's rules as settings of this package, with what the two say differently."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wsus_egress.cli.audit_command import SourceType
from wsus_egress.cli.options import FINDING, FINE, UNUSABLE, refuse
from wsus_egress.cli.output import CannotWrite, warn, write
from wsus_egress.cli.starting import project_option
from wsus_egress.problems import PolicyErrors

if TYPE_CHECKING:
    from wsus_egress.model.flows import Network


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, exists=True),
)
@click.option(
    "--source",
    required=True,
    type=SourceType(),
    help="The server's address, or a block of servers.",
)
@click.option("--cloud", type=click.Choice(["aws", "azure"]), help="Take only this cloud's rules.")
@click.option(
    "--list", "wanted", default="wsus", show_default=True, metavar="NAME",
    help="The list that the rules should have: what they deny of it is said.",
)  # fmt: skip
@click.option(
    "--name", default="wsus", show_default=True, metavar="NAME", help="What to call the server."
)
@click.option(
    "--owner", default="network team", show_default=True, metavar="TEXT",
    help="Who answers for what is in no list.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the settings to a file, as config/Pulumi.prod.yaml; an error leaves it unchanged.",
)  # fmt: skip
@click.option(
    "--import", "import_", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Of AWS: also write Pulumi's import file for what the settings keep.",
)  # fmt: skip
@project_option
def adopt(  # noqa: PLR0913, PLR0917 - the command's options
    files: Sequence[Path], source: Network, cloud: str | None, wanted: str, name: str, owner: str,
    output: Path | None, import_: Path | None, project: Path,
) -> None:  # fmt: skip
    """Write settings that say what firewall rules of somebody else say, and prove where they differ.

    Reads the same files as `audit`. The settings name the endpoint lists that the rules admit whole,
    further names one by one, and the target as far as the files describe it. What stays different is
    printed with a flow that shows it. Exits with 1 where something differs or cannot be read, and with 2
    where no settings can be made.

    With --import it also writes an import file: a security group and its rules under the components' names, and rule groups and a
    policy that say the same as those of the settings. The stack's settings are then the ones of this command.

    \b
    Examples:
      wsus-egress adopt rules.json --source 10.20.0.10
      wsus-egress adopt rules/ --source 10.20.0.10 -o config/Pulumi.prod.yaml
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli import as_adopted  # noqa: PLC0415
    from wsus_egress.config.files import find_files  # noqa: PLC0415
    from wsus_egress.config.lists import load_project_lists  # noqa: PLC0415
    from wsus_egress.review.adopt import Asked, CannotAdopt  # noqa: PLC0415
    from wsus_egress.review.adopt import adopt as adopted  # noqa: PLC0415

    try:
        known = load_project_lists(project, find_files(project).lists_folder)
        found = adopted(Asked(files, source, name, owner, cloud or "", wanted), known)
    except PolicyErrors as error:
        refuse(error, "text")
    except CannotAdopt as error:
        for number, line in enumerate(error.lines):
            warn(line if number else f"error: {line}")
        sys.exit(UNUSABLE)
    text = as_adopted.settings(found)
    try:
        if output is None:
            click.echo(text, nl=False)
        else:
            write(output, text)
        if import_ is not None and found.imported and found.imported.resources:
            write(import_, found.imported.text)
    except CannotWrite as error:
        warn(error)
        sys.exit(UNUSABLE)
    click.echo(as_adopted.said(found), nl=False, err=True)
    if import_ is not None:
        click.echo(as_adopted.imported(found, str(import_)), nl=False, err=True)
    sys.exit(FINE if found.same else FINDING)
