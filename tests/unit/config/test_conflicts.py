"""What environments of one project do to one another, whichever of them is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from wsus_egress.config.conflicts import conflicts
from wsus_egress.config.files import find_files
from wsus_egress.config.project import environment_from_config
from wsus_egress.model.environment import Environment
from wsus_egress.problems import PolicyErrors, path_text

FIREWALL = """\
    dnsFirewall: {}
    networkFirewall:
      mode: full
      endpoints:
        - zone: eu-west-1a
          subnetId: subnet-0a1b2c3d4e5f60718
          protectedRouteTables: [rtb-0a1b2c3d4e5f60718]
          returnRoutes:
            - {routeTableId: rtb-0a1b2c3d4e5f60719, destinations: [10.20.0.0/16]}
"""
DNS = "y has a DNS Firewall in vpc-0a1b2c3d4e5f60718 too"
ROUTE = "y routes 0.0.0.0/0 in rtb-0a1b2c3d4e5f60718 too"


AZURE = """\
config:
  wsus-egress:lists: [good]
  wsus-egress:servers:
    - name: one
      addresses: [10.20.0.10]
  wsus-egress:azure:
    resourceGroup: rg-wsus
    location: westeurope
    addressSpace: [10.20.0.0/16]
    firewallPolicy: {name: afwp}
"""
LOGGED = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [good]
  wsus-egress:servers:
    - name: one
      addresses: [10.20.0.10]
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall:
      mode: full
      endpoints: [{zone: eu-west-1a, subnetId: subnet-0a1b2c3d4e5f60718}]
      logging: {logGroup: /aws/network-firewall/wsus}
"""
SUBSCRIPTION = "config:\n  azure-native:subscriptionId: "
GROUP = (
    "azure.resourceGroup: x makes wsus-nsg in the resource group {} too, and a name is there once; "
    "give each environment its own, or say azure-native:subscriptionId in both where they differ"
)
POLICY = (
    "azure.firewallPolicy.name: x makes a rule collection group of this name or priority in {} too; "
    "give each its own ruleCollectionGroupName and ruleCollectionGroupPriority, or say "
    "azure-native:subscriptionId in both where they differ"
)
LOGS = (
    "aws.networkFirewall.logging.logGroup: x makes log groups that begin with "
    "/aws/network-firewall/wsus too, and a name is there once; write another one, or say "
    "aws:allowedAccountIds and aws:region in both where they differ"
)


@pytest.fixture
def two(write: Callable[..., Path]) -> Path:
    """A project with two environments, `x` and `y`, that are the same to the letter."""
    root = write(("config/Pulumi.x.yaml", "", FIREWALL))
    (root / "config" / "Pulumi.y.yaml").write_text((root / "config/Pulumi.x.yaml").read_text())
    return root


def test_both_of_one_project_are_seen(two: Path, run: Callable[..., Result]) -> None:
    """The later one is told of the earlier one."""
    result = run("check", two)

    assert 2 == result.exit_code
    assert "config/Pulumi.y.yaml" in result.stderr
    assert "x has a DNS Firewall" in result.stderr
    assert "x routes 0.0.0.0/0" in result.stderr


def test_one_alone_is_told_of_the_others(two: Path, run: Callable[..., Result]) -> None:
    """An environment that is looked at by itself is told of those beside it."""
    result = run("check", two, "--env", "x")

    assert 2 == result.exit_code
    assert DNS in result.stderr
    assert ROUTE in result.stderr


def test_what_is_wrong_beside_is_not_told(two: Path, run: Callable[..., Result]) -> None:
    """A neighbour that cannot be read is its own problem."""
    path = two / "config" / "Pulumi.y.yaml"
    path.write_text(path.read_text().replace("wsus-egress:lists", "wsus-egress:list"))

    assert "no finding" in run("check", two, "--env", "x").stdout


def test_a_stack_is_told_when_it_is_deployed(two: Path) -> None:
    """The program refuses it too: the engine gives one stack's settings only."""
    config = yaml.safe_load((two / "config" / "Pulumi.x.yaml").read_text())["config"]
    prefix = "wsus-egress:"
    settings = {k.removeprefix(prefix): v for k, v in config.items() if k.startswith(prefix)}
    with pytest.raises(PolicyErrors) as caught:
        environment_from_config(find_files(two), "x", settings)

    back = "y routes 10.20.0.0/16 in rtb-0a1b2c3d4e5f60719 too"
    full = "y makes a firewall in vpc-0a1b2c3d4e5f60718 too"
    found = [str(problem.what) for problem in caught.value.problems]
    starts = (DNS, full, ROUTE, back)
    assert [True] * 4 == [text.startswith(start) for text, start in zip(found, starts, strict=True)]


@pytest.fixture
def told(write: Callable[..., Path], run: Callable[..., Result]) -> Callable[..., list[str]]:
    """What `check` says of the environment `y` beside `x`, without the line, asked of it alone."""

    def problems(first: str, second: str) -> list[str]:
        files = {"config/Pulumi.x.yaml": first, "config/Pulumi.y.yaml": second}
        result = run("check", write(files=files), "--env", "y")
        lines = [line for line in result.stderr.splitlines() if "Pulumi.y.yaml:" in line]
        assert (2 if lines else 0) == result.exit_code, result.output
        return [line.partition(": ")[2] for line in lines]

    return problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", [GROUP.format("rg-wsus"), POLICY.format("afwp")]),
        ("rg-wsus", "RG-WSUS", [GROUP.format("RG-WSUS"), POLICY.format("afwp")]),
        ("rg-wsus", "rg-other", []),
        ("{name: afwp}", "{name: other}", [GROUP.format("rg-wsus")]),
        ("afwp}", "afwp, groups: 2}", [GROUP.format("rg-wsus"), POLICY.format("afwp")]),
        ("config:\n", f"{SUBSCRIPTION}aaaa\n", [GROUP.format("rg-wsus"), POLICY.format("afwp")]),
    ],
)
def test_what_azure_takes_once(
    told: Callable[..., list[str]], old: str, new: str, expected: list[str]
) -> None:
    """A name in a resource group, whatever its case, and a group of rules in a firewall policy."""
    found = told(AZURE, AZURE.replace(old, new, 1))

    assert sorted(expected) == sorted(found)


def test_subscriptions_tell_resource_groups_apart(told: Callable[..., list[str]]) -> None:
    """Where both say another subscription, the same name is another group."""
    first, second = (AZURE.replace("config:", f"{SUBSCRIPTION}{each}", 1) for each in "ab")

    assert [] == told(first, second)


def test_a_rule_collection_group_of_another_name_and_priority(
    told: Callable[..., list[str]],
) -> None:
    """Only the security group is there twice."""
    second = AZURE.replace("afwp}", "afwp, groups: 2}\n    ruleCollectionGroupPriority: 400", 1)

    assert [GROUP.format("rg-wsus")] == told(AZURE, second)


HUB = "/subscriptions/{}/resourceGroups/rg-hub/providers/Microsoft.Network/firewallPolicies/afwp"


def test_a_policy_by_its_id_is_the_same_policy(told: Callable[..., list[str]]) -> None:
    """Two spokes of one hub, and the hub itself: by id or by name, whatever the case."""
    hub = AZURE.replace("rg-wsus", "rg-hub").replace("config:", f"{SUBSCRIPTION}aaaa", 1)
    spoke = AZURE.replace("name: afwp", f"id: {HUB.format('AAAA')}")
    said = POLICY.replace(".name:", ".id:").format("afwp")
    first = spoke.replace("rg-wsus", "rg-first")

    assert [said] == told(first, spoke)
    assert [] == told(first, spoke.replace("AAAA", "bbbb"))
    assert [said] == told(hub, spoke)
    assert [] == told(hub, spoke.replace("AAAA", "bbbb"))
    own = "}\n    ruleCollectionGroupName: branch\n    ruleCollectionGroupPriority: 400"
    assert [] == told(first, spoke.replace("}", own, 1))


def test_a_log_group_is_made_once(told: Callable[..., list[str]]) -> None:
    """In one account and region; another region has its own."""
    second = LOGGED.replace("vpc-0a1b2c3d4e5f60718", "vpc-0b2c3d4e5f6071829")

    assert [LOGS] == told(LOGGED, second)
    assert [] == told(LOGGED, second.replace("aws:region: eu-west-1", "aws:region: eu-west-2"))


def test_a_vpc_has_one_full_firewall(told: Callable[..., list[str]]) -> None:
    """Each proof would take its own for the one that the flows meet."""
    assert [
        "aws.networkFirewall: x makes a firewall in vpc-0a1b2c3d4e5f60718 too: no proof tells which "
        "of them a flow meets; make one of them, for the servers of both, or write mode: policy"
    ] == told(LOGGED, LOGGED.replace("/wsus}", "/other}"))


def test_a_target_without_a_firewall_policy(environment: Callable[..., Environment]) -> None:
    """Only the security group is there twice: there is no rule collection group."""
    azure = {"resourceGroup": "rg", "location": "westeurope", "addressSpace": ["10.20.0.0/16"]}
    one = environment(aws=None, azure=azure, mode="open", extraEndpoints=None)
    found = list(conflicts([one, replace(one, name="other")]))

    assert ["azure.resourceGroup"] == [path_text(problem.keys) for problem in found]


def test_a_network_has_one_dns_security_policy(told: Callable[..., list[str]]) -> None:
    """Whatever the case of its id; another network has its own."""
    network = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
    first = AZURE.replace("rg-wsus", "rg-first").replace("{name: afwp}", "{name: one}")
    first += f"    dnsSecurityPolicy: {{virtualNetwork: {network}}}\n"
    second = first.replace("rg-first", "rg-second").replace("{name: one}", "{name: two}")

    assert [
        f"azure.dnsSecurityPolicy.virtualNetwork: x links a DNS security policy to {network} too, and a "
        "network has one; keep one of them, with the names of both"
    ] == told(first, second)
    assert 1 == len(told(first, second.replace("/vnet", "/VNET")))
    assert [] == told(first, second.replace("/vnet", "/other"))
