"""`wsus-egress import`: a Pulumi import file for what the AWS components of an environment declare."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wsus_egress.cli.options import FINE, UNUSABLE, refuse
from wsus_egress.cli.output import CannotWrite, page, warn, write
from wsus_egress.cli.starting import project_option
from wsus_egress.problems import PolicyErrors, Problem

if TYPE_CHECKING:
    from wsus_egress.review.analysis import Analysis
    from wsus_egress.review.import_file import Given, ImportFile


class IdType(click.ParamType[tuple[str, str]]):
    """A resource and its id."""

    name = "RESOURCE=ID"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """What stands before the first `=`, and after it."""
        name, mark, id_ = str(value).partition("=")
        if not mark or not name or not id_:
            what = f"{value!r} is not a resource with its id"
            self.fail(f"{what}; write one, as wsus-head=sg-0a1b2c3d4e5f60718", param, ctx)
        return name, id_


def _file(analysis: Analysis, given: Given, subscription: str | None) -> ImportFile:
    """The file of the one cloud, or of the other.

    Raises:
        PolicyErrors: With what is wrong, where the environment is not in that cloud also.
    """
    from wsus_egress.model.azure import AzureTarget  # noqa: PLC0415
    from wsus_egress.review.import_azure import azure_import  # noqa: PLC0415
    from wsus_egress.review.import_file import import_file  # noqa: PLC0415

    name = analysis.environment.name
    targets = {each.target.cloud: each for each in analysis.targets}
    if subscription is None:
        if in_aws := targets.get("aws"):
            return import_file(analysis.environment, in_aws.controls, given)
        what = (
            f"{name} has no target in AWS, and the subscription of its Azure resources is missing"
        )
        instead = "write it, as `az account show` shows it"
        raise PolicyErrors([Problem(None, ("--subscription",), what, instead)])
    in_azure = targets.get("azure")
    if in_azure is None or not isinstance(in_azure.target, AzureTarget):
        what = f"{name} has no target in Azure"
        raise PolicyErrors([Problem(None, ("--subscription",), what, "leave it out")])
    return azure_import(in_azure.target, in_azure.controls, given, subscription)


def _some(found: ImportFile) -> ImportFile:
    """The file, where there is something in it.

    Raises:
        PolicyErrors: Where there is not: an import of nothing would look like one that went well.
    """
    if not found.resources:
        what, instead = "nothing is left to import", "name only what is not to be imported"
        raise PolicyErrors([Problem(None, ("--without",), what, instead)])
    return found


@click.command(name="import")
@project_option
@click.option("--env", "name", required=True, metavar="NAME", help="The environment.")
@click.option(
    "--id", "ids", multiple=True, type=IdType(),
    help="A resource, as `pulumi preview` calls it, and its id in AWS; may be repeated.",
)  # fmt: skip
@click.option(
    "--without", multiple=True, metavar="RESOURCE",
    help="A resource that does not exist yet, or is in the stack already; may be repeated.",
)  # fmt: skip
@click.option(
    "--subscription", metavar="ID",
    help="The subscription of the environment's Azure resources: the file is for those then.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write."
)
def import_(  # noqa: PLR0913, PLR0917 - the command's options
    project: Path, name: str, ids: Sequence[tuple[str, str]], without: Sequence[str],
    subscription: str | None, output: Path | None,
) -> None:  # fmt: skip
    """Write a Pulumi import file for resources that exist, under the names and parents of the components.

    In Azure every id follows from the subscription and the names in the settings. In AWS that is so of routes, log groups, the
    rules of DNS Firewall and shares. The other ids are yours to give: without them the command says each that it needs, and
    where AWS shows it. It also says where the update after the import would replace a resource for its name, and what
    setting keeps the name.

    \b
    Example:
      wsus-egress import --env prod --id wsus-head=sg-0a1b2c3d4e5f60718 -o import.json
      wsus-egress import --env prod --subscription 00000000-0000-0000-0000-000000000000 -o import.json
    """  # noqa: D301 - click reads the \b
    from wsus_egress.review.analysis import analyse  # noqa: PLC0415
    from wsus_egress.review.import_file import Given  # noqa: PLC0415

    try:
        (analysis,) = analyse(project, (name,), None)
        found = _some(_file(analysis, Given(ids, without), subscription))
    except PolicyErrors as error:
        refuse(error, "text")
    if output is None:
        click.echo(found.text, nl=False)
        sys.exit(FINE)
    try:
        write(output, found.text)
    except CannotWrite as error:
        warn(error)
        sys.exit(UNUSABLE)
    lines = [
        f"{len(found.resources)} resources; left out: {', '.join(found.left) or 'none'}",
        "next, and look at each replacement in the preview before you deploy:",
        f"  pulumi import --stack {name} --file {output} --generate-code=false --protect=false",
        f"  pulumi preview --stack {name}",
    ]
    click.echo(page(lines), nl=False, err=True)
