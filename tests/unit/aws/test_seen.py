"""What AWS has of what is taken for granted is logged, with the assumption's id."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from sample import ONE, VPC

from wsus_egress.aws import seen
from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.environment import Environment

Build = Callable[..., Environment]
TABLE, SUBNET = "rtb-00000001", "subnet-00000001"
ZONE = {
    "zone": "eu-west-1a",
    "subnetId": "subnet-00000000",
    "protectedRouteTables": [TABLE],
    "returnRoutes": [{"routeTableId": "rtb-00000002", "destinations": ["10.20.0.0/16"]}],
}


@pytest.fixture
def control(environment: Build) -> AwsNetworkFirewall:
    """A firewall whose routes are made, for two servers."""
    target = {"vpcId": VPC, "networkFirewall": {"mode": "full", "endpoints": [ZONE]}}
    two = {"name": "two", "addresses": ["10.20.9.9"]}
    built = environment(servers=[ONE, two], aws=target)
    return next(
        each
        for each in compile_target(built, built.targets[0])
        if isinstance(each, AwsNetworkFirewall)
    )


def test_associations_in_words(control: AwsNetworkFirewall) -> None:
    """Which subnets have a table, and which server stands in none of them."""
    block = ip_network("10.20.0.0/24")

    assert [f"{TABLE} is that of {SUBNET} (10.20.0.0/24)",
            "10.20.9.9/32 stands in none of these subnets"] == [
        *seen.associations(control, {TABLE: {SUBNET: block}})
    ]  # fmt: skip
    assert f"{TABLE} is that of no subnet" in [*seen.associations(control, {TABLE: {}})]
    assert [] == [*seen.associations(control, {})]


@pytest.mark.parametrize("known", [True, False])
def test_what_is_there_is_logged(
    control: AwsNetworkFirewall, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """By the assumption that it concerns; a table that the deployment makes is not looked up."""
    answers = {
        "get_route_table": SimpleNamespace(
            associations=[SimpleNamespace(subnet_id=SUBNET), SimpleNamespace(subnet_id="")]
        ),
        "get_subnet": SimpleNamespace(cidr_block="10.20.0.0/16"),
    }
    logged: list[str] = []
    monkeypatch.setattr(seen, "member", lambda _sdk, _module, name: lambda **_: answers[name])
    monkeypatch.setattr(pulumi, "InvokeOptions", lambda **_: None)
    monkeypatch.setattr(pulumi.log, "info", lambda text, _resource: logged.append(text))
    component: Any = None
    seen.tell(component, control, {} if known else {TABLE: "later"})

    key = f"aws/network-firewall/association/{VPC}"
    said = [f"{key}: seen: {TABLE} is that of {SUBNET} (10.20.0.0/16)"]
    assert (said if known else []) == logged
