"""Plays faults in the lives of both clouds' environments: `make faults`."""

from __future__ import annotations

import sys

from life.hunt import main

sys.exit(main(sys.argv[1:]))
