"""`wsus-egress audit`: other people's rules, proved against lists or an environment."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from wsus_egress.cli.output import CannotWrite, warn, write
from wsus_egress.cli.starting import project_option
from wsus_egress.problems import PolicyErrors, Problem, choices

if TYPE_CHECKING:
    from wsus_egress.model.flows import Network
    from wsus_egress.review.audit import Question

FINDING, UNUSABLE = 1, 2
_CLOUDS: Final = ("aws", "azure")


class SourceType(click.ParamType["Network"]):
    """A private address or block."""

    name = "ADDRESS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Network:
        """The block that a text is."""
        from wsus_egress.model.flows import is_internet  # noqa: PLC0415

        try:
            network = ipaddress.ip_network(str(value), strict=False)
        except ValueError:
            self.fail(f"{value!r} is not an address; write one, as 10.20.0.10", param, ctx)
        if is_internet(network.network_address):
            self.fail(
                f"{value!r} is an Internet address; write the server's private one", param, ctx
            )
        return network


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, exists=True, allow_dash=True),
)
@click.option(
    "--list", "lists", multiple=True, metavar="NAME",
    help="An endpoint list; may be repeated.  [default: wsus]",
)  # fmt: skip
@click.option(
    "--source", "sources", multiple=True, type=SourceType(),
    help="The server's address, or a block; may be repeated.",
)  # fmt: skip
@click.option("--env", "environment", metavar="NAME", help="Prove against an environment instead.")
@click.option("--cloud", type=click.Choice(list(_CLOUDS)), help="Judge only this cloud's rules.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json", "sarif"]), default="text",
    show_default=True, help="How to print.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="Write to a file instead; an error leaves it unchanged.",
)  # fmt: skip
@project_option
def audit(  # noqa: PLR0913, PLR0917 - the command's options
    files: Sequence[Path], lists: Sequence[str], sources: Sequence[Network], environment: str | None,
    cloud: str | None, format_: str, output: Path | None, project: Path,
) -> None:  # fmt: skip
    """Prove firewall rules that somebody else wrote against Microsoft's list.

    Reads `terraform show -json`, state files, AWS CLI and az output, CloudFormation and ARM templates,
    `pulumi stack export` and previews, Suricata rules, and lists of names. Files and folders given
    together are one input, and - is standard input. Exits with 1 where something is not exact, and with 2 where a file
    cannot be used.

    \b
    Examples:
      wsus-egress audit plan.json --source 10.20.0.10
      wsus-egress audit rules/ --list wsus --source 10.20.0.10 --format sarif -o audit.sarif
      wsus-egress audit state.json --env prod
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli import as_audit  # noqa: PLC0415
    from wsus_egress.review.audit import audit as proved  # noqa: PLC0415

    try:
        question = _question(project, lists, sources, environment, cloud)
    except PolicyErrors as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)
    found = proved(files, question)
    render = {
        "text": as_audit.text, "markdown": as_audit.markdown, "json": as_audit.as_json,
        "sarif": as_audit.sarif,
    }[format_]  # fmt: skip
    if output is None:
        click.echo(render(found), nl=False)
    else:
        try:
            write(output, render(found))
        except CannotWrite as error:
            warn(error)
            sys.exit(UNUSABLE)
    if found.unusable or not found.targets:
        sys.exit(UNUSABLE)
    sys.exit(FINDING if found.fails else 0)


def _question(
    project: Path, lists: Sequence[str], sources: Sequence[Network], environment: str | None,
    cloud: str | None,
) -> Question:  # fmt: skip
    """What to prove against.

    Raises:
        PolicyErrors: Of a list or an environment, or where neither it nor a source is given.
    """
    clouds = (cloud,) if cloud else _CLOUDS
    if environment is not None:
        return _of_environment(project, environment, lists, sources, clouds)
    from wsus_egress.config.files import find_files  # noqa: PLC0415
    from wsus_egress.config.lists import load_project_lists, resolve  # noqa: PLC0415
    from wsus_egress.review.audit import Question, policy_of_lists  # noqa: PLC0415

    if not sources:
        raise _refusal(
            "--source", "is missing", "give the server's address, as --source 10.20.0.10"
        )
    known = load_project_lists(project, find_files(project).lists_folder)
    wanted = list(dict.fromkeys(lists or ("wsus",)))
    for name in wanted:
        if name not in known:
            raise _refusal("--list", f"there is no list {name!r}", choices(known))
    endpoints = resolve(known, wanted)
    parties = tuple(("", (network,)) for network in sources)
    policies = {
        place: (policy_of_lists(endpoints, tuple(sources), place), parties)  # type: ignore[arg-type]
        for place in clouds
    }
    word = "the list" if len(wanted) == 1 else "the lists"
    return Question(policies, f"{word} {', '.join(wanted)}")


def _of_environment(
    project: Path,
    name: str,
    lists: Sequence[str],
    sources: Sequence[Network],
    clouds: Sequence[str],
) -> Question:
    from wsus_egress.config.project import load_environments  # noqa: PLC0415
    from wsus_egress.review.audit import Question  # noqa: PLC0415

    if lists:
        raise _refusal("--list", "an environment has its own lists", "leave out --list or --env")
    loaded = load_environments(project, (name,))[0]
    policy = loaded.policy
    policies = {}
    for place in clouds:
        parties = [
            (party.name, party.addresses)
            for party in policy.in_place(place)  # type: ignore[arg-type]
            if party.internet
        ]
        if sources:
            parties = [("", (network,)) for network in sources]
        if parties:
            policies[place] = (policy, tuple(parties))
    return Question(policies, f"the environment {name}", loaded)


def _refusal(option: str, what: str, instead: str) -> PolicyErrors:
    return PolicyErrors([Problem(None, (option,), what, instead)])
