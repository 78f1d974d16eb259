"""The guardrail of Azure's DNS security policies: planted, clean and unsure stacks."""

from __future__ import annotations

from typing import Any

import pytest
from guarded import Change, adding, changing, declared, judged, previewed, resource

from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.model import Context, NotApplicable
from wsus_egress.readers.azure.dns_policies import NONE
from wsus_egress.readers.resources import UNKNOWN, Resource

WIDENS = "wsus-azure-dns-policy-widens"
LIST, RULE = (f"azure-native:dnsresolver:{n}" for n in ("DnsResolverDomainList", "DnsSecurityRule"))
SETTINGS: dict[str, Any] = {
    "lists": ["wsus"], "servers": [{"name": "up", "addresses": ["10.30.0.10"]}]
}  # fmt: skip
NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
TARGET: dict[str, Any] = {
    "resource_group": "rg",
    "location": "westeurope",
    "address_space": ["10.30.0.0/16"],
    "destinations": "list",
    "firewall_policy": {"name": "policy"},
    "route_table": {"firewall_address": "10.30.255.4"},
    "dns_security_policy": {"virtual_network": NETWORK, "also_resolve": ["*.corp.example"]},
}
BLOCK, NAMES = "wsus-dns-policy-block-rest-rule", "wsus-dns-policy-names-1"
POLICY = "wsus-dns-policy"


def baseline(**own: Any) -> tuple[list[Resource], Context]:
    """A valid stack with a DNS security policy."""
    return declared("azure", SETTINGS, {**TARGET, **own}, previewed)


def more(*domains: Any, **own: Any) -> Change:
    """A rule of others in the policy, with a list of its own."""
    names = [resource(LIST, "theirs", domains=list(domains), dnsResolverDomainListName="theirs")]
    rule = {
        "action": {"actionType": "Allow"}, "priority": 500, "dnsSecurityRuleState": "Enabled",
        "dnsResolverDomainLists": [{"id": "/x/dnsResolverDomainLists/theirs"}],
        "dnsResolverPolicyName": POLICY, **own,
    }  # fmt: skip
    return adding(*names, resource(RULE, **rule))


PLANTED: dict[str, Change] = {
    "a rule that allows": more("evil.example.com"),
    "a rule that alerts": more("evil.example.com", action={"actionType": "Alert"}),
    "a rule for every name": more("."),
    "a wildcard": more("*.evil.example."),
    "a list of others": more(dnsResolverDomainLists=[{"id": "/x/dnsResolverDomainLists/far"}]),
    "a name that is none": more("evil example"),
    "no block": changing(BLOCK, dnsSecurityRuleState="Disabled"),
    "a block that is none": changing(BLOCK, action={"actionType": "Allow"}),
    "a domain more": changing(NAMES, domains=lambda given: [*given, "evil.example.com"]),
}


@pytest.mark.parametrize("what", sorted(PLANTED))
def test_what_resolves_more_is_found(what: str) -> None:
    """Each is a finding of its own."""
    resources, context = baseline()

    assert judged(PLANTED[what](resources), context, WIDENS)


CLEAN: dict[str, Change] = {
    "nothing": adding(),
    "a block more": more("evil.example.com", action={"actionType": "Block"}),
    "a listed name": more("download.windowsupdate.com"),
    "a rule that is off": more("evil.example.com", dnsSecurityRuleState="Disabled"),
    "behind the block": more("evil.example.com", priority=65001),
    "another policy's rule": more("evil.example.com", dnsResolverPolicyName="other"),
    "what the network needs": more("dc.corp.example"),
}


@pytest.mark.parametrize("what", sorted(CLEAN))
def test_what_resolves_no_more_is_clean(what: str) -> None:
    """No finding."""
    resources, context = baseline()

    assert () == judged(CLEAN[what](resources), context, WIDENS)


UNSURE: dict[str, Change] = {
    "an action": more("evil.example.com", action={"actionType": UNKNOWN}),
    "a priority": more("evil.example.com", priority=UNKNOWN),
    "a list's domains": more(UNKNOWN),
    "which list": more(dnsResolverDomainLists=[{"id": UNKNOWN}]),
}


@pytest.mark.parametrize("what", sorted(UNSURE))
def test_what_is_not_known_is_a_finding(what: str) -> None:
    """A value that only the update will know is no pass, and is marked."""
    resources, context = baseline()
    found = judged(UNSURE[what](resources), context, WIDENS)

    assert found
    assert not all(each.sure for each in found)


def test_a_stack_without_one() -> None:
    """The rule does not apply."""
    resources, context = baseline(dns_security_policy=None)
    (guardrail,) = (each for each in GUARDRAILS if each.id == WIDENS)

    assert NotApplicable(NONE) == guardrail.judge(tuple(resources), context)
