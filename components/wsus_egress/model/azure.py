"""An Azure target as a value: what the firewall, the route table and the security group are to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from wsus_egress.model.flows import Address, Network, Protocol

Destinations: TypeAlias = Literal["tag", "list", "tag+list"]
Tags: TypeAlias = tuple[tuple[str, str], ...]
PolicyMode: TypeAlias = Literal["rules-only", "policy", "full"]
Sku: TypeAlias = Literal["Basic", "Standard", "Premium"]
Action: TypeAlias = Literal["allow", "deny"]
ALLOW_PRIORITY: Final = 200
DENY_PRIORITY: Final = 65000


@dataclass(frozen=True, slots=True)
class ForeignRule:
    """A rule that somebody else keeps in the firewall policy or in its base policy.

    Attributes:
        inherited: Whether it stands in the base policy, whose rules come first whatever their
            priorities.
        group_priority: Of its rule collection group.
        priority: Of its rule collection.
        sources: Empty for any.
        fqdns: Of an application rule; empty for a network rule.
        protocols: An application rule's pairs of `Http`/`Https` and a port.
        destinations: A network rule's; empty for any.
        ports: A network rule's; empty for any.
        protocol: A network rule's.
    """

    name: str
    inherited: bool
    group_priority: int
    priority: int
    action: Action
    sources: tuple[Network, ...]
    fqdns: tuple[str, ...] = ()
    protocols: tuple[tuple[str, int], ...] = ()
    destinations: tuple[Network, ...] = ()
    ports: tuple[int, ...] = ()
    protocol: Protocol | Literal["any"] = "any"


@dataclass(frozen=True, slots=True)
class NetworkPermit:
    """What the user wants to pass beside Microsoft Update: by address, or by host name and port."""

    name: str
    protocol: Protocol
    ports: tuple[int, ...]
    destinations: tuple[Network, ...]
    fqdns: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class FirewallPolicy:
    """The Azure Firewall policy: one that exists, one that is created, or with its firewall.

    Attributes:
        mode: `rules-only` adds groups to a policy that exists, `policy` creates it, `full` creates
            the firewall too.
        base_policy: The id of the policy that it inherits from.
        groups: How many rule collection groups the names are spread over, at least.
        rules: What others keep in it and in its base policy, as far as the user says.
    """

    name: str
    mode: PolicyMode
    sku: Sku
    threat_intel_mode: Literal["Off", "Alert", "Deny"]
    base_policy: str | None = None
    dns_proxy: bool = False
    dns_servers: tuple[Address, ...] = ()
    groups: int = 1
    rules: tuple[ForeignRule, ...] = ()

    @property
    def existing(self) -> bool:
        """Whether somebody else keeps the policy."""
        return self.mode == "rules-only"


@dataclass(frozen=True, slots=True)
class Firewall:
    """The firewall itself: its subnets are those of `virtual_network`."""

    name: str
    virtual_network: str
    zones: tuple[str, ...]
    workspace: str | None


@dataclass(frozen=True, slots=True)
class DirectRoute:
    """A range that is reached past the firewall, and on which ports."""

    name: str
    prefix: Network
    protocol: Protocol
    ports: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class RouteTable:
    """The servers' route table.

    Attributes:
        firewall_address: The firewall's private address; None for that of the target's own.
        bgp_propagation: Whether the gateway's routes come in, which may lead past the firewall.
    """

    firewall_address: Address | None
    bgp_propagation: bool
    direct: tuple[DirectRoute, ...]


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """The servers' network security group.

    Attributes:
        destinations: The Internet, or the service tags that come nearest to Microsoft Update.
        application_security_groups: Ids by party, where its network interfaces are members.
        deny_lateral_movement: Whether remote administration from the servers is denied.
    """

    destinations: Literal["internet", "service-tags"] = "internet"
    application_security_groups: tuple[tuple[str, str], ...] = ()
    deny_lateral_movement: bool = True


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet to attach the security group and the route table to.

    Attributes:
        network_security_group: The id of the one that it has already.
        route_table: The id of the one that it has already.
    """

    virtual_network: str
    name: str
    prefix: Network
    network_security_group: str | None
    route_table: str | None


@dataclass(frozen=True, slots=True)
class AzureTarget:
    """One virtual network, behind an Azure Firewall where `firewall_policy` is given.

    Attributes:
        deny_rest: Whom the last rule denies everything else: every address of the virtual network,
            the policy's own sources, or nobody.
        ip_groups: Whether rules name their sources by IP Group.
    """

    resource_group: str
    location: str
    address_space: tuple[Network, ...]
    destinations: Destinations
    fqdn_tags: tuple[str, ...]
    firewall_policy: FirewallPolicy | None
    rule_collection_group_priority: int
    tags: Tags
    deny_rest: Literal["address-space", "servers", "nobody"] = "address-space"
    ip_groups: bool = False
    network_rules: tuple[NetworkPermit, ...] = ()
    firewall: Firewall | None = None
    route_table: RouteTable | None = None
    security_group: SecurityGroup = field(default_factory=SecurityGroup)
    subnets: tuple[Subnet, ...] = ()
    cloud: Literal["azure"] = "azure"
