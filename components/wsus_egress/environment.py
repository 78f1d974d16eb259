"""Environments as values: a policy, the targets to enforce it on, and accepted deviations."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from wsus_egress.environment_azure import AzureTarget, FirewallPolicy, Tags
from wsus_egress.policy import EgressPolicy
from wsus_egress.problems import Location
from wsus_egress.settings_base import Locate

__all__ = [
    "Acceptance",
    "AwsTarget",
    "AzureTarget",
    "Environment",
    "FirewallPolicy",
    "Tags",
    "Target",
]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A deviation that the owner accepts until a day (inclusive)."""

    what: str
    reason: str
    expires: datetime.date
    location: Location | None


@dataclass(frozen=True, slots=True)
class AwsTarget:
    """One VPC."""

    vpc_id: str
    tags: Tags
    cloud: Literal["aws"] = "aws"


Target: TypeAlias = AwsTarget | AzureTarget


@dataclass(frozen=True, slots=True)
class Environment:
    """One Pulumi stack: what is allowed, where it is enforced, what deviation is accepted."""

    name: str
    policy: EgressPolicy
    targets: tuple[Target, ...]
    accept: tuple[Acceptance, ...]
    locate: Locate = field(default=lambda _: None, compare=False, repr=False)
    """Gives the line of a setting, for problems that only a target's controls find."""

    @property
    def aws(self) -> AwsTarget | None:
        """The AWS target, where there is one."""
        return next((t for t in self.targets if isinstance(t, AwsTarget)), None)

    @property
    def azure(self) -> AzureTarget | None:
        """The Azure target, where there is one."""
        return next((t for t in self.targets if isinstance(t, AzureTarget)), None)
