"""How rules of a firewall policy are read: at least and at most, where something is not known."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from guarded import resource

from wsus_egress.controls.azure.firewall_rules import FirewallRule
from wsus_egress.readers.azure.firewall_rules import GroupReader
from wsus_egress.readers.judged import Read
from wsus_egress.readers.resources import UNKNOWN, Resource

GROUP = "azure-native:network:FirewallPolicyRuleCollectionGroup"
IP_GROUP = "azure-native:network:IpGroup"
SERVERS = ipaddress.ip_network("10.30.0.0/24")
NETWORK: dict[str, Any] = {
    "ruleType": "NetworkRule", "name": "r", "sourceAddresses": ["10.30.0.10"],
    "ipProtocols": ["TCP"], "destinationAddresses": ["10.40.0.4"], "destinationPorts": ["123"],
}  # fmt: skip
APPLICATION: dict[str, Any] = {
    "ruleType": "ApplicationRule", "name": "r", "sourceAddresses": ["10.30.0.0/16"],
    "protocols": [{"protocolType": "Https", "port": 443}], "targetFqdns": ["go.example.com"],
}  # fmt: skip


def reads(collections: Any, *others: Resource) -> list[Read[FirewallRule]]:
    """What a group with these collections is read as."""
    # What is unknown counts where the program makes it from another resource.
    made = {"ruleCollections": ["other"]} if collections is UNKNOWN else {}
    group = resource(GROUP, "g", priority=300, ruleCollections=collections, refers=made)
    reader = GroupReader(group, "others", others, (SERVERS,), frozenset({"WindowsUpdate"}))
    return list(reader.reads())


def collection(*rules: Any, action: str = "Allow", **properties: Any) -> dict[str, Any]:
    """A filter collection."""
    kind = "FirewallPolicyFilterRuleCollection"
    given = {"name": "c", "priority": 200, "ruleCollectionType": kind, "action": {"type": action}}
    return {**given, "rules": list(rules), **properties}


def read(rule: Any, *others: Resource, action: str = "Allow") -> Read[FirewallRule]:
    """The only rule of a group."""
    (found,) = reads([collection(rule, action=action)], *others)
    return found


def test_a_known_network_rule_is_the_same_at_least_and_at_most() -> None:
    """Its sources are only those of the policy that it covers."""
    found = read(NETWORK)
    (rule,) = found.most

    assert found.least == found.most
    assert "" == found.unread
    assert (ipaddress.ip_network("10.30.0.10/32"),) == rule.sources


def test_a_rule_about_other_addresses_is_left_out() -> None:
    """Neither it nor a DNAT collection lets a server of the policy out."""
    elsewhere = {**NETWORK, "sourceAddresses": ["10.99.0.0/16"]}
    dnat = collection(NETWORK, ruleCollectionType="FirewallPolicyNatRuleCollection")

    assert [] == reads([collection(elsewhere), dnat])


@pytest.mark.parametrize(
    ("rule", "note", "sure"),
    [
        ({**NETWORK, "destinationPorts": [UNKNOWN]}, "its ports are not known", False),
        ({**NETWORK, "destinationPorts": ["many"]}, "its ports are not known", True),
        ({**NETWORK, "ipProtocols": [UNKNOWN]}, "its protocol is not known", False),
        ({**NETWORK, "sourceAddresses": [UNKNOWN]}, "its source is not known", False),
        (
            {**NETWORK, "destinationAddresses": ["Storage"]},
            "its destination is Storage, whose addresses only Azure knows",
            True,
        ),
        (
            {**APPLICATION, "targetFqdns": ["go.example.com", UNKNOWN]},
            "one of its names is not known",
            False,
        ),
        (
            {**APPLICATION, "targetFqdns": ["not a name"]},
            "'not a name' is not a pattern that can be read",
            True,
        ),
        ({**APPLICATION, "fqdnTags": [UNKNOWN]}, "its FQDN tag is not known", False),
        (
            {**APPLICATION, "fqdnTags": ["Office365"]},
            "its FQDN tag is Office365, whose names only Microsoft knows",
            True,
        ),
        (
            {**APPLICATION, "webCategories": ["Games"]},
            "it has webCategories, whose names are not listed",
            True,
        ),
        ({**APPLICATION, "protocols": [UNKNOWN]}, "its protocols are not known", False),
        (
            {**APPLICATION, "protocols": [{"protocolType": "Mssql", "port": 1433}]},
            "its protocol is Mssql, which the policy allows nobody",
            True,
        ),
    ],
)
def test_what_is_not_known_widens_the_most_and_not_the_least(
    rule: dict[str, Any], note: str, sure: bool
) -> None:
    """An allow rule may admit more than it surely admits; as a denial it surely denies less."""
    allowed, denied = read(rule), read(rule, action="Deny")

    assert (f"rule c/r: {note}", sure) == (allowed.unread, allowed.sure)
    assert allowed.least != allowed.most
    assert allowed.most
    assert set(denied.most) <= set(denied.least) or not denied.most


@pytest.mark.parametrize(
    ("collections", "what"),
    [
        (UNKNOWN, "its rule collections are not known"),
        ([collection(NETWORK, priority=UNKNOWN)], "collection c is not known"),
        ([collection(UNKNOWN)], "a rule of c is not known"),
    ],
)
def test_a_collection_that_is_not_known_may_admit_everything(collections: Any, what: str) -> None:
    """From every server to anywhere, on any port and protocol."""
    (found,) = reads(collections)
    (widest,) = found.most

    assert (what, (), False) == (found.unread, found.least, found.sure)
    assert (SERVERS,) == widest.sources


def test_a_denial_that_is_not_known_denies_nothing_for_sure() -> None:
    """It is no reason to take other rules for closed."""
    (found,) = reads([collection(UNKNOWN, action="Deny")])

    assert ((), ()) == (found.least, found.most)


def test_sources_may_be_an_ip_group_of_the_stack() -> None:
    """Its addresses count; those that are not known count as every address."""
    rule = {**NETWORK, "sourceAddresses": [], "sourceIpGroups": ["/ip-groups/one"]}
    known = resource(IP_GROUP, "one", id="/ip-groups/one", ipAddresses=["10.30.0.64/26"])
    unknown = resource(IP_GROUP, "one", id="/ip-groups/one", ipAddresses=[UNKNOWN])
    foreign = read(rule)

    assert (ipaddress.ip_network("10.30.0.64/26"),) == read(rule, known).most[0].sources
    assert "IP Group one, whose addresses are not known" in read(rule, unknown).unread
    assert "which is not in this stack" in foreign.unread
    assert (SERVERS,) == foreign.most[0].sources
