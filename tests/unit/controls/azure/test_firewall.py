"""The firewall and its policy as resources: modes, IP Groups, names spread over groups."""

from __future__ import annotations

from typing import Any

import pytest
from azure_path import BASE_POLICY, Compile
from sample import TODAY, policy

from wsus_egress.config.base import parse_settings
from wsus_egress.controls import Control
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.model.azure import FirewallAlone
from wsus_egress.model.azure_firewall import FirewallPolicy
from wsus_egress.problems import path_text
from wsus_egress.proof.proof import Fidelity, prove


def test_ip_groups_are_named_by_rules(compiled: Compile) -> None:
    """A group for each party with Internet access; the denial keeps the address space."""
    _, controls = compiled({"ipGroups": True})
    group, _, rules = controls[-1].documents("wsus")

    assert ["10.20.0.10"] == group.properties["ipAddresses"]
    allow, deny = (each["rules"][0] for each in rules.properties["ruleCollections"])
    assert ["${wsus-one-addresses.id}"] == allow["sourceIpGroups"]
    assert ["10.20.0.0/16"] == deny["sourceAddresses"]
    assert "addresses of the longest IP Group" in [quota.name for quota in controls[-1].quotas()]


def test_full_mode_has_the_firewall(compiled: Compile) -> None:
    """Address, firewall and logs, and a route to the address that Azure will choose."""
    network = BASE_POLICY.replace("firewallPolicies/parent", "virtualNetworks/vnet")
    workspace = network.replace(
        "Network/virtualNetworks/vnet", "OperationalInsights/workspaces/log"
    )
    firewall = {"name": "afw", "virtualNetwork": network, "zones": [], "workspace": workspace}
    _, controls = compiled(
        {**policy(mode="full", sku="Basic"), "firewall": firewall, "routeTable": {}}
    )
    documents = {each.name: each for each in controls[-1].documents("wsus")}

    assert [
        "wsus-firewall-policy",
        "wsus-firewall-rules",
        "wsus-firewall-address",
        "wsus-firewall-management",
        "wsus-firewall",
        "wsus-firewall-logs",
    ] == list(documents)
    assert "zones" not in documents["wsus-firewall"].properties
    assert "Dedicated" == documents["wsus-firewall-logs"].properties["logAnalyticsDestinationType"]
    (route,) = controls[1].documents("wsus")[0].properties["routes"]
    expected = "${wsus-firewall.ipConfigurations[0].privateIPAddress}"
    assert expected == route["nextHopIpAddress"]


def test_the_policys_own_settings(compiled: Compile) -> None:
    """Base policy, DNS proxy and its servers are part of the policy's document."""
    _, controls = compiled(policy(basePolicy=BASE_POLICY, dnsProxy=True, dnsServers=["10.0.0.53"]))
    properties = controls[-1].documents("wsus")[0].properties

    assert {"id": BASE_POLICY} == properties["basePolicy"]
    assert {"enableProxy": True, "servers": ["10.0.0.53"]} == properties["dnsSettings"]


def many(count: int) -> list[dict[str, Any]]:
    """So many endpoints."""
    return [
        {"pattern": f"host-{number}.example.org", "schemes": ["https"], "owner": "t", "reason": "r"}
        for number in range(count)
    ]


def groups_of(control: Control) -> dict[str, Any]:
    """The rule collection groups of a control, by name."""
    return {
        each.name: each.properties
        for each in control.documents("wsus")
        if each.type.endswith("RuleCollectionGroup")
    }


def test_names_are_spread_over_groups(compiled: Compile) -> None:
    """Twelve groups asked for: twelve of names, and the denial behind them in one of its own."""
    built, controls = compiled(policy(groups=12), extraEndpoints=many(200))
    groups = groups_of(controls[-1])

    assert [*range(300, 313)] == [each["priority"] for each in groups.values()]
    assert ["Deny"] == [
        each["action"]["type"] for each in groups["wsus-firewall-rules-13"]["ruleCollections"]
    ]
    proof = prove(built, built.targets[0], controls, TODAY)
    assert Fidelity.EXACT is proof.fidelity


def test_an_added_name_changes_one_group(compiled: Compile) -> None:
    """The others stay as they are, so that they are not updated."""
    before = groups_of(compiled(policy(groups=12), extraEndpoints=many(200))[1][-1])
    after = groups_of(compiled(policy(groups=12), extraEndpoints=many(201))[1][-1])

    assert 1 == sum(before[name] != after[name] for name in before)


def test_more_names_than_a_group_holds_take_more_groups(compiled: Compile) -> None:
    """Nobody has to count bytes: what would not fit is spread."""
    entries = [
        {**each, "pattern": f"{'x' * 60}.{'y' * 60}.{each['pattern']}"} for each in many(8000)
    ]
    _, controls = compiled(extraEndpoints=entries)
    control = controls[-1]
    assert isinstance(control, AzureApplicationRules)

    assert 3 == len(groups_of(control))
    assert all(quota.used <= quota.limit for quota in control.quotas())


def test_a_firewall_without_a_workspace_has_no_logs(compiled: Compile) -> None:
    """Its zones are all three where nothing is said, as Azure.Firewall.AvailabilityZones asks."""
    network = BASE_POLICY.replace("firewallPolicies/parent", "virtualNetworks/vnet")
    firewall = {"name": "afw", "virtualNetwork": network}
    _, controls = compiled({**policy(mode="full"), "firewall": firewall})
    documents = {each.name: each.properties for each in controls[-1].documents("wsus")}

    assert "wsus-firewall-logs" not in documents
    assert ["1", "2", "3"] == documents["wsus-firewall"]["zones"]


@pytest.mark.parametrize(
    ("own", "mode"),
    [({}, "policy"), ({"existing": True}, "rules-only"), ({"mode": "full"}, "full")],
)
def test_a_policys_mode(own: dict[str, object], mode: str) -> None:
    """It is created unless it exists: `existing: true` is another word for mode rules-only."""
    policy, none = parse_settings(FirewallPolicy, {"name": "afwp", **own}, lambda _: None)

    assert ([], mode) == (none, policy and policy.mode)


def test_a_firewall_by_itself() -> None:
    """On a policy that somebody else makes: where it stands, itself, and the policy's tier."""
    network = BASE_POLICY.replace("firewallPolicies/parent", "virtualNetworks/vnet")
    settings = {
        "resourceGroup": "rg",
        "location": "westeurope",
        "firewall": {"name": "afw", "virtualNetwork": network, "zones": ["2"]},
        "firewallPolicyId": BASE_POLICY,
        "tags": {"owner": "team"},
    }
    alone, none = parse_settings(FirewallAlone, settings, lambda _: None)
    wrong = {**settings, "location": 3, "firewall": {"name": "afw"}}
    nothing, problems = parse_settings(FirewallAlone, wrong, lambda _: None)

    assert alone is not None
    assert ([], None) == (none, nothing)
    assert ("rg", "westeurope", (("owner", "team"),), "Standard") == (
        alone.resource_group, alone.location, alone.tags, alone.sku,
    )  # fmt: skip
    assert ("afw", network, ("2",)) == (
        alone.firewall.name, alone.firewall.virtual_network, alone.firewall.zones,
    )  # fmt: skip
    assert ["firewall.virtualNetwork", "location"] == sorted(
        path_text(problem.keys) for problem in problems
    )
