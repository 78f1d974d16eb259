"""The subnets that the network security group and the route table are attached to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from wsus_egress.controls.base import Document
from wsus_egress.model.addresses import is_within
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_network import Subnet
from wsus_egress.model.flows import Network

SUBNET_TYPE: Final = "azure-native:network:Subnet"
ATTACHED: Final = "subnets[].attached"
RANGES: Final = ("addressPrefix", "addressPrefixes")
_PRIVATE: Final = "defaultOutboundAccess"
_ENDPOINTS: Final = "serviceEndpoints"


def subnet_documents(prefix: str, target: AzureTarget) -> Iterator[Document]:
    """A subnet each, with its attachments. Whatever else a subnet has is left as it is.

    A subnet is always sent whole. So azure/cloud.py tells the engine to ignore what is not here: an
    imported subnet keeps its ranges, endpoints, delegations and NAT gateway.
    """
    for subnet in target.subnets:
        properties = {
            **_ranges(subnet),
            "resourceGroupName": target.resource_group,
            "subnetName": subnet.name,
            "virtualNetworkName": subnet.virtual_network,
        }
        leaves: tuple[str, ...] = ()
        if subnet.import_id:
            leaves = RANGES
        elif _private(target):
            # What is there already may need a way out of its own: only a new one is private.
            properties[_PRIVATE], leaves = False, (_PRIVATE,)
        if subnet.says_endpoints and not subnet.import_id:
            properties[_ENDPOINTS] = _endpoints(subnet)
        if subnet.attached:
            properties["networkSecurityGroup"] = {"id": f"${{{prefix}-nsg.id}}"}
        if subnet.attached and target.route_table:
            properties["routeTable"] = {"id": f"${{{prefix}-route-table.id}}"}
        # A route table that the target has not made is somebody else's, and stays.
        table = ("routeTable",) if target.route_table else ()
        # The subnet is its owner's, with whatever stands in it: it is never deleted with the stack. Nor
        # is it forgotten while it has the group and the table, which Azure then deletes for nobody.
        yield Document(
            SUBNET_TYPE,
            f"{prefix}-subnet-{subnet.name}",
            properties,
            protect=ATTACHED if subnet.attached else "",
            retain=True,
            clears=() if subnet.attached else ("networkSecurityGroup", *table),
            leaves=leaves,
            imported=subnet.import_id or "",
        )


def _ranges(subnet: Subnet) -> dict[str, Any]:
    """By the one of the two properties that Azure takes for it."""
    one, several = RANGES
    texts = [str(network) for network in subnet.ranges]
    return {several: texts} if subnet.address_prefixes else {one: texts[0]}


def _endpoints(subnet: Subnet) -> list[dict[str, Any]]:
    return [
        {**({"locations": [*each.locations]} if each.locations else {}), "service": each.service}
        for each in subnet.service_endpoints
    ]


def _private(target: AzureTarget) -> bool:
    """Whether a subnet that is made here has no way out but the firewall.

    "Default outbound access in Azure", read 2026-01-30: without a private subnet a machine goes out by
    an address of Azure's wherever its route table does not lead, and a route to the Internet of one's
    own needs that, or a NAT gateway.
    """
    direct = bool(target.route_table and target.route_table.direct)
    return bool(target.firewall_policy or target.route_table) and not direct


def attached(target: AzureTarget) -> tuple[Subnet, ...]:
    """The subnets that have the security group and the route table."""
    return tuple(subnet for subnet in target.subnets if subnet.attached)


def uncovered(target: AzureTarget, networks: Iterable[Network]) -> tuple[Network, ...]:
    """The addresses that are in none of the target's subnets, or in one that is detached."""
    prefixes = [network for subnet in attached(target) for network in subnet.ranges]
    return tuple(network for network in networks if not is_within(network, prefixes))
