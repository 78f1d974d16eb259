"""The settings of an Azure target."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from wsus_egress.settings_base import Settings, Tags, integral


class FirewallPolicySettings(Settings):
    """The Azure Firewall policy that carries the rules."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$")]
    existing: Annotated[
        bool,
        Field(
            description="true: the policy exists and only a rule collection group is added to it."
        ),
    ] = False
    sku: Literal["Basic", "Standard", "Premium"] = "Standard"
    threat_intel_mode: Literal["Off", "Alert", "Deny"] = "Alert"


class AzureSettings(Settings):
    """The Azure target: one virtual network behind an Azure Firewall."""

    resource_group: Annotated[str, Field(min_length=1, max_length=90)]
    location: Annotated[
        str,
        Field(pattern=r"^[a-z0-9]+$"),
        Field(description="The region, as Azure writes it: westeurope."),
    ]
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
    firewall_policy: FirewallPolicySettings
    rule_collection_group_priority: Annotated[
        int,
        BeforeValidator(integral),
        Field(description="100 (first) to 65000 (last) among the policy's groups."),
    ] = 300
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = {}
