"""The settings of an Azure target."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from wsus_egress.model.azure import (
    SOME_ID,
    ArmId,
    Firewall,
    NetworkRule,
    Nsg,
    ResourceName,
    RouteTable,
    Sku,
    Subnet,
)
from wsus_egress.model.base import Items, MayBeOutput, Port, Settings, Tags, Text, integral

Number = Annotated[int, BeforeValidator(integral)]
ResourceGroup = Annotated[
    str, Field(min_length=1, max_length=90), MayBeOutput("unknown-resource-group")
]
Region = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]+$"),
    MayBeOutput("unknownlocation"),
    Field(description="The region, as Azure writes it: westeurope."),
]


class ForeignRuleSettings(Settings):
    """A rule that others keep in the policy or its base policy, so that the proof knows it."""

    name: Annotated[Text, Field(description="The rule's name.")]
    inherited: Annotated[
        bool, Field(description="true: in the base policy, whose rules come first.")
    ] = False
    group_priority: Annotated[Number, Field(description="Of its rule collection group.")]
    priority: Annotated[Number, Field(description="Of its rule collection.")] = 200
    action: Annotated[Literal["allow", "deny"], Field(description="What it does.")]
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
    protocol: Annotated[
        Literal["tcp", "udp", "any"], Field(description="A network rule's protocol.")
    ] = "any"


class FirewallPolicySettings(Settings):
    """The Azure Firewall policy that carries the rules."""

    name: Annotated[
        Annotated[ResourceName, MayBeOutput("unknown-firewall-policy")],
        Field(description="The policy's name in Azure."),
    ]
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
    sku: Annotated[Sku, Field(description="The policy's tier.")] = "Standard"
    threat_intel_mode: Annotated[
        Literal["Off", "Alert", "Deny"],
        Field(description="What the firewall does with known malicious addresses and names."),
    ] = "Alert"
    base_policy: Annotated[
        ArmId | None,
        Field(description="The id of the policy that this one inherits from."),
        MayBeOutput(f"{SOME_ID}/firewallPolicies/base"),
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


class FirewallAloneSettings(Settings):
    """A firewall by itself, on a policy that somebody else makes."""

    resource_group: Annotated[
        ResourceGroup, Field(description="The resource group, of the virtual network too.")
    ]
    location: Region
    firewall: Annotated[Firewall, Field(description="The firewall.")]
    firewall_policy_id: Annotated[
        Annotated[ArmId, MayBeOutput(f"{SOME_ID}/firewallPolicies/own")],
        Field(description="The id of its policy."),
    ]
    sku: Annotated[Sku, Field(description="The policy's tier.")] = "Standard"
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = {}


class AzureSettings(Settings):
    """The Azure target: one virtual network, behind an Azure Firewall where a policy is given."""

    resource_group: Annotated[
        ResourceGroup, Field(description="The resource group, of the firewall policy too.")
    ]
    location: Region
    address_space: Annotated[
        list[str], Field(min_length=1), Field(description="The virtual network's address blocks.")
    ]
    firewall_policy: Annotated[
        FirewallPolicySettings | None,
        Field(description="Without it the network security group stands alone."),
    ] = None
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
    network_rules: Annotated[
        Items[NetworkRule], Field(description="What else the sources may reach.")
    ] = ()
    firewall: Annotated[Firewall | None, Field(description="The firewall, in mode full.")] = None
    route_table: Annotated[RouteTable | None, Field(description="The servers' route table.")] = None
    network_security_group: Annotated[
        Nsg, Field(description="The servers' network security group.")
    ] = Nsg.model_construct()
    subnets: Annotated[
        Items[Subnet],
        Field(description="The subnets to attach the security group and the route table to."),
    ] = ()
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = {}
