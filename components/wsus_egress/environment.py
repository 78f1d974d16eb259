"""Environments as values: a policy, the targets to enforce it on, and accepted deviations."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from wsus_egress.environment_azure import AzureTarget, FirewallPolicy, Tags
from wsus_egress.flows import Network
from wsus_egress.names import Pattern
from wsus_egress.policy import EgressPolicy
from wsus_egress.problems import Location
from wsus_egress.settings_base import Locate

__all__ = [
    "COMPONENT_NAME",
    "Acceptance",
    "AwsTarget",
    "AzureTarget",
    "Environment",
    "FirewallPolicy",
    "Tags",
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


@dataclass(frozen=True, slots=True)
class ReturnRoute:
    """The way back: from a route table to the zone's firewall endpoint."""

    route_table: str
    destinations: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class FirewallEndpoint:
    """One zone's firewall subnet, and the route tables that lead to its endpoint."""

    zone: str
    subnet: str
    protected_route_tables: tuple[str, ...]
    return_routes: tuple[ReturnRoute, ...]


@dataclass(frozen=True, slots=True)
class FirewallLogging:
    """Where logs go: CloudWatch where `bucket` is None, else S3. `types` are sorted."""

    log_group: str | None
    retention_days: int
    bucket: str | None
    prefix: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirewallManager:
    """Which accounts and VPCs of an organization get a firewall."""

    accounts: tuple[str, ...]
    organizational_units: tuple[str, ...]
    resource_tags: Tags
    remediation: bool


@dataclass(frozen=True, slots=True)
class NetworkFirewall:
    """AWS Network Firewall in one target.

    Attributes:
        mode: What is made: rule groups; a firewall policy too; a firewall with its routes too.
        home: HOME_NET of the firewall policy.
        default_actions: Of the policy, ours or the user's.
        policy_capacity: Units that the rule groups may reserve together.
    """

    mode: Literal["rules-only", "policy", "full"]
    home: tuple[Network, ...]
    default_actions: tuple[str, ...]
    stream_exception_policy: str
    policy_capacity: int
    protected: bool
    endpoints: tuple[FirewallEndpoint, ...]
    logging: FirewallLogging | None
    share_with: tuple[str, ...]
    firewall_manager: FirewallManager | None


@dataclass(frozen=True, slots=True)
class DnsFirewall:
    """Route 53 Resolver DNS Firewall in one target."""

    priority: int
    also_resolve: tuple[Pattern, ...]
    block_response: str
    fail_open: bool
    protected: bool


@dataclass(frozen=True, slots=True)
class AwsTarget:
    """One VPC.

    Attributes:
        rules_per_direction: The account's quota of rules per security group.
    """

    vpc_id: str
    tags: Tags
    rules_per_direction: int = 60
    network_firewall: NetworkFirewall | None = None
    dns_firewall: DnsFirewall | None = None
    cloud: Literal["aws"] = "aws"


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
    """What the stack tells the clouds' providers of where it deploys to: settings and values."""

    @property
    def aws(self) -> AwsTarget | None:
        """The AWS target, where there is one."""
        return next((t for t in self.targets if isinstance(t, AwsTarget)), None)

    @property
    def azure(self) -> AzureTarget | None:
        """The Azure target, where there is one."""
        return next((t for t in self.targets if isinstance(t, AzureTarget)), None)
