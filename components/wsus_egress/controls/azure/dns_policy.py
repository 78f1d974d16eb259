"""Azure DNS security policy: the virtual network resolves the listed names and no others.

It adds a layer to the other controls, as DNS Firewall does on AWS: a client that asks Azure's resolver
for a name that is not listed gets no address to connect to. It sees neither ports nor addresses, and no
other DNS server. For example the pattern `*.example.com` becomes the domain `example.com` of a list.

Its domains are coarser than patterns: a domain is a name and everything below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.controls.azure.assumptions import dns_policy_assumptions
from wsus_egress.controls.base import (
    Bounds,
    Control,
    Document,
    Part,
    Quota,
    Residue,
    Ruling,
    Verdict,
    digest,
    within,
)
from wsus_egress.controls.tags import tags_of
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_network import DnsSecurityPolicy
from wsus_egress.model.flows import Address, Flow, Network, Scheme, is_internet
from wsus_egress.model.latest import Latest
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet

POLICY_TYPE: Final = "azure-native:dnsresolver:DnsResolverPolicy"
LIST_TYPE: Final = "azure-native:dnsresolver:DnsResolverDomainList"
RULE_TYPE: Final = "azure-native:dnsresolver:DnsSecurityRule"
LINK_TYPE: Final = "azure-native:dnsresolver:DnsResolverPolicyVirtualNetworkLink"

# "DNS security policy", azure-docs articles/dns/dns-security-policy.md, 2025-01-06: 100 rules a policy
# and 1,000 domain lists a region (general availability). More than 1,000 domains of a list are uploaded
# as a file (the API's example DnsResolverDomainList_BulkDomains_Put, 2025-05-01).
RULES_PER_POLICY: Final = 100
DOMAINS_PER_LIST: Final = 1_000
_FILL: Final = DOMAINS_PER_LIST * 3 // 4
_ALLOW_FROM: Final = 1_000
_BESIDES_FROM: Final = 2_000
_BLOCK: Final = 65_000

_PAGE: Final = "DNS security policy, azure-docs, 2025-01-06"
RESIDUES: Final = (
    Residue("only queries to Azure's own resolver are seen: other DNS servers, DNS over HTTPS and "
            "connections to an address are not; a firewall's DNS proxy asks from the firewall's network",
            _PAGE),
    Residue("a domain has everything below it: x also resolves a.x, and *.x also resolves x itself", _PAGE),
    Residue("whether a name that an allowed one redirects to is asked about again is not documented: it "
            "is taken to be part of the answer", _PAGE),
)  # fmt: skip
# So many names a rule's text lists; more are counted.
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class DnsSecurityRule:
    """One rule: a domain list and what happens to its names.

    Attributes:
        domains: Each a name and everything below it; None for the root, which is every name.
    """

    id: str
    priority: int
    action: Literal["Allow", "Block"]
    domains: tuple[str, ...] | None
    endpoints: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def text(self) -> str:
        """`1000 allow b.com, c.com and below`, the same only for the same names."""
        start = f"{self.priority} {self.action.lower()}"
        if self.domains is None:
            return f"{start} every name"
        names = ", ".join(self.domains)
        if len(self.domains) > _NAMED:
            names = f"{len(self.domains)} names (fingerprint {digest(names):016x})"
        return f"{start} {names} and below"

    @property
    def names(self) -> NameSet:
        """The names that it decides about."""
        return ALL_NAMES if self.domains is None else below(self.domains)


def below(domains: Iterable[str]) -> NameSet:
    """The names themselves, and everything below them."""
    return NameSet.of(Pattern(each, wildcard) for each in domains for wildcard in (False, True))


def domains_of(patterns: Iterable[Pattern]) -> tuple[str, ...]:
    """The fewest domains that have every pattern, sorted."""
    hosts = {pattern.host for pattern in patterns}
    return tuple(sorted(host for host in hosts if not any(up in hosts for up in _above(host))))


def _above(host: str) -> Iterator[str]:
    while "." in host:
        host = host.partition(".")[2]
        yield host


_ELSEWHERE: Final = Ruling(
    Verdict.NOT_APPLICABLE, "no name is looked up in this virtual network for it"
)


@dataclass(frozen=True, kw_only=True)
class AzureDnsPolicy(Control):
    """The DNS security policy of one virtual network."""

    target: AzureTarget
    settings: DnsSecurityPolicy
    environment: str
    rules: tuple[DnsSecurityRule, ...]
    assumptions: tuple[Assumption, ...] = ()

    name = "azure-dns-policy"
    sees_names = True

    @property
    def residues(self) -> tuple[Residue, ...]:
        """What no such policy decides."""
        return RESIDUES

    @property
    def networks(self) -> Iterable[Network]:
        """The network's own: the rules themselves know no addresses."""
        return self.target.address_space

    def admits(self, flow: Flow) -> Ruling:
        """Whether the flow's name is resolved: by the first rule that has it."""
        if flow.name is None or not self._passes(flow):
            return _ELSEWHERE
        for rule, names in self._tables:
            if flow.name in names:
                verdict = Verdict.ALLOW if rule.action == "Allow" else Verdict.DENY
                return Ruling(verdict, rule.id)
        return Ruling(Verdict.ALLOW, "no rule has the name")

    @cached_property
    def _tables(self) -> tuple[tuple[DnsSecurityRule, NameSet], ...]:
        ordered = sorted(self.rules, key=lambda rule: rule.priority)
        return tuple((rule, rule.names) for rule in ordered)

    def names(self, flow: Flow) -> Bounds | None:
        """The listed names and what is below them."""
        return self._bounds if self._passes(flow) else None

    @cached_property
    def _passes(self) -> Latest[bool]:
        return Latest(self._leaves)

    def _leaves(self, source: Address, destination: Address) -> bool:
        return within(self.target.address_space, source) and is_internet(destination)

    @cached_property
    def _bounds(self) -> Bounds:
        allowed = decided = NO_NAMES
        for rule, names in self._tables:
            if rule.action == "Allow":
                allowed |= names - decided
            decided |= names
        # What no rule has is resolved.
        return Bounds.exact(allowed | decided.complement())

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """The names of every scheme and what must be resolved besides, as coarse as domains are."""
        del flow
        # The answer is the same for every flow: each policy's is kept by the policy's identity; the
        # policy is kept with it, so no other one can have that.
        if (known := self._asked.get(id(policy))) is None:
            patterns = [p for scheme in Scheme for p in policy.patterns[scheme]]
            wanted = below(domains_of([*patterns, *self.settings.also_resolve]))
            known = self._asked[id(policy)] = policy, Part(False, wanted)
        return known[1]

    @cached_property
    def _asked(self) -> dict[int, tuple[EgressPolicy, Part]]:
        return {}

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """A domain list a rule, the policy, its rules, and at last the link to the network."""
        return tuple(self._documents(f"{prefix}-dns-policy"))

    def _documents(self, prefix: str) -> Iterator[Document]:
        shared = {
            "location": self.target.location,
            "resourceGroupName": self.target.resource_group,
            "tags": tags_of(self.target, self.environment),
        }
        for rule in self.rules:
            name = f"{prefix}-{rule.id}"
            # The root is every name (the page's own warning).
            domains = ["."] if rule.domains is None else list(rule.domains)
            own = {"dnsResolverDomainListName": name, "domains": domains}
            yield Document(LIST_TYPE, name, {**shared, **own})
        yield Document(POLICY_TYPE, prefix, {**shared, "dnsResolverPolicyName": prefix})
        before: tuple[str, ...] = ()
        for rule in self.rules:
            name = f"{prefix}-{rule.id}"
            action: Mapping[str, str] = {"actionType": rule.action}
            if rule.action == "Block":
                # The only code that API version 2023-07-01-preview has.
                action = {**action, "blockResponseCode": "SERVFAIL"}
            properties = {
                **shared,
                "action": action,
                "dnsResolverDomainLists": [{"id": f"${{{name}.id}}"}],
                "dnsResolverPolicyName": f"${{{prefix}.name}}",
                "dnsSecurityRuleName": name,
                "dnsSecurityRuleState": "Enabled",
                "priority": rule.priority,
            }
            # Nothing is blocked before what is allowed can be resolved; last, the network is linked.
            yield Document(RULE_TYPE, f"{name}-rule", properties, before)
            before = (*before, f"{name}-rule")
        yield Document(
            LINK_TYPE,
            f"{prefix}-link",
            {
                **shared,
                "dnsResolverPolicyName": f"${{{prefix}.name}}",
                "dnsResolverPolicyVirtualNetworkLinkName": f"{prefix}-link",
                "virtualNetwork": {"id": self.settings.virtual_network},
            },
            before,
        )

    def quotas(self) -> tuple[Quota, ...]:
        """Domains a list and rules a policy."""
        longest = max((len(rule.domains or ()) for rule in self.rules), default=0)
        instead = "shorten the list"
        return (
            Quota("domains of the longest domain list", longest, DOMAINS_PER_LIST, setting=("lists",), instead=instead),
            Quota("rules of the DNS security policy", len(self.rules), RULES_PER_POLICY, setting=("lists",),
                  instead=instead),
        )  # fmt: skip


def compile_dns_policy(
    policy: EgressPolicy, target: AzureTarget, settings: DnsSecurityPolicy, environment: str
) -> AzureDnsPolicy:
    """Allow the names of every scheme, allow what the network needs besides, block the rest."""
    listed = [pattern for scheme in Scheme for pattern in policy.patterns[scheme]]
    by_domain: dict[str, set[str]] = {domain: set() for domain in domains_of(listed)}
    for pattern in listed:
        holder = next(each for each in (pattern.host, *_above(pattern.host)) if each in by_domain)
        by_domain[holder].add(pattern.text)
    rules = [
        DnsSecurityRule(f"names-{number}", _ALLOW_FROM + number, "Allow", chunk,
                        endpoints=tuple(sorted({text for d in chunk for text in by_domain[d]})))
        for number, chunk in enumerate(_chunks(tuple(by_domain)), start=1)
    ]  # fmt: skip
    besides = domains_of(settings.also_resolve)
    rules += [
        DnsSecurityRule(f"besides-{number}", _BESIDES_FROM + number, "Allow", chunk)
        for number, chunk in enumerate(_chunks(besides), start=1)
    ]
    rules.append(DnsSecurityRule("block-rest", _BLOCK, "Block", None))
    return AzureDnsPolicy(
        target=target,
        settings=settings,
        environment=environment,
        rules=tuple(rules),
        assumptions=dns_policy_assumptions(policy, settings),
    )


def _chunks(domains: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Domains in lists that hold them with room to grow; a domain's list depends on it alone."""
    count = -(-len(domains) // _FILL)
    chunks: list[list[str]] = [[] for _ in range(count)]
    for domain in domains:
        chunks[digest(domain) % count].append(domain)
    return (tuple(chunk) for chunk in chunks if chunk)
