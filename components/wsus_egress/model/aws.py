"""An AWS target as values: the VPC, and what each control in it is set to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.model.base import Tags
from wsus_egress.model.flows import Network
from wsus_egress.names.hosts import Pattern

# Stands for the id of a VPC that only the deployment knows.
SOME_VPC: Final = "vpc-00000000"
# AWS's default since 2026-06 for policies in strict order: it waits for the server name or Host and
# lets the firewall's own packets to the client pass ("Network Firewall updates default drop action",
# 2026-06-22).
DROP: Final = "aws:drop_established_app_layer_to_server"

ALERT: Final = "aws:alert_established_app_layer_to_server"

DEFAULT_ACTIONS: Final = (DROP, ALERT)
# Each waits for the name. The others do not: drop_established drops the first segment of a
# ClientHello in two, as post-quantum key shares make it, and drop_strict the TCP handshake.
DROP_ACTIONS: Final = (DROP, "aws:drop_established_app_layer")


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


@dataclass(frozen=True, slots=True)
class AwsPeer:
    """How security group rules name a party instead of by its addresses; exactly one of the two.

    Attributes:
        max_entries: How many entries the prefix list may hold: it counts as so many rules.
    """

    security_group: str = ""
    prefix_list: str = ""
    max_entries: int = 1
