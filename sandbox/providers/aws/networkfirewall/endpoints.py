"""The endpoints of the account's firewalls, to which routes lead."""

from __future__ import annotations

import hashlib
from typing import Final

from providers.kind import Inputs, items
from providers.store import Records

FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
ASSOCIATION: Final = "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation"


def endpoint_id(firewall: str, subnet: str) -> str:
    """`vpce-` and 17 digits: the same for a firewall's subnet as long as it is one."""
    return f"vpce-{hashlib.sha256(f'{firewall} {subnet}'.encode()).hexdigest()[:17]}"


def own_endpoints(firewall: str, inputs: Inputs) -> dict[str, str]:
    """One firewall's endpoints, by subnet."""
    subnets = [str(mapping["subnetId"]) for mapping in items(inputs, "subnetMappings")]
    return {subnet: endpoint_id(firewall, subnet) for subnet in subnets}


def endpoints(records: Records) -> dict[str, str]:
    """Every endpoint, and the VPC it is in."""
    own = {
        endpoint: str(row["vpcId"])
        for id_, row in records.get(FIREWALL, {}).items()
        for endpoint in own_endpoints(id_, row).values()
    }
    more = {
        endpoint_id(id_, str(row["subnetMapping"]["subnetId"])): str(row["vpcId"])
        for id_, row in records.get(ASSOCIATION, {}).items()
    }
    return {**own, **more}


def in_subnet(records: Records, subnet: str) -> list[str]:
    """The firewalls and associations that have an endpoint in a subnet."""
    own = [
        id_ for id_, row in records.get(FIREWALL, {}).items() if subnet in own_endpoints(id_, row)
    ]
    more = [id_ for id_, row in records.get(ASSOCIATION, {}).items()
            if row["subnetMapping"]["subnetId"] == subnet]  # fmt: skip
    return sorted([*own, *more])


def led_to(records: Records, endpoints: set[str]) -> str:
    """A route that leads to one of these endpoints; empty if none does."""
    routes = sorted(
        key
        for key, row in records.get("aws:ec2/route:Route", {}).items()
        if row.get("vpcEndpointId") in endpoints
    )
    return routes[0] if routes else ""
