"""Functions: what a program asks about the account and about the networks of `world.yaml`."""

from __future__ import annotations

from typing import Any, Final

from providers.aws.account import ACCOUNT, region
from providers.aws.ec2.networks import route_tables, subnets
from providers.aws.ec2.route import ROUTE
from providers.errors import CloudError, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Invoke, Session
from providers.store import Record
from providers.world import WORLD_NAME, Row, Rows


def _get_region(_: Inputs, session: Session) -> dict[str, Any]:
    where = region({}, session)
    return {"id": where, "region": where, "name": where, "description": "the sandbox"}


def _get_caller_identity(_: Inputs, __: Session) -> dict[str, Any]:
    arn = f"arn:aws:iam::{ACCOUNT}:user/sandbox"
    return {"id": ACCOUNT, "accountId": ACCOUNT, "arn": arn, "userId": "sandbox"}


def _get_vpc(inputs: Inputs, session: Session) -> dict[str, Any]:
    where = region(inputs, session)
    row = _by_id("vpc", "id", inputs, session.world.vpcs, where)
    return {
        "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:vpc/{row['id']}",
        "cidrBlock": row["cidr"],
        "cidrBlockAssociations": [
            {"associationId": "", "cidrBlock": row["cidr"], "state": "associated"}
        ],
        "default": bool(row.get("default")),
        "id": row["id"],
        "ownerId": ACCOUNT,
        "region": where,
        "state": "available",
        "tags": {"Name": row["name"]},
    }


def _get_subnet(inputs: Inputs, session: Session) -> dict[str, Any]:
    where = region(inputs, session)
    row = _by_id("subnet", "id", inputs, subnets(session), where)
    return {
        "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:subnet/{row['id']}",
        "availabilityZone": row["zone"],
        "cidrBlock": row["cidr"],
        "id": row["id"],
        "ownerId": ACCOUNT,
        "region": where,
        "state": "available",
        "tags": {"Name": row["name"]},
        "vpcId": row["vpc"],
    }


@written(
    "routes of stacks are told as others are, the VPC's own local route is not",
    "terraform-provider-aws internal/service/ec2/vpc_route_table_data_source.go, commit 08923b6",
    "2026-11",
)
def _get_route_table(inputs: Inputs, session: Session) -> dict[str, Any]:
    where = region(inputs, session)
    if "subnetId" in inputs and "routeTableId" not in inputs:
        subnet = _by_id("subnet", "subnetId", inputs, subnets(session), where)
        if not subnet["table"]:
            raise CloudError(
                f"{subnet['id']} has no route table of its own, and the stand-in has no main ones: "
                "add a RouteTableAssociation"
            )
        inputs = {"routeTableId": subnet["table"]}
    row = _by_id("route table", "routeTableId", inputs, route_tables(session), where)
    return {
        "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:route-table/{row['id']}",
        "associations": [
            {"subnetId": subnet["id"], "routeTableId": row["id"], "main": False}
            for subnet in subnets(session).values()
            if subnet["table"] == row["id"]
        ],
        "id": row["id"],
        "ownerId": ACCOUNT,
        "region": where,
        "routeTableId": row["id"],
        "routes": [
            *({"cidrBlock": route["to"], _field(route["via"]): route["via"]} for route in row["routes"]),
            *(_told(route) for route in session.store.read().get(ROUTE, {}).values()
              if route["routeTableId"] == row["id"]),
        ],
        "tags": {"Name": row["name"]},
        "vpcId": row["vpc"],
    }  # fmt: skip


def _told(route: Record) -> dict[str, Any]:
    """A route that a stack made, as the function names its parts."""
    names = {"destinationCidrBlock": "cidrBlock", "destinationIpv6CidrBlock": "ipv6CidrBlock"}
    return {
        names.get(name, name): value
        for name, value in route.items()
        if name not in ("region", "routeTableId")
    }


def _field(target: str) -> str:
    fields = {"nat": "natGatewayId", "tgw": "transitGatewayId"}
    return fields.get(target.partition("-")[0], "gatewayId")


@believed("the wording where what is looked up is not there")
def _by_id(what: str, field: str, inputs: Inputs, rows: Rows, where: str) -> Row:
    """The row that an id names."""
    id_ = inputs.get(field)
    others = sorted(inputs.keys() - {field, "region"})
    if not isinstance(id_, str) or others:
        raise CloudError(
            f"the stand-in looks a {what} up by {field} alone"
            + (f": leave out {', '.join(others)}" if others else "")
        )
    row = rows.get((where, id_))
    if row is None:
        code = "".join(part.title() for part in what.split())
        raise aws_error(
            f"Describe{code}s",
            f"Invalid{code}ID.NotFound",
            f"The {what} ID '{id_}' does not exist ({WORLD_NAME} has none of that id in {where})",
        )
    return row


INVOKES: Final[dict[str, Invoke]] = {
    "aws:ec2/getRouteTable:getRouteTable": _get_route_table,
    "aws:ec2/getSubnet:getSubnet": _get_subnet,
    "aws:ec2/getVpc:getVpc": _get_vpc,
    "aws:index/getCallerIdentity:getCallerIdentity": _get_caller_identity,
    "aws:index/getRegion:getRegion": _get_region,
}
