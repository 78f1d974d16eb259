"""What stands for outputs while rules are made."""

from __future__ import annotations

from typing import Any

import pytest

from wsus_egress.component.outputs import StandIns, forms_of
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.azure import AzureTarget

FORMS = {
    "vpc_id": "vpc-0",
    "endpoints.tables": "rtb-{n}",
    "peers.id": "sg-{n}",
    "groups.*": "/{key}",
}


class Later:
    """Stands for an output of Pulumi's."""


def test_outputs_are_replaced_and_remembered() -> None:
    """Each by the form of its path; numbers count below one setting."""
    vpc, first, second, peer, member = (Later() for _ in range(5))
    stand_ins = StandIns(FORMS)

    plain = stand_ins.plain(
        {
            "vpcId": vpc,
            "peers": [{"id": peer}],
            "endpoints": [{"tables": [first, "rtb-9"]}, {"tables": (second,)}],
            "groups": {"wsus": member},
            "priority": 5,
        }
    )

    assert {
        "vpcId": "vpc-0",
        "peers": [{"id": "sg-00000001"}],
        "endpoints": [{"tables": ["rtb-00000001", "rtb-9"]}, {"tables": ["rtb-00000002"]}],
        "groups": {"wsus": "/wsus"},
        "priority": 5,
    } == plain
    assert {
        "vpc-0": vpc,
        "sg-00000001": peer,
        "rtb-00000001": first,
        "rtb-00000002": second,
        "/wsus": member,
    } == stand_ins.outputs


def test_servers_and_clients_do_not_share_a_text() -> None:
    """Each by its own: else the rules for a server's group would name the clients' group."""
    stand_ins = StandIns(forms_of(AwsTarget))
    server, clients, vpcs = Later(), Later(), [Later() for _ in range(4)]
    peer = {"awsPeer": {"securityGroupId": server}, "awsVpcId": vpcs[0]}
    policy = {
        "servers": [peer],
        "clients": [{"awsPeer": {"securityGroupId": clients}, "awsVpcId": vpcs[1]}],
    }
    target = {"vpcId": vpcs[2], "networkFirewall": {"vpcId": vpcs[3]}}
    stand_ins.plain(policy)
    stand_ins.plain(target)

    assert {server, clients, *vpcs} == set(stand_ins.outputs.values())


def test_one_group_given_twice_has_one_text() -> None:
    """Two peers that have one security group are one for EC2, though nobody knows its id yet."""
    stand_ins = StandIns(forms_of(AwsTarget))
    group, other, vpc = Later(), Later(), Later()
    peers = [
        {"awsPeer": {"securityGroupId": each}, "awsVpcId": vpc} for each in (group, other, group)
    ]

    first, second, third = stand_ins.plain({"clients": peers})["clients"]

    assert first["awsPeer"] == third["awsPeer"] != second["awsPeer"]
    assert first["awsVpcId"] != third["awsVpcId"]


@pytest.mark.parametrize("value", [{"mode": Later()}, {"endpoints": Later()}, [Later()]])
def test_other_outputs_are_left(value: Any) -> None:
    """Where no form is, the output stays: the checks that follow refuse it."""
    stand_ins = StandIns(FORMS)

    assert value == stand_ins.plain(value)
    assert {} == stand_ins.outputs


def test_what_may_be_an_output_is_said_at_the_settings() -> None:
    """The marks at the fields give the paths, those of a policy's servers and clients included."""
    peers = {
        f"{parties}.aws_peer.{key}": form
        for parties in ("servers", "clients")
        for key, form in (("security_group_id", "sg-{n}"), ("prefix_list_id", "pl-{n}"))
    }

    assert {
        **peers,
        "clients.aws_security_group.id": "sg-{n}",
        "servers.aws_security_group.id": "sg-{n}",
        "vpc_id": "vpc-00000000",
        "servers.aws_vpc_id": "vpc-{n}",
        "clients.aws_vpc_id": "vpc-{n}",
        "network_firewall.vpc_id": "vpc-ffffffff",
        "network_firewall.transit_gateway.id": "tgw-ffffffff",
        "network_firewall.associations.vpc_id": "vpc-{n}",
        "network_firewall.associations.subnet_id": "subnet-{n}",
        "network_firewall.associations.protected_route_tables": "rtb-{n}",
        "network_firewall.associations.return_routes.route_table_id": "rtb-{n}",
        "network_firewall.endpoints.subnet_id": "subnet-{n}",
        "network_firewall.endpoints.protected_route_tables": "rtb-{n}",
        "network_firewall.endpoints.return_routes.route_table_id": "rtb-{n}",
        "network_firewall.logging.bucket": "unknown-bucket",
        "network_firewall.firewall_manager.log_bucket": "unknown-log-bucket",
        "network_firewall.kms_key": "arn:aws:kms:us-east-1:000000000000:key/unknown-{n}",
        "network_firewall.logging.delivery_stream": "unknown-delivery-stream",
        "network_firewall.logging.existing_log_group": "unknown-log-group",
        "network_firewall.logging.kms_key": "arn:aws:kms:us-east-1:000000000000:key/unknown-{n}",
        "network_firewall.existing_policy.arn": "arn:aws:network-firewall:us-east-1:000000000000:"
        "firewall-policy/unknown",
        "network_firewall.rule_groups.arn": "arn:aws:network-firewall:us-east-1:000000000000:"
        "stateful-rulegroup/rule-group-{n}",
    } == forms_of(AwsTarget)
    assert {"ip_group_ids.*", "network_security_group.application_security_groups.*"} == {
        path for path in forms_of(AzureTarget) if path.endswith("*")
    }
