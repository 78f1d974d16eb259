"""What a guardrail is, what it judges a stack by, and what it reports."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.model.environment import Environment
from wsus_egress.model.party import Place
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.proof.proof import Deviation
from wsus_egress.readers.resources import Resource


@dataclass(frozen=True, slots=True)
class Context:
    """What a guardrail judges a stack by.

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


# For the guardrails that compare with no policy.
NO_POLICY: Final = Context(
    Environment("none", EgressPolicy(Mode.RESTRICTED, False, (), ()), (), ()), datetime.date.min
)


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The stack has nothing that the guardrail looks at."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guardrail found at one resource.

    Attributes:
        what: What is wrong, as a clause; `fix` says what to do.
        sure: False where a value is not known before the update: that never counts as a pass.
    """

    urn: str
    name: str
    what: str
    fix: str
    sure: bool = True

    def __str__(self) -> str:
        """One line, as Pulumi prints a violation."""
        unsure = "" if self.sure else "cannot be judged before the update: "
        return f"{self.name}: {unsure}{self.what}; {self.fix}"


Outcome = tuple[Finding, ...] | NotApplicable


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """One rule of the policy pack.

    For example `wsus-azure-nsg-ingress` reports every rule of a network security group that lets a
    connection from the Internet reach a WSUS server.

    Attributes:
        id: Its name in Pulumi and in the pack's configuration: stable, kebab-case.
        title: What it found where it fires, for people.
        why: Why it exists, a sentence.
        severity: How bad a finding is.
        judge: Gives the findings, or says that the stack has nothing to look at.
        place: The cloud in which it takes a policy's servers to stand that have no `location`.
        advisory: Whether a finding is only said, and stops no update.
        needs_policy: False where it compares the stack with no WSUS policy.
    """

    id: str
    title: str
    why: str
    severity: Literal["low", "medium", "high", "critical"]
    judge: Callable[[tuple[Resource, ...], Context], Outcome]
    place: Place = "aws"
    needs_policy: bool = True
    advisory: bool = False
