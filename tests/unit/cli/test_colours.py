"""The page in colours: the same words, and none where nobody wants them."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pytest
from cases import BEFORE, CASES
from gitproject import GitProject
from rich.console import Console

from wsus_egress.cli import as_change_text as change_text
from wsus_egress.cli.main import _print
from wsus_egress.cli.output import show
from wsus_egress.review.comparison import against_base

PAGE = "1 newly allowed\n\nnewly allowed\n  + *.example.com\n    NOT APPROVED\n  - [red]x\n"


def shown(page: str = PAGE, **options: bool | int) -> str:
    """What a terminal gets."""
    stream = io.StringIO()
    show(page, Console(file=stream, force_terminal=True, color_system="standard", **options))  # type: ignore[arg-type]
    return stream.getvalue()


def test_what_opens_is_red() -> None:
    """What opens is red, what closes green, and markup in a value stays text."""
    text = shown(width=80)
    assert "\x1b[31m  + *.example.com\x1b[0m\n" in text
    assert "\x1b[32m  - [red]x\x1b[0m\n" in text


def test_what_nobody_approved_stands_out(tmp_path: Path) -> None:
    """On the page as it is rendered, and not only on one made for the test."""
    project = GitProject.make(tmp_path, BEFORE)
    project.write(next(case for case in CASES if case.name == "added-host").after())
    page = change_text.render(against_base(tmp_path, "HEAD", (), datetime.date(2026, 11, 24)), None)
    lines = [line for line in page.splitlines() if "NOT APPROVED" in line]
    text = shown(page, width=200)
    assert 1 == len(lines)
    assert f"\x1b[1;31m{lines[0]}\x1b[0m\n" in text


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
    """Where standard output is not a terminal the page has no colours."""
    _print(PAGE, changes=True)
    assert PAGE == capsys.readouterr().out
