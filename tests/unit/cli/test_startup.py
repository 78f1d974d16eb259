"""The command starts without what it does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOADED_BY = """
import sys
before = set(sys.modules)
from wsus_egress.cli import main
sys.argv = ["wsus-egress", "check", "--project", sys.argv[1]]
try:
    main()
finally:
    print(*sorted(set(sys.modules) - before))
"""

# Each takes 2 % of a `check` or more.
UNUSED = {"jinja2", "rich", "idna", "wsus_egress.review.change"}


def test_a_check_loads_only_what_it_uses(root: Path) -> None:
    """Neither what compares two revisions, nor what writes other formats."""
    command = [sys.executable, "-c", LOADED_BY, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "wsus_egress.review.analysis" in loaded
    assert set() == loaded & UNUSED
