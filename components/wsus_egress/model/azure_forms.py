"""How Azure writes names and ids, and what stands for those that only the deployment knows."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from wsus_egress.model.base import Matching, MayBeOutput, by_key

Sku: TypeAlias = Literal["Basic", "Standard", "Premium"]
Action: TypeAlias = Literal["allow", "deny"]
# Firewall policies, groups and collections (Microsoft.Network 2024-05-01, draft operations).
ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$")]
ArmId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^\s]+$",
        "is not the id of a resource in Azure",
        "write all of it, from /subscriptions/ on",
    ),
]
# Azure writes the fixed parts of an id in more than one case.
PolicyId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/firewall[Pp]olicies/[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$",
        "is not a firewall policy's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "firewallPolicies/NAME",
    ),
]
NetworkId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/virtual[Nn]etworks/[^/\s]+$",
        "is not a virtual network's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "virtualNetworks/NAME",
    ),
]
SecurityGroupOfSubnetId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/network[Ss]ecurity[Gg]roups/[^/\s]+$",
        "is not a network security group's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "networkSecurityGroups/NAME",
    ),
]
RouteTableId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/route[Tt]ables/[^/\s]+$",
        "is not a route table's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "routeTables/NAME",
    ),
]
WorkspaceId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers"
        r"/[Mm]icrosoft\.[Oo]perational[Ii]nsights/workspaces/[^/\s]+$",
        "is not a Log Analytics workspace's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/"
        "Microsoft.OperationalInsights/workspaces/NAME",
    ),
]
SubnetId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/virtual[Nn]etworks/[^/\s]+/subnets/[^/\s]+$",
        "is not a subnet's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "virtualNetworks/NETWORK/subnets/NAME",
    ),
]
# Stands for what an id that only the deployment knows begins with; it is never sent.
SOME_ID: Final = "/subscriptions/unknown/resourceGroups/unknown/providers/Microsoft.Network"
SOME_WORKSPACE: Final = (
    "/subscriptions/unknown/resourceGroups/unknown/providers/Microsoft.OperationalInsights"
    "/workspaces/workspace"
)
SecurityGroupId: TypeAlias = Annotated[
    ArmId, MayBeOutput(f"{SOME_ID}/applicationSecurityGroups/{{key}}")
]
IdsByParty: TypeAlias = Annotated[tuple[tuple[str, str], ...], by_key(dict[str, SecurityGroupId])]
IpGroupId: TypeAlias = Annotated[ArmId, MayBeOutput(f"{SOME_ID}/ipGroups/{{key}}")]
IpGroupsByParty: TypeAlias = Annotated[tuple[tuple[str, str], ...], by_key(dict[str, IpGroupId])]
# Stands for a resource group that only the deployment knows.
UNKNOWN_GROUP: Final = "unknown-resource-group"
# What stands for a network's name that only the deployment knows begins with it.
UNKNOWN_NETWORK: Final = "unknown-network-"
ResourceGroup = Annotated[str, Field(min_length=1, max_length=90), MayBeOutput(UNKNOWN_GROUP)]
UNKNOWN_REGION: Final = "unknownlocation"
Region = Annotated[
    str,
    Matching(r"^[a-z0-9]+$", "is not an Azure region's name", "write it like westeurope"),
    MayBeOutput(UNKNOWN_REGION),
    Field(description="The region, as Azure writes it: westeurope."),
]
