"""The controls: from a policy to a cloud's rules, and from the rules to what they admit."""

from __future__ import annotations

from wsus_egress.controls.base import (
    Bounds,
    Control,
    Document,
    Quota,
    Residue,
    Rule,
    Ruling,
    Verdict,
)
from wsus_egress.controls.compile import compile_target

__all__ = [
    "Bounds",
    "Control",
    "Document",
    "Quota",
    "Residue",
    "Rule",
    "Ruling",
    "Verdict",
    "compile_target",
]
