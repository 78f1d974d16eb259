"""What was read of a resource: its rules as far as they are known, and the control that they make.

A rule of which something is not known yet is read as two sets of rules, what it is at least and what
it may be at most. For example `Read(group, (), (every,), "its ports are not known", sure=False)` is
a rule that may admit every flow and may admit none. `review.widenings` proves both against a policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from wsus_egress.controls.base import Control, Rule
from wsus_egress.model.flows import Flow
from wsus_egress.model.party import Place
from wsus_egress.readers.resources import Resource

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Read(Generic[R]):
    """A rule of the stack, as far as it can be read.

    Attributes:
        owner: The resource that holds it.
        least: The rules of the control that it is at least.
        most: The rules that it may be at most: the same ones where everything about it is known.
        unread: What about it is not known, as a clause; empty where everything is known.
        sure: False where the update will tell what is not known.
    """

    owner: Resource
    least: tuple[R, ...]
    most: tuple[R, ...]
    unread: str = ""
    sure: bool = True

    def narrowed(self) -> Read[R] | None:
        """The rule taken for its least; None where it is taken for that already."""
        return None if self.most == self.least else replace(self, most=self.least)


@dataclass(frozen=True, slots=True)
class Judged(Generic[R]):
    """A resource to judge by the rules that were read of it.

    Attributes:
        resource: For example a network security group.
        place: The cloud that enforces the rules.
        reads: Its rules.
        control: Makes a control of any choice of the rules.
        concerns: Whether the resource is judged by a flow; by every flow unless it says otherwise.
    """

    resource: Resource
    place: Place
    reads: tuple[Read[R], ...]
    control: Callable[[tuple[R, ...]], Control]
    concerns: Callable[[Flow], bool] = field(default=lambda _: True)
