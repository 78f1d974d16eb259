"""Options that several commands have, and how a command ends that cannot use its input.

For example `--env prod --env test` names two environments, and without it every one is meant.
"""

from __future__ import annotations

import datetime
import ipaddress
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from wsus_egress.problems import PolicyErrors

if TYPE_CHECKING:
    from wsus_egress.model.flows import Address

FINE, FINDING, UNUSABLE = 0, 1, 2


class AddressType(click.ParamType["Address"]):
    """An IP address."""

    name = "ADDRESS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """The address that a text is."""
        try:
            return ipaddress.ip_address(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an address; write one, as 10.20.0.10", param, ctx)


class DateType(click.ParamType["datetime.date"]):
    """A day."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime.date:
        """The day that a text is."""
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as YYYY-MM-DD", param, ctx)


class NamedPath(click.ParamType[str]):
    """A path, of a file that need not exist. An empty one would be this folder: a shell's variable without a value."""

    name = "PATH"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The path as it is given."""
        if value == "":
            self.fail("'' is not a path; name a file, or write . for this folder", param, ctx)
        return str(value)


class OfEnvironments(click.Command):
    """A command that takes environments by `--env` only, and says so to who writes a bare name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; what is left over is likely to be an environment."""
        ctx.allow_extra_args = True
        left = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            names = " ".join(f"--env {name}" for name in ctx.args)
            ctx.fail(f"an environment is given as an option: write {names}")
        return left


def _complete(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    from wsus_egress.config.project import environment_names  # noqa: PLC0415

    found = environment_names(context.params.get("project") or Path())
    return [name for name in found if name.startswith(typed)]


environments_option = click.option(
    "--env",
    "names",
    multiple=True,
    shell_complete=_complete,
    metavar="NAME",
    help="An environment; may be repeated.  [default: all]",
)
format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
today_option = click.option(
    "--today",
    type=DateType(),
    default=datetime.date.today,
    help="The date on which acceptances and approvals must be valid.  [default: today]",
)


def refuse(error: PolicyErrors, format_: str) -> NoReturn:
    """Print every problem, and exit with 2."""
    if format_ == "json":
        from wsus_egress.cli import as_json  # noqa: PLC0415

        click.echo(as_json.check((), error.problems, ()), nl=False)
    else:
        from wsus_egress.cli import as_text  # noqa: PLC0415

        click.echo(as_text.problems(error.problems), nl=False, err=True)
    sys.exit(UNUSABLE)
