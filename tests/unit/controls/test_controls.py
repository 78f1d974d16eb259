"""Each control's rules, and what they admit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Network, ip_address
from typing import Any

import pytest
from sample import AZURE, ONE

from wsus_egress.controls import Bounds, Control, Verdict, compile_target
from wsus_egress.controls.aws.security_groups import RULES_PER_DIRECTION, AwsSecurityGroups
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.nsg_compile import compile_nsg
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import INTERNAL_NETWORKS, Application, Flow
from wsus_egress.model.policy import EgressPolicy, Endpoint, Mode
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES

Build = Callable[..., Environment]

SERVER, ASKER = ip_address("10.20.0.10"), ip_address("10.20.0.11")
INTERNET, INTERNET_IPV6 = ip_address("203.0.113.80"), ip_address("2001:db8::80")
TWO = {"name": "two", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}


@pytest.fixture
def controls(environment: Build) -> Callable[..., tuple[Control, ...]]:
    """The controls of the only target of an environment."""

    def compiled(**settings: Any) -> tuple[Control, ...]:
        built = environment(**settings)
        return compile_target(built, built.targets[0])

    return compiled


@pytest.fixture
def azure(controls: Callable[..., tuple[Control, ...]]) -> Callable[..., tuple[Control, ...]]:
    """The controls of an Azure target, some of whose own settings are replaced."""

    def compiled(own: dict[str, Any] | None = None, **settings: Any) -> tuple[Control, ...]:
        return controls(aws=None, azure={**AZURE, **(own or {})}, **settings)

    return compiled


def web(name: str | None, port: int = 80, application: Application | None = "http") -> Flow:
    """A flow of the server to the Internet."""
    return Flow(SERVER, INTERNET, "tcp", port, application, name)


def texts(control: Control) -> list[str]:
    """The rules in words."""
    return [rule.text for rule in control.rules]


def test_security_groups(controls: Callable[..., tuple[Control, ...]]) -> None:
    """Egress to the Internet and to the upstream server; ingress from who asks."""
    two = {**TWO, "synchronizationPorts": {"http": 9000}}
    plain = {"pattern": "*.example.com", "schemes": ["http"], "owner": "team", "reason": "test"}
    (control,) = controls(servers=[ONE, two], extraEndpoints=[plain])
    assert [
        "allow egress tcp/80 to 0.0.0.0/0",
        "allow ingress tcp/8530 from 10.20.0.11/32",
        "allow ingress tcp/8531 from 10.20.0.11/32",
        "allow egress tcp/8530 to 10.20.0.10/32",
        "allow egress tcp/8531 to 10.20.0.10/32",
    ] == texts(control)


def test_a_security_group_denies_the_rest(controls: Callable[..., tuple[Control, ...]]) -> None:
    """A flow must be let out and in; one that no group sees does not pass here."""
    (control,) = controls(servers=[ONE, TWO])
    flows = {
        Flow(ASKER, SERVER, "tcp", 8530): (Verdict.ALLOW, "one-ingress-8530-10-20-0-11"),
        Flow(SERVER, ASKER, "tcp", 8530): (Verdict.DENY, "no egress rule of one has it"),
        Flow(INTERNET, SERVER, "tcp", 8530): (Verdict.DENY, "no ingress rule of one has it"),
        Flow(INTERNET, INTERNET, "tcp", 80): (
            Verdict.NOT_APPLICABLE,
            "neither end has a security group of this policy",
        ),
    }
    found = {flow: control.admits(flow) for flow in flows}
    assert {f: (ruling.verdict, ruling.rule) for f, ruling in found.items()} == flows
    assert control.names(Flow(INTERNET, INTERNET, "tcp", 80, "http")) is None


def test_private_addresses_are_meant_too(controls: Callable[..., tuple[Control, ...]]) -> None:
    """A security group cannot leave them out of the Internet, and its residue has the figures."""
    (control,) = controls()
    private = Flow(SERVER, ip_address("10.99.0.1"), "tcp", 443)
    blocks = [IPv4Network("0.0.0.0/0")]
    for inside in (n for n in INTERNAL_NETWORKS if isinstance(n, IPv4Network)):
        (around,) = (block for block in blocks if inside.subnet_of(block))
        blocks = [block for block in blocks if block != around]
        blocks += around.address_exclude(inside)
    (residue,) = control.residues
    assert Verdict.ALLOW is control.admits(private).verdict
    assert RULES_PER_DIRECTION < 2 * len(blocks)
    assert (
        f"{len(blocks)} blocks, at two ports {2 * len(blocks)} rules, and a group has "
        f"{RULES_PER_DIRECTION}"
    ) in residue.what


def test_a_range_of_ports_in_words(controls: Callable[..., tuple[Control, ...]]) -> None:
    """A range is shown by both its ends."""
    (control,) = controls()
    assert isinstance(control, AwsSecurityGroups)
    rule = replace(control.rules[0], from_port=1, to_port=9, endpoints=())
    assert "allow egress tcp/1-9 to 0.0.0.0/0" == rule.text


@pytest.mark.parametrize(
    ("destinations", "expected"),
    [
        ("list", ["names-http-https", "deny-rest"]),
        ("tag", ["fqdn-tags", "names-http-https", "deny-rest"]),
        ("tag+list", ["fqdn-tags", "names-http-https", "deny-rest"]),
    ],
)
def test_application_rules(
    azure: Callable[..., tuple[Control, ...]], destinations: str, expected: list[str]
) -> None:
    """Tags and names in rules of their own, an own endpoint always by name, the denial last."""
    _, control = azure({"destinations": destinations})
    assert [rule.id for rule in control.rules] == expected


def test_a_tag_leaves_the_list_out(endpoint: Callable[..., Endpoint], environment: Build) -> None:
    """Where only the tag is wanted, the list's endpoints get no rule."""
    built = environment(aws=None, azure={**AZURE, "destinations": "tag"})
    listed = replace(built, policy=replace(built.policy, endpoints=(endpoint("*.a.com"),)))
    _, control = compile_target(listed, listed.targets[0])
    tag = "allow Http:80, Https:443 from 10.20.0.10 to FQDN tag WindowsUpdate"
    assert texts(control)[0] == tag
    assert ["fqdn-tags", "deny-rest"] == [rule.id for rule in control.rules]
    assert [(), ()] == [rule.endpoints for rule in control.rules]


def test_an_endpoint_below_a_tags_wildcard_has_a_rule(
    endpoint: Callable[..., Endpoint], environment: Build
) -> None:
    """By tag the list's wildcard has no rule: an own endpoint that it covers is named all the same."""
    own = {"schemes": ["http"], "owner": "team", "reason": "test"}
    entries = [{"pattern": text, **own} for text in ("srv.a.com", "*.b.com", "srv.b.com")]
    azure = {**AZURE, "destinations": "tag"}
    built = environment(aws=None, azure=azure, extraEndpoints=entries, schemes="as-listed")
    endpoints = (endpoint("*.a.com"), *built.policy.endpoints)
    listed = replace(built, policy=replace(built.policy, endpoints=endpoints))
    _, control = compile_target(listed, listed.targets[0])

    assert [
        ("fqdn-tags", ()),
        ("names-http", ("*.b.com", "srv.a.com")),
        ("deny-rest", ()),
    ] == [(rule.id, rule.endpoints) for rule in control.rules]


def test_what_application_rules_admit(azure: Callable[..., tuple[Control, ...]]) -> None:
    """Names of the list on their port with their protocol, and nothing else."""
    _, control = azure()
    flows = {
        web("a.example.com"): (Verdict.ALLOW, "names-http-https"),
        web("evil.com"): (Verdict.DENY, "deny-rest"),
        web(None): (Verdict.DENY, "without a host name no application rule matches"),
        web("a.example.com", 8080): (
            Verdict.DENY,
            "no application rule has it",
        ),
        web(None, 80, None): (
            Verdict.DENY,
            "no network rule has it, and it is neither HTTP nor TLS",
        ),
        Flow(SERVER, INTERNET_IPV6, "tcp", 80, "http", "a.example.com"): (
            Verdict.DENY,
            "Azure Firewall has IPv4 only",
        ),
        Flow(SERVER, ASKER, "tcp", 8530): (
            Verdict.NOT_APPLICABLE,
            "only what leaves the virtual network passes here",
        ),
    }
    found = {flow: control.admits(flow) for flow in flows}
    assert {f: (ruling.verdict, ruling.rule) for f, ruling in found.items()} == flows


def test_names_of_application_rules(azure: Callable[..., tuple[Control, ...]]) -> None:
    """Over IPv6 no name, and nothing to say of what does not leave the virtual network."""
    _, control = azure()
    assert control.names(Flow(SERVER, INTERNET_IPV6, "tcp", 80, "http")) == Bounds.exact(NO_NAMES)
    assert control.names(Flow(SERVER, ASKER, "tcp", 80, "http")) is None


def test_a_tag_is_opaque(azure: Callable[..., tuple[Control, ...]]) -> None:
    """A name that only the tag may have is opaque; a listed one is allowed."""
    _, control = azure({"destinations": "tag+list"})
    verdicts = [control.admits(web(name)).verdict for name in ("a.example.com", "evil.com")]
    assert verdicts == [Verdict.ALLOW, Verdict.OPAQUE]


def test_what_no_rule_decides_is_azures(azure: Callable[..., tuple[Control, ...]]) -> None:
    """A server without the Internet has no rule: its names fall to Azure's own collection."""
    elsewhere = {"name": "one", "addresses": ["10.99.0.1"], "location": "elsewhere"}
    two = {**ONE, "name": "two", "synchronizesFrom": "one"}
    _, control = azure({"denyRest": "servers"}, servers=[elsewhere, two])
    assert () == control.rules
    ruling = control.admits(web("evil.com"))
    assert (ruling.verdict, ruling.rule) == (
        Verdict.OPAQUE,
        "Azure's infrastructure collection",
    )
    assert control.names(web("evil.com")) == Bounds(NO_NAMES, ALL_NAMES)


def test_an_existing_firewall_policy_is_left_alone(
    azure: Callable[..., tuple[Control, ...]],
) -> None:
    """Only a rule collection group is added to a policy that exists."""
    kinds = []
    for existing in (True, False):
        _, control = azure({"firewallPolicy": {"name": "afwp", "existing": existing}})
        kinds.append([document.type.split(":")[-1] for document in control.documents("wsus")])
    assert [
        ["FirewallPolicyRuleCollectionGroup"],
        ["FirewallPolicy", "FirewallPolicyRuleCollectionGroup"],
    ] == kinds


def test_open_mode_in_azure(azure: Callable[..., tuple[Control, ...]]) -> None:
    """Any name by an application rule: a network rule would pass by threat intelligence."""
    _, control = azure(mode="open")
    assert [
        "allow Http:80, Https:443 from 10.20.0.10 to *",
        "deny Http:80, Https:443 from 10.20.0.0/16 to *",
    ] == texts(control)
    assert control.names(web(None)) == Bounds.exact(ALL_NAMES)


def test_security_rules(azure: Callable[..., tuple[Control, ...]]) -> None:
    """What the policy names, the denial of all other synchronization, and of the Internet."""
    control, _ = azure(servers=[ONE, TWO])
    assert [
        "1000 allow outbound tcp/80,443 from 10.20.0.10 to Internet",
        "1100 allow outbound tcp/8530,8531 from 10.20.0.11 to 10.20.0.10",
        "1000 allow inbound tcp/8530,8531 from 10.20.0.11 to 10.20.0.10",
        "4000 deny outbound tcp/8530,8531 from * to *",
        "4000 deny inbound tcp/8530,8531 from * to *",
        "4010 deny outbound tcp/22,3389,5985,5986 from * to VirtualNetwork",
        "4096 deny outbound any/any from * to Internet",
    ] == texts(control)


def test_what_a_security_group_admits(azure: Callable[..., tuple[Control, ...]]) -> None:
    """The rules first, then those that every group ends with."""
    control, _ = azure(servers=[ONE, TWO])
    stranger = ip_address("10.99.0.1")
    flows = {
        web("a.com"): (Verdict.ALLOW, "allow-microsoft-update"),
        Flow(SERVER, INTERNET_IPV6, "tcp", 80): (Verdict.DENY, "deny-internet"),
        Flow(ASKER, SERVER, "tcp", 8530): (Verdict.ALLOW, "allow-to-one"),
        Flow(ASKER, SERVER, "tcp", 389): (Verdict.ALLOW, "default rule 65000 AllowVnet"),
        Flow(SERVER, stranger, "tcp", 389): (Verdict.ALLOW, "default rule 65000 AllowVnet"),
        Flow(SERVER, stranger, "tcp", 22): (Verdict.DENY, "deny-lateral-movement"),
        Flow(stranger, SERVER, "tcp", 22): (Verdict.ALLOW, "default rule 65000 AllowVnet"),
        Flow(stranger, SERVER, "tcp", 8530): (Verdict.DENY, "deny-synchronization-inbound"),
        Flow(INTERNET, SERVER, "tcp", 22): (Verdict.DENY, "default rule 65500 DenyAllInbound"),
        Flow(stranger, INTERNET, "tcp", 80): (
            Verdict.NOT_APPLICABLE,
            "neither end is in the virtual network",
        ),
    }
    found = {flow: control.admits(flow) for flow in flows}
    assert {f: (ruling.verdict, ruling.rule) for f, ruling in found.items()} == flows
    assert control.names(Flow(stranger, INTERNET, "tcp", 80, "http")) is None


def test_without_denials_the_default_admits(environment: Build) -> None:
    """A policy without parties gets denials alone; without them, rule 65001 admits everything."""
    target = environment(aws=None, azure=AZURE).targets[0]
    assert "azure" == target.cloud
    control = compile_nsg(EgressPolicy(Mode.OPEN, False, (), ()), target, "test")
    assert {"Deny"} == {rule.access for rule in control.rules}
    bare = AzureNsg(target, "test", ())
    assert "default rule 65001 AllowInternetOutBound" == bare.admits(web("a.com")).rule


def test_sources_elsewhere_need_no_rule(azure: Callable[..., tuple[Control, ...]]) -> None:
    """Where no server of the virtual network may reach the Internet, nothing is allowed to it."""
    elsewhere = {"name": "two", "addresses": ["10.99.0.1"], "location": "elsewhere"}
    control, _ = azure(servers=[{**ONE, "synchronizesFrom": "two"}, elsewhere])
    assert "allow-one-to-two" == control.rules[0].id
