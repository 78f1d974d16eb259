"""From an Azure target's settings to the target."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from wsus_egress.config.azure import (
    AzureSettings,
    FirewallAloneSettings,
    FirewallPolicySettings,
    FirewallSettings,
    ForeignRuleSettings,
    RouteTableSettings,
)
from wsus_egress.config.base import parse_settings
from wsus_egress.model.addresses import Refuse, parse_network
from wsus_egress.model.azure import (
    AzureTarget,
    DirectRoute,
    Firewall,
    FirewallPolicy,
    ForeignRule,
    NetworkPermit,
    RouteTable,
    SecurityGroup,
    Sku,
    Subnet,
)
from wsus_egress.model.flows import Address, Network
from wsus_egress.problems import Keys, PolicyErrors


def azure_target(azure: AzureSettings, refuse: Refuse) -> AzureTarget:
    """The target, each problem noted on the way."""
    policy, firewall, table = azure.firewall_policy, azure.firewall, azure.route_table
    group = azure.network_security_group
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
        network_rules=_permits(azure, refuse),
        firewall=None if firewall is None else _firewall(firewall),
        route_table=None if table is None else _route_table(table, refuse),
        security_group=SecurityGroup(
            group.destinations,
            tuple(sorted(group.application_security_groups.items())),
            group.lateral_movement == "deny",
        ),
        subnets=_subnets(azure, refuse),
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
    return target, _firewall(found.firewall), found.sku


def _firewall(firewall: FirewallSettings) -> Firewall:
    return Firewall(
        firewall.name, firewall.virtual_network, tuple(firewall.zones), firewall.workspace
    )


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


def _permits(azure: AzureSettings, refuse: Refuse) -> tuple[NetworkPermit, ...]:
    return tuple(
        NetworkPermit(
            name=rule.name,
            protocol=rule.protocol,
            ports=tuple(sorted(set(rule.destination_ports))),
            destinations=_networks(
                ("azure", "networkRules", index, "destinations"), rule.destinations, refuse
            ),
            fqdns=tuple(rule.fqdns),
            reason=rule.reason,
        )
        for index, rule in enumerate(azure.network_rules)
    )


def _route_table(table: RouteTableSettings, refuse: Refuse) -> RouteTable:
    keys: Keys = ("azure", "routeTable")
    text, address = table.firewall_address, None
    if text is not None:
        address = _address((*keys, "firewallAddress"), text, refuse)
    direct = []
    for index, route in enumerate(table.direct):
        prefix = parse_network(
            (*keys, "direct", index, "addressPrefix"), route.address_prefix, refuse
        )
        if prefix is not None:
            ports = tuple(sorted(set(route.destination_ports)))
            direct.append(DirectRoute(route.name, prefix, route.protocol, ports, route.reason))
    return RouteTable(address, table.bgp_propagation, tuple(direct))


def _subnets(azure: AzureSettings, refuse: Refuse) -> tuple[Subnet, ...]:
    found = []
    for index, subnet in enumerate(azure.subnets):
        keys = ("azure", "subnets", index, "addressPrefix")
        prefix = parse_network(keys, subnet.address_prefix, refuse)
        if prefix is not None:
            found.append(
                Subnet(
                    subnet.virtual_network,
                    subnet.name,
                    prefix,
                    subnet.network_security_group,
                    subnet.route_table,
                )
            )
    return tuple(found)


def _networks(keys: Keys, texts: Iterable[str], refuse: Refuse) -> tuple[Network, ...]:
    parsed = [parse_network((*keys, index), text, refuse) for index, text in enumerate(texts)]
    return tuple(network for network in parsed if network)


def _address(keys: Keys, text: str, refuse: Refuse) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        refuse(keys, f"{text!r} is not an IP address", "write one like 10.20.1.4")
        return None
