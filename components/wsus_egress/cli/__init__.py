"""The command line `wsus-egress`, one module an output format."""

from __future__ import annotations

import gc
import sys

from wsus_egress.extras import needing


def main() -> None:
    """Run the command line, or say which extra has it: exit status 2 then, as it is no finding."""
    # A command lives for a moment and makes no cycles worth a search, which costs a twentieth.
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
