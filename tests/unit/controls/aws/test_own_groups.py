"""Security groups that exist already, and those that are called as their owner wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample import ONE

from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups
from wsus_egress.model.environment import Environment
from wsus_egress.problems import PolicyErrors

Build = Callable[..., Environment]

GROUP = "sg-0a1b2c3d4e5f60718"
SG = "aws:ec2/securityGroup:SecurityGroup"


def control(built: Environment) -> AwsSecurityGroups:
    """The security groups of an environment."""
    (groups, *_) = compile_target(built, built.targets[0])
    assert isinstance(groups, AwsSecurityGroups)
    return groups


def test_rules_only_in_a_group_that_exists(environment: Build) -> None:
    """No group is made; the rules are in the given one, and its other rules are assumed away."""
    groups = control(environment(servers=[{**ONE, "awsSecurityGroup": {"id": GROUP}}]))
    documents = groups.documents("wsus")
    assert SG not in {each.type for each in documents}
    assert {GROUP} == {each.properties["securityGroupId"] for each in documents}
    assert f"aws/security-group/rules/{GROUP}" in {each.id for each in groups.assumptions}


def test_a_name_and_a_description_of_ones_own(environment: Build) -> None:
    """They are the group's, so that one that exists can be imported as it is."""
    own = {"name": "WSUS-Servers", "description": "WSUS - managed by hand"}
    servers = [{**ONE, "awsSecurityGroup": own}, {"name": "two", "addresses": ["10.20.0.11"]}]
    groups = control(environment(servers=servers))
    first, second = (each for each in groups.documents("wsus") if each.type == SG)
    assert own == {key: first.properties[key] for key in own}
    assert "name" not in second.properties
    assert "WSUS egress of two" == second.properties["description"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({}, ": it is not said which group, nor how one is called; give id, or name and description"),
        ({"id": GROUP, "name": "x"},
         ".name: the group exists, and keeps what it has; remove it, or remove id"),
        ({"name": "sg-mine"},
         ".name: 'sg-mine' looks like an id, which EC2 takes for no name; write it as id"),
        ({"description": "Größe"},
         ".description: 'Größe' is not a description; write 1 to 255 of a-z, A-Z, 0-9, spaces and "
         "._-:/()#,@[]+=&;{}!$*"),
    ],
)  # fmt: skip
def test_groups_that_cannot_be(environment: Build, own: dict[str, Any], said: str) -> None:
    """Neither id nor name, both, and what EC2 refuses."""
    with pytest.raises(PolicyErrors) as caught:
        environment(servers=[{**ONE, "awsSecurityGroup": own}])
    assert f"servers[0].awsSecurityGroup{said}" == str(caught.value)


def test_one_group_of_two_parties(environment: Build) -> None:
    """Each would have what the other is permitted."""
    own = {"awsSecurityGroup": {"id": GROUP}}
    two = {"name": "two", "addresses": ["10.20.0.11"], **own}
    with pytest.raises(PolicyErrors) as caught:
        environment(servers=[{**ONE, **own}, two])
    assert (
        f"servers[1].awsSecurityGroup.id: {GROUP} is one's: each would have what the other is permitted; "
        "give each a group of its own, or make one party of both"
    ) == str(caught.value)


def test_a_group_of_a_party_elsewhere(environment: Build) -> None:
    """No security group of the target is on its machines."""
    away = {"name": "two", "addresses": ["10.9.0.11"], "location": "elsewhere",
            "awsSecurityGroup": {"id": GROUP}}  # fmt: skip
    with pytest.raises(PolicyErrors) as caught:
        environment(servers=[ONE, away])
    assert (
        "servers[1].awsSecurityGroup: two has no security group in the target: its place is elsewhere; "
        "remove it, or write `location: aws`"
    ) == str(caught.value)
