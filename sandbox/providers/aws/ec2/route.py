"""`aws.ec2.Route`: one destination of a route table, and where it leads."""

from __future__ import annotations

import ipaddress
import zlib
from typing import Any, ClassVar, Final

from providers.aws.account import AwsKind, region
from providers.aws.ec2.networks import route_tables, subnets
from providers.aws.networkfirewall.endpoints import endpoints
from providers.aws.registry import check_schema, properties
from providers.errors import CloudError, Problem, Problems, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records
from providers.world import WORLD_NAME, Row

ROUTE: Final = "aws:ec2/route:Route"
DESTINATIONS: Final = (
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
)
TARGETS: Final = (
    "carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId",
    "natGatewayId", "networkInterfaceId", "odbNetworkArn", "transitGatewayId", "vpcEndpointId",
    "vpcPeeringConnectionId",
)  # fmt: skip


_SOURCE: Final = "terraform-provider-aws internal/service/ec2/vpc_route.go, commit 0128541"


@written(
    "destination and table are ForceNew, a new target is set by ReplaceRoute", _SOURCE, "2026-11"
)
class Route(AwsKind):
    """A route in a table that is there."""

    type_name = ROUTE
    inputs: ClassVar = dict.fromkeys((*DESTINATIONS, "region", "routeTableId", *TARGETS), str)
    required: ClassVar = ("routeTableId",)
    # A new target is set in place (ReplaceRoute).
    replaced_by: ClassVar = frozenset({*DESTINATIONS, "region", "routeTableId"})
    computed: ClassVar = ("instanceId", "instanceOwnerId", "origin", "region", "state")

    @written("one destination and one target; no endpoint for a prefix list", _SOURCE, "2026-11")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the provider, or EC2 behind it, refuses in the inputs alone."""
        for choices in (DESTINATIONS, TARGETS):
            given = [field for field in choices if field in inputs]
            if len(given) != 1:
                yield Problem(
                    given[1] if given else choices[0],
                    f"Invalid combination of arguments: one of `{','.join(choices)}` must be "
                    f"specified; specified: {','.join(given) or 'none'}",
                )
        for field, version in (("destinationCidrBlock", 4), ("destinationIpv6CidrBlock", 6)):
            yield from _network_problems(field, known(inputs, field), version)
        if "destinationPrefixListId" in inputs and "vpcEndpointId" in inputs:
            yield Problem(
                "vpcEndpointId",
                "InvalidParameterValue: Cannot create or replace a prefix list route targeting a "
                "VPC Endpoint.",
            )

    @believed("the wording of InvalidRouteTableID.NotFound")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The table must exist, and take such a destination."""
        where, table = region(inputs, session), known(inputs, "routeTableId")
        if table is None:
            return
        row = route_tables(session).get((where, table))
        if row is None:
            raise aws_error(
                "CreateRoute",
                "InvalidRouteTableID.NotFound",
                f"The routeTable ID '{table}' does not exist ({WORLD_NAME} has none of that id in "
                f"{where})",
            )
        destination = known(inputs, "destinationCidrBlock")
        if destination is None:
            return
        local = session.world.vpcs[where, row["vpc"]]["cidr"]
        if destination != local:
            _check_more_specific(destination, row, local, session)

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`r-`, the table and a hash of the destination, as the provider gives."""
        destination = next(str(inputs[field]) for field in DESTINATIONS if field in inputs)
        return _id(str(inputs["routeTableId"]), destination)

    @written(
        "a route is imported as its table, an underscore and its destination", _SOURCE, "2026-11"
    )
    @believed("the wording of that")
    def id_of_import(self, id_: str) -> str:
        """The provider's id of the route that is imported as `rtb-..._0.0.0.0/0`."""
        table, mark, destination = id_.partition("_")
        if not mark or not destination or "_" in destination:
            raise CloudError(
                f'unexpected format of ID ("{id_}"), expected ROUTETABLEID_DESTINATION'
            )
        return _id(table, destination)

    @believed(
        "CreateRoute names the destination by its id where the stack itself made the other route"
    )
    def taken(self, id_: str) -> CloudError:
        """A table has each destination once."""
        return _exists(id_)

    @believed("a target in another network is refused, and in these words")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, then the target; a table has each destination once."""
        operation = "ReplaceRoute" if id_ in records.get(ROUTE, {}) else "CreateRoute"
        if operation == "CreateRoute":
            _check_free(inputs, records, session)
        given = {name: value for name, value in inputs.items() if name in self.inputs}
        given.pop("region", None)
        check_schema(operation, "AWS::EC2::Route", properties(given), region(inputs, session))
        target = next(str(inputs[field]) for field in TARGETS if field in inputs)
        theirs = _networks_of(target, records, session)
        if not theirs:
            kind = "VpcEndpoint" if "vpcEndpointId" in inputs else "Gateway"
            raise aws_error(
                operation,
                f"Invalid{kind}Id.NotFound",
                f"The {kind} ID '{target}' does not exist",
            )
        table = str(inputs["routeTableId"])
        if route_tables(session, records)[region(inputs, session), table]["vpc"] not in theirs:
            raise aws_error(
                operation,
                "InvalidParameterValue",
                f"route table {table} and network gateway {target} belong to different networks",
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """The outputs that EC2 adds."""
        return {
            "instanceId": "",
            "instanceOwnerId": "",
            "origin": "CreateRoute",
            "region": region(inputs, session),
            "state": "active",
        }


def _id(table: str, destination: str) -> str:
    return f"r-{table}{zlib.crc32(destination.encode())}"


@written(
    "a table has each destination once: RouteAlreadyExists, the destination in the message",
    "terraform-aws-modules/terraform-aws-vpc issue 44",
    "2026-11",
)
def _exists(destination: str) -> CloudError:
    return aws_error(
        "CreateRoute",
        "RouteAlreadyExists",
        f"The route identified by {destination} already exists.",
    )


@written(
    "the VPC's own range has its local route: a second one is refused in the same words",
    "terraform-provider-aws issues 23866 and 30244",
    "2026-11",
)
def _check_free(inputs: Inputs, records: Records, session: Session) -> None:
    """The table's other routes, which only the create meets: a preview asks nobody about them."""
    where, destination = region(inputs, session), known(inputs, "destinationCidrBlock")
    row = route_tables(session, records)[where, str(inputs["routeTableId"])]
    local = session.world.vpcs[where, row["vpc"]]["cidr"]
    if destination in {local, *(str(route["to"]) for route in row["routes"])}:
        raise _exists(str(destination))


@written(
    "a destination must be a network address",
    f"{_SOURCE}: verify.ValidIPv4CIDRNetworkAddress",
    "2026-11",
)
def _network_problems(field: str, text: str | None, version: int) -> Problems:
    if text is None:
        return
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or network.version != version or str(network) != text.lower():
        yield Problem(
            field,
            f'"{text}" is not a valid IPv{version} CIDR block that represents a network address'
            + (f'; did you mean "{network}"?' if network else ""),
        )


@written(
    "inside the VPC a route leads to an endpoint only for a whole subnet",
    'VPC user guide, "Example routing options"',
    "2026-11",
)
def _check_more_specific(destination: str, row: Row, local: str, session: Session) -> None:
    # Inside the VPC a route may lead to an endpoint only for a whole subnet ("Example routing
    # options": routing within a VPC, VPC user guide, read 2026-11).
    network, inside = ipaddress.ip_network(destination), ipaddress.ip_network(local)
    if not isinstance(network, ipaddress.IPv4Network) or not isinstance(inside, type(network)):
        return
    whole = {about["cidr"] for about in subnets(session).values() if about["vpc"] == row["vpc"]}
    if network.subnet_of(inside) and destination not in whole:
        raise aws_error(
            "CreateRoute",
            "InvalidParameterValue",
            f"The destination CIDR block {destination} is more specific than the VPC's CIDR block "
            f"{local}: it must be a whole subnet ({', '.join(sorted(whole))})",
        )


def _networks_of(target: str, records: Records, session: Session) -> set[str]:
    """The VPCs that a target is in; a transit gateway is in all that are attached to it."""
    found = {
        str(row["vpc"])
        for row in session.world.route_tables.values()
        if target in (route["via"] for route in row["routes"])
    }
    found |= session.world.gateways.get(target, frozenset())
    return found | ({vpc} if (vpc := endpoints(records).get(target)) else set())
