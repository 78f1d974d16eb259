"""The types that the audit knows, under one word whatever the format calls them."""

from __future__ import annotations

from typing import Final

# Terraform, CloudFormation, Pulumi's classic AWS provider. Names of CloudFormation serve for
# awscc (`awscc_ec2_security_group`) and aws-native too, which take them over (their documentation,
# 2026-11).
_AWS: Final = (
    ("sg", "aws_security_group", "EC2::SecurityGroup", "ec2/securityGroup:SecurityGroup"),
    ("sg", "aws_default_security_group", "", "ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    ("sg-rule", "aws_security_group_rule", "", "ec2/securityGroupRule:SecurityGroupRule"),
    ("sg-egress", "aws_vpc_security_group_egress_rule", "EC2::SecurityGroupEgress",
     "vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    ("ignored", "aws_vpc_security_group_ingress_rule", "EC2::SecurityGroupIngress",
     "vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
    ("sg-link", "aws_network_interface_sg_attachment", "",
     "ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment"),
    ("prefix-list", "aws_ec2_managed_prefix_list", "EC2::PrefixList",
     "ec2/managedPrefixList:ManagedPrefixList"),
    ("prefix-entry", "aws_ec2_managed_prefix_list_entry", "",
     "ec2/managedPrefixListEntry:ManagedPrefixListEntry"),
    ("acl", "aws_network_acl", "EC2::NetworkAcl", "ec2/networkAcl:NetworkAcl"),
    ("acl", "aws_default_network_acl", "", "ec2/defaultNetworkAcl:DefaultNetworkAcl"),
    ("acl-rule", "aws_network_acl_rule", "EC2::NetworkAclEntry", "ec2/networkAclRule:NetworkAclRule"),
    ("acl-link", "aws_network_acl_association", "EC2::SubnetNetworkAclAssociation",
     "ec2/networkAclAssociation:NetworkAclAssociation"),
    ("rule-group", "aws_networkfirewall_rule_group", "NetworkFirewall::RuleGroup",
     "networkfirewall/ruleGroup:RuleGroup"),
    ("fw-policy", "aws_networkfirewall_firewall_policy", "NetworkFirewall::FirewallPolicy",
     "networkfirewall/firewallPolicy:FirewallPolicy"),
    ("firewall", "aws_networkfirewall_firewall", "NetworkFirewall::Firewall",
     "networkfirewall/firewall:Firewall"),
    ("dns-list", "aws_route53_resolver_firewall_domain_list", "Route53Resolver::FirewallDomainList",
     "route53/resolverFirewallDomainList:ResolverFirewallDomainList"),
    ("dns-group", "aws_route53_resolver_firewall_rule_group",
     "Route53Resolver::FirewallRuleGroup",
     "route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"),
    ("dns-rule", "aws_route53_resolver_firewall_rule", "",
     "route53/resolverFirewallRule:ResolverFirewallRule"),
    ("dns-link", "aws_route53_resolver_firewall_rule_group_association",
     "Route53Resolver::FirewallRuleGroupAssociation",
     "route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"),
    ("machine", "aws_instance", "EC2::Instance", "ec2/instance:Instance"),
    ("machine", "aws_network_interface", "EC2::NetworkInterface",
     "ec2/networkInterface:NetworkInterface"),
    ("aws-subnet", "aws_subnet", "EC2::Subnet", "ec2/subnet:Subnet"),
)  # fmt: skip
# Types that decide about egress too and are not judged: named, never passed over.
_NOT_JUDGED: Final = (
    "aws_route", "aws_route_table", "aws_launch_template", "aws_autoscaling_group",
    "aws_networkfirewall_tls_inspection_configuration", "aws_vpc_block_public_access_options",
    "azurerm_route", "azurerm_route_table", "azurerm_firewall", "azurerm_network_manager_admin_rule",
    # They put machines, and so perhaps the source, behind groups of their own.
    "azurerm_linux_virtual_machine_scale_set", "azurerm_windows_virtual_machine_scale_set",
    "azurerm_orchestrated_virtual_machine_scale_set", "azurerm_virtual_machine_scale_set",
    "aws_launch_configuration", "aws_spot_fleet_request", "aws_spot_instance_request",
    "aws:ec2/launchconfiguration:launchconfiguration",
    "aws:ec2/spotfleetrequest:spotfleetrequest",
    "aws:ec2/spotinstancerequest:spotinstancerequest",
    "microsoft.compute/virtualmachinescalesets",
    "azurerm_firewall_nat_rule_collection",
    # What holds other resources, of any type.
    "azurerm_resource_group_template_deployment", "azurerm_subscription_template_deployment",
    "azurerm_management_group_template_deployment", "azurerm_tenant_template_deployment",
    "azurerm_template_deployment", "azurerm_resource_deployment_script_azure_cli",
    "azurerm_resource_deployment_script_azure_power_shell",
    "azapi_update_resource", "azapi_resource_action", "azapi_data_plane_resource",
    "aws_cloudformation_stack", "aws_cloudformation_stack_set",
    "aws_cloudformation_stack_set_instance", "aws_cloudformation_stack_instances",
    "aws_cloudcontrolapi_resource", "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws:cloudformation/stack:stack", "aws:cloudformation/stackset:stackset",
    "aws:cloudformation/stacksetinstance:stacksetinstance",
    "aws:cloudformation/stackinstances:stackinstances",
    "aws:ec2/route:route", "aws:ec2/routetable:routetable",
    "aws:ec2/launchtemplate:launchtemplate", "aws:autoscaling/group:group",
    "aws:networkfirewall/tlsinspectionconfiguration:tlsinspectionconfiguration",
    "aws:cloudcontrol/resource:resource", "microsoft.resources/deploymentstacks",
    "microsoft.resources/deploymentscripts",
)  # fmt: skip
# Microsoft.Network's types (Azure REST API, 2024-05-01), and azurerm's.
_AZURE: Final = (
    ("nsg", "azurerm_network_security_group", "networkSecurityGroups"),
    ("nsg-rule", "azurerm_network_security_rule", "networkSecurityGroups/securityRules"),
    ("nsg-link", "azurerm_subnet_network_security_group_association", ""),
    ("nsg-link", "azurerm_network_interface_security_group_association", ""),
    ("azure-subnet", "azurerm_subnet", "virtualNetworks/subnets"),
    ("azure-network", "azurerm_virtual_network", "virtualNetworks"),
    ("nic", "azurerm_network_interface", "networkInterfaces"),
    ("azure-policy", "azurerm_firewall_policy", "firewallPolicies"),
    ("azure-group", "azurerm_firewall_policy_rule_collection_group",
     "firewallPolicies/ruleCollectionGroups"),
    ("azure-firewall", "azurerm_firewall", "azureFirewalls"),
    ("classic-application", "azurerm_firewall_application_rule_collection", ""),
    ("classic-network", "azurerm_firewall_network_rule_collection", ""),
    ("ip-group", "azurerm_ip_group", "ipGroups"),
    ("ip-entry", "azurerm_ip_group_cidr", ""),
)  # fmt: skip

_BY_TYPE: Final = {
    **dict.fromkeys(_NOT_JUDGED, "not-judged"),
    **{row[1]: row[0] for row in (*_AWS, *_AZURE) if row[1]},
    **{f"aws::{row[2]}".lower(): row[0] for row in _AWS if row[2]},
    **{f"aws:{row[3]}".lower(): row[0] for row in _AWS if row[3]},
    **{f"microsoft.network/{row[2]}".lower(): row[0] for row in _AZURE if row[2]},
}
# Pulumi's classic Azure provider spells azurerm's blocks in the plural: its rules are not read.
_AZURE_CLASSIC: Final = frozenset((
    "networksecuritygroup", "networksecurityrule", "firewall", "firewallpolicy",
    "firewallpolicyrulecollectiongroup", "firewallapplicationrulecollection",
    "firewallnetworkrulecollection", "firewallnatrulecollection", "route", "routetable",
))  # fmt: skip
_CLOUDFORMATION_NOT_JUDGED: Final = (
    "AWS::EC2::Route", "AWS::EC2::RouteTable", "AWS::EC2::LaunchTemplate",
    "AWS::AutoScaling::LaunchConfiguration", "AWS::AutoScaling::AutoScalingGroup",
    "AWS::EC2::SpotFleet", "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::StackSet", "AWS::CloudFormation::CustomResource",
    "AWS::Serverless::Application",
    "AWS::NetworkFirewall::TLSInspectionConfiguration",
)  # fmt: skip
_MICROSOFT_NOT_JUDGED: Final = (
    "routeTables", "routeTables/routes", "networkManagers", "virtualHubs",
    "networkManagers/securityAdminConfigurations",
)  # fmt: skip
_BY_TYPE.update(dict.fromkeys((t.lower() for t in _CLOUDFORMATION_NOT_JUDGED), "not-judged"))
_BY_TYPE.update(
    dict.fromkeys((f"microsoft.network/{t}".lower() for t in _MICROSOFT_NOT_JUDGED), "not-judged")
)
# azure-native's tokens say the resource alone: `azure-native:network:SecurityRule`.
_AZURE_NATIVE: Final = {
    "networksecuritygroup": "nsg", "securityrule": "nsg-rule", "subnet": "azure-subnet",
    "virtualnetwork": "azure-network", "networkinterface": "nic", "firewallpolicy": "azure-policy",
    "firewallpolicyrulecollectiongroup": "azure-group", "azurefirewall": "azure-firewall",
    "ipgroup": "ip-group", "route": "not-judged", "routetable": "not-judged",
    "adminrule": "not-judged",
}  # fmt: skip


def kind_of(type_: str) -> str:
    """The kind of a type in any spelling; empty for one that has no say about egress.

    Args:
        type_: `aws_security_group`, `AWS::EC2::SecurityGroup`, `aws:ec2/securityGroup:SecurityGroup`,
            `Microsoft.Network/ipGroups`, `azure-native_network_v20250701:network:IpGroup`.
    """
    small = type_.lower()
    if small.startswith("azure-native"):
        _, module, name = (*small.split(":"), "", "")[:3]
        if module.partition("/")[0] == "resources" and name.startswith("deployment"):
            return "not-judged"
        if module.partition("/")[0] == "compute" and name == "virtualmachinescaleset":
            return "not-judged"
        return _AZURE_NATIVE.get(name, "") if module.partition("/")[0] == "network" else ""
    if small.startswith("aws-native:"):
        _, module, name = (*small.split(":"), "", "")[:3]
        return _BY_TYPE.get(f"aws::{module}::{name}", "")
    if small.startswith("awscc_"):
        words = small.removeprefix("awscc_").split("_")
        return _BY_TYPE.get(f"aws::{words[0]}::{''.join(words[1:])}", "")
    if small.startswith("azure:compute/") and small.endswith("virtualmachinescaleset"):
        return "not-judged"
    if small.startswith("azure:network/"):
        return "not-judged" if small.rpartition(":")[2] in _AZURE_CLASSIC else ""
    if small.startswith("custom::") or small.endswith("::module"):
        return "not-judged"  # Code or a fragment that may make anything.
    return _BY_TYPE.get(small, "")
