"""Reads `sandbox/world.yaml`, or a scratch world: what exists before a deployment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

_SCRATCH: Final = os.environ.get("WSUS_EGRESS_SANDBOX_WORLD", "")
WORLD_FILE: Final = Path(_SCRATCH or Path(__file__).resolve().parents[1] / "world.yaml")
"""The checkout's own, or the scratch world that `make up ENV=mine` invented."""
WORLD_NAME: Final = _SCRATCH or "sandbox/world.yaml"

Row = dict[str, Any]
Rows = dict[tuple[str, str], Row]
"""Rows by region and id."""


@dataclass(frozen=True, slots=True)
class Organization:
    """The AWS organization that the stand-in's account is in."""

    id: str = ""
    units: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class World:
    """Both clouds' rows: AWS's by region and id, resource groups' locations by name.

    Virtual networks are kept by resource group and name, Log Analytics workspaces alike; of a gateway
    the VPCs whose routes may lead to it.
    """

    vpcs: Rows
    resource_groups: dict[str, str]
    subnets: Rows = field(default_factory=dict)
    route_tables: Rows = field(default_factory=dict)
    prefix_lists: Rows = field(default_factory=dict)
    gateways: dict[str, frozenset[str]] = field(default_factory=dict)
    organization: Organization = field(default_factory=Organization)
    virtual_networks: Rows = field(default_factory=dict)
    workspaces: frozenset[tuple[str, str]] = frozenset()
    rules_per_group: int = 60
    """The account's quota of a security group's rules: "Amazon VPC quotas", 2023-06, unless AWS raised it."""

    def default_vpc(self, region: str) -> str | None:
        """The id of the region's default VPC, or None."""
        for (where, vpc), about in self.vpcs.items():
            if where == region and about.get("default"):
                return vpc
        return None

    def virtual_network(self, resource_group: str, name: str) -> dict[str, Any] | None:
        """A virtual network: its address space and the subnets that it has already."""
        return self.virtual_networks.get((resource_group.casefold(), name.casefold()))

    def subnet(self, resource_group: str, network: str, name: str) -> Row | None:
        """A subnet of such a network."""
        rows = (self.virtual_network(resource_group, network) or {}).get("subnets", ())
        return next((row for row in rows if row["name"].casefold() == name.casefold()), None)

    def location(self, resource_group: str) -> str | None:
        """Where a resource group is. Azure compares names without case."""
        return self.resource_groups.get(resource_group.casefold())


def from_data(data: dict[str, Any]) -> World:
    """The world that the file's content describes."""
    regions = {vpc["id"]: vpc["region"] for vpc in data.get("vpcs", ())}
    organization = data.get("organization", {})
    return World(
        vpcs={(vpc["region"], vpc["id"]): vpc for vpc in data.get("vpcs", ())},
        subnets={(regions.get(row["vpc"], ""), row["id"]): row for row in data.get("subnets", ())},
        route_tables={
            (regions.get(row["vpc"], ""), row["id"]): row for row in data.get("route_tables", ())
        },
        prefix_lists={(row["region"], row["id"]): row for row in data.get("prefix_lists", ())},
        gateways={row["id"]: frozenset(row["vpcs"]) for row in data.get("gateways", ())},
        organization=Organization(
            organization.get("id", ""),
            frozenset(organization.get("units", ())),
            frozenset(organization.get("accounts", ())),
        ),
        resource_groups={
            row["name"].casefold(): row["location"] for row in data.get("resource_groups", ())
        },
        virtual_networks={_key(row): row for row in data.get("virtual_networks", ())},
        workspaces=frozenset(_key(row) for row in data.get("workspaces", ())),
        rules_per_group=data.get("rules_per_group", 60),
    )


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return row["resource_group"].casefold(), row["name"].casefold()


@cache
def load(file: Path = WORLD_FILE) -> World:
    """The world of the checkout, read once a run."""
    import yaml  # noqa: PLC0415 - not needed by every run.

    # The C loader reads the file in 4 ms instead of 40: every preview reads it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return from_data(yaml.load(file.read_text(encoding="utf-8"), loader) or {})  # noqa: S506 - safe.
