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
