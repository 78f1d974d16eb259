"""The networks of the account: what `world.yaml` lists, and what stacks made beside it."""

from __future__ import annotations

from typing import Final

from providers.kind import Session
from providers.store import Record, Records
from providers.world import Rows

SUBNET: Final = "aws:ec2/subnet:Subnet"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"


def subnets(session: Session, records: Records | None = None) -> Rows:
    """Every subnet, as `world.yaml` has its rows.

    Args:
        session: The provider at work.
        records: What the account holds, where that is at hand.
    """
    held = session.store.read() if records is None else records
    tables = {row["subnetId"]: row["routeTableId"] for row in held.get(ASSOCIATION, {}).values()}
    made = {
        (str(row["region"]), id_): {
            "id": id_,
            "vpc": row["vpcId"],
            "zone": row["availabilityZone"],
            "cidr": row["cidrBlock"],
            "table": tables.get(id_, ""),
            "name": _name(row),
        }
        for id_, row in held.get(SUBNET, {}).items()
    }
    return {**session.world.subnets, **made}


def route_tables(session: Session, records: Records | None = None) -> Rows:
    """Every route table, as `world.yaml` has its rows; a stack's routes are its own resources."""
    held = session.store.read() if records is None else records
    made = {
        (str(row["region"]), id_): {
            "id": id_,
            "vpc": row["vpcId"],
            "routes": [],
            "name": _name(row),
        }
        for id_, row in held.get(ROUTE_TABLE, {}).items()
    }
    return {**session.world.route_tables, **made}


def _name(row: Record) -> str:
    return str((row.get("tags") or {}).get("Name", ""))
