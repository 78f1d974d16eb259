"""Functions: what a program asks about the account and about the networks of `world.yaml`."""

from __future__ import annotations

from typing import Any, Final

from providers.aws.account import ACCOUNT, region
from providers.aws.ec2.networks import route_tables, subnets
from providers.aws.ec2.route import ROUTE
from providers.aws.networkfirewall.common import POLICY, mapping
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import CloudError, aws_error, service_error
from providers.evidence import believed, written
from providers.kind import Inputs, Invoke, Session, items
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
    "routes of stacks are told as others are, the VPC's own local route is not; no table is an error",
    "terraform-provider-aws internal/service/ec2/vpc_route_table_data_source.go, commit 08923b6",
    "2026-11",
)
def _get_route_table(inputs: Inputs, session: Session) -> dict[str, Any]:
    where = region(inputs, session)
    if "filters" in inputs:
        # Of the filters, the stand-in has those of a VPC's main table, and no world has a main table.
        _filters(inputs, "association.main", "vpc-id")
        raise CloudError(
            "reading EC2 VPC Route Table: query returned no results. Please change your search "
            "criteria and try again"
        )
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


@written(
    "the ids of what the filters match, and an empty list where nothing does",
    "terraform-provider-aws internal/service/ec2/vpc_subnets_data_source.go, commit 0a7150e",
    "2026-11-30",
)
def _get_subnets(inputs: Inputs, session: Session) -> dict[str, Any]:
    where = region(inputs, session)
    (vpc,) = _filters(inputs, "vpc-id")
    ids = [
        row["id"] for (at, _), row in subnets(session).items() if (at, row["vpc"]) == (where, vpc)
    ]
    return {"id": where, "ids": sorted(ids), "region": where}


@believed("getRouteTables answers as getSubnets does")
def _get_route_tables(inputs: Inputs, session: Session) -> dict[str, Any]:
    where = region(inputs, session)
    vpc, subnet = _filters(inputs, "vpc-id", "association.subnet-id")
    row = subnets(session).get((where, subnet))
    ids = [row["table"]] if row is not None and row["vpc"] == vpc and row["table"] else []
    return {"id": where, "ids": ids, "region": where}


@believed("other filters are not imitated, and are refused")
def _filters(inputs: Inputs, *names: str) -> list[str]:
    """The one value of each filter, in the names' order; others are not imitated."""
    given = {each["name"]: each["values"] for each in items(inputs, "filters")}
    if given.keys() != set(names) or any(len(values) != 1 for values in given.values()):
        raise CloudError(
            f"the stand-in looks these up by one value each of {', '.join(names)} alone"
        )
    return [given[name][0] for name in names]


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


@written(
    "a policy's blocks are lists, and its rule order is said",
    "terraform-provider-aws internal/service/networkfirewall/firewall_policy_data_source.go, commit 01f4311",
    "2026-11-30",
)
def _get_firewall_policy(inputs: Inputs, session: Session) -> dict[str, Any]:
    arn = inputs.get("arn")
    if not isinstance(arn, str) or inputs.keys() - {"arn", "region"}:
        raise CloudError("the stand-in looks a firewall policy up by arn alone")
    record = session.store.read().get(POLICY, {}).get(arn)
    if record is None:
        raise service_error(
            NETWORK_FIREWALL.name,
            "DescribeFirewallPolicy",
            "ResourceNotFoundException",
            f"Firewall policy {arn} does not exist",
        )
    body = mapping(record, "firewallPolicy")
    return {
        "arn": arn,
        "description": record.get("description", ""),
        "firewallPolicies": [
            {
                "policyVariables": _variables(mapping(body, "policyVariables")),
                "statefulDefaultActions": items(body, "statefulDefaultActions"),
                "statefulEngineOptions": [{**mapping(body, "statefulEngineOptions"), "flowTimeouts": []}],
                "statefulRuleGroupReferences": [
                    {**{k: v for k, v in each.items() if k != "override"},
                     "overrides": [each["override"]] if "override" in each else []}
                    for each in items(body, "statefulRuleGroupReferences")
                ],
                "statelessCustomActions": [],
                "statelessDefaultActions": items(body, "statelessDefaultActions"),
                "statelessFragmentDefaultActions": items(body, "statelessFragmentDefaultActions"),
                "statelessRuleGroupReferences": [],
                "tlsInspectionConfigurationArn": "",
            }
        ],
        "id": arn,
        "name": arn.rpartition("/")[2],
        "region": region(inputs, session),
        "tags": record.get("tags", {}),
        "updateToken": "1",
    }  # fmt: skip


def _variables(given: Inputs) -> list[dict[str, Any]]:
    rows = [
        {"key": each["key"], "ipSets": [each["ipSet"]]} for each in items(given, "ruleVariables")
    ]
    return [{"ruleVariables": rows}] if rows else []


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
    "aws:ec2/getRouteTables:getRouteTables": _get_route_tables,
    "aws:ec2/getSubnet:getSubnet": _get_subnet,
    "aws:ec2/getSubnets:getSubnets": _get_subnets,
    "aws:ec2/getVpc:getVpc": _get_vpc,
    "aws:index/getCallerIdentity:getCallerIdentity": _get_caller_identity,
    "aws:index/getRegion:getRegion": _get_region,
    "aws:networkfirewall/getFirewallPolicy:getFirewallPolicy": _get_firewall_policy,
}
