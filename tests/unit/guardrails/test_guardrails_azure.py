"""Guardrails of Azure: they find each planted widening of a valid stack, and report what is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from guarded import (
    Change,
    Seen,
    adding,
    assert_clean,
    assert_planted,
    assert_unsure,
    changing,
    declared,
    deployed,
    judge_stack,
    judged,
    previewed,
    resource,
)

from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.model import Context, NotApplicable
from wsus_egress.readers.resources import UNKNOWN, Resource

NSG, SUBNET, RULE = (f"azure-native:network:{n}" for n in ("NetworkSecurityGroup", "Subnet", "SecurityRule"))  # fmt: skip
NIC, NETWORK = (f"azure-native:network:{n}" for n in ("NetworkInterface", "VirtualNetwork"))
TABLE, ROUTE = (f"azure-native:network:{n}" for n in ("RouteTable", "Route"))
FIREWALL, IP_GROUP = (f"azure-native:network:{n}" for n in ("AzureFirewall", "IpGroup"))
POLICY = "azure-native:network:FirewallPolicy"
GROUP = "azure-native:network:FirewallPolicyRuleCollectionGroup"
WIDENS, INGRESS = "wsus-azure-nsg-widens", "wsus-azure-nsg-ingress"
RULES_WIDEN, DNAT = "wsus-azure-application-rules-widen", "wsus-azure-firewall-ingress"
BYPASSES, BARE = "wsus-azure-route-bypasses-firewall", "wsus-azure-default-egress"

SETTINGS: dict[str, Any] = {
    "lists": ["wsus"],
    "servers": [
        {"name": "up", "addresses": ["10.30.0.10"]},
        {"name": "down", "addresses": ["10.30.0.11"], "synchronizes_from": "up"},
    ],
    "clients": [{"name": "clients", "addresses": ["10.30.1.0/24"], "updates_from": "down"}],
}
TARGET: dict[str, Any] = {
    "resource_group": "rg",
    "location": "westeurope",
    "address_space": ["10.30.0.0/16"],
    "destinations": "list",
    "firewall_policy": {"name": "policy"},
    "route_table": {"firewall_address": "10.30.255.4"},
    "subnets": [
        {"virtual_network": "vnet", "name": "servers", "address_prefix": "10.30.0.0/24"},
        {"virtual_network": "vnet", "name": "clients", "address_prefix": "10.30.1.0/24"},
    ],
}


def baseline(seen: Seen = previewed, **target: Any) -> tuple[list[Resource], Context]:
    """A valid stack: what the components declare."""
    return declared("azure", SETTINGS, {**TARGET, **target}, seen)


def security_rule(**properties: Any) -> dict[str, Any]:
    """A security rule that lets a server out on another port, changed."""
    return {
        "access": "Allow", "direction": "Outbound", "name": "extra", "priority": 200,
        "protocol": "Tcp", "sourceAddressPrefix": "10.30.0.10", "sourcePortRange": "*",
        "destinationAddressPrefix": "Internet", "destinationPortRange": "8080", **properties,
    }  # fmt: skip


def inside(**properties: Any) -> Change:
    """The rule inside the components' own group."""
    return changing("wsus-nsg", securityRules=lambda rules: [*rules, security_rule(**properties)])


def without(name: str) -> Change:
    """The components' own group without one of its rules."""
    return changing("wsus-nsg", securityRules=lambda rules: [r for r in rules if r["name"] != name])


def other_group(*rules: dict[str, Any], prefix: str = "10.30.0.0/28") -> Change:
    """Another team's group, on a subnet that servers stand in."""
    attached = {
        "networkSecurityGroup": {"id": UNKNOWN},
        "routeTable": {"id": UNKNOWN},
        "refers": {"networkSecurityGroup": ["planted"], "routeTable": ["wsus-route-table"]},
    }
    return adding(
        resource(NSG, securityRules=list(rules), networkSecurityGroupName="theirs"),
        resource(SUBNET, "spoke", addressPrefix=prefix, **attached),
    )


def nothing_else(priority: int = 4096) -> dict[str, Any]:
    """The denial that the default rules need before them."""
    return security_rule(
        access="Deny", name="deny", priority=priority, protocol="*", sourceAddressPrefix="*",
        destinationPortRange="*",
    )  # fmt: skip


def group(*collections: dict[str, Any], policy: str = "policy", **more: Any) -> Resource:
    """Another team's rule collection group in a firewall policy."""
    given = {"firewallPolicyName": policy, "priority": 150, **more}
    return resource(GROUP, ruleCollections=list(collections), **given)


def collection(
    *rules: dict[str, Any], action: str = "Allow", priority: int = 100
) -> dict[str, Any]:
    """A collection of filter rules."""
    return {
        "name": "theirs", "priority": priority, "action": {"type": action},
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection", "rules": list(rules),
    }  # fmt: skip


def application(*fqdns: Any, **properties: Any) -> dict[str, Any]:
    """An application rule for a server."""
    return {
        "name": "web", "ruleType": "ApplicationRule", "sourceAddresses": ["10.30.0.10"],
        "protocols": [{"protocolType": "Https", "port": 443}], "targetFqdns": list(fqdns),
        **properties,
    }  # fmt: skip


def network(**properties: Any) -> dict[str, Any]:
    """A network rule for a server."""
    return {
        "name": "net", "ruleType": "NetworkRule", "sourceAddresses": ["10.30.0.10"],
        "ipProtocols": ["TCP"], "destinationAddresses": ["203.0.113.0/24"],
        "destinationPorts": ["443"], **properties,
    }  # fmt: skip


def dnat(**properties: Any) -> Resource:
    """A group with a DNAT rule that leads to a server."""
    rule = {"name": "in", "ruleType": "NatRule", "sourceAddresses": ["*"], "ipProtocols": ["TCP"],
            "destinationAddresses": ["198.51.100.1"], "destinationPorts": ["8531"],
            "translatedAddress": "10.30.0.10", "translatedPort": "8531", **properties}  # fmt: skip
    return group(
        {"name": "nat", "priority": 100, "action": {"type": "DNAT"}, "rules": [rule],
         "ruleCollectionType": "FirewallPolicyNatRuleCollection"}
    )  # fmt: skip


def route(prefix: str, hop: str, address: str | None = None) -> dict[str, Any]:
    """A route of a table."""
    return {"name": "extra", "addressPrefix": prefix, "nextHopType": hop,
            **({"nextHopIpAddress": address} if address else {})}  # fmt: skip


def routed(*routes: dict[str, Any]) -> Change:
    """The components' own table with more routes."""
    return changing("wsus-route-table", routes=lambda given: [*given, *routes])


PLANTED: dict[str, tuple[str, str, Change]] = {
    "another port": (WIDENS, "wsus-nsg", inside()),
    "a range of ports": (WIDENS, "wsus-nsg", inside(destinationPortRange="443-444")),
    "several ports": (WIDENS, "wsus-nsg", inside(destinationPortRange=None,
                                                destinationPortRanges=["443", "8000-8100"])),
    "every port": (WIDENS, "wsus-nsg", inside(destinationPortRange="*")),
    "UDP": (WIDENS, "wsus-nsg", inside(protocol="Udp", destinationPortRange="443")),
    "a range of the Internet": (WIDENS, "wsus-nsg",
                                inside(destinationAddressPrefix="203.0.113.0/24")),
    "a server without Internet": (WIDENS, "wsus-nsg", inside(sourceAddressPrefix="10.30.0.11",
                                                            destinationPortRange="443")),
    "every source": (WIDENS, "wsus-nsg", inside(sourceAddressPrefix="*")),
    "the network as a source": (WIDENS, "wsus-nsg", inside(sourceAddressPrefix="VirtualNetwork")),
    "remote administration": (WIDENS, "wsus-nsg", inside(destinationAddressPrefix="10.99.0.0/16",
                                                        destinationPortRange="3389")),
    "no denial": (WIDENS, "wsus-nsg", without("deny-internet")),
    "no lateral denial": (WIDENS, "wsus-nsg", without("deny-lateral-movement")),
    "clients of nobody": (WIDENS, "wsus-nsg", inside(direction="Inbound", sourceAddressPrefix="10.99.0.0/16",
                                                    destinationAddressPrefix="10.30.0.10",
                                                    destinationPortRange="8530")),
    "the tag of the network under a default route": (WIDENS, "planted", other_group(
        security_rule(destinationAddressPrefix="VirtualNetwork"), nothing_else())),
    "the tag of the network lets in under a default route": (INGRESS, "wsus-nsg", inside(
        direction="Inbound", sourceAddressPrefix="VirtualNetwork",
        destinationAddressPrefix="10.30.0.10", destinationPortRange="3389")),
    "a rule of its own": (WIDENS, "extra", adding(resource(
        RULE, networkSecurityGroupName="wsus-nsg", **security_rule()))),
    "a rule by reference": (WIDENS, "extra", adding(resource(
        RULE, networkSecurityGroupName=UNKNOWN, refers={"networkSecurityGroupName": ["wsus-nsg"]},
        **security_rule()))),
    "another group without a denial": (WIDENS, "planted", other_group()),
    "another group with a port": (WIDENS, "planted", other_group(security_rule(), nothing_else())),
    "another group, its denial too late": (
        WIDENS, "planted", other_group(security_rule(sourceAddressPrefix="*", priority=100),
                                       nothing_else())),
    "ICMP": (WIDENS, "wsus-nsg", inside(protocol="Icmp", destinationPortRange="*")),
    "a service tag": (WIDENS, "wsus-nsg", inside(destinationAddressPrefix="Sql.WestEurope",
                                                destinationPortRange="1433")),
    "an application security group": (WIDENS, "wsus-nsg", inside(
        sourceAddressPrefix=None, sourceApplicationSecurityGroups=[{"id": "/x/asg"}])),
    "the Internet in": (INGRESS, "wsus-nsg", inside(
        direction="Inbound", sourceAddressPrefix="Internet",
        destinationAddressPrefix="10.30.0.10", destinationPortRange="8531")),
    "one address in": (INGRESS, "wsus-nsg", inside(
        direction="Inbound", sourceAddressPrefix="203.0.113.7", destinationAddressPrefix="*",
        destinationPortRange="3389")),
    "another group lets in": (INGRESS, "planted", other_group(
        security_rule(direction="Inbound", sourceAddressPrefix="*",
                      destinationAddressPrefix="*"), nothing_else())),
    "a subnet without a group": (BARE, "spoke", adding(
        resource(SUBNET, "spoke", addressPrefix="10.30.0.0/28"))),
    "a subnet in its network": (BARE, "vnet", adding(
        resource(NETWORK, "vnet", subnets=[{"name": "s", "addressPrefix": "10.30.0.0/28"}]))),
    "a name more": (RULES_WIDEN, "planted", adding(group(collection(application("evil.example.com"))))),
    "a wider pattern": (RULES_WIDEN, "planted", adding(group(collection(application("*.com"))))),
    "every name": (RULES_WIDEN, "planted", adding(group(collection(application("*"))))),
    "another port by name": (RULES_WIDEN, "planted", adding(group(collection(application(
        "*.windowsupdate.com", protocols=[{"protocolType": "Https", "port": 8443}]))))),
    "a network rule": (RULES_WIDEN, "planted", adding(group(collection(network())))),
    "a network rule for everybody": (RULES_WIDEN, "planted", adding(group(collection(network(
        sourceAddresses=["10.0.0.0-10.255.255.255"], destinationAddresses=["*"],
        destinationPorts=["8000-9000"], ipProtocols=["Any"]))))),
    "a network rule by name": (RULES_WIDEN, "planted", adding(group(collection(network(
        destinationAddresses=[], destinationFqdns=["kms.example.com"],
        destinationPorts=["1688"]))))),
    "a server without Internet by name": (RULES_WIDEN, "planted", adding(group(collection(
        application("*.windowsupdate.com", sourceAddresses=["10.30.0.0/24"]))))),
    "an FQDN tag": (RULES_WIDEN, "planted", adding(group(collection(
        application(fqdnTags=["AzureBackup"]))))),
    "a web category": (RULES_WIDEN, "planted", adding(group(collection(
        application(webCategories=["news"]))))),
    "a service tag as a destination": (RULES_WIDEN, "planted", adding(group(collection(
        network(destinationAddresses=["Storage"]))))),
    "an IP Group of others": (RULES_WIDEN, "planted", adding(
        group(collection(application("evil.example.com", sourceAddresses=[],
                                     sourceIpGroups=["/x/ipGroups/all"]))),
        resource(IP_GROUP, "all", ipAddresses=["10.0.0.0/8"], ipGroupsName="all"))),
    "a base policy": (RULES_WIDEN, "planted", lambda resources: [
        *changing("wsus-firewall-policy", basePolicy={"id": "/x/firewallPolicies/base"})(resources),
        resource(POLICY, "base", firewallPolicyName="base"),
        group(collection(application("evil.example.com")), policy="base")]),
    "a policy of another stack": (RULES_WIDEN, "planted", adding(
        group(collection(application("evil.example.com")), policy="elsewhere"))),
    "rules of the firewall's own": (
        RULES_WIDEN,
        "planted",
        adding(resource(FIREWALL, networkRuleCollections=[{"name": "classic"}])),
    ),
    "our own rules": (RULES_WIDEN, "wsus-firewall-rules", changing(
        "wsus-firewall-rules", ruleCollections=lambda given: [
            *given, collection(application("evil.example.com"), priority=300)])),
    "DNAT": (DNAT, "planted", adding(dnat())),
    "DNAT by name": (DNAT, "planted", adding(dnat(translatedAddress=None,
                                                 translatedFqdn="wsus.internal"))),
    "past the firewall": (BYPASSES, "wsus-route-table", routed(route("203.0.113.0/24", "Internet"))),
    "half of the Internet": (BYPASSES, "wsus-route-table", routed(route("128.0.0.0/1", "Internet"))),
    "through a gateway": (BYPASSES, "wsus-route-table",
                          routed(route("198.51.100.0/24", "VirtualNetworkGateway"))),
    "another appliance": (BYPASSES, "wsus-route-table",
                          routed(route("203.0.113.0/24", "VirtualAppliance", "10.30.0.99"))),
    "a service tag's route": (BYPASSES, "wsus-route-table", routed(route("AzureCloud", "Internet"))),
    "no default route": (BYPASSES, "wsus-route-table", changing("wsus-route-table", routes=[])),
    "a route of its own": (BYPASSES, "planted", adding(resource(
        ROUTE, routeTableName="wsus-route-table", addressPrefix="203.0.113.0/24",
        nextHopType="Internet"))),
    "another table": (BYPASSES, "theirs", adding(
        resource(TABLE, "theirs", routes=[route("0.0.0.0/0", "Internet")], routeTableName="theirs"),
        resource(SUBNET, "spoke", addressPrefix="10.30.0.0/28",
                 routeTable={"id": "/x/routeTables/THEIRS"}))),
    "service endpoints": (BYPASSES, "spoke", adding(
        resource(SUBNET, "spoke", addressPrefix="10.30.0.0/28", routeTable={"id": UNKNOWN},
                 serviceEndpoints=[{"service": "Microsoft.Storage"}],
                 refers={"routeTable": ["wsus-route-table"]}))),
    "a subnet without a table": (BYPASSES, "spoke", adding(
        resource(SUBNET, "spoke", addressPrefix="10.30.0.0/28"))),
}  # fmt: skip


@pytest.mark.parametrize("seen", [previewed, deployed])
@pytest.mark.parametrize("what", sorted(PLANTED))
def test_a_planted_widening_is_found(what: str, seen: Callable[..., list[Resource]]) -> None:
    """One change of a valid stack fires the guardrail for it, by its resource."""
    assert_planted(baseline(seen), PLANTED[what])


CLEAN: dict[str, Change] = {
    "another subnet's service endpoints": adding(
        resource(SUBNET, "spoke", addressPrefix="10.77.0.0/24",
                 serviceEndpoints=[{"service": "Microsoft.Storage"}])),
    "nothing": adding(),
    "ICMP through the firewall": adding(group(collection(network(
        ipProtocols=["ICMP"], destinationAddresses=["*"], destinationPorts=["*"])))),
    "the same port again": inside(destinationPortRange="443"),
    "a denial more": inside(access="Deny", protocol="*", destinationPortRange="*", priority=4000),
    "another server": inside(sourceAddressPrefix="10.30.200.10"),
    "the platform's probe": inside(direction="Inbound", sourceAddressPrefix="AzureLoadBalancer",
                                   destinationAddressPrefix="*", destinationPortRange="*"),
    "a part of the Internet": inside(destinationAddressPrefix="AzureFrontDoor.FirstParty",
                                     destinationPortRange="443"),
    "another subnet's group": other_group(security_rule(sourceAddressPrefix="*"),
                                          prefix="10.77.0.0/24"),
    "another team's group": other_group(
        security_rule(destinationPortRange="443"),
        security_rule(name="sync", access="Deny", priority=300, destinationAddressPrefix="*",
                      sourceAddressPrefix="*", destinationPortRange="8530-8531"),
        security_rule(name="admin", access="Deny", priority=301, sourceAddressPrefix="*",
                      destinationAddressPrefix="VirtualNetwork", destinationPortRange=None,
                      destinationPortRanges=["22", "3389", "5985-5986"]),
        security_rule(name="in", direction="Inbound", access="Deny", priority=300,
                      sourceAddressPrefix="*", destinationAddressPrefix="*",
                      destinationPortRange="8530-8531"),
        nothing_else()),
    "a listed name": adding(group(collection(application("download.windowsupdate.com")))),
    "another server's names": adding(group(collection(
        application("evil.example.com", sourceAddresses=["10.30.77.0/24"]),
        network(sourceAddresses=["10.30.77.0/24"])))),
    "a name denied before": adding(
        group(collection(application("evil.example.com", sourceAddresses=["*"]), action="Deny"),
              collection(application("evil.example.com"), priority=200))),
    "an IP Group of another server": adding(
        group(collection(application("evil.example.com", sourceAddresses=[],
                                     sourceIpGroups=[UNKNOWN])), refers={"ruleCollections": ["all"]}),
        resource(IP_GROUP, "all", ipAddresses=["10.77.0.0/16"], ipGroupsName="all")),
    "DNAT to another server": adding(dnat(translatedAddress="10.30.77.1")),
    "DNAT from inside": adding(dnat(sourceAddresses=["10.0.0.0/8"])),
    "a route inside": routed(route("10.99.0.0/16", "VirtualNetworkGateway")),
    "a route to nowhere": routed(route("203.0.113.0/24", "None")),
    "a route to the firewall": routed(route("203.0.113.0/24", "VirtualAppliance", "10.30.255.4"),
                                      route("AzureCloud", "VirtualAppliance", "10.30.255.4")),
}  # fmt: skip


@pytest.mark.parametrize("seen", [previewed, deployed])
@pytest.mark.parametrize("what", sorted(CLEAN))
def test_what_widens_nothing_is_clean(what: str, seen: Callable[..., list[Resource]]) -> None:
    """Rules beside the policy's that admit no more to its servers fire nothing."""
    assert_clean(baseline(seen), CLEAN[what], WIDENS, RULES_WIDEN)


def test_service_endpoints_that_the_settings_list_are_the_proofs() -> None:
    """Which counts them; another service on that subnet, and the same on another one, are found."""
    subnets = [
        {
            **subnet,
            **({"service_endpoints": [{"service": "Microsoft.Storage"}]} if not number else {}),
        }
        for number, subnet in enumerate(TARGET["subnets"])
    ]
    stack = baseline(subnets=subnets)
    both = [{"service": "Microsoft.Storage"}, {"service": "Microsoft.Sql"}]

    assert_clean(stack, adding(), BYPASSES)
    (found,) = judged(
        changing("wsus-subnet-servers", serviceEndpoints=both)(stack[0]), stack[1], BYPASSES
    )
    assert "service endpoints for Microsoft.Sql, to" in found.what
    assert_planted(stack, (BYPASSES, "wsus-subnet-clients",
                           changing("wsus-subnet-clients", serviceEndpoints=both[:1])))  # fmt: skip


UNSURE: dict[str, tuple[str, str, Change]] = {
    "service endpoints": (BYPASSES, "its service endpoints are not known", adding(
        resource(SUBNET, "spoke", addressPrefix="10.30.0.0/28", routeTable={"id": UNKNOWN},
                 serviceEndpoints=UNKNOWN, refers={"routeTable": ["wsus-route-table"]}))),
    "the ports of a rule": (WIDENS, "its ports are not known", inside(destinationPortRange=UNKNOWN)),
    "a destination": (WIDENS, "its destination is not known",
                      inside(destinationAddressPrefix=UNKNOWN)),
    "whether it denies": (WIDENS, "the access of rule extra is not known", inside(access=UNKNOWN)),
    "the routes behind a tag": (WIDENS, "which routes the tag VirtualNetwork has", lambda resources: inside(
        destinationAddressPrefix="VirtualNetwork")(
            routed({**route("x", "None"), "addressPrefix": UNKNOWN})(
                changing("wsus-route-table", routes=[])(resources)))),
    "what a denial is of": (WIDENS, "its destination is not known", lambda resources: inside(
        access="Deny", sourceAddressPrefix="*", destinationAddressPrefix=UNKNOWN, protocol="*",
        destinationPortRange="*")(without("deny-internet")(resources))),
    "all rules": (WIDENS, "its rules are not known", adding(resource(
        NSG, "x", tags={"managed-by": "pulumi-wsus-egress"}, securityRules=UNKNOWN,
        refers={"securityRules": ["other"]}))),
    "a name": (RULES_WIDEN, "one of its names is not known",
               adding(group(collection(application(UNKNOWN))))),
    "a source": (RULES_WIDEN, "its source is not known", adding(group(collection(
        application("evil.example.com", sourceAddresses=[UNKNOWN]))))),
    "an IP Group": (RULES_WIDEN, "its source is the IP Group that is not known", adding(group(
        collection(application("evil.example.com", sourceAddresses=[], sourceIpGroups=[UNKNOWN]))))),
    "a collection": (RULES_WIDEN, "its rule collections are not known", adding(group(UNKNOWN))),  # type: ignore[arg-type]
    "where DNAT leads": (DNAT, "is not known", adding(dnat(translatedAddress=UNKNOWN))),
    "an appliance": (BYPASSES, "is not known", changing("wsus-route-table", routes=[
        {"name": "r", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
         "nextHopIpAddress": UNKNOWN}])),
    "a prefix": (BYPASSES, "route extra is not known", routed(
        {**route("x", "Internet"), "addressPrefix": UNKNOWN})),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(UNSURE))
def test_what_is_not_known_is_no_pass(what: str) -> None:
    """A value that only the update will know is a finding, marked as unsure."""
    assert_unsure(baseline(), UNSURE[what])


def test_every_rule_that_widens_is_named() -> None:
    """A second widening is not hidden by the first one of its kind."""
    resources, context = baseline()
    both = changing("wsus-nsg", securityRules=lambda rules: [
        *rules, security_rule(name="one"), security_rule(name="two", priority=201)])  # fmt: skip

    found = judged(both(resources), context, WIDENS)

    assert [True, True] == ["rule one" in str(found[0]), "rule two" in str(found[1])]


def test_what_the_tag_of_the_network_contains() -> None:
    """The prefixes of the subnet's routes: the Internet under a default route, a part of it, or none."""
    resources, context = baseline()
    allowed = inside(destinationAddressPrefix="VirtualNetwork")(resources)

    def to_internet(*prefixes: str) -> set[str]:
        routes = [
            {**route(each, "VirtualAppliance", "10.30.255.4"), "name": each} for each in prefixes
        ]
        table = changing("wsus-route-table", routes=routes)
        found = map(str, judged(table(allowed), context, WIDENS))
        return {
            "203.0.113" if "-> 203.0.113." in each else each
            for each in found
            if "-> 10." not in each
        }

    assert to_internet("0.0.0.0/0")
    assert {"203.0.113"} == to_internet("203.0.113.0/24")
    assert set() == to_internet("10.99.0.0/16") == to_internet()


def test_a_default_rule_cannot_be_taken_out() -> None:
    """What to do is to decide before it; another rule can be taken out."""
    resources, context = baseline()
    denied = {"access": "Deny", "name": "x", "priority": 4000, "protocol": "*"}
    everywhere = {"sourceAddressPrefix": "*", "destinationPortRange": "*"}
    no_neighbour = security_rule(**denied, **everywhere, destinationAddressPrefix="VirtualNetwork")
    inside, internet, own = (
        {each.fix for each in judged(change(resources), context, WIDENS)}
        for change in (
            other_group(nothing_else()),
            other_group(no_neighbour),
            other_group(nothing_else(), security_rule(name="mine")),
        )
    )
    assert any("denies TCP 8530 from and to VirtualNetwork" in each for each in inside)
    assert not any("take the rule out" in each for each in inside)
    assert any("to the service tag Internet" in each for each in internet)
    assert "take the rule out, or let it name only what the policy allows" in own


def test_a_route_is_told_once() -> None:
    """A route is one finding, whatever could go along it."""
    resources, context = baseline()

    (found,) = judged(routed(route("203.0.113.0/24", "Internet"))(resources), context, BYPASSES)

    assert "leads past the firewall, by route extra: 10.30.0.10 -> 203.0.113." in str(found)


def test_the_stacks_own_firewall() -> None:
    """Mode full: the route leads to an address that only the firewall of the stack has."""
    firewall = {
        "name": "afw",
        "virtual_network": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet",
    }
    target: dict[str, Any] = {"firewall_policy": {"name": "policy", "mode": "full"}, "firewall": firewall, "route_table": {}}  # fmt: skip
    resources, context = baseline(**target)

    assert () == judged(resources, context, BYPASSES)


def test_an_interface_of_a_server() -> None:
    """A group on a server's network interface is judged for that server; one on another is not."""
    resources, context = baseline()
    theirs = resource(NSG, networkSecurityGroupName="theirs", securityRules=[])

    def interface(address: Any) -> Resource:
        return resource(
            NIC, "nic", ipConfigurations=[{"privateIPAddress": address}],
            networkSecurityGroup={"id": "/x/networkSecurityGroups/theirs"},
        )  # fmt: skip

    assert {"planted"} == {
        each.name for each in judged([*resources, theirs, interface("10.30.0.10")], context, WIDENS)
    }
    for other in ("10.30.200.1", UNKNOWN):
        assert () == judged([*resources, theirs, interface(other)], context, WIDENS)


def test_a_stack_of_the_other_cloud() -> None:
    """No Azure rule has anything to say of a stack without Azure's resources."""
    _, context = baseline()

    outcomes = judge_stack((resource("aws:ec2/securityGroup:SecurityGroup"),), context)

    azure = [rule.id for rule in GUARDRAILS if rule.place == "azure"]
    assert 7 == len(azure)
    assert all(isinstance(outcomes[each], NotApplicable) for each in azure)
