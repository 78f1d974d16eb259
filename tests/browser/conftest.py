"""A real Chromium, for tests of what a reader of the page sees and does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT
from sample import TODAY
from selenium import webdriver

from website.browser import start
from wsus_egress.cli.report import as_html
from wsus_egress.review.analysis import Analysis, analyse
from wsus_egress.review.comparison import without_base


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests, with a profile of its own."""
    started = start(tmp_path_factory.mktemp("profile"))
    if started is None:
        pytest.skip("no Chromium: install the packages chromium and chromium-driver")
    yield started
    started.quit()


@pytest.fixture(scope="session")
def analyses() -> tuple[Analysis, ...]:
    """The shipped environments, proved."""
    return analyse(ROOT, (), TODAY, each_control=True)


@pytest.fixture(scope="session")
def report_file(tmp_path_factory: pytest.TempPathFactory, analyses: tuple[Analysis, ...]) -> Path:
    """Their page as a file."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(as_html.render(without_base(analyses, TODAY)), encoding="utf-8")
    return path
