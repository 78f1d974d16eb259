"""Arguments against their types: what is missing, unknown or only known later is named by its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from wsus_egress.aws.arguments import AwsWsusEgressArgs, AwsWsusSecurityGroupArgs
from wsus_egress.azure.arguments import AzureWsusEgressArgs, AzureWsusFirewallArgs
from wsus_egress.component.checked import wrong_arguments
from wsus_egress.problems import path_text

LATER = pulumi.Output.secret("later")
POLICY: dict[str, Any] = {
    "lists": ["wsus"],
    "servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}],
}
AWS: dict[str, Any] = {"policy": POLICY, "vpc_id": "vpc-0a1b2c3d4e5f60718"}
AZURE: dict[str, Any] = {
    "policy": POLICY,
    "resource_group": "rg",
    "location": "westeurope",
    "address_space": ["10.33.0.0/16"],
}


def paths(args: Any, kind: type) -> list[str]:
    """Where something is wrong."""
    return [path_text(each.keys) for each in wrong_arguments(args, kind)]


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        ({**AWS, "vpc_id": LATER}, AwsWsusEgressArgs),
        (
            {
                **AWS,
                "policy": {
                    "servers": [
                        {**POLICY["servers"][0], "aws_peer": {"security_group_id": LATER}},
                    ],
                    "clients": [{"awsPeer": {"prefix_list_id": LATER}}],
                },
                "network_firewall": {
                    "logging": {"bucket": LATER},
                    "endpoints": [
                        {
                            "zone": "eu-west-1a",
                            "subnet_id": LATER,
                            "protected_route_tables": [LATER, "rtb-1"],
                            "return_routes": [
                                {"route_table_id": LATER, "destinations": ["10.1.0.0/16"]}
                            ],
                        }
                    ],
                },
            },
            AwsWsusEgressArgs,
        ),
        (
            {
                **AZURE,
                "resource_group": LATER,
                "location": LATER,
                "firewall_policy": {"name": LATER, "base_policy": LATER},
                "firewall": {"name": "afw", "virtual_network": LATER, "workspace": LATER},
                "route_table": {"firewall_address": LATER},
                "network_security_group": {"application_security_groups": {"wsus": LATER}},
                "subnets": [
                    {"virtual_network": LATER, "name": "s", "address_prefix": "10.33.0.0/24"}
                ],
            },
            AzureWsusEgressArgs,
        ),
    ],
    ids=["a VPC", "everything of AWS", "everything of Azure"],
)
def test_what_exists_may_be_an_output(args: Any, kind: type) -> None:
    """Ids and names of what stands already may be outputs of the resources that made it."""
    assert [] == paths(args, kind)


@pytest.mark.parametrize(
    ("args", "kind", "expected"),
    [
        ({**AWS, "policy": LATER}, AwsWsusEgressArgs, ["policy"]),
        (
            {**AWS, "policy": {**POLICY, "lists": LATER, "servers": [LATER]}},
            AwsWsusEgressArgs,
            ["policy.lists", "policy.servers[0]"],
        ),
        ({**AWS, "policy": {"servers": LATER}}, AwsWsusEgressArgs, ["policy.servers"]),
        (
            {**AWS, "party": LATER, "tags": {"team": LATER}},
            AwsWsusSecurityGroupArgs,
            ["party", "tags.team"],
        ),
        (
            {**AWS, "dns_firewall": {"priority": LATER}},
            AwsWsusEgressArgs,
            ["dns_firewall.priority"],
        ),
        (
            {**AZURE, "subnets": [{"virtual_network": "v", "name": LATER}]},
            AzureWsusEgressArgs,
            ["subnets[0].name"],
        ),
    ],
)
def test_an_output_is_refused_where_the_structure_depends_on_it(
    args: Any, kind: type, expected: list[str]
) -> None:
    """How many servers there are, their names and every list entry are plain."""
    found = wrong_arguments(args, kind)

    assert expected == [path_text(each.keys) for each in found]
    assert {"is an output or a secret, and must be known before anything is deployed"} == {
        each.what for each in found
    }
    assert all(each.instead for each in found)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (AwsWsusEgressArgs, ["policy", "vpc_id"]),
        (AwsWsusSecurityGroupArgs, ["party", "policy", "vpc_id"]),
        (AzureWsusEgressArgs, ["address_space", "location", "policy", "resource_group"]),
        (
            AzureWsusFirewallArgs,
            ["firewall", "firewall_policy_id", "location", "resource_group"],
        ),
    ],
)
def test_a_missing_network_is_named(kind: type, missing: list[str]) -> None:
    """Each argument that is needed, empty text counted as none."""
    assert missing == paths({}, kind)
    assert missing == paths(dict.fromkeys(missing, ""), kind)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], ": arguments are a mapping, not list; write {...} with policy, vpc_id"),
        ({**AWS, "policy": ["wsus"]}, "policy: is of the type list, and must be a mapping"),
        ({**AWS, "environment": 5}, "environment: is 5, and must be text"),
        ({**AWS, "endpoint_lists": Path()}, "endpoint_lists: is of the type PosixPath; write text"),
        (
            {**AWS, "policy": {**POLICY, "azure": {}}},
            "policy.azure: is not part of a policy; give it to the component, or remove it",
        ),
        ({**AWS, "vpcid": "x"}, "vpcid: is not an argument of AwsWsusEgressArgs; did you mean"),
        ({**AWS, "tags": {"a": {1, 2}}}, "tags.a: is of the type set; write text, a number"),
    ],
)
def test_wrong_shapes(args: Any, said: str) -> None:
    """What no setting's check would see, in words that say what to write."""
    (problem,) = wrong_arguments(args, AwsWsusEgressArgs)

    assert said.removeprefix(": ") in str(problem)
