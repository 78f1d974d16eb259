"""Options of the test run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

# The core is covered by its own tests. Measuring makes a search or a brute-force evaluator three to four
# times as slow, so the others run without it: what they alone reach counts as not tested.
_HERE: Final = Path(__file__).parent
_UNCOVERED: Final = (
    "browser",
    "engine",
    "oracles",
    "properties",
    "unit/repository",
    "unit/review/test_weakenings.py",
    "unit/sandbox",
    "unit/tools",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-goldens` writes the golden files anew, for a reader to look at."""
    parser.addoption("--update-goldens", action="store_true", help="write golden files anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is measured in the tests of the package's own folders."""
    for item in items:
        if item.path.relative_to(_HERE).as_posix().startswith(_UNCOVERED):
            item.add_marker(pytest.mark.no_cover)
