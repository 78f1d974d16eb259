"""What an Azure target asks for that Azure would refuse: each with its setting and what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample import AZURE, ONE, policy

from wsus_egress.component.arguments import compile_arguments
from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.problems import PolicyErrors, path_text, shortened

NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
HUB = f"{NETWORK}/firewallPolicies/afwp-hub"
FIREWALL = {"name": "afw", "virtualNetwork": f"{NETWORK}/virtualNetworks/vnet"}
FAR = f"{NETWORK.replace('/rg/', '/rg-far/')}/virtualNetworks/vnet"
SUBNET = {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24"}
TABLE = {"firewallAddress": "10.20.255.4"}
RULE = {"name": "theirs", "groupPriority": 200, "action": "allow", "destinationPorts": [25]}


def network(**own: Any) -> dict[str, Any]:
    """Settings with one network rule."""
    rule = {"name": "kms", "destinationPorts": [1688], "destinations": ["198.51.100.1"]}
    return {"networkRules": [{**rule, "reason": "activation", **own}]}


def direct(**own: Any) -> dict[str, Any]:
    """Settings with one range past the firewall."""
    route = {"name": "kms", "addressPrefix": "198.51.100.0/24", "destinationPorts": [1688]}
    return {"routeTable": {**TABLE, "direct": [{**route, "reason": "activation", **own}]}}


def theirs(**own: Any) -> dict[str, Any]:
    """Settings with one rule that others keep."""
    return policy(rules=[{**RULE, **own}])


def subnet(**own: Any) -> dict[str, Any]:
    """Settings with one subnet."""
    return {"subnets": [{**SUBNET, **own}]}


TABLES = f"{NETWORK}/routeTables/rt"


def shown(own: dict[str, Any]) -> str:
    """The wrong id in these settings, as a message shows it."""
    (found,) = {each for each in (TABLES, HUB) if each in str(own)}
    return shortened(repr(found))


ANOTHER = "write another one, or leave it out: 1000"
ORDER = "that Azure's portal makes in every policy, and no page says which of two groups of one priority comes first"
CASES: list[tuple[dict[str, Any], str]] = [
    (network(parties=["nobody"]), "azure.networkRules[0].parties[0]: 'nobody' is not a server or client "
     "group in this virtual network; the names are one"),
    (network(parties=["one", "one"]), "azure.networkRules[0].parties[1]: 'one' is listed twice; leave one "
     "out"),
    ({"fqdnTags": ["WindowsUpdate"]}, "azure.fqdnTags: destinations: list makes no rule of FQDN tags, and "
     "this decides nothing; write destinations: tag+list, or leave it out"),
    ({"destinations": "tag", "fqdnTags": ["Office365.Exchange"]}, "azure.fqdnTags[0]: "
     "'Office365.Exchange' is not a known FQDN tag; write it like Office365.Exchange.Optimize or "
     "Office365.Common.Allow.Required"),
    *(({"firewallPolicy": None, **own}, f"azure.{key}: this belongs to a firewall policy, and none is "
       "given; add azure.firewallPolicy, or leave it out")
      for own in ({"denyRest": "servers"}, {"fqdnTags": ["WindowsUpdate"]},
                  {"ruleCollectionGroupName": "a"}, {"ruleCollectionGroupPriority": 400})
      for key in own),
    ({**policy(mode="rules-only"), "ruleCollectionGroupPriority": 200}, "azure.ruleCollectionGroupPriority: "
     f"200 is the priority of a group {ORDER}; {ANOTHER}"),
    ({**policy(mode="rules-only", groups=3), "ruleCollectionGroupPriority": 297},
     f"azure.ruleCollectionGroupPriority: 300 is the priority of a group {ORDER}; {ANOTHER}"),
    (policy(sku="Basic", dnsProxy=True), "azure.firewallPolicy.dnsProxy: the Basic tier has no DNS "
     "proxy (features by SKU, 2025-09-18); write sku Standard, or leave it out"),
    (policy(sku="Basic", dnsServers=["10.0.0.53"]), "azure.firewallPolicy.dnsServers: the Basic tier "
     "has no DNS servers of its own (features by SKU, 2025-09-18); write sku Standard, or leave them "
     "out"),
    ({**policy(sku="Basic"), **network(destinations=[], fqdns=["kms.core.windows.net"])},
     "azure.networkRules[0].fqdns: the Basic tier has no host names in network rules (features by "
     "SKU, 2025-09-18); write destinations"),
    (network(destinations=[], fqdns=["kms.core.windows.net"]), "azure.networkRules[0].fqdns: host "
     "names in network rules need the firewall's DNS proxy (DNS settings page); write "
     "firewallPolicy.dnsProxy: true"),
    (policy(dnsServers=["dns"]), "azure.firewallPolicy.dnsServers[0]: 'dns' is not an IP address; "
     "write one like 10.20.1.4"),
    (policy(dnsServers=["10.0.0.53", "fd00::1%eth0"]), "azure.firewallPolicy.dnsServers[1]: "
     "fd00::1%eth0: Azure Firewall has IPv4 only (known issues, 2023-10); leave it out"),
    (policy(mode="full"), "azure.firewallPolicy.mode: mode full creates the firewall, and its settings are "
     "missing; add azure.firewall"),
    ({"firewall": FIREWALL}, "azure.firewall: a firewall is created in mode full only; write "
     "firewallPolicy.mode: full, or leave it out"),
    (policy(existing=True, mode="policy"), "azure.firewallPolicy.mode: the policy exists, and mode "
     "policy would create it; write rules-only, or leave existing out"),
    ({**policy(mode="full"), "firewall": {**FIREWALL, "virtualNetwork": FAR}},
     "azure.firewall.virtualNetwork: the network is in the resource group rg-far, and Azure takes a "
     "firewall only where its network is (Azure Firewall FAQ); write resourceGroup: rg-far, or a network "
     "of rg"),
    ({"firewallPolicy": {"id": HUB, "mode": "full"}}, "azure.firewallPolicy.mode: the policy of an id "
     "exists, and mode full would create it; write rules-only, or name in place of id"),
    ({"firewallPolicy": {"id": HUB, "name": "afwp-hub"}}, "azure.firewallPolicy.name: the id has the "
     "policy's name already; leave it out"),
    ({"firewallPolicy": {"sku": "Premium"}}, "azure.firewallPolicy.name: the setting is missing; add it, "
     "or the policy's id"),
    ({"firewallPolicy": {"id": "/subscriptions/s/firewallPolicies/afwp"}}, "azure.firewallPolicy.id: "
     "'/subscriptions/s/firewallPolicies/afwp' is not a firewall policy's id; write it like "
     "/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/firewallPolicies/NAME"),
    (policy(existing=True, dnsProxy=True), "azure.firewallPolicy.dnsProxy: the policy exists "
     "already, and is not changed; leave it out, or write mode policy"),
    (policy(existing=True, threatIntelMode="Deny"), "azure.firewallPolicy.threatIntelMode: the "
     "policy exists already, and is not changed; leave it out, or write mode policy"),
    (policy(mode="rules-only", threatIntelMode="Alert"), "azure.firewallPolicy.threatIntelMode: the "
     "policy exists already, and is not changed; leave it out, or write mode policy"),
    ({"networkSecurityGroup": {"create": False, "lateralMovement": "deny"}},
     "azure.networkSecurityGroup.lateralMovement: this is for a network security group, and none is "
     "made; leave it out, or write create: true"),
    ({"networkSecurityGroup": {"create": False}, "subnets": [SUBNET]}, "azure.subnets: a listed subnet "
     "gets the network security group, and none is made; leave the subnets out, or write create: true"),
    ({"networkSecurityGroup": {"create": False}, "firewallPolicy": None},
     "azure.networkSecurityGroup.create: without a firewall policy and a route table nothing is made "
     "at all; leave it out"),
    ({"firewallPolicy": None, "ipGroups": True}, "azure.ipGroups: this belongs to a firewall policy, "
     "and none is given; add azure.firewallPolicy, or leave it out"),
    ({**policy(dnsProxy=True), **network(fqdns=["kms.core.windows.net"])}, "azure.networkRules[0]: the rule has both destinations "
     "and fqdns; write one of them"),
    (network(destinations=[]), "azure.networkRules[0]: the rule has neither destinations nor fqdns; "
     "write one of them"),
    (network(destinationPorts=[443, 1688]), "azure.networkRules[0].destinationPorts: TCP 443 in a "
     "network rule comes before every application rule (rule processing); list the names under "
     "extraEndpoints"),
    ({**policy(dnsProxy=True), **network(destinations=[], fqdns=["*.windows.net"])},
     "azure.networkRules[0].fqdns[0]: '*.windows.net': a network rule takes no wildcard (FQDN "
     "filtering page); list it under extraEndpoints, or name every host"),
    ({**policy(dnsProxy=True), **network(destinations=[], fqdns=["a b"])},
     "azure.networkRules[0].fqdns[0]: 'a b': "),
    (network(destinations=["2001:db8::1"]), "azure.networkRules[0].destinations[0]: "
     "2001:db8::1/128: Azure Firewall has IPv4 only (known issues, 2023-10); leave it out"),
    ({"networkRules": [*network()["networkRules"], *network()["networkRules"]]},
     "azure.networkRules[1].name: 'kms' is listed twice; rename one"),
    (theirs(groupPriority=300), "azure.firewallPolicy.rules[0].groupPriority: 300, of the group with "
     "'theirs', is one that this project uses; write another ruleCollectionGroupPriority: 300 to 300 "
     "overlap with it"),
    (policy(groups=12, rules=[{**RULE, "groupPriority": 312}]),
     "azure.firewallPolicy.rules[0].groupPriority: 312, of the group with 'theirs', is one that this "
     "project uses; write another ruleCollectionGroupPriority: 300 to 312 overlap with it"),
    ({"ruleCollectionGroupPriority": 65000, **policy(groups=2)}, "azure.ruleCollectionGroupPriority: "
     "2 groups and that of the denial take the priorities 65000 to 65002; write 64998 or less"),
    (theirs(priority=99), "azure.firewallPolicy.rules[0].priority: 99 is not a valid priority; write 100 to "
     "65000"),
    (theirs(inherited=True), "azure.firewallPolicy.rules[0].inherited: an inherited rule needs a "
     "base policy, and none is given; add firewallPolicy.basePolicy"),
    (theirs(fqdns=["a.*.com"], httpPorts=[80], destinationPorts=[]),
     "azure.firewallPolicy.rules[0].fqdns[0]: 'a.*.com': "),
    (theirs(fqdns=["a.com"], destinationPorts=[]), "azure.firewallPolicy.rules[0]: the application "
     "rule has no port; add httpPorts or httpsPorts"),
    (theirs(fqdns=["a.com"], httpPorts=[80]), "azure.firewallPolicy.rules[0]: host names and a "
     "network rule's destinations in one rule; make a rule of each"),
    (theirs(fqdns=["a.com"], httpPorts=[80], destinationPorts=[], protocol="udp"),
     "azure.firewallPolicy.rules[0].protocol: an application rule is about HTTP and TLS, not about "
     "udp; leave it out"),
    (theirs(httpPorts=[80], destinationPorts=[]), "azure.firewallPolicy.rules[0]: httpPorts and "
     "httpsPorts are an application rule's, and it has no fqdns; add fqdns, '*' for every name, or "
     "write destinationPorts"),
    (theirs(sources=["2001:db8::/64"]), "azure.firewallPolicy.rules[0].sources[0]: 2001:db8::/64: "
     "Azure Firewall has IPv4 only (known issues, 2023-10); leave it out"),
    (policy(rules=[RULE, RULE]), "azure.firewallPolicy.rules[1].name: there are two rules with the "
     "name 'theirs'; rename one"),
    ({"routeTable": {}}, "azure.routeTable.firewallAddress: the firewall's address is missing; "
     "write the firewall's private address"),
    ({**policy(mode="full"), "firewall": FIREWALL, "routeTable": TABLE},
     "azure.routeTable.firewallAddress: the firewall is created here, and Azure chooses its address; "
     "leave it out"),
    ({"routeTable": {"firewallAddress": "198.51.100.1"}}, "azure.routeTable.firewallAddress: "
     "198.51.100.1 is not a private IPv4 address; write the firewall's private address"),
    (direct(destinationPorts=[80]), "azure.routeTable.direct[0].destinationPorts: no rule can hold "
     "TCP 80 and 443 past the firewall to names; send them through the firewall"),
    (direct(addressPrefix="10.0.0.0/8"), "azure.routeTable.direct[0].addressPrefix: 10.0.0.0/8 is not "
     "an IPv4 range of the Internet; leave it out"),
    (direct(addressPrefix="128.0.0.0/1"), "azure.routeTable.direct[0].addressPrefix: 128.0.0.0/1 is "
     "most of the Internet, past the firewall; name the addresses that need it"),
    (direct(addressPrefix="AzureMonitor"), "azure.routeTable.direct[0].addressPrefix: 'AzureMonitor' "
     "is not an IP address or CIDR block; write one like 10.20.0.10 or 10.20.0.0/24"),
    ({"networkSecurityGroup": {"applicationSecurityGroups": {
        "one": f"{NETWORK}/applicationSecurityGroups/one",
        "two": f"{NETWORK}/applicationSecurityGroups/two"}}},
     "azure.networkSecurityGroup.applicationSecurityGroups.two: 'two' is not a server or client "
     "group in this virtual network; the names are one"),
    ({"networkSecurityGroup": {"applicationSecurityGroups": {"one": f"{NETWORK}/ipGroups/one"}}},
     f"azure.networkSecurityGroup.applicationSecurityGroups.one: '{NETWORK}/ipGroups/one' is not the "
     "id of an application security group; it has /applicationSecurityGroups/ in it"),
    (subnet(networkSecurityGroup=f"{NETWORK}/networkSecurityGroups/theirs"),
     "azure.subnets[0].networkSecurityGroup: servers has 'theirs' already, and can have one; move "
     "its rules there, detach it, or leave the subnet out"),
    ({**subnet(routeTable=f"{NETWORK}/routeTables/theirs"), "routeTable": TABLE},
     "azure.subnets[0].routeTable: servers has 'theirs' already, and can have one; move its rules "
     "there, detach it, or leave the subnet out"),
    (subnet(addressPrefix="10.99.0.0/24"), "azure.subnets[0].addressPrefix: 10.99.0.0/24 of servers "
     "is outside the virtual network; correct it, or the addressSpace"),
    ({**policy(mode="full"), "firewall": FIREWALL, "routeTable": {}, "location": "ukwest"},
     "azure.firewall.zones: ukwest has no availability zones (Azure regions list, 2025-03-21), and a "
     "firewall gets three; write zones: []"),
    ({**policy(mode="full"), "firewall": {**FIREWALL, "zones": ["1"]}, "routeTable": {},
      "location": "westus"},
     "azure.firewall.zones: westus has no availability zones (Azure regions list, 2025-03-21); write "
     "zones: []"),
    (subnet(addressPrefix=None), "azure.subnets[0].addressPrefix: the setting is missing; add it, or "
     "addressPrefixes"),
    (subnet(addressPrefixes=["10.20.1.0/24"]), "azure.subnets[0].addressPrefixes: the subnet has "
     "addressPrefix, and Azure takes one of the two; write all its ranges here alone"),
    (subnet(addressPrefix=None, addressPrefixes=["10.20.1.0/24", "10.99.0.0/24"]),
     "azure.subnets[0].addressPrefixes[1]: 10.99.0.0/24 of servers is outside the virtual network; "
     "correct it, or the addressSpace"),
    (subnet(importId="servers"), "azure.subnets[0].importId: 'servers' is not a subnet's id; write it "
     "like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/virtualNetworks/NETWORK/"
     "subnets/NAME"),
    (subnet(importId=f"{FAR}/subnets/servers"), "azure.subnets[0].importId: it is the id of a subnet "
     "with 'rg-far', and the target's resource group is 'rg'; write the id of this subnet"),
    (subnet(importId=f"{NETWORK}/virtualNetworks/VNet/subnets/other"), "azure.subnets[0].importId: it "
     "is the id of a subnet with 'other', and the entry's name is 'servers'; write the id of this "
     "subnet"),
    (subnet(name="AzureFirewallSubnet"), "azure.subnets[0].name: the firewall's own subnet takes no "
     "network security group (Azure Firewall FAQ); leave it out"),
    ({"subnets": [SUBNET, SUBNET]}, "azure.subnets[1].name: 'servers' is listed twice; leave one out"),
    ({"subnets": [SUBNET, {**SUBNET, "name": "Servers", "virtualNetwork": "VNET"}]},
     "azure.subnets[1].name: 'Servers' is listed twice; leave one out"),
    ({"subnets": [SUBNET, {**SUBNET, "virtualNetwork": "other", "addressPrefix": "10.20.1.0/24"}]},
     "azure.subnets[1].name: vnet and other both have 'servers'; a target is one virtual network: "
     "make an environment for the other one"),
    (policy(name="afwp-"), "azure.firewallPolicy.name: 'afwp-' does not fit; write what fits "),
    (policy(basePolicy="parent"), "azure.firewallPolicy.basePolicy: 'parent' is not a firewall "
     "policy's id; write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"),
    *((own, f"azure.{place}: {shown(own)} is not a {what}'s id; write it like ") for own, place, what in (
        (policy(basePolicy=TABLES), "firewallPolicy.basePolicy", "firewall policy"),
        ({**policy(mode="full"), "firewall": {**FIREWALL, "virtualNetwork": TABLES}}, "firewall.virtualNetwork",
         "virtual network"),
        ({**policy(mode="full"), "firewall": {**FIREWALL, "workspace": TABLES}}, "firewall.workspace",
         "Log Analytics workspace"),
        (subnet(networkSecurityGroup=TABLES), "subnets[0].networkSecurityGroup", "network security group"),
        (subnet(routeTable=HUB), "subnets[0].routeTable", "route table"),
    )),
    ({"ipGroupIds": {"one": "ipg"}}, "azure.ipGroupIds.one: 'ipg' is not the id of a resource in Azure; write all of "
     "it, from /subscriptions/ on"),
    (policy(terminateTls=True), "azure.firewallPolicy.terminateTls: the key 'terminateTls' is "
     "unknown; "),
]  # fmt: skip


@pytest.fixture
def problems(refused_target: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Every problem of a target's settings, as the user reads them."""

    def found(own: dict[str, Any], **settings: Any) -> list[str]:
        return refused_target(aws=None, azure={**AZURE, **own}, **settings)

    return found


@pytest.mark.parametrize(("own", "expected"), CASES, ids=[text[:60] for _, text in CASES])
def test_it_is_refused(
    problems: Callable[..., list[str]], own: dict[str, Any], expected: str
) -> None:
    """One thing that is wrong gives one problem: where, what, and what to write instead."""
    (found,) = problems(own)

    assert found.startswith(expected)


def test_sides_of_groups_and_addresses_do_not_mix(problems: Callable[..., list[str]]) -> None:
    """A server without an application security group beside one that has it."""
    two = {**ONE, "name": "two", "addresses": ["10.20.0.11"]}
    members = {"one": f"{NETWORK}/applicationSecurityGroups/one"}
    own = {"networkSecurityGroup": {"applicationSecurityGroups": members}}

    assert [
        "azure.networkSecurityGroup.applicationSecurityGroups: 'two' has no application security group, "
        "but other parties do; set one for all or for none"
    ] == problems(own, servers=[ONE, two])


def test_ipv6_has_no_way_through_the_firewall(problems: Callable[..., list[str]]) -> None:
    """A route table leads it past: so it is refused rather than left open."""
    assert [
        "ipv6: a route table leads IPv6 past the firewall, which has IPv4 only; leave it out"
    ] == problems({"routeTable": TABLE}, ipv6=True)


def test_our_own_attachments_are_no_problem(environment: Callable[..., Environment]) -> None:
    """A subnet that has this project's group and table already may keep them."""
    attached = subnet(
        networkSecurityGroup=f"{NETWORK}/networkSecurityGroups/wsus-nsg",
        routeTable=f"{NETWORK}/routeTables/wsus-route-table",
    )
    built = environment(aws=None, azure={**AZURE, **attached, "routeTable": TABLE})

    names = [control.name for control in compile_target(built, built.targets[0])]

    assert ["azure-nsg", "azure-route-table", "azure-application-rules"] == names


def test_a_components_own_attachments_are_no_problem() -> None:
    """The names that a subnet may already have start with the component's own name."""
    attached = {
        "virtual_network": "vnet",
        "name": "servers",
        "address_prefix": "10.20.0.0/24",
        "network_security_group": f"{NETWORK}/networkSecurityGroups/egress-nsg",
        "route_table": f"{NETWORK}/routeTables/egress-route-table",
    }
    target = {**AZURE, "routeTable": TABLE, "subnets": [attached]}
    policy = {"mode": "open", "servers": [ONE]}

    _, _, controls = compile_arguments("test", policy, "azure", target, None, prefix="egress")
    with pytest.raises(PolicyErrors) as caught:
        compile_arguments("test", policy, "azure", target, None)

    assert "azure-nsg" == controls[0].name
    assert [
        "azure.subnets[0].networkSecurityGroup",
        "azure.subnets[0].routeTable",
    ] == [path_text(problem.keys) for problem in caught.value.problems]


def test_a_key_of_the_users_own_is_one_key() -> None:
    """A party's name with a dot or brackets in it is neither taken apart nor counted as a place."""
    names = ("ad.min", "x[eaf]")
    group = f"{NETWORK}/applicationSecurityGroups/"
    target = {
        **AZURE,
        "networkSecurityGroup": {
            "applicationSecurityGroups": dict.fromkeys((*names, ONE["name"]), group)
        },
    }
    with pytest.raises(PolicyErrors) as caught:
        compile_arguments("test", {"mode": "open", "servers": [ONE]}, "azure", target, None)

    place = ("azure", "networkSecurityGroup", "applicationSecurityGroups")
    assert [(*place, name) for name in names] == [each.keys for each in caught.value.problems]


def test_too_many_parties_have_no_priorities(problems: Callable[..., list[str]]) -> None:
    """The priorities of the security group are counted before the deploy."""
    servers = [
        {"name": f"server-{number}", "addresses": [f"10.20.1.{number}"]} for number in range(101)
    ]

    assert [
        "servers: 101 servers and client groups, and rules have room for 100; use larger address "
        "blocks"
    ] == problems({}, servers=servers)


def test_too_many_network_rules(problems: Callable[..., list[str]]) -> None:
    """The count includes rules for what passes beside Microsoft Update."""
    rules = [{**network()["networkRules"][0], "name": f"rule-{number}"} for number in range(301)]

    assert ["azure.networkRules: 301 entries, and there is room for 300; join some"] == problems(
        {"networkRules": rules}
    )
