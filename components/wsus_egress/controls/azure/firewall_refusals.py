"""What is asked of an Azure Firewall and its policy that Azure cannot express, or would refuse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from pydantic.alias_generators import to_camel

from wsus_egress.controls.azure.firewall_compile import group_count
from wsus_egress.controls.azure.firewall_rules import EVERY_NAME, FQDN_TAGS, OFFICE_TAG
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_firewall import FirewallPolicy, ForeignRule
from wsus_egress.model.flows import Address, Network, Scheme
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.problems import Keys, Problem

PRIORITIES: Final = range(100, 65001)
SKUS: Final = "features by SKU, 2025-09-18"
# The groups that Azure's portal makes in every policy ("Azure Firewall policy rule sets", 2023):
# DNAT, network and application rules.
PORTAL_PRIORITIES: Final = (100, 200, 300)
_OF_THE_POLICY: Final = frozenset(
    {"deny_rest", "fqdn_tags", "rule_collection_group_name", "rule_collection_group_priority"}
)
WEB: Final = frozenset(scheme.port for scheme in Scheme)


def firewall_refusals(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    """Everything that is wrong with the firewall's part of a target."""
    yield from _fqdn_tags(target)
    yield from _priorities(policy, target)
    if target.firewall_policy:
        yield from _sku(target, target.firewall_policy)
        yield from _foreign(target.firewall_policy)
        servers = target.firewall_policy.dns_servers
        yield from _ipv4(("azure", "firewallPolicy", "dnsServers"), servers)
    yield from _network_rules(policy, target)
    yield from _idle(policy, target)


def refusal(keys: Keys, what: str, instead: str) -> Problem:
    """A problem with a setting; whoever knows the lines adds its line."""
    return Problem(None, keys, what, instead)


def same_name(entries: tuple, keys: Keys) -> Iterator[Problem]:  # type: ignore[type-arg]
    """Names that are there twice in one list."""
    names = [entry.name for entry in entries]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield refusal((*keys, index, "name"), f"{name!r} is listed twice", "rename one")


def _fqdn_tags(target: AzureTarget) -> Iterator[Problem]:
    by_folded = {tag.lower(): tag for tag in FQDN_TAGS}
    for index, tag in enumerate(target.fqdn_tags):
        keys = ("azure", "fqdnTags", index)
        if OFFICE_TAG.fullmatch(tag):
            continue
        if tag.partition(".")[0] in ("Office365", "Microsoft365"):
            what = f"{tag!r} is not a known FQDN tag"
            instead = "write it like Office365.Exchange.Optimize or Office365.Common.Allow.Required"
            yield refusal(keys, what, instead)
        elif "." in tag or "*" in tag:
            what = f"{tag!r} is a host name, not an FQDN tag"
            yield refusal(keys, what, "list it under extraEndpoints")
        elif tag not in FQDN_TAGS:
            close = by_folded.get(tag.lower().replace(" ", ""))
            instead = f"write {close}" if close else f"the choices are {', '.join(FQDN_TAGS)}"
            yield refusal(keys, f"{tag!r} is not a known FQDN tag", instead)


def _priorities(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    first, keys = target.rule_collection_group_priority, ("azure", "ruleCollectionGroupPriority")
    if first not in PRIORITIES:
        what = f"{first} is not a valid rule collection group priority"
        yield refusal(keys, what, "write 100 to 65000")
        return
    firewall = target.firewall_policy
    if firewall is None:
        return
    groups = group_count(policy, target, firewall)
    # With several groups the denial stands in one of its own, behind them.
    last = first + (groups if groups > 1 else 0)
    taken = [each for each in PORTAL_PRIORITIES if first <= each <= last]
    if taken and firewall.mode == "rules-only":
        what = (
            f"{taken[0]} is the priority of a group that Azure's portal makes in every policy, and no "
            "page says which of two groups of one priority comes first"
        )
        yield refusal(keys, what, "write another one, or leave it out: 1000")
    if last not in PRIORITIES:
        what = f"{groups} groups and that of the denial take the priorities {first} to {last}"
        yield refusal(keys, what, f"write {PRIORITIES[-1] - groups} or less")
    for index, rule in enumerate(firewall.rules):
        if not rule.inherited and first <= rule.group_priority <= last:
            what = f"{rule.group_priority}, of the group with {rule.name!r}, is one that this project uses"
            where = ("azure", "firewallPolicy", "rules", index, "groupPriority")
            instead = (
                f"write another ruleCollectionGroupPriority: {first} to {last} overlap with it"
            )
            yield refusal(where, what, instead)


def _sku(target: AzureTarget, policy: FirewallPolicy) -> Iterator[Problem]:
    keys = ("azure", "firewallPolicy")
    if policy.sku == "Basic":
        if policy.threat_intel_mode == "Deny":
            what = f"the Basic tier cannot deny by threat intelligence ({SKUS})"
            yield refusal((*keys, "threatIntelMode"), what, "write Alert or Off")
        if policy.dns_proxy:
            what = f"the Basic tier has no DNS proxy ({SKUS})"
            yield refusal((*keys, "dnsProxy"), what, "write sku Standard, or leave it out")
        if policy.dns_servers:
            what = f"the Basic tier has no DNS servers of its own ({SKUS})"
            yield refusal((*keys, "dnsServers"), what, "write sku Standard, or leave them out")
    for index, rule in enumerate(target.network_rules):
        if rule.fqdns and policy.sku == "Basic":
            what = f"the Basic tier has no host names in network rules ({SKUS})"
            yield refusal(("azure", "networkRules", index, "fqdns"), what, "write destinations")
        elif rule.fqdns and not policy.dns_proxy and policy.mode != "rules-only":
            what = "host names in network rules need the firewall's DNS proxy (DNS settings page)"
            instead = "write firewallPolicy.dnsProxy: true"
            yield refusal(("azure", "networkRules", index, "fqdns"), what, instead)


def _foreign(policy: FirewallPolicy) -> Iterator[Problem]:
    for index, rule in enumerate(policy.rules):
        keys = ("azure", "firewallPolicy", "rules", index)
        if rule.inherited and not policy.base_policy:
            what = "an inherited rule needs a base policy, and none is given"
            yield refusal((*keys, "inherited"), what, "add firewallPolicy.basePolicy")
        for key, priority in (("groupPriority", rule.group_priority), ("priority", rule.priority)):
            if priority not in PRIORITIES:
                what = f"{priority} is not a valid priority"
                yield refusal((*keys, key), what, "write 100 to 65000")
        yield from _foreign_names(keys, rule)
        yield from _ipv4((*keys, "sources"), rule.sources)
        yield from _ipv4((*keys, "destinations"), rule.destinations)
    for (_, one), (index, other) in combinations(enumerate(policy.rules), 2):
        if one.name == other.name and one.inherited == other.inherited:
            what = f"there are two rules with the name {one.name!r}"
            yield refusal(("azure", "firewallPolicy", "rules", index, "name"), what, "rename one")


def _foreign_names(keys: Keys, rule: ForeignRule) -> Iterator[Problem]:
    for index, fqdn in enumerate(rule.fqdns):
        if fqdn == EVERY_NAME:
            continue
        try:
            Pattern.parse(fqdn)
        except InvalidName as error:
            yield refusal((*keys, "fqdns", index), f"{fqdn!r}: {error}", "correct it")


def _idle(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    """What is written and decides nothing: whoever wrote it believes that it does."""
    given = target.model_fields_set
    if target.firewall_policy is None:
        for name in sorted(_OF_THE_POLICY & given):
            what = "this belongs to a firewall policy, and none is given"
            instead = "add azure.firewallPolicy, or leave it out"
            yield refusal(("azure", to_camel(name)), what, instead)
        return
    if "fqdn_tags" in given and policy.mode is Mode.OPEN:
        what = "in mode open the rules admit any name, and this decides nothing"
        yield refusal(("azure", "fqdnTags"), what, "leave it out, or write mode: restricted")
    elif "fqdn_tags" in given and target.destinations == "list":
        what = "destinations: list makes no rule of FQDN tags, and this decides nothing"
        yield refusal(("azure", "fqdnTags"), what, "write destinations: tag+list, or leave it out")


def _network_rules(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    here = {party.name: party for party in policy.in_place("azure")}
    for index, rule in enumerate(target.network_rules):
        keys = ("azure", "networkRules", index)
        for number, name in enumerate(rule.parties):
            where = (*keys, "parties", number)
            if name not in here:
                what = f"{name!r} is not a server or client group in this virtual network"
                yield refusal(where, what, f"the names are {', '.join(here)}")
            elif name in rule.parties[:number]:
                yield refusal(where, f"{name!r} is listed twice", "leave one out")
        if bool(rule.fqdns) == bool(rule.destinations):
            said = "both destinations and fqdns" if rule.fqdns else "neither destinations nor fqdns"
            yield refusal(keys, f"the rule has {said}", "write one of them")
        for number, fqdn in enumerate(rule.fqdns):
            where = (*keys, "fqdns", number)
            if "*" in fqdn:
                what = f"{fqdn!r}: a network rule takes no wildcard (FQDN filtering page)"
                yield refusal(where, what, "list it under extraEndpoints, or name every host")
                continue
            try:
                Pattern.parse(fqdn)
            except InvalidName as error:
                yield refusal(where, f"{fqdn!r}: {error}", "correct it")
        if rule.protocol == "tcp" and WEB & set(rule.destination_ports):
            ports = ", ".join(str(port) for port in sorted(WEB & set(rule.destination_ports)))
            what = f"TCP {ports} in a network rule comes before every application rule (rule processing)"
            yield refusal((*keys, "destinationPorts"), what, "list the names under extraEndpoints")
        yield from _ipv4((*keys, "destinations"), rule.destinations)
    yield from same_name(target.network_rules, ("azure", "networkRules"))


def _ipv4(keys: Keys, given: Sequence[Network | Address]) -> Iterator[Problem]:
    for index, each in enumerate(given):
        if each.version == 6:
            what = f"{each}: Azure Firewall has IPv4 only (known issues, 2023-10)"
            yield refusal((*keys, index), what, "leave it out")
