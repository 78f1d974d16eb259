"""Where a policy's servers and clients stand in an AWS stack: their subnets, networks and own groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wsus_egress.model.aws import SOME_VPC, AwsTarget
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Network
from wsus_egress.model.party import Party
from wsus_egress.readers.reading import (
    addresses,
    networks,
    overlap,
    put,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
OWN: Final = "WSUS egress of "


def aws_target(environment: Environment) -> AwsTarget:
    """The environment's AWS target, or one without settings."""
    return environment.aws or AwsTarget.model_construct(vpc_id=SOME_VPC)


def party_of(group: Resource, environment: Environment) -> Party | None:
    """Whose group it is: one of this package by its description, which cannot change in place."""
    description = group.properties.get("description")
    if group.type != GROUP or not isinstance(description, str) or not description.startswith(OWN):
        return None
    name = description.removeprefix(OWN)
    return next((party for party in environment.policy.parties if party.name == name), None)


def server_subnets(
    resources: tuple[Resource, ...], environment: Environment
) -> Iterator[tuple[Resource, tuple[Network, ...]]]:
    """The subnets with addresses of the policy's servers and clients in AWS."""
    servers = addresses(environment.policy.in_place("aws"))
    for subnet in (each for each in resources if each.type == SUBNET):
        texts = [subnet.properties.get("cidrBlock"), subnet.properties.get("ipv6CidrBlock")]
        here = tuple(n for text in texts for n in networks(text) or ())
        # A range that only the update knows may be any.
        unknown = put(subnet, "cidrBlock") is UNKNOWN
        if found := servers if unknown else overlap(servers, here):
            yield subnet, found


def same(one: Resource, key: str, other: Resource, others: str) -> bool:
    """Whether properties of two resources say the same, such as the VPC that both are in.

    What is not known yet is the same where both are made from the same resource.
    """
    left, right = one.properties.get(key), other.properties.get(others)
    if UNKNOWN in (left, right):
        return bool({*one.refers.get(key, ())} & {*other.refers.get(others, ())})
    return left is not None and bool(left == right)
