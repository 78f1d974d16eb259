"""The command line `wsus-egress`, one module an output format."""

from __future__ import annotations

import gc
import sys

from wsus_egress.extras import needing, too_old


def main() -> None:
    """Run the command line; without the extra `cli`, or in an old Python, say so and exit with 2, since that is not a finding."""
    if told := too_old(sys.version_info[:3]):
        sys.stderr.write(f"error: {told}\n")
        sys.exit(2)
    # A command runs for a moment and leaves few cycles: collecting them costs 5 % of its time.
    gc.disable()
    try:
        with needing("click", "cli"):
            from wsus_egress.cli.main import main as run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
    try:
        run()
    finally:
        # As the process ends Python searches everything for cycles, which costs a tenth.
        gc.freeze()
