"""How Azure writes names and ids, and what stands for those that only the deployment knows."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from wsus_egress.model.base import Matching, MayBeOutput, by_key

Sku: TypeAlias = Literal["Basic", "Standard", "Premium"]
Action: TypeAlias = Literal["allow", "deny"]
# Firewall policies, groups and collections (Microsoft.Network 2024-05-01, draft operations).
ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$")]


def _any_case(text: str) -> str:
    """A regular expression of a text in whichever case: JSON Schema has no flag for that."""
    return "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in text)


def _id_of(what: str, example: str, name: str = r"[^/\s]+") -> Matching:
    """The form of an id, by an example in which GROUP and other words in capitals are names.

    Azure tells ids apart whatever their case, and writes the fixed parts in more than one: the logs of
    Azure Monitor have the whole id in capitals.

    Args:
        what: What it is the id of, with its article.
        example: An id, whose last part is a name.
        name: What the last part may be.
    """
    *parts, _ = example.strip("/").split("/")
    fixed = [r"[^/\s]+" if part.isupper() else _any_case(part) for part in parts]
    return Matching(
        f"^/{'/'.join(fixed)}/{name}$", f"is not {what}'s id", f"write it like {example}"
    )


_PROVIDERS: Final = "/subscriptions/ID/resourceGroups/GROUP/providers"
_NETWORK: Final = f"{_PROVIDERS}/Microsoft.Network"
ArmId = Annotated[
    str,
    Matching(
        rf"^/{_any_case('subscriptions')}/[^\s]+$",
        "is not the id of a resource in Azure",
        "write all of it, from /subscriptions/ on",
    ),
]
PolicyId = Annotated[
    str,
    _id_of(
        "a firewall policy",
        f"{_NETWORK}/firewallPolicies/NAME",
        r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?",
    ),
]
NetworkId = Annotated[str, _id_of("a virtual network", f"{_NETWORK}/virtualNetworks/NAME")]
SecurityGroupOfSubnetId = Annotated[
    str, _id_of("a network security group", f"{_NETWORK}/networkSecurityGroups/NAME")
]
PrefixId = Annotated[str, _id_of("a public IP prefix", f"{_NETWORK}/publicIPPrefixes/NAME")]
RouteTableId = Annotated[str, _id_of("a route table", f"{_NETWORK}/routeTables/NAME")]
WorkspaceId = Annotated[
    str,
    _id_of(
        "a Log Analytics workspace", f"{_PROVIDERS}/Microsoft.OperationalInsights/workspaces/NAME"
    ),
]
SubnetId = Annotated[str, _id_of("a subnet", f"{_NETWORK}/virtualNetworks/NETWORK/subnets/NAME")]
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
