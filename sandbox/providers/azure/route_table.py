"""`azure-native.network.RouteTable` with its routes inline, as azure-native advises."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar, Final

from providers.azure.references import enveloped, refuse_use, used_by
from providers.azure.resource import NAME, AzureKind
from providers.azure.sources import bad
from providers.azure.subnet import SUBNET_TYPE
from providers.errors import Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known, row_problems
from providers.store import Records

ROUTE_TABLE_TYPE: Final = "azure-native:network:RouteTable"
_MOST: Final = 400  # "Azure subscription and service limits", older copy.
_HOPS: Final = ("VirtualNetworkGateway", "VnetLocal", "Internet", "VirtualAppliance", "None")


@written(
    "its id's parts replace it; whatever else changes is sent",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class RouteTable(AzureKind):
    """A table and all its routes."""

    type_name = ROUTE_TABLE_TYPE
    name_input = "routeTableName"
    collection = "routeTables"
    model = "RouteTable"
    inputs: ClassVar = {
        "disableBgpRoutePropagation": bool,
        "id": str,
        "location": str,
        "resourceGroupName": str,
        "routeTableName": str,
        "routes": list,
        "tags": dict,
    }
    replaced_by: ClassVar = frozenset({"resourceGroupName", "routeTableName"})
    computed: ClassVar = (*AzureKind.computed, "resourceGuid", "subnets")

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """`properties` around the table's and every route's own."""
        body = enveloped(inputs, frozenset({"resourceGroupName", "routeTableName"}))
        routes = body["properties"].get("routes")
        if routes is not None:
            body["properties"]["routes"] = [
                {
                    "name": route.get("name"),
                    "properties": {key: value for key, value in route.items() if key != "name"},
                }
                for route in routes
            ]
        return body

    @written(
        "400 routes, and a prefix once",
        '"Azure subscription and service limits"; "Virtual network traffic routing"',
        "2026-11",
    )
    @believed("the code RouteConflict")
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Every route, its next hop above all, and no two for one prefix."""
        routes = [route for route in items(inputs, "routes") if is_a(route, dict)]
        if len(routes) > _MOST:
            yield bad("routes", f"{len(routes)} routes; the limit is {_MOST}.")
        yield from row_problems(inputs, "routes")
        seen: set[str] = set()
        for index, route in enumerate(routes):
            path = f"routes[{index}]"
            name, prefix = known(route, "name"), known(route, "addressPrefix")
            if name is not None and not NAME.fullmatch(name):
                yield bad(
                    f"{path}.name", f"Resource name {name} is invalid.", "InvalidResourceName"
                )
            if prefix is not None:
                if prefix in seen:
                    yield bad(
                        f"{path}.addressPrefix", f"Two routes have {prefix}.", "RouteConflict"
                    )
                seen.add(prefix)
                yield from _prefix_problems(path, prefix)
            yield from _hop_problems(path, route)

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """Add the subnets that have the table now."""
        users = used_by(session.store.read(), SUBNET_TYPE, "routeTable", id_)
        return {**super().outputs(id_, inputs, session), "subnets": [{"id": key} for key in users]}

    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a subnet has it."""
        refuse_use(records, SUBNET_TYPE, "routeTable", id_, "InUseRouteTableCannotBeDeleted")


@believed("the code InvalidAddressPrefix")
def _prefix_problems(path: str, prefix: str) -> Problems:
    try:
        ipaddress.ip_network(prefix)
    except ValueError:
        if not prefix[:1].isalpha():  # A service tag starts with a letter.
            yield bad(f"{path}.addressPrefix", f"Invalid prefix {prefix}.", "InvalidAddressPrefix")


@written(
    "an appliance has an address, and no other hop has one",
    '"Virtual network traffic routing"',
    "2026-11",
)
@believed("the code RouteNextHopIpAddressInvalid")
def _hop_problems(path: str, route: dict[str, Any]) -> Problems:
    hop = known(route, "nextHopType")
    if "nextHopType" not in route or (hop is not None and hop not in _HOPS):
        yield bad(f"{path}.nextHopType", f"Invalid next hop '{hop}': {', '.join(_HOPS)}.")
    given = "nextHopIpAddress" in route
    if hop is not None and given != (hop == "VirtualAppliance"):
        yield bad(
            f"{path}.nextHopIpAddress",
            f"Route {route.get('name')}: nextHopIpAddress is for VirtualAppliance, and required "
            "there.",
            "RouteNextHopIpAddressInvalid",
        )
    address = known(route, "nextHopIpAddress")
    if address is not None:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            yield bad(f"{path}.nextHopIpAddress", f"{address} is no IP address.")
