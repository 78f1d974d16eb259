"""Where the servers' subnets send what leaves the network, looked up where no route of it is this stack's.

For example `aws/network-firewall/default-route/vpc-1: seen, against it: rtb-1, the route table of
subnet-1 with 10.21.0.10/32 in it, sends 0.0.0.0/0 to nat-1`.
"""

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from wsus_egress.component.sdk import member
from wsus_egress.controls.aws.assumptions import DEFAULT_ROUTE
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.addresses import is_within
from wsus_egress.model.flows import Network
from wsus_egress.readers.seen import Seen

_ANYWHERE: Final = ("0.0.0.0/0", "::/0")
# Behind these may be the firewall: an endpoint of it, another network, an appliance.
_MAY_LEAD: Final = (
    "vpc_endpoint_id",
    "transit_gateway_id",
    "core_network_arn",
    "vpc_peering_connection_id",
    "network_interface_id",
)
# And what is behind these is not a firewall with this policy.
_LEADS_OUT: Final = (
    "nat_gateway_id",
    "gateway_id",
    "egress_only_gateway_id",
    "carrier_gateway_id",
    "local_gateway_id",
    "instance_id",
)


def default_routes(
    component: pulumi.ComponentResource, control: AwsNetworkFirewall, outputs: Collection[str]
) -> Iterator[Seen]:
    """Look at the route tables of the subnets that servers stand in, for each VPC whose default route is assumed.

    Args:
        component: Whose provider looks.
        control: With the assumptions and the servers' addresses.
        outputs: The texts that stand for what is not known yet.
    """
    options = pulumi.InvokeOptions(parent=component)
    for each in control.assumptions:
        kind, _, vpc = each.id.rpartition("/")
        if kind == DEFAULT_ROUTE and vpc not in outputs:
            try:
                yield from _of(each.id, vpc, control.sources, options)
            except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
                yield Seen(each.id, f"the routes of {vpc} cannot be looked up: {error}")


def _of(
    key: str, vpc: str, sources: Collection[Network], options: pulumi.InvokeOptions
) -> Iterator[Seen]:
    in_vpc = {"name": "vpc-id", "values": [vpc]}
    answer = member(aws, "ec2", "get_subnets")(filters=[in_vpc], opts=options)
    # Pulumi's mocks, in a program's own tests, answer everything with nothing.
    for name in sorted(answer.ids or ()):
        subnet = member(aws, "ec2", "get_subnet")(id=name, opts=options)
        blocks = [ipaddress.ip_network(subnet.cidr_block)] if subnet.cidr_block else []
        if subnet.ipv6_cidr_block:
            blocks.append(ipaddress.ip_network(subnet.ipv6_cidr_block))
        inside = sorted(str(source) for source in sources if is_within(source, blocks))
        if inside:
            table = _table_of(name, in_vpc, options)
            yield seen(key, f"{name} with {', '.join(inside)} in it", str(table.id), table.routes)


def _table_of(subnet: str, in_vpc: Mapping[str, object], options: pulumi.InvokeOptions) -> Any:
    """A subnet's route table: one of its own, or the VPC's main one, which names no subnet."""
    look_up = member(aws, "ec2", "get_route_table")
    associated = {"name": "association.subnet-id", "values": [subnet]}
    own = member(aws, "ec2", "get_route_tables")(filters=[in_vpc, associated], opts=options)
    if own.ids:
        return look_up(route_table_id=own.ids[0], opts=options)
    main = {"name": "association.main", "values": ["true"]}
    return look_up(filters=[in_vpc, main], opts=options)


def seen(key: str, subnet: str, table: str, routes: Collection[Any] | None) -> Seen:
    """What a route table does with what leaves the network.

    Args:
        key: The assumption's id.
        subnet: Whose table it is, as words.
        table: The table's id.
        routes: As pulumi-aws answers: the local route is not among them.
    """
    told, against = [], False
    for route in routes or ():
        where = route.cidr_block or route.ipv6_cidr_block
        hops = [
            (kind, hop) for kind in (*_MAY_LEAD, *_LEADS_OUT) if (hop := getattr(route, kind, ""))
        ]
        if where in _ANYWHERE and hops:
            told.append(f"sends {where} to {hops[0][1]}")
            against = against or hops[0][0] in _LEADS_OUT
    what = " and ".join(sorted(told)) or "has no default route"
    return Seen(key, f"{table}, the route table of {subnet}, {what}", against or not told)
