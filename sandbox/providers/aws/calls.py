"""Which operations of AWS the provider calls for each type of resource and each look-up.

A permission is an operation's name here, as IAM has it. What the provider may call besides, under
conditions that the stand-in does not have (a lambda's lingering interface), is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from providers.evidence import believed, written


@dataclass(frozen=True, slots=True)
class Calls:
    """What one type asks of one service, by what becomes of a resource.

    Attributes:
        service: The prefix of its permissions.
        read: Also asked after each other step, and while the provider waits for it.
    """

    service: str
    create: str = ""
    read: str = ""
    update: str = ""
    delete: str = ""

    def of(self, step: str) -> frozenset[str]:
        """The permissions of `create`, `read`, `update` or `delete`."""
        names = f"{getattr(self, step)} {self.read}".split()
        return frozenset(name if ":" in name else f"{self.service}:{name}" for name in names)


_TAGGED: Final = "TagResource UntagResource"
_FIREWALL: Final = "network-firewall"
_RESOLVER: Final = "route53resolver"
_RULE: Final = "ModifySecurityGroupRules CreateTags DeleteTags"


@written(
    "SecurityGroup: the default egress is revoked after the create, its rules before the delete",
    "terraform-provider-aws internal/service/ec2/vpc_security_group.go, commit 0160692",
    "2026-11",
)
@written(
    "SecurityGroupIngressRule: authorized, modified and revoked by its id, tagged after that",
    "terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@written(
    "Route: created, replaced and deleted; read in its table",
    "terraform-provider-aws internal/service/ec2/vpc_route.go, commit 0128541",
    "2026-11",
)
@written(
    "ManagedPrefixList: a size and entries are modified in requests of their own",
    "terraform-provider-aws internal/service/ec2/vpc_managed_prefix_list.go, commit 007fe43",
    "2026-11",
)
@written(
    "Firewall: each protection, the policy, the subnets, the zones, the analysis and the key have an operation "
    "of their own",
    "terraform-provider-aws internal/service/networkfirewall/firewall.go, of 2026",
    "2026-11",
)
@written(
    "VpcEndpointAssociation: made, described and deleted",
    "terraform-provider-aws internal/service/networkfirewall/vpc_endpoint_association.go, commit 0723ad0",
    "2026-11",
)
@written(
    "LoggingConfiguration: every step is an update",
    "terraform-provider-aws internal/service/networkfirewall/logging_configuration.go, commit 0336cf8",
    "2026-11",
)
@written(
    "LogGroup: the retention is put after the create",
    "terraform-provider-aws internal/service/logs/group.go, commit 0073593",
    "2026-11",
)
@written(
    "ResolverFirewallDomainList: the names are put after the create; tags are listed at every read",
    "terraform-provider-aws internal/service/route53resolver/firewall_domain_list.go, commit 0233cd5",
    "2026-11",
)
@written(
    "ResolverFirewallConfig: found in the list of all, set to DISABLED by the delete",
    "terraform-provider-aws internal/service/route53resolver/firewall_config.go, commit 0ebc7ee",
    "2026-11",
)
@written(
    "ResourceShare: its permissions are listed at every read",
    "terraform-provider-aws internal/service/ram/resource_share.go, commit 01f4311",
    "2026-11",
)
@written(
    "ResourceAssociation: looked for before it is made",
    "terraform-provider-aws internal/service/ram/resource_association.go, commit 04bea1b",
    "2026-11",
)
@written(
    "Policy of Firewall Manager: put, got and deleted",
    "terraform-provider-aws internal/service/fms/policy.go, commit 0593466",
    "2026-11",
)
@written(
    "getVpc reads three attributes and the main route table",
    "terraform-provider-aws internal/service/ec2/vpc_data_source.go, commit 0160692",
    "2026-11",
)
@written(
    "getFirewallPolicy describes it once",
    "terraform-provider-aws internal/service/networkfirewall/firewall_policy_data_source.go, commit 01f4311",
    "2026-11-30",
)
@believed(
    "the other types call the operations of their names: rule groups and policies of both firewalls, "
    "rules and associations of DNS Firewall, a share's principals, subnets and route tables"
)
def calls() -> Mapping[str, Calls]:
    """By Pulumi's type or function."""
    return {
        "aws:ec2/getVpc:getVpc": Calls(
            "ec2", read="DescribeVpcs DescribeVpcAttribute DescribeRouteTables"
        ),
        "aws:ec2/getSubnet:getSubnet": Calls("ec2", read="DescribeSubnets"),
        "aws:ec2/getSubnets:getSubnets": Calls("ec2", read="DescribeSubnets"),
        "aws:ec2/getRouteTable:getRouteTable": Calls("ec2", read="DescribeRouteTables"),
        "aws:ec2/getRouteTables:getRouteTables": Calls("ec2", read="DescribeRouteTables"),
        "aws:ec2/securityGroup:SecurityGroup": Calls(
            "ec2",
            create="CreateSecurityGroup RevokeSecurityGroupEgress CreateTags",
            read="DescribeSecurityGroups",
            update="CreateTags DeleteTags",
            delete="DescribeNetworkInterfaces DescribeSecurityGroupRules RevokeSecurityGroupEgress "
            "RevokeSecurityGroupIngress DeleteSecurityGroup",
        ),
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Calls(
            "ec2",
            create="AuthorizeSecurityGroupEgress CreateTags",
            read="DescribeSecurityGroupRules",
            update=_RULE,
            delete="RevokeSecurityGroupEgress",
        ),
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Calls(
            "ec2",
            create="AuthorizeSecurityGroupIngress CreateTags",
            read="DescribeSecurityGroupRules",
            update=_RULE,
            delete="RevokeSecurityGroupIngress",
        ),
        "aws:ec2/managedPrefixList:ManagedPrefixList": Calls(
            "ec2",
            create="CreateManagedPrefixList CreateTags",
            read="DescribeManagedPrefixLists GetManagedPrefixListEntries",
            update="ModifyManagedPrefixList CreateTags DeleteTags",
            delete="DeleteManagedPrefixList",
        ),
        "aws:ec2/route:Route": Calls(
            "ec2",
            create="CreateRoute",
            read="DescribeRouteTables",
            update="ReplaceRoute",
            delete="DeleteRoute",
        ),
        "aws:networkfirewall/ruleGroup:RuleGroup": Calls(
            _FIREWALL,
            create=f"CreateRuleGroup {_TAGGED}",
            read="DescribeRuleGroup",
            update=f"UpdateRuleGroup {_TAGGED}",
            delete="DeleteRuleGroup",
        ),
        "aws:networkfirewall/getFirewallPolicy:getFirewallPolicy": Calls(
            _FIREWALL, read="DescribeFirewallPolicy"
        ),
        "aws:networkfirewall/firewallPolicy:FirewallPolicy": Calls(
            _FIREWALL,
            create=f"CreateFirewallPolicy {_TAGGED}",
            read="DescribeFirewallPolicy",
            update=f"UpdateFirewallPolicy {_TAGGED}",
            delete="DeleteFirewallPolicy",
        ),
        "aws:networkfirewall/firewall:Firewall": Calls(
            _FIREWALL,
            create=f"CreateFirewall {_TAGGED}",
            read="DescribeFirewall",
            update="UpdateFirewallDeleteProtection UpdateFirewallDescription "
            "UpdateFirewallPolicyChangeProtection AssociateFirewallPolicy UpdateSubnetChangeProtection "
            "AssociateSubnets DisassociateSubnets UpdateFirewallAnalysisSettings "
            "UpdateFirewallEncryptionConfiguration UpdateAvailabilityZoneChangeProtection "
            f"AssociateAvailabilityZones DisassociateAvailabilityZones {_TAGGED}",
            delete="DeleteFirewall",
        ),
        "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation": Calls(
            _FIREWALL,
            create="CreateVpcEndpointAssociation TagResource",
            read="DescribeVpcEndpointAssociation",
            update=_TAGGED,
            delete="DeleteVpcEndpointAssociation",
        ),
        "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": Calls(
            _FIREWALL,
            create="UpdateLoggingConfiguration",
            read="DescribeLoggingConfiguration",
            update="UpdateLoggingConfiguration",
            delete="UpdateLoggingConfiguration",
        ),
        "aws:cloudwatch/logGroup:LogGroup": Calls(
            "logs",
            create="CreateLogGroup PutRetentionPolicy TagResource",
            read="DescribeLogGroups ListTagsForResource",
            update=f"PutRetentionPolicy DeleteRetentionPolicy {_TAGGED}",
            delete="DeleteLogGroup",
        ),
        "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": Calls(
            _RESOLVER,
            create="CreateFirewallDomainList UpdateFirewallDomains TagResource",
            read="GetFirewallDomainList ListFirewallDomains ListTagsForResource",
            update=f"UpdateFirewallDomains {_TAGGED}",
            delete="DeleteFirewallDomainList",
        ),
        "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": Calls(
            _RESOLVER,
            create="CreateFirewallRuleGroup TagResource",
            read="GetFirewallRuleGroup ListTagsForResource",
            update=_TAGGED,
            delete="DeleteFirewallRuleGroup",
        ),
        "aws:route53/resolverFirewallRule:ResolverFirewallRule": Calls(
            _RESOLVER,
            create="CreateFirewallRule",
            read="ListFirewallRules",
            update="UpdateFirewallRule",
            delete="DeleteFirewallRule",
        ),
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": Calls(
            _RESOLVER,
            create="AssociateFirewallRuleGroup TagResource",
            read="GetFirewallRuleGroupAssociation ListTagsForResource",
            update=f"UpdateFirewallRuleGroupAssociation {_TAGGED}",
            delete="DisassociateFirewallRuleGroup",
        ),
        "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": Calls(
            _RESOLVER,
            create="UpdateFirewallConfig",
            read="ListFirewallConfigs",
            update="UpdateFirewallConfig",
            delete="UpdateFirewallConfig",
        ),
        "aws:ram/resourceShare:ResourceShare": Calls(
            "ram",
            create="CreateResourceShare TagResource",
            read="GetResourceShares ListResourceSharePermissions",
            update=f"UpdateResourceShare {_TAGGED}",
            delete="DeleteResourceShare",
        ),
        "aws:ram/resourceAssociation:ResourceAssociation": Calls(
            "ram",
            create="AssociateResourceShare",
            read="GetResourceShareAssociations",
            delete="DisassociateResourceShare",
        ),
        "aws:ram/principalAssociation:PrincipalAssociation": Calls(
            "ram",
            create="AssociateResourceShare",
            read="GetResourceShareAssociations",
            delete="DisassociateResourceShare",
        ),
        "aws:fms/policy:Policy": Calls(
            "fms",
            create="PutPolicy TagResource",
            read="GetPolicy ListTagsForResource",
            update=f"PutPolicy {_TAGGED}",
            delete="DeletePolicy",
        ),
    }
