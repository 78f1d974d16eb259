"""Environments as values: a policy, the targets to enforce it on, and accepted deviations."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.problems import Locate, Location

__all__ = [
    "COMPONENT_NAME",
    "Acceptance",
    "AwsTarget",
    "AzureTarget",
    "Environment",
    "Target",
]


# The name that the program `__main__.py` gives its components; their resources' names begin with it.
COMPONENT_NAME: Final = "wsus"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A deviation that the owner accepts until a day (inclusive)."""

    what: str
    reason: str
    expires: datetime.date
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Approval:
    """A widening that someone answers for until a day (inclusive)."""

    what: str
    owner: str
    reason: str
    expires: datetime.date
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a change may do before the preview fails.

    Attributes:
        unapproved: Unapproved widenings of one target that are let pass.
        warn_days: Days before an expiry from which on there is a warning.
    """

    unapproved: int = 0
    warn_days: int = 30

    def stricter(self, other: Gate) -> Gate:
        """Of both what lets less pass: a change cannot open the gate for itself."""
        return Gate(min(self.unapproved, other.unapproved), max(self.warn_days, other.warn_days))


Target: TypeAlias = AwsTarget | AzureTarget


@dataclass(frozen=True, slots=True)
class Environment:
    """One Pulumi stack: what is allowed, where it is enforced, what is accepted and approved."""

    name: str
    policy: EgressPolicy
    targets: tuple[Target, ...]
    accept: tuple[Acceptance, ...]
    locate: Locate = field(default=lambda _: None, compare=False, repr=False)
    """Gives the line of a setting, for problems that only a target's controls find."""
    approved: tuple[Approval, ...] = ()
    gate: Gate = Gate()
    account: tuple[tuple[str, str], ...] = ()
    """What says where the stack deploys to, and where else its settings come from: keys and values."""

    @property
    def file(self) -> str:
        """The file that its settings stand in, as the user would write it."""
        location = self.locate(())
        return location.file if location else f"Pulumi.{self.name}.yaml"

    @property
    def aws(self) -> AwsTarget | None:
        """The AWS target, where there is one."""
        return next((t for t in self.targets if isinstance(t, AwsTarget)), None)

    @property
    def azure(self) -> AzureTarget | None:
        """The Azure target, where there is one."""
        return next((t for t in self.targets if isinstance(t, AzureTarget)), None)
