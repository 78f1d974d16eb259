"""Says of one flow what a target's emitted documents do with it, read as the vendors read them.

It knows JSON and the vendors' pages alone: nothing of the package's controls or of its proof, which
it judges. So what both of them misread in the same way would have to be misread here once more. For
example the documents of a VPC whose rule groups pass `*.example.com` on 443 give `allow` for TLS to
`a.example.com`, and `deny` for `example.com`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Verdict = Literal["allow", "deny", "vendor"]
Properties = Mapping[str, Any]

# RFC 1918, 6598, 1122, 3927, 5771, 1112 and, of IPv6, RFC 4193, 4291: what no Internet router has.
_PRIVATE: Final = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
        "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
]  # fmt: skip
_HOME: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


@dataclass(frozen=True, slots=True)
class Connection:
    """A flow in plain values: `application` is `http`, `tls` or None."""

    source: Address
    destination: Address
    protocol: str
    port: int
    application: str | None
    name: str | None


@dataclass(frozen=True)
class Surroundings:
    """What stands in no document: who is where, and what the ids of others stand for.

    Attributes:
        inside: The target's own addresses, a party each, by name.
        elsewhere: Addresses of parties that stand outside of the target.
        address_space: The virtual network's blocks; empty for a VPC.
        synchronizes: Of those the addresses that synchronize with the target's own: for the others
            nobody says how they are reached.
        peered: Private ranges outside that a peering or the firewall leads to, both ways.
        behind_firewall: Whether the servers' subnets lead to a firewall without a table of ours.
        stands_for: Addresses by the id of a prefix list, security group or application security group.
        default_actions: Of a Network Firewall policy that is somebody else's.
        prefix: What the names of the component's resources begin with.
        inherited: Rule collection groups of the base policy, as documents would have them.
        others: Rule collection groups that others keep in the policy itself.
    """

    inside: Mapping[str, tuple[Network, ...]]
    elsewhere: tuple[Network, ...] = ()
    synchronizes: tuple[Network, ...] = ()
    peered: tuple[Network, ...] = ()
    address_space: tuple[Network, ...] = ()
    behind_firewall: bool = False
    stands_for: Mapping[str, tuple[Network, ...]] = field(default_factory=dict)
    default_actions: tuple[str, ...] = ()
    prefix: str = "wsus"
    inherited: tuple[Properties, ...] = ()
    others: tuple[Properties, ...] = ()


@cache
def is_internet(address: Address) -> bool:
    """Whether an address is none of the private and reserved ones."""
    return not _within(address, _PRIVATE)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _parsed(texts: Iterable[str]) -> list[Network]:
    return [ipaddress.ip_network(text) for text in texts]


def _together(verdicts: Iterable[Verdict]) -> Verdict | None:
    """What controls in a row say: one denial denies; None where none of them sees the flow."""
    said = list(verdicts)
    for verdict in ("deny", "vendor", "allow"):
        if verdict in said:
            return verdict
    return None


class DocumentsEvaluator:
    """The documents of one target, taken together."""

    def __init__(self, documents: Iterable[Any], surroundings: Surroundings) -> None:
        """Read documents that have a `type`, a `name` and `properties`."""
        self._by_kind: dict[str, list[tuple[str, Properties]]] = {}
        for document in documents:
            kind = document.type.rpartition(":")[2]
            self._by_kind.setdefault(kind, []).append((document.name, document.properties))
        self._around = surroundings
        self._firewall = _network_firewall(self, surroundings)
        self._domains = dict(_domain_rules(self))
        self._groups = list(_security_groups(self, surroundings))
        self._table = [
            (ipaddress.ip_network(route["addressPrefix"]), route["nextHopType"])
            for properties in self.of("RouteTable")
            for route in properties["routes"]
        ]
        self._azure = _azure_firewall(self, surroundings)
        self._security = [
            rule for properties in self.of("NetworkSecurityGroup") for rule in _nsg(properties, surroundings)
        ]  # fmt: skip
        self._has_nsg = "NetworkSecurityGroup" in self._by_kind

    def of(self, kind: str) -> list[Properties]:
        """The properties of every document of a kind."""
        return [properties for _, properties in self._by_kind.get(kind, ())]

    def named(self, kind: str) -> list[tuple[str, Properties]]:
        """The logical name and properties of every document of a kind."""
        return self._by_kind.get(kind, [])

    def verdict(self, flow: Connection) -> Verdict | None:
        """`allow`, `deny`, `vendor` where a vendor keeps what decides; None: it passes nothing here."""
        if self._around.address_space:
            return _together(self._in_azure(flow))
        return _together(self._in_aws(flow))

    # --- AWS ---------------------------------------------------------------------------------------

    def _in_aws(self, flow: Connection) -> Iterator[Verdict]:
        leaves = (
            is_internet(flow.destination)
            and not is_internet(flow.source)
            and not _within(flow.source, self._around.elsewhere)
        )
        if leaves and self._domains and flow.name is not None:
            yield self._resolved(flow.name)
        yield from self._grouped(flow)
        if leaves and self._firewall is not None:
            yield self._firewall.verdict(flow)

    def _resolved(self, name: str) -> Verdict:
        """DNS Firewall: the lowest priority whose list has the name (Route 53 developer guide).

        `*.x` has every name below x; whether it has x itself is not documented (facts, section 3).
        """
        possible: set[Verdict] = set()
        for _, (action, domains) in sorted(self._domains.items()):
            verdict: Verdict = "allow" if action == "ALLOW" else "deny"
            below = any(domain[0] == "*" and name.endswith(domain[1:]) for domain in domains)
            if below or name in domains:
                possible.add(verdict)
                break
            if f"*.{name}" in domains:
                possible.add(verdict)
        else:
            possible.add("allow")
        return possible.pop() if len(possible) == 1 else "vendor"

    def _grouped(self, flow: Connection) -> Iterator[Verdict]:
        """Security groups: each end's group must admit it; no rule, no way (VPC guide)."""
        for way, end, peer in (
            ("Egress", flow.source, flow.destination),
            ("Ingress", flow.destination, flow.source),
        ):
            for members, rules in self._groups:
                if _within(end, members):
                    fits = any(
                        direction == way
                        and protocol in (flow.protocol, "-1")
                        and low <= flow.port <= high
                        and _within(peer, peers)
                        for direction, protocol, low, high, peers in rules
                    )
                    yield "allow" if fits else "deny"

    # --- Azure -------------------------------------------------------------------------------------

    def _in_azure(self, flow: Connection) -> Iterator[Verdict]:
        leaves = _within(flow.source, self._around.address_space)
        enters = _within(flow.destination, self._around.address_space)
        if self._has_nsg:
            if leaves:
                yield self._secured("Outbound", flow)
            if enters:
                yield self._secured("Inbound", flow)
        if leaves and is_internet(flow.destination):
            hop = self._hop(flow.destination)
            if hop == "None":
                yield "deny"
            if hop == "VirtualAppliance" and self._azure is not None:
                yield self._azure.verdict(flow)
        far = flow.destination if leaves else flow.source
        crosses = leaves != enters and _within(far, self._around.synchronizes)
        if crosses and not self._has_way(far):
            yield "deny"

    def _has_way(self, far: Address) -> bool:
        """Whether a private address outside has the same way there and back.

        "Virtual network traffic routing", read 2026-11: a route for 0.0.0.0/0 takes the system's
        routes to private ranges away, so what is no longer led to the gateway goes to the firewall,
        which sees half of the connection and drops it.
        """
        tables = self.of("RouteTable")
        if not tables or _within(far, self._around.peered):
            return True
        fitting = [(net.prefixlen, hop) for net, hop in self._table if far in net]
        length, hop = max(fitting, default=(0, "None"))
        learned = not all(table["disableBgpRoutePropagation"] for table in tables)
        return hop == "VirtualNetworkGateway" or (length == 0 and learned)

    def _hop(self, destination: Address) -> str:
        """The longest prefix wins; else the system's route ("Virtual network traffic routing")."""
        if not self._table and "RouteTable" not in self._by_kind:
            return "VirtualAppliance" if self._around.behind_firewall else "Internet"
        fitting = [(net.prefixlen, hop) for net, hop in self._table if destination in net]
        return max(fitting)[1] if fitting else "Internet"

    def _secured(self, direction: str, flow: Connection) -> Verdict:
        """By priority, then the rules that every group ends with ("Network security groups")."""
        for rule in sorted(self._security, key=lambda rule: rule.priority):
            if rule.direction == direction and (fits := rule.fits(flow)) is not False:
                if fits is None:
                    return "vendor"
                return "allow" if rule.access == "Allow" else "deny"
        inner = not is_internet(flow.source) and not is_internet(flow.destination)
        outward = direction == "Outbound" and is_internet(flow.destination)
        return "allow" if inner or outward else "deny"


# --- AWS Network Firewall ------------------------------------------------------------------------

_RULE: Final = re.compile(r"^(\w+) (\w+) (\S+) any -> (\S+) (\S+) \((.*)\)$")
_OPTION: Final = re.compile(r'\s*([\w.]+)(?::((?:"[^"]*"|[^;"])*))?;')


@dataclass(frozen=True)
class _SuricataRule:
    """One rule as its text has it: options are pairs, in their order."""

    action: str
    protocol: str
    sources: list[Network]
    port: str
    options: list[tuple[str, str]]

    def fits(self, flow: Connection) -> bool:
        """Whether the rule decides a flow whose first bytes are known (Suricata 7, rule format)."""
        spoken = {"tcp": flow.protocol == "tcp", "udp": flow.protocol == "udp", "ip": True}
        if not spoken.get(self.protocol, flow.application == self.protocol):
            return False
        if flow.protocol != "tcp" and self.protocol not in ("udp", "ip"):
            return False
        if self.port not in ("any", str(flow.port)):
            return False
        if flow.source.version != flow.destination.version:
            return False  # An IPv6 packet has no IPv4 source.
        return _within(flow.source, self.sources) and self._matches(flow)

    def _matches(self, flow: Connection) -> bool:
        texts = [(key, value.strip('"')) for key, value in self.options]
        keys = [key for key, _ in texts]
        buffer = next((key for key in keys if key in ("tls.sni", "http.host")), None)
        if buffer is None:
            return True
        # Suricata lower-cases http.host itself; without `nocase` a server name keeps its case.
        if flow.name is None or flow.application != {"tls.sni": "tls", "http.host": "http"}[buffer]:
            return False
        name = flow.name
        if "dotprefix" in keys and keys.index("dotprefix") < keys.index("content"):
            name = f".{name}"
        content = next(value for key, value in texts if key == "content")
        start, end = "startswith" in keys, "endswith" in keys
        if content not in name or (start and not name.startswith(content)):
            return False
        if (end and not name.endswith(content)) or (start and end and name != content):
            return False
        size = next((value for key, value in texts if key == "bsize"), None)
        return size is None or len(name) > int(size.removeprefix(">"))


@dataclass(frozen=True)
class _NetworkFirewall:
    rules: list[_SuricataRule]
    home: list[Network]
    drops: bool

    def verdict(self, flow: Connection) -> Verdict:
        """Top to bottom, then the default action (developer guide, rule evaluation order)."""
        if not _within(flow.destination, self.home):
            for rule in self.rules:
                if rule.fits(flow):
                    return "allow" if rule.action == "pass" else "deny"
        return "deny" if self.drops else "allow"


def _network_firewall(
    documents: DocumentsEvaluator, around: Surroundings
) -> _NetworkFirewall | None:
    actions: tuple[str, ...] = around.default_actions
    home = _parsed(_HOME)
    order = {}
    for properties in documents.of("FirewallPolicy"):
        policy = properties.get("firewallPolicy")
        if policy is None:
            continue
        actions = tuple(policy["statefulDefaultActions"])
        home = _parsed(
            text
            for variable in policy["policyVariables"]["ruleVariables"]
            if variable["key"] == "HOME_NET"
            for text in variable["ipSet"]["definitions"]
        )
        order = {r["resourceArn"]: r["priority"] for r in policy["statefulRuleGroupReferences"]}
    groups = documents.named("RuleGroup")
    if not groups and not actions:
        return None
    rules: list[_SuricataRule] = []
    for _, properties in sorted(groups, key=lambda g: order.get(f"${{{g[0]}.arn}}", 0)):
        rules += _suricata_rules(properties["ruleGroup"])
    return _NetworkFirewall(rules, home, any(action.startswith("aws:drop") for action in actions))


def _suricata_rules(group: Properties) -> Iterator[_SuricataRule]:
    variables = {
        f"${each['key']}": _parsed(each["ipSet"]["definitions"])
        for each in group["ruleVariables"]["ipSets"]
    }
    for line in group["rulesSource"]["rulesString"].splitlines():
        read = _RULE.match(line)
        assert read is not None, line
        action, protocol, source, _, port, options = read.groups()
        pairs = [(key, value or "") for key, value in _OPTION.findall(options)]
        yield _SuricataRule(action, protocol, variables[source], port, pairs)


# --- security groups, DNS Firewall ---------------------------------------------------------------


def _domain_rules(
    documents: DocumentsEvaluator,
) -> Iterator[tuple[int, tuple[str, list[str]]]]:
    lists = {
        f"${{{name}.id}}": properties["domains"]
        for name, properties in documents.named("ResolverFirewallDomainList")
    }
    for rule in documents.of("ResolverFirewallRule"):
        yield rule["priority"], (rule["action"], lists[rule["firewallDomainListId"]])


_GroupRule = tuple[str, str, int, int, list[Network]]


def _security_groups(
    documents: DocumentsEvaluator, around: Surroundings
) -> Iterator[tuple[tuple[Network, ...], list[_GroupRule]]]:
    stands_for = {name: list(networks) for name, networks in around.stands_for.items()}
    for name, properties in documents.named("ManagedPrefixList"):
        stands_for[f"${{{name}.id}}"] = _parsed(e["cidr"] for e in properties["entries"])
    rules: dict[str, list[_GroupRule]] = {}
    for direction in ("Egress", "Ingress"):
        for rule in documents.of(f"SecurityGroup{direction}Rule"):
            block = rule.get("cidrIpv4") or rule.get("cidrIpv6")
            other: str = rule.get("prefixListId") or rule.get("referencedSecurityGroupId", "")
            peers = _parsed([block]) if block else stands_for[other]
            rules.setdefault(rule["securityGroupId"], []).append(
                (direction, rule["ipProtocol"], rule["fromPort"], rule["toPort"], peers)
            )
    for name, _ in documents.named("SecurityGroup"):
        yield (
            around.inside[name.removeprefix(f"{around.prefix}-")],
            rules.get(f"${{{name}.id}}", []),
        )


# --- Azure ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _SecurityRule:
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
        return _within(address, side)
    # "Service tags overview": VirtualNetwork is also what is peered and what is behind a gateway.
    known = {
        "*": True,
        "Internet": is_internet(address),
        "VirtualNetwork": not is_internet(address),
    }
    return known.get(side, None if is_internet(address) else False)


def _nsg(properties: Properties, around: Surroundings) -> Iterator[_SecurityRule]:
    for rule in properties["securityRules"]:
        ports = rule.get("destinationPortRanges") or [rule["destinationPortRange"]]
        yield _SecurityRule(
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
        return _parsed(several)
    text: str = rule[f"{side}AddressPrefix"]
    return _parsed([text]) if text[0].isdigit() or ":" in text else text


def _range(text: str) -> tuple[int, int]:
    if text == "*":
        return 0, 65535
    low, _, high = text.partition("-")
    return int(low), int(high or low)


@dataclass(frozen=True)
class _AzureFirewall:
    """Rules in reading order: action and rule, with the blocks that its IP Groups hold."""

    network: list[tuple[str, Properties, list[Network]]]
    application: list[tuple[str, Properties, list[Network]]]

    def verdict(self, flow: Connection) -> Verdict:
        """Network rules, application rules, infrastructure, denial (rule processing logic, 2026)."""
        if flow.destination.version == 6 or flow.source.version == 6:
            return "deny"  # "Azure Firewall known issues", 2023-10: IPv4 only.
        for action, rule, sources in self.network:
            if _within(flow.source, sources) and _network_fits(rule, flow):
                if "destinationFqdns" in rule:
                    return "vendor"
                return "allow" if action == "Allow" else "deny"
        if flow.protocol != "tcp" or flow.application is None or flow.name is None:
            return "deny"  # Without Host or SNI nothing matches, not even `*`.
        word = {"http": "Http", "tls": "Https"}[flow.application]
        unsure = False
        for action, rule, sources in self.application:
            if not _within(flow.source, sources):
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
    return "*" in where or _within(flow.destination, _parsed(where))


def _has_name(fqdns: Iterable[str], name: str) -> bool:
    """`*.x` is what ends in `.x`, never x; `*` is all ("Azure Firewall FAQ", 2022-09-12)."""
    return any(
        fqdn in ("*", name) or (fqdn.startswith("*.") and name.endswith(fqdn[1:])) for fqdn in fqdns
    )


def _azure_firewall(documents: DocumentsEvaluator, around: Surroundings) -> _AzureFirewall | None:
    groups = documents.of("FirewallPolicyRuleCollectionGroup")
    if not groups:
        return None
    held = {f"${{{name}.id}}": _parsed(p["ipAddresses"]) for name, p in documents.named("IpGroup")}
    found: dict[str, list[tuple[str, Properties, list[Network]]]] = {}
    # "The parent policy always takes precedence over the child policy" (rule processing logic).
    for group in (
        *sorted(around.inherited, key=lambda each: each["priority"]),
        *sorted((*groups, *around.others), key=lambda each: each["priority"]),
    ):
        for collection in sorted(group["ruleCollections"], key=lambda each: each["priority"]):
            for rule in collection["rules"]:
                sources = _parsed(rule.get("sourceAddresses", ()))
                for name in rule.get("sourceIpGroups", ()):
                    sources += held[name]
                found.setdefault(rule["ruleType"], []).append(
                    (collection["action"]["type"], rule, sources)
                )
    return _AzureFirewall(found.get("NetworkRule", []), found.get("ApplicationRule", []))
