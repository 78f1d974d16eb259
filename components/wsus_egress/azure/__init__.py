"""Azure components: rules to resources, and nothing else."""

from wsus_egress.azure.arguments import AzureWsusEgressArgs, FirewallPolicyArgs
from wsus_egress.extras import needing

with needing("pulumi_azure_native", "azure"):
    from wsus_egress.azure.dns_security_policy import AzureWsusDnsSecurityPolicy
    from wsus_egress.azure.egress import AzureWsusEgress
    from wsus_egress.azure.firewall import AzureWsusFirewall
    from wsus_egress.azure.firewall_rules import AzureWsusFirewallRules
    from wsus_egress.azure.network_security_group import AzureWsusNetworkSecurityGroup
    from wsus_egress.azure.route_table import AzureWsusRouteTable

__all__ = [
    "AzureWsusDnsSecurityPolicy",
    "AzureWsusEgress",
    "AzureWsusEgressArgs",
    "AzureWsusFirewall",
    "AzureWsusFirewallRules",
    "AzureWsusNetworkSecurityGroup",
    "AzureWsusRouteTable",
    "FirewallPolicyArgs",
]
