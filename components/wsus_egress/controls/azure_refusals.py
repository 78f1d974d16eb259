"""What an Azure target asks for that Azure cannot express, or would refuse minutes into an update."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from wsus_egress.controls.azure_compile import group_count
from wsus_egress.controls.azure_nsg_compile import (
    DENY_DIRECT,
    FIRST_ALLOW,
    FIRST_DIRECT,
    FIRST_PERMIT,
)
from wsus_egress.controls.azure_rules import EVERY_NAME, FQDN_TAGS
from wsus_egress.environment_azure import AzureTarget, FirewallPolicy, ForeignRule
from wsus_egress.names import InvalidName, Pattern
from wsus_egress.policy import EgressPolicy, Network, Scheme, is_internet
from wsus_egress.problems import Problem

PRIORITIES: Final = range(100, 65001)
SKUS: Final = "features by SKU, 2025-09-18"
_WEB: Final = frozenset(scheme.port for scheme in Scheme)
_GROUP_ID: Final = "/applicationSecurityGroups/"


def azure_refusals(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    """Everything that is wrong with one target, in the order of its settings."""
    yield from _fqdn_tags(target)
    yield from _priorities(policy, target)
    if target.firewall_policy:
        yield from _sku(target, target.firewall_policy)
        yield from _foreign(target.firewall_policy)
    yield from _mode(target)
    yield from _network_rules(target)
    yield from _route_table(policy, target)
    yield from _security_group(policy, target)
    yield from _subnets(target)
    taken = {"managed-by", "wsus-egress-environment"} & {key for key, _ in target.tags}
    for key in sorted(taken):
        yield _refusal(f"azure.tags.{key}", f"the tag {key!r} is this project's own", "rename it")


def _refusal(path: str, what: str, instead: str) -> Problem:
    return Problem(None, path, what, instead)


def _fqdn_tags(target: AzureTarget) -> Iterator[Problem]:
    by_folded = {tag.lower(): tag for tag in FQDN_TAGS}
    for index, tag in enumerate(target.fqdn_tags):
        path = f"azure.fqdnTags[{index}]"
        if "." in tag or "*" in tag:
            what = f"{tag!r} is a host name, not an FQDN tag"
            yield _refusal(path, what, "list it under extraEndpoints")
        elif tag not in FQDN_TAGS:
            close = by_folded.get(tag.lower().replace(" ", ""))
            instead = f"write {close}" if close else f"the choices are {', '.join(FQDN_TAGS)}"
            yield _refusal(path, f"{tag!r} is not an FQDN tag that is known here", instead)


def _priorities(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    first, path = target.rule_collection_group_priority, "azure.ruleCollectionGroupPriority"
    if first not in PRIORITIES:
        what = f"{first} is no priority of a rule collection group"
        yield _refusal(path, what, "write 100 to 65000")
        return
    firewall = target.firewall_policy
    if firewall is None:
        return
    groups = group_count(policy, target, firewall)
    # With several groups the denial stands in one of its own, behind them.
    last = first + (groups if groups > 1 else 0)
    if last not in PRIORITIES:
        what = f"{groups} groups and that of the denial take the priorities {first} to {last}"
        yield _refusal(path, what, f"write {PRIORITIES[-1] - groups} or less")
    for index, rule in enumerate(firewall.rules):
        if not rule.inherited and first <= rule.group_priority <= last:
            what = (
                f"{rule.group_priority}, of the group with {rule.name!r}, is taken by this project"
            )
            instead = (
                f"write another ruleCollectionGroupPriority: {first} to {last} overlap with it"
            )
            yield _refusal(f"azure.firewallPolicy.rules[{index}].groupPriority", what, instead)


def _sku(target: AzureTarget, policy: FirewallPolicy) -> Iterator[Problem]:
    path = "azure.firewallPolicy"
    if policy.sku == "Basic":
        if policy.threat_intel_mode == "Deny":
            what = f"the Basic tier cannot deny by threat intelligence ({SKUS})"
            yield _refusal(f"{path}.threatIntelMode", what, "write Alert or Off")
        if policy.dns_proxy:
            what = f"the Basic tier has no DNS proxy ({SKUS})"
            yield _refusal(f"{path}.dnsProxy", what, "write sku Standard, or leave it out")
        if policy.dns_servers:
            what = f"the Basic tier has no DNS servers of its own ({SKUS})"
            yield _refusal(f"{path}.dnsServers", what, "write sku Standard, or leave them out")
    for index, rule in enumerate(target.network_rules):
        if rule.fqdns and policy.sku == "Basic":
            what = f"the Basic tier has no host names in network rules ({SKUS})"
            yield _refusal(f"azure.networkRules[{index}].fqdns", what, "write destinations")
        elif rule.fqdns and not policy.dns_proxy and not policy.existing:
            what = "host names in network rules need the firewall's DNS proxy (DNS settings page)"
            instead = "write firewallPolicy.dnsProxy: true"
            yield _refusal(f"azure.networkRules[{index}].fqdns", what, instead)


def _foreign(policy: FirewallPolicy) -> Iterator[Problem]:
    for index, rule in enumerate(policy.rules):
        path = f"azure.firewallPolicy.rules[{index}]"
        if rule.inherited and not policy.base_policy:
            what = "an inherited rule, and there is no base policy"
            yield _refusal(f"{path}.inherited", what, "add firewallPolicy.basePolicy")
        for key, priority in (("groupPriority", rule.group_priority), ("priority", rule.priority)):
            if priority not in PRIORITIES:
                what = f"{priority} is no priority"
                yield _refusal(f"{path}.{key}", what, "write 100 to 65000")
        yield from _foreign_names(path, rule)
        yield from _ipv4(f"{path}.sources", rule.sources)
        yield from _ipv4(f"{path}.destinations", rule.destinations)
    for (_, one), (index, other) in combinations(enumerate(policy.rules), 2):
        if one.name == other.name and one.inherited == other.inherited:
            what = f"there are two rules with the name {one.name!r}"
            yield _refusal(f"azure.firewallPolicy.rules[{index}].name", what, "rename one")


def _foreign_names(path: str, rule: ForeignRule) -> Iterator[Problem]:
    for index, fqdn in enumerate(rule.fqdns):
        if fqdn == EVERY_NAME:
            continue
        try:
            Pattern.parse(fqdn)
        except InvalidName as error:
            yield _refusal(f"{path}.fqdns[{index}]", f"{fqdn!r}: {error}", "correct it")


def _mode(target: AzureTarget) -> Iterator[Problem]:
    policy, firewall = target.firewall_policy, target.firewall
    full = policy is not None and policy.mode == "full"
    if full and firewall is None:
        what = "mode full creates the firewall, and it is not said which"
        yield _refusal("azure.firewallPolicy.mode", what, "add azure.firewall")
    if firewall and not full:
        what = "a firewall is created in mode full only"
        yield _refusal("azure.firewall", what, "write firewallPolicy.mode: full, or leave it out")
    if policy and policy.existing:
        for key, given in (
            ("basePolicy", bool(policy.base_policy and not policy.rules)),
            ("dnsProxy", policy.dns_proxy),
            ("dnsServers", bool(policy.dns_servers)),
        ):
            if given:
                what = "the policy exists already, and is not changed"
                instead = "leave it out, or write mode policy"
                yield _refusal(f"azure.firewallPolicy.{key}", what, instead)
    if policy is None:
        for key, given in (
            ("networkRules", bool(target.network_rules)),
            ("ipGroups", target.ip_groups),
            ("routeTable", target.route_table is not None),
        ):
            if given:
                what = "there is no firewall policy to which this belongs"
                yield _refusal(f"azure.{key}", what, "add azure.firewallPolicy, or leave it out")


def _network_rules(target: AzureTarget) -> Iterator[Problem]:
    for index, rule in enumerate(target.network_rules):
        path = f"azure.networkRules[{index}]"
        if bool(rule.fqdns) == bool(rule.destinations):
            said = "both destinations and fqdns" if rule.fqdns else "neither destinations nor fqdns"
            yield _refusal(path, f"the rule has {said}", "write one of them")
        for number, fqdn in enumerate(rule.fqdns):
            where = f"{path}.fqdns[{number}]"
            if "*" in fqdn:
                what = f"{fqdn!r}: a network rule takes no wildcard (FQDN filtering page)"
                yield _refusal(where, what, "list it under extraEndpoints, or name every host")
                continue
            try:
                Pattern.parse(fqdn)
            except InvalidName as error:
                yield _refusal(where, f"{fqdn!r}: {error}", "correct it")
        if rule.protocol == "tcp" and _WEB & set(rule.ports):
            ports = ", ".join(str(port) for port in sorted(_WEB & set(rule.ports)))
            what = f"TCP {ports} in a network rule comes before every application rule (rule processing)"
            yield _refusal(f"{path}.destinationPorts", what, "list the names under extraEndpoints")
        yield from _ipv4(f"{path}.destinations", rule.destinations)
    yield from _same(target.network_rules, "azure.networkRules", FIRST_DIRECT - FIRST_PERMIT)


def _ipv4(path: str, networks: tuple[Network, ...]) -> Iterator[Problem]:
    for index, network in enumerate(networks):
        if network.version == 6:
            what = f"{network}: Azure Firewall has IPv4 only (known issues, 2023-10)"
            yield _refusal(f"{path}[{index}]", what, "leave it out")


def _same(entries: tuple, path: str, most: int) -> Iterator[Problem]:  # type: ignore[type-arg]
    names = [entry.name for entry in entries]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield _refusal(f"{path}[{index}].name", f"{name!r} is there twice", "rename one")
    if len(names) > most:
        yield _refusal(path, f"{len(names)} entries, and there is room for {most}", "join some")


def _route_table(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    table = target.route_table
    if table is None:
        return
    path = "azure.routeTable"
    address = table.firewall_address
    if address is None and target.firewall is None:
        what = "it is not said where the firewall is"
        yield _refusal(f"{path}.firewallAddress", what, "write the firewall's private address")
    if address is not None and target.firewall is not None:
        what = "the firewall is created here, and Azure chooses its address"
        yield _refusal(f"{path}.firewallAddress", what, "leave it out")
    if address is not None and (address.version == 6 or is_internet(address)):
        what = f"{address} is no private IPv4 address"
        yield _refusal(f"{path}.firewallAddress", what, "write the firewall's private address")
    if policy.ipv6:
        what = "a route table leads IPv6 past the firewall, which has IPv4 only"
        yield _refusal("ipv6", what, "leave it out")
    for index, route in enumerate(table.direct):
        where = f"{path}.direct[{index}]"
        if route.protocol == "tcp" and _WEB & set(route.ports):
            what = "TCP 80 and 443 past the firewall are not held by any name"
            yield _refusal(f"{where}.destinationPorts", what, "send them through the firewall")
        if route.prefix.version == 6 or not is_internet(route.prefix.network_address):
            what = f"{route.prefix} is no IPv4 range of the Internet"
            yield _refusal(f"{where}.addressPrefix", what, "leave it out")
        elif route.prefix.prefixlen < 8:
            what = f"{route.prefix} is most of the Internet, past the firewall"
            yield _refusal(f"{where}.addressPrefix", what, "name the addresses that need it")
    yield from _same(table.direct, f"{path}.direct", DENY_DIRECT - FIRST_DIRECT)


def _security_group(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    given = dict(target.security_group.application_security_groups)
    path = "azure.networkSecurityGroup.applicationSecurityGroups"
    here = [party.name for party in policy.in_place("azure")]
    for name, identity in sorted(given.items()):
        if name not in here:
            what = f"{name!r} is no server or client group in this virtual network"
            instead = f"the names are {', '.join(here)}"
            yield _refusal(f"{path}.{name}", what, instead)
        if _GROUP_ID.lower() not in identity.lower():
            what = f"{identity!r} is no id of an application security group"
            yield _refusal(f"{path}.{name}", what, f"it has {_GROUP_ID} in it")
    for name in here:
        # A side of a rule is either groups or addresses, never both.
        if given and name not in given:
            yield _refusal(path, f"{name!r} has none, and others have", "give all of them one")
    if len(here) > FIRST_ALLOW // 10:
        what = f"{len(here)} servers and client groups, and rules have room for {FIRST_ALLOW // 10}"
        yield _refusal("servers", what, "use larger address blocks")


def _subnets(target: AzureTarget) -> Iterator[Problem]:
    own = f"/resourceGroups/{target.resource_group}/providers/Microsoft.Network/"
    for index, subnet in enumerate(target.subnets):
        path = f"azure.subnets[{index}]"
        kinds = (
            (
                "networkSecurityGroup",
                subnet.network_security_group,
                "networkSecurityGroups/wsus-nsg",
            ),
            (
                "routeTable",
                target.route_table and subnet.route_table,
                "routeTables/wsus-route-table",
            ),
        )
        for key, identity, ours in kinds:
            if identity and not identity.lower().endswith(f"{own}{ours}".lower()):
                what = (
                    f"{subnet.name} has {identity.rpartition('/')[2]!r} already, and can have one"
                )
                instead = "move its rules there, detach it, or leave the subnet out"
                yield _refusal(f"{path}.{key}", what, instead)
        if not any(
            subnet.prefix.version == block.version and subnet.prefix.subnet_of(block)  # type: ignore[arg-type]
            for block in target.address_space
        ):
            what = f"{subnet.prefix} of {subnet.name} is outside the virtual network"
            yield _refusal(f"{path}.addressPrefix", what, "correct it, or the addressSpace")
        if subnet.name.startswith("AzureFirewall"):
            what = "the firewall's own subnet takes no network security group (Azure Firewall FAQ)"
            yield _refusal(f"{path}.name", what, "leave it out")
    for (_, one), (index, other) in combinations(enumerate(target.subnets), 2):
        if (one.virtual_network, one.name) == (other.virtual_network, other.name):
            yield _refusal(
                f"azure.subnets[{index}].name", f"{one.name!r} is there twice", "leave one out"
            )
