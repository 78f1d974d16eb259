"""Fixtures for tests with the real engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT
from project import Project
from trial import Stack

from env import engine_environment, engine_folder, private_engine


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the project that a test may change and deploy."""
    return Project.copy_to(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """The engine, with the stand-ins installed; without one nothing here runs."""
    if engine_folder(ROOT) is None:
        pytest.skip("no Pulumi engine: run `make setup`")
    subprocess.run(
        [sys.executable, str(ROOT / "sandbox" / "install_providers.py")],
        env=engine_environment(ROOT),
        check=True,
        capture_output=True,
    )


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """An empty stack called `trial`."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    (project / "Pulumi.trial.yaml").write_text(
        "config:\n  aws:region: eu-west-1\n", encoding="utf-8"
    )
    made = Stack(project, private_engine(tmp_path))
    made.run("stack", "init", "trial")
    return made
