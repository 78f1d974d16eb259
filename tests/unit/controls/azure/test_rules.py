"""Azure Firewall's rules in the order in which Azure reads them, others' rules included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure_path import ASG, BASE_POLICY, Compile, rule, verdict, web, whats
from sample import ONE, TODAY, policy

from wsus_egress.controls import Verdict
from wsus_egress.controls.azure.firewall_rules import ApplicationRule
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.model.flows import Protocol
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, Proof, prove

# "Azure Firewall rule processing logic": network rules first whatever the priorities, the base
# policy first, then by group and collection, the first match ends it.
PROCESSING: dict[str, tuple[list[dict[str, Any]], str, Verdict]] = {
    "a network rule shadows every application rule": (
        [rule("web", "allow", groupPriority=65000, destinationPorts=[443], protocol="tcp")],
        "evil.com", Verdict.ALLOW,
    ),
    "a network rule that denies does as well": (
        [rule("web", "deny", groupPriority=65000, destinationPorts=[443], protocol="tcp")],
        "a.example.com", Verdict.DENY,
    ),
    "a network rule for another port does not": (
        [rule("smb", "allow", destinationPorts=[445], protocol="tcp")],
        "evil.com", Verdict.DENY,
    ),
    "a network rule for UDP does not": (
        [rule("quic", "allow", destinationPorts=[443], protocol="udp")],
        "evil.com", Verdict.DENY,
    ),
    "a network rule for another source does not": (
        [rule("web", "allow", sources=["10.99.0.0/16"], destinationPorts=[443])],
        "evil.com", Verdict.DENY,
    ),
    "the base policy's denial beats a lower number": (
        [rule("no", "deny", groupPriority=65000, inherited=True, fqdns=["a.example.com"],
              httpsPorts=[443])],
        "a.example.com", Verdict.DENY,
    ),
    "the base policy's permission too": (
        [rule("yes", "allow", groupPriority=65000, inherited=True, fqdns=["evil.com"],
              httpsPorts=[443])],
        "evil.com", Verdict.ALLOW,
    ),
    "another group before ours": (
        [rule("yes", "allow", groupPriority=200, fqdns=["evil.com"], httpsPorts=[443])],
        "evil.com", Verdict.ALLOW,
    ),
    "another group behind our denial": (
        [rule("yes", "allow", groupPriority=400, fqdns=["evil.com"], httpsPorts=[443])],
        "evil.com", Verdict.DENY,
    ),
    "the earlier collection of one group": (
        [rule("yes", "allow", priority=300, fqdns=["evil.com"], httpsPorts=[443]),
         rule("no", "deny", priority=200, fqdns=["evil.com"], httpsPorts=[443])],
        "evil.com", Verdict.DENY,
    ),
    "every name of the base policy": (
        [rule("all", "allow", inherited=True, fqdns=["*"], httpPorts=[80], httpsPorts=[443])],
        "evil.com", Verdict.ALLOW,
    ),
    "another scheme's port": (
        [rule("yes", "allow", fqdns=["evil.com"], httpPorts=[80])],
        "evil.com", Verdict.DENY,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "name", "expected"), PROCESSING.values(), ids=PROCESSING)
def test_rules_are_read_in_azures_order(
    compiled: Compile, rules: list[dict[str, Any]], name: str, expected: Verdict
) -> None:
    """The verdict, and the set of names that the proof uses, follow the documented order."""
    _, controls = compiled(policy(basePolicy=BASE_POLICY, rules=rules))
    flow = web(name)

    names = controls[-1].names(flow)

    assert expected is verdict(controls, flow)
    assert names is not None
    assert (expected is Verdict.ALLOW) == (name in names.surely)


def test_what_others_admit_is_shown_as_theirs(proof: Callable[..., Proof]) -> None:
    """A base policy that admits more makes the target wider, with the name as witness."""
    rules = [rule("all", "allow", inherited=True, fqdns=["*.evil.com"], httpsPorts=[443])]
    found = proof(policy(basePolicy=BASE_POLICY, rules=rules))

    assert ["azure/azure-application-rules/wider/names"] == whats(found)
    assert "evil.com" in str(found.deviations[0].witness)


def test_inherited_rules_are_read_first_and_never_sent(compiled: Compile) -> None:
    """The preview lists them in their place; the documents have our rules only."""
    rules = [rule("all", "allow", inherited=True, fqdns=["b.com"], httpsPorts=[443])]
    _, controls = compiled(policy(basePolicy=BASE_POLICY, rules=rules))
    control = controls[-1]

    assert "base policy: allow Https:443 from 0.0.0.0/0 to b.com" == control.rules[0].text
    assert "b.com" not in str(control.documents("wsus"))
    assert () == control.rules[0].endpoints


# "Azure Firewall FAQ", table of wildcards (2022-09-12).
WILDCARDS = [
    ("www.contoso.com", "www.contoso.com", True),
    ("www.contoso.com", "a.www.contoso.com", False),
    ("*.contoso.com", "any.contoso.com", True),
    ("*.contoso.com", "sub1.any.contoso.com", True),
    ("*.contoso.com", "contoso.com", False),
    ("*.contoso.com", "evilcontoso.com", False),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), WILDCARDS)
def test_the_faqs_table_of_wildcards(
    compiled: Compile, pattern: str, name: str, expected: bool
) -> None:
    """The rows of the table that a rule of ours can have."""
    entry = {"pattern": pattern, "schemes": ["https"], "owner": "team", "reason": "test"}
    _, controls = compiled(extraEndpoints=[entry])

    assert expected == (controls[-1].admits(web(name)).verdict is Verdict.ALLOW)


def test_a_network_rule_is_wider_by_what_it_says(proof: Callable[..., Proof]) -> None:
    """KMS by name: the port of the Internet is admitted, which the policy does not."""
    kms = {
        "name": "kms", "destinationPorts": [1688], "fqdns": ["kms.core.windows.net"],
        "reason": "activation",
    }  # fmt: skip
    found = proof({**policy(dnsProxy=True), "networkRules": [kms]})

    assert ["azure/azure-application-rules/wider/ports"] == whats(found)
    assert 1688 == found.deviations[0].witness.port


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_network_rule_as_a_document(compiled: Compile, protocol: Protocol) -> None:
    """In a collection of its own, before the others, and in the security group too."""
    ntp = {
        "name": "time", "protocol": protocol, "destinationPorts": [123],
        "destinations": ["198.51.100.1"], "reason": "clock",
    }  # fmt: skip
    _, (group, firewall) = compiled({"networkRules": [ntp]})
    collections = firewall.documents("wsus")[-1].properties["ruleCollections"]

    assert ["wsus-egress-network", "wsus-egress-allow", "wsus-egress-deny"] == [
        collection["name"] for collection in collections
    ]
    assert {
        "description": "clock",
        "destinationAddresses": ["198.51.100.1"],
        "destinationPorts": ["123"],
        "ipProtocols": [protocol.upper()],
        "name": "time",
        "ruleType": "NetworkRule",
        "sourceAddresses": ["10.20.0.10"],
    } == collections[0]["rules"][0]
    assert f"300 allow outbound {protocol}/123 from 10.20.0.10 to 198.51.100.1" in [
        each.text for each in group.rules
    ]


def test_network_rules_in_words(compiled: Compile) -> None:
    """Ours by their destinations, others' with their owner, any where nothing is said."""
    rules = [rule("all", "deny", inherited=True)]
    kms = {"name": "kms", "destinationPorts": [1688], "fqdns": ["kms.a.com"], "reason": "key"}
    _, controls = compiled(
        {**policy(basePolicy=BASE_POLICY, rules=rules, dnsProxy=True), "networkRules": [kms]}
    )

    assert [
        "base policy: deny network any/any from 0.0.0.0/0 to any",
        "allow network tcp/1688 from 10.20.0.10 to kms.a.com",
    ] == [each.text for each in controls[-1].rules[:2]]
    assert [(), ()] == [each.endpoints for each in controls[-1].rules[:2]]


@pytest.mark.parametrize(("deny", "expected"), [("servers", 1), ("nobody", 0)])
def test_whom_the_rest_is_denied(compiled: Compile, deny: str, expected: int) -> None:
    """Without a denial of the rest, the proof reports what only Azure's own collection decides."""
    built, controls = compiled({"denyRest": deny})
    proof = prove(built, built.targets[0], controls, TODAY)
    denials = [each for each in controls[-1].rules if each.id == "deny-rest"]

    assert expected == len(denials)
    assert (Fidelity.OPAQUE, Fidelity.EXACT)[expected] is proof.fidelity
    infrastructure = [each for each in controls[-1].residues if "infrastructure" in each.what]
    assert 1 - expected == len(infrastructure)


def test_the_denial_has_no_ipv6(compiled: Compile, proof: Callable[..., Proof]) -> None:
    """A virtual network with IPv6 too: Azure Firewall takes IPv4 sources only, and carries no other."""
    own = {"addressSpace": ["10.20.0.0/16", "fd00:20::/48"]}
    _, controls = compiled(own)
    (group,) = (d for d in controls[-1].documents("wsus") if d.type.endswith("CollectionGroup"))

    assert ["10.20.0.0/16"] == [
        source
        for collection in group.properties["ruleCollections"]
        if collection["action"]["type"] == "Deny"
        for each in collection["rules"]
        for source in each["sourceAddresses"]
    ]
    assert Fidelity.EXACT is proof(own).fidelity


HUB_TO_HEAD = {
    "name": "to-head", "destinations": ["10.21.0.10"], "destinationPorts": [8530, 8531],
    "reason": "Synchronization",
}  # fmt: skip
HEAD = {"name": "head", "location": "elsewhere", "addresses": ["10.21.0.10"]}
HUB = {**ONE, "synchronizesFrom": "head", "contentFrom": "microsoft-update"}
KIOSKS = {"name": "kiosks", "addresses": ["10.20.8.0/24"],
          "updatesFrom": "microsoft-update"}  # fmt: skip
THERE = {"routeTable": {"firewallAddress": "10.20.255.4",
                        "private": [{"name": "head", "addressPrefix": "10.21.0.0/24",
                                     "via": "firewall"}]}}  # fmt: skip


@pytest.mark.parametrize(("parties", "wider"), [([], True), (["one"], False)])
def test_a_network_rule_may_be_for_one_party(
    proof: Callable[..., Proof], parties: list[str], wider: bool
) -> None:
    """What the hub needs towards its head is not for kiosks, that go to Microsoft Update too."""
    own = {**THERE, "networkRules": [{**HUB_TO_HEAD, "parties": parties}]}
    found = proof(own, servers=[HUB, HEAD], clients=[KIOSKS])

    assert wider == any(each.endswith("wider/synchronization") for each in whats(found))
    assert wider or Fidelity.EXACT is found.fidelity


@pytest.mark.parametrize("grouped", [True, False])
def test_a_rule_for_a_party_names_its_addresses(compiled: Compile, grouped: bool) -> None:
    """By IP Group where the party has one; who may not reach the Internet has none."""
    own = {**THERE, "ipGroups": grouped, "networkRules": [
        {**HUB_TO_HEAD, "parties": ["one"]}, {**HUB_TO_HEAD, "name": "other", "parties": ["inner"]}
    ]}  # fmt: skip
    inner = {"name": "inner", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}
    _, controls = compiled(own, servers=[HUB, HEAD, inner], clients=[KIOSKS])
    (group,) = (e for e in controls[-1].documents("wsus") if "ruleCollections" in e.properties)
    rules = group.properties["ruleCollections"][0]["rules"]
    sources = [each.get("sourceIpGroups") or each["sourceAddresses"] for each in rules]

    assert [["${wsus-one-addresses.id}"] if grouped else ["10.20.0.10"], ["10.20.0.11"]] == sources


def test_a_rule_for_a_party_is_for_its_security_group(compiled: Compile) -> None:
    """Each party's rules have numbers of their own, and no priority twice."""
    members = {"one": f"{ASG}/one", "kiosks": f"{ASG}/kiosks"}
    own = {
        **THERE,
        "networkSecurityGroup": {"applicationSecurityGroups": members},
        "networkRules": [
            {**HUB_TO_HEAD, "parties": ["kiosks"]}, {**HUB_TO_HEAD, "name": "all"}
        ],
    }  # fmt: skip
    _, (group, *_) = compiled(own, servers=[HUB, HEAD], clients=[KIOSKS])
    assert isinstance(group, AzureNsg)
    permits = {r.id: (r.priority, r.source_group) for r in group.rules if 300 <= r.priority < 600}

    assert {
        "allow-to-head": (300, f"{ASG}/kiosks"),
        "allow-all-1": (301, f"{ASG}/one"),
        "allow-all-2": (303, f"{ASG}/kiosks"),
    } == permits


def test_in_a_policy_of_others_the_group_stands_aside(compiled: Compile) -> None:
    """Behind those that the portal makes, and it denies nobody else's computers anything."""
    found = []
    for own in ({}, policy(mode="rules-only"), {"firewallPolicy": {"id": BASE_POLICY}}):
        _, controls = compiled(own)
        (denial,) = (r for r in controls[-1].rules if r.id == "deny-rest")
        assert isinstance(denial, ApplicationRule)
        found.append((denial.place[0], [str(network) for network in denial.sources]))

    theirs = (1000, ["10.20.0.10/32"])
    assert [(300, ["10.20.0.0/16"]), theirs, theirs] == found


@pytest.mark.parametrize(
    "tag", ["Office365.Exchange.Optimize", "Microsoft365.Common.Default.NotRequired",
            "CitrixHDXPlusForWindows365", "AzureActiveDirectoryDomainServices"],
)  # fmt: skip
def test_every_fqdn_tag_of_azure_is_taken(compiled: Compile, tag: str) -> None:
    """Also the one that each product of Microsoft 365 has."""
    _, controls = compiled({"destinations": "tag", "fqdnTags": ["WindowsUpdate", tag]})

    assert tag in controls[-1].rules[0].text


def test_in_mode_open_tags_decide_nothing(compiled: Compile) -> None:
    """Every name passes there."""
    with pytest.raises(PolicyErrors, match="in mode open the rules admit any name"):
        compiled({"destinations": "tag", "fqdnTags": ["WindowsUpdate"]}, mode="open", lists=[])
