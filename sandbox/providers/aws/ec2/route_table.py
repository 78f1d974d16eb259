"""`aws.ec2.RouteTable` and what puts it on a subnet; its routes are resources of their own."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from providers.aws.account import ACCOUNT, AwsKind, all_tags, arn, region, require_vpc, tag_problems
from providers.aws.ec2.networks import ASSOCIATION, ROUTE_TABLE, route_tables, subnets
from providers.aws.registry import check_schema, tags
from providers.errors import Problem, Problems, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records


@believed("the VPC is for life")
class RouteTable(AwsKind):
    """A route table of a VPC that the platform team made."""

    token = True
    type_name = ROUTE_TABLE
    inputs: ClassVar = {
        "propagatingVgws": list,
        "region": str,
        "routes": list,
        "tags": dict,
        "vpcId": str,
    }
    required: ClassVar = ("vpcId",)
    replaced_by: ClassVar = frozenset({"region", "vpcId"})
    computed: ClassVar = ("arn", "ownerId", "region", "tagsAll")

    @believed("routes inside a table are not imitated")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """What the stand-in takes as resources of their own, and bad tags."""
        for field in ("propagatingVgws", "routes"):
            if field in inputs:
                yield Problem(field, "the stand-in keeps routes as resources: use aws.ec2.Route")
        yield from tag_problems(inputs)

    @believed("the wording where table and subnet are not there, or apart")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The VPC must be one that `world.yaml` lists."""
        require_vpc(inputs, session, "CreateRouteTable")

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`rtb-` and 17 hexadecimal digits, as EC2 gives."""
        return f"rtb-{secrets.token_hex(9)[:17]}"

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """Check the registry schema, and nothing else."""
        check_schema(
            "CreateRouteTable",
            "AWS::EC2::RouteTable",
            {"Tags": tags(inputs), "VpcId": inputs.get("vpcId")},
            region(inputs, session),
        )

    @believed("a table that a subnet has cannot be deleted, in these words")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a subnet has it."""
        for key, row in sorted(records.get(ASSOCIATION, {}).items()):
            if row.get("routeTableId") == id_:
                raise aws_error(
                    "DeleteRouteTable",
                    "DependencyViolation",
                    f"The routeTable '{id_}' has dependencies and cannot be deleted ({key}).",
                )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that EC2 and the provider add."""
        return {
            "arn": arn("ec2", f"route-table/{id_}", inputs, session),
            "ownerId": ACCOUNT,
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
        }


@written(
    "another table is set by ReplaceRouteTableAssociation",
    "botocore 1.44.5, ReplaceRouteTableAssociation",
    "2026-11",
)
class RouteTableAssociation(AwsKind):
    """The route table of a subnet that a stack made: one of `world.yaml` has its table already."""

    type_name = ASSOCIATION
    inputs: ClassVar = dict.fromkeys(("gatewayId", "region", "routeTableId", "subnetId"), str)
    required: ClassVar = ("routeTableId",)
    # Another table is set in place (ReplaceRouteTableAssociation).
    replaced_by: ClassVar = frozenset({"gatewayId", "region", "subnetId"})
    computed: ClassVar = ("region",)

    @believed("a gateway's table is not imitated")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """A subnet, and nothing else."""
        if "gatewayId" in inputs:
            yield Problem("gatewayId", "the stand-in puts route tables on subnets alone")
        if "subnetId" not in inputs:
            yield Problem("subnetId", "one of `gateway_id,subnet_id` must be specified")

    @believed("the wording where table and subnet are not there, or apart")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """Both must exist, in one VPC."""
        where = region(inputs, session)
        networks = []
        for what, field, rows in (
            ("routeTable", "routeTableId", route_tables(session)),
            ("subnet", "subnetId", subnets(session)),
        ):
            id_ = known(inputs, field)
            if id_ is None:
                continue
            if (row := rows.get((where, id_))) is None:
                raise aws_error(
                    "AssociateRouteTable",
                    f"Invalid{what[0].upper()}{what[1:]}ID.NotFound",
                    f"The {what} ID '{id_}' does not exist",
                )
            networks.append(row["vpc"])
        if len(set(networks)) > 1:
            raise aws_error(
                "AssociateRouteTable",
                "InvalidParameterValue",
                f"Route table {inputs['routeTableId']} and subnet {inputs['subnetId']} belong to "
                "different networks",
            )

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`rtbassoc-` and 17 hexadecimal digits, as EC2 gives."""
        return f"rtbassoc-{secrets.token_hex(9)[:17]}"

    @believed("a subnet has one table: Resource.AlreadyAssociated")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema; a subnet has one table."""
        where = region(inputs, session)
        held = records.get(ASSOCIATION, {})
        operation = "ReplaceRouteTableAssociation" if id_ in held else "AssociateRouteTable"
        check_schema(
            operation,
            "AWS::EC2::SubnetRouteTableAssociation",
            {"RouteTableId": inputs.get("routeTableId"), "SubnetId": inputs.get("subnetId")},
            where,
        )
        if id_ not in held and subnets(session, records)[where, str(inputs["subnetId"])]["table"]:
            raise aws_error(
                operation,
                "Resource.AlreadyAssociated",
                f"the specified association for route table {inputs['routeTableId']} conflicts with "
                "an existing association",
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """The region alone."""
        return {"region": region(inputs, session)}
