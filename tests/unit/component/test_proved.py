"""Components prove what they declare: refused, warned of, or exact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from mocked_run import deploy
from sample import VPC

from wsus_egress import aws, azure
from wsus_egress.config.lists import shipped_lists

pytestmark = pytest.mark.usefixtures("one_run")

SERVER = {"name": "wsus", "addresses": ["10.20.0.10"]}
POLICY: dict[str, Any] = {"lists": ["wsus"], "servers": [SERVER]}
IN_AWS: dict[str, Any] = {"vpc_id": VPC, "policy": POLICY}
IN_AZURE: dict[str, Any] = {
    "resource_group": "rg",
    "location": "westeurope",
    "address_space": ["10.20.0.0/16"],
    "destinations": "list",
    "policy": POLICY,
}
# Where the proof says so of a rule that others keep in the firewall policy.
FOREIGN = {
    "name": "afwp", "mode": "rules-only",
    "rules": [{"name": "all", "group_priority": 100, "action": "allow", "fqdns": ["*"],
               "https_ports": [443]}],
}  # fmt: skip
NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
ALERT = {"default_action": "alert"}
ALONE = [
    (aws.AwsWsusEgress, IN_AWS),
    (aws.AwsWsusSecurityGroup, {**IN_AWS, "party": "wsus"}),
    (azure.AzureWsusEgress, IN_AZURE),
    (azure.AzureWsusNetworkSecurityGroup, IN_AZURE),
]
Program = Callable[[], Any]


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is logged as a warning."""
    found: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", found.append)
    return found


def accepted(*what: str, expires: str = "2099-12-31") -> list[dict[str, str]]:
    """Acceptances of deviations."""
    return [{"what": each, "reason": "a test", "expires": expires} for each in what]


def refused(component: Any, args: dict[str, Any]) -> list[str]:
    """What a component's arguments are refused for, a problem a line; nothing is declared."""
    said: list[str] = []

    def program() -> None:
        with pytest.raises(pulumi.RunError) as caught:
            component("x", args)
        said.extend(str(caught.value).splitlines())

    types = deploy({}, program)
    assert [] == [each for each in types if not each.startswith("pulumi:")]
    return said


def blind(component: Any) -> tuple[str, ...]:
    """The deviations of a component in which nothing sees names."""
    control = "aws/aws-security-group" if "Aws" in component.__name__ else "azure/azure-nsg"
    return f"{control}/wider/names", f"{control}/wider/nameless"


@pytest.mark.parametrize(("component", "args"), ALONE)
def test_restricted_without_anything_that_sees_names_is_refused(
    component: Any, args: dict[str, Any], warned: list[str]
) -> None:
    """The refusal has a flow that would pass, and the name by which it could be accepted."""
    needed = "a Network Firewall" if "Aws" in component.__name__ else "a firewall policy"
    names, nameless = blind(component)
    end = " sees host names, and the mode is restricted; add "
    assert [
        "x: accept: nothing on the way of 10.20.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host name)"
        f"{end}{needed}, or accept {nameless} with reason and expires",
        f"x: accept: nothing on the way of 10.20.0.10 -> http://example.com/{end}{needed}, "
        f"or accept {names} with reason and expires",
    ] == refused(component, args)
    assert [] == warned


@pytest.mark.parametrize(("component", "args"), ALONE)
def test_it_is_declared_where_that_is_accepted_by_name(
    component: Any, args: dict[str, Any], warned: list[str]
) -> None:
    """All of it must be accepted; then nothing is said."""
    names, nameless = blind(component)
    (said,) = refused(component, {**args, "accept": accepted(names)})
    assert nameless in said

    types = deploy({}, lambda: component("x", {**args, "accept": accepted(names, nameless)}))

    assert component._token in types
    assert [] == warned


def test_an_expired_acceptance_warns(warned: list[str]) -> None:
    """What could be deployed yesterday is deployed today, and both deviations are said."""
    given = accepted(*blind(aws.AwsWsusEgress), expires="2020-01-31")
    args: Any = {**IN_AWS, "accept": given}
    types = deploy({}, lambda: aws.AwsWsusEgress("x", args))

    assert "wsus-egress:index:AwsWsusEgress" in types
    assert [
        (
            f"x: aws/aws-security-group/wider/{subject} is not accepted: the target admits "
            f"{what}; the policy does not. Accepted until 2020-01-31: a test (for example {witness})"
        )
        for subject, what, witness in (
            ("nameless", "TCP 80 without an HTTP host, or TCP 443 without a TLS server name",
             "10.20.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host name)"),
            ("names", "any other host name", "10.20.0.10 -> http://example.com/"),
        )
    ] == warned  # fmt: skip


EXACT: list[tuple[Any, dict[str, Any]]] = [
    (aws.AwsWsusEgress, {**IN_AWS, "network_firewall": {}}),
    (aws.AwsWsusNetworkFirewall, IN_AWS),
    (aws.AwsWsusEgress, {"vpc_id": VPC, "policy": {"mode": "open", "servers": [SERVER]}}),
    (azure.AzureWsusEgress, {**IN_AZURE, "firewall_policy": {"name": "afwp"}}),
    (azure.AzureWsusFirewallRules, {**IN_AZURE, "firewall_policy": {"name": "afwp"}}),
    (azure.AzureWsusNetworkSecurityGroup, {**IN_AZURE, "firewall_policy": {"name": "afwp"}}),
    (azure.AzureWsusDnsSecurityPolicy, {**IN_AZURE, "firewall_policy": {"name": "afwp"},
                                        "dns_security_policy": {"virtual_network": NETWORK}}),
    (azure.AzureWsusRouteTable, {**IN_AZURE, "firewall_policy": {"name": "afwp"},
                                 "route_table": {"firewall_address": "10.20.255.4"}}),
    (azure.AzureWsusEgress, {**IN_AZURE, "destinations": "tag+list", "firewall_policy": {"name": "afwp"}}),
]  # fmt: skip


@pytest.mark.parametrize(("component", "args"), EXACT)
def test_nothing_is_said_where_there_is_no_deviation(
    component: Any, args: dict[str, Any], warned: list[str]
) -> None:
    """Exact, open as asked for, or as exact as a vendor's tag can be."""
    types = deploy({}, lambda: component("x", args))

    assert component._token in types
    assert [] == warned


DEVIATES: list[tuple[Any, dict[str, Any], str]] = [
    (aws.AwsWsusEgress, {**IN_AWS, "network_firewall": ALERT}, "aws/aws-network-firewall"),
    (aws.AwsWsusNetworkFirewall, {**IN_AWS, "network_firewall": ALERT}, "aws/aws-network-firewall"),
    *(
        (component, {**IN_AZURE, "firewall_policy": FOREIGN}, "azure/azure-application-rules")
        for component in (
            azure.AzureWsusEgress,
            azure.AzureWsusFirewallRules,
            azure.AzureWsusNetworkSecurityGroup,
        )
    ),
]


@pytest.mark.parametrize(("component", "args", "control"), DEVIATES)
def test_a_deviation_is_warned_of_with_a_witness(
    component: Any, args: dict[str, Any], control: str, warned: list[str]
) -> None:
    """What was asked for is declared, and each deviation is said once, whoever is inside."""
    deploy({}, lambda: component("x", args))

    said = {each.partition(" ")[2].partition(" ")[0]: each for each in warned}
    assert len(said) == len(warned)
    names = said[f"{control}/wider/names"]
    assert names.startswith(f"x: {control}/wider/names is not accepted: the target admits")
    assert "(for example 10.20.0.10 -> http" in names

    rest = [each for each in said if not each.endswith("/names")]
    warned.clear()
    deploy({}, lambda: component("x", {**args, "accept": accepted(*said)}))
    assert [] == warned
    assert rest


def test_an_acceptance_of_what_does_not_occur_is_said(warned: list[str]) -> None:
    """It may just have been closed; an assumption that somebody vouches for is nothing to say."""
    given = accepted("aws/aws-security-group/wider/names", f"aws/security-group/attachment/{VPC}")
    args: Any = {**IN_AWS, "network_firewall": {}, "accept": given}
    deploy({}, lambda: aws.AwsWsusEgress("x", args))

    assert ["x: accept: 'aws/aws-security-group/wider/names' does not occur; remove it"] == warned


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        ("all", "x: accept: 'all' is not a list; write a list"),
        (accepted("aws/aws-security-group/wider/name", *blind(aws.AwsWsusEgress)),
         "x: accept[0].what: 'aws/aws-security-group/wider/name' is neither assumed here nor a deviation; "
         f"remove it; what is assumed here is aws/security-group/attachment/{VPC}"),
        ([{"what": "a", "reason": "b"}], "x: accept[0].expires: the setting is missing; add it"),
        (accepted("a", expires="2026-02-30"),
         "x: accept[0].expires: 2026-02-30 is not a day of the calendar; write it as YYYY-MM-DD"),
        (accepted("a", "a"), "x: accept[1].what: 'a' is there already, in accept[0]; keep one of them"),
        ([{**accepted("a")[0], "what": pulumi.Output.secret("a")}],
         "x: accept[0].what: is an output or a secret, and must be known before anything is deployed; "
         "write it as a plain value, for example from the stack's configuration"),
    ],
)  # fmt: skip
def test_acceptances_that_cannot_be_used(accept: Any, said: str) -> None:
    """They are checked as those of settings are, and named by their argument."""
    assert [said] == refused(aws.AwsWsusEgress, {**IN_AWS, "accept": accept})


def test_a_list_that_is_used_instead_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder's lists stand beside the package's; once, the log has where one of them differs."""
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", told.append)
    text = (shipped_lists() / "wsus.yaml").read_text(encoding="utf-8")
    changed = text.replace("go.microsoft.com", "go.contoso.com")
    (tmp_path / "wsus.yaml").write_text(changed, encoding="utf-8")
    policy = {**POLICY, "lists": ["wsus", "automatic-updates"]}
    args: Any = {
        **IN_AWS,
        "policy": policy,
        "network_firewall": {},
        "endpoint_lists": str(tmp_path),
    }
    deploy({}, lambda: aws.AwsWsusEgress("w", args))

    assert [
        f"w: {tmp_path}/wsus.yaml is used instead of the package's list wsus: it adds go.contoso.com; "
        "it leaves out go.microsoft.com"
    ] == told
