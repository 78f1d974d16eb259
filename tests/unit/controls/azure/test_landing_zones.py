"""Landing zones: a secured hub's routing intent, IP Groups that exist, several public addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from assumed import assumptions
from azure_path import Compile
from sample import ONE, policy

from wsus_egress.controls.azure import residues
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, Proof

ROOT: Final = Path(__file__).resolve().parents[4]
NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
HUB = {"firewallPolicy": {"id": f"{NETWORK}/firewallPolicies/afwp-hub"}, "routing": "hub-intent"}
HEAD = {"name": "head", "location": "elsewhere", "addresses": ["10.30.0.10"]}
TWO = {"name": "two", "addresses": ["10.20.0.11"]}
FULL: dict[str, Any] = {
    **policy(mode="full"),
    "firewall": {"name": "afw", "virtualNetwork": f"{NETWORK}/virtualNetworks/vnet"},
}


def test_a_hubs_intent_is_assumed(compiled: Compile, proof: Callable[..., Proof]) -> None:
    """In place of the subnets' routes, to the Internet and to servers elsewhere."""
    servers = [{**ONE, "synchronizesFrom": "head", "contentFrom": "microsoft-update"}, HEAD]
    found = assumptions(compiled(HUB, servers=servers)[1])

    assert {"azure/routing-intent/internet/afwp-hub", "azure/routing-intent/private/head"} == {
        each for each in found if "routing-intent" in each
    }
    assert not any("default-route" in each or "private-route" in each for each in found)
    assert ("one",) == found["azure/routing-intent/private/head"].whom
    assert Fidelity.EXACT is proof(HUB, servers=servers).fidelity


@pytest.mark.parametrize("made", [True, False])
def test_ip_groups_that_exist_are_named(compiled: Compile, made: bool) -> None:
    """The others are made where that is asked for, and what is in a group is assumed."""
    ids = {"one": f"{NETWORK}/ipGroups/ipg"}
    if not made:
        ids["two"] = f"{NETWORK}/ipGroups/ipg-two"
    _, controls = compiled({"ipGroupIds": ids, "ipGroups": made}, servers=[ONE, TWO])
    documents = controls[-1].documents("wsus")
    groups = [each.name for each in documents if each.type.endswith(":IpGroup")]
    (rules,) = (
        e.properties["ruleCollections"] for e in documents if "ruleCollections" in e.properties
    )
    second = "${wsus-two-addresses.id}" if made else f"{NETWORK}/ipGroups/ipg-two"

    assert (["wsus-two-addresses"] if made else []) == groups
    assert [f"{NETWORK}/ipGroups/ipg", second] == rules[0]["rules"][0]["sourceIpGroups"]
    found = assumptions(controls)["azure/firewall-policy/ip-group/one"]
    assert "the IP Group ipg has 10.20.0.10/32 and nothing else" == found.what


@pytest.mark.parametrize(("number", "ports"), [(1, "4,992"), (3, "14,976")])
def test_several_public_addresses(compiled: Compile, number: int, ports: str) -> None:
    """The first configuration alone names the subnet; the residue has the arithmetic."""
    own = {**FULL, "firewall": {**FULL["firewall"], "publicAddresses": number}}
    _, controls = compiled(own)
    documents = {each.name: each for each in controls[-1].documents("wsus")}
    configurations = documents["wsus-firewall"].properties["ipConfigurations"]

    assert ["address", "address-2", "address-3"][:number] == [
        each["name"] for each in configurations
    ]
    assert [True, False, False][:number] == ["subnet" in each for each in configurations]
    assert all(f"wsus-firewall-{each['name']}" in documents for each in configurations)
    assert any(f"more than {ports} connections" in each.what for each in controls[-1].residues)


def test_addresses_out_of_a_prefix(compiled: Compile) -> None:
    """All that carry the servers' traffic, and not that of a management interface."""
    prefix = f"{NETWORK}/publicIPPrefixes/ippre"
    more = {"publicAddresses": 2, "publicIpPrefix": prefix, "management": True}
    _, controls = compiled({**FULL, "firewall": {**FULL["firewall"], **more}})
    found = {
        each.properties["publicIpAddressName"]: each.properties.get("publicIPPrefix")
        for each in controls[-1].documents("wsus")
        if each.type.endswith(":PublicIPAddress")
    }

    own = {"id": prefix}
    assert {"afw-address": own, "afw-address-2": own, "afw-management": None} == found


def test_the_page_has_the_arithmetic_of_the_preview() -> None:
    """2,496 ports for each address and instance, of two instances at least."""
    page = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")

    assert f"A firewall has {residues._SNAT_PORTS:,} ports for each public address" in page
    assert f"{residues._INSTANCES * residues._SNAT_PORTS:,} connections at a time" in page


def test_a_management_interface(compiled: Compile) -> None:
    """As a Basic firewall has it, with an address of its own."""
    own = {**FULL, "firewall": {**FULL["firewall"], "management": True}}
    documents = {each.name: each for each in compiled(own)[1][-1].documents("wsus")}
    management = documents["wsus-firewall"].properties["managementIpConfiguration"]

    assert management["subnet"]["id"].endswith("/subnets/AzureFirewallManagementSubnet")
    assert "wsus-firewall-management" in documents


@pytest.mark.parametrize(
    ("own", "text"),
    [
        ({"firewallPolicy": None, "routing": "hub-intent"},
         "azure.routing: the hub's firewall has a policy, and none is given; add azure.firewallPolicy, "
         "with its id"),
        ({**FULL, "routing": "hub-intent"},
         "azure.routing: a secured hub has a firewall of its own, and mode full would make another one; "
         "write firewallPolicy.mode: rules-only or policy"),
        ({**HUB, "routeTable": {"firewallAddress": "10.20.255.4"}},
         "azure.routing: the hub's routing intent leads to the firewall, and a route table would lead "
         "past it; leave routeTable out, or write routing: subnets"),
        ({"ipGroupIds": {"nobody": f"{NETWORK}/ipGroups/x"}},
         "azure.ipGroupIds.nobody: 'nobody' is not a server or client group in this virtual network; "
         "the names are one, two"),
        ({"ipGroupIds": {"one": f"{NETWORK}/virtualNetworks/x"}},
         f"azure.ipGroupIds.one: '{NETWORK}/virtualNetworks/x' is not the id of an IP Group; it has "
         "/ipGroups/ in it"),
        ({"ipGroupIds": {"one": f"{NETWORK}/ipGroups/x"}},
         "azure.ipGroupIds: 'two' has no IP Group, but other parties do; add its id, or write ipGroups: "
         "true, and the missing ones are made"),
        ({"ipGroupIds": {"one": f"{NETWORK}/ipGroups/x"}, "firewallPolicy": None},
         "azure.ipGroupIds: this belongs to a firewall policy, and none is given"),
        ({**FULL, "firewall": {**FULL["firewall"], "publicAddresses": 251}},
         "azure.firewall.publicAddresses: "),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(compiled: Compile, own: dict[str, Any], text: str) -> None:
    """Each with its setting and what to write."""
    with pytest.raises(PolicyErrors) as caught:
        compiled(own, servers=[ONE, TWO])
    assert text in str(caught.value)
