"""What AWS has of what the proof takes for granted, in words: no judgement, which needs a reviewer.

For example `aws/network-firewall/association/vpc-1: seen: rtb-1 is that of subnet-1 (10.21.0.0/22)`.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from wsus_egress.component.sdk import member
from wsus_egress.controls.aws.assumptions import ASSOCIATION
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.addresses import is_within
from wsus_egress.model.flows import Network


def tell(
    component: pulumi.ComponentResource, control: AwsNetworkFirewall, outputs: Mapping[str, Any]
) -> None:
    """Look at the subnets of the servers' route tables, and log what is there.

    Args:
        component: Whose provider looks.
        control: With the route tables and the servers.
        outputs: What is not known yet, by the text that stands for it.
    """
    made = [each.id for each in control.assumptions if each.id.startswith(f"{ASSOCIATION}/")]
    for key in made:
        for text in associations(control, _subnets(component, control, outputs)):
            pulumi.log.info(f"{key}: seen: {text}", component)


def associations(
    control: AwsNetworkFirewall, subnets: Mapping[str, Mapping[str, Network]]
) -> Iterator[str]:
    """Which subnets have the servers' route tables, and which servers stand in none of them.

    Args:
        control: With the servers' addresses.
        subnets: By route table, the address block of each subnet that it is associated with.
    """
    for table, blocks in subnets.items():
        those = ", ".join(f"{subnet} ({block})" for subnet, block in sorted(blocks.items()))
        yield f"{table} is that of {those}" if those else f"{table} is that of no subnet"
    known = [block for blocks in subnets.values() for block in blocks.values()]
    for source in control.sources if subnets else ():
        if not is_within(source, known):
            yield f"{source} stands in none of these subnets"


def _subnets(
    component: pulumi.ComponentResource, control: AwsNetworkFirewall, outputs: Mapping[str, Any]
) -> Mapping[str, Mapping[str, Network]]:
    options = pulumi.InvokeOptions(parent=component)
    found: dict[str, dict[str, Network]] = {}
    for endpoint in control.firewall.endpoints:
        for table in endpoint.protected_route_tables:
            if table in outputs:
                continue
            answer = member(aws, "ec2", "get_route_table")(route_table_id=table, opts=options)
            names = [each.subnet_id for each in answer.associations or () if each.subnet_id]
            blocks = found.setdefault(table, {})
            for name in names:
                subnet = member(aws, "ec2", "get_subnet")(id=name, opts=options)
                blocks[name] = ipaddress.ip_network(subnet.cidr_block)
    return found
