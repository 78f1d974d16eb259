"""Writes docs/permissions.md: what the deploying role needs on AWS, feature by feature.

The lists are data here, and a test holds them to the operations that the provider calls, as
`sandbox/providers/aws/calls.py` has them with their sources. `make schemas` writes the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = "docs/permissions.md"
_HEAD: Final = """# Permissions on AWS

One policy for each feature: give the deploying role those of the features that the environment uses. `make schemas` writes this page from
data, and a test finds each operation that the provider calls in it: in the provider's own source where we have read that, else by the
operation's name ([what is only believed](believed.md)). No account has measured it. Narrow `Resource` to your own names where you can.
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
        """Every permission, sorted."""
        return tuple(
            sorted(
                f"{service}:{name}"
                for service, names in self.actions.items()
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
        "Firewall policy",
        "`networkFirewall.mode: policy` or `full`",
        {"network-firewall": "CreateFirewallPolicy DeleteFirewallPolicy DescribeFirewallPolicy TagResource "
                             "UntagResource UpdateFirewallPolicy"},
    ),
    Feature(
        "Firewall and routes",
        "`networkFirewall.mode: full`",
        {"network-firewall": "AssociateFirewallPolicy AssociateSubnets CreateFirewall DeleteFirewall DescribeFirewall "
                             "DisassociateSubnets TagResource UntagResource UpdateFirewallDeleteProtection "
                             "UpdateFirewallDescription UpdateFirewallPolicyChangeProtection "
                             "UpdateSubnetChangeProtection",
         "ec2": "CreateRoute CreateVpcEndpoint DeleteRoute DeleteVpcEndpoints DescribeRouteTables DescribeSubnets "
                "DescribeVpcAttribute DescribeVpcEndpoints DescribeVpcs ReplaceRoute",
         "iam": "CreateServiceLinkedRole"},
        "The first firewall of an account makes the service-linked role AWSServiceRoleForNetworkFirewall. The endpoints "
        "are made by the service with the caller's permissions (AWSNetworkFirewallFullAccess, managed policy, read 2026-11).",
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


def render() -> str:
    """The page's text."""
    return "\n".join([_HEAD, *(line for feature in FEATURES for line in _section(feature))])


def _section(feature: Feature) -> Iterator[str]:
    yield f"## {feature.title}\n"
    yield f"With {feature.setting}." + (f" {feature.why}" if feature.why else "") + "\n"
    statement = {"Effect": "Allow", "Action": list(feature.permissions), "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    yield f"```json\n{json.dumps(policy, indent=2)}\n```\n"


def main() -> None:
    """Write the page anew."""
    (ROOT / PAGE).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
