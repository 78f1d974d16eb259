"""The page in colours: the same words, and none where nobody wants them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from wsus_egress.preview.cli import _print
from wsus_egress.preview.colours import show

PAGE = "1 newly allowed\n\nnewly allowed\n  + *.example.com\n    NOT APPROVED\n  - [red]x\n"


def shown(**options: bool | int) -> str:
    """What a terminal gets."""
    stream = io.StringIO()
    show(PAGE, Console(file=stream, force_terminal=True, color_system="standard", **options))  # type: ignore[arg-type]
    return stream.getvalue()


def test_what_opens_is_red() -> None:
    """What opens is red, what closes green, and markup of a value is no markup."""
    text = shown(width=80)
    assert "\x1b[31m  + *.example.com\x1b[0m\n" in text
    assert "\x1b[32m  - [red]x\x1b[0m\n" in text


def test_no_colour_leaves_the_words() -> None:
    """Without colours the lines are the page's own."""
    text = shown(no_color=True, width=80)
    assert "\x1b[3" not in text
    assert "  + *.example.com\n" in text


def test_a_narrow_terminal_wraps() -> None:
    """No line is wider than the terminal."""
    assert all(len(line) <= 12 for line in shown(no_color=True, width=12).replace("\x1b[1m", "")
               .replace("\x1b[0m", "").replace("\x1b[2m", "").splitlines())  # fmt: skip


def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard output is no terminal the page stays as it is."""
    _print(PAGE, changes=True)
    assert PAGE == capsys.readouterr().out
