"""Says of one flow what a target's emitted documents do with it, read as the vendors read them.

It knows JSON and the vendors' pages alone: nothing of the package's controls or of its proof, which
it judges. So what both of them misread in the same way would have to be misread here once more. For
example the documents of a VPC whose rule groups pass `*.example.com` on 443 give `allow` for TLS to
`a.example.com`, and `deny` for `example.com`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from documents_azure import azure_firewall, security_rules
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

_HOME: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


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
        self._azure = azure_firewall(
            self.of("FirewallPolicyRuleCollectionGroup"), self.named("IpGroup"), surroundings
        )
        self._security = [
            rule for properties in self.of("NetworkSecurityGroup") for rule in security_rules(properties, surroundings)
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
            is_internet(flow.destination, self._around.own)
            and not is_internet(flow.source, self._around.own)
            and not within(flow.source, self._around.elsewhere)
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
                if within(end, members):
                    fits = any(
                        direction == way
                        and protocol in (flow.protocol, "-1")
                        and low <= flow.port <= high
                        and within(peer, peers)
                        for direction, protocol, low, high, peers in rules
                    )
                    yield "allow" if fits else "deny"

    # --- Azure -------------------------------------------------------------------------------------

    def _in_azure(self, flow: Connection) -> Iterator[Verdict]:
        leaves = within(flow.source, self._around.address_space)
        enters = within(flow.destination, self._around.address_space)
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
        crosses = leaves != enters and within(far, self._around.synchronizes)
        if crosses and not self._has_way(far):
            yield "deny"

    def _has_way(self, far: Address) -> bool:
        """Whether a private address outside has the same way there and back.

        "Virtual network traffic routing", read 2026-11: a route for 0.0.0.0/0 takes the system's
        routes to private ranges away, so what is no longer led to the gateway goes to the firewall,
        which sees half of the connection and drops it.
        """
        tables = self.of("RouteTable")
        if not tables or within(far, self._around.peered):
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
        return within(flow.source, self.sources) and self._matches(flow)

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
        if not within(flow.destination, self.home):
            for rule in self.rules:
                if rule.fits(flow):
                    return "allow" if rule.action == "pass" else "deny"
        return "deny" if self.drops else "allow"


def _network_firewall(
    documents: DocumentsEvaluator, around: Surroundings
) -> _NetworkFirewall | None:
    actions: tuple[str, ...] = around.default_actions
    home = parsed(_HOME)
    order = {}
    for properties in documents.of("FirewallPolicy"):
        policy = properties.get("firewallPolicy")
        if policy is None:
            continue
        actions = tuple(policy["statefulDefaultActions"])
        home = parsed(
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
        f"${each['key']}": parsed(each["ipSet"]["definitions"])
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
        stands_for[f"${{{name}.id}}"] = parsed(e["cidr"] for e in properties["entries"])
    rules: dict[str, list[_GroupRule]] = {}
    for direction in ("Egress", "Ingress"):
        for rule in documents.of(f"SecurityGroup{direction}Rule"):
            block = rule.get("cidrIpv4") or rule.get("cidrIpv6")
            other: str = rule.get("prefixListId") or rule.get("referencedSecurityGroupId", "")
            peers = parsed([block]) if block else stands_for[other]
            rules.setdefault(rule["securityGroupId"], []).append(
                (direction, rule["ipProtocol"], rule["fromPort"], rule["toPort"], peers)
            )
    for name, _ in documents.named("SecurityGroup"):
        yield (
            around.inside[name.removeprefix(f"{around.prefix}-")],
            rules.get(f"${{{name}.id}}", []),
        )
