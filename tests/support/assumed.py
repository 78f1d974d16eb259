"""What a target takes for granted, as tests look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wsus_egress.controls import Assumption, Control, compile_target
from wsus_egress.controls.assumptions import in_order
from wsus_egress.model.environment import Environment


def assumptions(controls: Iterable[Control]) -> Mapping[str, Assumption]:
    """Those of some controls, by id."""
    return {each.id: each for each in in_order(a for c in controls for a in c.assumptions)}


def assumed(environment: Environment) -> Mapping[str, Assumption]:
    """Those of an environment's first target, by id."""
    return assumptions(compile_target(environment, environment.targets[0]))
