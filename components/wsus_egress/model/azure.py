"""An Azure target: one virtual network with all that guards it; and a firewall on its own."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from wsus_egress.model.azure_firewall import Firewall, FirewallPolicy, NetworkRule
from wsus_egress.model.azure_forms import (
    SOME_ID,
    IpGroupsByParty,
    PolicyId,
    Region,
    ResourceGroup,
    ResourceName,
    Sku,
)
from wsus_egress.model.azure_network import DnsSecurityPolicy, Nsg, RouteTable, Subnet
from wsus_egress.model.base import (
    AddressBlock,
    Items,
    MayBeOutput,
    Number,
    Settings,
    SomeItems,
    Tags,
)


class FirewallAlone(Settings):
    """A firewall by itself, on a policy that somebody else makes."""

    resource_group: Annotated[
        ResourceGroup, Field(description="The resource group, of the virtual network too.")
    ]
    location: Region
    firewall: Annotated[Firewall, Field(description="The firewall.")]
    firewall_policy_id: Annotated[
        Annotated[PolicyId, MayBeOutput(f"{SOME_ID}/firewallPolicies/own")],
        Field(description="The id of its policy."),
    ]
    sku: Annotated[Sku, Field(description="The policy's tier.")] = "Standard"
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = ()


def _is_others(given: dict[str, Any]) -> bool:
    """Whether the settings above name a firewall policy that others keep."""
    policy = given.get("firewall_policy")
    return policy is not None and policy.mode == "rules-only"


class AzureTarget(Settings):
    """The Azure target: one virtual network, behind an Azure Firewall where a policy is given."""

    cloud: ClassVar[Literal["azure"]] = "azure"

    resource_group: Annotated[
        ResourceGroup, Field(description="The resource group, of the firewall policy too.")
    ]
    location: Region
    address_space: Annotated[
        SomeItems[AddressBlock], Field(description="The virtual network's address blocks.")
    ]
    firewall_policy: Annotated[
        FirewallPolicy | None,
        Field(description="Without it the network security group stands alone."),
    ] = None
    destinations: Annotated[
        Literal["tag", "list", "tag+list"],
        Field(
            description="What the application rules name: the FQDN tags, the endpoint list, or both."
        ),
    ] = "tag+list"
    fqdn_tags: Annotated[
        SomeItems[str],
        Field(description="Azure's FQDN tags, whose content Microsoft keeps and does not publish."),
    ] = ("WindowsUpdate",)
    rule_collection_group_priority: Annotated[
        Number,
        Field(
            description="100 (first) to 65000 (last) among the policy's groups. 300 unless the policy "
            "is others' (mode rules-only): then 1000, away from the groups that Azure's portal makes "
            "at 100, 200 and 300.",
        ),
    ] = Field(default_factory=lambda given: 1000 if _is_others(given) else 300)
    rule_collection_group_name: Annotated[
        ResourceName | None,
        Field(
            description="What the group is called in the policy, where others have groups too; with "
            "several groups their names begin with it."
        ),
    ] = None
    deny_rest: Annotated[
        Literal["address-space", "servers", "nobody"],
        Field(
            description="Whom the last rule denies every other name: the whole virtual network (the "
            "default), the policy's own sources (the default in mode rules-only, where others have "
            "rules too), or nobody.",
        ),
    ] = Field(default_factory=lambda given: "servers" if _is_others(given) else "address-space")
    ip_groups: Annotated[bool, Field(description="true: sources by IP Group.")] = False
    ip_group_ids: Annotated[
        IpGroupsByParty,
        PolicyId,
        Field(
            description="Ids of IP Groups that exist, by server or client group. With ipGroups: true the "
            "others are made."
        ),
    ] = ()
    network_rules: Annotated[
        Items[NetworkRule], Field(description="What else the sources may reach.")
    ] = ()
    firewall: Annotated[Firewall | None, Field(description="The firewall, in mode full.")] = None
    route_table: Annotated[RouteTable | None, Field(description="The servers' route table.")] = None
    routing: Annotated[
        Literal["subnets", "hub-intent"],
        Field(
            description="What leads to the firewall. subnets: their route tables. hub-intent: the routing "
            "intent of a Virtual WAN hub, whose secured hub has the firewall."
        ),
    ] = "subnets"
    network_security_group: Annotated[
        Nsg, Field(description="The servers' network security group.")
    ] = Nsg.model_construct()
    dns_security_policy: Annotated[
        DnsSecurityPolicy | None, Field(description="Resolves the listed names only.")
    ] = None
    subnets: Annotated[
        Items[Subnet],
        Field(description="The subnets to attach the security group and the route table to."),
    ] = ()
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = ()

    @property
    def policy_group(self) -> str:
        """The resource group of the firewall policy, and of what is made beside it."""
        theirs = self.firewall_policy.resource_group if self.firewall_policy else None
        return theirs or self.resource_group
