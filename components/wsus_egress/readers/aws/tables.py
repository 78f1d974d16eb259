"""The route tables of an AWS stack that decide where a server's flows go, and what is beside them.

A subnet without an association has the main table of its VPC ("Subnet route tables", VPC user guide,
2026-11): the one that `MainRouteTableAssociation` names, else the VPC's default one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Network
from wsus_egress.readers.aws.places import VPC, aws_target, same, server_subnets
from wsus_egress.readers.reading import Named, addresses, items, joined, named, named_in, put
from wsus_egress.readers.resources import UNKNOWN, Resource

TABLE: Final = "aws:ec2/routeTable:RouteTable"
DEFAULT_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
ROUTE: Final = "aws:ec2/route:Route"
_ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_MAIN: Final = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_ENDPOINT_ON: Final = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation"
_OF_VPC: Final = ("mainRouteTableId", "defaultRouteTableId")

Tables = Mapping[str, tuple[Network, ...]]
"""The policy's addresses behind each table, by its URN or, of another stack, its id."""


def server_tables(resources: tuple[Resource, ...], environment: Environment) -> Tables:
    """The tables of the servers' subnets, and those that the environment protects."""
    found: dict[str, tuple[Network, ...]] = {}
    firewall = aws_target(environment).network_firewall
    for _, endpoint in firewall.every_endpoint if firewall else ():
        for table in endpoint.protected_route_tables:
            of_stack = [each.urn for each in resources
                        if each.type in (TABLE, DEFAULT_TABLE) and each.properties.get("id") == table]  # fmt: skip
            for key in of_stack or [table]:
                found[key] = addresses(environment.policy.in_place("aws"))
    for subnet, space in server_subnets(resources, environment):
        for key in _of_subnet(subnet, resources):
            found[key] = joined(found.get(key, ()), space)
    return found


def tables_of(owner: Resource, key: str, resources: tuple[Resource, ...]) -> tuple[str, ...]:
    """The tables that a property names, by URN or id; a VPC's URN for that VPC's own table."""
    of = _named(owner, key, resources)
    vpcs = [
        vpc.urn
        for vpc in resources
        if vpc.type == VPC
        and (vpc.urn in owner.refers.get(key, ()) or _is_own(owner.properties.get(key), vpc))
    ]
    tables = tuple(each.urn for each in of.resources)
    return (*tables, *vpcs, *(() if vpcs else of.foreign))


def endpoints_past(resources: tuple[Resource, ...], covered: Tables) -> Iterator[Resource]:
    """The gateway endpoints in the tables of servers: what goes to one passes no firewall."""
    for each in resources:
        # A gateway where the program does not say ("vpcEndpointType", pulumi-aws 7.51).
        if each.type == _ENDPOINT and (put(each, "vpcEndpointType") or "Gateway") == "Gateway":
            texts = items(put(each, "routeTableIds"))
            of = named(each, "routeTableIds", texts, TABLE, resources, DEFAULT_TABLE)
            keys = {*(one.urn for one in of.resources), *of.foreign}
            for on in (one for one in resources if one.type == _ENDPOINT_ON):
                if each in named_in(on, "vpcEndpointId", _ENDPOINT, resources).resources:
                    keys |= {*tables_of(on, "routeTableId", resources)}
            if keys & {*covered}:
                yield each


def _named(owner: Resource, key: str, resources: tuple[Resource, ...]) -> Named:
    return named_in(owner, key, TABLE, resources, DEFAULT_TABLE)


def _is_own(identity: object, vpc: Resource) -> bool:
    return isinstance(identity, str) and identity in [vpc.properties.get(key) for key in _OF_VPC]


def _of_subnet(subnet: Resource, resources: tuple[Resource, ...]) -> tuple[str, ...]:
    own = [
        each
        for each in resources
        if each.type == _ASSOCIATION
        and subnet in named_in(each, "subnetId", subnet.type, resources).resources
    ]
    if own:
        return tuple(k for each in own for k in tables_of(each, "routeTableId", resources))
    main = [
        each for each in resources if each.type == _MAIN and same(each, "vpcId", subnet, "vpcId")
    ]
    if main:
        return tuple(k for each in main for k in tables_of(each, "routeTableId", resources))
    vpcs = [each.urn for each in named_in(subnet, "vpcId", VPC, resources).resources]
    default = [
        each.urn
        for each in resources
        if each.type == DEFAULT_TABLE
        and {*tables_of(each, "defaultRouteTableId", resources)} & {*vpcs}
    ]
    return (*vpcs, *default)


def through_gateway(resources: tuple[Resource, ...], covered: Tables) -> bool:
    """Whether a table of a server leads somewhere else by a transit gateway or a core network."""
    for each in resources:
        if each.type in (TABLE, DEFAULT_TABLE) and each.urn in covered:
            bodies = [body for body in items(put(each, "routes")) if body is not UNKNOWN]
        elif each.type == ROUTE and {*tables_of(each, "routeTableId", resources)} & {*covered}:
            bodies = [each.properties]
        else:
            continue
        if any(body.get(key) for body in bodies for key in ("transitGatewayId", "coreNetworkArn")):
            return True
    return False
