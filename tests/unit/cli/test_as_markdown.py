"""The Markdown page: values are shown to the letter, and it fits the comment."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from cases import BEFORE, CASES, CONFIG_FILE, MAIN_FILE
from gitproject import GitProject
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from wsus_egress.cli.as_markdown import code, escape, render
from wsus_egress.cli.pull_request.marker import BUDGET, marker
from wsus_egress.problems import visible
from wsus_egress.review.comparison import Review, against_base

DAY = datetime.date(2026, 11, 24)
HOSTILE = ("<b>x</b>", "a|b", "`c`", "@ops", "#12", "[t](http://x.com)", "![i](u)", "*e* _f_ ~g~",
           "http://x.com", "www.x.com", "&amp;", "a\nb", "\x1b[31m", "- item", "1. item", "<!-- x",
           "\\", "{{ 7 }}", "GH-12", "\u202eabc")  # fmt: skip


def leaves(text: str) -> list[Token]:
    """What a reader of Markdown makes of one table cell."""
    page = f"| a |\n|---|\n| {text} |\n"
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(page)
    inline = [token for token in tokens if token.type == "inline"][1:]
    assert 1 == len(inline)
    return inline[0].children or []


def shown(text: str) -> str:
    """A value as it should be read: what is not shown in escapes, no blanks at the ends."""
    return " ".join(visible(text).split())


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_text(value: str) -> None:
    """A reader of Markdown finds nothing but text in it, and that to the letter."""
    found = leaves(escape(value))
    text = "".join(token.content for token in found)
    assert {"text", "text_special"} >= {token.type for token in found}
    assert shown(value) == " ".join(text.replace("\u200b", "").split())


@given(st.text(max_size=30).filter(str.strip))
def test_any_value_is_text(value: str) -> None:
    """The same of any text there is."""
    found = leaves(escape(f"x{value}x"))
    text = "".join(token.content for token in found).replace("\u200b", "")
    assert {"text", "text_special"} >= {token.type for token in found}
    assert shown(f"x{value}x") == " ".join(text.split())


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_as_code_is_text_inside_one_element(value: str) -> None:
    """Only the element itself is HTML."""
    found = leaves(code(value))
    html = [token.content for token in found if token.type == "html_inline"]
    assert ["<code>", "</code>"] == html


def test_mentions_and_numbers_are_broken_up() -> None:
    """GitHub looks for them in the finished HTML: a character stands between."""
    assert ("@&#8203;ops", "#&#8203;12") == (escape("@ops"), escape("#12"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """A change whose every text is hostile."""
    root = tmp_path_factory.mktemp("hostile")
    project = GitProject.make(root, BEFORE)
    bad = '"<script>|`@ops` [x](y)"'
    files = next(case for case in CASES if case.name == "added-host").after()
    files[MAIN_FILE] = files[MAIN_FILE].replace("A ticket", "<script>|`@ops` [x](y)")
    files[CONFIG_FILE] = files[CONFIG_FILE].replace("network team", bad).replace("The new CDN", bad)
    project.write(files)
    return against_base(root, "HEAD", (), DAY)


def test_no_value_reaches_the_page_unescaped(hostile: Review) -> None:
    """Neither HTML nor a mention of the input stands in the page."""
    page = render(hostile, None)
    assert ([], True) == (
        [bad for bad in ("<script", "`@ops", "@ops", "[x](y)") if bad in page],
        "&#60;script&#62;" in page,
    )


@pytest.mark.parametrize("percent", [90, 60, 40, 20, 5])
def test_sections_are_left_out_whole(hostile: Review, percent: int) -> None:
    """The page fits, keeps marker and verdict, and names what it lacks; what is there is whole."""
    whole = render(hostile, None)
    budget = len(whole) * percent // 100
    page = render(hostile, None, budget)
    first = page.index("**Left out") if "**Left out" in page else len(page)
    sections = [part.strip() for part in re.split(r"\n(?=### |<details>)", page[:first])]
    assert all(section in whole for section in sections)
    assert page.startswith(
        f"{marker('preview')}\n## Egress policy\n\n**Blocked: opens added.example"
    )
    assert "**Left out, because the comment would be too long:** topology" in page
    assert len(page) <= max(budget, 900)


def test_what_widens_is_left_out_last(hostile: Review) -> None:
    """As long as there is room for it, what is newly allowed stays."""
    page = render(hostile, None, 1900)
    assert (True, False) == ("### Newly allowed" in page, "<summary>Rules" in page)


def test_many_environments_fit(tmp_path: Path) -> None:
    """Thirty environments with a hundred hosts each: within the limit, and the verdict counts all."""
    lists = "".join(
        f'  - {{pattern: "h{i}.example.org", schemes: [https], purpose: p, source: s, date: "2026-11-01"}}\n'
        for i in range(100)
    )
    config = BEFORE[CONFIG_FILE]
    project = GitProject.make(tmp_path, BEFORE)
    many = {
        f"config/Pulumi.e{i:02}.yaml": config.replace("resourceGroup: rg", f"resourceGroup: rg{i}")
        for i in range(30)
    }
    project.write(many)
    project.commit()
    project.write({MAIN_FILE: BEFORE[MAIN_FILE] + lists})
    page = render(against_base(tmp_path, "HEAD", (), DAY), None)
    assert (True, True) == (len(page) <= BUDGET, "100 newly allowed (100 not approved)" in page)
