"""Azure's documents, read as Azure reads them: network security groups and firewall rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from documents_plain import (
    Address,
    Connection,
    Network,
    Properties,
    Surroundings,
    Verdict,
    is_internet,
    parsed,
    within,
)


@dataclass(frozen=True)
class SecurityRule:
    """One security rule. A side is the tag's name, or its blocks."""

    priority: int
    direction: str
    access: str
    protocol: str
    sources: str | list[Network]
    destinations: str | list[Network]
    ports: list[tuple[int, int]]

    def fits(self, flow: Connection) -> bool | None:
        """Whether it decides the flow; None where only Microsoft knows what a service tag has."""
        if self.protocol not in ("*", flow.protocol.capitalize()):
            return False
        if not any(low <= flow.port <= high for low, high in self.ports):
            return False
        if flow.source.version != flow.destination.version and not isinstance(self.sources, str):
            return False  # An IPv6 packet has no IPv4 source.
        ends = _side(self.sources, flow.source), _side(self.destinations, flow.destination)
        return False if False in ends else None if None in ends else True


def _side(side: str | list[Network], address: Address) -> bool | None:
    if not isinstance(side, str):
        return within(address, side)
    # "Service tags overview": VirtualNetwork is also what is peered and what is behind a gateway.
    known = {
        "*": True,
        "Internet": is_internet(address),
        "VirtualNetwork": not is_internet(address),
    }
    return known.get(side, None if is_internet(address) else False)


def security_rules(properties: Properties, around: Surroundings) -> Iterator[SecurityRule]:
    """The rules of a network security group's document."""
    for rule in properties["securityRules"]:
        ports = rule.get("destinationPortRanges") or [rule["destinationPortRange"]]
        yield SecurityRule(
            rule["priority"],
            rule["direction"],
            rule["access"],
            rule["protocol"],
            _prefixes(rule, "source", around),
            _prefixes(rule, "destination", around),
            [_range(port) for port in ports],
        )


def _prefixes(rule: Properties, side: str, around: Surroundings) -> str | list[Network]:
    if groups := rule.get(f"{side}ApplicationSecurityGroups"):
        return [network for group in groups for network in around.stands_for[group["id"]]]
    if several := rule.get(f"{side}AddressPrefixes"):
        return parsed(several)
    text: str = rule[f"{side}AddressPrefix"]
    return parsed([text]) if text[0].isdigit() or ":" in text else text


def _range(text: str) -> tuple[int, int]:
    if text == "*":
        return 0, 65535
    low, _, high = text.partition("-")
    return int(low), int(high or low)


@dataclass(frozen=True)
class AzureFirewall:
    """Rules in reading order: action and rule, with the blocks that its IP Groups hold."""

    network: list[tuple[str, Properties, list[Network]]]
    application: list[tuple[str, Properties, list[Network]]]

    def verdict(self, flow: Connection) -> Verdict:
        """Network rules, application rules, infrastructure, denial (rule processing logic, 2026)."""
        if flow.destination.version == 6 or flow.source.version == 6:
            return "deny"  # "Azure Firewall known issues", 2023-10: IPv4 only.
        for action, rule, sources in self.network:
            if within(flow.source, sources) and _network_fits(rule, flow):
                if "destinationFqdns" in rule:
                    return "vendor"
                return "allow" if action == "Allow" else "deny"
        if flow.protocol != "tcp" or flow.application is None or flow.name is None:
            return "deny"  # Without Host or SNI nothing matches, not even `*`.
        word = {"http": "Http", "tls": "Https"}[flow.application]
        unsure = False
        for action, rule, sources in self.application:
            if not within(flow.source, sources):
                continue
            if {"protocolType": word, "port": flow.port} not in rule["protocols"]:
                continue
            if rule.get("fqdnTags"):
                unsure = True  # Microsoft keeps the content ("FQDN tags overview").
            elif _has_name(rule["targetFqdns"], flow.name):
                if action == "Deny":
                    return "vendor" if unsure else "deny"
                return "allow"
        web = (flow.application, flow.port) in (("http", 80), ("tls", 443))
        # Of the infrastructure collection not all names are published ("Infrastructure FQDNs").
        return "vendor" if unsure or web else "deny"


def _network_fits(rule: Properties, flow: Connection) -> bool:
    if not {flow.protocol.upper(), "Any"} & {*rule["ipProtocols"]}:
        return False
    if not any(low <= flow.port <= high for low, high in map(_range, rule["destinationPorts"])):
        return False
    if "destinationFqdns" in rule:
        return True
    where = rule["destinationAddresses"]
    return "*" in where or within(flow.destination, parsed(where))


def _has_name(fqdns: Iterable[str], name: str) -> bool:
    """`*.x` is what ends in `.x`, never x; `*` is all ("Azure Firewall FAQ", 2022-09-12)."""
    return any(
        fqdn in ("*", name) or (fqdn.startswith("*.") and name.endswith(fqdn[1:])) for fqdn in fqdns
    )


def azure_firewall(
    groups: Sequence[Properties],
    ip_groups: Iterable[tuple[str, Properties]],
    around: Surroundings,
) -> AzureFirewall | None:
    """The firewall of the rule collection groups' documents, and of what others keep beside them."""
    if not groups:
        return None
    held = {f"${{{name}.id}}": parsed(p["ipAddresses"]) for name, p in ip_groups}
    found: dict[str, list[tuple[str, Properties, list[Network]]]] = {}
    # "The parent policy always takes precedence over the child policy" (rule processing logic).
    for group in (
        *sorted(around.inherited, key=lambda each: each["priority"]),
        *sorted((*groups, *around.others), key=lambda each: each["priority"]),
    ):
        for collection in sorted(group["ruleCollections"], key=lambda each: each["priority"]):
            for rule in collection["rules"]:
                sources = parsed(rule.get("sourceAddresses", ()))
                for name in rule.get("sourceIpGroups", ()):
                    sources += held[name]
                found.setdefault(rule["ruleType"], []).append(
                    (collection["action"]["type"], rule, sources)
                )
    return AzureFirewall(found.get("NetworkRule", []), found.get("ApplicationRule", []))
