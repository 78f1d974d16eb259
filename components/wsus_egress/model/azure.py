"""An Azure target as a value: what the firewall, the route table and the security group are to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from wsus_egress.model.base import (
    AddressBlock,
    Items,
    MayBeOutput,
    Name,
    Ports,
    Settings,
    SingleAddress,
    Text,
    by_key,
)
from wsus_egress.model.flows import Address, Network, Protocol

Destinations: TypeAlias = Literal["tag", "list", "tag+list"]
Tags: TypeAlias = tuple[tuple[str, str], ...]
PolicyMode: TypeAlias = Literal["rules-only", "policy", "full"]
Sku: TypeAlias = Literal["Basic", "Standard", "Premium"]
Action: TypeAlias = Literal["allow", "deny"]
# Firewall policies, groups and collections (Microsoft.Network 2024-05-01, draft operations).
ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$")]
ArmId = Annotated[str, Field(pattern=r"^/subscriptions/[^\s]+$")]
# Stands for what an id that only the deployment knows begins with; it is never sent.
SOME_ID: Final = "/subscriptions/unknown/resourceGroups/unknown/providers/Microsoft.Network"
SecurityGroupId: TypeAlias = Annotated[
    ArmId, MayBeOutput(f"{SOME_ID}/applicationSecurityGroups/{{key}}")
]
IdsByParty: TypeAlias = Annotated[tuple[tuple[str, str], ...], by_key(dict[str, SecurityGroupId])]
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


class NetworkRule(Settings):
    """Another destination that the sources may reach, such as a KMS server."""

    name: Annotated[Name, Field(description="The rule's name.")]
    protocol: Annotated[Literal["tcp", "udp"], Field(description="The transport protocol.")] = "tcp"
    destination_ports: Annotated[Ports, Field(description="Its ports; TCP 80 and 443 are refused.")]
    destinations: Annotated[Items[AddressBlock], Field(description="Address blocks.")] = ()
    fqdns: Annotated[Items[str], Field(description="Host names, without wildcards.")] = ()
    reason: Annotated[Text, Field(description="Why it is needed.")]


class Firewall(Settings):
    """The firewall, in mode full."""

    name: Annotated[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?$")],
        Field(description="The firewall's name in Azure."),
    ]
    virtual_network: Annotated[
        ArmId,
        Field(description="The id of the network that has an AzureFirewallSubnet."),
        MayBeOutput(f"{SOME_ID}/virtualNetworks/network"),
    ]
    zones: Annotated[
        Items[Literal["1", "2", "3"]], Field(description="Availability zones; empty for none.")
    ] = ("1", "2", "3")
    workspace: Annotated[
        ArmId | None,
        Field(description="The Log Analytics workspace that gets its logs."),
        MayBeOutput(f"{SOME_ID}/workspaces/workspace"),
    ] = None


class DirectRoute(Settings):
    """A range that is reached past the firewall: the network security group guards it."""

    name: Annotated[Name, Field(description="The route's name.")]
    address_prefix: Annotated[AddressBlock, Field(description="The range.")]
    protocol: Annotated[Literal["tcp", "udp"], Field(description="The transport protocol.")] = "tcp"
    destination_ports: Annotated[
        Ports, Field(description="The ports that the network security group admits there.")
    ]
    reason: Annotated[Text, Field(description="Why it is needed.")]


class RouteTable(Settings):
    """The servers' route table: 0.0.0.0/0 to the firewall."""

    firewall_address: Annotated[
        SingleAddress | None,
        Field(description="The firewall's private address; in mode full that of its own."),
        MayBeOutput("100.127.255.254"),
    ] = None
    bgp_propagation: Annotated[
        bool, Field(description="true: the gateway's routes come in too.")
    ] = False
    direct: Annotated[
        Items[DirectRoute], Field(description="Ranges that are reached past the firewall.")
    ] = ()


class Nsg(Settings):
    """The servers' network security group."""

    destinations: Annotated[
        Literal["internet", "service-tags"],
        Field(
            description="service-tags: AzureUpdateDelivery and AzureFrontDoor.FirstParty, an "
            "approximation."
        ),
    ] = "internet"
    application_security_groups: Annotated[
        IdsByParty, Field(description="Ids by server or client group, for all or none.")
    ] = ()
    lateral_movement: Annotated[
        Literal["deny", "allow"],
        Field(description="deny: no SSH, RDP or WinRM from the servers into the network."),
    ] = "deny"

    @property
    def deny_lateral_movement(self) -> bool:
        """Whether remote administration from the servers is denied."""
        return self.lateral_movement == "deny"


class Subnet(Settings):
    """A subnet that the security group and the route table are attached to."""

    virtual_network: Annotated[
        Annotated[ResourceName, MayBeOutput("unknown-network-{n}")],
        Field(description="The network's name."),
    ]
    name: Annotated[ResourceName, Field(description="The subnet's name.")]
    address_prefix: Annotated[AddressBlock, Field(description="Its range.")]
    network_security_group: Annotated[
        ArmId | None, Field(description="The id of the one that it has already.")
    ] = None
    route_table: Annotated[
        ArmId | None, Field(description="The id of the one that it has already.")
    ] = None


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
    network_rules: tuple[NetworkRule, ...] = ()
    firewall: Firewall | None = None
    route_table: RouteTable | None = None
    security_group: Nsg = field(default_factory=Nsg)
    subnets: tuple[Subnet, ...] = ()
    cloud: Literal["azure"] = "azure"
