"""Where a policy's servers and clients stand in an Azure stack: its subnets and network interfaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_network import Nsg
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Network
from wsus_egress.readers.reading import (
    EVERY_ADDRESS,
    Named,
    addresses,
    is_ours,
    items,
    joined,
    mapping,
    named,
    networks,
    one_or_more,
    overlap,
    parts,
    put,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

NETWORK: Final = "azure-native:network:VirtualNetwork"
SUBNET: Final = "azure-native:network:Subnet"
INTERFACE: Final = "azure-native:network:NetworkInterface"
MACHINE: Final = "azure-native:compute:VirtualMachine"
SCALE_SET: Final = "azure-native:compute:VirtualMachineScaleSet"
TABLE: Final = "azure-native:network:RouteTable"
ROUTE: Final = "azure-native:network:Route"
_SUBNETS: Final = re.compile("/subnets/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spot:
    """A subnet or a network interface.

    Attributes:
        key: The property of the resource that it stands in; empty where it is the whole resource.
        prefixes: Its addresses; every address where they are not known.
        known: Whether they are.
    """

    resource: Resource
    key: str
    body: Mapping[str, Any]
    prefixes: tuple[Network, ...]
    known: bool

    @property
    def is_subnet(self) -> bool:
        """Whether it is a subnet: the others stand in one."""
        return self.resource.type in (SUBNET, NETWORK)

    def attached(self, what: str, kind: str, resources: tuple[Resource, ...]) -> Named:
        """What is attached to it: `networkSecurityGroup` or `routeTable`."""
        found = self.body.get(what)
        values = [UNKNOWN] if found is UNKNOWN else [mapping(found).get("id")] if found else []
        return named(self.resource, self.key or what, values, kind, resources)


def spots(resources: tuple[Resource, ...]) -> Iterator[Spot]:
    """Every subnet, inside its network or a separate resource, and every network interface."""
    for each in resources:
        if each.type == SUBNET:
            yield _spot(each, "", each.properties, _prefixes(each.properties))
        elif each.type == NETWORK:
            for subnet in items(each.properties.get("subnets")):
                if subnet is not UNKNOWN:
                    yield _spot(each, "subnets", mapping(subnet), _prefixes(subnet))
        elif each.type == INTERFACE:
            configurations = items(put(each, "ipConfigurations"))
            texts = [mapping(item).get("privateIPAddress") for item in configurations]
            # Without an address Azure picks one, and a server of a policy has its own.
            yield _spot(each, "", each.properties, [text for text in texts if text is not None])


def _prefixes(subnet: Any) -> list[Any]:
    return one_or_more(subnet, "addressPrefix", "addressPrefixes")


def _spot(resource: Resource, key: str, body: Mapping[str, Any], texts: list[Any]) -> Spot:
    if resource.type == INTERFACE and "ipConfigurations" not in resource.refers:
        # The program gives no address, and only the update will know it: Azure picks one.
        texts = [text for text in texts if text is not UNKNOWN]
    read = [networks(text) for text in texts]
    known = None not in read
    found = tuple(n for each in read for n in each or ()) if known else EVERY_ADDRESS
    return Spot(resource, key, body, found, known)


def behind(
    what: str, kind: str, resources: tuple[Resource, ...], environment: Environment
) -> Iterator[tuple[Resource, tuple[Network, ...]]]:
    """The resources that subnets and interfaces have, each with the policy's addresses behind it.

    Behind one of this package all of them stand. One that has none behind it is left out.

    Args:
        what: `networkSecurityGroup` or `routeTable`.
        kind: Its type.
        resources: The stack's.
        environment: Whose policy.
    """
    found: dict[str, tuple[Network, ...]] = {}
    every_spot = [*spots(resources), *machine_spots(resources)]
    for spot in every_spot:
        here = standing(environment, (*spot.prefixes, *_beside(spot, every_spot, resources)))
        for each in spot.attached(what, kind, resources).resources if here else ():
            found[each.urn] = joined(found.get(each.urn, ()), here)
    every = addresses(environment.policy.in_place("azure"))
    for each in (each for each in resources if each.type == kind):
        if space := every if is_ours(each) else found.get(each.urn, ()):
            yield each, space


def machine_spots(resources: tuple[Resource, ...]) -> Iterator[Spot]:
    """Every interface that a virtual machine or a scale set describes itself, with its subnets' addresses."""
    for each in (each for each in resources if each.type in (MACHINE, SCALE_SET)):
        key = "networkProfile" if each.type == MACHINE else "virtualMachineProfile"
        body = mapping(each.properties.get(key))
        profile = body if each.type == MACHINE else mapping(body.get("networkProfile"))
        for one in items(profile.get("networkInterfaceConfigurations")):
            ids = [
                mapping(mapping(ip).get("subnet")).get("id", UNKNOWN)
                for ip in items(mapping(one).get("ipConfigurations"))
            ]
            prefixes = tuple(_of_subnets(each, key, ids, resources))
            yield Spot(each, key, mapping(one), prefixes, True)


def _of_subnets(
    owner: Resource, key: str, ids: list[Any], resources: tuple[Resource, ...]
) -> Iterator[Network]:
    of_subnets = named(owner, key, ids, SUBNET, resources).resources
    # A subnet inside its network is named by the network's id; Azure takes ids in any case.
    heads = [_SUBNETS.split(id_)[0] if isinstance(id_, str) else id_ for id_ in ids]
    of_networks = named(owner, key, heads, NETWORK, resources).resources
    for spot in spots((*of_subnets, *of_networks)):
        names = {id_.rpartition("/")[2].lower() for id_ in ids if isinstance(id_, str)}
        name = str(spot.body.get("name")).lower()
        own = spot.resource.type == SUBNET or name in names or UNKNOWN in ids
        yield from spot.prefixes if own else ()


def _beside(spot: Spot, others: list[Spot], resources: tuple[Resource, ...]) -> Iterator[Network]:
    """The addresses of the other interfaces of an interface's machine."""
    for each in resources if spot.resource.type == INTERFACE else ():
        if each.type == MACHINE:
            listed = items(mapping(each.properties.get("networkProfile")).get("networkInterfaces"))
            ids = [mapping(one).get("id", UNKNOWN) for one in listed]
            mine = named(each, "networkProfile", ids, INTERFACE, resources).resources
            if spot.resource in mine:
                yield from (n for one in others if one.resource in mine for n in one.prefixes)


def routed(
    space: tuple[Network, ...], resources: tuple[Resource, ...]
) -> tuple[tuple[Network, ...], bool]:
    """The prefixes of the routes that the stack gives the subnets of some addresses.

    Args:
        space: The addresses.
        resources: The stack's.

    Returns:
        The prefixes, and whether they are surely all that the stack's tables have for these subnets.
        A route table of another stack counts as none.
    """
    found: tuple[Network, ...] = ()
    known = True
    for spot in spots(resources):
        if not spot.is_subnet or not overlap(space, spot.prefixes):
            continue
        tables = spot.attached("routeTable", TABLE, resources)
        read = [
            networks(mapping(body).get("addressPrefix"))
            for table in tables.resources
            for body in _routes(table, resources)
        ]
        if None in read or (read and not (spot.known and tables.exact)):
            known = False
        else:
            found = joined(found, *(each or () for each in read))
    return found, known


def _routes(table: Resource, resources: tuple[Resource, ...]) -> list[Any]:
    inside, attached = parts(table, "routes", ROUTE, ("routeTableName", "routeName"), resources)
    return [*inside, *(each.properties for each in attached)]


def azure_target(environment: Environment, space: tuple[Network, ...]) -> AzureTarget:
    """The environment's Azure target, or one without settings, narrowed to some addresses."""
    if environment.azure:
        return environment.azure.model_copy(update={"address_space": space})
    return AzureTarget.model_construct(
        resource_group="",
        location="",
        address_space=space,
        rule_collection_group_priority=300,
        deny_rest="address-space",
        # Who gives no settings has not asked for remote administration to be denied.
        network_security_group=Nsg.model_construct(lateral_movement="allow"),
    )


def standing(environment: Environment, prefixes: tuple[Network, ...]) -> tuple[Network, ...]:
    """The addresses of the policy's Azure servers and clients that stand in some ranges."""
    return overlap(addresses(environment.policy.in_place("azure")), prefixes)
