"""Peers of security group rules: addresses, prefix lists and other groups."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from sample import ONE, VPC

from wsus_egress.controls import Verdict, compile_target
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.problems import PolicyErrors

Build = Callable[..., Environment]

GROUP, LIST = "sg-0a1b2c3d4e5f60718", "pl-0a1b2c3d4e5f60718"


@pytest.fixture
def groups(environment: Build) -> Callable[..., AwsSecurityGroups]:
    """The security groups of settings."""

    def compiled(**settings: Any) -> AwsSecurityGroups:
        built = environment(**settings)
        control = compile_target(built, built.targets[0])[0]
        assert isinstance(control, AwsSecurityGroups)
        return control

    return compiled


def clients(*addresses: str, **more: Any) -> list[dict[str, Any]]:
    """Clients of the server."""
    return [{"name": "pcs", "addresses": list(addresses), "updatesFrom": "one", **more}]


def rules_of(control: AwsSecurityGroups, kind: str) -> list[dict[str, Any]]:
    """The properties of the documents of one kind."""
    documents = control.documents("wsus")
    return [dict(d.properties) for d in documents if d.type.endswith(f":{kind}")]


def test_adjacent_addresses_are_one_rule(groups: Callable[..., AwsSecurityGroups]) -> None:
    """Blocks are joined where that is exact, and only there."""
    control = groups(
        servers=[ONE], clients=clients("10.20.4.0/25", "10.20.4.128/25", "10.20.6.0/24")
    )
    ingress = rules_of(control, "SecurityGroupIngressRule")
    assert [
        "10.20.4.0/24",
        "10.20.6.0/24",
    ] == [rule["cidrIpv4"] for rule in ingress if rule["fromPort"] == 8530]


def test_a_security_group_as_peer(groups: Callable[..., AwsSecurityGroups]) -> None:
    """One rule a port, whatever the number of addresses; the proof goes by the addresses."""
    peer = {"awsPeer": {"securityGroupId": GROUP}}
    control = groups(servers=[ONE], clients=clients("10.20.4.0/24", "10.20.9.0/24", **peer))
    ingress = rules_of(control, "SecurityGroupIngressRule")
    asker, server = ip_address("10.20.9.9"), ip_address("10.20.0.10")
    assert [rule["referencedSecurityGroupId"] for rule in ingress] == [GROUP, GROUP]
    assert control.admits(Flow(asker, server, "tcp", 8530)).verdict is Verdict.ALLOW


def test_a_rule_has_its_peers_address_for_its_name(
    groups: Callable[..., AwsSecurityGroups],
) -> None:
    """Not the peer's name, which may change; the names of earlier versions are aliases."""
    peer = {"awsPeer": {"securityGroupId": GROUP}}
    control = groups(
        servers=[ONE],
        clients=[
            *clients("10.20.4.0/24"),
            {"name": "desktops", "addresses": ["10.20.5.0/24"], "updatesFrom": "one", **peer},
        ],
    )
    found = {d.name: d.aliases for d in control.documents("wsus") if d.aliases}
    assert {
        "wsus-one-ingress-8530-10-20-4-0-24": ("wsus-one-ingress-8530-pcs-10-20-4-0-24",),
        f"wsus-one-ingress-8530-{GROUP}": ("wsus-one-ingress-8530-desktops",),
    } == {name: former for name, former in found.items() if "one-ingress-8530-" in name}


def test_peers_that_are_one_for_ec2_have_one_rule(groups: Callable[..., AwsSecurityGroups]) -> None:
    """It admits what each of them sends; its description has all their names that fit."""
    group = {"awsPeer": {"securityGroupId": GROUP}}
    listed = {"awsPeer": {"prefixListId": LIST}}
    many = [
        {
            "name": f"clients-of-a-long-name-{number:02}",
            "addresses": [f"10.20.{number}.0/24"],
            "updatesFrom": "one",
            **group,
        }
        for number in range(20, 40)
    ]
    lists = [
        {
            "name": name,
            "addresses": [addresses],
            "updatesFrom": "one",
            "awsPeer": {**listed["awsPeer"], "maxEntries": entries},
        }
        for name, addresses, entries in (
            ("pcs", "10.20.4.0/24", 5),
            ("tablets", "10.20.5.0/24", 9),
        )
    ]
    control = groups(servers=[ONE], clients=[*many, *lists])
    ingress = rules_of(control, "SecurityGroupIngressRule")
    server = ip_address("10.20.0.10")
    last = control.groups[0].rules[-1]

    assert 4 == len(ingress)
    assert (
        "WSUS synchronization from " + ", ".join(f"clients-of-a-long-name-{n}" for n in range(20, 28))
        + " and 12 more"
    ) == ingress[0]["description"]  # fmt: skip
    assert ("WSUS synchronization from pcs, tablets", 9) == (last.description, last.weight)
    for address in ("10.20.20.1", "10.20.39.1", "10.20.5.1"):
        flow = Flow(ip_address(address), server, "tcp", 8530)
        assert Verdict.ALLOW is control.admits(flow).verdict


def test_a_group_that_only_the_deployment_knows(groups: Callable[..., AwsSecurityGroups]) -> None:
    """Its rules keep the peer's name: the text that stands for the id says something else tomorrow."""
    peer = {"awsPeer": {"securityGroupId": "sg-c0000001"}}
    control = groups(servers=[ONE], clients=clients("10.20.4.0/24", **peer))
    (rule, _) = (rule for rule in control.rules if rule.direction == "ingress")
    assert ("one-ingress-8530-pcs", ()) == (rule.id, rule.former)


def test_a_prefix_list_as_peer(groups: Callable[..., AwsSecurityGroups]) -> None:
    """It counts as many rules as it may hold."""
    peer = {"awsPeer": {"prefixListId": LIST, "maxEntries": 20}}
    control = groups(servers=[ONE], clients=clients("10.20.4.0/24", **peer))
    ingress = rules_of(control, "SecurityGroupIngressRule")
    used = {quota.name: quota.used for quota in control.quotas()}
    assert [rule["prefixListId"] for rule in ingress] == [LIST, LIST]
    assert 40 == used["IPv4 ingress rules of security group one"]


def test_many_addresses_make_a_prefix_list(groups: Callable[..., AwsSecurityGroups]) -> None:
    """Beyond 60 rules, which needs a raised quota, a managed prefix list holds the addresses."""
    addresses = [f"10.20.4.{number}" for number in range(0, 80, 2)]
    control = groups(
        servers=[ONE],
        clients=clients(*addresses),
        aws={"vpcId": VPC, "securityGroup": {"rulesPerDirection": 120}},
    )
    (made,) = rules_of(control, "ManagedPrefixList")
    ingress = rules_of(control, "SecurityGroupIngressRule")
    used = {quota.name: (quota.used, quota.limit) for quota in control.quotas()}
    server, stranger = ip_address("10.20.0.10"), ip_address("10.20.4.1")
    assert (40, 40) == (made["maxEntries"], len(made["entries"]))
    assert [rule["prefixListId"] for rule in ingress] == ["${wsus-one-pcs-ipv4.id}"] * 2
    assert (80, 120) == used["IPv4 ingress rules of security group one"]
    assert control.admits(Flow(stranger, server, "tcp", 8530)).verdict is Verdict.DENY


def test_a_list_has_what_one_request_carries(groups: Callable[..., AwsSecurityGroups]) -> None:
    """The provider sends a list's entries at once, and EC2 takes 100: the rest are in other lists."""
    addresses = [f"10.20.{n}.0/25" for n in range(16, 16 + 210)]
    control = groups(
        servers=[ONE],
        clients=clients(*addresses),
        aws={"vpcId": VPC, "securityGroup": {"rulesPerDirection": 500}},
    )
    made = rules_of(control, "ManagedPrefixList")
    ingress = rules_of(control, "SecurityGroupIngressRule")
    used = {quota.name: quota.used for quota in control.quotas()}

    assert [100, 100, 10] == [len(each["entries"]) for each in made]
    assert ["wsus-one-pcs-ipv4", "wsus-one-pcs-ipv4-2", "wsus-one-pcs-ipv4-3"] == [
        e["name"] for e in made
    ]
    assert sorted(addresses) == sorted(row["cidr"] for each in made for row in each["entries"])
    assert 6 == len({(rule["prefixListId"], rule["fromPort"]) for rule in ingress})
    assert 420 == used["IPv4 ingress rules of security group one"]
    for address, verdict in (("10.20.16.1", Verdict.ALLOW), ("10.20.225.1", Verdict.ALLOW),
                             ("10.20.225.200", Verdict.DENY)):  # fmt: skip
        flow = Flow(ip_address(address), ip_address("10.20.0.10"), "tcp", 8530)
        assert control.admits(flow).verdict is verdict


def test_few_addresses_beside_many(groups: Callable[..., AwsSecurityGroups]) -> None:
    """A peer of one block keeps its rule where another peer gets a list."""
    many = clients(*(f"10.20.4.{number}" for number in range(0, 80, 2)))
    few = [{"name": "few", "addresses": ["10.20.8.0/24"], "updatesFrom": "one"}]
    control = groups(
        servers=[ONE],
        clients=[*many, *few],
        aws={"vpcId": VPC, "securityGroup": {"rulesPerDirection": 120}},
    )
    ingress = rules_of(control, "SecurityGroupIngressRule")
    assert 2 == [rule.get("cidrIpv4") for rule in ingress].count("10.20.8.0/24")


def test_a_server_called_like_a_prefix_list(groups: Callable[..., AwsSecurityGroups]) -> None:
    """A list that exists is referred to, whatever the server is called, and none is made of it."""
    peer = {"awsPeer": {"prefixListId": LIST, "maxEntries": 40}}
    control = groups(
        servers=[{**ONE, "name": "pl"}],
        clients=[{**clients("10.20.4.0/24", **peer)[0], "updatesFrom": "pl"}],
        aws={"vpcId": VPC, "securityGroup": {"rulesPerDirection": 120}},
    )
    ingress = rules_of(control, "SecurityGroupIngressRule")
    assert ([LIST, LIST], []) == (
        [rule["prefixListId"] for rule in ingress],
        rules_of(control, "ManagedPrefixList"),
    )


def test_two_lists_of_one_name(environment: Build) -> None:
    """Names that only their hyphens tell apart are refused, where two resources would share one."""

    def built(second: str) -> Environment:
        many = [f"10.20.4.{number}" for number in range(0, 80, 2)]
        more = [f"10.20.5.{number}" for number in range(0, 80, 2)]
        return environment(
            servers=[{**ONE, "name": "aa"}, {"name": "aa-bb", "addresses": ["10.20.0.11"]}],
            clients=[
                {"name": "bb-cc", "addresses": many, "updatesFrom": "aa"},
                {"name": second, "addresses": more, "updatesFrom": "aa-bb"},
            ],
            aws={"vpcId": VPC, "securityGroup": {"rulesPerDirection": 120}},
        )

    alike, apart = built("cc"), built("dd")
    with pytest.raises(PolicyErrors) as caught:
        compile_target(alike, alike.targets[0])
    assert (
        "servers: aa and aa-bb would both have a prefix list with the name aa-bb-cc-ipv4; rename "
        "aa-bb, or who asks it"
    ) == str(caught.value)
    (control,) = compile_target(apart, apart.targets[0])
    assert isinstance(control, AwsSecurityGroups)
    assert ["wsus-aa-bb-cc-ipv4", "wsus-aa-bb-dd-ipv4"] == [
        each["name"] for each in rules_of(control, "ManagedPrefixList")
    ]
