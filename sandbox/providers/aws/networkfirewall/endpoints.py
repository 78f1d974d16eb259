"""The endpoints of the account's firewalls, to which routes lead."""

from __future__ import annotations

import hashlib
from typing import Final

from providers.kind import Inputs, items
from providers.store import Records

FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"


def endpoint_id(firewall: str, subnet: str) -> str:
    """`vpce-` and 17 digits: the same for a firewall's subnet as long as it is one."""
    return f"vpce-{hashlib.sha256(f'{firewall} {subnet}'.encode()).hexdigest()[:17]}"


def own_endpoints(firewall: str, inputs: Inputs) -> dict[str, str]:
    """One firewall's endpoints, by subnet."""
    subnets = [str(mapping["subnetId"]) for mapping in items(inputs, "subnetMappings")]
    return {subnet: endpoint_id(firewall, subnet) for subnet in subnets}


def endpoints(records: Records) -> dict[str, str]:
    """Every endpoint, and the VPC it is in."""
    return {
        endpoint: str(row["vpcId"])
        for id_, row in records.get(FIREWALL, {}).items()
        for endpoint in own_endpoints(id_, row).values()
    }
