"""Colours for a terminal: what opens is red, what closes is green, what fails stands out."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

_STYLES: Final = (
    ("  FAILS", "bold red"), ("  + ", "red"), ("  - ", "green"), ("  ~ ", "yellow"),
    ("  note", "yellow"), ("    ", "dim"),
)  # fmt: skip
# However deep it stands.
_LOUD: Final = "NOT APPROVED"


def show(text: str, console: Console | None = None) -> None:
    """Print a page, wrapped to the terminal's width.

    Args:
        text: The page in plain lines; titles stand at the left edge.
        console: Where to; standard output unless given.
    """
    console = console or Console()
    for number, line in enumerate(text.splitlines()):
        style = "bold" if number == 0 else "bold blue" if line and line[0] != " " else ""
        found = next((style for start, style in _STYLES if line.startswith(start)), style)
        if line.lstrip().startswith(_LOUD):
            found = "bold red"
        # Text, not markup: no value of the input is read as a style.
        console.print(Text(line, style=found), highlight=False, soft_wrap=False)
