"""Where a command's text goes: to a terminal in colours, or to a file as a whole or not at all.

For example `preview -o comment.md` replaces comment.md when all of the page is written. No line that leaves has in it what a
terminal obeys: `page` joins the lines of every plain page, `warn` says every error, and `Shown` says those of the options.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from wsus_egress.problems import visible

if TYPE_CHECKING:
    from rich.console import Console

# What opens is red, what closes is green, what fails stands out.
_STYLES: Final = (
    ("  FAILS", "bold red"), ("  ! ", "bold red"), ("  + ", "red"), ("  - ", "green"), ("  ~ ", "yellow"),
    ("  note", "yellow"), ("    ", "dim"),
)  # fmt: skip
# At any indentation.
_LOUD: Final = "NOT APPROVED"


class CannotWrite(Exception):  # noqa: N818 - as InvalidName
    """The output cannot be written; the message says why and what to do."""


def page(lines: Iterable[str]) -> str:
    """Lines as a text. What a value brings along, such as a new line or an escape sequence, stays in its line as text."""
    return "".join(f"{visible(line)}\n" for line in lines)


def cell(value: object) -> str:
    """A value as a cell of CSV: a text that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection", 2026-11)."""
    text = visible(str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def warn(text: object) -> None:
    """Say what is wrong on standard error, in one line."""
    click.echo(visible(str(text)), err=True)


class Shown(click.Group):
    """A group that says of wrong options and arguments what they are, and never as they are."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the group's own options."""
        try:
            return super().make_context(*args, **kwargs)
        except click.ClickException as error:
            raise _shown(error)  # noqa: B904 - it is the same error

    def invoke(self, ctx: click.Context) -> Any:
        """Read the command's options, and run it."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            raise _shown(error)  # noqa: B904 - it is the same error


def _shown(error: click.ClickException) -> click.ClickException:
    error.message = visible(error.message)  # type: ignore[misc]  # click 8.5.1 says Final of it
    return error


def write(output: Path, text: str) -> None:
    """Write a text.

    A file, or the target of a link, is replaced when all of the text is written. Anything else (a
    pipe, a device) is written to directly, because a rename would put a file in its place.

    Raises:
        CannotWrite: When it cannot be written; a file that was there stays as it was.
    """
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        bad = ascii(error.object[error.start : error.end])
        what = f"{output} cannot be written: the text has {bad} in it, which UTF-8 cannot encode"
        raise CannotWrite(f"{what}; rename whatever has that name") from error
    try:
        if output.exists() and not output.is_file():
            with output.open("wb") as stream:
                stream.write(content)
        else:
            _replace(output.resolve(), content)
    except (OSError, RuntimeError) as error:  # Python 3.12 raises RuntimeError for a loop of links.
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        what = f"{output} cannot be written ({reason}); name another file"
        raise CannotWrite(what) from error


def _replace(output: Path, content: bytes) -> None:
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)


def show(text: str, console: Console | None = None) -> None:
    """Print a page in colours, wrapped to the terminal's width.

    Args:
        text: The page in plain lines; titles stand at the left edge.
        console: Where to; standard output unless given.
    """
    from rich.console import Console  # noqa: PLC0415 - 60 ms that only a terminal needs
    from rich.text import Text  # noqa: PLC0415

    console = console or Console()
    for number, line in enumerate(text.splitlines()):
        title = "bold" if number == 0 else "bold blue" if line and line[0] != " " else ""
        style = next((style for start, style in _STYLES if line.startswith(start)), title)
        if line.lstrip().startswith(_LOUD):
            style = "bold red"
        # Text, not markup: no value of the input is read as a style.
        console.print(Text(line, style=style), highlight=False, soft_wrap=False)
