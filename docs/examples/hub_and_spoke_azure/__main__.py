"""A spoke reaches Microsoft Update through the firewall of its hub, under the hub's base policy.

    spoke: security group, route table -> hub: base policy, then ours -> Internet

The two networks, their peering and the hub's AzureFirewallSubnet are there. Whoever keeps the base
policy decides for every firewall of the company; what it says comes before what is made here.
"""

from pathlib import Path

import pulumi
import yaml
from pulumi_azure_native import network

from wsus_egress.azure import (
    AzureWsusEgressArgs,
    AzureWsusFirewall,
    AzureWsusFirewallRules,
    AzureWsusNetworkSecurityGroup,
    AzureWsusRouteTable,
)

LOCATION = "westeurope"
HUB_NETWORK = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub"
    "/providers/Microsoft.Network/virtualNetworks/vnet-hub"
)
policy = yaml.safe_load(Path("policy.yaml").read_text(encoding="utf-8"))

base = network.FirewallPolicy(
    "base",
    firewall_policy_name="afwp-base",
    resource_group_name="rg-hub",
    location=LOCATION,
    sku={"tier": "Standard"},
    threat_intel_mode="Deny",
)
base_rules = network.FirewallPolicyRuleCollectionGroup(
    "base-rules",
    firewall_policy_name=base.name,
    resource_group_name="rg-hub",
    rule_collection_group_name="company",
    priority=100,
    rule_collections=[
        network.FirewallPolicyFilterRuleCollectionArgs(
            name="time",
            priority=100,
            rule_collection_type="FirewallPolicyFilterRuleCollection",
            action=network.FirewallPolicyFilterRuleCollectionActionArgs(type="Allow"),
            rules=[
                network.NetworkRuleArgs(
                    name="ntp",
                    rule_type="NetworkRule",
                    ip_protocols=["UDP"],
                    source_addresses=["10.0.0.0/8"],
                    destination_addresses=["10.40.0.4"],
                    destination_ports=["123"],
                )
            ],
        )
    ],
)

in_spoke = AzureWsusEgressArgs(
    policy=policy,
    resource_group="rg-spoke",
    location=LOCATION,
    address_space=["10.42.0.0/16"],
    destinations="list",
    firewall_policy={"name": "afwp-wsus", "base_policy": base.id, "threat_intel_mode": "Deny"},
)

# The hub's part: a policy under the base policy, and the firewall that follows it.
rules = AzureWsusFirewallRules(
    "hub-firewall",
    {**in_spoke, "resource_group": "rg-hub"},
    pulumi.ResourceOptions(depends_on=[base_rules]),
)
assert rules.firewall_policy_id is not None  # It has none only on a policy of others.
firewall = AzureWsusFirewall(
    "hub-gateway",
    resource_group="rg-hub",
    location=LOCATION,
    firewall={"name": "afw-hub", "virtual_network": HUB_NETWORK},
    firewall_policy_id=rules.firewall_policy_id,
    opts=pulumi.ResourceOptions(depends_on=[rules]),
)

# The spoke's part: out of its subnets only by the firewall, on TCP 80 and 443.
table = AzureWsusRouteTable(
    "spoke-routes", {**in_spoke, "route_table": {"firewall_address": firewall.private_address}}
)
group = AzureWsusNetworkSecurityGroup("spoke-nsg", in_spoke)
before: list[pulumi.Resource] = []
for name, prefix in {"snet-wsus": "10.42.0.0/24", "snet-computers": "10.42.4.0/22"}.items():
    subnet = network.Subnet(
        name,
        subnet_name=name,
        resource_group_name="rg-spoke",
        virtual_network_name="vnet-spoke",
        address_prefix=prefix,
        network_security_group={"id": group.network_security_group_id},
        route_table={"id": table.route_table_id},
        # A network takes one change at a time.
        opts=pulumi.ResourceOptions(depends_on=before),
    )
    before = [subnet]

pulumi.export("firewallAddress", firewall.private_address)
pulumi.export("networkSecurityGroupId", group.network_security_group_id)
pulumi.export("routeTableId", table.route_table_id)
