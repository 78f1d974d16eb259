"""Whether AWS has what arguments name, where the component's own provider looks for it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from wsus_egress.component.claims import once
from wsus_egress.component.errors import refusal
from wsus_egress.component.sdk import member
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.network_firewall import FirewallEndpoint
from wsus_egress.problems import Keys, PolicyErrors, Problem

_INSTEAD = (
    "give the component the provider of the network's own account and region "
    "(option `providers`), or a network that this provider has"
)


def found_vpc(component: pulumi.ComponentResource, vpc: Any) -> Any:
    """The VPC, where the component's provider has it; an output is looked up once it is known.

    Raises:
        pulumi.RunError: When it has not.
    """

    def look_up(identity: str) -> str:
        problems = [*_foreign_vpc(component, identity)]
        if problems:
            raise refusal(component.pulumi_resource_name, PolicyErrors(problems))
        return identity

    if isinstance(vpc, str):
        return once(component, "aws", ("vpc", vpc), lambda: look_up(vpc))
    return once(
        component, "aws", ("vpc", vpc), lambda: pulumi.Output.from_input(vpc).apply(look_up)
    )


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
    endpoints = control.firewall.endpoints
    region = aws.get_region(opts=options).region if endpoints else ""
    for index, endpoint in enumerate(endpoints):
        keys: Keys = ("network_firewall", "endpoints", index)
        if region and not endpoint.zone.startswith(region):
            what = f"{endpoint.zone} is not in {region}, the region of this component's provider"
            yield Problem(None, (*keys, "zone"), what, _INSTEAD)
        elif isinstance(vpc, str):
            yield from _foreign_parts(endpoint, keys, outputs, vpc, options)


def _foreign_vpc(component: pulumi.ComponentResource, vpc: str) -> Iterator[Problem]:
    options = pulumi.InvokeOptions(parent=component)
    try:
        member(aws, "ec2", "get_vpc")(id=vpc, opts=options)
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
        region = aws.get_region(opts=options).region
        what = f"this component's provider, of the region {region}, cannot look {vpc} up: {error}"
        yield Problem(None, ("vpc_id",), what, _INSTEAD)


def _foreign_parts(
    endpoint: FirewallEndpoint,
    keys: Keys,
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
            yield Problem(None, (*keys, "subnet_id"), what, instead)
    tables: list[tuple[Keys, str]] = [
        *((("protected_route_tables", n), each)
          for n, each in enumerate(endpoint.protected_route_tables)),
        *((("return_routes", n, "route_table_id"), each.route_table_id)
          for n, each in enumerate(endpoint.return_routes)),
    ]  # fmt: skip
    for place, table in tables:
        if table not in outputs:
            answer = member(aws, "ec2", "get_route_table")(route_table_id=table, opts=options)
            if answer.vpc_id != vpc:
                what = f"{table} is in {answer.vpc_id}, not in {vpc}"
                yield Problem(None, (*keys, *place), what, instead)
