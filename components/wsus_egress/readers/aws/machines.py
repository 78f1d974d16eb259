"""The machines of an AWS stack: instances, launch templates, network interfaces, and their security groups.

An interface belongs to the machine that it is attached to: a second one of a server is the server's,
whatever its address. An instance without groups of its own has those of its launch template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.model.environment import Environment
from wsus_egress.model.party import Party
from wsus_egress.readers.aws.places import DEFAULT_GROUP, GROUP, party_of
from wsus_egress.readers.reading import Named, items, mapping, named, networks, overlap, put
from wsus_egress.readers.resources import UNKNOWN, Resource

INTERFACE: Final = "aws:ec2/networkInterface:NetworkInterface"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
# What runs one machine, with addresses and groups of its own.
INSTANCES: Final = (
    "aws:ec2/instance:Instance",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
)
_GROUPS_ATTACHED: Final = (
    "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment"
)
_ATTACHED: Final = "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment"
_ADDRESSES: Final = ("privateIps", "secondaryPrivateIps", "ipv6Addresses")


@dataclass(frozen=True, slots=True)
class Machine:
    """An instance, a launch template or a network interface.

    Attributes:
        groups: Its security groups; None where the program gives it none, and so AWS the default
            one of its VPC.
        parties: The policy's servers and clients that it is one of, by its address, by its group or
            by the machine that it is attached to.
        known: Whether its address is known, or left to AWS: a server of a policy has its own.
    """

    resource: Resource
    groups: Named | None
    parties: tuple[Party, ...]
    known: bool


def machines(resources: tuple[Resource, ...], environment: Environment) -> tuple[Machine, ...]:
    """Every instance and network interface, and each launch template that has addresses."""
    found = [
        _machine(each, resources, environment)
        for each in resources
        if each.type in (*INSTANCES, INTERFACE) or (each.type == TEMPLATE and _addresses(each))
    ]
    pairs = tuple(_pairs(found, resources))
    return tuple(_with_others(each, found, pairs) for each in found)


def _machine(each: Resource, resources: tuple[Resource, ...], environment: Environment) -> Machine:
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
    return Machine(each, groups, tuple(dict.fromkeys((*by_address, *by_group))), known)


def _pairs(found: Sequence[Machine], resources: tuple[Resource, ...]) -> Iterator[tuple[str, str]]:
    """Each instance with each interface that is attached to it, by their URNs."""
    for each in (machine.resource for machine in found):
        if each.type in INSTANCES:
            for key in ("networkInterfaces", "primaryNetworkInterface"):
                ids = [
                    mapping(one).get("networkInterfaceId") for one in _one_or_more(put(each, key))
                ]
                for interface in named(each, key, ids, INTERFACE, resources).resources:
                    yield each.urn, interface.urn
        elif each.type == INTERFACE:
            ids = [mapping(one).get("instance") for one in items(put(each, "attachments"))]
            for instance in named(each, "attachments", ids, *_kinds(resources)).resources:
                yield instance.urn, each.urn
    for each in (each for each in resources if each.type == _ATTACHED):
        of = named(each, "instanceId", [each.properties.get("instanceId")], *_kinds(resources))
        ids = [each.properties.get("networkInterfaceId")]
        to = named(each, "networkInterfaceId", ids, INTERFACE, resources)
        yield from ((one.urn, other.urn) for one in of.resources for other in to.resources)


def _kinds(resources: tuple[Resource, ...]) -> tuple[str, tuple[Resource, ...], str]:
    return INSTANCES[0], resources, INSTANCES[1]


def _one_or_more(value: Any) -> list[Any]:
    return items(value) or ([value] if mapping(value) else [])


def _with_others(
    machine: Machine, found: Sequence[Machine], pairs: tuple[tuple[str, str], ...]
) -> Machine:
    """A machine as one of the parties, too, that stand at the same instance."""
    by_urn = {each.resource.urn: each for each in found}
    urn = machine.resource.urn
    instances = {urn, *(instance for instance, interface in pairs if interface == urn)}
    together = dict.fromkeys([*instances, *(i for instance, i in pairs if instance in instances)])
    parties = dict.fromkeys(
        [*machine.parties, *(p for each in sorted(together) for p in by_urn[each].parties)]
    )
    return Machine(machine.resource, machine.groups, tuple(parties), machine.known)


def _addresses(machine: Resource) -> list[Any]:
    bodies: list[Mapping[str, Any]] = [
        {key: put(machine, key) for key in ("privateIp", *_ADDRESSES)}
    ]
    if machine.type == TEMPLATE:
        bodies = [mapping(one) for one in items(put(machine, "networkInterfaces"))]
    found: list[Any] = []
    for body in bodies:
        found += [body[key] for key in ("privateIp", "privateIpAddress") if body.get(key)]
        for key in (*_ADDRESSES, "ipv4Addresses"):
            found += items(body.get(key))
    return found


def _groups(machine: Resource, resources: tuple[Resource, ...]) -> Named | None:
    own = _own_groups(machine, resources)
    if own is None and machine.type in INSTANCES:
        own = _of_template(machine, resources)
    more = [
        found
        for each in resources
        if each.type == _GROUPS_ATTACHED
        and machine in _named_one(each, "networkInterfaceId", machine.type, resources).resources
        for found in _named_one(each, "securityGroupId", GROUP, resources, DEFAULT_GROUP).resources
    ]
    if own is None and not more:
        return None
    own = own or Named(())
    together = tuple(dict.fromkeys(each.urn for each in (*own.resources, *more)))
    by_urn = {each.urn: each for each in resources}
    return Named(tuple(by_urn[urn] for urn in together), own.foreign, own.missing, own.exact)


def _named_one(
    owner: Resource, key: str, kind: str, resources: tuple[Resource, ...], *others: str
) -> Named:
    return named(owner, key, [owner.properties.get(key)], kind, resources, *others)


def _own_groups(machine: Resource, resources: tuple[Resource, ...]) -> Named | None:
    """Those that it gives itself; None where it gives none."""
    values = {
        key: items(put(machine, key))
        for key in ("vpcSecurityGroupIds", "securityGroups")
        if machine.type in (*INSTANCES, TEMPLATE) or key == "securityGroups"
    }
    if machine.type == TEMPLATE:
        values["networkInterfaces"] = [
            group
            for one in items(put(machine, "networkInterfaces"))
            for group in items(mapping(one).get("securityGroups"))
        ]
    found = [
        named(machine, key, texts, GROUP, resources, DEFAULT_GROUP)
        for key, texts in values.items()
        if texts
    ]
    return _together(found) if found else None


def _together(found: Sequence[Named]) -> Named:
    by_urn = {each.urn: each for one in found for each in one.resources}
    return Named(
        tuple(by_urn.values()), tuple(text for one in found for text in one.foreign),
        any(one.missing for one in found), all(one.exact for one in found),
    )  # fmt: skip


def _of_template(machine: Resource, resources: tuple[Resource, ...]) -> Named | None:
    """The groups of the launch template that an instance is started from."""
    body = mapping(put(machine, "launchTemplate"))
    if not body:
        return None
    given = [body[key] for key in ("id", "name") if body.get(key) is not None][:1]
    of = named(machine, "launchTemplate", given, TEMPLATE, resources)
    by_name = [
        each for each in resources
        if each.type == TEMPLATE and body.get("name") and each.properties.get("name") == body["name"]
    ]  # fmt: skip
    templates = [*of.resources, *by_name]
    if not templates:
        return Named((), tuple(f"of launch template {each}" for each in of.foreign), of.missing)
    read = [groups for each in templates if (groups := _own_groups(each, resources)) is not None]
    return _together(read) if read else None
