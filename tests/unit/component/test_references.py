"""References in documents, and the names of Pulumi's SDKs."""

from __future__ import annotations

import pytest

from wsus_egress.component.references import OWN_KEYS, Reference, camel, pieces, snake
from wsus_egress.config.base import json_schema
from wsus_egress.config.settings import EnvironmentSettings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ("plain",)),
        ("", ()),
        ("${wsus.id}", (Reference("wsus", "id"),)),
        ("a ${one.arn}, ${two.id} z", ("a ", Reference("one", "arn"), ", ", Reference("two", "id"), " z")),
        ("$WSUS_SOURCES any", ("$WSUS_SOURCES any",)),
    ],
)  # fmt: skip
def test_pieces(text: str, expected: tuple[str | Reference, ...]) -> None:
    """A text is cut at its references and nowhere else."""
    assert expected == pieces(text)


def test_keys_of_a_path() -> None:
    """A path into a resource has its names as Python's SDK writes them."""
    reference = Reference("gateway", "ipConfigurations[0].privateIPAddress")

    assert ("ip_configurations", 0, "private_ip_address") == reference.keys


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vpcId", "vpc_id"),
        ("cidrIpv4", "cidr_ipv4"),
        ("publicIPAddress", "public_ip_address"),
        ("publicIPAllocationMethod", "public_ip_allocation_method"),
        ("id", "id"),
    ],
)
def test_snake(name: str, expected: str) -> None:
    """As Pulumi's SDKs do it."""
    assert expected == snake(name)


def test_camel() -> None:
    """A path keeps its positions and its hyphens."""
    assert "policy.servers[0].awsPeer.my-party" == camel("policy.servers[0].aws_peer.my-party")


def test_the_users_own_keys_are_those_of_every_mapping() -> None:
    """Each setting that maps keys of the user's own to text, and no other, keeps its keys."""
    kinds = json_schema(EnvironmentSettings, "environment")["$defs"].values()
    found = {
        snake(name)
        for kind in kinds
        for name, setting in kind["properties"].items()
        if setting.get("type") == "object"
    }

    assert OWN_KEYS == found
