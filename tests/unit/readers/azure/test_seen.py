"""What was looked up in Azure, in words: which assumption it is about, and whether it speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_network
from typing import Any

import pytest
from sample import AZURE

from wsus_egress.controls import compile_target
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.model.environment import Environment
from wsus_egress.readers.azure import seen
from wsus_egress.readers.seen import Seen

HUB = "/subscriptions/s/resourceGroups/rg-hub/providers/Microsoft.Network/firewallPolicies/afwp"
OTHERS, PRIORITY = "azure/firewall-policy/other-rules/afwp", "azure/firewall-policy/priority/1000"
KMS = {
    "name": "kms",
    "destinationPorts": [1688],
    "fqdns": ["kms.example.com"],
    "reason": "Activation",
}
Control = Callable[..., AzureApplicationRules]


@pytest.fixture
def control(environment: Callable[..., Environment]) -> Control:
    """The rules of a target on a policy that others keep."""

    def build(own: dict[str, Any] | None = None, **policy: Any) -> AzureApplicationRules:
        azure = {**AZURE, "firewallPolicy": {"id": HUB, **policy}, **(own or {})}
        built = environment(aws=None, azure=azure)
        return next(
            each
            for each in compile_target(built, built.targets[0])
            if isinstance(each, AzureApplicationRules)
        )

    return build


def group(name: str, priority: int, *rules: dict[str, Any]) -> dict[str, Any]:
    """A group of others with one collection, as Azure answers."""
    collection = {
        "name": "web",
        "priority": 200,
        "action": {"type": "Allow"},
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "rules": list(rules),
    }
    return {"name": name, "priority": priority, "ruleCollections": [collection]}


def rule(name: str, source: str) -> dict[str, Any]:
    """A network rule of others."""
    return {
        "name": name,
        "ruleType": "NetworkRule",
        "sourceAddresses": [source],
        "destinationAddresses": ["*"],
        "destinationPorts": ["443"],
        "ipProtocols": ["TCP"],
    }


def told(found: Iterable[Seen]) -> list[tuple[bool, str]]:
    """Whether each speaks against what is assumed, and its text."""
    return [(each.against, each.text) for each in found]


def test_a_policy_is_told_as_it_is(control: Control) -> None:
    """Tier, threat intelligence and DNS proxy, for the assumption that others' rules are known."""
    policy = {
        "sku": {"tier": "Premium"},
        "threatIntelMode": "Deny",
        "dnsSettings": {"enableProxy": True},
    }
    (found,) = seen.of_policy(control({"networkRules": [KMS]}), policy)

    text = "afwp is a Premium policy, its threat intelligence is in mode Deny, its DNS proxy is on"
    assert f"{OTHERS}: seen: {text}" == str(found)


def test_a_policy_that_lacks_what_rules_need(control: Control) -> None:
    """Names in network rules without DNS proxy, and a base policy that the settings do not name."""
    base = {"id": HUB.replace("afwp", "base")}
    found = list(seen.of_policy(control({"networkRules": [KMS]}), {"basePolicy": base}))

    assert [
        (False, "afwp is a Standard policy, its threat intelligence is in mode Alert, its DNS proxy "
         "is off"),
        (True, "host names in networkRules (kms) need its DNS proxy, which is off"),
        (True, f"afwp inherits from {base['id']}, which basePolicy does not name"),
    ] == told(found)  # fmt: skip
    assert str(found[1]).startswith(f"{OTHERS}: seen, against it: host names")


def test_rules_of_others_for_these_servers(control: Control) -> None:
    """Only those that the settings do not list speak against what is assumed."""
    listed = {
        "name": "portal", "groupPriority": 200, "action": "allow", "destinationPorts": [443],
        "protocol": "tcp",
    }  # fmt: skip
    groups = [
        group("hub", 200, rule("portal", "10.0.0.0/8"), rule("all", "*")),
        group("listed", 210, rule("portal", "10.20.0.10")),
        group("far", 220, rule("other", "10.99.0.0/16")),
    ]
    found = list(seen.of_groups(control(rules=[listed]), groups, ["wsus-firewall-rules"]))

    assert [
        (True, "the group hub (priority 200) has rules for these servers that are not listed: web/all"),
        (False, "the group listed (priority 210) has no rule for these servers but web/portal, as listed"),
        (False, "the group far (priority 220) has no rule for these servers"),
    ] == told(found)  # fmt: skip
    assert {OTHERS} == {each.key for each in found}


def test_rules_by_an_ip_group_may_be_for_these_servers(control: Control) -> None:
    """Nobody has looked at its addresses; one that the settings list is said to be so."""
    by_group = {**rule("all", "*"), "sourceIpGroups": ["/subscriptions/s/ipGroups/x"]}
    del by_group["sourceAddresses"]
    listed = {"name": "known", "groupPriority": 200, "action": "allow", "destinationPorts": [443]}
    rules = [by_group, {**by_group, "name": "known"}]
    (found,) = seen.of_groups(control(rules=[listed]), [group("hub", 200, *rules)], [])

    assert found.text.endswith("rules for these servers that are not listed: web/all (perhaps)")


def test_a_priority_that_another_group_has(control: Control) -> None:
    """Our own group has it too, and is not told of."""
    groups = [group("WSUS-firewall-rules", 1000, rule("x", "*")), group("hub", 1000)]
    found = list(seen.of_groups(control(), groups, ["wsus-firewall-rules"]))

    assert [(True, "the group hub has the priority 1000 too"),
            (False, "the group hub (priority 1000) has no rule for these servers")] == told(found)  # fmt: skip
    assert PRIORITY == found[0].key


def test_groups_of_the_base_policy_have_their_own_priorities(control: Control) -> None:
    """An equal one there is no conflict; its rules count for the base policy's assumption."""
    base = {"basePolicy": HUB.replace("afwp", "base"), "name": "afwp", "id": None}
    found = list(
        seen.of_groups(control(**base), [group("company", 300, rule("x", "*"))], (), "base policy")
    )

    assert ["azure/firewall-policy/base-policy/base"] == [each.key for each in found]
    assert [(True, "the group company (priority 300) has rules for these servers that are not listed: "
             "web/x")] == told(found)  # fmt: skip


@pytest.mark.parametrize(
    ("firewalls", "expected"),
    [
        ({"afw": ["10.0.0.4"]}, (False, "afw has 10.0.0.4")),
        ({"afw": ["10.0.0.5"]}, (True, "no firewall of the policy has it: afw has 10.0.0.5")),
        ({}, (True, "the policy has no firewall")),
    ],
)
def test_whose_the_address_is(firewalls: dict[str, list[str]], expected: tuple[bool, str]) -> None:
    """A firewall of the policy has it, or traffic goes to another machine."""
    assert [expected] == told(seen.of_addresses("10.0.0.4", firewalls))


def test_service_endpoints_of_a_subnet() -> None:
    """Azure leads what goes to one past the firewall."""
    storage = {"serviceEndpoints": [{"service": "Microsoft.Storage"}]}

    assert [(True, "the subnet a has service endpoints for Microsoft.Storage")] == told(
        seen.of_subnet("a", storage)
    )
    assert [(False, "the subnet a has service endpoints for Microsoft.Storage, as listed")] == told(
        seen.of_subnet("a", storage, ["Microsoft.Storage"])
    )
    assert [(False, "the subnet b has no service endpoint")] == told(seen.of_subnet("b", {}))


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        (None, (True, "the subnet a has no route table")),
        ([], (True, "rt of a has no route for 0.0.0.0/0")),
        (
            [{"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}],
            (True, "rt of a leads 0.0.0.0/0 to Internet"),
        ),
        (
            [{"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
              "nextHopIpAddress": "10.0.0.4"}],
            (False, "rt of a leads 0.0.0.0/0 to VirtualAppliance 10.0.0.4"),
        ),
    ],
)  # fmt: skip
def test_where_a_subnet_leads(
    routes: list[dict[str, Any]] | None, expected: tuple[bool, str]
) -> None:
    """To an appliance, or past it."""
    table = None if routes is None else {"name": "rt", "routes": routes}

    assert [expected] == told(seen.of_default_route("a", table))


def test_who_stands_in_the_subnets_of_a_table() -> None:
    """Servers in none of them are named; without a subnet that is all that is said."""
    sources = [ip_network("10.20.0.10/32"), ip_network("10.20.9.10/32")]
    found = seen.of_attachment("k", "rt", {"a": ["10.20.0.0/24"]}, sources)

    assert [
        (False, "rt is that of a (10.20.0.0/24)"),
        (True, "10.20.9.10/32 stands in none of these subnets"),
    ] == told(found)
    assert [(True, "rt is that of no subnet")] == told(seen.of_attachment("k", "rt", {}, sources))
