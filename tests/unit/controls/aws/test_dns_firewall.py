"""DNS Firewall: which names a VPC resolves, and which it may resolve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from sample import VPC

from wsus_egress.controls import Bounds, compile_target
from wsus_egress.controls.aws.dns_firewall import (
    FAIL_OPEN,
    NAMES_PER_LIST,
    RESIDUES,
    AwsDnsFirewall,
    compile_dns_firewall,
)
from wsus_egress.model.aws import AwsTarget, DnsFirewall
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow, Scheme
from wsus_egress.model.policy import EgressPolicy, Endpoint, Mode
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NameSet

Build = Callable[..., Environment]

SERVER, INTERNET = ip_address("10.20.0.10"), ip_address("203.0.113.80")


@pytest.fixture
def firewall(environment: Build) -> Callable[..., AwsDnsFirewall]:
    """The DNS Firewall of settings; `own` are its own ones."""

    def compiled(own: dict[str, Any] | None = None, **settings: Any) -> AwsDnsFirewall:
        built = environment(**{"aws": {"vpcId": VPC, "dnsFirewall": own or {}}, **settings})
        control = compile_target(built, built.targets[0])[0]
        assert isinstance(control, AwsDnsFirewall)
        return control

    return compiled


def web(name: str | None) -> Flow:
    """A flow of the server to the Internet by HTTP."""
    return Flow(SERVER, INTERNET, "tcp", 80, "http", name)


def test_names_are_resolved_or_not(firewall: Callable[..., AwsDnsFirewall]) -> None:
    """A listed name is resolved, its apex perhaps, any other is not; an address needs no query."""
    control = firewall({"alsoResolve": ["corp.example.org"]})
    found = {
        name: (control.admits(web(name)).verdict.value, control.admits(web(name)).rule)
        for name in ("a.example.com", "example.com", "corp.example.org", "evil.com", None)
    }
    assert {
        "a.example.com": ("allow", "names-1"),
        "example.com": ("opaque", "names-1"),
        "corp.example.org": ("allow", "besides-1"),
        "evil.com": ("deny", "block-rest"),
        None: ("not-applicable", "no name is looked up in this VPC for it"),
    } == found


def test_sets_of_names(firewall: Callable[..., AwsDnsFirewall]) -> None:
    """What is surely resolved, and what possibly; nothing is asked here for who stands elsewhere."""
    bounds = firewall().names(web(None))
    wildcard, apex = Pattern("example.com", wildcard=True), Pattern("example.com", wildcard=False)
    assert bounds == Bounds(NameSet.of([wildcard]), NameSet.of([wildcard, apex]))
    assert firewall().names(Flow(INTERNET, SERVER, "tcp", 80, "http")) is None


def test_without_its_last_rule_everything_is_resolved(
    firewall: Callable[..., AwsDnsFirewall],
) -> None:
    """Only the block of the rest makes the list a list."""
    control = firewall()
    open_ended = replace(control, rules=control.rules[:1])
    assert "no rule has the name" == open_ended.admits(web("evil.com")).rule
    assert open_ended.names(web(None)) == Bounds.exact(ALL_NAMES)


def test_the_documents(firewall: Callable[..., AwsDnsFirewall]) -> None:
    """A list a rule; the allow rule trusts redirections, the last one blocks; closed on failure."""
    documents = {
        document.name: document.properties
        for document in firewall({"blockResponse": "NXDOMAIN", "protected": True}).documents("wsus")
    }
    assert [
        "wsus-dns-firewall-names-1",
        "wsus-dns-firewall-block-rest",
        "wsus-dns-firewall",
        "wsus-dns-firewall-names-1-rule",
        "wsus-dns-firewall-block-rest-rule",
        "wsus-dns-firewall-association",
        "wsus-dns-firewall-config",
    ] == list(documents)
    allow = documents["wsus-dns-firewall-names-1-rule"]
    block = documents["wsus-dns-firewall-block-rest-rule"]
    assert ["*.example.com"] == documents["wsus-dns-firewall-names-1"]["domains"]
    assert ["*"] == documents["wsus-dns-firewall-block-rest"]["domains"]
    assert "TRUST_REDIRECTION_DOMAIN" == allow["firewallDomainRedirectionAction"]
    assert allow["priority"] < block["priority"]
    assert "NXDOMAIN" == block["blockResponse"]
    assert "ENABLED" == documents["wsus-dns-firewall-association"]["mutationProtection"]
    assert "DISABLED" == documents["wsus-dns-firewall-config"]["firewallFailOpen"]


def test_a_fail_mode_of_others(
    firewall: Callable[..., AwsDnsFirewall], refused: Callable[..., list[str]]
) -> None:
    """It is left as it is, which the proof says; a value for it beside that is refused."""
    control = firewall({"manageFailMode": False})

    assert [] == [d.name for d in control.documents("wsus") if d.name.endswith("-config")]
    assert f"aws/dns-firewall/fail-mode/{VPC}" in {each.id for each in control.assumptions}
    dns = {"manageFailMode": False, "failOpen": True}
    assert refused(aws={"vpcId": VPC, "dnsFirewall": dns}) == [
        "aws.dnsFirewall.failOpen: the VPC's fail mode is left as it is, and failOpen says what it is "
        "to be; remove it, or manageFailMode"
    ]


def policy_of(count: int) -> EgressPolicy:
    """A policy of so many hosts."""
    endpoints = tuple(
        Endpoint(
            Pattern(f"host{n}.example.com", wildcard=False), frozenset(Scheme), "", "", "", "x"
        )
        for n in range(count)
    )
    return EgressPolicy(Mode.RESTRICTED, as_listed=False, endpoints=endpoints, parties=())


def chunks(count: int) -> list[frozenset[str]]:
    """The domain lists of so many hosts."""
    target, dns = AwsTarget(vpc_id=VPC), DnsFirewall()
    control = compile_dns_firewall(policy_of(count), target, dns, "test")
    return [frozenset(rule.endpoints) for rule in control.rules[:-1]]


def test_long_lists_are_cut() -> None:
    """No list has more than 1,000 names, and every name is in exactly one list."""
    found = chunks(5000)
    assert max(map(len, found)) <= NAMES_PER_LIST
    assert sum(map(len, found)) == len(frozenset().union(*found)) == 5000


def test_a_name_more_changes_one_list() -> None:
    """A list stays as it is when another one gets a name."""
    before, after = chunks(4990), chunks(4991)
    assert 1 == sum(old != new for old, new in zip(before, after, strict=True))


def test_rules_in_words(firewall: Callable[..., AwsDnsFirewall]) -> None:
    """What a reader sees, and how much of the quotas is used."""
    control = firewall({"alsoResolve": ["*.corp.example.org", "corp.example.org"]})
    assert [
        "101 allow *.example.com, whatever they redirect to",
        "1101 allow corp.example.org, *.corp.example.org, whatever they redirect to",
        "9000 block every name",
    ] == [rule.text for rule in control.rules]
    assert [(2, 1000), (3, 100)] == [(quota.used, quota.limit) for quota in control.quotas()]
    assert ([], []) == (list(control.ports), list(control.networks))


def test_other_names_are_another_text(firewall: Callable[..., AwsDnsFirewall]) -> None:
    """A change of names shows in the rule's text, however many there are."""

    def text(*names: str) -> str:
        return firewall({"alsoResolve": list(names)}).rules[1].text

    long = [f"host{number}.example.org" for number in range(9)]
    assert "1101 allow a.org, whatever they redirect to" == text("a.org")
    assert text(*long).startswith("1101 allow 9 names (fingerprint ")
    assert text(*long) == text(*reversed(long))
    assert text(*long) != text(*long[1:], "other.example.org")


def test_what_passes_while_it_does_not_answer(firewall: Callable[..., AwsDnsFirewall]) -> None:
    """A VPC that fails open has a residue for it; one that fails closed has none."""
    assert (*RESIDUES, FAIL_OPEN) == firewall({"failOpen": True}).residues
    assert RESIDUES == firewall().residues


def test_a_block_may_have_the_apex_too(firewall: Callable[..., AwsDnsFirewall]) -> None:
    """Whether a block of `*.example.com` has example.com is as open as it is of what is allowed."""
    first, *_ = control = firewall().rules
    blocked = replace(first, id="blocked", priority=1, action="BLOCK")
    allowed = replace(first, id="allowed", priority=2, patterns=None)
    apex = NameSet.of([Pattern("example.com", wildcard=False)])
    below = NameSet.of([Pattern("example.com", wildcard=True)])
    found = {}
    for rules in ((blocked, allowed), (blocked,), (blocked, control[-1])):
        changed = replace(firewall(), rules=rules)
        bounds = changed.names(web(None))
        assert bounds is not None
        ruling = changed.admits(web("example.com"))
        found[tuple(rule.id for rule in rules)] = (ruling.verdict.value, ruling.rule)
        if rules[-1] is control[-1]:
            assert bounds == Bounds.exact(ALL_NAMES - ALL_NAMES)
        else:
            assert bounds == Bounds(ALL_NAMES - below - apex, ALL_NAMES - below)

    assert {
        ("blocked", "allowed"): ("opaque", "blocked"),
        ("blocked",): ("opaque", "blocked"),
        ("blocked", "block-rest"): ("deny", "block-rest"),
    } == found
