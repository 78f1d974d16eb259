"""What AWS has of what the proof takes for granted, in words: no judgement, which needs a reviewer.

For example `aws/network-firewall/association/vpc-1: seen: rtb-1 is that of subnet-1 (10.21.0.0/22)`.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pulumi
import pulumi_aws as aws

from wsus_egress.aws.default_routes import default_routes
from wsus_egress.component.references import plain
from wsus_egress.component.sdk import member
from wsus_egress.controls.aws.assumptions import ASSOCIATION
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.addresses import is_within
from wsus_egress.model.flows import Network
from wsus_egress.readers.foreign.policy_seen import of_policy
from wsus_egress.readers.seen import Seen

Tables: TypeAlias = Mapping[str, Mapping[str, Network]]
"""By route table, the address block of each subnet that it is associated with."""


def tell(
    component: pulumi.ComponentResource,
    control: AwsNetworkFirewall,
    outputs: Mapping[str, Any],
    prefix: str,
) -> None:
    """Look at the policy that others keep, at default routes and at the subnets of route tables: log what is there.

    Args:
        component: Whose provider looks.
        control: With the policy, the route tables and the servers.
        outputs: What is not known yet, by the text that stands for it.
        prefix: What the names of the component's resources begin with.
    """
    for each in (
        *_policy(component, control, outputs, prefix),
        *default_routes(component, control, outputs),
    ):
        log = pulumi.log.warn if each.against else pulumi.log.info
        log(str(each), component)
    made = [each.id for each in control.assumptions if each.id.startswith(f"{ASSOCIATION}/")]
    found = _subnets(component, control, outputs) if made else {}
    for key in made:
        own = found.get(key.rpartition("/")[2], {})
        for text in associations(control, own, tuple(found.values())):
            pulumi.log.info(f"{key}: seen: {text}", component)


def _policy(
    component: pulumi.ComponentResource,
    control: AwsNetworkFirewall,
    outputs: Mapping[str, Any],
    prefix: str,
) -> Iterator[Seen]:
    """What the policy does that `existingPolicy.arn` names; that it cannot be looked up refuses nothing."""
    arn = control.firewall.existing_policy.arn
    if arn is None or arn in outputs or not control.sources:
        return
    options = pulumi.InvokeOptions(parent=component)
    key = f"aws/network-firewall/policy/{control.target.vpc_id}"
    try:
        answer = member(aws, "networkfirewall", "get_firewall_policy")(arn=arn, opts=options)
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
        yield Seen(key, f"{arn} cannot be looked up: {error}", against=True)
        return
    # Pulumi's mocks, in a program's own tests, answer everything with nothing.
    for each in answer.firewall_policies or ():
        own = {document.name for document in control.documents(prefix)}
        yield from of_policy(control, str(answer.name), plain(each), own)


def associations(
    control: AwsNetworkFirewall, subnets: Tables, every: Sequence[Tables] = ()
) -> Iterator[str]:
    """Which subnets have the servers' route tables, and which servers stand in none of them.

    Args:
        control: With the servers' addresses.
        subnets: By route table, the address block of each subnet that it is associated with.
        every: Those of all VPCs, in which the servers of the others stand.
    """
    for table, blocks in subnets.items():
        those = ", ".join(f"{subnet} ({block})" for subnet, block in sorted(blocks.items()))
        yield f"{table} is that of {those}" if those else f"{table} is that of no subnet"
    known = [
        block for tables in (subnets, *every) for each in tables.values() for block in each.values()
    ]
    for source in control.sources if subnets else ():
        if not is_within(source, known):
            yield f"{source} stands in none of these subnets"


def _subnets(
    component: pulumi.ComponentResource, control: AwsNetworkFirewall, outputs: Mapping[str, Any]
) -> Mapping[str, Tables]:
    """By VPC, the subnets of its protected route tables."""
    options = pulumi.InvokeOptions(parent=component)
    found: dict[str, dict[str, dict[str, Network]]] = {}
    for _, endpoint in control.firewall.every_endpoint:
        vpc = getattr(endpoint, "vpc_id", control.target.firewall_vpc)
        for table in endpoint.protected_route_tables:
            if table in outputs:
                continue
            answer = member(aws, "ec2", "get_route_table")(route_table_id=table, opts=options)
            names = [each.subnet_id for each in answer.associations or () if each.subnet_id]
            blocks = found.setdefault(vpc, {}).setdefault(table, {})
            for name in names:
                subnet = member(aws, "ec2", "get_subnet")(id=name, opts=options)
                blocks[name] = ipaddress.ip_network(subnet.cidr_block)
    return found
