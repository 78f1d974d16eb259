"""The modules whose mutants are tried, and the tests that should notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "names": ("tests/unit/names", "tests/properties/test_names.py"),
    "proof": ("tests/unit/proof", "tests/unit/controls/test_base.py"),
    "model": (
        "tests/unit/model",
        "tests/unit/config",
        "tests/unit/proof",
        "tests/unit/controls/test_base.py",
    ),
    "config": ("tests/unit/config", "tests/unit/model"),
    "controls": ("tests/unit/controls", "tests/unit/proof", "tests/golden"),
    "review": ("tests/unit/review", "tests/unit/cli", "tests/golden"),
    "readers": ("tests/unit/readers", "tests/unit/cli", "tests/unit/guardrails"),
}
"""By module, a folder of the package, the tests that are about it. A mutant that only other tests would notice counts as alive."""
