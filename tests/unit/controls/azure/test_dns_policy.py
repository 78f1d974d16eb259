"""The DNS security policy of a virtual network: what it resolves, as documents and in the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from assumed import assumptions
from azure_path import Compile, web, whats
from sample import AZURE, ONE, VPC, policy

from wsus_egress.controls import Verdict, compile_target
from wsus_egress.controls.azure.dns_policy import AzureDnsPolicy, DnsSecurityRule, domains_of
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.names.hosts import Pattern
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.parity import disparities
from wsus_egress.proof.proof import Fidelity, Proof, prove_alone

NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
DNS: dict[str, Any] = {"dnsSecurityPolicy": {"virtualNetwork": NETWORK}}
ENTRIES = [
    {"pattern": text, "schemes": ["http", "https"], "owner": "team", "reason": "test"}
    for text in ("*.example.com", "a.example.com", "b.example.org", "example.net")
]


def control(
    compiled: Compile, own: dict[str, Any] | None = None, **settings: Any
) -> AzureDnsPolicy:
    """The control of such a target."""
    first = compiled({**DNS, **(own or {})}, extraEndpoints=ENTRIES, **settings)[1][0]
    assert isinstance(first, AzureDnsPolicy)
    return first


def test_the_fewest_domains_have_every_pattern() -> None:
    """A domain has everything below it."""
    texts = ("*.example.com", "a.example.com", "b.example.org", "example.org", "com.net")
    patterns = [Pattern.parse(text) for text in texts]

    assert ("com.net", "example.com", "example.org") == domains_of(patterns)


@pytest.mark.parametrize(
    ("name", "rule", "verdict"),
    [
        ("x.y.example.com", "names-1", Verdict.ALLOW),
        ("example.com", "names-1", Verdict.ALLOW),
        ("sub.b.example.org", "names-1", Verdict.ALLOW),
        ("example.org", "block-rest", Verdict.DENY),
        ("evilexample.com", "block-rest", Verdict.DENY),
        ("dc.corp.example", "besides-1", Verdict.ALLOW),
    ],
)
def test_rules_follow_the_hierarchy(
    compiled: Compile, name: str, rule: str, verdict: Verdict
) -> None:
    """Rules follow "If contoso.com is allowed ..., then sub.contoso.com is allowed" (DNS security policy)."""
    settings = {"virtualNetwork": NETWORK, "alsoResolve": ["*.corp.example"]}
    ruling = control(compiled, {"dnsSecurityPolicy": settings}).admits(web(name))

    assert (verdict, rule) == (ruling.verdict, ruling.rule)


def test_what_looks_up_no_name_is_no_matter_of_it(compiled: Compile) -> None:
    """No name, or a destination inside."""
    found = control(compiled)
    inside = Flow(ip_address("10.20.0.10"), ip_address("10.20.0.11"), "tcp", 443, "tls", "x.com")

    assert [Verdict.NOT_APPLICABLE] * 2 == [found.admits(f).verdict for f in (web(None), inside)]
    assert found.names(inside) is None


def test_the_target_stays_exact(proof: Callable[..., Proof]) -> None:
    """The firewall decides about names; what the coarser domains resolve is within their part."""
    found = proof(DNS, extraEndpoints=ENTRIES)

    assert (Fidelity.EXACT, []) == (found.fidelity, whats(found))
    assert () == found.masked


def test_without_a_firewall_it_leaves_names_wider(proof: Callable[..., Proof]) -> None:
    """A name below a listed one resolves, and nothing behind it sees names."""
    found = proof({**DNS, "firewallPolicy": None}, extraEndpoints=ENTRIES)
    (names,) = (each for each in found.deviations if each.subject == "names")

    assert names.what.endswith("wider/names")
    assert str(names.witness.name).endswith(("example.com", "example.org", "example.net"))


def test_documents(compiled: Compile) -> None:
    """Lists, policy and rules; nothing is blocked before names resolve, and the link comes last."""
    documents = {each.name: each for each in control(compiled).documents("wsus")}
    dns = "wsus-dns-policy"
    link = documents[f"{dns}-link"]
    block = documents[f"{dns}-block-rest-rule"]

    assert [
        f"{dns}-names-1", f"{dns}-block-rest", dns, f"{dns}-names-1-rule",
        f"{dns}-block-rest-rule", f"{dns}-link",
    ] == list(documents)  # fmt: skip
    assert ["b.example.org", "example.com", "example.net"] == (
        documents[f"{dns}-names-1"].properties["domains"]
    )
    assert ["."] == documents[f"{dns}-block-rest"].properties["domains"]
    assert {"actionType": "Block", "blockResponseCode": "SERVFAIL"} == block.properties["action"]
    assert {"actionType": "Allow"} == documents[f"{dns}-names-1-rule"].properties["action"]
    assert (f"{dns}-names-1-rule",) == block.after
    assert (f"{dns}-names-1-rule", f"{dns}-block-rest-rule") == link.after
    assert {"id": NETWORK} == link.properties["virtualNetwork"]


def test_a_domain_stays_in_its_list(compiled: Compile) -> None:
    """Long lists are spread; an entry that comes or goes moves no other one."""
    many = [{**ENTRIES[0], "pattern": f"h{number}.example.com"} for number in range(1600)]
    found = compiled(DNS, extraEndpoints=many)[1][0]
    fewer = compiled(DNS, extraEndpoints=many[1:])[1][0]
    assert isinstance(found, AzureDnsPolicy)
    assert isinstance(fewer, AzureDnsPolicy)

    assert ["names-1", "names-2", "names-3", "block-rest"] == [each.id for each in found.rules]
    before, after = ([set(r.domains or ()) for r in c.rules] for c in (found, fewer))
    assert 1 == sum(len(one ^ other) for one, other in zip(before, after, strict=True))
    assert "(fingerprint " in found.rules[0].text
    assert "1001 allow " in control(compiled).rules[0].text
    assert "65000 block every name" == found.rules[-1].text
    assert [max(map(len, before)), 4] == [quota.used for quota in found.quotas()]


def test_rules_of_others_may_end_before_the_block(compiled: Compile) -> None:
    """What no rule has is resolved."""
    found = control(compiled)
    bare = AzureDnsPolicy(
        target=found.target, settings=found.settings, environment="x",
        rules=(DnsSecurityRule("one", 100, "Block", ("evil.com",)),),
    )  # fmt: skip
    verdicts = [bare.admits(web(name)).verdict for name in ("a.evil.com", "other.com")]

    assert [Verdict.DENY, Verdict.ALLOW] == verdicts
    bounds = bare.names(web("a.evil.com"))
    assert bounds is not None
    assert ("a.evil.com" in bounds.surely, "other.com" in bounds.surely) == (False, True)


def test_who_resolves_is_assumed(compiled: Compile) -> None:
    """The policy sees Azure's own resolver only."""
    found = assumptions((control(compiled),))

    assert ["azure/dns-policy/resolver/vnet"] == list(found)
    assert any("everything below it" in each.what for each in control(compiled).residues)
    assert "names are resolved by Azure's own resolver, asked from the network vnet" == (
        found["azure/dns-policy/resolver/vnet"].what
    )


KMS = {"name": "kms", "fqdns": ["azkms.core.windows.net"], "destinationPorts": [1688],
       "reason": "Activation"}  # fmt: skip


@pytest.mark.parametrize(
    ("own", "more", "text"),
    [
        (DNS, {"mode": "open", "lists": []}, "azure.dnsSecurityPolicy: the mode is open"),
        ({**DNS, **policy(dnsProxy=True), "networkRules": [KMS]}, {},
         "azure.networkRules[0].fqdns[0]: the DNS security policy does not resolve "
         "azkms.core.windows.net, and the rule would admit nothing; add it to "
         "dnsSecurityPolicy.alsoResolve"),
        ({"dnsSecurityPolicy": {"virtualNetwork": "/subscriptions/s/x"}}, {},
         "azure.dnsSecurityPolicy.virtualNetwork: '/subscriptions/s/x' is not a virtual network's id"),
        ({"dnsSecurityPolicy": {}}, {},
         "azure.dnsSecurityPolicy.virtualNetwork: the setting is missing"),
        ({"dnsSecurityPolicy": {"virtualNetwork": NETWORK, "alsoResolve": ["*x.com"]}}, {},
         "azure.dnsSecurityPolicy.alsoResolve[0]: '*x.com' also matches names"),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_refused(
    compiled: Compile, own: dict[str, Any], more: dict[str, Any], text: str
) -> None:
    """Each with its setting."""
    with pytest.raises(PolicyErrors) as caught:
        compiled(own, **more)
    assert text in str(caught.value)


def test_what_is_refused_elsewhere_is_not_told_twice(compiled: Compile) -> None:
    """A network rule's name that is none, or a wildcard, has a problem of its own."""
    rules = [{**KMS, "fqdns": ["*.windows.net", "a b", "kms.example.com"]}]
    with pytest.raises(PolicyErrors) as caught:
        compiled({**DNS, **policy(dnsProxy=True), "networkRules": rules}, extraEndpoints=ENTRIES)

    assert "does not resolve" not in str(caught.value)


def test_both_clouds_resolve_the_same(environment: Callable[..., Environment]) -> None:
    """Parity: a DNS layer in both clouds, behind firewalls that are exact, leaves no difference."""
    aws = {"vpcId": VPC, "networkFirewall": {}, "dnsFirewall": {}}
    servers = [{**ONE, "location": "azure"}, {**ONE, "name": "two", "addresses": ["10.9.0.10"],
                                              "location": "aws"}]  # fmt: skip
    built = environment(aws=aws, azure={**AZURE, **DNS}, servers=servers)
    sides = [(each.cloud, compile_target(built, each)) for each in built.targets]

    assert () == disparities(built.policy, sides)


def test_each_rule_is_needed(compiled: Compile) -> None:
    """The proof notices each rule that is missing, turned, or decides after the block."""
    built, controls = compiled(
        {"dnsSecurityPolicy": {"virtualNetwork": NETWORK, "alsoResolve": ["*.corp.example"]}},
        extraEndpoints=ENTRIES,
    )
    dns = controls[0]
    assert isinstance(dns, AzureDnsPolicy)

    assert () == prove_alone(built.policy, "azure", dns)
    for number, rule in enumerate(dns.rules):
        turned = replace(rule, action="Block" if rule.action == "Allow" else "Allow")
        late = replace(rule, priority=65001 if rule.action == "Allow" else 100)
        fewer = replace(rule, domains=(rule.domains or ("a.test", "b.test"))[1:])
        for mutant in (None, turned, late, fewer):
            rest = [*dns.rules[:number], *([mutant] if mutant else []), *dns.rules[number + 1 :]]
            found = prove_alone(built.policy, "azure", replace(dns, rules=tuple(rest)))
            assert found, (rule.id, mutant)
