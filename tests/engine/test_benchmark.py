"""The benchmark's row that runs the Pulumi engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

pytestmark = pytest.mark.engine


def test_the_previews_are_compared(tmp_path: Path) -> None:
    """Our program and the flat one are both previewed by the real engine."""
    page = tmp_path / "page.md"
    program = str(ROOT / "benchmarks" / "run.py")
    # aerleon is not asked in this row.
    options = ["--small", "--aclgen", "/bin/false", "--output", str(page)]
    command = [sys.executable, program, *options, "pulumi"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert "| `pulumi preview` of `dev` | 1 |" in page.read_text()
