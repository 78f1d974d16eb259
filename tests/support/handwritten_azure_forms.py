"""What people add to a hand-written Azure stack: forms that open its server to more."""

from __future__ import annotations

from typing import Final

from handwritten import SERVER, Form, Stack
from handwritten_azure import (
    NET,
    NSG,
    POLICY,
    WHERE,
    add_group,
    add_route,
    add_rule,
    application,
    change_subnet,
    collection,
    network,
    security_rule,
)

ANY: Final = ("*", "Internet", "0.0.0.0/0", "203.0.113.0/24", "8.8.8.8")


def a_port(it: Stack) -> str:
    return add_rule(it, "more", 200, destinationPortRange=it.pick("22", "3389", "25", "8080"),
                    destinationAddressPrefix=it.pick(*ANY))  # fmt: skip


def a_range(it: Stack) -> str:
    return add_rule(
        it, "more", 200, destinationPortRange=it.pick("1-65535", "80-443", "*", "8000-9000")
    )


def several_ports(it: Stack) -> str:
    return add_rule(it, "more", 200, destinationPortRange=None,
                    destinationPortRanges=["443", it.pick("8443", "20-25")])  # fmt: skip


def several_prefixes(it: Stack) -> str:
    return add_rule(it, "more", 200, destinationAddressPrefix=None, destinationPortRange="22",
                    destinationAddressPrefixes=["10.99.0.0/16", "203.0.113.9"])  # fmt: skip


def udp(it: Stack) -> str:
    return add_rule(it, "more", 200, protocol=it.pick("Udp", "UDP", "udp"),
                    destinationPortRange=it.pick("53", "123", "443"))  # fmt: skip


def every_protocol(it: Stack) -> str:
    return add_rule(it, "more", it.pick(105, 300), protocol="*", destinationPortRange="*",
                    access=it.pick("Allow", "allow"), direction=it.pick("Outbound", "outbound"))  # fmt: skip


def icmp(it: Stack) -> str:
    return add_rule(it, "more", 200, protocol=it.pick("Icmp", "ICMP"), destinationPortRange="*")


def a_service_tag(it: Stack) -> str:
    return add_rule(it, "more", 200, destinationPortRange=it.pick("1433", "*", "9000"),
                    destinationAddressPrefix=it.pick("Sql", "Storage.WestEurope", "AzureCloud"))  # fmt: skip


def the_tag_of_the_network(it: Stack) -> str:
    return add_rule(it, "more", 200, destinationAddressPrefix="VirtualNetwork", destinationPortRange="*",
                    protocol="*")  # fmt: skip


def an_application_group(it: Stack) -> str:
    it.add(f"{NET}ApplicationSecurityGroup", "asg", applicationSecurityGroupName="asg", **WHERE)
    return add_rule(it, "more", 200, sourceAddressPrefix=None, destinationPortRange="22",
                    sourceApplicationSecurityGroups=[{"id": "${asg.id}"}])  # fmt: skip


def in_from_the_internet(it: Stack) -> str:
    return add_rule(it, "in", 200, direction=it.pick("Inbound", "inbound"), destinationAddressPrefix=it.pick("*", SERVER),
                    sourceAddressPrefix=it.pick(*ANY), destinationPortRange=it.pick("3389", "22", "*"))  # fmt: skip


def clients_of_nobody(it: Stack) -> str:
    return add_rule(it, "in", 200, direction="Inbound", destinationAddressPrefix="*",
                    sourceAddressPrefix=it.pick("10.0.0.0/8", "VirtualNetwork"), destinationPortRange="8530-8531")  # fmt: skip


def no_denial(it: Stack) -> str:
    if it.styles["rules"] == "outside":
        del it.documents["deny-internet"]
    else:
        it.change("nsg", securityRules=lambda had: [r for r in had if r["name"] != "deny-internet"])
    return "nsg"


def a_denial_too_late(it: Stack) -> str:
    it.documents.pop("deny-internet", None)
    it.change(
        "nsg", securityRules=lambda had: [r for r in had or [] if r["name"] != "deny-internet"]
    )
    add_rule(it, "all", 3500, protocol="*", destinationPortRange="*", destinationAddressPrefix="*")
    add_rule(it, "deny", 4090, access="Deny", protocol="*", destinationPortRange="*")
    return "nsg all"


def no_group(it: Stack) -> str:
    return change_subnet(it, networkSecurityGroup=None)


def a_group_of_an_interface(it: Stack) -> str:
    it.add(NSG, "theirs", networkSecurityGroupName="theirs", **WHERE, securityRules=[
        security_rule("all", 100, protocol="*", destinationPortRange="*")])  # fmt: skip
    it.add(f"{NET}NetworkInterface", "nic", networkInterfaceName="wsus", **WHERE,
           ipConfigurations=[{"name": "c", "privateIPAddress": SERVER, "subnet": {"id": "${vnet.id}/subnets/servers"}}],
           networkSecurityGroup={"id": "${theirs.id}"})  # fmt: skip
    return "theirs"


def a_second_interface(it: Stack) -> str:
    """One with another address, of the server's machine."""
    a_group_of_an_interface(it)
    it.change("nic", networkSecurityGroup=None)
    it.add(f"{NET}NetworkInterface", "nic2", networkInterfaceName="wsus2", **WHERE,
           ipConfigurations=[{"name": "c", "privateIPAddress": "10.20.1.77"}],
           networkSecurityGroup={"id": "${theirs.id}"})  # fmt: skip
    it.add("azure-native:compute:VirtualMachine", "vm", vmName="wsus", **WHERE, networkProfile={
        "networkInterfaces": [{"id": "${nic.id}", "primary": True}, {"id": "${nic2.id}"}]})  # fmt: skip
    return "theirs"


def an_interface_inside_the_machine(it: Stack) -> str:
    kind = it.pick("VirtualMachine", "VirtualMachineScaleSet")
    it.add(NSG, "theirs", networkSecurityGroupName="theirs", **WHERE, securityRules=[
        security_rule("all", 100, protocol="*", destinationPortRange="*")])  # fmt: skip
    subnet = "${servers.id}" if it.styles["subnet"] == "outside" else "${vnet.id}/subnets/servers"
    profile = {"networkInterfaceConfigurations": [{
        "name": "c", "networkSecurityGroup": {"id": "${theirs.id}"},
        "ipConfigurations": [{"name": "i", "subnet": {"id": subnet}}]}]}  # fmt: skip
    it.add(f"azure-native:compute:{kind}", "fleet", **WHERE, **(
        {"networkProfile": profile} if kind == "VirtualMachine"
        else {"virtualMachineProfile": {"networkProfile": profile}}))  # fmt: skip
    return "theirs"


def a_local_package(it: Stack) -> str:
    old = it.documents.pop("nsg")
    kind = it.pick("azure-native_network_v20250701:network:NetworkSecurityGroup",
                   "azure-native:network/v20240501:NetworkSecurityGroup")  # fmt: skip
    it.add(kind, "nsg", **{**old.properties, "securityRules": [
        *old.properties.get("securityRules", ()), security_rule("all", 99, protocol="*", destinationPortRange="*")]})  # fmt: skip
    return "nsg"


def rules_of_a_local_package(it: Stack) -> str:
    kind = it.pick("azure-native_network_v20250701:network:FirewallPolicyRuleCollectionGroup",
                   "azure-native:network/v20240501:FirewallPolicyRuleCollectionGroup")  # fmt: skip
    return add_group(it, collection("c", network("n", destinationPorts=["22"])), kind=kind)


def an_admin_rule(it: Stack) -> str:
    return it.add(f"{NET}AdminRule", "always", ruleName="always", ruleCollectionName="c", kind="Custom",
                  configurationName="c", networkManagerName="m", resourceGroupName="rg-wsus",
                  access=it.pick("AlwaysAllow", "alwaysAllow"), direction="Outbound", priority=10, protocol="Tcp",
                  sources=[{"addressPrefix": it.pick("*", SERVER, "10.20.0.0/16"), "addressPrefixType": "IPPrefix"}],
                  destinations=[{"addressPrefix": "Internet", "addressPrefixType": "ServiceTag"}],
                  destinationPortRanges=["0-65535"], sourcePortRanges=["0-65535"])  # fmt: skip


def a_generic_resource(it: Stack) -> str:
    kind = it.pick(
        "networkSecurityGroups",
        "firewallPolicies/ruleCollectionGroups",
        "routeTables",
        "NetworkSecurityGroups/securityRules",
    )
    return it.add("azure-native:resources:Resource", "generic", resourceName="x", parentResourcePath="",
                  resourceProviderNamespace="Microsoft.Network", resourceType=kind,
                  resourceGroupName="rg-wsus", properties={})  # fmt: skip


def a_deployment(it: Stack) -> str:
    return it.add("azure-native:resources:Deployment", "bicep", deploymentName="x",
                  resourceGroupName="rg-wsus", properties={"mode": "Incremental", "template": {
                      "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "name": "x"}]}})  # fmt: skip


def a_name(it: Stack) -> str:
    name = it.pick("evil.example.com", "*.com", "*", "*.microsoft.com", "*.azureedge.net")
    sources = it.pick([SERVER], ["*"], ["10.20.0.0/16"], ["10.99.0.0/16", "10.20.0.0/24"])
    return add_group(
        it,
        collection("web", application("site", "go.microsoft.com", name, sourceAddresses=sources)),
    )


def a_port_by_name(it: Stack) -> str:
    port = [{"protocolType": it.pick("Https", "Http"), "port": it.pick(8443, 8080)}]
    return add_group(it, collection("web", application("site", "go.microsoft.com", protocols=port)))


def a_database(it: Stack) -> str:
    port = [{"protocolType": "Mssql", "port": 1433}]
    return add_group(
        it, collection("sql", application("sql", "x.database.windows.net", protocols=port))
    )


def a_tag_of_names(it: Stack) -> str:
    return add_group(
        it,
        collection(
            "t",
            application(
                "t", targetFqdns=[], fqdnTags=[it.pick("AzureBackup", "WindowsDiagnostics")]
            ),
        ),
    )


def a_category(it: Stack) -> str:
    key = it.pick("webCategories", "targetUrls")
    return add_group(
        it, collection("t", application("t", targetFqdns=[], **{key: ["news.example/x"]}))
    )


def a_network_rule(it: Stack) -> str:
    return add_group(it, collection("n", network(
        "n", destinationPorts=[it.pick("443", "80", "22", "*", "8000-9000")],
        ipProtocols=it.pick(["TCP"], ["Any"], ["TCP", "UDP"]),
        destinationAddresses=[it.pick("*", "203.0.113.0/24", "0.0.0.0/0", "AzureCloud", "1.2.3.4-1.2.3.9")])))  # fmt: skip


def a_network_rule_by_name(it: Stack) -> str:
    return add_group(
        it,
        collection(
            "n",
            network(
                "n",
                destinationAddresses=[],
                destinationFqdns=["kms.example.com"],
                destinationPorts=["1688"],
            ),
        ),
    )


def another_case(it: Stack) -> str:
    """Azure compares the words without case."""
    one = network(
        "n",
        ruleType=it.pick("networkRule", "NETWORKRULE"),
        ipProtocols=[it.pick("tcp", "Tcp")],
        destinationPorts=["22"],
    )
    return add_group(
        it, collection("n", one, ruleCollectionType="firewallPolicyFilterRuleCollection")
    )


def a_destination_group(it: Stack) -> str:
    it.add(f"{NET}IpGroup", "cdn", ipGroupsName="ipg-cdn", ipAddresses=["203.0.113.0/24"], **WHERE)
    return add_group(
        it,
        collection("n", network("n", destinationAddresses=[], destinationIpGroups=["${cdn.id}"])),
    )


def a_source_group(it: Stack) -> str:
    it.add(
        f"{NET}IpGroup",
        "all",
        ipGroupsName="ipg-all",
        ipAddresses=["10.99.0.0/16", "10.20.0.0/16"],
        **WHERE,
    )
    return add_group(
        it, collection("n", network("n", sourceAddresses=[], sourceIpGroups=["${all.id}"]))
    )


def ipv6(it: Stack) -> str:
    return add_group(
        it, collection("n", network("n", sourceAddresses=["*"], destinationAddresses=["::/0"]))
    )


def in_the_same_group(it: Stack) -> str:
    return it.change("wsus-rules", ruleCollections=lambda had: [
        *had, collection("later", network("n", destinationPorts=["22"]), priority=900)])  # fmt: skip


def a_base_policy(it: Stack) -> str:
    it.add(POLICY, "base", firewallPolicyName="base", **WHERE)
    it.change("policy", basePolicy={"id": "${base.id}"})
    return add_group(it, collection("n", network("n")), policy="${base.name}")


def a_base_of_a_base(it: Stack) -> str:
    it.add(POLICY, "root", firewallPolicyName="root", **WHERE)
    it.add(POLICY, "base", firewallPolicyName="base", basePolicy={"id": "${root.id}"}, **WHERE)
    it.change("policy", basePolicy={"id": "${base.id}"})
    return add_group(it, collection("n", network("n")), policy="${root.name}")


def a_base_of_another_stack(it: Stack) -> str:
    it.change(
        "policy",
        basePolicy={
            "id": "/subscriptions/s/resourceGroups/hub/providers/Microsoft.Network/firewallPolicies/hub"
        },
    )
    return "policy"


def classic_rules(it: Stack) -> str:
    key = it.pick("networkRuleCollections", "applicationRuleCollections")
    return it.add(f"{NET}AzureFirewall", "classic", azureFirewallName="classic", **WHERE,
                  **{key: [{"name": "c", "priority": 100, "rules": []}]})  # fmt: skip


def dnat(it: Stack) -> str:
    rule = {"name": "in", "ruleType": "NatRule", "sourceAddresses": ["*"], "ipProtocols": ["TCP"],
            "destinationAddresses": ["198.51.100.1"], "destinationPorts": ["8531"],
            "translatedAddress": SERVER, "translatedPort": "8531"}  # fmt: skip
    kind = it.pick("FirewallPolicyNatRuleCollection", "firewallpolicynatrulecollection")
    return add_group(it, {"name": "nat", "priority": 100, "action": {"type": "DNAT"},
                          "ruleCollectionType": kind, "rules": [rule]})  # fmt: skip


def a_route_past(it: Stack) -> str:
    return add_route(it, it.pick("203.0.113.0/24", "128.0.0.0/1", "AzureCloud"),
                     it.pick("Internet", "internet", "VirtualNetworkGateway"))  # fmt: skip


def no_default_route(it: Stack) -> str:
    if it.styles["routes"] == "inside":
        return it.change("table", routes=[])
    del it.documents["default"]
    return "table"


def no_table(it: Stack) -> str:
    return change_subnet(it, routeTable=None)


def another_table(it: Stack) -> str:
    it.add(f"{NET}RouteTable", "public", routeTableName="rt-public", **WHERE, routes=[
        {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}])  # fmt: skip
    change_subnet(it, routeTable={"id": "${public.id}"})
    return "public"


def service_endpoints(it: Stack) -> str:
    return change_subnet(
        it, serviceEndpoints=[{"service": it.pick("Microsoft.Storage", "Microsoft.Sql")}]
    )


def a_hub_without_security(it: Stack) -> str:
    """A virtual WAN's connection that keeps the hub's default route away, and no table instead."""
    change_subnet(it, routeTable=None)
    del it.documents["table"]
    it.documents.pop("default", None)
    it.add(f"{NET}HubVirtualNetworkConnection", "to-hub", virtualHubName="hub", connectionName="c",
           resourceGroupName="rg-wsus", remoteVirtualNetwork={"id": "${vnet.id}"},
           **it.pick({}, {"enableInternetSecurity": False}))  # fmt: skip
    return "to-hub"


PLANTED: Final[dict[str, Form]] = {
    each.__name__: each
    for each in (
        a_port, a_range, several_ports, several_prefixes, udp, every_protocol, icmp, a_service_tag,
        the_tag_of_the_network, an_application_group, in_from_the_internet, clients_of_nobody, no_denial,
        a_denial_too_late, no_group, a_group_of_an_interface, a_second_interface,
        an_interface_inside_the_machine, a_local_package, rules_of_a_local_package, an_admin_rule,
        a_generic_resource, a_deployment, a_name, a_port_by_name, a_database, a_tag_of_names, a_category,
        a_network_rule, a_network_rule_by_name, another_case, a_destination_group, a_source_group, ipv6,
        in_the_same_group, a_base_policy, a_base_of_a_base, a_base_of_another_stack, classic_rules, dnat,
        a_route_past, no_default_route, no_table, another_table, service_endpoints, a_hub_without_security,
    )
}  # fmt: skip
