"""Azure stacks written by hand: a WSUS server behind an Azure Firewall, and what people add to one."""

from __future__ import annotations

import random
from typing import Any, Final

from handwritten import BELOW, HOSTS, SERVER, Stack

NET: Final = "azure-native:network:"
NSG: Final = f"{NET}NetworkSecurityGroup"
GROUP: Final = f"{NET}FirewallPolicyRuleCollectionGroup"
POLICY: Final = f"{NET}FirewallPolicy"
WHERE: Final = {"resourceGroupName": "rg-wsus", "location": "westeurope"}
FIREWALL: Final = "10.20.255.4"


def stack(seed: int) -> Stack:
    """A server of 10.20.0.10 whose group, routes and firewall admit what the policy does."""
    it = Stack(random.Random(f"azure {seed}"))
    _group(it)
    _table(it)
    _network(it)
    _firewall(it)
    _neighbours(it)
    return it


def security_rule(name: str, priority: int, /, **more: Any) -> dict[str, Any]:
    """A rule that lets the server out to the Internet, changed."""
    return {
        "name": name, "priority": priority, "access": "Allow", "direction": "Outbound",
        "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*",
        "destinationAddressPrefix": "Internet", "destinationPortRange": "443", **more,
    }  # fmt: skip


def add_rule(it: Stack, name: str, priority: int, /, **more: Any) -> str:
    """One security rule more, in the way in which the stack writes them; the resource that has it."""
    one = security_rule(name, priority, **more)
    one = {key: value for key, value in one.items() if value is not None}
    if it.styles["rules"] == "inside":
        return it.change("nsg", securityRules=lambda had: [*(had or []), one])
    return it.add(f"{NET}SecurityRule", name, networkSecurityGroupName="${nsg.name}",
                  resourceGroupName="rg-wsus", securityRuleName=name, **one)  # fmt: skip


def _group(it: Stack) -> None:
    it.style("rules", "inside", "outside")
    it.add(NSG, "nsg", networkSecurityGroupName="nsg-wsus", **WHERE)
    together = it.pick(True, False)
    ports = {"destinationPortRange": None, "destinationPortRanges": ["80", "443"]}
    add_rule(it, "web", 100, **(ports if together else {"destinationPortRange": "80"}),
             sourceAddressPrefix=it.pick("*", SERVER, "10.20.0.0/24"))  # fmt: skip
    if not together:
        add_rule(it, "web-tls", 110)
    deny = {"access": "Deny", "protocol": "*", "destinationPortRange": "*"}
    add_rule(it, "deny-internet", it.pick(4000, 4096), **deny)
    for way, number in (("Outbound", 3000), ("Inbound", 3001)):
        add_rule(it, f"no-sync-{way.lower()}", number, **{
            **deny, "direction": way, "destinationAddressPrefix": "*",
            "destinationPortRange": "8530-8531"})  # fmt: skip


def _table(it: Stack) -> None:
    one = {"name": "default", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
           "nextHopIpAddress": FIREWALL}  # fmt: skip
    if it.style("routes", "inside", "outside") == "inside":
        it.add(f"{NET}RouteTable", "table", routeTableName="rt-wsus", routes=[one], **WHERE)
    else:
        it.add(f"{NET}RouteTable", "table", routeTableName="rt-wsus", **WHERE)
        it.add(f"{NET}Route", "default", routeTableName="${table.name}", routeName="default", **one)


def add_route(it: Stack, prefix: str, hop: str, address: str | None = None) -> str:
    """One route more; the resource that has it."""
    one = {"name": "more", "addressPrefix": prefix, "nextHopType": hop}
    if address:
        one["nextHopIpAddress"] = address
    if it.styles["routes"] == "inside":
        return it.change("table", routes=lambda had: [*had, one])
    return it.add(f"{NET}Route", "more", routeTableName="${table.name}", routeName="more", **one)


def _network(it: Stack) -> None:
    attached = {"networkSecurityGroup": {"id": "${nsg.id}"}, "routeTable": {"id": "${table.id}"}}
    body = {"addressPrefix": "10.20.0.0/24", **attached}
    if it.style("subnet", "inside", "outside") == "inside":
        it.add(f"{NET}VirtualNetwork", "vnet", virtualNetworkName="vnet", **WHERE,
               addressSpace={"addressPrefixes": ["10.20.0.0/16"]},
               subnets=[{"name": "servers", **body}])  # fmt: skip
    else:
        it.add(f"{NET}VirtualNetwork", "vnet", virtualNetworkName="vnet", **WHERE,
               addressSpace={"addressPrefixes": ["10.20.0.0/16"]})  # fmt: skip
        it.add(
            f"{NET}Subnet",
            "servers",
            virtualNetworkName="${vnet.name}",
            subnetName="servers",
            **body,
        )


def change_subnet(it: Stack, **settings: Any) -> str:
    """Change the servers' subnet; the resource that has it."""
    if it.styles["subnet"] == "outside":
        return it.change("servers", **settings)

    def now(had: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{k: v for k, v in {**had[0], **settings}.items() if v is not None}, *had[1:]]

    return it.change("vnet", subnets=now)


def application(name: str, *fqdns: str, **more: Any) -> dict[str, Any]:
    """An application rule for the server."""
    return {
        "name": name, "ruleType": "ApplicationRule", "sourceAddresses": [SERVER],
        "protocols": [{"protocolType": "Http", "port": 80}, {"protocolType": "Https", "port": 443}],
        "targetFqdns": list(fqdns), **more,
    }  # fmt: skip


def network(name: str, **more: Any) -> dict[str, Any]:
    """A network rule for the server."""
    return {
        "name": name, "ruleType": "NetworkRule", "sourceAddresses": [SERVER], "ipProtocols": ["TCP"],
        "destinationAddresses": ["*"], "destinationPorts": ["443"], **more,
    }  # fmt: skip


def collection(
    name: str, *rules: Any, priority: int = 500, action: str = "Allow", **more: Any
) -> dict[str, Any]:
    """A rule collection."""
    return {
        "name": name, "priority": priority, "action": {"type": action},
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection", "rules": list(rules), **more,
    }  # fmt: skip


def add_group(it: Stack, *collections: Any, policy: str = "${policy.name}", name: str = "platform",
              priority: int = 150, kind: str = GROUP) -> str:  # fmt: skip
    """Another rule collection group; its name."""
    return it.add(kind, name, firewallPolicyName=policy, ruleCollectionGroupName=name,
                  resourceGroupName="rg-wsus", priority=priority, ruleCollections=list(collections))  # fmt: skip


def _firewall(it: Stack) -> None:
    it.add(POLICY, "policy", firewallPolicyName="afwp", **WHERE)
    names = [*HOSTS, *(f"*.{each}" for each in BELOW)]
    it.random.shuffle(names)
    sources = {"sourceAddresses": [it.pick(SERVER, "10.20.0.10/32", "10.20.0.10-10.20.0.10")]}
    if it.style("sources", "plain", "ip group") == "ip group":
        it.add(f"{NET}IpGroup", "wsus-ips", ipGroupsName="ipg-wsus", ipAddresses=[SERVER], **WHERE)
        sources = {"sourceAddresses": [], "sourceIpGroups": ["${wsus-ips.id}"]}
    rules = [application("wsus", *names, **sources)]
    if it.pick(True, False):
        rules = [application("a", *names[:4], **sources), application("b", *names[4:], **sources)]
    add_group(it, collection("wsus", *rules), name="wsus-rules", priority=300)


def _neighbours(it: Stack) -> None:
    """What stands beside a server in most stacks, and is about other machines."""
    it.add(f"{NET}NetworkInterface", "app-nic", networkInterfaceName="app", **WHERE, ipConfigurations=[
        {"name": "c", "privateIPAddress": f"10.20.5.{it.random.randint(4, 99)}"}])  # fmt: skip
