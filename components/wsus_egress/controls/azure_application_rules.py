"""Azure Firewall application rules: FQDN tags and host names, exact, for the policy's sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from wsus_egress.controls.base import (
    MANAGED_BY,
    Bounds,
    Document,
    Part,
    Quota,
    Residue,
    Ruling,
    Verdict,
    asked_of_names,
    plain,
    within,
)
from wsus_egress.environment import AzureTarget
from wsus_egress.names import ALL_NAMES, NO_NAMES, NameSet, Pattern
from wsus_egress.policy import Application, EgressPolicy, Flow, Mode, Network, Scheme, is_internet

# "Azure Firewall limits", 2023-10: 2 MB a rule collection group (policies made after July 2022).
GROUP_BYTES: Final = 2 * 1024 * 1024
ALLOW_PRIORITY: Final = 200
DENY_PRIORITY: Final = 65000

# Microsoft keeps the tags' content and does not publish it ("FQDN tags overview", 2026-03-28). The
# names are those of the API, as Microsoft's own templates and tools write them.
FQDN_TAGS: Final = (
    "AppServiceEnvironment",
    "AzureBackup",
    "AzureHDInsight",
    "AzureKubernetesService",
    "MicrosoftActiveProtectionService",
    "MicrosoftIntune",
    "Windows365",
    "WindowsDiagnostics",
    "WindowsUpdate",
    "WindowsVirtualDesktop",
)

_PROTOCOLS: Final[Mapping[Application, str]] = {"http": "Http", "tls": "Https"}
IMPLICIT_DENY: Final = "no application rule has it"
EVERY_NAME: Final = "*"
_IPV4_ONLY: Final = "Azure Firewall has IPv4 only"


@dataclass(frozen=True, slots=True)
class ApplicationRule:
    """One rule: either host names or FQDN tags, never both.

    Attributes:
        collection: `allow` or `deny`, the collection it stands in.
        protocols: Pairs of `Http`/`Https` and a port.
        fqdns: Patterns as Azure writes them, which are this project's patterns, or `*`.
    """

    id: str
    collection: Literal["allow", "deny"]
    sources: tuple[Network, ...]
    protocols: tuple[tuple[str, int], ...]
    fqdns: tuple[str, ...] = ()
    fqdn_tags: tuple[str, ...] = ()
    description: str = ""

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The patterns it admits."""
        return () if self.collection == "deny" or self.fqdns == (EVERY_NAME,) else self.fqdns

    @property
    def text(self) -> str:
        """`allow Http:80, Https:443 from 10.0.0.4 to 7 names`."""
        protocols = ", ".join(f"{name}:{port}" for name, port in self.protocols)
        sources = ", ".join(map(plain, self.sources))
        what = f"FQDN tag {', '.join(self.fqdn_tags)}" if self.fqdn_tags else ", ".join(self.fqdns)
        return f"{self.collection} {protocols} from {sources} to {what}"

    def covers(self, flow: Flow) -> bool:
        """Whether the rule is about such a flow, whatever its name."""
        return (
            flow.application is not None
            and flow.protocol == "tcp"
            and (_PROTOCOLS[flow.application], flow.port) in self.protocols
            and within(self.sources, flow.source)
        )


@dataclass(frozen=True)
class AzureApplicationRules:
    """One rule collection group: a collection that allows, and one that denies the rest."""

    target: AzureTarget
    environment: str
    rules: tuple[ApplicationRule, ...]
    name: str = "azure-application-rules"
    guards_inside: bool = False
    assumptions: tuple[str, ...] = ("the servers' subnets send 0.0.0.0/0 to the firewall",)
    residues: tuple[Residue, ...] = ()

    @property
    def networks(self) -> Iterable[Network]:
        """The rules' sources and the virtual network's ranges."""
        yield from self.target.address_space
        for rule in self.rules:
            yield from rule.sources

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ports."""
        return ((port, port) for rule in self.rules for _, port in rule.protocols)

    def _applies(self, flow: Flow) -> bool:
        return within(self.target.address_space, flow.source) and is_internet(flow.destination)

    def admits(self, flow: Flow) -> Ruling:
        """Top down, the first rule that has the name decides; no rule, no passage."""
        if not self._applies(flow):
            return Ruling(
                Verdict.NOT_APPLICABLE, "only what leaves the virtual network passes here"
            )
        if flow.destination.version == 6:
            return Ruling(Verdict.DENY, _IPV4_ONLY)
        if flow.protocol != "tcp" or flow.application is None:
            return Ruling(Verdict.DENY, "no network rule has it, and it is neither HTTP nor TLS")
        opaque = None
        for rule in self.rules:
            if not rule.covers(flow):
                continue
            if rule.fqdn_tags:
                opaque = opaque or rule
            # Without a Host or SNI there is nothing to match, not even for `*`
            # ("Azure Firewall known issues", 2023-10).
            elif flow.name is not None and flow.name in self._sets[rule.id]:
                if rule.collection == "allow":
                    return Ruling(Verdict.ALLOW, rule.id)
                return (
                    Ruling(Verdict.OPAQUE, opaque.id) if opaque else Ruling(Verdict.DENY, rule.id)
                )
        if flow.name is None:
            return Ruling(Verdict.DENY, "without a host name no application rule matches")
        return Ruling(Verdict.OPAQUE, opaque.id) if opaque else Ruling(Verdict.DENY, IMPLICIT_DENY)

    def names(self, flow: Flow) -> Bounds | None:
        """What the allow rules add up to, less what a deny rule before them takes."""
        if not self._applies(flow):
            return None
        if flow.destination.version == 6:
            return Bounds.exact(NO_NAMES)
        admitted, possible, denied = NO_NAMES, NO_NAMES, NO_NAMES
        for rule in self.rules:
            if not rule.covers(flow):
                continue
            if rule.fqdn_tags:
                possible |= ALL_NAMES - denied
            elif rule.collection == "allow":
                admitted |= self._sets[rule.id] - denied
            else:
                denied |= self._sets[rule.id]
        # What no rule decides falls to Azure's own infrastructure collection, whose content is not
        # published in full either ("infrastructure FQDNs", 2018).
        if _is_web(flow):
            possible |= ALL_NAMES - denied
        return Bounds(admitted, admitted | possible)

    @cached_property
    def _sets(self) -> Mapping[str, NameSet]:
        return {rule.id: name_set(rule.fqdns) for rule in self.rules}

    @property
    def tags(self) -> dict[str, str]:
        """What the firewall policy is tagged with; a rule collection group has no tags."""
        own = {"managed-by": MANAGED_BY, "wsus-egress-environment": self.environment}
        return {**own, **dict(self.target.tags)}

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """All of the policy."""
        return asked_of_names(policy, flow)

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """The firewall policy, where it is ours, and the rule collection group."""
        group = Document(
            "azure-native:network:FirewallPolicyRuleCollectionGroup",
            f"{prefix}-firewall-rules",
            {
                "firewallPolicyName": self.target.firewall_policy.name,
                "priority": self.target.rule_collection_group_priority,
                "resourceGroupName": self.target.resource_group,
                "ruleCollectionGroupName": f"{prefix}-firewall-rules",
                "ruleCollections": [
                    _collection(action, rules)
                    for action in ("allow", "deny")
                    if (rules := [rule for rule in self.rules if rule.collection == action])
                ],
            },
        )
        policy = self.target.firewall_policy
        if policy.existing:
            return (group,)
        properties = {
            "firewallPolicyName": policy.name,
            "location": self.target.location,
            "resourceGroupName": self.target.resource_group,
            "sku": {"tier": policy.sku},
            "tags": self.tags,
            "threatIntelMode": policy.threat_intel_mode,
        }
        return (
            Document(
                "azure-native:network:FirewallPolicy", f"{prefix}-firewall-policy", properties
            ),
            group,
        )

    def quotas(self) -> tuple[Quota, ...]:
        """The group's size on the wire."""
        group = self.documents("wsus")[-1]
        body = json.dumps({"properties": {"ruleCollections": group.properties["ruleCollections"]}})
        return (Quota("bytes of the rule collection group", len(body.encode()), GROUP_BYTES),)


def _is_web(flow: Flow) -> bool:
    return any((flow.application, flow.port) == (s.application, s.port) for s in Scheme)


def name_set(fqdns: Sequence[str]) -> NameSet:
    """The names that a rule's FQDNs match ("Azure Firewall FAQ", table of wildcards, 2022-09-12)."""
    if EVERY_NAME in fqdns:
        return ALL_NAMES
    return NameSet.of(Pattern.parse(fqdn) for fqdn in fqdns)


def _collection(action: str, rules: Sequence[ApplicationRule]) -> dict[str, Any]:
    return {
        "action": {"type": action.capitalize()},
        "name": f"wsus-egress-{action}",
        "priority": ALLOW_PRIORITY if action == "allow" else DENY_PRIORITY,
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "rules": [_properties(rule) for rule in rules],
    }


def _properties(rule: ApplicationRule) -> dict[str, Any]:
    what = (
        {"fqdnTags": list(rule.fqdn_tags)} if rule.fqdn_tags else {"targetFqdns": list(rule.fqdns)}
    )
    return {
        "description": rule.description,
        "name": rule.id,
        "protocols": [{"port": port, "protocolType": name} for name, port in rule.protocols],
        "ruleType": "ApplicationRule",
        "sourceAddresses": [plain(network) for network in rule.sources],
        **what,
    }


def compile_application_rules(
    policy: EgressPolicy, target: AzureTarget, environment: str
) -> AzureApplicationRules:
    """Rules for the sources in the target that may reach Microsoft Update themselves."""
    sources = tuple(
        network
        for party in policy.in_place("azure")
        if party.internet
        for network in party.addresses
    )
    rules = tuple(_rules(policy, target, sources)) if sources else ()
    return AzureApplicationRules(target, environment, rules)


def _rules(
    policy: EgressPolicy, target: AzureTarget, sources: tuple[Network, ...]
) -> Iterator[ApplicationRule]:
    both = tuple((_PROTOCOLS[scheme.application], scheme.port) for scheme in Scheme)
    if policy.mode is Mode.OPEN:
        # Not a network rule: that would pass before threat intelligence is asked in alert mode
        # ("Azure Firewall known issues", 2023-10).
        yield ApplicationRule(
            "any-name", "allow", sources, both, (EVERY_NAME,), (), "Any host name"
        )
        return
    if "tag" in target.destinations:
        yield ApplicationRule(
            "fqdn-tags", "allow", sources, both, (), target.fqdn_tags,
            "Microsoft Update by FQDN tag: Microsoft keeps the content",
        )  # fmt: skip
    for schemes, patterns in _by_schemes(policy, target).items():
        protocols = tuple((_PROTOCOLS[scheme.application], scheme.port) for scheme in schemes)
        yield ApplicationRule(
            f"names-{'-'.join(schemes)}", "allow", sources, protocols, patterns, (),
            "Microsoft Update by name, from the endpoint list",
        )  # fmt: skip
    # Last of all, so that neither a later group nor Azure's infrastructure collection adds to it.
    yield ApplicationRule("deny-rest", "deny", sources, both, (EVERY_NAME,), (), "Nothing else")


def _by_schemes(
    policy: EgressPolicy, target: AzureTarget
) -> Mapping[tuple[Scheme, ...], tuple[str, ...]]:
    """The patterns that need a rule, by the schemes they need it for."""
    listed = policy.patterns
    wanted: dict[Pattern, list[Scheme]] = {}
    extra = {endpoint.pattern for endpoint in policy.endpoints if endpoint.list == "extra"}
    for scheme in Scheme:
        for pattern in listed[scheme]:
            if target.destinations != "tag" or pattern in extra:
                wanted.setdefault(pattern, []).append(scheme)
    grouped: dict[tuple[Scheme, ...], list[str]] = {}
    for pattern, schemes in wanted.items():
        grouped.setdefault(tuple(schemes), []).append(pattern.text)
    return {schemes: tuple(sorted(grouped[schemes])) for schemes in sorted(grouped)}
