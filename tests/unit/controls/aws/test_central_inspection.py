"""One firewall in an inspection VPC, and servers in the VPCs that a transit gateway connects to it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from assumed import assumed
from sample import ONE, VPC

from wsus_egress.aws.lookups import outside
from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.controls.aws.synchronization import synchronization_rules
from wsus_egress.model.addresses import network_of
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import prove

Build = Callable[..., Environment]
Refused = Callable[..., list[str]]
SPOKE, HUB = "vpc-0b2c3d4e5f607182a", "vpc-0e5f607182a3b4c5d"
OTHER = {
    "name": "other",
    "addresses": ["10.21.0.10"],
    "awsVpcId": SPOKE,
    "synchronizesFrom": "one",
    "contentFrom": "microsoft-update",
}


def target(**own: Any) -> dict[str, Any]:
    """A firewall for both servers, in a VPC of its own unless said otherwise."""
    endpoint = {
        "zone": "eu-west-1a",
        "subnetId": "subnet-00000000",
        "protectedRouteTables": ["rtb-00000000"],
        "returnRoutes": [
            {"routeTableId": "rtb-00000001", "destinations": ["10.20.0.0/16", "10.21.0.0/16"]}
        ],
    }
    firewall = {"mode": "full", "vpcId": HUB, "endpoints": [endpoint], **own}
    return {"vpcId": VPC, "networkFirewall": {k: v for k, v in firewall.items() if v is not None}}


def test_each_thing_is_made_in_its_own_vpc(environment: Build) -> None:
    """A server's group where the server is; the firewall where it inspects."""
    built = environment(servers=[ONE, OTHER], aws=target())
    documents = [
        document
        for control in compile_target(built, built.targets[0])
        for document in control.documents("wsus")
    ]

    assert {"wsus-one": VPC, "wsus-other": SPOKE, "wsus-network-firewall": HUB} == {
        each.name: each.properties["vpcId"] for each in documents if "vpcId" in each.properties
    }


def test_the_transit_gateway_is_assumed(environment: Build) -> None:
    """Who leads the spokes' traffic to the firewall is nothing that this stack makes."""
    found = assumed(environment(servers=[ONE, OTHER], aws=target()))

    assert ("one", "other") == found[f"aws/network-firewall/transit/{HUB}"].whom
    assert "appliance mode" in found[f"aws/network-firewall/transit/{HUB}"].what
    assert not [key for key in found if "/association/" in key]
    assert ("one",) == found[f"aws/security-group/attachment/{VPC}"].whom
    assert ("other",) == found[f"aws/security-group/attachment/{SPOKE}"].whom


def test_servers_beside_the_firewall_need_no_transit_gateway(environment: Build) -> None:
    """Of one VPC the route tables are enough, of the other they are not."""
    found = assumed(environment(servers=[ONE, OTHER], aws=target(vpcId=None)))

    assert ("one",) == found[f"aws/network-firewall/association/{VPC}"].whom
    assert ("other",) == found[f"aws/network-firewall/transit/{VPC}"].whom


def test_synchronization_between_spokes_is_a_route_of_its_own(environment: Build) -> None:
    """Inside one VPC its own route leads there; between two the firewall would drop it."""
    third = {"name": "third", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}
    found = assumed(environment(servers=[ONE, OTHER, third], aws=target()))

    assert ("one", "third") == found[f"aws/network-firewall/local-route/{VPC}"].whom
    assert ("one",) == found["aws/network-firewall/private-route/other"].whom
    assert ("other",) == found["aws/network-firewall/private-route/one"].whom
    assert found["aws/network-firewall/private-route/one"].what == (
        "routes lead to one, 10.20.0.10/32, and back, both through the firewall or neither"
    )
    assert ("one", "other") == found[f"aws/network-firewall/east-west/{HUB}"].whom
    past = assumed(environment(servers=[ONE, OTHER, third], aws=target(betweenVpcs=False)))
    assert not [key for key in past if "/east-west/" in key]
    assert past["aws/network-firewall/private-route/one"].what == (
        "routes of their own lead to one, 10.20.0.10/32, and back, not through the firewall"
    )


def test_synchronization_passes_between_spokes(environment: Build, today: datetime.date) -> None:
    """A rule for each pair, which the proof asks too: what else the VPCs send one another is dropped."""
    third = {**OTHER, "name": "third", "addresses": ["10.21.0.11"], "synchronizesFrom": "other"}
    built = environment(servers=[ONE, OTHER, third], aws=target())
    controls = compile_target(built, built.targets[0])
    control = next(each for each in controls if isinstance(each, AwsNetworkFirewall))

    documents = {each.name: each.properties for each in control.documents("x")}
    group = documents["x-network-firewall-synchronization"]
    (rule,) = group["ruleGroup"]["rulesSource"]["rulesString"].splitlines()
    assert rule.startswith(
        'pass tcp [10.21.0.10/32] any -> [10.20.0.10/32] [8530,8531] (alert; msg:"wsus-egress other to one";'
    )
    references = documents["x-network-firewall-policy"]["firewallPolicy"][
        "statefulRuleGroupReferences"
    ]
    assert [each["resourceArn"] for each in references] == [
        "${x-network-firewall-rules-1.arn}", "${x-network-firewall-synchronization.arn}",
    ]  # fmt: skip
    assert {"stateful rule groups": 2}.items() <= {q.name: q.used for q in control.quotas()}.items()
    assert prove(built, built.targets[0], controls, today).findings == ()

    one, other, sibling = map(ip_address, ("10.20.0.10", "10.21.0.10", "10.21.0.11"))
    said = [
        control.admits(Flow(source, destination, "tcp", port))
        for source, destination, port in (
            (other, one, 8530), (other, one, 445), (one, other, 8530), (sibling, other, 8530),
            (ip_address("10.99.0.1"), one, 8530),
        )
    ]  # fmt: skip
    assert [ruling.verdict.value for ruling in said] == [
        "allow",
        "deny",
        "deny",
        *["not-applicable"] * 2,
    ]
    assert said[0].rule == "synchronization, other to one"


def test_a_drop_between_spokes_shows(environment: Build, today: datetime.date) -> None:
    """A rule of others that is read before drops the synchronization: narrower, with a flow."""
    arn = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/east-west"
    group = {
        "arn": arn,
        "priority": 1,
        "rules": "drop ip 10.0.0.0/8 any -> 10.0.0.0/8 any (sid:1;)",
    }
    built = environment(servers=[ONE, OTHER], aws=target(ruleGroups=[group]))
    proof = prove(built, built.targets[0], compile_target(built, built.targets[0]), today)

    (found,) = proof.deviations
    assert found.what == "aws/aws-network-firewall/narrower/synchronization"
    assert str(found.witness) == "10.21.0.10 -> 10.20.0.10 tcp/8530"


def test_two_pairs_have_two_numbers(monkeypatch: pytest.MonkeyPatch, environment: Build) -> None:
    """Also where their names hash alike."""
    monkeypatch.setattr("wsus_egress.controls.aws.synchronization.digest", lambda _: 7)
    third = {**OTHER, "name": "third", "addresses": ["10.21.0.11"]}
    built = environment(servers=[ONE, OTHER, third], aws=target())
    assert built.aws is not None
    rules = synchronization_rules(built.policy, built.aws)
    assert [rule.partition("sid:")[2][:6] for rule in rules] == ["700007", "700008"]


def test_a_vpc_that_means_nothing_is_refused(environment: Build, refused: Refused) -> None:
    """No firewall is made in it, the server is not in AWS, or DNS Firewall is that of another VPC."""
    inspection = {"vpcId": VPC, "networkFirewall": {"mode": "policy", "vpcId": HUB}}
    assert ["aws.networkFirewall.vpcId: mode policy makes no firewall; write `mode: full`, or "
            "remove it"] == refused(aws=inspection)  # fmt: skip
    assert ["servers[0].awsVpcId: other stands in no VPC of the target: its place is elsewhere; "
            "remove it, or write `location: aws`"] == refused(
        servers=[{**OTHER, "location": "elsewhere", "synchronizesFrom": "microsoft-update"}]
    )  # fmt: skip

    built = environment(servers=[ONE, OTHER], aws={"vpcId": VPC, "dnsFirewall": {}})
    with pytest.raises(
        PolicyErrors, match=f"other is in {SPOKE}, whose resolver it does not filter"
    ):
        compile_target(built, built.targets[0])


def test_addresses_outside_a_vpc_are_found() -> None:
    """Blocks of one IP version say nothing of addresses of the other."""
    blocks = [network_of(text) for text in ("10.20.0.0/16", "10.120.0.0/24")]
    inside = [network_of(text) for text in ("10.20.3.0/24", "10.120.0.1/32", "fd00::1/128")]
    found = [*outside(VPC, blocks, [*inside, network_of("10.50.0.10/32")], ("vpc_id",))]

    assert ["10.50.0.10/32 is in no address block of"] == [
        each.what[: each.what.index(" vpc-")] for each in found
    ]
