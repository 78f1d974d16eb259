"""From an Azure target's settings to the target."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from wsus_egress.config.azure import (
    AzureSettings,
    FirewallAloneSettings,
    FirewallPolicySettings,
    ForeignRuleSettings,
)
from wsus_egress.config.base import parse_settings
from wsus_egress.model.addresses import Refuse, parse_network
from wsus_egress.model.azure import (
    AzureTarget,
    Firewall,
    FirewallPolicy,
    ForeignRule,
    Sku,
)
from wsus_egress.model.flows import Address, Network
from wsus_egress.problems import Keys, PolicyErrors


def azure_target(azure: AzureSettings, refuse: Refuse) -> AzureTarget:
    """The target, each problem noted on the way."""
    policy = azure.firewall_policy
    return AzureTarget(
        resource_group=azure.resource_group,
        location=azure.location,
        address_space=_networks(("azure", "addressSpace"), azure.address_space, refuse),
        destinations=azure.destinations,
        fqdn_tags=tuple(azure.fqdn_tags),
        firewall_policy=None if policy is None else _policy(policy, refuse),
        rule_collection_group_priority=azure.rule_collection_group_priority,
        tags=tuple(sorted(azure.tags.items())),
        deny_rest=azure.deny_rest,
        ip_groups=azure.ip_groups,
        network_rules=azure.network_rules,
        firewall=azure.firewall,
        route_table=azure.route_table,
        security_group=azure.network_security_group,
        subnets=azure.subnets,
    )


def firewall_alone(data: Mapping[str, Any]) -> tuple[AzureTarget, Firewall, Sku]:
    """A firewall by itself: its resource group and region, itself, and its policy's tier.

    Args:
        data: Settings as a program gave them, with stand-ins for outputs.

    Raises:
        PolicyErrors: With everything that is wrong.
    """
    found = parse_settings(FirewallAloneSettings, data, lambda _: None)
    if isinstance(found, list):
        raise PolicyErrors(found)
    target = AzureTarget(
        resource_group=found.resource_group,
        location=found.location,
        address_space=(),
        destinations="list",
        fqdn_tags=(),
        firewall_policy=None,
        rule_collection_group_priority=0,
        tags=tuple(sorted(found.tags.items())),
    )
    return target, found.firewall, found.sku


def _policy(policy: FirewallPolicySettings, refuse: Refuse) -> FirewallPolicy:
    keys = ("azure", "firewallPolicy")
    mode = policy.mode or ("rules-only" if policy.existing else "policy")
    if policy.existing and mode != "rules-only":
        what = f"the policy exists, and mode {mode} would create it"
        refuse((*keys, "mode"), what, "write rules-only, or leave existing out")
    elif mode == "rules-only" and "threat_intel_mode" in policy.model_fields_set:
        what = "the policy exists already, and is not changed"
        refuse((*keys, "threatIntelMode"), what, "leave it out, or write mode policy")
    servers = [
        _address((*keys, "dnsServers", index), text, refuse)
        for index, text in enumerate(policy.dns_servers)
    ]
    return FirewallPolicy(
        name=policy.name,
        mode=mode,
        sku=policy.sku,
        threat_intel_mode=policy.threat_intel_mode,
        base_policy=policy.base_policy,
        dns_proxy=policy.dns_proxy,
        dns_servers=tuple(address for address in servers if address),
        groups=policy.groups,
        rules=tuple(
            _foreign((*keys, "rules", index), rule, refuse)
            for index, rule in enumerate(policy.rules)
        ),
    )


def _foreign(keys: Keys, rule: ForeignRuleSettings, refuse: Refuse) -> ForeignRule:
    protocols = [("Http", port) for port in rule.http_ports]
    protocols += [("Https", port) for port in rule.https_ports]
    if rule.fqdns and not protocols:
        refuse(keys, "the application rule has no port", "add httpPorts or httpsPorts")
    if rule.fqdns and (rule.destinations or rule.destination_ports):
        what = "host names and a network rule's destinations in one rule"
        refuse(keys, what, "make a rule of each")
    if rule.fqdns and rule.protocol != "any":
        what = f"an application rule is about HTTP and TLS, not about {rule.protocol}"
        refuse((*keys, "protocol"), what, "leave it out")
    if protocols and not rule.fqdns:
        # It would be read as a network rule for every port.
        what = "httpPorts and httpsPorts are an application rule's, and it has no fqdns"
        refuse(keys, what, "add fqdns, '*' for every name, or write destinationPorts")
    return ForeignRule(
        name=rule.name,
        inherited=rule.inherited,
        group_priority=rule.group_priority,
        priority=rule.priority,
        action=rule.action,
        sources=_networks((*keys, "sources"), rule.sources, refuse),
        fqdns=tuple(rule.fqdns),
        protocols=tuple(protocols),
        destinations=_networks((*keys, "destinations"), rule.destinations, refuse),
        ports=tuple(rule.destination_ports),
        protocol=rule.protocol,
    )


def _networks(keys: Keys, texts: Iterable[str], refuse: Refuse) -> tuple[Network, ...]:
    parsed = [parse_network((*keys, index), text, refuse) for index, text in enumerate(texts)]
    return tuple(network for network in parsed if network)


def _address(keys: Keys, text: str, refuse: Refuse) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        refuse(keys, f"{text!r} is not an IP address", "write one like 10.20.1.4")
        return None
