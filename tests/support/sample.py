"""Settings that many tests begin with: one server, one network of each cloud, one day."""

from __future__ import annotations

import datetime
from typing import Any, Final

TODAY: Final = datetime.date(2026, 11, 24)
"""A day on which no shipped acceptance has expired."""
GOOD_LIST: Final = """\
title: A list
endpoints:
  - pattern: "*.example.com"
    schemes: [http]
    purpose: Files
    source: A page
    date: "2026-11-01"
"""
VPC: Final = "vpc-0a1b2c3d4e5f60718"
ONE: Final[dict[str, Any]] = {"name": "one", "addresses": ["10.20.0.10"]}
AZURE: Final[dict[str, Any]] = {
    "resourceGroup": "rg",
    "location": "westeurope",
    "addressSpace": ["10.20.0.0/16"],
    "destinations": "list",
    "firewallPolicy": {"name": "afwp"},
}


def policy(**own: Any) -> dict[str, Any]:
    """Settings of a firewall policy."""
    return {"firewallPolicy": {"name": "afwp", **own}}
