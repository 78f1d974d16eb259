"""The settings of an Azure target."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from wsus_egress.config.base import Name, Port, Settings, Tags, Text, integral

Number = Annotated[int, BeforeValidator(integral)]
# Firewall policies, groups and collections (Microsoft.Network 2024-05-01, draft operations).
ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$")]
ResourceGroup = Annotated[str, Field(min_length=1, max_length=90)]
Region = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]+$"),
    Field(description="The region, as Azure writes it: westeurope."),
]
Sku = Literal["Basic", "Standard", "Premium"]
ArmId = Annotated[str, Field(pattern=r"^/subscriptions/[^\s]+$")]


class ForeignRuleSettings(Settings):
    """A rule that others keep in the policy or its base policy, so that the proof knows it."""

    name: Text
    inherited: Annotated[
        bool, Field(description="true: in the base policy, whose rules come first.")
    ] = False
    group_priority: Annotated[Number, Field(description="Of its rule collection group.")]
    priority: Annotated[Number, Field(description="Of its rule collection.")] = 200
    action: Literal["allow", "deny"]
    sources: Annotated[list[str], Field(description="Address blocks; empty for any.")] = []
    fqdns: Annotated[
        list[str], Field(description="Of an application rule. Empty: it is a network rule.")
    ] = []
    http_ports: Annotated[list[Port], Field(description="An application rule's Http ports.")] = []
    https_ports: Annotated[list[Port], Field(description="An application rule's Https ports.")] = []
    destinations: Annotated[
        list[str], Field(description="A network rule's address blocks; empty for any.")
    ] = []
    destination_ports: Annotated[
        list[Port], Field(description="A network rule's ports; empty for any.")
    ] = []
    protocol: Literal["tcp", "udp", "any"] = "any"


class FirewallPolicySettings(Settings):
    """The Azure Firewall policy that carries the rules."""

    name: ResourceName
    mode: Annotated[
        Literal["rules-only", "policy", "full"] | None,
        Field(
            description="rules-only: the policy exists, and only rule collection groups are added. "
            "policy: it is created (the default). full: the firewall is created too."
        ),
    ] = None
    existing: Annotated[
        bool,
        Field(description="true: the same as mode rules-only."),
    ] = False
    sku: Sku = "Standard"
    threat_intel_mode: Literal["Off", "Alert", "Deny"] = "Alert"
    base_policy: Annotated[
        ArmId | None, Field(description="The id of the policy that this one inherits from.")
    ] = None
    dns_proxy: Annotated[
        bool, Field(description="The firewall answers DNS, as host names in networkRules need.")
    ] = False
    dns_servers: Annotated[list[str], Field(description="Addresses; empty for Azure's own.")] = []
    groups: Annotated[
        Number,
        Field(
            ge=1,
            le=80,
            description="Rule collection groups that the names are spread over, at least. Each is "
            "an update of its own, one after another.",
        ),
    ] = 1
    rules: Annotated[
        list[ForeignRuleSettings],
        Field(description="What others keep in this policy and its base policy, for the proof."),
    ] = []


class NetworkRuleSettings(Settings):
    """Something beside Microsoft Update that the sources may reach, KMS for one."""

    name: Name
    protocol: Literal["tcp", "udp"] = "tcp"
    destination_ports: Annotated[list[Port], Field(min_length=1)]
    destinations: Annotated[list[str], Field(description="Address blocks.")] = []
    fqdns: Annotated[list[str], Field(description="Host names, without wildcards.")] = []
    reason: Text


class FirewallSettings(Settings):
    """The firewall, in mode full."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?$")]
    virtual_network: Annotated[
        ArmId, Field(description="The id of the network that has an AzureFirewallSubnet.")
    ]
    zones: Annotated[
        list[Literal["1", "2", "3"]], Field(description="Availability zones; empty for none.")
    ] = ["1", "2", "3"]
    workspace: Annotated[
        ArmId | None, Field(description="The Log Analytics workspace that gets its logs.")
    ] = None


class FirewallAloneSettings(Settings):
    """A firewall by itself, on a policy that somebody else makes."""

    resource_group: ResourceGroup
    location: Region
    firewall: FirewallSettings
    firewall_policy_id: ArmId
    sku: Sku = "Standard"
    tags: Tags = {}


class DirectRouteSettings(Settings):
    """A range that is reached past the firewall: the network security group guards it."""

    name: Name
    address_prefix: str
    protocol: Literal["tcp", "udp"] = "tcp"
    destination_ports: Annotated[list[Port], Field(min_length=1)]
    reason: Text


class RouteTableSettings(Settings):
    """The servers' route table: 0.0.0.0/0 to the firewall."""

    firewall_address: Annotated[
        str | None,
        Field(description="The firewall's private address; in mode full that of its own."),
    ] = None
    bgp_propagation: Annotated[
        bool, Field(description="true: the gateway's routes come in too.")
    ] = False
    direct: list[DirectRouteSettings] = []


class NsgSettings(Settings):
    """The servers' network security group."""

    destinations: Annotated[
        Literal["internet", "service-tags"],
        Field(
            description="service-tags: AzureUpdateDelivery and AzureFrontDoor.FirstParty, an "
            "approximation."
        ),
    ] = "internet"
    application_security_groups: Annotated[
        dict[str, ArmId], Field(description="Ids by server or client group, for all or none.")
    ] = {}
    lateral_movement: Annotated[
        Literal["deny", "allow"],
        Field(description="deny: no SSH, RDP or WinRM from the servers into the network."),
    ] = "deny"


class SubnetSettings(Settings):
    """A subnet that the security group and the route table are attached to."""

    virtual_network: ResourceName
    name: ResourceName
    address_prefix: str
    network_security_group: Annotated[
        ArmId | None, Field(description="The id of the one that it has already.")
    ] = None
    route_table: Annotated[
        ArmId | None, Field(description="The id of the one that it has already.")
    ] = None


class AzureSettings(Settings):
    """The Azure target: one virtual network, behind an Azure Firewall where a policy is given."""

    resource_group: ResourceGroup
    location: Region
    address_space: Annotated[
        list[str], Field(min_length=1), Field(description="The virtual network's address blocks.")
    ]
    destinations: Annotated[
        Literal["tag", "list", "tag+list"],
        Field(
            description="What the application rules name: the FQDN tags, the endpoint list, or both."
        ),
    ] = "tag+list"
    fqdn_tags: Annotated[
        list[str],
        Field(min_length=1),
        Field(description="Azure's FQDN tags, whose content Microsoft keeps and does not publish."),
    ] = ["WindowsUpdate"]
    firewall_policy: Annotated[
        FirewallPolicySettings | None,
        Field(description="Without it the network security group stands alone."),
    ] = None
    rule_collection_group_priority: Annotated[
        int,
        BeforeValidator(integral),
        Field(description="100 (first) to 65000 (last) among the policy's groups."),
    ] = 300
    deny_rest: Annotated[
        Literal["address-space", "servers", "nobody"],
        Field(
            description="Whom the last rule denies every other name: the whole virtual network, the "
            "policy's own sources, or nobody."
        ),
    ] = "address-space"
    ip_groups: Annotated[bool, Field(description="true: sources by IP Group.")] = False
    network_rules: list[NetworkRuleSettings] = []
    firewall: FirewallSettings | None = None
    route_table: RouteTableSettings | None = None
    network_security_group: NsgSettings = NsgSettings.model_construct()
    subnets: list[SubnetSettings] = []
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = {}
