"""What Azure Resource Manager asks of whoever makes, reads, changes or deletes a resource.

The names are those of "Azure permissions for Networking" (MicrosoftDocs/azure-docs
articles/role-based-access-control/permissions/networking.md, read 2026-11). A resource that refers to
another one joins it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from providers.evidence import believed, written

_NETWORK: Final = "Microsoft.Network"
_ID: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/(?P<provider>[^/]+)/(?P<type>[^/]+)/[^/]+"
    r"(?:/(?P<nested>[^/]+)/[^/]+)?",
    re.IGNORECASE,
)
_JOINS: Final = {
    "applicationSecurityGroups": "joinNetworkSecurityRule",
}
INVOKED: Final = {
    "azure-native:dnsresolver:getDnsResolverPolicy": f"{_NETWORK}/dnsResolverPolicies/read",
    "azure-native:network:getAzureFirewall": f"{_NETWORK}/azureFirewalls/read",
    "azure-native:network:getFirewallPolicy": f"{_NETWORK}/firewallPolicies/read",
    "azure-native:network:getFirewallPolicyRuleCollectionGroup": (
        f"{_NETWORK}/firewallPolicies/ruleCollectionGroups/read"
    ),
    "azure-native:network:getNetworkSecurityGroup": f"{_NETWORK}/networkSecurityGroups/read",
    "azure-native:network:getPublicIPAddress": f"{_NETWORK}/publicIPAddresses/read",
    "azure-native:network:getPublicIPPrefix": f"{_NETWORK}/publicIPPrefixes/read",
    "azure-native:network:getRouteTable": f"{_NETWORK}/routeTables/read",
    "azure-native:network:getSubnet": f"{_NETWORK}/virtualNetworks/subnets/read",
    "azure-native:network:getVirtualNetwork": f"{_NETWORK}/virtualNetworks/read",
}


@written(
    "a resource is read before it is made, and after each change",
    "pulumi-azure-native provider/pkg/provider/provider.go, CanCreate and readAfterWrite",
    "2026-11",
)
def calls(path: str, operation: str, inputs: Any) -> Iterator[str]:
    """The permissions of one call.

    Args:
        path: The provider and the type: `Microsoft.Network/virtualNetworks/subnets`.
        operation: `read`, `write` or `delete`.
        inputs: The resource's.
    """
    if operation == "write":
        yield f"{path}/read"
        yield from joined(inputs)
    yield f"{path}/{operation}"


@written(
    "whoever refers to a resource joins it",
    "azure-docs articles/role-based-access-control/permissions/networking.md",
    "2026-11",
)
@believed("which references ask for it: all but those to what is inside the resource itself")
def joined(value: Any, key: str = "") -> Iterator[str]:
    """The permissions for the ids that a resource's inputs have."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from joined(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from joined(part, key)
    elif isinstance(value, str) and key != "resourceUri" and (found := _ID.fullmatch(value)):
        kind = "/".join(part for part in (found["type"], found["nested"]) if part)
        yield f"{found['provider']}/{kind}/{_JOINS.get(kind, 'join')}/action"
