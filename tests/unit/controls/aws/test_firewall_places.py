"""Where a firewall is: at a transit gateway, or with further endpoints in other VPCs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wsus_egress.cli.main import main

SERVERS = [
    {"name": "wsus", "addresses": ["10.20.0.10"]},
    {"name": "branch", "addresses": ["10.21.0.10"], "awsVpcId": "vpc-0b2c3d4e5f607182a"},
]
OWN = {
    "zone": "eu-west-1a",
    "subnetId": "subnet-0a1b2c3d4e5ff000a",
    "protectedRouteTables": ["rtb-0a1b2c3d4e5f5000a"],
    "returnRoutes": [{"routeTableId": "rtb-0a1b2c3d4e5f9000a", "destinations": ["10.20.0.0/22"]}],
}
MORE = {
    "zone": "eu-west-1a",
    "vpcId": "vpc-0b2c3d4e5f607182a",
    "subnetId": "subnet-0b2c3d4e5f60f000a",
    "protectedRouteTables": ["rtb-0b2c3d4e5f605000a"],
    "returnRoutes": [{"routeTableId": "rtb-0b2c3d4e5f609000a", "destinations": ["10.21.0.0/22"]}],
}
GATEWAY = {"id": "tgw-0123456789abcdef0", "zoneIds": ["euw1-az2", "euw1-az1"]}
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on one environment with these settings of the firewall."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()

    def call(command: str, firewall: dict[str, Any], status: int = 0, **settings: Any) -> str:
        config = {
            "aws:region": "eu-west-1",
            "wsus-egress:lists": ["wsus"],
            "wsus-egress:servers": SERVERS,
            "wsus-egress:aws": {
                "vpcId": "vpc-0a1b2c3d4e5f60718",
                "networkFirewall": {"mode": "full", **firewall},
            },
            **{f"wsus-egress:{key}": value for key, value in settings.items()},
        }
        file = tmp_path / "config" / "Pulumi.x.yaml"
        file.write_text(json.dumps({"config": config}), encoding="utf-8")
        result = CliRunner().invoke(main, command.split())
        assert status == result.exit_code, result.output
        return result.output

    return call


def target(run: Run, firewall: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The documents by type and name, and the ids of the firewall's assumptions."""
    (environment,) = json.loads(run("preview --format json", firewall))["environments"]
    (found,) = environment["targets"]
    assert "exact" == found["fidelity"]
    documents = {
        f"{each['type'].rpartition(':')[2]} {each['name']}": each["properties"]
        for control in found["controls"]
        for each in control["documents"]
    }
    ids = [each["id"] for each in found["assumptions"] if "network-firewall" in each["id"]]
    return documents, ids


def test_at_a_transit_gateway(run: Run) -> None:
    """The firewall has zones and their protection, and neither VPC nor routes; its tables are assumed."""
    documents, assumed = target(run, {"transitGateway": GATEWAY})

    (firewall,) = (each for name, each in documents.items() if name.startswith("Firewall "))
    assert GATEWAY["id"] == firewall["transitGatewayId"]
    assert firewall["availabilityZoneChangeProtection"]
    zones = [each["availabilityZoneId"] for each in firewall["availabilityZoneMappings"]]
    assert ["euw1-az1", "euw1-az2"] == zones
    assert {"vpcId", "subnetMappings", "subnetChangeProtection"}.isdisjoint(firewall)
    assert [] == [name for name in documents if name.startswith("Route ")]
    assert [f"aws/network-firewall/transit/{GATEWAY['id']}"] == assumed


def test_servers_of_two_vpcs_synchronize_through_a_transit_gateway(run: Run) -> None:
    """What the gateway leads from one VPC to another passes the firewall too: rules let it through."""
    servers = [SERVERS[0], {**SERVERS[1], "synchronizesFrom": "wsus"}]
    said = run("preview --format json", {"transitGateway": GATEWAY}, servers=servers)
    assert "pass tcp [10.21.0.10/32] any -> [10.20.0.10/32] [8530,8531]" in said


def test_further_endpoints(run: Run) -> None:
    """Each is a document of its own, to which its VPC's routes lead, both ways."""
    documents, assumed = target(run, {"endpoints": [OWN], "associations": [MORE]})

    name = "wsus-network-firewall-endpoint-subnet-0b2c3d4e5f60f000a"
    further = documents[f"VpcEndpointAssociation {name}"]
    assert "${wsus-network-firewall.arn}" == further["firewallArn"]
    assert MORE["vpcId"] == further["vpcId"]
    assert {"subnetId": MORE["subnetId"]} == further["subnetMapping"]
    led = {
        (each["routeTableId"], each["destinationCidrBlock"]): each["vpcEndpointId"]
        for kind, each in documents.items()
        if kind.startswith("Route ")
    }
    own, more = (f"${{{each}.endpoint(eu-west-1a)}}" for each in ("wsus-network-firewall", name))
    assert led == {
        ("rtb-0a1b2c3d4e5f5000a", "0.0.0.0/0"): own,
        ("rtb-0a1b2c3d4e5f9000a", "10.20.0.0/22"): own,
        ("rtb-0b2c3d4e5f605000a", "0.0.0.0/0"): more,
        ("rtb-0b2c3d4e5f609000a", "10.21.0.0/22"): more,
    }
    vpcs = ("vpc-0a1b2c3d4e5f60718", MORE["vpcId"])
    assert [f"aws/network-firewall/association/{vpc}" for vpc in vpcs] == assumed


def test_a_further_endpoint_without_routes_is_assumed_to_have_some(run: Run) -> None:
    """Its VPC is then one that others' routes connect, as without it."""
    bare = {key: MORE[key] for key in ("zone", "vpcId", "subnetId")}
    own = {key: OWN[key] for key in ("zone", "subnetId")}
    _, assumed = target(run, {"endpoints": [own], "associations": [bare]})
    assert ["aws/network-firewall/default-route/vpc-0a1b2c3d4e5f60718"] == assumed

    said = run("check", {"endpoints": [own], "associations": [MORE]}, status=2)
    assert "10.20.0.10/32 of wsus is in no destination of returnRoutes" in said


def test_what_no_firewall_can_be_is_refused_at_once(run: Run) -> None:
    """Each problem has its place, what is wrong, and what to write."""
    at = "config/Pulumi.x.yaml"
    none = "a firewall that is attached to a transit gateway is in no VPC; remove it, or transitGateway"
    said = run(
        "check", {"transitGateway": GATEWAY, "endpoints": [OWN], "associations": [MORE],
                  "keepDefaultRoutes": True, "vpcId": "vpc-0e5f607182a3b4c5d"}, status=2,
    )  # fmt: skip
    for key in ("endpoints", "associations", "keepDefaultRoutes", "vpcId"):
        assert f"aws.networkFirewall.{key}: {none}" in said
    assert at in said

    said = run(
        "check",
        {"transitGateway": {"id": "tgw-x", "zoneIds": ["eu-west-1a", "euw1-az1"]}},
        status=2,
    )
    assert (
        "transitGateway.id: 'tgw-x' is not a transit gateway id; write it as tgw- and 8 or 17 hex"
        in said
    )
    assert "'eu-west-1a' is not an availability zone's id; write it like euw1-az1" in said
    assert "zoneIds" in run(
        "check", {"transitGateway": {"id": GATEWAY["id"], "zoneIds": []}}, status=2
    )

    elsewhere = {**MORE, "zone": "eu-west-1b"}
    said = run("check", {"endpoints": [OWN], "associations": [elsewhere, MORE, MORE]}, status=2)
    assert (
        "associations[0].zone: the firewall has no endpoint of its own in eu-west-1b, and so no other "
        "one; add the zone to endpoints" in said
    )
    assert "associations[1].subnetId: subnet-0b2c3d4e5f60f000a is given twice" in said
    assert "is routed twice in rtb-0b2c3d4e5f605000a" in said

    policy = {"mode": "policy", "transitGateway": GATEWAY, "associations": [MORE]}
    said = run("check", policy, status=2)
    for key in ("transitGateway", "associations"):
        assert f"networkFirewall.{key}: mode policy makes no firewall; write `mode: full`" in said


def test_ipv6_at_a_transit_gateway_is_refused(run: Run) -> None:
    """Its endpoints have no IP version that could be said."""
    said = run("check", {"transitGateway": GATEWAY}, status=2, ipv6=True)
    assert "aws.networkFirewall.transitGateway: no API says of which IP version" in said


def test_what_is_in_another_region_is_refused(run: Run) -> None:
    """A firewall policy refers to nothing elsewhere; all are told at once, and those of one Region pass."""
    arn = "arn:aws:network-firewall:{}:111122223333:stateful-rulegroup/team"
    groups = [{"arn": arn.format("us-east-1"), "priority": 1}]
    key = "arn:aws:kms:eu-central-1:111122223333:key/1"
    said = run("check", {"endpoints": [OWN], "associations": [{**MORE, "zone": "eu-west-1a"}],
                         "ruleGroups": groups, "kmsKey": key}, status=2)  # fmt: skip
    at = "and endpoints[0].zone is in eu-west-1; name what is in the firewall's own Region"
    assert f"ruleGroups[0].arn: it is in us-east-1, {at}" in said
    assert f"kmsKey: it is in eu-central-1, {at}" in said

    other = {"arn": arn.format("eu-west-1").replace("stateful-rulegroup", "firewall-policy")}
    mixed = {"mode": "rules-only", "existingPolicy": other, "ruleGroups": groups}
    assert "us-east-1, and existingPolicy.arn is in eu-west-1" in run("check", mixed, status=2)
    run(
        "check",
        {"mode": "policy", "ruleGroups": [{"arn": arn.format("us-gov-west-1"), "priority": 1}]},
    )
