"""`wsus-egress probe`: a script for the server that tries the policy, and its result beside the rules."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wsus_egress.cli.options import FINDING, FINE, UNUSABLE, refuse
from wsus_egress.cli.output import CannotWrite, page, warn, write
from wsus_egress.cli.starting import project_option
from wsus_egress.problems import PolicyErrors


@click.command()
@project_option
@click.option("--env", "name", required=True, metavar="NAME", help="The environment.")
@click.option("--server", required=True, metavar="NAME", help="The server that the script runs on.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["ps1", "ssm", "azure"]),
    default="ps1",
    show_default=True,
    help="A script, an SSM document, or the body of an Azure run command.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write."
)
@click.option(
    "--read",
    "result",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Compare a result of the script with the rules instead.",
)
def probe(  # noqa: PLR0913, PLR0917 - the command's options
    project: Path, name: str, server: str, form: str, output: Path | None, result: Path | None
) -> None:
    """Write a PowerShell script that tries what a server may reach and what it must not, or read its result.

    With --read the exit status is 1 where the result differs from the policy. What is decided by nothing is neither.

    \b
    Examples:
      wsus-egress probe --env prod --server wsus -o probe.ps1
      wsus-egress probe --env prod --server wsus --read result.json
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli import probing  # noqa: PLC0415
    from wsus_egress.review.analysis import analyse  # noqa: PLC0415
    from wsus_egress.review.probe import NotAResult, usable  # noqa: PLC0415

    try:
        (analysis,) = analyse(project, (name,), None)
    except PolicyErrors as error:
        refuse(error, "text")
    policy = analysis.environment.policy
    party = usable(policy, policy.parties, server)
    if isinstance(party, str):
        warn(f"error: {party}")
        sys.exit(UNUSABLE)
    try:
        if result is not None:
            lines, differs = probing.told(analysis, server, probing.result_of(result))
            click.echo(page(lines), nl=False)
            sys.exit(FINDING if differs else FINE)
        text = probing.document(form, probing.script(analysis, server))
        if output is None:
            click.echo(text, nl=False)
        else:
            write(output, text)
    except NotAResult as error:
        warn(f"error: {result}: {error}")
        sys.exit(UNUSABLE)
    except CannotWrite as error:
        warn(error)
        sys.exit(UNUSABLE)
