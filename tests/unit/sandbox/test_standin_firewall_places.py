"""Firewalls at a transit gateway, and further endpoints of one, as AWS in the stand-in has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import standin
from standin import GONE, Account, refusal
from standin_aws import (
    BASE,
    FIREWALL,
    FIREWALL_ARN,
    FURTHER,
    POLICY,
    ROUTE,
    RULE_GROUP,
)

from providers.aws import CLOUD
from providers.aws.networkfirewall.endpoints import in_subnet


def attached(*zones: str, **more: Any) -> dict[str, Any]:
    """The edits of a firewall's baseline that put it at a transit gateway."""
    mappings = [{"availabilityZoneId": zone} for zone in zones]
    return {
        "vpcId": GONE,
        "subnetMappings": GONE,
        "transitGatewayId": "tgw-0123456789abcdef0",
        "availabilityZoneMappings": mappings,
        **more,
    }


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account with a rule group and a policy."""
    made = Account(CLOUD, standin.session(tmp_path), BASE)
    for kind in (RULE_GROUP, POLICY):
        made.create(kind)
    return made


def test_a_firewall_at_a_transit_gateway(account: Account) -> None:
    """It has an attachment and no endpoint in a subnet; its zones change unless they are protected."""
    unknown = refusal(account.create, FIREWALL, **attached("euw1-az1", transitGatewayId="tgw-1"))
    assert "transit gateway ID is invalid, parameter: [tgw-1]" in unknown

    firewall = account.create(FIREWALL, **attached("euw1-az1"))
    (status,) = account.outputs(FIREWALL, firewall)["firewallStatuses"]
    assert [] == status["syncStates"]
    (state,) = status["transitGatewayAttachmentSyncStates"]
    assert state["attachmentId"].startswith("tgw-attach-")

    account.update(
        FIREWALL, firewall, **attached("euw1-az1", availabilityZoneChangeProtection=True)
    )
    two = attached("euw1-az1", "euw1-az2")
    assert "Unable to change availabilityZoneMappings: availabilityZoneChangeProtection is on" in (
        refusal(account.update, FIREWALL, firewall, **two, availabilityZoneChangeProtection=True)
    )
    account.update(FIREWALL, firewall, **two)
    account.delete(FIREWALL, firewall)


def test_a_further_endpoint(account: Account) -> None:
    """Routes of its VPC lead to it; it goes before the firewall, and after its routes."""
    assert f"firewall ARN does not exist, parameter: [{FIREWALL_ARN}]" in refusal(
        account.create, FURTHER
    )
    account.create(FIREWALL)
    further = account.create(FURTHER)
    (status,) = account.outputs(FURTHER, further)["vpcEndpointAssociationStatuses"]
    (state,) = status["associationSyncStates"]
    assert "eu-west-1a" == state["availabilityZone"]

    endpoint = state["attachments"][0]["endpointId"]
    assert "belong to different networks" in refusal(account.create, ROUTE, vpcEndpointId=endpoint)
    route = account.create(ROUTE, routeTableId="rtb-0b2c3d4e5f605000a", vpcEndpointId=endpoint)
    assert "Endpoint must be removed from route table before deletion" in (
        refusal(account.delete, FURTHER, further)
    )
    assert "its VPC endpoint associations must be removed first" in (
        refusal(account.delete, FIREWALL, FIREWALL_ARN)
    )
    for kind, id_ in ((ROUTE, route), (FURTHER, further), (FIREWALL, FIREWALL_ARN)):
        account.delete(kind, id_)


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ({"vpcId": "vpc-1"}, "VPC ID is invalid, parameter: [vpc-1]"),
        ({"subnetMapping": {"subnetId": "subnet-1"}}, "has none of that id in eu-west-1"),
        ({"subnetMapping": {"subnetId": "subnet-0c3d4e5f6071f000a"}}, "it is in vpc-0c3d4e5f607182a3b"),
        ({"subnetMapping": {"subnetId": "subnet-0b2c3d4e5f60f000b"}},
         "the firewall has no endpoint in the Availability Zone, parameter: [eu-west-1b]"),
    ],
)  # fmt: skip
def test_a_further_endpoint_is_refused(
    account: Account, edits: dict[str, Any], message: str
) -> None:
    """Its VPC and subnet are there, and its zone is one of the firewall's."""
    account.create(FIREWALL, subnetMappings=[{"subnetId": "subnet-0d4e5f607182f000a"}])

    assert message in refusal(account.create, FURTHER, **edits)


def test_a_subnet_with_a_further_endpoint_is_in_use(account: Account) -> None:
    """As one with a firewall's own endpoint is."""
    firewall = account.create(FIREWALL)
    further = account.create(FURTHER)
    rows = {FIREWALL: {firewall: BASE[FIREWALL]}, FURTHER: {further: BASE[FURTHER]}}

    assert [further] == in_subnet(rows, "subnet-0b2c3d4e5f60f000a")
    assert [firewall] == in_subnet(rows, "subnet-0d4e5f607182f000b")
    assert [] == in_subnet(rows, "subnet-0c3d4e5f6071f000a")
