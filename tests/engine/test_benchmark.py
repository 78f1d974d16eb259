"""The benchmark's rows that run the Pulumi engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

pytestmark = pytest.mark.engine


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("pulumi", "| `pulumi preview` of `dev` | 1 |"),
        ("guarded", "`pulumi preview` of `dev` and 10 resources of others, with the policy pack: "),
        ("fleet", "`fleet.py up`, 1 stack on the stand-ins, four at once: "),
    ],
)
def test_the_row_runs(tmp_path: Path, row: str, said: str) -> None:
    """On small inputs, with the real engine; a command that fails would end the benchmark."""
    page = tmp_path / "page.md"
    program = str(ROOT / "benchmarks" / "run.py")
    # aerleon is not asked in these rows.
    options = ["--small", "--aclgen", "/bin/false", "--output", str(page)]
    command = [sys.executable, program, *options, row]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert said in page.read_text()
