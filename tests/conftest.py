"""Options of the test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-goldens` writes the golden files anew, for a reader to look at."""
    parser.addoption("--update-goldens", action="store_true", help="write golden files anew")
