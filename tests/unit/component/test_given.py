"""Arguments as keywords, as every SDK of Pulumi's takes them, or as one mapping."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from mocked_run import deploy
from sample import VPC

from wsus_egress import aws, azure
from wsus_egress.problems import visible

pytestmark = pytest.mark.usefixtures("one_run")

SERVER = {"name": "wsus", "addresses": ["10.20.0.10"]}
POLICY: dict[str, Any] = {"lists": ["wsus"], "servers": [SERVER]}
IN_AWS: Any = {"vpc_id": VPC, "policy": POLICY, "network_firewall": {}}
IN_AZURE: dict[str, Any] = {
    "resource_group": "rg",
    "location": "westeurope",
    "address_space": ["10.20.0.0/16"],
    "destinations": "list",
    "firewall_policy": {"name": "afwp"},
    "policy": POLICY,
}
HUB = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub"
ALONE: Any = {
    "resource_group": "rg",
    "location": "westeurope",
    "firewall": {"name": "afw", "virtual_network": HUB},
    "firewall_policy_id": HUB.replace("virtualNetworks/hub", "firewallPolicies/p"),
}
ROUTED = {**IN_AZURE, "route_table": {"firewall_address": "10.20.255.4"}}
BLIND = [
    {"what": f"aws/aws-{each}", "reason": "a test", "expires": "2099-12-31"}
    for each in ("security-group/wider/nameless", "dns-firewall/wider/sources")
]
COMPONENTS: list[tuple[Any, dict[str, Any]]] = [
    (aws.AwsWsusEgress, IN_AWS),
    (aws.AwsWsusSecurityGroup, {"vpc_id": VPC, "policy": {**POLICY, "mode": "open"}, "party": "wsus"}),
    (aws.AwsWsusNetworkFirewall, IN_AWS),
    (aws.AwsWsusDnsFirewall, {"vpc_id": VPC, "policy": POLICY, "accept": BLIND}),
    (azure.AzureWsusEgress, IN_AZURE),
    (azure.AzureWsusFirewallRules, IN_AZURE),
    (azure.AzureWsusNetworkSecurityGroup, IN_AZURE),
    (azure.AzureWsusRouteTable, ROUTED),
    (azure.AzureWsusFirewall, ALONE),
]  # fmt: skip


def attempted(build: Callable[[], Any]) -> tuple[list[str], list[str]]:
    """The types that a program declares, and what it is refused for, a problem a line."""
    said: list[str] = []

    def program() -> None:
        try:
            build()
        except pulumi.RunError as error:
            said.extend(str(error).splitlines())

    return sorted(each for each in deploy({}, program) if not each.startswith("pulumi:")), said


@pytest.mark.parametrize(("component", "args"), COMPONENTS)
def test_keywords_declare_what_the_mapping_declares(component: Any, args: dict[str, Any]) -> None:
    """Every component takes both, with its options by name."""
    options = pulumi.ResourceOptions()
    declared, said = attempted(lambda: component("one", args, options))
    assert declared, said

    assert attempted(lambda: component("two", opts=options, **args)) == (declared, said)


def test_both_ways_at_once_are_refused() -> None:
    """One clear error, whatever the two say."""
    component: Any = aws.AwsWsusEgress  # A type checker refuses it too.
    declared, said = attempted(lambda: component("x", IN_AWS, environment="dev", tags={}))

    assert declared == []
    assert said == [
        "x: arguments are given twice: in a mapping, and as environment, tags; give all of them in "
        "the mapping, or all as keywords"
    ]


def test_no_arguments_at_all_are_named() -> None:
    """What is needed is said, as for an empty mapping."""
    _, said = attempted(lambda: aws.AwsWsusEgress("x"))  # type: ignore[call-overload]

    assert [line.partition(", ")[0] for line in said] == [
        "x: policy: is missing",
        "x: vpc_id: is missing",
    ]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("vpcId", "x: vpcId: is not an argument of AwsWsusEgressArgs; did you mean 'vpc_id'?"),
        ("network_firwall", "x: network_firwall: is not an argument of AwsWsusEgressArgs; did you mean "
         "'network_firewall'?"),
        ("colour", "x: colour: is not an argument of AwsWsusEgressArgs; the choices are accept, "
         "dns_firewall, endpoint_lists, environment, network_firewall, network_rules, own_ranges, policy, security_group, tags, "
         "vpc_id"),
    ],
)  # fmt: skip
def test_unknown_arguments(key: str, said: str) -> None:
    """The one that may be meant, or all that there are."""
    given: Any = {**IN_AWS, key: "x"}

    assert attempted(lambda: aws.AwsWsusEgress("x", **given)) == ([], [said])


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({**POLICY, "list": ["wsus"]}, "x: policy.list: the key 'list' is unknown; did you mean 'lists'?"),
        ({**POLICY, "tags": {}}, "x: policy.tags: the key 'tags' is unknown; the keys here are"),
        ({**POLICY, "vpcId": VPC}, "x: policy.vpc_id: the key 'vpcId' is unknown; the keys here are"),
    ],
)  # fmt: skip
def test_an_unknown_key_of_the_policy_has_its_place(policy: dict[str, Any], said: str) -> None:
    """It stands in `policy`, even if the component has an argument of that name."""
    declared, lines = attempted(lambda: aws.AwsWsusEgress("x", **{**IN_AWS, "policy": policy}))

    assert declared == []
    assert [line.startswith(said) for line in lines] == [True], lines


def test_a_mistake_in_an_endpoint_list_keeps_its_line(tmp_path: Any) -> None:
    """It is no argument: the file and the line say where it is."""
    (tmp_path / "wsus.yaml").write_text("title: A list\nendpoint: []\n")

    _, said = attempted(lambda: aws.AwsWsusEgress("x", **IN_AWS, endpoint_lists=str(tmp_path)))

    assert len(said) == 1
    assert said[0].startswith(f"x: {tmp_path}/wsus.yaml:2: endpoint: the key 'endpoint' is unknown")


def test_a_firewall_by_itself_has_no_policy() -> None:
    """What is wrong with its own arguments is said of them."""
    wrong: Any = {**ALONE, "sku": "Golden", "tags": {"managed-by": "me"}}

    _, said = attempted(lambda: azure.AzureWsusFirewall("x", wrong))
    _, reserved = attempted(lambda: azure.AzureWsusFirewall("x", **{**wrong, "sku": "Basic"}))

    assert [line.partition("; ")[0] for line in said] == [
        "x: sku: 'Golden' is not one of the choices"
    ]
    assert [line.partition("; ")[0] for line in reserved] == [
        "x: tags.managed-by: the tag 'managed-by' is reserved for this project"
    ]


def test_the_old_name_of_an_argument_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    """It declares the same, in a mapping and as a keyword."""
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    old: Any = {key: value for key, value in IN_AZURE.items() if key != "resource_group"}
    older: Any = {**old, "resource_group_name": "rg"}
    declared = attempted(lambda: azure.AzureWsusEgress("now", **IN_AZURE))
    assert warned == []

    assert declared == attempted(lambda: azure.AzureWsusEgress("one", older))
    assert declared == attempted(
        lambda: azure.AzureWsusEgress("two", **old, resource_group_name="rg")
    )
    assert declared[1] == []
    assert warned == [
        f"{name}: resource_group_name is now called resource_group; the next major version no longer "
        "takes the old name"
        for name in ("one", "two")
    ]


def test_both_names_of_an_argument_are_refused() -> None:
    """Nothing says which of them counts."""
    declared, said = attempted(
        lambda: azure.AzureWsusEgress("x", **IN_AZURE, resource_group_name="rg")
    )

    assert declared == []
    assert said == [
        "x: resource_group_name: is the old name of resource_group, which is given too; remove it"
    ]


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: aws.AwsWsusEgress("wsus", pulumi.Output.from_input(VPC), IN_AWS),  # type: ignore[call-overload]
         "wsus: the second argument of AwsWsusEgress is a mapping of all arguments, not Output; give it by its name, "
         "for example vpc_id=vpc.id"),
        (lambda: aws.AwsWsusEgress("wsus", **IN_AWS, providers=[]),  # type: ignore[call-overload]
         "wsus: providers: is an option of Pulumi's resources, not an argument; write "
         "opts=pulumi.ResourceOptions(providers=...)"),
        (lambda: azure.AzureWsusEgress("wsus", **IN_AZURE, parent=None),  # type: ignore[call-overload]
         "wsus: parent: is an option of Pulumi's resources, not an argument; write "
         "opts=pulumi.ResourceOptions(parent=...)"),
        (lambda: aws.AwsWsusEgress("", IN_AWS),
         "a component's first argument is its name, and '' is not one; write AwsWsusEgress(\"wsus\", ...)"),
        (lambda: aws.AwsWsusEgress(IN_AWS),  # type: ignore[call-overload]
         None),
    ],
)  # fmt: skip
def test_what_stands_in_the_wrong_place(build: Callable[[], Any], said: str | None) -> None:
    """Each mistake is a line that says what to write, and never a traceback."""
    types, told = attempted(build)
    assert [] == types
    assert [said] == told[:1] if said else "a component's first argument is its name" in told[0]


def test_no_argument_is_called_like_an_option_of_pulumi() -> None:
    """Else the advice for one would be wrong for the other."""
    options = inspect.signature(pulumi.ResourceOptions.__init__).parameters.keys()
    for component, _ in COMPONENTS:
        assert not options & inspect.get_annotations(component._arguments).keys()


@pytest.mark.parametrize("name", ["${x.y}", "a\u202eb", "a\nb", "a\x1b[31m", "a\u200b"])
def test_a_name_that_nobody_sees_or_that_is_a_reference(name: str) -> None:
    """Refused before anything reads it, and shown in escapes."""
    for component, arguments in COMPONENTS:
        types, said = attempted(functools.partial(component, name, arguments))
        assert [] == types
        assert 1 == len(said)
        assert said[0].startswith(f"'{visible(name)}' is not a usable name of a component: ")
