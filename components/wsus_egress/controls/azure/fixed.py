"""What Azure decides when it makes a resource, and never changes: regions, zones, tiers, interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NETWORK: Final = "azure-native:network:"
_REGION: Final = (
    "location",
    "make an environment for the new region, and remove this one after that (docs/remove.md)",
)
_ZONES: Final = (
    "firewall.zones",
    "write another `firewall.name` as well, and deploy when no server synchronizes",
)
_PREFIX: Final = (
    "firewall.publicIpPrefix",
    "write another `firewall.name` as well, and deploy when no server synchronizes",
)
_TIER: Final = (
    "firewallPolicy.sku",
    "write another `firewallPolicy.name` as well: the new policy is made beside the old one",
)
_MANAGEMENT: Final = (
    "firewall.management",
    "write another `firewall.name` as well, or start the firewall with one before (docs/azure.md)",
)
# What Azure decides when it makes a resource, by type and property: the setting, and what to do.
# InvalidResourceLocation (pulumi-azure-native issue 3053), ResourceAvailabilityZonesCannotBeModified
# (Azure/azure-powershell issue 13656), FirewallPolicySkuChangeDisallowed (MicrosoftDocs/azure-docs issue
# 88954), AzureFirewallManagementIpConfigCannotBeAdded (Azure/ALZ-Bicep issue 1097), read 2026-11; that a
# management interface is not taken away: azurerm replaces the firewall for it.
FIXED: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    f"{_NETWORK}AzureFirewall": {
        "location": _REGION,
        "managementIpConfiguration": _MANAGEMENT,
        "zones": _ZONES,
    },
    f"{_NETWORK}FirewallPolicy": {"location": _REGION, "sku": _TIER},
    f"{_NETWORK}IpGroup": {"location": _REGION},
    f"{_NETWORK}NetworkSecurityGroup": {"location": _REGION},
    # Replaced by its region or prefix, which Azure refuses as well: the firewall has it.
    f"{_NETWORK}PublicIPAddress": {"location": _REGION, "publicIPPrefix": _PREFIX, "zones": _ZONES},
    f"{_NETWORK}RouteTable": {"location": _REGION},
    **{
        f"azure-native:dnsresolver:{kind}": {"location": _REGION}
        for kind in (
            "DnsResolverDomainList",
            "DnsResolverPolicy",
            "DnsResolverPolicyVirtualNetworkLink",
            "DnsSecurityRule",
        )
    },
}
