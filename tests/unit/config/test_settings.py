"""Settings as values: what is taken, what only makes sense across settings, and what is refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample import AZURE, ONE, VPC

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.base import _model_at
from wsus_egress.config.files import find_files
from wsus_egress.config.lists import load_lists, resolve
from wsus_egress.config.project import environment_from_config, load_environments
from wsus_egress.config.settings import EnvironmentSettings, stack_schema
from wsus_egress.controls import compile_target
from wsus_egress.controls.tags import tags_of
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.environment import Environment
from wsus_egress.model.party import SynchronizationPorts
from wsus_egress.problems import Location, PolicyErrors, path_text

Build = Callable[..., Environment]
Refused = Callable[..., list[str]]

TWO = {"name": "two", "addresses": ["10.20.0.11"]}

# Each settings that replace sound ones, and the one problem.
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"servers": []}, "servers: there is no server; name the WSUS servers"),
    ({"aws": {}}, "there is no target to enforce the policy on; add `aws` or `azure`"),
    ({"mode": "closed"},
     "mode: 'closed' is not one of the choices; write 'open' or 'restricted'"),
    ({"ipv6": "yes"}, "ipv6: 'yes' is not true or false; write true or false"),
    ({"servers": 7}, "servers: 7 is not a list; write a list"),
    ({"servers": [7]}, "servers[0]: 7 is not a mapping; write a mapping"),
    ({"servers": [{**ONE, "name": "-"}]}, "servers[0].name: '-' is not a usable name; write 2 to 32 "
     "lower-case letters, digits and hyphens, a letter first"),
    ({"servers": [{**ONE, "name": "x" * 99}]}, f"servers[0].name: '{'x' * 76}... is not a usable "
     "name; write 2 to 32 lower-case letters, digits and hyphens, a letter first"),
    ({"clients": [{**TWO, "name": "microsoft-update", "updatesFrom": "one"}]}, "clients[0].name: "
     "the name 'microsoft-update' is taken already; give every server and client its own name"),
    ({"servers": [{**ONE, "synchronizationPorts": {"http": 8530.5}}]},
     "servers[0].synchronizationPorts.http: 8530.5 is not a whole number; write a whole number"),
    ({"servers": [{**ONE, "synchronizationPorts": {"http": 80, "https": 444}}]},
     "servers[0].synchronizationPorts: WSUS needs the HTTP port to be the HTTPS port - 1, not 80 "
     "and 444; write http: 443 or https: 81"),
    ({"servers": [{**ONE, "location": "azure"}]}, "servers[0].location: it stands in azure, and the "
     "environment has no azure target; add `azure`, or write elsewhere"),
    ({"azure": AZURE}, "servers[0]: the environment has both clouds, and it is not said where this "
     "stands; add `location: aws`, `azure` or `elsewhere`"),
    ({"aws": None, "azure": {**AZURE, "addressSpace": ["10.30.0.0/16"]}}, "azure.addressSpace: "
     "10.20.0.10/32 of one is outside the virtual network; add its range"),
    ({"servers": [{**ONE, "location": "aws"}], "azure": AZURE}, "azure.addressSpace: 10.20.0.10/32 "
     "of one is in the virtual network, and it stands in aws; write `location: azure`, or correct "
     "the address space"),
    ({"aws": None, "azure": {**AZURE, "addressSpace": ["10.20.0.0/16", "vnet"]}},
     "azure.addressSpace[1]: 'vnet' is not an IP address or CIDR block; write one like 10.20.0.10 "
     "or 10.20.0.0/24"),
    ({"aws": None, "azure": {**AZURE, "location": "West Europe"}}, "azure.location: 'West Europe' "
     "is not an Azure region's name; write it like westeurope"),
    ({"aws": None, "azure": {**AZURE, "firewallPolicy": {"name": "-"}}},
     "azure.firewallPolicy.name: '-' does not fit; write what fits "
     "^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$"),
    ({"clients": [{**TWO, "updatesFrom": "three"}]}, "clients[0].updatesFrom: there is no server "
     "'three'; the choices are microsoft-update, one"),
    ({"accept": [{"what": "x", "reason": "x", "expires": "2026-02-31"}]},
     "accept[0].expires: 2026-02-31 is not a day of the calendar; write it as YYYY-MM-DD"),
    ({"accept": [{"what": "x", "reason": "x" * 501, "expires": "2026-02-28"}]},
     f"accept[0].reason: '{'x' * 76}... cannot be used; string should have at most 500 characters"),
    ({"accept": [{"what": "x", "reason": reason, "expires": "2026-02-28"} for reason in "ab"]},
     "accept[1].what: 'x' is there already, in accept[0]; keep one of them"),
    ({"approved": [{"what": "x", "owner": "o", "reason": reason, "expires": "2026-02-28"}
                   for reason in "ab"]},
     "approved[1].what: 'x' is there already, in approved[0]; keep one of them"),
    ({"aws": False}, "aws: False is not a mapping; write a mapping"),
    ({"azure": 0}, "azure: 0 is not a mapping; write a mapping"),
    ({"azure": ""}, "azure: '' is not a mapping; write a mapping"),
    ({"azure": []}, "azure: [] is not a mapping; write a mapping"),
    ({"reportTo": 1}, "reportTo: the key 'reportTo' is unknown; the keys here are accept, approved, "
     "aws, azure, clients, extraEndpoints, gate, ipv6, lists, mode, schemes, servers"),
    ({"aws": {"vpcId": "vpc-0a1b2c3d", "tags": {"a": 1}}}, "aws.tags.a: 1 is not text; write text"),
    ({"lists": "wsus"}, "lists: 'wsus' is not a list; write [wsus]"),
    ({"lists": "*.a"}, "lists: '*.a' is not a list; write [\"*.a\"]"),
]  # fmt: skip


def test_a_targets_values_hide_nothing_beside_it(refused: Refused) -> None:
    """Wrong values of a target and what is wrong across servers come in one run."""
    table = {"direct": [{"name": "kms", "addressPrefix": "x", "destinationPorts": [0], "reason": "r"}],
             "firewallAddress": "y"}  # fmt: skip
    found = refused(
        aws=None,
        azure={**AZURE, "routeTable": table},
        servers=[{**ONE, "synchronizesFrom": "one"}],
    )

    assert [
        "azure.routeTable.direct[0].addressPrefix: 'x' is not an IP address or CIDR block; write one "
        "like 10.20.0.10 or 10.20.0.0/24",
        "azure.routeTable.direct[0].destinationPorts[0]: 0 cannot be used; input should be greater "
        "than or equal to 1",
        "azure.routeTable.firewallAddress: 'y' is not an IP address; write one like 10.20.1.4",
        "servers[0].synchronizesFrom: one synchronizes from itself; name another server, or "
        "microsoft-update",
    ] == found


def test_what_is_wrong_together_hides_nothing(refused: Refused) -> None:
    """Settings that contradict each other are refused beside values, keys and servers that are wrong."""
    rule = {
        "name": "r",
        "groupPriority": 100,
        "action": "allow",
        "fqdns": ["a.com"],
        "protocol": "tcp",
    }
    policy = {"name": "afwp", "existing": True, "mode": "full"}
    found = refused(
        aws=None,
        azure={**AZURE, "addressSpace": ["x"], "firewallPolicy": {**policy, "rules": [rule]}},
    )
    outside = refused(
        aws=None, azure={**AZURE, "addressSpace": ["10.30.0.0/16"], "firewallPolicy": policy}
    )

    assert [
        "azure.addressSpace[0]: 'x' is not an IP address or CIDR block; write one like 10.20.0.10 or "
        "10.20.0.0/24",
        "azure.firewallPolicy.mode: the policy exists, and mode full would create it; write "
        "rules-only, or leave existing out",
        "azure.firewallPolicy.rules[0]: the application rule has no port; add httpPorts or "
        "httpsPorts",
        "azure.firewallPolicy.rules[0].protocol: an application rule is about HTTP and TLS, not about "
        "tcp; leave it out",
    ] == found
    assert ["azure.addressSpace", "azure.firewallPolicy.mode"] == [
        line.partition(":")[0] for line in outside
    ]


@pytest.mark.parametrize(("settings", "problem"), REFUSED)
def test_settings_are_refused(refused: Refused, settings: dict[str, Any], problem: str) -> None:
    """Each mistake is one problem that says where, what, and what to write instead."""
    assert refused(**settings) == [problem]


def test_settings_that_are_no_mapping_are_refused() -> None:
    """Where a program gives a list for the settings, the problem is of the whole."""
    with pytest.raises(PolicyErrors) as caught:
        build_environment("test", [], {}, lambda _: None)
    assert "[] is not a mapping; write a mapping" == str(caught.value)


def test_an_extra_endpoint_is_checked(refused: Refused) -> None:
    """A bad pattern among an environment's own endpoints names its place."""
    extra = {"pattern": "*", "schemes": ["http"], "owner": "x", "reason": "x"}
    expected = "extraEndpoints[0].pattern: '*' is every name; use `mode: open` if that is meant"
    assert expected in refused(extraEndpoints=[extra])


def test_a_circle_of_servers_is_refused(refused: Refused) -> None:
    """Servers that synchronize in a circle are refused, and a third one below them is not named."""
    problems = refused(
        servers=[
            {**ONE, "synchronizesFrom": "two"},
            {**TWO, "synchronizesFrom": "one"},
            {"name": "three", "addresses": ["10.20.0.12"], "synchronizesFrom": "one"},
        ]
    )
    assert (
        "servers[0].synchronizesFrom: servers synchronize in a circle: one -> two -> one; "
        "let one of them synchronize from microsoft-update"
    ) == problems[0]
    assert not any("three" in problem for problem in problems)


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ({"http": 8530, "https": 8531}, (8530, 8531)),
        ({"http": 80, "https": 443}, (80, 443)),
        ({"http": 8530.0, "https": 8531.0}, (8530, 8531)),
        ({"http": 9000}, (9000, None)),
    ],
)
def test_synchronization_ports(
    environment: Build, ports: dict[str, float], expected: tuple[int, int | None]
) -> None:
    """Adjacent ports, WSUS 3.2's pair, one port without TLS, and numbers that crossed as floats."""
    built = environment(servers=[{**ONE, "synchronizationPorts": ports}])
    assert built.policy.party("one").ports == SynchronizationPorts(*expected)


def test_snake_case_is_taken(environment: Build) -> None:
    """A Python program may write the settings as Python does."""
    servers = [ONE, {**TWO, "synchronizes_from": "one", "content_from": "microsoft-update"}]
    party = environment(servers=servers).policy.party("two")
    assert ("one", True) == (party.asks, party.internet)


def test_snake_case_in_a_file_is_refused(write: Callable[..., Path]) -> None:
    """Files have one spelling: that which their schema has."""
    edits = [
        ("config/Pulumi.x.yaml", "vpcId", "vpc_id"),
        ("config/Pulumi.x.yaml", "addresses: [10.20.0.10]",
         "addresses: [10.20.0.10]\n      content_from: upstream"),
    ]  # fmt: skip
    project = write(*edits)
    expected = [
        "config/Pulumi.x.yaml:7: servers[0].content_from: the key 'content_from' is unknown; did you "
        "mean 'contentFrom'?",
        "config/Pulumi.x.yaml:8: aws.vpcId: the setting is missing; add it",
        "config/Pulumi.x.yaml:9: aws.vpc_id: the key 'vpc_id' is unknown; did you mean 'vpcId'?",
    ]
    with pytest.raises(PolicyErrors) as caught:
        load_environments(project)
    assert expected == [str(problem) for problem in caught.value.problems]
    servers = [{**ONE, "content_from": "upstream"}]
    with pytest.raises(PolicyErrors) as caught:
        environment_from_config(find_files(project), "x", stack(servers=servers))
    assert expected[0] == str(caught.value)


def test_a_partys_own_addresses_share_none(environment: Build) -> None:
    """What another block of the same party has already is left out, and nothing else changes."""
    given = [
        "10.20.0.64/26",
        "10.20.0.0/25",
        "10.20.0.5",
        "10.20.0.129",
        "10.20.0.0/25",
        "10.20.0.128",
    ]
    built = environment(servers=[{"name": "one", "addresses": given}])
    (party,) = built.policy.parties
    assert ["10.20.0.0/25", "10.20.0.129/32", "10.20.0.128/32"] == [str(n) for n in party.addresses]


def test_a_day_as_the_engine_writes_it(environment: Build) -> None:
    """The Pulumi engine turns an unquoted day into a point in time."""
    accept = {"what": "x", "reason": "x", "expires": "2027-06-30 00:00:00 +0000 UTC"}
    (acceptance,) = environment(accept=[accept]).accept
    assert acceptance.expires == datetime.date(2027, 6, 30)


def test_the_targets_of_an_environment(environment: Build) -> None:
    """An environment knows its target on each cloud, or that there is none."""
    built = environment()
    assert (built.aws, built.azure) == (built.targets[0], None)


def test_lists_met_twice_count_once(write: Callable[..., Path]) -> None:
    """A list that two others include gives its endpoints once, after theirs."""
    lists = {
        "config/endpoints/left.yaml": "title: Left\nincludes: [good]\n",
        "config/endpoints/right.yaml": "title: Right\nincludes: [good, left]\n",
    }
    loaded = load_lists(write(files=lists) / "config" / "endpoints", "x")
    found = [endpoint.pattern.text for endpoint in resolve(loaded, ["left", "right", "left"])]
    assert ["*.example.com"] == found


def test_the_type_of_a_setting() -> None:
    """A path leads to the type whose keys are known there, or stays with the last one."""
    assert "ServerSettings" == _model_at(EnvironmentSettings, ("servers", 0)).__name__
    assert "EnvironmentSettings" == _model_at(EnvironmentSettings, ("mode", "none")).__name__


def stack(**settings: Any) -> dict[str, Any]:
    """A stack's configuration as the Pulumi engine gives it."""
    return {"lists": ["good"], "servers": [ONE], "aws": {"vpcId": "vpc-0a1b2c3d"}, **settings}


def test_a_stacks_configuration(write: Callable[..., Path]) -> None:
    """The engine's data is an environment, and an empty target counts as none."""
    built = environment_from_config(find_files(write()), "x", stack(azure={}))
    assert ("x", ["aws"]) == (built.name, [target.cloud for target in built.targets])


def test_a_stacks_problem_has_the_files_line(write: Callable[..., Path]) -> None:
    """A problem of the engine's data names the line of the stack's file, where there is one."""
    servers = [{**ONE, "addresses": ["1.2.3.4"]}]
    places = []
    for name in ("x", "elsewhere"):
        with pytest.raises(PolicyErrors) as caught:
            environment_from_config(find_files(write()), name, stack(servers=servers))
        places += [problem.location for problem in caught.value.problems]
    assert places == [Location("config/Pulumi.x.yaml", 6), None]


def test_a_stacks_lists_are_checked(write: Callable[..., Path]) -> None:
    """Problems of the endpoint lists come together with those of the stack."""
    project = write(files={"config/endpoints/good.yaml": "title: 7\n"})
    with pytest.raises(PolicyErrors) as caught:
        environment_from_config(find_files(project), "x", stack(servers=[]))
    assert ["servers", "title"] == [path_text(problem.keys) for problem in caught.value.problems]


def test_chosen_environments_only(write: Callable[..., Path]) -> None:
    """Environments that are not asked for are not read."""
    project = write(files={"config/Pulumi.broken.yaml": "["})
    assert ["x"] == [each.name for each in load_environments(project, ["x"])]


def test_a_wrong_server_hides_no_wrong_list(write: Callable[..., Path]) -> None:
    """Settings that cannot be read leave the lists that do not exist to be told in the same run."""
    settings = stack(lists=["good", "none"], servers=[{"name": 7, "addresses": ["10.20.0.x"]}])
    with pytest.raises(PolicyErrors) as caught:
        environment_from_config(find_files(write()), "x", settings)
    assert {"lists[1]", "servers[0].addresses[0]", "servers[0].name"} == {
        path_text(problem.keys) for problem in caught.value.problems
    }


def test_what_the_controls_refuse(refused_by_controls: Refused) -> None:
    """Everything a target cannot express is said at once, each with its setting."""
    tags = {"managed-by": "me", "wsus-egress-environment": "x", "fine": "x"}
    policy = {"name": "afwp", "sku": "Basic", "threatIntelMode": "Deny"}
    azure = {
        **AZURE,
        "addressSpace": ["10.20.0.0/16", "fd00::/64"],
        "destinations": "tag+list",
        "fqdnTags": ["windowsupdate", "*.windowsupdate.com", "WindowsUpdate", "None"],
        "firewallPolicy": policy,
        "ruleCollectionGroupPriority": 99.0,
        "tags": tags,
    }
    servers = [{**ONE, "addresses": ["fd00::10"]}, {**TWO, "synchronizesFrom": "one"}]
    found = refused_by_controls(aws=None, azure=azure, servers=servers, ipv6=True)
    expected = [
        "azure.firewallPolicy.threatIntelMode: the Basic tier cannot deny by threat intelligence",
        "azure.fqdnTags[0]: 'windowsupdate' is not a known FQDN tag; write WindowsUpdate",
        "azure.fqdnTags[1]: '*.windowsupdate.com' is a host name, not an FQDN tag",
        "azure.fqdnTags[3]: 'None' is not a known FQDN tag; the choices are",
        "azure.ruleCollectionGroupPriority: 99 is not a valid rule collection group priority",
        "azure.tags.managed-by: the tag 'managed-by' is reserved for this project",
        "azure.tags.wsus-egress-environment: the tag 'wsus-egress-environment' is reserved",
        "ipv6: azure-application-rules cannot express fd00::10/128 of one: IPv4 only",
        "servers: two and one have no IP version in common; give both an IPv4 address",
    ]
    assert [line.startswith(start) for line, start in zip(found, expected, strict=True)] == (
        [True] * len(expected)
    )


def test_tags_of_ones_own_in_aws(environment: Build, refused_by_controls: Refused) -> None:
    """They stand beside this project's, and in the place of none."""
    target = {"vpcId": VPC, "networkFirewall": {}, "dnsFirewall": {}}
    built = environment(aws={**target, "tags": {"cost-centre": "7"}})
    tagged = [
        document.properties["tags"]
        for control in compile_target(built, built.targets[0])
        for document in control.documents("wsus")
        if "tags" in document.properties
    ]
    own = {"managed-by": "pulumi-wsus-egress", "wsus-egress:environment": "test"}
    assert [own | {"cost-centre": "7"}] * len(tagged) == [
        {key: value for key, value in tags.items() if key != "Name"} for tags in tagged
    ]
    keys = ("Name", "managed-by", "wsus-egress:environment")
    found = refused_by_controls(aws={**target, "tags": dict.fromkeys([*keys, "fine"], "x")})
    mine = AwsTarget.model_construct(
        vpc_id=VPC, tags=(("Name", "mine"), ("managed-by", "mine"), ("team", "mine"))
    )
    assert own | {"Name": "given", "team": "mine"} == tags_of(mine, "test", "given")
    its = AzureTarget.model_validate({**AZURE, "tags": {"Managed-By": "mine", "team": "mine"}})
    assert {
        "managed-by": "pulumi-wsus-egress", "wsus-egress-environment": "test", "team": "mine",
    } == tags_of(its, "test")  # fmt: skip
    assert [
        f"aws.tags.{k}: the tag {k!r} is reserved for this project; use another key" for k in keys
    ] == found


def test_ipv6_in_aws_is_taken(environment: Build) -> None:
    """Security groups have IPv6: nothing is refused."""
    built = environment(servers=[{**ONE, "addresses": ["10.20.0.10", "fd00::10"]}], ipv6=True)
    (control,) = compile_target(built, built.targets[0])
    texts = [rule.text for rule in control.rules]
    assert ["allow egress tcp/80 to 0.0.0.0/0", "allow egress tcp/80 to ::/0"] == texts[:2]


def test_a_clouds_limit_is_refused(refused_by_controls: Refused) -> None:
    """More rules than a security group holds are refused before anything is deployed."""
    addresses = [f"10.20.1.{number}" for number in range(0, 62, 2)]
    clients = [{"name": "two", "addresses": addresses, "updatesFrom": "one"}]
    expected = (
        "servers: aws-security-group: 62 IPv4 ingress rules of security group one, and the cloud "
        "allows 60; use larger address blocks, name peers by security group, or say what your "
        "quota is: aws.securityGroup.rulesPerDirection"
    )
    assert refused_by_controls(clients=clients) == [expected]


@pytest.fixture
def refused_by_controls(environment: Build) -> Refused:
    """The problems that only the controls find in settings."""

    def problems(**settings: Any) -> list[str]:
        built = environment(**settings)
        with pytest.raises(PolicyErrors) as caught:
            compile_target(built, built.targets[0])
        return [str(problem) for problem in caught.value.problems]

    return problems


def test_a_stack_file_has_each_setting_with_its_namespace() -> None:
    """The schema of a whole stack file refers to that of an environment, setting by setting."""
    schema = stack_schema({"$schema": "draft", "properties": {"servers": {}}}, "wsus-egress:")
    server = {"$ref": "environment.json#/properties/servers"}
    assert server == schema["properties"]["config"]["properties"]["wsus-egress:servers"]
