"""Writes docs/permissions.md: what the deploying role needs, cloud by cloud and feature by feature.

The lists are data here. Tests hold those of AWS to the operations that the provider calls, as
`sandbox/providers/aws/calls.py` has them with their sources, and those of Azure to what its stand-in is
asked for in whole deployments. `make schemas` writes the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = "docs/permissions.md"
_HEAD: Final = """# Permissions

What the role that deploys needs, feature by feature: [on AWS](#aws) as a policy for each, [on Azure](#azure) as a custom role for each.

## AWS

One policy for each feature: give the deploying role those of the features that the environment uses. `make schemas` writes this page from
data, and a test finds each operation that the provider calls in it: in the provider's own source where we have read that, else by the
operation's name ([what is only believed](believed.md)). No account has measured it. Narrow `Resource` to your own names where you can.
"""
_AZURE_HEAD: Final = """## Azure

One role for each feature, as `az role definition create --role-definition FILE` takes it, without its `Name` and `AssignableScopes`: give
them to the signed-in identity where the thing is, which for a hub's policy, an IP Group or a workspace can be another subscription. Whole
deployments against the stand-in, from the first preview to the last destroy, ask for these and for no others; which references ask for
`join/action` is [only believed](believed.md), and no account has measured it. The names are those of
[Microsoft's list](https://learn.microsoft.com/azure/role-based-access-control/permissions/networking), read 2026-11.

The subscription must have the resource providers `Microsoft.Network` and, with `workspace`, `Microsoft.Insights` registered: azure-native
registers none. A subnet that is imported is sent whole: the role also needs `join/action` on what else it has, such as
`Microsoft.Network/natGateways/join/action`.
"""


@dataclass(frozen=True, slots=True)
class Feature:
    """What one feature needs.

    Attributes:
        setting: What an environment writes to have it.
        actions: The permissions, by their service's prefix.
        why: What of it is not plain, in a sentence or two; empty where all is.
    """

    title: str
    setting: str
    actions: dict[str, str]
    why: str = ""

    @property
    def permissions(self) -> tuple[str, ...]:
        """Every permission as AWS writes it, sorted."""
        return self._joined(":")

    @property
    def operations(self) -> tuple[str, ...]:
        """Every permission as Azure writes it, sorted."""
        return self._joined("/")

    def _joined(self, between: str) -> tuple[str, ...]:
        return tuple(
            sorted(
                f"{where}{between}{name}"
                for where, names in self.actions.items()
                for name in names.split()
            )
        )


_DELIVERY: Final = (
    "CreateLogDelivery DeleteLogDelivery DescribeLogGroups DescribeResourcePolicies GetLogDelivery "
    "ListLogDeliveries PutResourcePolicy UpdateLogDelivery"
)
_LOGS: Final = "DescribeLoggingConfiguration UpdateLoggingConfiguration"
_DELIVERED: Final = (
    "The provider calls none of the log delivery's operations: Network Firewall does, with the caller's permissions "
    '("Permissions to configure AWS Network Firewall logging", developer guide, read 2026-11).'
)
FEATURES: Final = (
    Feature(
        "Security groups",
        "`aws`",
        {"ec2": "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateSecurityGroup CreateTags "
                "DeleteSecurityGroup DeleteTags DescribeNetworkInterfaces DescribeRouteTables "
                "DescribeSecurityGroupRules DescribeSecurityGroups DescribeTags DescribeVpcAttribute DescribeVpcs "
                "ModifySecurityGroupRules RevokeSecurityGroupEgress RevokeSecurityGroupIngress"},
        "Every AWS target has these; the component looks the VPC up.",
    ),
    Feature(
        "Prefix lists",
        "`aws.securityGroup.rulesPerDirection`, and more than 60 peers",
        {"ec2": "CreateManagedPrefixList CreateTags DeleteManagedPrefixList DeleteTags "
                "DescribeManagedPrefixLists GetManagedPrefixListEntries ModifyManagedPrefixList"},
    ),
    Feature(
        "Rule groups",
        "`aws.networkFirewall`, in every mode",
        {"network-firewall": "CreateRuleGroup DeleteRuleGroup DescribeRuleGroup ListTagsForResource TagResource "
                             "UntagResource UpdateRuleGroup"},
    ),
    Feature(
        "The policy of others, looked up",
        "`networkFirewall.existingPolicy.arn`",
        {"network-firewall": "DescribeFirewallPolicy"},
        "Without it the preview warns that the policy cannot be looked up, and goes on.",
    ),
    Feature(
        "Routes of others, looked up",
        "`aws.networkFirewall` without `protectedRouteTables`",
        {"ec2": "DescribeRouteTables DescribeSubnets"},
        "Without it the preview says that the routes cannot be looked up, and goes on.",
    ),
    Feature(
        "Firewall policy",
        "`networkFirewall.mode: policy` or `full`",
        {"network-firewall": "CreateFirewallPolicy DeleteFirewallPolicy DescribeFirewallPolicy TagResource "
                             "UntagResource UpdateFirewallPolicy"},
    ),
    Feature(
        "Firewall and routes",
        "`networkFirewall.mode: full`",
        {"network-firewall": "AssociateAvailabilityZones AssociateFirewallPolicy AssociateSubnets CreateFirewall "
                             "DeleteFirewall DescribeFirewall DisassociateAvailabilityZones DisassociateSubnets "
                             "TagResource UntagResource UpdateAvailabilityZoneChangeProtection "
                             "UpdateFirewallAnalysisSettings UpdateFirewallDeleteProtection "
                             "UpdateFirewallDescription UpdateFirewallEncryptionConfiguration "
                             "UpdateFirewallPolicyChangeProtection UpdateSubnetChangeProtection",
         "ec2": "CreateRoute CreateVpcEndpoint DeleteRoute DeleteVpcEndpoints DescribeRouteTables DescribeSubnets "
                "DescribeVpcAttribute DescribeVpcEndpoints DescribeVpcs ReplaceRoute",
         "iam": "CreateServiceLinkedRole"},
        "The first firewall of an account makes the service-linked role AWSServiceRoleForNetworkFirewall. The endpoints "
        "are made by the service with the caller's permissions (AWSNetworkFirewallFullAccess, managed policy, read 2026-11).",
    ),
    Feature(
        "Further endpoints",
        "`networkFirewall.associations`",
        {"network-firewall": "CreateVpcEndpointAssociation DeleteVpcEndpointAssociation "
                             "DescribeVpcEndpointAssociation TagResource UntagResource"},
        "Beside those of the firewall and its routes.",
    ),
    Feature(
        "Logs in CloudWatch",
        "`networkFirewall.logging.logGroup`",
        {"network-firewall": _LOGS,
         "logs": f"{_DELIVERY} CreateLogGroup DeleteLogGroup DeleteRetentionPolicy ListTagsForResource "
                 "PutRetentionPolicy TagResource UntagResource",
         "iam": "CreateServiceLinkedRole"},
        _DELIVERED,
    ),
    Feature(
        "Logs in a bucket",
        "`networkFirewall.logging.bucket`",
        {"network-firewall": _LOGS, "logs": _DELIVERY, "s3": "GetBucketPolicy PutBucketPolicy",
         "iam": "CreateServiceLinkedRole"},
        _DELIVERED,
    ),
    Feature(
        "DNS Firewall",
        "`aws.dnsFirewall`",
        {"route53resolver": "AssociateFirewallRuleGroup CreateFirewallDomainList CreateFirewallRule "
                            "CreateFirewallRuleGroup DeleteFirewallDomainList DeleteFirewallRule "
                            "DeleteFirewallRuleGroup DisassociateFirewallRuleGroup GetFirewallDomainList "
                            "GetFirewallRuleGroup GetFirewallRuleGroupAssociation ListFirewallConfigs "
                            "ListFirewallDomains ListFirewallRules ListTagsForResource TagResource UntagResource "
                            "UpdateFirewallConfig UpdateFirewallDomains UpdateFirewallRule "
                            "UpdateFirewallRuleGroupAssociation",
         "ec2": "DescribeVpcs"},
    ),
    Feature(
        "Sharing",
        "`networkFirewall.shareWith`",
        {"ram": "AssociateResourceShare CreateResourceShare DeleteResourceShare DisassociateResourceShare "
                "GetResourceShareAssociations GetResourceShares ListResourceSharePermissions TagResource "
                "UntagResource UpdateResourceShare",
         "network-firewall": "DeleteResourcePolicy DescribeResourcePolicy PutResourcePolicy"},
        "PutResourcePolicy works in conjunction with RAM, says its API reference (read 2026-11): we believe that RAM needs it.",
    ),
    Feature(
        "Firewall Manager",
        "`networkFirewall.firewallManager`",
        {"fms": "DeletePolicy GetPolicy ListTagsForResource PutPolicy TagResource UntagResource"},
        "The account must be the Firewall Manager administrator of the organization.",
    ),
)  # fmt: skip


_ALL: Final = "read write delete"
# What each needs, by the path of the type below its provider.
AZURE: Final = (
    Feature(
        "Network security group",
        "`azure`, unless `networkSecurityGroup.create` is false",
        {"Microsoft.Network/networkSecurityGroups": _ALL},
    ),
    Feature(
        "Application security groups",
        "`networkSecurityGroup.applicationSecurityGroups`",
        {"Microsoft.Network/applicationSecurityGroups": "joinNetworkSecurityRule/action"},
    ),
    Feature("Route table", "`azure.routeTable`", {"Microsoft.Network/routeTables": _ALL}),
    Feature(
        "Subnets",
        "`azure.subnets`",
        {"Microsoft.Network/virtualNetworks": "read",
         "Microsoft.Network/virtualNetworks/subnets": "read write",
         "Microsoft.Network/networkSecurityGroups": "join/action",
         "Microsoft.Network/routeTables": "join/action"},
        "None is ever deleted.",
    ),
    Feature(
        "Rules",
        "`azure.firewallPolicy`, in every mode",
        {"Microsoft.Network/firewallPolicies": "read",
         "Microsoft.Network/firewallPolicies/ruleCollectionGroups": _ALL},
    ),
    Feature(
        "Policy",
        "`firewallPolicy.mode: policy` or `full`",
        {"Microsoft.Network/firewallPolicies": "write delete"},
    ),
    Feature(
        "Firewalls of others",
        "`firewallPolicy.mode: rules-only` and `routeTable.firewallAddress`",
        {"Microsoft.Network/azureFirewalls": "read"},
        "The component looks for the address among the policy's firewalls.",
    ),
    Feature(
        "Base policy",
        "`firewallPolicy.basePolicy`",
        {"Microsoft.Network/firewallPolicies": "join/action"},
    ),
    Feature(
        "IP Groups",
        "`azure.ipGroups`",
        {"Microsoft.Network/ipGroups": f"{_ALL} join/action"},
        "With `ipGroupIds`, `join/action` on those alone.",
    ),
    Feature(
        "Firewall",
        "`azure.firewall`",
        {"Microsoft.Network/azureFirewalls": _ALL,
         "Microsoft.Network/publicIPAddresses": f"{_ALL} join/action",
         "Microsoft.Network/firewallPolicies": "join/action",
         "Microsoft.Network/virtualNetworks": "read",
         "Microsoft.Network/virtualNetworks/subnets": "join/action"},
    ),
    Feature(
        "Public IP prefix",
        "`firewall.publicIpPrefix`",
        {"Microsoft.Network/publicIPPrefixes": "read join/action"},
    ),
    Feature(
        "Logs",
        "`firewall.workspace`",
        {"Microsoft.Insights/diagnosticSettings": _ALL,
         "Microsoft.OperationalInsights/workspaces": "read sharedKeys/action"},
    ),
    Feature(
        "DNS security policy",
        "`azure.dnsSecurityPolicy`",
        {"Microsoft.Network/dnsResolverPolicies": _ALL,
         "Microsoft.Network/dnsResolverPolicies/dnsSecurityRules": _ALL,
         "Microsoft.Network/dnsResolverPolicies/virtualNetworkLinks": _ALL,
         "Microsoft.Network/dnsResolverDomainLists": f"{_ALL} join/action",
         "Microsoft.Network/virtualNetworks": "read join/action"},
        "These names follow the resources' types: we found them on no list of Microsoft's.",
    ),
)  # fmt: skip


def render() -> str:
    """The page's text."""
    on_aws = (line for feature in FEATURES for line in _section(feature))
    on_azure = (line for feature in AZURE for line in _role(feature))
    return "\n".join([_HEAD, *on_aws, _AZURE_HEAD, *on_azure])


def _section(feature: Feature) -> Iterator[str]:
    yield from _title(feature)
    statement = {"Effect": "Allow", "Action": list(feature.permissions), "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    yield f"```json\n{json.dumps(policy, indent=2)}\n```\n"


def _role(feature: Feature) -> Iterator[str]:
    yield from _title(feature)
    # Azure's own order of a role's keys ("Azure custom roles", read 2026-11-30).
    role = {
        "Actions": list(feature.operations),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
    }
    yield f"```json\n{json.dumps(role, indent=2)}\n```\n"


def _title(feature: Feature) -> Iterator[str]:
    yield f"### {feature.title}\n"
    yield f"With {feature.setting}." + (f" {feature.why}" if feature.why else "") + "\n"


def main() -> None:
    """Write the page anew."""
    (ROOT / PAGE).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
