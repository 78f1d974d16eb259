"""Guardrails: a valid stack passes, and each planted widening is found and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wsus_egress.arguments import compile_arguments
from wsus_egress.guardrails.catalogue import RULES, judge_stack
from wsus_egress.guardrails.model import UNKNOWN, Finding, NotApplicable, Resource
from wsus_egress.guardrails.pack import configured, exceptions, plain, unexcused
from wsus_egress.policy import EgressPolicy

POLICY: dict[str, Any] = {
    "lists": ["wsus"],
    "servers": [
        {"name": "up", "addresses": ["10.20.0.10"]},
        {"name": "down", "addresses": ["10.20.0.11"], "synchronizes_from": "up"},
    ],
    "clients": [{"name": "clients", "addresses": ["10.20.1.0/24"], "updates_from": "down"}],
}
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
CLASSIC = "aws:ec2/securityGroupRule:SecurityGroupRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
AWS_POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
AZURE_POLICY = "azure-native:network:FirewallPolicy"
AZURE_GROUP = "azure-native:network:FirewallPolicyRuleCollectionGroup"
WIDENS, INGRESSES, TLS, EDITED = (rule.id for rule in RULES)


def urn(name: str) -> str:
    """A URN for a resource of that name."""
    return f"urn:pulumi:dev::zone::x::{name}"


def baseline(policy: dict[str, Any] | None = None) -> tuple[list[Resource], EgressPolicy]:
    """A valid stack: what the components declare, ids unknown as in a first preview."""
    target = {"vpc_id": "vpc-1a2b3c4d", "network_firewall": {}}
    environment, _, controls = compile_arguments("dev", policy or POLICY, "aws", target, None)
    found = []
    for control in controls:
        for document in control.documents("wsus"):
            refers, properties = {}, {}
            for key, value in document.properties.items():
                reference = isinstance(value, str) and value.startswith("${")
                properties[key] = UNKNOWN if reference else value
                if reference:
                    refers[key] = (urn(str(value)[2:].partition(".")[0]),)
            name = document.name
            found.append(Resource(document.type, name, urn(name), properties, refers))
    return found, environment.policy


def rule(kind: str, group: str = "wsus-up", **properties: Any) -> Resource:
    """A rule that somebody attached to one of the groups."""
    given = {"securityGroupId": UNKNOWN, "ipProtocol": "tcp", **properties}
    refers = {"securityGroupId": (urn(group),)}
    return Resource(kind, "planted", urn("planted"), given, refers)


def inline(group: str, direction: str, **properties: Any) -> Callable[[Resource], Resource]:
    """A change that writes a rule into a group itself."""

    def change(resource: Resource) -> Resource:
        if resource.name != group:
            return resource
        return replace(resource, properties={**resource.properties, direction: [properties]})

    return change


def edited(text: str) -> Callable[[Resource], Resource]:
    """A change that adds a line to each rule group."""

    def change(resource: Resource) -> Resource:
        if resource.type != "aws:networkfirewall/ruleGroup:RuleGroup":
            return resource
        group = resource.properties["ruleGroup"]
        source = group["rulesSource"]
        changed = {**group, "rulesSource": {**source, "rulesString": source["rulesString"] + text}}
        return replace(resource, properties={**resource.properties, "ruleGroup": changed})

    return change


PLANTED: list[tuple[str, Resource | Callable[[Resource], Resource]]] = [
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", fromPort=8080, toPort=8080)),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", fromPort=80, toPort=443)),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", ipProtocol="-1")),
    (WIDENS, rule(EGRESS, cidrIpv4="203.0.113.0/24", fromPort=22, toPort=22)),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", ipProtocol="udp", fromPort=443, toPort=443)),
    (WIDENS, rule(EGRESS, cidrIpv6="::/0", fromPort=443, toPort=443)),
    (WIDENS, rule(EGRESS, "wsus-down", cidrIpv4="0.0.0.0/0", fromPort=443, toPort=443)),
    (WIDENS, rule(EGRESS, "wsus-clients", cidrIpv4="0.0.0.0/0", fromPort=80, toPort=80)),
    (WIDENS, rule(EGRESS, cidrIpv4="10.20.0.11/32", fromPort=445, toPort=445)),
    (WIDENS, rule(INGRESS, cidrIpv4="10.99.0.0/16", fromPort=8530, toPort=8530)),
    (WIDENS, rule(INGRESS, cidrIpv4="10.20.1.0/24", fromPort=3389, toPort=3389)),
    (WIDENS, rule(CLASSIC, type="egress", protocol="-1", ipProtocol=None, fromPort=0, toPort=0,
                  cidrBlocks=["0.0.0.0/0"])),
    (WIDENS, rule(CLASSIC, type="egress", protocol="tcp", ipProtocol=None, fromPort=21, toPort=21,
                  cidrBlocks=["198.51.100.0/24"])),
    (WIDENS, inline("wsus-up", "egress", protocol="-1", fromPort=0, toPort=0,
                    cidrBlocks=["0.0.0.0/0"])),
    (WIDENS, rule(EGRESS, cidrIpv4="0.0.0.0/0", ipProtocol="icmp", fromPort=-1, toPort=-1)),
    (INGRESSES, rule(INGRESS, cidrIpv4="0.0.0.0/0", fromPort=8531, toPort=8531)),
    (INGRESSES, rule(INGRESS, cidrIpv4="203.0.113.7/32", fromPort=3389, toPort=3389)),
    (INGRESSES, inline("wsus-down", "ingress", protocol="tcp", fromPort=8530, toPort=8530,
                       cidrBlocks=["0.0.0.0/0"])),
    (EDITED, edited('\npass tls $HOME_NET any -> any 443 (msg:"x"; sid:1;)')),
    (EDITED, edited("\npass ip any any -> any any (sid:2;)")),
    (TLS, Resource(AWS_POLICY, "planted", urn("planted"),
                   {"firewallPolicy": {"tlsInspectionConfigurationArn": "arn:x"}})),
    (TLS, Resource(AZURE_POLICY, "planted", urn("planted"), {"transportSecurity": {"x": "y"}})),
    (TLS, Resource(AZURE_GROUP, "planted", urn("planted"),
                   {"ruleCollections": [{"rules": [{"terminateTLS": True}]}]})),
]  # fmt: skip


@pytest.mark.parametrize(("guardrail", "planted"), PLANTED)
def test_a_planted_widening_is_found(guardrail: str, planted: Any) -> None:
    """One change of a valid stack fires the rule that is there for it, by its resource."""
    resources, policy = baseline()
    changed = [planted(each) for each in resources] if callable(planted) else [*resources, planted]

    found = judge_stack(tuple(changed), policy)[guardrail]

    assert isinstance(found, tuple)
    assert found
    name = "planted" if isinstance(planted, Resource) else None
    assert all(each.name == name for each in found) or name is None
    assert all(each.sure for each in found)


CLEAN: list[dict[str, Any]] = [
    POLICY,
    {"mode": "open", "servers": [{"name": "only", "addresses": ["10.20.0.10"]}], "ipv6": True},
    {
        "lists": ["wsus", "automatic-updates"],
        "servers": [{"name": "up", "addresses": ["10.20.0.0/28"]}],
        "clients": [
            {"name": "own", "addresses": ["10.20.4.0/24"], "updates_from": "microsoft-update"}
        ],
    },
]


@pytest.mark.parametrize("given", CLEAN)
def test_a_clean_stack_has_no_finding(given: dict[str, Any]) -> None:
    """What the components declare fires nothing, in a first preview too."""
    resources, policy = baseline(given)
    other = Resource(GROUP, "other", urn("other"), {"description": "of another team"})

    outcomes = judge_stack((*resources, other), policy)

    assert {rule.id: () for rule in RULES} == outcomes


def test_a_stack_without_any_of_it() -> None:
    """A stack that a rule is not about is neither clean nor at fault."""
    _, policy = baseline()

    outcomes = judge_stack((), policy)

    assert all(isinstance(each, NotApplicable) for each in outcomes.values())


def test_what_is_not_known_is_no_pass() -> None:
    """A rule whose peer only the update will know is reported, as unsure."""
    resources, policy = baseline()
    planted = rule(EGRESS, cidrIpv4=UNKNOWN, fromPort=443, toPort=443)

    (found,) = judge_stack((*resources, planted), policy)[WIDENS]  # type: ignore[misc]

    assert not found.sure
    assert "planted: cannot be judged before the update: cidrIpv4 is not known" in str(found)


@pytest.mark.parametrize(("rules", "sure"), [(UNKNOWN, False), (None, True)])
def test_rules_that_cannot_be_read(rules: Any, sure: bool) -> None:
    """A rule group of ours without readable rules is a finding; unsure where they are unknown."""
    _, policy = baseline()
    properties = {
        "tags": {"managed-by": "pulumi-wsus-egress"},
        "ruleGroup": {"rulesSource": {"rulesString": rules}},
    }
    kind = "aws:networkfirewall/ruleGroup:RuleGroup"
    group = Resource(kind, "planted", urn("planted"), properties)

    (found,) = judge_stack((group,), policy)[EDITED]  # type: ignore[misc]

    assert sure is found.sure


def test_an_exception_needs_a_reason() -> None:
    """A resource is excused by its name and a reason, and by nothing less."""
    found = (Finding(urn("a"), "a", "x", "y"), Finding(urn("b"), "b", "x", "y"))
    given = [{"resource": "a", "reason": "until the migration"}, {"resource": "b", "reason": " "}]

    excused, wrong = exceptions({"exceptions": given})

    assert ["b"] == [each.name for each in unexcused(found, excused)]
    assert 1 == len(wrong)
    assert "needs a resource and a reason" in wrong[0]


def test_the_policy_of_a_pack() -> None:
    """The policy comes from the pack's configuration; without one there is none."""
    policy = configured({"policy": POLICY})

    assert policy is not None
    assert ["up", "down", "clients"] == [party.name for party in policy.parties]
    assert configured({}) is None


def test_numbers_of_a_pack() -> None:
    """Pulumi gives whole numbers as 443.0."""
    assert {"ports": [443, 1.5], "name": "x"} == plain({"ports": [443.0, 1.5], "name": "x"})
