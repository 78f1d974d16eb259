"""No route of an Azure stack leads a WSUS server to the Internet past the firewall."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from wsus_egress.controls.azure.firewall_documents import FIREWALL_TYPE, GROUP_TYPE
from wsus_egress.guardrails.findings import PAST, findings, unaccepted
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.model.addresses import is_within
from wsus_egress.model.flows import Network
from wsus_egress.readers.azure.places import (
    NETWORK,
    ROUTE,
    TABLE,
    Spot,
    azure_target,
    behind,
    spots,
    standing,
)
from wsus_egress.readers.evaluator import Routes, Way
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import (
    SOME_INTERNET,
    items,
    mapping,
    named,
    named_in,
    networks,
    parts,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

_CONNECTION: Final = "azure-native:network:HubVirtualNetworkConnection"
_ENDPOINTS: Final = "azure/route-table/service-endpoints"
_FIX: Final = (
    "lead it to the firewall's private address, or list the range under `routeTable.direct`"
)


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove the route table of each subnet that a server or client group stands in."""
    judged: list[Judged[Way]] = []
    for table, space in behind("routeTable", TABLE, resources, context.environment):
        target = azure_target(context.environment, space)
        direct = (
            tuple(d.address_prefix for d in target.route_table.direct) if target.route_table else ()
        )
        reads = tuple(_reads(table, resources, context))
        control = functools.partial(_control, space, direct)
        judged.append(Judged(table, "azure", reads, control))
    bare = (
        *_without_table(resources, context),
        *_endpoints(resources, context),
        *_hub_connections(resources, context),
    )
    if not judged and not bare:
        return NotApplicable("no route table of the stack is on a server's subnet")
    return (*findings(unaccepted(judged, context), _FIX, PAST), *bare)


def _control(
    space: tuple[Network, ...], direct: tuple[Network, ...], rules: tuple[Way, ...]
) -> Routes:
    # Every subnet has the system's own route to the Internet ("Virtual network traffic routing").
    ordered = tuple(sorted(rules, key=lambda way: way.hop != "past"))
    return Routes(space, "azure-route-table", rules=ordered, rest="past", direct=direct)


def _without_table(resources: tuple[Resource, ...], context: Context) -> Iterator[Finding]:
    if not any(each.type in (FIREWALL_TYPE, GROUP_TYPE) for each in resources):
        return
    if not any(each.type == TABLE for each in resources):
        # A stack without route tables leaves them to another stack.
        return
    for spot in spots(resources):
        bare = spot.is_subnet and not spot.body.get("routeTable")
        if bare and standing(context.environment, spot.prefixes):
            urn, name = spot.resource.urn, spot.resource.name
            what = (
                "a server stands in it, and it has no route table: what it sends passes no firewall"
            )
            yield Finding(urn, name, what, "attach the servers' route table")


def _endpoints(resources: tuple[Resource, ...], context: Context) -> Iterator[Finding]:
    """Service endpoints of a server's subnet: what goes to one follows no route to the firewall.

    "Virtual network traffic routing", read 2026-11; any tenant's resources of the service are behind it.
    """
    accepted = any(
        entry.what == _ENDPOINTS and entry.expires >= context.today
        for entry in context.environment.accept
    )
    for spot in () if accepted else spots(resources):
        given = items(spot.body.get("serviceEndpoints"))
        if not given or not standing(context.environment, spot.prefixes):
            continue
        known = UNKNOWN not in given
        services = [str(mapping(each).get("service", "some service")) for each in given]
        services = [each for each in services if each not in _listed(spot, context)]
        if known and not services:
            continue  # The proof counts them.
        what = f"it has service endpoints for {', '.join(services)}, to which no firewall's rules apply"
        if not known:
            what = "its service endpoints are not known, and what goes to one passes no firewall"
        fix = (
            "take them off a server's subnet, list them under `serviceEndpoints` of its entry in "
            f"`subnets`, or accept {_ENDPOINTS}"
        )
        yield Finding(spot.resource.urn, spot.resource.name, what, fix, known)


def _listed(spot: Spot, context: Context) -> frozenset[str]:
    """The services of which the settings list an endpoint for a subnet with all of these addresses."""
    azure = context.environment.azure
    return frozenset(
        each.service
        for subnet in (azure.subnets if azure and spot.known else ())
        for each in subnet.service_endpoints
        if all(is_within(network, subnet.ranges) for network in spot.prefixes)
    )


def _hub_connections(resources: tuple[Resource, ...], context: Context) -> Iterator[Finding]:
    """Connections to a virtual hub that keep its default route away from a server's subnet.

    "enableInternetSecurity": whether the hub's route 0.0.0.0/0 is propagated to the network ("Virtual
    hub routing", read 2026-11). A subnet with a route table of its own does not need it.
    """
    for each in (each for each in resources if each.type == _CONNECTION):
        secured = each.properties.get("enableInternetSecurity")
        identity = mapping(each.properties.get("remoteVirtualNetwork")).get("id", UNKNOWN)
        nets = named(each, "remoteVirtualNetwork", [identity], NETWORK, resources).resources
        bare = any(
            spot.is_subnet
            and not spot.body.get("routeTable")
            and standing(context.environment, spot.prefixes)
            and (spot.resource in nets or _is_of(spot.resource, nets, resources))
            for spot in spots(resources)
        )
        if bare and secured is not True:
            known = secured is not UNKNOWN
            what = "it keeps the hub's default route away from a subnet with a server, which goes out past the hub's firewall"
            if not known:
                what = "whether it takes the hub's default route to a subnet with a server is not known"
            yield Finding(each.urn, each.name, what, "set enableInternetSecurity to true", known)


def _is_of(
    subnet: Resource, networks_: tuple[Resource, ...], resources: tuple[Resource, ...]
) -> bool:
    of = named_in(subnet, "virtualNetworkName", NETWORK, resources).resources
    return any(each in networks_ for each in of)


def _reads(
    table: Resource, resources: tuple[Resource, ...], context: Context
) -> Iterator[Read[Way]]:
    inside, attached = parts(table, "routes", ROUTE, ("routeTableName", "routeName"), resources)
    for each in inside:
        yield _read(table, "routes", each, resources, context)
    for each in attached:
        yield _read(each, "nextHopIpAddress", each.properties, resources, context)


def _read(
    owner: Resource, key: str, body: Any, resources: tuple[Resource, ...], context: Context
) -> Read[Way]:
    if body is UNKNOWN:
        return _unknown(owner, f"routes of {owner.name}", "its routes are not known", sure=False)
    name = f"route {body.get('name') if isinstance(body.get('name'), str) else owner.name}"
    prefix, hop = body.get("addressPrefix"), body.get("nextHopType")
    prefixes = networks(prefix)
    if UNKNOWN in (prefix, hop):
        return _unknown(owner, name, f"{name} is not known", sure=False)
    leads, unread, sure = _hop(owner, key, body, resources, context)
    if prefixes is None:
        if leads != "past":
            return Read(owner, (), ())
        # A service tag is a part of the Internet, and longer than the default route.
        unread = unread or f"{name} is for {prefix}, whose addresses only Azure knows"
        prefixes = SOME_INTERNET
    if unread:
        return _unknown(owner, name, unread, prefixes, sure=sure)
    way = Way(name, prefixes, leads)
    return Read(owner, (way,), (way,))


def _unknown(
    owner: Resource,
    name: str,
    what: str,
    prefixes: tuple[Network, ...] = SOME_INTERNET,
    *,
    sure: bool,
) -> Read[Way]:
    """A route that may lead to the firewall, and may lead past it."""
    least, most = Way(name, prefixes, "firewall"), Way(name, prefixes, "past")
    return Read(owner, (least,), (most,), what, sure)


def _hop(
    owner: Resource,
    key: str,
    body: Mapping[str, Any],
    resources: tuple[Resource, ...],
    context: Context,
) -> tuple[Literal["firewall", "past", "nowhere"], str, bool]:
    """Where a route leads, and what is not known of it."""
    kind = str(body.get("nextHopType")).casefold()
    if kind == "none":
        return "nowhere", "", True
    if kind != "virtualappliance":
        return "past", "", True
    address = body.get("nextHopIpAddress")
    firewalls = [each for each in resources if each.type == FIREWALL_TYPE]
    if address is UNKNOWN:
        made_from = owner.refers.get(key, ())
        if any(each.urn in made_from for each in firewalls):
            return "firewall", "", True
        return "past", f"the appliance that route {body.get('name')} leads to is not known", False
    known = set(_firewall_addresses(firewalls))
    table = azure_target(context.environment, ()).route_table
    if table and table.firewall_address:
        known.add(str(table.firewall_address))
    # Where neither the stack nor the environment names the firewall, any appliance may be it.
    return ("past" if known and str(address) not in known else "firewall"), "", True


def _firewall_addresses(firewalls: list[Resource]) -> Iterator[str]:
    for firewall in firewalls:
        for configuration in items(firewall.properties.get("ipConfigurations")):
            address = mapping(configuration).get("privateIPAddress")
            if isinstance(address, str):
                yield address


GUARDRAIL = Guardrail(
    id="wsus-azure-route-bypasses-firewall",
    title="A route leads a WSUS server past the firewall",
    why="What does not go through the firewall is held to no endpoint list.",
    severity="high",
    judge=judge,
    place="azure",
)
