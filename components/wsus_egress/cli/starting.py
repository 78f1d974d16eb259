"""The command for who begins: a project with its first environment.

For example `wsus-egress new prod --cloud aws` writes the files that a project needs.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from wsus_egress.cli.output import page, warn

if TYPE_CHECKING:
    from wsus_egress.cli.new.texts import CI

UNUSABLE: Final = 2
_CLOUDS: Final = {"aws": ("aws",), "azure": ("azure",), "both": ("aws", "azure")}
_SDKS: Final = {"aws": "pulumi_aws", "azure": "pulumi_azure_native"}


class _Folder(click.Path):
    """A path that a file system takes: not one that is too long, or has a zero byte."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            os.lstat(Path(value, "Pulumi.yaml"))
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            pass  # Reading the project says what is wrong.
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            self.fail(f"{str(value)[:80]!r} cannot be a folder ({reason})", param, ctx)
        return super().convert(value, param, ctx)


project_option = click.option(
    "--project",
    type=_Folder(path_type=Path),
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
    help="Also write the workflow that previews the policy in pull requests, and on GitHub the one that looks for drift.",
)
@click.option(
    "--guardrails",
    is_flag=True,
    help="Also write the policy pack that judges the whole stack, whoever wrote it.",
)
@click.option(
    "--name",
    "called",
    default="",
    metavar="PROJECT",
    help="What to call a new project; unique in its Pulumi backend.  [default: like the folder]",
)
@project_option
def new(  # noqa: PLR0913, PLR0917 - one for each option
    name: str,
    cloud: str,
    ci: CI | None,
    guardrails: bool,
    called: str,
    project: Path,
) -> None:
    """Write what the environment ENV needs: its settings, and a Pulumi project where there is none.

    Nothing is overwritten. The settings have comments, and placeholders for what is yours. Where ENV
    is there already, --guardrails and --ci add what they say.

    \b
    Examples:
      wsus-egress new prod --cloud aws
      wsus-egress new test --cloud both --ci github --guardrails
    """  # noqa: D301 - click reads the \b
    from wsus_egress.cli.new.plan import CannotStart, Request, planned, write  # noqa: PLC0415

    try:
        plan = planned(Request(project, name, _CLOUDS[cloud], ci, called, guardrails))
        write(plan.files)
    except CannotStart as error:
        warn(f"error: {error}")
        sys.exit(UNUSABLE)
    needed = any(find_spec(_SDKS[each]) is None for each in _CLOUDS[cloud])
    there = f"--project {project} " if project != Path() else ""
    commands = (
        *([f"pip install -r {project / 'requirements.txt'}"] if needed else []),
        f"wsus-egress check {there}--env {name}",
        f"wsus-egress preview {there}--env {name}",
        *([f"cd {project}"] if there else []),
        f"pulumi stack init {name}",
        *(_guarded(name) if guardrails else [f"pulumi up --stack {name}"]),
    )
    lines = [
        "written:",
        *(f"  {path}" for path in plan.files),
        "",
    ]
    if project / plan.settings in plan.files:
        lines.append(
            f"Write your own values into {project / plan.settings}, where it says `replace`."
        )
    lines += plan.by_hand
    if plan.project:
        lines += [
            f"The project is called {plan.project}. No other one on the same Pulumi backend may have this name: each would",
            "delete the other's resources. To choose another, change `name` in Pulumi.yaml now.",
        ]
    lines += ["Then:", *(f"  {command}" for command in commands)]
    click.echo(page(lines), nl=False)


def _guarded(name: str) -> list[str]:
    """The commands that install the policy pack, and deploy under it."""
    from wsus_egress.cli.new.texts import PACK  # noqa: PLC0415

    return [
        f"python3 -m venv {PACK}/.venv",
        f"{PACK}/.venv/bin/pip install -r {PACK}/requirements.txt",
        f"pulumi up --stack {name} --policy-pack {PACK} --policy-pack-config {PACK}/{name}.json",
    ]
