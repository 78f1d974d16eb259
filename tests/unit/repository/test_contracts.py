"""The import contracts look at every import, those for type checkers included."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def test_no_circle_can_hide(root: Path) -> None:
    """One contract forbids circles everywhere, without exceptions, and no import is left out."""
    linter = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    circles: list[dict[str, Any]] = [
        contract for contract in linter["contracts"] if contract["type"] == "acyclic_siblings"
    ]

    assert "exclude_type_checking_imports" not in linter
    assert [{"ancestors": ["wsus_egress"]}] == [
        {key: value for key, value in contract.items() if key not in ("name", "type")}
        for contract in circles
    ]
