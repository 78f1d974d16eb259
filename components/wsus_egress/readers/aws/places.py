"""Where a policy's servers and clients stand in an AWS stack: instances, interfaces and subnets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.model.aws import SOME_VPC, AwsTarget
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Network
from wsus_egress.model.party import Party
from wsus_egress.readers.reading import (
    Named,
    addresses,
    items,
    named,
    named_in,
    networks,
    overlap,
    put,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

INSTANCE: Final = "aws:ec2/instance:Instance"
INTERFACE: Final = "aws:ec2/networkInterface:NetworkInterface"
ATTACHMENT: Final = (
    "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment"
)
SUBNET: Final = "aws:ec2/subnet:Subnet"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
OWN: Final = "WSUS egress of "
_GROUPS_OF: Final = {INSTANCE: "vpcSecurityGroupIds", INTERFACE: "securityGroups"}


@dataclass(frozen=True, slots=True)
class Machine:
    """An instance or a network interface.

    Attributes:
        groups: Its security groups; None where the program gives it none, and so AWS the default
            one of its VPC.
        parties: The policy's servers and clients that it is one of, by its address or by its group.
        known: Whether its address is known, or left to AWS: a server of a policy has its own.
    """

    resource: Resource
    groups: Named | None
    parties: tuple[Party, ...]
    known: bool


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


def machines(resources: tuple[Resource, ...], environment: Environment) -> Iterator[Machine]:
    """Every instance and network interface."""
    for each in resources:
        if each.type not in _GROUPS_OF:
            continue
        groups = _groups(each, resources)
        texts = [text for text in _addresses(each) if text is not UNKNOWN]
        here = tuple(n for text in texts for n in networks(text) or ())
        by_address = [p for p in environment.policy.in_place("aws") if overlap(here, p.addresses)]
        # By address where it has one: an output that several groups went into names all of them.
        by_group = [
            party
            for group in (groups.resources if groups and not texts else ())
            if (party := party_of(group, environment)) is not None
        ]
        known = UNKNOWN not in _addresses(each)
        yield Machine(each, groups, tuple(dict.fromkeys((*by_address, *by_group))), known)


def _addresses(machine: Resource) -> list[Any]:
    single = put(machine, "privateIp")
    found = [single] if single else []
    for key in ("privateIps", "secondaryPrivateIps"):
        found += items(put(machine, key))
    return found


def _groups(machine: Resource, resources: tuple[Resource, ...]) -> Named | None:
    key = _GROUPS_OF[machine.type]
    values = items(put(machine, key))
    more = [
        found
        for each in resources
        if each.type == ATTACHMENT
        and machine in named_in(each, "networkInterfaceId", machine.type, resources).resources
        for found in named_in(each, "securityGroupId", GROUP, resources, DEFAULT_GROUP).resources
    ]
    if not values and not more:
        return None
    own = named(machine, key, values, GROUP, resources, DEFAULT_GROUP)
    together = tuple(dict.fromkeys(each.urn for each in (*own.resources, *more)))
    by_urn = {each.urn: each for each in resources}
    return Named(tuple(by_urn[urn] for urn in together), own.foreign, own.missing, own.exact)


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
