"""Which properties force a replacement, because the providers cannot change them in place.

For what this project sends: from the schema of pulumi-aws 7.51.1 (`willReplaceOnChanges`,
`replaceOnChanges` of the bridge), and from the source of azure-native (read 2026-11), which replaces by
the parts of a resource's id (provider/pkg/provider/diff.go) and by what `forceNewMap` lists
(provider/pkg/gen/replacement.go). It sends everything else, also what Azure then refuses: `FIXED`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from wsus_egress.controls.azure.fixed import FIXED

_NETWORK: Final = "azure-native:network:"
_DNS: Final = "azure-native:dnsresolver:"
REPLACED_BY: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "aws:cloudwatch/logGroup:LogGroup": "name",
        "aws:ec2/managedPrefixList:ManagedPrefixList": "addressFamily",
        "aws:ec2/route:Route": "destinationCidrBlock routeTableId",
        "aws:ec2/securityGroup:SecurityGroup": "description name vpcId",
        "aws:networkfirewall/firewall:Firewall": "name transitGatewayId vpcId",
        "aws:networkfirewall/firewallPolicy:FirewallPolicy": "name",
        "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": "firewallArn",
        "aws:networkfirewall/ruleGroup:RuleGroup": "capacity name type",
        "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation": (
            "description firewallArn subnetMapping vpcId"
        ),
        "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": "resourceId",
        "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": "name",
        "aws:route53/resolverFirewallRule:ResolverFirewallRule": (
            "firewallDomainListId firewallRuleGroupId"
        ),
        "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": "name",
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
            "firewallRuleGroupId vpcId"
        ),
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "securityGroupId",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "securityGroupId",
        "azure-native:monitor:DiagnosticSetting": "name resourceUri",
        f"{_DNS}DnsResolverDomainList": "dnsResolverDomainListName resourceGroupName",
        f"{_DNS}DnsResolverPolicy": "dnsResolverPolicyName resourceGroupName",
        f"{_DNS}DnsResolverPolicyVirtualNetworkLink": (
            "dnsResolverPolicyName dnsResolverPolicyVirtualNetworkLinkName resourceGroupName "
            "virtualNetwork"
        ),
        f"{_DNS}DnsSecurityRule": "dnsResolverPolicyName dnsSecurityRuleName resourceGroupName",
        f"{_NETWORK}AzureFirewall": "azureFirewallName resourceGroupName",
        f"{_NETWORK}FirewallPolicy": "firewallPolicyName resourceGroupName",
        f"{_NETWORK}FirewallPolicyRuleCollectionGroup": (
            "firewallPolicyName resourceGroupName ruleCollectionGroupName"
        ),
        f"{_NETWORK}IpGroup": "ipGroupsName resourceGroupName",
        f"{_NETWORK}NetworkSecurityGroup": "networkSecurityGroupName resourceGroupName",
        f"{_NETWORK}PublicIPAddress": "location publicIPPrefix publicIpAddressName resourceGroupName sku",
        f"{_NETWORK}RouteTable": "resourceGroupName routeTableName",
        f"{_NETWORK}Subnet": "resourceGroupName subnetName virtualNetworkName",
    }.items()
}
# AWS takes a name of these once (CreateRuleGroup, CreateFirewall, CreateSecurityGroup, API references,
# read 2026-11), so pulumi-aws deletes the old one first where the program says the name
# (`nameRequiresDeleteBeforeReplace` of its bridge, read 2026-11).
NAMED_ONCE: Final = frozenset({
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:networkfirewall/firewall:Firewall",
    "aws:networkfirewall/ruleGroup:RuleGroup",
})  # fmt: skip
_RULE_GROUPS: Final = ("RuleGroup", "RuleCollectionGroup")


def is_replaced(kind: str, properties: Iterable[str]) -> bool:
    """Whether a resource of a type is replaced where these properties differ."""
    return not REPLACED_BY.get(kind, frozenset()).isdisjoint(properties)


def fixed(kind: str, properties: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The settings behind properties that Azure refuses to change, each with what to do instead.

    None where another name is written too: that is another resource.
    """
    own = {*properties}
    if is_replaced(kind, own - {"location", "publicIPPrefix"}):
        return
    for name, setting in FIXED.get(kind, {}).items():
        if name in own:
            yield setting


def is_locked(kind: str, properties: Iterable[str]) -> bool:
    """Whether AWS refuses to change these properties in place while the resource is protected.

    The provider changes a protection before what it protects (terraform-provider-aws, firewall.go, read
    2026-11): a change that turns it on and moves an endpoint is refused too.
    """
    places = {"availabilityZoneMappings", "subnetMappings"}
    return kind == "aws:networkfirewall/firewall:Firewall" and not places.isdisjoint(properties)


def is_risk(operation: str, kind: str) -> bool:
    """Whether a firewall or its rules are at stake: it, or a rule group, is replaced or deleted.

    A firewall on AWS is replaced only where its protection is off, which is a finding of its own.
    """
    name = kind.rpartition(":")[2]
    at_stake = name.endswith(_RULE_GROUPS) or name == "AzureFirewall"
    return operation in ("replace", "delete") and at_stake
