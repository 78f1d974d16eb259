"""Fixtures for tests with the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the project that a test may change and deploy."""
    return Project.copy_to(tmp_path)
