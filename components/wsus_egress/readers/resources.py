"""A stack's resources as plain data, and what they are judged by."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from wsus_egress.model.environment import Environment
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.proof.proof import Deviation


class Unknown(Enum):
    """A property that only the update will know."""

    VALUE = "unknown"


UNKNOWN: Final = Unknown.VALUE


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack.

    Attributes:
        properties: camelCase, as the provider has them; UNKNOWN for what is not known yet.
        refers: URNs of the resources that a property is made from, by the property's name.
    """

    type: str
    name: str
    urn: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    refers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What a stack is judged by.

    Attributes:
        environment: The policy, and what its owner accepts and approves.
        today: The day on which acceptances and approvals must not have expired.
    """

    environment: Environment
    today: datetime.date

    @property
    def policy(self) -> EgressPolicy:
        """The policy of the environment."""
        return self.environment.policy

    def accepts(self, deviation: Deviation) -> bool:
        """Whether the environment's owner accepts a deviation today."""
        return any(
            entry.what == deviation.what and entry.expires >= self.today
            for entry in self.environment.accept
        )


# For the rules that look at no policy.
NO_POLICY: Final = Context(
    Environment("none", EgressPolicy(Mode.RESTRICTED, False, (), ()), (), ()), datetime.date.min
)


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The stack has nothing that the rule is about."""

    reason: str


def unknowns(value: Any, path: str = "") -> Iterator[str]:
    """Paths of what is not known inside a value."""
    if value is UNKNOWN:
        yield path
    elif isinstance(value, Mapping):
        for key in value:
            yield from unknowns(value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from unknowns(part, f"{path}[{index}]")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found of one resource.

    Attributes:
        what: What fired it, as a clause; `fix` says what to do.
        sure: False where a value is not known before the update: never a silent pass.
    """

    urn: str
    name: str
    what: str
    fix: str
    sure: bool = True

    def __str__(self) -> str:
        """One line, as a violation."""
        unsure = "" if self.sure else "cannot be judged before the update: "
        return f"{self.name}: {unsure}{self.what}; {self.fix}"


Outcome = tuple[Finding, ...] | NotApplicable
