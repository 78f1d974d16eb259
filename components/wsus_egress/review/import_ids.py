"""The ids that `pulumi import` takes for what the AWS components declare: those that follow, and those that AWS made up.

For example a route is imported as `rtb-0d4e5f6071825000a_0.0.0.0/0`, which follows from the settings, and a
security group as `sg-0a1b2c3d4e5f60718`, which only AWS knows. Each form is that of the section "Import" in
the type's documentation (docstrings of pulumi-aws 7.51.1, read 2026-11-30), and a test reads it there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Final

from wsus_egress.controls import Document


@dataclass(frozen=True, slots=True)
class Form:
    """How the ids of a type look that AWS made up.

    Attributes:
        called: What the type is called.
        pattern: All of an id.
        example: How to write one.
        shown_by: The command that shows it, after `aws`.
    """

    called: str
    pattern: re.Pattern[str]
    example: str
    shown_by: str


def _short(called: str, start: str, shown_by: str) -> Form:
    """An id such as `sg-0a1b2c3d4e5f60718`."""
    return Form(called, re.compile(rf"(?:{start})-[0-9a-f]{{8,32}}"), f"{start}-...", shown_by)


def _arn(called: str, service: str, resource: str, shown_by: str) -> Form:
    """An ARN; the last part is the name, or an id."""
    pattern = rf"arn:aws[a-z-]*:{service}:[a-z0-9-]+:[0-9]{{12}}:{resource}/[A-Za-z0-9-]{{1,128}}"
    return Form(
        called,
        re.compile(pattern),
        f"arn:aws:{service}:REGION:ACCOUNT:{resource}/...",
        shown_by,
    )


_RULE: Final = _short("a security group rule", "sgr", "ec2 describe-security-group-rules")
_RESOLVER: Final = "route53resolver list-firewall"
MADE_UP: Final[Mapping[str, Form]] = {
    "aws:ec2/managedPrefixList:ManagedPrefixList": _short(
        "a prefix list", "pl", "ec2 describe-managed-prefix-lists"
    ),
    "aws:ec2/securityGroup:SecurityGroup": _short(
        "a security group", "sg", "ec2 describe-security-groups"
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULE,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULE,
    "aws:fms/policy:Policy": Form(
        "a Firewall Manager policy",
        re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "00000000-0000-0000-0000-000000000000",
        "fms list-policies",
    ),
    "aws:networkfirewall/firewall:Firewall": _arn(
        "a firewall", "network-firewall", "firewall", "network-firewall list-firewalls"
    ),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": _arn(
        "a firewall policy",
        "network-firewall",
        "firewall-policy",
        "network-firewall list-firewall-policies",
    ),
    "aws:networkfirewall/ruleGroup:RuleGroup": _arn(
        "a rule group",
        "network-firewall",
        "stateful-rulegroup",
        "network-firewall list-rule-groups",
    ),
    "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation": _arn(
        "a VPC endpoint association",
        "network-firewall",
        "vpc-endpoint-association",
        "network-firewall list-vpc-endpoint-associations",
    ),
    "aws:ram/resourceShare:ResourceShare": _arn(
        "a resource share",
        "ram",
        "resource-share",
        "ram get-resource-shares --resource-owner SELF",
    ),
    # The provider looks for the id among those of ListFirewallConfigs (terraform-provider-aws
    # internal/service/route53resolver/firewall_config.go, commit 0ebc7ee). AWS writes rslvr-fc-... in
    # the examples of its CLI; the provider's page has rdsc-..., as DNSSEC configurations have.
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": Form(
        "a DNS Firewall configuration",
        re.compile(r"(?:rslvr-fc|rdsc)-[0-9a-f]{8,32}"),
        "rslvr-fc-...",
        f"{_RESOLVER}-configs",
    ),
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": _short(
        "a domain list", "rslvr-fdl", f"{_RESOLVER}-domain-lists"
    ),
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": _short(
        "a DNS Firewall rule group", "rslvr-frg", f"{_RESOLVER}-rule-groups"
    ),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": _short(
        "an association", "rslvr-frgassoc", f"{_RESOLVER}-rule-group-associations"
    ),
}
"""By type, the ids that nothing tells but AWS."""

# By type, what an id is made of: properties, of which a reference to another resource is that one's id.
# Of several the first whose properties the document has.
FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:cloudwatch/logGroup:LogGroup": ("{name}",),
    "aws:ec2/route:Route": (
        "{routeTableId}_{destinationCidrBlock}",
        "{routeTableId}_{destinationIpv6CidrBlock}",
    ),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": ("{firewallArn}",),
    "aws:ram/principalAssociation:PrincipalAssociation": ("{resourceShareArn},{principal}",),
    "aws:ram/resourceAssociation:ResourceAssociation": ("{resourceShareArn},{resourceArn}",),
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": (
        "{firewallRuleGroupId}:{firewallDomainListId}",
    ),
}
_REFERENCE: Final = re.compile(r"\$\{(.+)\.(?:arn|id)\}")


def referred(document: Document) -> tuple[str, ...]:
    """The resources whose ids a resource's own is made of."""
    found = (_REFERENCE.fullmatch(str(value)) for value in _parts(document).values())
    return tuple(match[1] for match in found if match)


def follows(document: Document, known: Mapping[str, str]) -> str:
    """The id that follows from a resource's properties.

    Args:
        document: Of a type in `FOLLOWS`.
        known: The ids of the resources that it refers to, by their names.
    """
    parts = {
        key: known[match[1]] if (match := _REFERENCE.fullmatch(str(value))) else str(value)
        for key, value in _parts(document).items()
    }
    return _template(document).format(**parts)


def _template(document: Document) -> str:
    for template in FOLLOWS.get(document.type, ()):
        if _fields(template) <= document.properties.keys():
            return template
    return ""


def _fields(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field}


def _parts(document: Document) -> dict[str, object]:
    return {key: document.properties[key] for key in sorted(_fields(_template(document)))}
