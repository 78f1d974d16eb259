"""What people add to a hand-written Azure stack that opens its server to nothing more."""

from __future__ import annotations

from typing import Final

from handwritten import Form, Stack
from handwritten_azure import (
    FIREWALL,
    NET,
    NSG,
    WHERE,
    add_group,
    add_route,
    add_rule,
    application,
    collection,
    network,
    security_rule,
)


def _inside(**more: object) -> Form:
    return lambda it: add_rule(it, "more", 200, **more)


def _rules(*collections: object) -> Form:
    return lambda it: add_group(it, *collections)


def another_subnet(it: Stack) -> str:
    it.add(NSG, "open", networkSecurityGroupName="open", **WHERE,
           securityRules=[security_rule("all", 100, protocol="*", destinationPortRange="*")])  # fmt: skip
    return it.add(f"{NET}Subnet", "apps", virtualNetworkName="vnet", subnetName="apps", addressPrefix="10.20.5.0/24",
                  networkSecurityGroup={"id": "${open.id}"}, serviceEndpoints=[{"service": "Microsoft.Sql"}])  # fmt: skip


def another_machine(it: Stack) -> str:
    another_subnet(it)
    it.add("azure-native:compute:VirtualMachine", "vm", vmName="app", **WHERE,
           networkProfile={"networkInterfaces": [{"id": "${app-nic.id}"}]})  # fmt: skip
    return it.change("app-nic", networkSecurityGroup={"id": "${open.id}"})


def another_scale_set(it: Stack) -> str:
    another_subnet(it)
    return it.add("azure-native:compute:VirtualMachineScaleSet", "fleet", **WHERE, virtualMachineProfile={
        "networkProfile": {"networkInterfaceConfigurations": [{
            "name": "c", "networkSecurityGroup": {"id": "${open.id}"},
            "ipConfigurations": [{"name": "i", "subnet": {"id": "${apps.id}"}}]}]}})  # fmt: skip


def a_secured_hub(it: Stack) -> str:
    return it.add(f"{NET}HubVirtualNetworkConnection", "to-hub", virtualHubName="hub", connectionName="c",
                  resourceGroupName="rg-wsus", remoteVirtualNetwork={"id": "${vnet.id}"},
                  enableInternetSecurity=True)  # fmt: skip


def an_admin_rule_before_the_groups(it: Stack) -> str:
    return it.add(f"{NET}AdminRule", "never", ruleName="never", kind="Custom", access=it.pick("Deny", "Allow"),
                  direction="Outbound", priority=10, protocol="Any", networkManagerName="m",
                  destinations=[{"addressPrefix": "Internet", "addressPrefixType": "ServiceTag"}])  # fmt: skip


CLEAN: Final[dict[str, Form]] = {
    each.__name__: each
    for each in (another_subnet, another_machine, another_scale_set, a_secured_hub, an_admin_rule_before_the_groups)
} | {
    "nothing": lambda _: "",
    "the same port": _inside(destinationPortRange="443"),
    "a denial": _inside(access="Deny", protocol="*", destinationPortRange="22"),
    "ports of a member": _inside(destinationAddressPrefix="10.20.8.0/24", destinationPortRange="1433"),
    "administration": _inside(direction="Inbound", sourceAddressPrefix="10.20.9.0/26",
                              destinationAddressPrefix="*", destinationPortRange="3389"),
    "the probe": _inside(direction="Inbound", sourceAddressPrefix="AzureLoadBalancer",
                         destinationAddressPrefix="*", destinationPortRange="*", protocol="*"),
    "ICMP inside": _inside(protocol="Icmp", destinationAddressPrefix="10.20.8.0/24", destinationPortRange="*"),
    "a listed name": _rules(collection("c", application("a", "ctldl.windowsupdate.com", "*.update.microsoft.com"))),
    "other sources": _rules(collection("c", application("a", "*", sourceAddresses=["10.20.5.0/24"]),
                                       network("n", sourceAddresses=["10.99.0.0/16"]))),
    "ICMP": _rules(collection("c", network("n", ipProtocols=["ICMP"], destinationPorts=["*"]))),
    "inside": _rules(collection("c", network("n", destinationAddresses=["10.0.0.0/8"], destinationPorts=["*"]))),
    "a denied name": _rules(collection("d", application("a", "*", sourceAddresses=["*"]), priority=100, action="Deny"),
                            collection("c", application("b", "evil.example.com"), priority=200)),
    "a drop": _rules(collection("d", network("n", sourceAddresses=["*"], destinationPorts=["22"]), action="Deny")),
    "a route inside": lambda it: add_route(it, "10.99.0.0/16", "VirtualNetworkGateway"),
    "a route to nowhere": lambda it: add_route(it, "203.0.113.0/24", it.pick("None", "none")),
    "a route to the firewall": lambda it: add_route(it, "203.0.113.0/24", it.pick("VirtualAppliance", "virtualAppliance"), FIREWALL),
    "another server's DNAT": _rules({"name": "nat", "priority": 100, "action": {"type": "DNAT"},
        "ruleCollectionType": "FirewallPolicyNatRuleCollection", "rules": [
            {"name": "in", "ruleType": "NatRule", "sourceAddresses": ["*"], "translatedAddress": "10.20.5.9"}]}),
}  # fmt: skip
