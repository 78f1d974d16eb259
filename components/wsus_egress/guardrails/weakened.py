"""Which properties of deployed resources protect, and what no longer does once they differ.

A rule that admits more is a guardrail's to find. Here stands what is not a rule: a route that is gone, a
mode that is off, a subnet without its group. For example `threatIntelMode: Deny -> Off`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.readers.reading import items, mapping
from wsus_egress.readers.resources import UNKNOWN, Resource

_NETWORK: Final = "azure-native:network:"
_RESOLVER: Final = "azure-native:dnsresolver:"
_AWS_FIREWALL: Final = "aws:networkfirewall/"
_DNS: Final = "aws:route53/resolverFirewall"


@dataclass(frozen=True, slots=True)
class Loss:
    """What no longer protects, a sentence's predicate.

    Attributes:
        opens: Whether a flow may now go where the control does not see it.
    """

    what: str
    opens: bool = False


_GONE: Final[Mapping[str, Loss]] = {
    "aws:ec2/route:Route": Loss(
        "its route table no longer sends flows through the firewall", opens=True
    ),
    "aws:ec2/securityGroup:SecurityGroup": Loss(
        "the VPC's other groups alone decide about the servers", opens=True
    ),
    f"{_AWS_FIREWALL}firewall:Firewall": Loss("nothing in the VPC compares names", opens=True),
    f"{_AWS_FIREWALL}vpcEndpointAssociation:VpcEndpointAssociation": Loss(
        "its VPC has no endpoint of the firewall", opens=True
    ),
    f"{_AWS_FIREWALL}firewallPolicy:FirewallPolicy": Loss(
        "the firewall enforces another policy, or none", opens=True
    ),
    f"{_AWS_FIREWALL}loggingConfiguration:LoggingConfiguration": Loss(
        "nothing writes down what the firewall blocks"
    ),
    "aws:fms/policy:Policy": Loss("accounts that join get no firewall of this policy", opens=True),
    "aws:cloudwatch/logGroup:LogGroup": Loss("what the firewall blocked is lost"),
    f"{_DNS}RuleGroupAssociation:ResolverFirewallRuleGroupAssociation": Loss(
        "the VPC resolves every name"
    ),
    f"{_DNS}RuleGroup:ResolverFirewallRuleGroup": Loss("the VPC resolves every name"),
    f"{_DNS}Rule:ResolverFirewallRule": Loss("the DNS firewall has a rule less"),
    f"{_DNS}Config:ResolverFirewallConfig": Loss(
        "what happens while the DNS firewall fails is left to the VPC's default"
    ),
    f"{_NETWORK}NetworkSecurityGroup": Loss(
        "its subnets admit what Azure's default rules do", opens=True
    ),
    f"{_NETWORK}FirewallPolicy": Loss("the firewall enforces another policy, or none", opens=True),
    f"{_NETWORK}AzureFirewall": Loss("nothing in the network compares names", opens=True),
    f"{_NETWORK}RouteTable": Loss(
        "its subnets go to the Internet past the firewall", opens=True
    ),
    f"{_RESOLVER}DnsSecurityRule": Loss("the DNS security policy has a rule less"),
    f"{_RESOLVER}DnsResolverPolicy": Loss("the virtual network resolves every name"),
    f"{_RESOLVER}DnsResolverPolicyVirtualNetworkLink": Loss("the virtual network resolves every name"),
    "azure-native:monitor:DiagnosticSetting": Loss("nothing writes down what the firewall blocks"),
}  # fmt: skip


# Without these less passes, and nothing more.
ADMITTING: Final = frozenset(
    (f"{_AWS_FIREWALL}ruleGroup:RuleGroup", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
     "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
     f"{_DNS}DomainList:ResolverFirewallDomainList", "aws:ec2/managedPrefixList:ManagedPrefixList",
     "aws:ram/resourceShare:ResourceShare", "aws:ram/resourceAssociation:ResourceAssociation",
     "aws:ram/principalAssociation:PrincipalAssociation", f"{_NETWORK}IpGroup",
     f"{_NETWORK}FirewallPolicyRuleCollectionGroup", f"{_NETWORK}PublicIPAddress",
     f"{_NETWORK}Subnet", f"{_RESOLVER}DnsResolverDomainList")
)  # fmt: skip


def lost_with(gone: Resource) -> Loss | None:
    """What is lost with a resource that is gone; None where only flows of the policy are."""
    return _GONE.get(gone.type)


@dataclass(frozen=True, slots=True)
class _Guard:
    """A property that protects.

    Attributes:
        path: Its keys, joined by dots.
        weaker: Whether the second value protects less than the first.
    """

    type: str
    path: str
    weaker: Callable[[Any, Any], bool]
    loss: Loss


def _falls(*strongest_first: Any) -> Callable[[Any, Any], bool]:
    """Whether a value falls along a scale; one that is not there stands at its end."""
    order = [*strongest_first]

    def rank(value: Any) -> int:
        return order.index(value) if value in order else len(order)

    return lambda before, after: rank(after) > rank(before)


def _differs(before: Any, after: Any) -> bool:
    return bool(before) and _identity(before) != _identity(after)


def _identity(value: Any) -> Any:
    found = mapping(value).get("id", value)
    return found.casefold() if isinstance(found, str) else found


def _shorter(before: Any, after: Any) -> bool:
    """Whether logs are kept for less time: 0 keeps them for ever (CreateLogGroup, 2026-11)."""
    old, new = before or float("inf"), after or float("inf")
    return old is not UNKNOWN and new is not UNKNOWN and new < old


def _fewer(before: Any, after: Any) -> bool:
    """Whether an entry is no longer there as it was."""
    kept = after if isinstance(after, list) else []
    return any(each not in kept for each in before) if isinstance(before, list) else False


def _more_services(before: Any, after: Any) -> bool:
    """Whether a subnet has an endpoint of a service that it had none of."""
    old, new = (
        {mapping(each).get("service") for each in items(value)} for value in (before, after)
    )
    return not new <= old


_MODES: Final = _falls("Deny", "Alert", "Off")
_SWITCH: Final = _falls(True, False)
_NOT_PROTECTED: Final = "anybody with rights in the account may take it away in one call"
_BLIND: Final = "what the firewall blocks is no longer written down as before"
_GUARDS: Final = (
    _Guard("aws:ec2/route:Route", "vpcEndpointId", _differs,
           Loss("flows of its route table go elsewhere than to the firewall", opens=True)),
    _Guard(f"{_AWS_FIREWALL}firewall:Firewall", "deleteProtection", _SWITCH, Loss(_NOT_PROTECTED)),
    _Guard(f"{_AWS_FIREWALL}firewall:Firewall", "firewallPolicyChangeProtection", _SWITCH,
           Loss("anybody with rights in the account may give it another policy")),
    _Guard(f"{_AWS_FIREWALL}firewall:Firewall", "subnetChangeProtection", _SWITCH,
           Loss("anybody with rights in the account may take a zone's endpoint away")),
    _Guard(f"{_AWS_FIREWALL}firewall:Firewall", "availabilityZoneChangeProtection", _SWITCH,
           Loss("anybody with rights in the account may take a zone's endpoint away")),
    _Guard(f"{_AWS_FIREWALL}firewall:Firewall", "availabilityZoneMappings", _fewer,
           Loss("a zone has no endpoint of it")),
    _Guard(f"{_AWS_FIREWALL}firewall:Firewall", "firewallPolicyArn", _differs,
           Loss("it enforces another policy", opens=True)),
    _Guard(f"{_AWS_FIREWALL}firewall:Firewall", "subnetMappings", _fewer,
           Loss("a zone has no endpoint of it")),
    _Guard(f"{_AWS_FIREWALL}loggingConfiguration:LoggingConfiguration",
           "loggingConfiguration.logDestinationConfigs", _fewer, Loss(_BLIND)),
    _Guard("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", _shorter,
           Loss("what the firewall blocked is lost sooner")),
    _Guard(f"{_DNS}Config:ResolverFirewallConfig", "firewallFailOpen", _falls("DISABLED", "ENABLED"),
           Loss("every name resolves while the DNS firewall fails")),
    _Guard(f"{_DNS}RuleGroupAssociation:ResolverFirewallRuleGroupAssociation", "mutationProtection",
           _falls("ENABLED", "DISABLED"), Loss(_NOT_PROTECTED)),
    _Guard(f"{_DNS}RuleGroupAssociation:ResolverFirewallRuleGroupAssociation", "firewallRuleGroupId",
           _differs, Loss("the VPC has other DNS rules")),
    _Guard("aws:fms/policy:Policy", "remediationEnabled", _SWITCH,
           Loss("accounts that do not follow the policy are not put right")),
    _Guard(f"{_NETWORK}FirewallPolicy", "threatIntelMode", _MODES,
           Loss("addresses and names that Microsoft knows to be malicious are no longer stopped as before")),
    _Guard(f"{_NETWORK}FirewallPolicy", "intrusionDetection.mode", _MODES,
           Loss("intrusions are no longer stopped as before")),
    _Guard(f"{_NETWORK}FirewallPolicy", "sku.tier", _falls("Premium", "Standard", "Basic"),
           Loss("the tier lacks protection that the settings ask for")),
    _Guard(f"{_NETWORK}AzureFirewall", "firewallPolicy", _differs,
           Loss("it enforces another policy", opens=True)),
    _Guard(f"{_NETWORK}AzureFirewall", "zones", _fewer, Loss("it stands in fewer zones")),
    _Guard(f"{_NETWORK}Subnet", "networkSecurityGroup", _differs,
           Loss("its network security group no longer decides", opens=True)),
    _Guard(f"{_NETWORK}Subnet", "routeTable", _differs,
           Loss("it goes to the Internet past the firewall", opens=True)),
    _Guard(f"{_NETWORK}Subnet", "defaultOutboundAccess", _falls(False, True),
           Loss("Azure gives it a way to the Internet of its own", opens=True)),
    _Guard(f"{_NETWORK}Subnet", "serviceEndpoints", _more_services,
           Loss("what goes to these services passes no firewall", opens=True)),
    _Guard(f"{_NETWORK}RouteTable", "disableBgpRoutePropagation", _SWITCH,
           Loss("a gateway's routes may lead past the firewall", opens=True)),
    _Guard(f"{_RESOLVER}DnsSecurityRule", "dnsSecurityRuleState", _falls("Enabled", "Disabled"),
           Loss("the DNS security policy has a rule less")),
    _Guard("azure-native:monitor:DiagnosticSetting", "logs", _fewer, Loss(_BLIND)),
    _Guard("azure-native:monitor:DiagnosticSetting", "workspaceId", _differs, Loss(_BLIND)),
)  # fmt: skip


def losses(before: Resource, after: Resource) -> tuple[tuple[str, Loss], ...]:
    """The properties of a resource that protect less than before, and what that means."""
    return tuple(
        (guard.path, guard.loss)
        for guard in _GUARDS
        if guard.type == before.type
        and guard.weaker(_at(before.properties, guard.path), _at(after.properties, guard.path))
    )


def _at(properties: Mapping[str, Any], path: str) -> Any:
    value: Any = properties
    for key in path.split("."):
        value = mapping(value).get(key)
    return value
