"""What Azure accepts, of every type that the stand-in has: the baselines that a test changes."""

from __future__ import annotations

from typing import Final

from standin import Inputs

from providers.azure import CLOUD

POLICY, GROUP, NSG, IP_GROUP, ADDRESS, FIREWALL, TABLE, SUBNET, LOGS, *DNS = CLOUD.kinds
DOMAINS, DNS_POLICY, DNS_RULE, DNS_LINK = DNS
RG: Final = "rg-wsus-sandbox"
PREFIX: Final = (
    f"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/{RG}"
    "/providers/Microsoft.Network"
)
NETWORK: Final = f"{PREFIX}/virtualNetworks/vnet-wsus-sandbox"
WORKSPACE: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-prod"
    "/providers/Microsoft.OperationalInsights/workspaces/log-wsus-prod"
)
IP_GROUP_ID: Final = f"{PREFIX}/ipGroups/servers"

BASE: Final[dict[str, Inputs]] = {
    POLICY: {
        "resourceGroupName": RG,
        "firewallPolicyName": "afwp",
        "location": "westeurope",
        "sku": {"tier": "Standard"},
        "threatIntelMode": "Deny",
        "dnsSettings": {"enableProxy": True},
    },
    GROUP: {
        "resourceGroupName": RG,
        "firewallPolicyName": "afwp",
        "ruleCollectionGroupName": "wsus",
        "priority": 300,
        "ruleCollections": [
            {
                "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
                "name": "allow",
                "priority": 100,
                "action": {"type": "Allow"},
                "rules": [
                    {
                        "ruleType": "ApplicationRule",
                        "name": "names",
                        "sourceAddresses": ["10.33.0.10", "10.33.1.0/24"],
                        "targetFqdns": ["*.windowsupdate.com", "*", "*x.com", "a-b.example.com"],
                        "protocols": [{"protocolType": "Https", "port": 443}],
                    },
                    {
                        "ruleType": "ApplicationRule",
                        "name": "tag",
                        "sourceIpGroups": [IP_GROUP_ID],
                        "fqdnTags": ["WindowsUpdate"],
                        "protocols": [{"protocolType": "Http", "port": 80}],
                    },
                ],
            }
        ],
    },
    NSG: {
        "resourceGroupName": RG,
        "networkSecurityGroupName": "nsg",
        "location": "West Europe",
        "securityRules": [
            {
                "name": "allow",
                "priority": 1000,
                "direction": "Outbound",
                "access": "Allow",
                "protocol": "Tcp",
                "sourceAddressPrefixes": ["10.33.0.10", "10.33.1.0/24"],
                "sourcePortRange": "*",
                "destinationAddressPrefix": "Internet",
                "destinationPortRanges": ["80", "8530-8531"],
            },
            {
                "name": "deny",
                "priority": 4096,
                "direction": "Outbound",
                "access": "Deny",
                "protocol": "*",
                "sourceAddressPrefix": "*",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": "*",
            },
        ],
    },
    IP_GROUP: {
        "resourceGroupName": RG, "ipGroupsName": "servers", "location": "westeurope",
        "ipAddresses": ["10.33.0.10", "10.33.1.0/24", "10.33.2.1-10.33.2.9"],
    },
    ADDRESS: {
        "resourceGroupName": RG, "publicIpAddressName": "pip", "location": "westeurope",
        "publicIPAllocationMethod": "Static", "sku": {"name": "Standard", "tier": "Regional"},
        "zones": ["1", "2"],
    },
    FIREWALL: {
        "resourceGroupName": RG, "azureFirewallName": "afw", "location": "westeurope",
        "firewallPolicy": {"id": f"{PREFIX}/firewallPolicies/afwp"},
        "ipConfigurations": [{
            "name": "address",
            "publicIPAddress": {"id": f"{PREFIX}/publicIPAddresses/pip"},
            "subnet": {"id": f"{NETWORK}/subnets/AzureFirewallSubnet"},
        }],
        "sku": {"name": "AZFW_VNet", "tier": "Standard"},
    },
    TABLE: {
        "resourceGroupName": RG, "routeTableName": "rt", "location": "westeurope",
        "disableBgpRoutePropagation": True,
        "routes": [{
            "name": "default", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
            "nextHopIpAddress": "10.33.255.4",
        }],
    },
    SUBNET: {
        "resourceGroupName": RG, "virtualNetworkName": "vnet-wsus-sandbox", "subnetName": "servers",
        "addressPrefix": "10.33.0.0/24", "routeTable": {"id": f"{PREFIX}/routeTables/rt"},
    },
    LOGS: {
        "name": "logs", "resourceUri": f"{PREFIX}/azureFirewalls/afw", "workspaceId": WORKSPACE,
        "logAnalyticsDestinationType": "Dedicated",
        "logs": [{"category": "AZFWApplicationRule", "enabled": True}],
    },
    DOMAINS: {
        "resourceGroupName": RG, "dnsResolverDomainListName": "names", "location": "westeurope",
        "domains": ["windowsupdate.com", "a-b.example.com.", "."],
    },
    DNS_POLICY: {
        "resourceGroupName": RG, "dnsResolverPolicyName": "dns", "location": "westeurope",
    },
    DNS_RULE: {
        "resourceGroupName": RG, "dnsResolverPolicyName": "dns", "dnsSecurityRuleName": "block",
        "location": "westeurope", "priority": 65000, "dnsSecurityRuleState": "Enabled",
        "action": {"actionType": "Block", "blockResponseCode": "SERVFAIL"},
        "dnsResolverDomainLists": [{"id": f"{PREFIX}/dnsResolverDomainLists/names"}],
    },
    DNS_LINK: {
        "resourceGroupName": RG, "dnsResolverPolicyName": "dns", "location": "westeurope",
        "dnsResolverPolicyVirtualNetworkLinkName": "link", "virtualNetwork": {"id": NETWORK},
    },
}  # fmt: skip
