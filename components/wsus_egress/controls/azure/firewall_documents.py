"""The firewall policy, its rule collection groups and the firewall, as documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from wsus_egress.controls.azure.firewall_rules import (
    NETWORK_PRIORITY,
    ApplicationRule,
    FirewallRule,
    NetworkRule,
    Sources,
)
from wsus_egress.controls.base import Document, plain
from wsus_egress.controls.tags import tags_of
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_firewall import ALLOW_PRIORITY, DENY_PRIORITY, Firewall, FirewallPolicy
from wsus_egress.model.azure_forms import Sku

POLICY_TYPE: Final = "azure-native:network:FirewallPolicy"
GROUP_TYPE: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
IP_GROUP_TYPE: Final = "azure-native:network:IpGroup"
FIREWALL_TYPE: Final = "azure-native:network:AzureFirewall"
ADDRESS_TYPE: Final = "azure-native:network:PublicIPAddress"
DIAGNOSTICS_TYPE: Final = "azure-native:monitor:DiagnosticSetting"

# 90 in newer copies of "Azure Firewall limits", 60 in that of 2023-10: not confirmed which holds.
GROUPS_PER_POLICY: Final = 90
IP_GROUP_ENTRIES: Final = 5000  # "IP Groups in Azure Firewall"; second-hand.

# The resource-specific tables that a policy without DNAT and IDPS fills ("Supported logs for
# Microsoft.Network/azureFirewalls", read 2026-11).
LOG_CATEGORIES: Final = (
    "AZFWApplicationRule",
    "AZFWDnsQuery",
    "AZFWFqdnResolveFailure",
    "AZFWNetworkRule",
    "AZFWThreatIntel",
)


def policy_documents(
    prefix: str,
    target: AzureTarget,
    environment: str,
    rules: Sequence[FirewallRule],
    sources: Sources,
) -> Iterator[Document]:
    """IP Groups, the policy where it is ours, then the groups in the order of their updates."""
    policy = target.firewall_policy
    assert policy is not None  # noqa: S101 - without one there are no rules
    tags = tags_of(target, environment)
    known = dict(target.ip_group_ids)
    if target.ip_groups:
        for name, networks in sources:
            if name in known:
                continue
            yield Document(
                IP_GROUP_TYPE,
                f"{prefix}-{name}-addresses",
                {
                    "ipAddresses": [plain(network) for network in networks],
                    "ipGroupsName": f"{prefix}-{name}-addresses",
                    "location": target.location,
                    "resourceGroupName": target.policy_group,
                    "tags": tags,
                },
            )
    if policy.mode != "rules-only":
        yield Document(POLICY_TYPE, f"{prefix}-firewall-policy", _policy(target, policy, tags))
    # A party without Internet access has no IP Group of ours: a rule for it names its addresses.
    made = {name: f"${{{prefix}-{name}-addresses.id}}" for name, _ in sources}
    grouped = {**(made if target.ip_groups else {}), **known}
    yield from _groups(prefix, target, policy, rules, grouped)


def _policy(target: AzureTarget, policy: FirewallPolicy, tags: dict[str, str]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "firewallPolicyName": policy.name,
        "location": target.location,
        "resourceGroupName": target.resource_group,
        "sku": {"tier": policy.sku},
        "tags": tags,
    }
    if policy.threat_intel_mode:
        properties["threatIntelMode"] = policy.threat_intel_mode
    if policy.base_policy:
        properties["basePolicy"] = {"id": policy.base_policy}
    if policy.dns_proxy or policy.dns_servers:
        properties["dnsSettings"] = {
            "enableProxy": policy.dns_proxy,
            "servers": [str(address) for address in policy.dns_servers],
        }
    return properties


def _groups(
    prefix: str,
    target: AzureTarget,
    policy: FirewallPolicy,
    rules: Sequence[FirewallRule],
    grouped: Mapping[str, str],
) -> Iterator[Document]:
    own = [rule for rule in rules if not rule.owner]
    first = target.rule_collection_group_priority
    called = target.rule_collection_group_name or f"{prefix}-firewall-rules"
    priorities = sorted({rule.place[0] for rule in own} | {first})
    for priority in priorities:
        suffix = f"-{priority - first + 1}" if len(priorities) > 1 else ""
        name = f"{prefix}-firewall-rules{suffix}"
        here = [rule for rule in own if rule.place[0] == priority]
        yield Document(
            GROUP_TYPE,
            name,
            {
                "firewallPolicyName": policy.name,
                "priority": priority,
                "resourceGroupName": target.policy_group,
                "ruleCollectionGroupName": f"{called}{suffix}",
                "ruleCollections": list(_collections(grouped, here)),
            },
        )


def _collections(
    grouped: Mapping[str, str], rules: Sequence[FirewallRule]
) -> Iterator[dict[str, Any]]:
    kinds: tuple[tuple[type[FirewallRule], str, str, int], ...] = (
        (NetworkRule, "allow", "wsus-egress-network", NETWORK_PRIORITY),
        (ApplicationRule, "allow", "wsus-egress-allow", ALLOW_PRIORITY),
        (ApplicationRule, "deny", "wsus-egress-deny", DENY_PRIORITY),
    )
    for kind, action, name, priority in kinds:
        found = [rule for rule in rules if isinstance(rule, kind) and rule.collection == action]
        if found:
            yield {
                "action": {"type": action.capitalize()},
                "name": name,
                "priority": priority,
                "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
                "rules": [_rule(grouped, rule) for rule in found],
            }


def _rule(grouped: Mapping[str, str], rule: FirewallRule) -> dict[str, Any]:
    if rule.parties and grouped.keys() >= set(rule.parties):
        sources: dict[str, Any] = {"sourceIpGroups": [grouped[each] for each in rule.parties]}
    else:
        sources = {"sourceAddresses": [plain(network) for network in rule.sources]}
    common = {"description": rule.description, "name": rule.id, **sources}
    if isinstance(rule, NetworkRule):
        where = (
            {"destinationFqdns": list(rule.fqdns)}
            if rule.fqdns
            else {"destinationAddresses": [plain(network) for network in rule.destinations]}
        )
        ports = [str(port) for port in rule.ports]
        protocols = [rule.protocol.upper()]
        return {
            **common,
            **where,
            "destinationPorts": ports,
            "ipProtocols": protocols,
            "ruleType": "NetworkRule",
        }
    what = (
        {"fqdnTags": list(rule.fqdn_tags)} if rule.fqdn_tags else {"targetFqdns": list(rule.fqdns)}
    )
    return {
        **common,
        "protocols": [{"port": port, "protocolType": name} for name, port in rule.protocols],
        "ruleType": "ApplicationRule",
        **what,
    }


def firewall_documents(prefix: str, target: AzureTarget, environment: str) -> Iterator[Document]:
    """In mode full: the public address, the firewall, and its diagnostics where it has any."""
    policy, firewall = target.firewall_policy, target.firewall
    if policy is not None and firewall is not None:
        yield from firewall_resources(
            prefix, target, firewall, policy.sku, tags_of(target, environment)
        )


def address_words(firewall: Firewall) -> list[str]:
    """What the names of its public addresses end in, but that of a management interface."""
    return ["address", *(f"address-{number}" for number in range(2, firewall.public_addresses + 1))]


def firewall_resources(
    prefix: str, target: AzureTarget, firewall: Firewall, sku: Sku, tags: dict[str, str]
) -> Iterator[Document]:
    """A firewall and what it needs, on the policy `${PREFIX-firewall-policy.id}`."""
    configurations = {"ipConfigurations": ("AzureFirewallSubnet", "address")}
    if sku == "Basic" or firewall.management:
        # Microsoft runs a Basic firewall over a network and an address of their own.
        configurations["managementIpConfiguration"] = (
            "AzureFirewallManagementSubnet",
            "management",
        )
    own: dict[str, Any] = {}
    _, *more = address_words(firewall)
    named = [(key, subnet, word) for key, (subnet, word) in configurations.items()]
    for key, subnet, word in [*named, *(("ipConfigurations", "", word) for word in more)]:
        name = f"{prefix}-firewall-{word}"
        extra: dict[str, Any] = {"zones": list(firewall.zones)} if firewall.zones else {}
        if key == "ipConfigurations" and firewall.public_ip_prefix:
            extra["publicIPPrefix"] = {"id": firewall.public_ip_prefix}
        yield Document(
            ADDRESS_TYPE,
            name,
            {
                "location": target.location,
                "publicIPAllocationMethod": "Static",
                "publicIpAddressName": f"{firewall.name}-{word}",
                "resourceGroupName": target.resource_group,
                "sku": {"name": "Standard", "tier": "Regional"},
                "tags": tags,
                **extra,
            },
        )
        configuration: dict[str, Any] = {"name": word, "publicIPAddress": {"id": f"${{{name}.id}}"}}
        if subnet:
            # Of several configurations the first alone names the subnet ("Deploy an Azure Firewall with
            # multiple public IP addresses", read 2026-11).
            configuration["subnet"] = {"id": f"{firewall.virtual_network}/subnets/{subnet}"}
        if key == "ipConfigurations":
            own.setdefault(key, []).append(configuration)
        else:
            own[key] = configuration
    yield Document(
        FIREWALL_TYPE,
        f"{prefix}-firewall",
        {
            "azureFirewallName": firewall.name,
            "firewallPolicy": {"id": f"${{{prefix}-firewall-policy.id}}"},
            "location": target.location,
            "resourceGroupName": target.resource_group,
            "sku": {"name": "AZFW_VNet", "tier": sku},
            "tags": tags,
            **own,
            **({"zones": list(firewall.zones)} if firewall.zones else {}),
        },
    )
    if firewall.workspace:
        yield Document(
            DIAGNOSTICS_TYPE,
            f"{prefix}-firewall-logs",
            {
                "logAnalyticsDestinationType": "Dedicated",
                "logs": [{"category": category, "enabled": True} for category in LOG_CATEGORIES],
                "name": f"{prefix}-firewall-logs",
                "resourceUri": f"${{{prefix}-firewall.id}}",
                "workspaceId": firewall.workspace,
            },
        )
