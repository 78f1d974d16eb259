"""The path through Azure: security group, route, network rules, parent and child collections."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from wsus_egress.controls import Control, Verdict, compile_target
from wsus_egress.controls.azure_application_rules import AzureApplicationRules
from wsus_egress.controls.azure_nsg import AzureNsg
from wsus_egress.controls.azure_route_table import AzureRouteTable
from wsus_egress.controls.base import met
from wsus_egress.differences import path_verdict
from wsus_egress.environment import Environment
from wsus_egress.policy import Flow, Protocol
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof import Fidelity, Proof, prove

Build = Callable[..., Environment]
Compile = Callable[..., tuple[Environment, tuple[Control, ...]]]
TODAY = datetime.date(2026, 11, 24)
BASE_POLICY = (
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/firewallPolicies/parent"
)
ASG = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups"
SERVER, INTERNET = ip_address("10.20.0.10"), ip_address("203.0.113.80")
AZURE: dict[str, Any] = {
    "resourceGroup": "rg",
    "location": "westeurope",
    "addressSpace": ["10.20.0.0/16"],
    "destinations": "list",
    "firewallPolicy": {"name": "afwp"},
}
ONE = {"name": "one", "addresses": ["10.20.0.10"]}


@pytest.fixture
def compiled(environment: Build) -> Compile:
    """An environment with one Azure target, some of whose settings are replaced, and its controls."""

    def build(
        own: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[Environment, tuple[Control, ...]]:
        built = environment(aws=None, azure={**AZURE, **(own or {})}, **settings)
        return built, compile_target(built, built.targets[0])

    return build


@pytest.fixture
def proof(compiled: Compile) -> Callable[..., Proof]:
    """The proof of such a target."""

    def of(own: dict[str, Any] | None = None, **settings: Any) -> Proof:
        built, controls = compiled(own, **settings)
        return prove(built, built.targets[0], controls, TODAY)

    return of


def policy(**own: Any) -> dict[str, Any]:
    """Settings of a firewall policy."""
    return {"firewallPolicy": {"name": "afwp", **own}}


def rule(name: str, action: str, **own: Any) -> dict[str, Any]:
    """Somebody else's rule."""
    return {"name": name, "action": action, "groupPriority": 100, **own}


def web(name: str | None, port: int = 443) -> Flow:
    """A request of the server by HTTPS, or by HTTP on port 80."""
    application = "http" if port == 80 else "tls"
    return Flow(SERVER, INTERNET, "tcp", port, application, name)  # type: ignore[arg-type]


def verdict(controls: tuple[Control, ...], flow: Flow) -> Verdict:
    """What the path says of a flow that the policy does not name."""
    return path_verdict((each.admits(flow) for each in met(controls, flow)), allowed=False)


def whats(found: Proof) -> list[str]:
    """The deviations' names."""
    return [deviation.what for deviation in found.deviations]


def test_the_default_route_leads_to_the_firewall(compiled: Compile) -> None:
    """What goes to the firewall meets its rules; nothing is assumed of the route."""
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    flow = web("evil.com")

    assert ["azure-nsg", "azure-route-table", "azure-application-rules"] == [
        control.name for control in met(controls, flow)
    ]
    assert [
        "the servers' subnets have this network security group",
        "the servers' subnets have this route table",
    ] == [text for control in controls for text in control.assumptions]


def test_a_flow_past_the_firewall_meets_no_rule_of_it(compiled: Compile) -> None:
    """Without the default route every name passes, and the proof says which."""
    built, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    table = controls[1]
    assert isinstance(table, AzureRouteTable)
    path = (controls[0], replace(table, rules=()), controls[2])

    found = prove(built, built.targets[0], path, TODAY)

    assert Verdict.ALLOW is verdict(path, web("evil.com"))
    assert Fidelity.WIDER is found.fidelity
    assert "azure/azure-route-table/wider/names" in whats(found)


def test_a_range_past_the_firewall_is_shown(proof: Callable[..., Proof]) -> None:
    """Its port is wider; and narrower are listed names that stand there, as no rule can see them."""
    direct = {
        "name": "kms", "addressPrefix": "198.51.100.0/24", "destinationPorts": [1688],
        "reason": "activation",
    }  # fmt: skip
    found = proof({"routeTable": {"firewallAddress": "10.20.255.4", "direct": [direct]}})

    assert ["azure/azure-nsg/narrower/names", "azure/azure-route-table/wider/ports"] == whats(found)
    witness = found.deviations[1].witness
    assert ("198.51.100.0", 1688) == (str(witness.destination), witness.port)


def test_subnets_take_the_place_of_assumptions(compiled: Compile) -> None:
    """Where every server stands in a subnet that is attached here, nothing is assumed."""
    subnet = {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24"}
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}, "subnets": [subnet]})

    assert [] == [text for control in controls for text in control.assumptions]
    documents = [each for control in controls for each in control.documents("wsus")]
    (attached,) = (each.properties for each in documents if each.type.endswith(":Subnet"))
    assert {"id": "${wsus-nsg.id}"} == attached["networkSecurityGroup"]
    assert {"id": "${wsus-route-table.id}"} == attached["routeTable"]


# "Azure Firewall rule processing logic": network rules first whatever the priorities, the base
# policy first, then by group and collection, the first match ends it.
PROCESSING: dict[str, tuple[list[dict[str, Any]], str, Verdict]] = {
    "a network rule shadows every application rule": (
        [rule("web", "allow", groupPriority=65000, destinationPorts=[443], protocol="tcp")],
        "evil.com", Verdict.ALLOW,
    ),
    "a network rule that denies does as well": (
        [rule("web", "deny", groupPriority=65000, destinationPorts=[443], protocol="tcp")],
        "a.example.com", Verdict.DENY,
    ),
    "a network rule for another port does not": (
        [rule("smb", "allow", destinationPorts=[445], protocol="tcp")],
        "evil.com", Verdict.DENY,
    ),
    "a network rule for UDP does not": (
        [rule("quic", "allow", destinationPorts=[443], protocol="udp")],
        "evil.com", Verdict.DENY,
    ),
    "a network rule for another source does not": (
        [rule("web", "allow", sources=["10.99.0.0/16"], destinationPorts=[443])],
        "evil.com", Verdict.DENY,
    ),
    "the base policy's denial beats a lower number": (
        [rule("no", "deny", groupPriority=65000, inherited=True, fqdns=["a.example.com"],
              httpsPorts=[443])],
        "a.example.com", Verdict.DENY,
    ),
    "the base policy's permission too": (
        [rule("yes", "allow", groupPriority=65000, inherited=True, fqdns=["evil.com"],
              httpsPorts=[443])],
        "evil.com", Verdict.ALLOW,
    ),
    "another group before ours": (
        [rule("yes", "allow", groupPriority=200, fqdns=["evil.com"], httpsPorts=[443])],
        "evil.com", Verdict.ALLOW,
    ),
    "another group behind our denial": (
        [rule("yes", "allow", groupPriority=400, fqdns=["evil.com"], httpsPorts=[443])],
        "evil.com", Verdict.DENY,
    ),
    "the earlier collection of one group": (
        [rule("yes", "allow", priority=300, fqdns=["evil.com"], httpsPorts=[443]),
         rule("no", "deny", priority=200, fqdns=["evil.com"], httpsPorts=[443])],
        "evil.com", Verdict.DENY,
    ),
    "every name of the base policy": (
        [rule("all", "allow", inherited=True, fqdns=["*"], httpPorts=[80], httpsPorts=[443])],
        "evil.com", Verdict.ALLOW,
    ),
    "another scheme's port": (
        [rule("yes", "allow", fqdns=["evil.com"], httpPorts=[80])],
        "evil.com", Verdict.DENY,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "name", "expected"), PROCESSING.values(), ids=PROCESSING)
def test_rules_are_read_in_azures_order(
    compiled: Compile, rules: list[dict[str, Any]], name: str, expected: Verdict
) -> None:
    """The verdict, and the set of names that the proof uses, follow the documented order."""
    _, controls = compiled(policy(basePolicy=BASE_POLICY, rules=rules))
    flow = web(name)

    names = controls[-1].names(flow)

    assert expected is verdict(controls, flow)
    assert names is not None
    assert (expected is Verdict.ALLOW) == (name in names.surely)


def test_what_others_admit_is_shown_as_theirs(proof: Callable[..., Proof]) -> None:
    """A base policy that admits more makes the target wider, with the name as witness."""
    rules = [rule("all", "allow", inherited=True, fqdns=["*.evil.com"], httpsPorts=[443])]
    found = proof(policy(basePolicy=BASE_POLICY, rules=rules))

    assert ["azure/azure-application-rules/wider/names"] == whats(found)
    assert "evil.com" in str(found.deviations[0].witness)


def test_inherited_rules_are_read_first_and_never_sent(compiled: Compile) -> None:
    """The preview lists them in their place; the documents have our rules only."""
    rules = [rule("all", "allow", inherited=True, fqdns=["b.com"], httpsPorts=[443])]
    _, controls = compiled(policy(basePolicy=BASE_POLICY, rules=rules))
    control = controls[-1]

    assert "base policy: allow Https:443 from 0.0.0.0/0 to b.com" == control.rules[0].text
    assert "b.com" not in str(control.documents("wsus"))
    assert () == control.rules[0].endpoints


# "Azure Firewall FAQ", table of wildcards (2022-09-12).
WILDCARDS = [
    ("www.contoso.com", "www.contoso.com", True),
    ("www.contoso.com", "a.www.contoso.com", False),
    ("*.contoso.com", "any.contoso.com", True),
    ("*.contoso.com", "sub1.any.contoso.com", True),
    ("*.contoso.com", "contoso.com", False),
    ("*.contoso.com", "evilcontoso.com", False),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), WILDCARDS)
def test_the_faqs_table_of_wildcards(
    compiled: Compile, pattern: str, name: str, expected: bool
) -> None:
    """The rows of the table that a rule of ours can have."""
    entry = {"pattern": pattern, "schemes": ["https"], "owner": "team", "reason": "test"}
    _, controls = compiled(extraEndpoints=[entry])

    assert expected == (controls[-1].admits(web(name)).verdict is Verdict.ALLOW)


def test_a_network_rule_is_wider_by_what_it_says(proof: Callable[..., Proof]) -> None:
    """KMS by name: the port of the Internet is admitted, which the policy does not."""
    kms = {
        "name": "kms", "destinationPorts": [1688], "fqdns": ["kms.core.windows.net"],
        "reason": "activation",
    }  # fmt: skip
    found = proof({**policy(dnsProxy=True), "networkRules": [kms]})

    assert ["azure/azure-application-rules/wider/ports"] == whats(found)
    assert 1688 == found.deviations[0].witness.port


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_network_rule_as_a_document(compiled: Compile, protocol: Protocol) -> None:
    """In a collection of its own, before the others, and in the security group too."""
    ntp = {
        "name": "time", "protocol": protocol, "destinationPorts": [123],
        "destinations": ["198.51.100.1"], "reason": "clock",
    }  # fmt: skip
    _, (group, firewall) = compiled({"networkRules": [ntp]})
    collections = firewall.documents("wsus")[-1].properties["ruleCollections"]

    assert ["wsus-egress-network", "wsus-egress-allow", "wsus-egress-deny"] == [
        collection["name"] for collection in collections
    ]
    assert {
        "description": "clock",
        "destinationAddresses": ["198.51.100.1"],
        "destinationPorts": ["123"],
        "ipProtocols": [protocol.upper()],
        "name": "time",
        "ruleType": "NetworkRule",
        "sourceAddresses": ["10.20.0.10"],
    } == collections[0]["rules"][0]
    assert f"300 allow outbound {protocol}/123 from 10.20.0.10 to 198.51.100.1" in [
        each.text for each in group.rules
    ]


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
    firewall = {"name": "afw", "virtualNetwork": network, "zones": [], "workspace": network}
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
    assert (
        "the base policy has no rule for the servers: none is listed under rules"
        in controls[-1].assumptions
    )


def test_a_policy_of_others_is_assumed_to_have_no_rule(compiled: Compile) -> None:
    """Rules that are not listed are an assumption, and listed ones are not."""
    text = "no other group of the firewall policy has a rule for the servers"
    _, bare = compiled(policy(existing=True))
    _, told = compiled(policy(mode="rules-only", rules=[rule("x", "deny", fqdns=["x.com"],
                                                             httpsPorts=[443])]))  # fmt: skip

    assert (True, False) == (text in bare[-1].assumptions, text in told[-1].assumptions)


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


@pytest.mark.parametrize(("deny", "expected"), [("servers", 1), ("nobody", 0)])
def test_whom_the_rest_is_denied(compiled: Compile, deny: str, expected: int) -> None:
    """Where nobody is denied the rest, what Azure admits itself is not known, and said."""
    built, controls = compiled({"denyRest": deny})
    proof = prove(built, built.targets[0], controls, TODAY)
    denials = [each for each in controls[-1].rules if each.id == "deny-rest"]

    assert expected == len(denials)
    assert (Fidelity.OPAQUE, Fidelity.EXACT)[expected] is proof.fidelity
    infrastructure = [each for each in controls[-1].residues if "infrastructure" in each.what]
    assert 1 - expected == len(infrastructure)


def test_service_tags_are_told_to_be_wider(proof: Callable[..., Proof], compiled: Compile) -> None:
    """Without a firewall the tags admit every name, and the residues say how much that is."""
    own = {
        "firewallPolicy": None,
        "networkSecurityGroup": {"destinations": "service-tags"},
        "destinations": "tag",
    }
    found = proof(own)
    _, (group,) = compiled(own)

    assert [
        "azure/azure-nsg/wider/nameless",
        "azure/azure-nsg/wider/names",
    ] == whats(found)
    assert any("AzureFrontDoor.FirstParty" in residue.what for residue in group.residues)
    rules = group.documents("wsus")[0].properties["securityRules"]
    tags = [each["destinationAddressPrefix"] for each in rules if "azure" in each["name"]]
    assert ["AzureUpdateDelivery", "AzureFrontDoor.FirstParty"] == tags


def test_application_security_groups_stand_for_servers(compiled: Compile) -> None:
    """One in each side of a rule, addresses where somebody stands elsewhere."""
    two = {**ONE, "name": "two", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}
    far = {
        "name": "far", "addresses": ["10.99.0.1"], "location": "elsewhere",
        "synchronizesFrom": "one",
    }  # fmt: skip
    members = {"one": f"{ASG}/one", "two": f"{ASG}/two"}
    built, (group, _) = compiled(
        {"networkSecurityGroup": {"applicationSecurityGroups": members}}, servers=[ONE, two, far]
    )
    assert isinstance(group, AzureNsg)
    rules = {each["name"]: each for each in group.documents("wsus")[0].properties["securityRules"]}

    assert [{"id": f"{ASG}/one"}] == rules["allow-microsoft-update"][
        "sourceApplicationSecurityGroups"
    ]
    assert [{"id": f"{ASG}/two"}] == rules["allow-to-one-1"]["sourceApplicationSecurityGroups"]
    assert "10.99.0.1" == rules["allow-to-one-2"]["sourceAddressPrefix"]
    assert Fidelity.EXACT is prove(built, built.targets[0], (group, _), TODAY).fidelity
    assert "one's application security group has its addresses only" in group.assumptions


def test_a_service_tag_without_a_port_has_no_rule(compiled: Compile) -> None:
    """Where only HTTP is asked for, the tag that is for HTTPS alone stays away."""
    entry = {"pattern": "a.com", "schemes": ["http"], "owner": "team", "reason": "test"}
    own = {"networkSecurityGroup": {"destinations": "service-tags"}}
    _, controls = compiled(own, extraEndpoints=[entry], schemes="as-listed")
    ids = [each.id for each in controls[0].rules if "azure" in each.id]

    assert ["allow-azurefrontdoor-firstparty"] == ids


def test_subnets_without_a_route_table(compiled: Compile) -> None:
    """The security group alone is attached, and a wrong range is refused."""
    subnet = {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24"}
    _, controls = compiled({"subnets": [subnet]})
    attached = controls[0].documents("wsus")[1].properties

    assert "routeTable" not in attached
    assert {"id": "${wsus-nsg.id}"} == attached["networkSecurityGroup"]
    with pytest.raises(PolicyErrors, match="host bits"):
        compiled({"subnets": [{**subnet, "addressPrefix": "10.20.0.1/24"}]})


def test_a_firewall_without_a_workspace_has_no_logs(compiled: Compile) -> None:
    """Its zones are all three where nothing is said, as Azure.Firewall.AvailabilityZones asks."""
    network = BASE_POLICY.replace("firewallPolicies/parent", "virtualNetworks/vnet")
    firewall = {"name": "afw", "virtualNetwork": network}
    _, controls = compiled({**policy(mode="full"), "firewall": firewall})
    documents = {each.name: each.properties for each in controls[-1].documents("wsus")}

    assert "wsus-firewall-logs" not in documents
    assert ["1", "2", "3"] == documents["wsus-firewall"]["zones"]


def test_network_rules_in_words(compiled: Compile) -> None:
    """Ours by their destinations, others' with their owner, any where nothing is said."""
    rules = [rule("all", "deny", inherited=True)]
    kms = {"name": "kms", "destinationPorts": [1688], "fqdns": ["kms.a.com"], "reason": "key"}
    _, controls = compiled(
        {**policy(basePolicy=BASE_POLICY, rules=rules, dnsProxy=True), "networkRules": [kms]}
    )

    assert [
        "base policy: deny network any/any from 0.0.0.0/0 to any",
        "allow network tcp/1688 from 10.20.0.10 to kms.a.com",
    ] == [each.text for each in controls[-1].rules[:2]]
    assert [(), ()] == [each.endpoints for each in controls[-1].rules[:2]]


def test_a_route_to_nowhere_denies(compiled: Compile) -> None:
    """And what is no traffic to the Internet is not routed here."""
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    table = controls[1]
    assert isinstance(table, AzureRouteTable)
    nowhere = replace(table, rules=(replace(table.rules[0], next_hop="None"),))

    assert Verdict.DENY is nowhere.admits(web("a.com")).verdict
    (route,) = nowhere.documents("wsus")[0].properties["routes"]
    assert "nextHopIpAddress" not in route


def test_lateral_movement_may_be_left_open(compiled: Compile) -> None:
    """PSRule's Azure.NSG.LateralTraversal: closed unless the user says otherwise."""
    rdp = Flow(SERVER, ip_address("10.20.0.99"), "tcp", 3389)
    _, closed = compiled()
    _, opened = compiled({"networkSecurityGroup": {"lateralMovement": "allow"}})

    assert (Verdict.DENY, Verdict.ALLOW) == tuple(
        controls[0].admits(rdp).verdict for controls in (closed, opened)
    )


def test_no_inbound_rule_is_for_any_source(compiled: Compile) -> None:
    """PSRule's AnyInboundSource and DenyAllInbound, on the document."""
    two = {**ONE, "name": "two", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}
    _, controls = compiled(servers=[ONE, two])
    rules = controls[0].documents("wsus")[0].properties["securityRules"]
    inbound = sorted(
        (each for each in rules if each["direction"] == "Inbound"),
        key=lambda each: each["priority"],
    )

    assert [] == [
        each
        for each in inbound
        if each["access"] == "Allow" and each.get("sourceAddressPrefix") in ("*", "Internet")
    ]
    assert "Allow" == inbound[0]["access"]


def test_a_gateways_routes_are_a_residue(compiled: Compile) -> None:
    """Where they are let in, a smaller range may lead past the firewall."""
    own = {"routeTable": {"firewallAddress": "10.20.255.4", "bgpPropagation": True}}
    _, controls = compiled(own)

    assert ["a route that the gateway learns for a smaller range of the Internet leads past the "
            "firewall"] == [residue.what for residue in controls[1].residues]  # fmt: skip
    assert not controls[1].documents("wsus")[0].properties["disableBgpRoutePropagation"]


def test_routes_in_words(compiled: Compile) -> None:
    """To the firewall, to another appliance, to the Internet, to nowhere."""
    _, controls = compiled({"routeTable": {"firewallAddress": "10.20.255.4"}})
    (route,) = controls[1].rules
    others = [
        replace(route, address="10.99.0.4"),  # type: ignore[type-var]
        replace(route, next_hop="Internet"),  # type: ignore[type-var]
        replace(route, next_hop="None"),  # type: ignore[type-var]
    ]

    assert [
        "0.0.0.0/0 to the firewall",
        "0.0.0.0/0 to appliance 10.99.0.4",
        "0.0.0.0/0 to the Internet",
        "0.0.0.0/0 to nowhere",
    ] == [each.text for each in [route, *others]]
