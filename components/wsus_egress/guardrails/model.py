"""What every rule reads and says: a stack's resources as plain data, and findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wsus_egress.model.policy import Place
from wsus_egress.readers.resources import Context, Outcome, Resource


@dataclass(frozen=True, slots=True)
class Rule:
    """One guardrail.

    Attributes:
        id: Stable, kebab-case.
        why: Why the rule exists, a sentence.
        needs_policy: Whether it compares with a WSUS policy.
        judge: Gives the findings, or says that it does not apply.
        place: The cloud in which the servers of a policy stand that does not say where.
    """

    id: str
    title: str
    why: str
    severity: Literal["low", "medium", "high", "critical"]
    needs_policy: bool
    judge: Callable[[tuple[Resource, ...], Context], Outcome]
    place: Place = "aws"
