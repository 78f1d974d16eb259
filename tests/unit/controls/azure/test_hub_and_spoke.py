"""One network's part of a hub and its spokes: routes without rules of ours, rules without a group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assumed import assumptions
from azure_path import Compile, whats
from sample import ONE

from wsus_egress.proof.proof import Fidelity, Proof

SPOKE: dict[str, Any] = {
    "firewallPolicy": None,
    "routeTable": {"firewallAddress": "10.40.255.4"},
}
HUB: dict[str, Any] = {"networkSecurityGroup": {"create": False}}
NAMES = ["azure/azure-route-table/wider/nameless", "azure/azure-route-table/wider/names"]


def test_a_spoke_without_a_policy_has_its_group_and_its_routes(compiled: Compile) -> None:
    """Both are made; the firewall is others', and nothing here knows its rules."""
    _, controls = compiled(SPOKE)
    types = [each.type.rpartition(":")[2] for c in controls for each in c.documents("wsus")]

    assert ["NetworkSecurityGroup", "RouteTable"] == types
    found = assumptions(controls)
    behind = "azure/route-table/firewall-address/10.40.255.4"
    assert "10.40.255.4 is a firewall's, and others make its rules" == found[behind].what
    assert "azure/route-table/service-endpoints" in found


def test_that_nothing_in_a_spoke_sees_names_is_shown(proof: Callable[..., Proof]) -> None:
    """The proof knows of no rule behind the route: its owner accepts that by name, or adds a policy."""
    found = proof(SPOKE)
    accepted = [{"what": what, "reason": "The hub", "expires": "2027-06-30"} for what in NAMES]

    assert (Fidelity.WIDER, NAMES) == (found.fidelity, whats(found))
    assert 2 == len(found.findings)
    assert () == tuple(proof(SPOKE, accept=accepted).findings)


def test_a_hub_makes_rules_only(compiled: Compile, proof: Callable[..., Proof]) -> None:
    """No group, no table: the firewall's rules are exact, and what they rest on is assumed."""
    second = {"name": "two", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}
    _, controls = compiled(HUB, servers=[ONE, second])
    types = [each.type.rpartition(":")[2] for c in controls for each in c.documents("wsus")]

    assert ["FirewallPolicy", "FirewallPolicyRuleCollectionGroup"] == types
    assert Fidelity.EXACT is proof(HUB).fidelity
    found = assumptions(controls)
    assert ("one", "two") == found["azure/nsg/others"].whom
    assert ("one",) == found["azure/route-table/default-route"].whom


def test_a_table_without_a_group_and_a_policy(compiled: Compile) -> None:
    """Who guards the subnet is assumed once, by whichever control there is."""
    _, controls = compiled({**SPOKE, **HUB})

    assert ["azure-route-table"] == [control.name for control in controls]
    assert "azure/nsg/others" in assumptions(controls)


def test_what_stands_beside_a_policy_goes_to_its_resource_group(compiled: Compile) -> None:
    """Groups and IP Groups of an id's policy, under the names that the settings give."""
    hub = "/subscriptions/s/resourcegroups/rg-hub/providers/microsoft.network/firewallpolicies/afwp-hub"
    own = {"ipGroups": True, "ruleCollectionGroupName": "wsus-branch"}
    _, controls = compiled({"firewallPolicy": {"id": hub, "groups": 2}, **own})
    documents = [each for control in controls for each in control.documents("wsus")]
    beside = [each for each in documents if "NetworkSecurityGroup" not in each.type]

    assert {"rg-hub"} == {each.properties["resourceGroupName"] for each in beside}
    groups = [each for each in beside if "ruleCollectionGroupName" in each.properties]
    assert {"afwp-hub"} == {each.properties["firewallPolicyName"] for each in groups}
    assert [("wsus-branch-1", "wsus-firewall-rules-1"), ("wsus-branch-2", "wsus-firewall-rules-2"),
            ("wsus-branch-3", "wsus-firewall-rules-3")] == [
        (each.properties["ruleCollectionGroupName"], each.name) for each in groups
    ]  # fmt: skip
    assert "azure/firewall-policy/other-rules/afwp-hub" in assumptions(controls)


def test_a_base_policy_is_assumed_to_fit(compiled: Compile) -> None:
    """Its region and its threat intelligence, until the engine can look."""
    base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/firewallPolicies/base"
    said = []
    for own in ({}, {"threatIntelMode": "Alert"}):
        settings = {"firewallPolicy": {"name": "afwp", "basePolicy": base, **own}}
        fits = assumptions(compiled(settings)[1])["azure/firewall-policy/base-mode/base"]
        assert ["lookup", "evidence"] == [way.by for way in fits.ways]
        said.append(fits.what)

    region = "the base policy base is in westeurope"
    assert [
        region,
        f"{region}, and its threat intelligence is in no stricter mode than Alert",
    ] == said


def test_below_a_base_policy_the_mode_is_inherited(compiled: Compile) -> None:
    """Unless it is asked for: Alert below a base policy that denies would be looser, and refused."""
    base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/firewallPolicies/base"
    modes = []
    for own in ({}, {"basePolicy": base}, {"basePolicy": base, "threatIntelMode": "Deny"}):
        _, controls = compiled({"firewallPolicy": {"name": "afwp", **own}})
        (document,) = (
            each
            for each in controls[-1].documents("wsus")
            if each.type == "azure-native:network:FirewallPolicy"
        )
        modes.append(document.properties.get("threatIntelMode"))

    assert ["Alert", None, "Deny"] == modes
