"""The subnets that the network security group and the route table are attached to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wsus_egress.controls.base import Document
from wsus_egress.model.addresses import is_within
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Network

SUBNET_TYPE = "azure-native:network:Subnet"


def subnet_documents(prefix: str, target: AzureTarget) -> Iterator[Document]:
    """A subnet each, with its attachments. Whatever else a subnet has is left as it is.

    A subnet is always sent whole. So azure/cloud.py tells the engine to ignore what is not here: an
    imported subnet keeps its endpoints, delegations and NAT gateway.
    """
    for subnet in target.subnets:
        properties: dict[str, Any] = {
            "addressPrefix": str(subnet.address_prefix),
            "networkSecurityGroup": {"id": f"${{{prefix}-nsg.id}}"},
            "resourceGroupName": target.resource_group,
            "subnetName": subnet.name,
            "virtualNetworkName": subnet.virtual_network,
        }
        if target.route_table:
            properties["routeTable"] = {"id": f"${{{prefix}-route-table.id}}"}
        yield Document(SUBNET_TYPE, f"{prefix}-subnet-{subnet.name}", properties)


def uncovered(target: AzureTarget, networks: Iterable[Network]) -> tuple[Network, ...]:
    """The addresses that are in none of the target's subnets."""
    prefixes = [subnet.address_prefix for subnet in target.subnets]
    return tuple(network for network in networks if not is_within(network, prefixes))
