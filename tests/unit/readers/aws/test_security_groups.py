"""How rules of security groups are read: what they are at least, and what they may be at most."""

from __future__ import annotations

from typing import Any

import pytest
from guarded import declared, previewed, resource

from wsus_egress.controls.aws.security_groups import SecurityGroupRule
from wsus_egress.readers.aws.security_groups import judged_groups
from wsus_egress.readers.judged import Read
from wsus_egress.readers.resources import UNKNOWN

CLASSIC = "aws:ec2/securityGroupRule:SecurityGroupRule"
POLICY: dict[str, Any] = {
    "lists": ["wsus"],
    "servers": [{"name": "up", "addresses": ["10.20.0.10"]}],
}


def read(**properties: Any) -> Read[SecurityGroupRule]:
    """One rule that somebody attached to a server's group."""
    resources, context = declared("aws", POLICY, {"vpc_id": "vpc-1a2b3c4d"}, previewed)
    given = {"securityGroupId": UNKNOWN, "type": "egress", "protocol": "tcp", **properties}
    planted = resource(CLASSIC, refers={"securityGroupId": ["wsus-up"]}, **given)
    judged = judged_groups((*resources, planted), context.environment)
    (found,) = [r for each in judged for r in each.reads if r.owner.name == "planted"]
    return found


def test_a_rule_that_is_known_is_what_it_is_at_least_and_at_most() -> None:
    """Of a rule whose values are all known nothing is left open."""
    found = read(cidrBlocks=["10.99.0.0/16"], fromPort=22, toPort=23)

    assert found.least == found.most
    assert ["allow egress tcp/22-23 to 10.99.0.0/16"] == [rule.text for rule in found.most]


@pytest.mark.parametrize(("properties", "networks"), [
    ({"cidrBlocks": ["10.99.0.0/16"], "fromPort": UNKNOWN}, ["10.99.0.0/16"]),
    ({"cidrBlocks": ["10.99.0.0/16", UNKNOWN]}, ["0.0.0.0/0", "::/0"]),
    ({"cidrBlocks": ["0.0.0.0/0"], "protocol": "icmp"}, ["0.0.0.0/0"]),
])  # fmt: skip
def test_a_rule_that_is_not_known_may_be_every_rule_for_its_peers(
    properties: dict[str, Any], networks: list[str]
) -> None:
    """It is nothing at least; at most every port of the peers that are known, or of everybody."""
    found = read(**properties)

    assert () == found.least
    assert {("tcp", 0, 65535), ("udp", 0, 65535)} == {
        (rule.protocol, rule.from_port, rule.to_port) for rule in found.most
    }
    assert all(networks == [str(n) for n in rule.networks] for rule in found.most)


@pytest.mark.parametrize(("properties", "networks"), [
    ({"sourceSecurityGroupId": "sg-elsewhere"},
     ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]),
    ({"prefixListIds": ["pl-elsewhere"]}, ["0.0.0.0/0", "::/0"]),
    ({"prefixListIds": ["pl-elsewhere"], "cidrBlocks": ["10.99.0.0/16"]},
     ["10.99.0.0/16", "0.0.0.0/0", "::/0"]),
    ({"sourceSecurityGroupId": UNKNOWN, "cidrBlocks": ["10.99.0.0/16"]},
     ["10.99.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]),
    ({"prefixListIds": UNKNOWN}, ["0.0.0.0/0", "::/0"]),
])  # fmt: skip
def test_a_peer_that_is_not_known_keeps_the_rules_ports(
    properties: dict[str, Any], networks: list[str]
) -> None:
    """The members of a group are inside; a prefix list that nobody can read may be every address."""
    found = read(fromPort=22, toPort=23, **properties)

    assert {("tcp", 22, 23)} == {
        (rule.protocol, rule.from_port, rule.to_port) for rule in found.most
    }
    assert all(networks == [str(n) for n in rule.networks] for rule in found.most)
    assert found.least != found.most


def test_icmp_inside_is_nothing_that_the_policy_is_about() -> None:
    """It carries no connection; to the Internet it is something that the policy allows nobody."""
    found = read(cidrBlocks=["10.99.0.0/16"], protocol="icmp", fromPort=-1, toPort=-1)

    assert () == found.least == found.most


def test_a_rule_whose_direction_is_not_known_may_have_both() -> None:
    """A rule that may let somebody in is judged for that too."""
    found = read(cidrBlocks=["10.99.0.0/16"], fromPort=22, toPort=22, type=UNKNOWN)

    assert {"egress", "ingress"} == {rule.direction for rule in found.most}
    assert not found.sure


def test_an_address_that_cannot_be_read_may_be_every_address() -> None:
    """The reader never leaves out a CIDR block in a form that it does not know."""
    found = read(cidrBlocks=["10.99.0.0/16", "elsewhere"], fromPort=22, toPort=22)

    (rule,) = found.most
    assert ["10.99.0.0/16", "0.0.0.0/0", "::/0"] == [str(network) for network in rule.networks]
