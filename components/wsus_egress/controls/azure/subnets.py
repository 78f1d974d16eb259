"""The subnets that the network security group and the route table are attached to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wsus_egress.controls.base import Document
from wsus_egress.model.addresses import is_within
from wsus_egress.model.azure import AzureTarget, Subnet
from wsus_egress.model.flows import Network

SUBNET_TYPE = "azure-native:network:Subnet"
ATTACHED = "subnets[].attached"


def subnet_documents(prefix: str, target: AzureTarget) -> Iterator[Document]:
    """A subnet each, with its attachments. Whatever else a subnet has is left as it is.

    A subnet is always sent whole. So azure/cloud.py tells the engine to ignore what is not here: an
    imported subnet keeps its endpoints, delegations and NAT gateway.
    """
    for subnet in target.subnets:
        properties: dict[str, Any] = {
            "addressPrefix": str(subnet.address_prefix),
            "resourceGroupName": target.resource_group,
            "subnetName": subnet.name,
            "virtualNetworkName": subnet.virtual_network,
        }
        if subnet.attached:
            properties["networkSecurityGroup"] = {"id": f"${{{prefix}-nsg.id}}"}
        if subnet.attached and target.route_table:
            properties["routeTable"] = {"id": f"${{{prefix}-route-table.id}}"}
        # The subnet is its owner's, with whatever stands in it: it is never deleted with the stack. Nor
        # is it forgotten while it has the group and the table, which Azure then deletes for nobody.
        name = f"{prefix}-subnet-{subnet.name}"
        if subnet.attached:
            yield Document(SUBNET_TYPE, name, properties, protect=ATTACHED, retain=True)
        else:
            # A route table that the target has not made is somebody else's, and stays.
            table = ("routeTable",) if target.route_table else ()
            clears = ("networkSecurityGroup", *table)
            yield Document(SUBNET_TYPE, name, properties, retain=True, clears=clears)


def attached(target: AzureTarget) -> tuple[Subnet, ...]:
    """The subnets that have the security group and the route table."""
    return tuple(subnet for subnet in target.subnets if subnet.attached)


def uncovered(target: AzureTarget, networks: Iterable[Network]) -> tuple[Network, ...]:
    """The addresses that are in none of the target's subnets, or in one that is detached."""
    prefixes = [subnet.address_prefix for subnet in attached(target)]
    return tuple(network for network in networks if not is_within(network, prefixes))
