"""Runs cases for as long as one likes: `make fuzz SECONDS=600 SEED=7`."""

from __future__ import annotations

import sys

from fuzz.hunt import main

sys.exit(main(sys.argv[1:]))
