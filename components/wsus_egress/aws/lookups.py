"""Whether AWS has what arguments name, where the component's own provider looks for it."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws

from wsus_egress.aws.routes import leads, refused_routes
from wsus_egress.component.claims import once
from wsus_egress.component.errors import refusal
from wsus_egress.component.sdk import member
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.addresses import is_within
from wsus_egress.model.flows import Network
from wsus_egress.model.network_firewall_endpoints import AssociatedEndpoint, FirewallEndpoint
from wsus_egress.problems import Keys, PolicyErrors, Problem

_INSTEAD = (
    "name a network of this provider's account and region (aws:region), or give the component the "
    "provider of the network's own (option `providers`)"
)


def found_vpc(
    component: pulumi.ComponentResource, vpc: Any, setting: Keys, members: tuple[Network, ...] = ()
) -> Any:
    """The VPC, where the component's provider has it; an output is looked up once it is known.

    Args:
        component: Whose provider looks.
        vpc: Its id.
        setting: The argument that names it.
        members: The addresses whose network interfaces get a security group of this VPC.

    Raises:
        pulumi.RunError: When the provider has no such VPC, or the members are not in it.
    """
    name = component.pulumi_resource_name

    def look_up(identity: str) -> tuple[str, tuple[Network, ...]]:
        blocks, problems = _vpc(component, identity, setting)
        if problems:
            raise refusal(name, PolicyErrors(problems))
        return identity, blocks

    def inside(found: tuple[str, tuple[Network, ...]]) -> str:
        identity, blocks = found
        if problems := [*outside(identity, blocks, members, setting)]:
            raise refusal(name, PolicyErrors(problems))
        return identity

    if isinstance(vpc, str):
        return inside(once(component, "aws", ("vpc", vpc), lambda: look_up(vpc)))
    looked_up = once(
        component, "aws", ("vpc", vpc), lambda: pulumi.Output.from_input(vpc).apply(look_up)
    )
    return looked_up.apply(inside)


def outside(
    vpc: str, blocks: Iterable[Network], members: Iterable[Network], setting: Keys
) -> Iterator[Problem]:
    """Addresses that a VPC does not have, as far as its blocks of that IP version are known."""
    known = tuple(blocks)
    for addresses in members:
        of_version = [block for block in known if block.version == addresses.version]
        if of_version and not is_within(addresses, of_version):
            what = (
                f"{addresses} is in no address block of {vpc} ({', '.join(map(str, of_version))}): no "
                "network interface there can have this security group"
            )
            instead = "name the VPC that it is in (awsVpcId), or write location: elsewhere"
            yield Problem(None, setting, what, instead)


def foreign_endpoints(
    component: pulumi.ComponentResource,
    control: AwsNetworkFirewall,
    outputs: Mapping[str, Any],
    vpc: pulumi.Input[str],
) -> Iterator[Problem]:
    """Zones of another region, and subnets and route tables of another VPC, as far as known now.

    Args:
        component: Whose provider looks.
        control: With the endpoints.
        outputs: What is not known yet, by the text that stands for it.
        vpc: The firewall's VPC.
    """
    options = pulumi.InvokeOptions(parent=component)
    endpoints = control.firewall.every_endpoint
    others = [(number, each.arn) for number, each in enumerate(control.firewall.rule_groups)
              if each.arn not in outputs]  # fmt: skip
    region = aws.get_region(opts=options).region if endpoints or others else ""
    for number, arn in others:
        if region and arn.split(":")[3] != region:
            what = f"{arn} is not in {region}, the region of this component's provider"
            instead = (
                "name a rule group of that region, or give the component the provider of its own"
            )
            yield Problem(None, ("network_firewall", "rule_groups", number, "arn"), what, instead)
    own = vpc
    for (setting, index), endpoint in endpoints:
        keys: Keys = ("network_firewall", setting, index)
        if isinstance(endpoint, AssociatedEndpoint):
            vpc = outputs.get(endpoint.vpc_id, endpoint.vpc_id)
        else:
            vpc = own
        if region and not endpoint.zone.startswith(region):
            what = f"{endpoint.zone} is not in {region}, the region of this component's provider"
            yield Problem(None, (*keys, "zone"), what, _INSTEAD)
        elif isinstance(vpc, str):
            tables = _tables(endpoint, outputs, options)
            for each in _foreign_parts(endpoint, tables, outputs, vpc, options):
                yield replace(each, keys=(*keys, *each.keys))
            there = {table: leads(found) for table, found in tables.items() if found.vpc_id == vpc}
            blocks, beside = _blocks(component, vpc), control.firewall.keep_default_routes
            for each in refused_routes(endpoint, there, blocks, beside=beside, ipv6=control.ipv6):
                yield replace(each, keys=(*keys, *each.keys))


def _blocks(component: pulumi.ComponentResource, vpc: str) -> tuple[Network, ...]:
    """A VPC's address blocks, looked up once."""
    found = once(component, "aws", ("vpc", vpc), lambda: (vpc, _vpc(component, vpc, ())[0]))
    blocks: tuple[Network, ...] = found[1]
    return blocks


def _vpc(
    component: pulumi.ComponentResource, vpc: str, setting: Keys
) -> tuple[tuple[Network, ...], list[Problem]]:
    """A VPC's address blocks, or what is wrong where it cannot be looked up."""
    options = pulumi.InvokeOptions(parent=component)
    try:
        found = member(aws, "ec2", "get_vpc")(id=vpc, opts=options)
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
        region = aws.get_region(opts=options).region
        what = f"this component's provider, of the region {region}, cannot look {vpc} up: {error}"
        return (), [Problem(None, setting, what, _INSTEAD)]
    # Older versions of the SDK do not tell a VPC's IPv6 blocks one by one.
    listed = (
        *(found.cidr_block_associations or ()),
        *(getattr(found, "ipv6_cidr_block_associations", None) or ()),
    )
    texts = [getattr(each, "cidr_block", None) or each.ipv6_cidr_block for each in listed]
    return tuple(ipaddress.ip_network(text) for text in texts), []


def _tables(
    endpoint: FirewallEndpoint, outputs: Mapping[str, Any], options: pulumi.InvokeOptions
) -> dict[str, Any]:
    """Its route tables, as far as they are known now."""
    back = (route.route_table_id for route in endpoint.return_routes)
    look_up = member(aws, "ec2", "get_route_table")
    return {
        table: look_up(route_table_id=table, opts=options)
        for table in (*endpoint.protected_route_tables, *back)
        if table not in outputs
    }


def _foreign_parts(
    endpoint: FirewallEndpoint,
    answers: Mapping[str, Any],
    outputs: Mapping[str, Any],
    vpc: str,
    options: pulumi.InvokeOptions,
) -> Iterator[Problem]:
    instead = "give those of the firewall's own VPC and zone"
    if endpoint.subnet_id not in outputs:
        subnet = member(aws, "ec2", "get_subnet")(id=endpoint.subnet_id, opts=options)
        where, expected = (
            (subnet.vpc_id, vpc)
            if subnet.vpc_id != vpc
            else (subnet.availability_zone, endpoint.zone)
        )
        if where != expected:
            what = f"{endpoint.subnet_id} is in {where}, not in {expected}"
            yield Problem(None, ("subnet_id",), what, instead)
    tables: list[tuple[Keys, str]] = [
        *((("protected_route_tables", n), each)
          for n, each in enumerate(endpoint.protected_route_tables)),
        *((("return_routes", n, "route_table_id"), each.route_table_id)
          for n, each in enumerate(endpoint.return_routes)),
    ]  # fmt: skip
    for place, table in tables:
        if (answer := answers.get(table)) is None:
            continue
        if answer.vpc_id != vpc:
            what = f"{table} is in {answer.vpc_id}, not in {vpc}"
            yield Problem(None, place, what, instead)
        elif endpoint.subnet_id in {each.subnet_id for each in answer.associations or ()}:
            what = (
                f"{table} is the route table of {endpoint.subnet_id}, the firewall's own subnet: "
                "what the firewall passes would come back to it"
            )
            other = "give the firewall a subnet and a route table of its own"
            yield Problem(None, place, what, other)
