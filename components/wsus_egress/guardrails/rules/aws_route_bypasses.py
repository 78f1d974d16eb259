"""No route of an AWS stack leads a WSUS server to the Internet past the firewall."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from wsus_egress.guardrails.findings import PAST, findings, unaccepted
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.model.flows import Network
from wsus_egress.readers.aws.places import aws_target
from wsus_egress.readers.aws.tables import (
    DEFAULT_TABLE,
    ROUTE,
    TABLE,
    Tables,
    endpoints_past,
    server_tables,
    tables_of,
)
from wsus_egress.readers.evaluator import Routes, Way
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import (
    SOME_INTERNET,
    items,
    mapping,
    networks,
    put,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

_FIREWALLS: Final = "aws:networkfirewall/"
_FIX: Final = "lead it to the firewall's endpoint of the server's zone"
_DESTINATIONS: Final = ("cidrBlock", "ipv6CidrBlock", "destinationCidrBlock",
                        "destinationIpv6CidrBlock")  # fmt: skip
# What a route can lead to. A transit gateway leads to where the firewall of several VPCs stands; a
# peered VPC forwards nothing to the Internet ("VPC peering limitations", 2023-06).
_TO_FIREWALL: Final = ("vpcEndpointId", "transitGatewayId", "coreNetworkArn",
                       "vpcPeeringConnectionId")  # fmt: skip
_PAST: Final = ("gatewayId", "natGatewayId", "egressOnlyGatewayId", "networkInterfaceId",
                "carrierGatewayId", "localGatewayId", "instanceId")  # fmt: skip


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Prove the routes of each table that a server's subnet has."""
    if not _has_firewall(resources, context):
        return NotApplicable("neither the environment nor the stack has a Network Firewall")
    covered = server_tables(resources, context.environment)
    judged = [
        Judged(owner, "aws", reads, functools.partial(_control, space))
        for owner, space, reads in _tables(resources, covered)
    ]
    past = tuple(_endpoint(each) for each in endpoints_past(resources, covered))
    if not judged and not past:
        return NotApplicable("no route table of the stack is on a server's subnet")
    return (*findings(unaccepted(judged, context), _FIX, PAST), *past)


def _endpoint(each: Resource) -> Finding:
    """A gateway endpoint: its route is longer than the one to the firewall."""
    what = f"it leads a server's requests to {each.properties.get('serviceName')} past the firewall"
    fix = (
        "take the table of the server's subnet off it, or excuse it where its own policy lets through "
        "nothing but what you own"
    )
    return Finding(each.urn, each.name, what, fix)


def _has_firewall(resources: tuple[Resource, ...], context: Context) -> bool:
    return aws_target(context.environment).network_firewall is not None or any(
        each.type.startswith(_FIREWALLS) for each in resources
    )


def _control(space: tuple[Network, ...], rules: tuple[Way, ...]) -> Routes:
    ordered = tuple(sorted(rules, key=lambda way: way.hop != "past"))
    return Routes(space, "aws-route-table", rules=ordered)


def _tables(
    resources: tuple[Resource, ...], covered: Tables
) -> Iterator[tuple[Resource, tuple[Network, ...], tuple[Read[Way], ...]]]:
    """The servers' tables: a table of the stack, or the first route of another one."""
    routes: dict[str, list[Read[Way]]] = {}
    owners: dict[str, Resource] = {}
    kinds = (TABLE, DEFAULT_TABLE)
    for table in (each for each in resources if each.type in kinds and each.urn in covered):
        owners[table.urn] = table
        routes[table.urn] = [
            _read(table, "routes", f"{number}", body)
            for number, body in enumerate(items(put(table, "routes")))
        ]
    for route in (each for each in resources if each.type == ROUTE):
        for key in tables_of(route, "routeTableId", resources):
            if key in covered:
                owners.setdefault(key, route)
                routes.setdefault(key, []).append(_read(route, "", route.name, route.properties))
    for key, owner in owners.items():
        yield owner, covered[key], tuple(routes[key])


def _read(owner: Resource, key: str, name: str, body: Any) -> Read[Way]:
    identity = f"route {name}"
    unknown = Way(identity, SOME_INTERNET, "past")
    if body is UNKNOWN:
        return Read(owner, (), (unknown,), f"{identity} is not known", sure=False)
    leads, unread, sure = _hop(owner, key, mapping(body))
    texts = [body.get(each) for each in _DESTINATIONS if body.get(each)]
    if leads != "past" and (UNKNOWN in texts or not texts):
        return Read(owner, (), ())
    if UNKNOWN in texts:
        unread = f"the destination of {identity} is not known"
        return Read(owner, (), (unknown,), unread, sure=False)
    if not texts:
        unread = unread or f"{identity} is for a prefix list, whose ranges are not read"
        return Read(owner, (), (unknown,), unread, sure)
    prefixes = tuple(network for text in texts for network in networks(text) or ())
    way = Way(identity, prefixes, leads)
    return Read(owner, () if unread else (way,), (way,), unread, sure)


def _hop(
    owner: Resource, key: str, body: Mapping[str, Any]
) -> tuple[Literal["firewall", "past", "nowhere"], str, bool]:
    """Where a route leads, and what is not known of it."""
    given = {each for each in (*_PAST, *_TO_FIREWALL) if body.get(each) not in (None, "", "local")}
    # What AWS fills in where the program gives another target.
    filled = {each for each in given if body[each] is UNKNOWN and not owner.refers.get(key or each)}
    if (given - filled) & {*_PAST}:
        return "past", "", True
    if given - filled:
        return "firewall", "", True
    if filled:
        return "past", f"where route {owner.name} leads is not known", False
    return "nowhere", "", True


GUARDRAIL = Guardrail(
    id="wsus-aws-route-bypasses-firewall",
    title="A route leads a WSUS server past the firewall",
    why="What does not go through the firewall is held to no endpoint list.",
    severity="high",
    judge=judge,
)
