"""What is printed does not depend on the order in which Python keeps sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("wsus-egress")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--today", "2026-11-24"],
        ["check", "--today", "2026-11-24", "--format", "json"],
        ["preview"],
        ["preview", "--format", "json"],
        ["preview", "--format", "markdown"],
    ],
    ids=" ".join,
)
def test_output_is_the_same_under_another_hash_seed(root: Path, arguments: list[str]) -> None:
    """To the byte, and the status too."""
    running = [
        subprocess.Popen(
            [COMMAND, *arguments, "--project", str(root)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for seed in ("1", "2")
    ]
    printed = [process.communicate(timeout=120)[0] for process in running]

    assert printed[0]
    assert printed[0] == printed[1]
    assert running[0].returncode == running[1].returncode == 0
