"""Route 53 Resolver DNS Firewall: the VPC resolves the listed names and no others.

It adds a layer to the other controls: a client that asks the VPC's resolver for a name that is not
listed gets no address to connect to. It sees neither ports nor addresses, and no other DNS server.

For example the pattern `*.example.com` becomes an entry of a domain list with an ALLOW rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.controls.aws.assumptions import dns_firewall_assumptions
from wsus_egress.controls.aws.existing_names import Named
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
    leaves,
)
from wsus_egress.controls.tags import tags_of
from wsus_egress.model.aws import AwsTarget, DnsFirewall
from wsus_egress.model.flows import Flow, Network, Scheme
from wsus_egress.model.latest import Latest
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet, PatternIndex, minimal_cover

# "Route 53 Resolver DNS Firewall", developer guide, copy of 2023-06: names in one API request,
# rules in a group.
NAMES_PER_LIST: Final = 1_000
RULES_PER_GROUP: Final = 100
_FILL: Final = NAMES_PER_LIST * 3 // 4
_ALLOW_FROM: Final = 100
_BLOCK: Final = 9_000

_GUIDE: Final = "Route 53 Resolver DNS Firewall developer guide, read 2026-11"
RESIDUES: Final = (
    Residue("only queries to the VPC's resolver are seen: other DNS servers, DNS over HTTPS and "
            "connections to an address are not", _GUIDE),
    Residue("whether *.x also resolves x itself is not documented: the proof takes both as possible",
            _GUIDE),
)  # fmt: skip
FAIL_OPEN: Final = Residue(
    "while DNS Firewall does not answer, the VPC's resolver resolves every name: failOpen is true",
    "Route 53 developer guide, DNS Firewall VPC configuration, read 2026-11",
)
# So many names a rule's text lists; more are counted.
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class DnsRule:
    """One rule: a domain list and what happens to its names.

    Attributes:
        patterns: As DNS Firewall writes them, which are this project's patterns; None for `*`.
    """

    id: str
    priority: int
    action: Literal["ALLOW", "BLOCK"]
    patterns: tuple[Pattern, ...] | None
    endpoints: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def text(self) -> str:
        """`100 allow b.com, *.c.com, whatever they redirect to`, the same only for the same names."""
        start = f"{self.priority} {self.action.lower()}"
        if self.patterns is None:
            return f"{start} every name"
        texts = [pattern.text for pattern in self.patterns]
        names = ", ".join(texts)
        if len(texts) > _NAMED:
            names = f"{len(texts)} names (fingerprint {digest(names):016x})"
        return f"{start} {names}, whatever they redirect to"


_ELSEWHERE: Final = Ruling(Verdict.NOT_APPLICABLE, "no name is looked up in this VPC for it")


@dataclass(frozen=True, kw_only=True)
class AwsDnsFirewall(Control):
    """The DNS Firewall rule group of one VPC."""

    target: AwsTarget
    firewall: DnsFirewall
    environment: str
    elsewhere: tuple[Network, ...]
    rules: tuple[DnsRule, ...]
    assumptions: tuple[Assumption, ...] = ()
    residues: tuple[Residue, ...] = RESIDUES

    name = "aws-dns-firewall"
    sees_names = True

    @property
    def networks(self) -> Iterable[Network]:
        """Who stands elsewhere: the rules themselves know no addresses."""
        return self.elsewhere

    def admits(self, flow: Flow) -> Ruling:
        """Whether the flow's name is resolved: by the first rule that has it."""
        if flow.name is None or not self._passes(flow):
            return _ELSEWHERE
        # By what each of them would do, the first rule that may have the name: as an apex.
        unsure: dict[bool, str] = {}
        for rule, index, apexes in self._tables:
            allowed = rule.action == "ALLOW"
            if index is None or index.match(flow.name) is not None:
                if (not allowed) in unsure:
                    return Ruling(Verdict.OPAQUE, unsure[not allowed])
                return Ruling(Verdict.ALLOW if allowed else Verdict.DENY, rule.id)
            if flow.name in apexes:
                unsure.setdefault(allowed, rule.id)
        if False in unsure:
            return Ruling(Verdict.OPAQUE, unsure[False])
        return Ruling(Verdict.ALLOW, "no rule has the name")

    @cached_property
    def _tables(self) -> tuple[tuple[DnsRule, PatternIndex | None, frozenset[str]], ...]:
        return tuple(
            (
                rule,
                PatternIndex(rule.patterns) if rule.patterns is not None else None,
                frozenset(p.host for p in rule.patterns or () if p.wildcard),
            )
            for rule in sorted(self.rules, key=lambda rule: rule.priority)
        )

    def names(self, flow: Flow) -> Bounds | None:
        """The listed names; possibly the apexes of wildcards too."""
        return self._bounds if self._passes(flow) else None

    @cached_property
    def _passes(self) -> Latest[bool]:
        own = self.target.own_ranges
        return Latest(lambda source, destination: leaves(source, destination, self.elsewhere, own))

    @cached_property
    def _bounds(self) -> Bounds:
        surely = possibly = decided = doubtful = NO_NAMES
        for rule in sorted(self.rules, key=lambda rule: rule.priority):
            names = ALL_NAMES if rule.patterns is None else NameSet.of(rule.patterns)
            apexes = NameSet.of(
                Pattern(p.host, wildcard=False) for p in rule.patterns or () if p.wildcard
            )
            if rule.action == "ALLOW":
                surely |= names - decided - doubtful
                possibly |= (names | apexes) - decided
            else:
                doubtful |= apexes - decided
            decided |= names
        # What no rule has is resolved.
        rest = decided.complement()
        return Bounds(surely | (rest - doubtful), surely | possibly | rest)

    def _tags(self, name: str) -> dict[str, str]:
        return tags_of(self.target, self.environment, name)

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """The names of every scheme, for whoever is in the VPC, and what it must resolve besides."""
        del flow
        # The answer is the same for every flow, and a union of long lists is slow. So each policy's is
        # kept by the policy's identity; the policy is kept with it, so no other one can have that.
        if (known := self._asked.get(id(policy))) is None:
            besides = NameSet.of(self.firewall.also_resolve)
            known = self._asked[id(policy)] = policy, Part(False, policy.listed | besides)
        return known[1]

    @cached_property
    def _asked(self) -> dict[int, tuple[EgressPolicy, Part]]:
        return {}

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """A domain list a rule, the group, its rules, its association and the fail mode."""
        return tuple(self.named.applied(self._documents(f"{prefix}-dns-firewall"), prefix))

    @property
    def named(self) -> Named:
        """Which of these resources keep a name of theirs."""
        return Named("dnsFirewall", "-dns-firewall", "group", self.firewall.existing_names)

    def _documents(self, prefix: str) -> Iterator[Document]:
        # Lists and group have names of Pulumi's, so that a replacement stands beside what it replaces.
        # Rules and association are named: their priority can be taken only once, so they go first.
        group = prefix
        for rule in self.rules:
            domains = ["*"] if rule.patterns is None else [p.text for p in rule.patterns]
            name = f"{prefix}-{rule.id}"
            yield Document(
                "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
                name,
                {"domains": domains, "tags": self._tags(name)},
            )
        yield Document(
            "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
            group,
            {"tags": self._tags(group)},
        )
        allowing: tuple[str, ...] = ()
        for rule in self.rules:
            name = f"{prefix}-{rule.id}"
            properties = {
                "action": rule.action,
                "firewallDomainListId": f"${{{name}.id}}",
                "firewallRuleGroupId": f"${{{group}.id}}",
                "name": name,
                "priority": rule.priority,
            }
            if rule.action == "BLOCK":
                properties["blockResponse"] = self.firewall.block_response
            else:
                # Update files come by CNAMEs of content networks, which nobody can list.
                properties["firewallDomainRedirectionAction"] = "TRUST_REDIRECTION_DOMAIN"
            # Nothing is blocked before what is allowed can be resolved; last, the VPC is associated.
            yield Document(
                "aws:route53/resolverFirewallRule:ResolverFirewallRule",
                f"{name}-rule",
                properties,
                allowing if rule.action == "BLOCK" else (),
            )
            allowing = (*allowing, f"{name}-rule")
        yield Document(
            "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
            f"{prefix}-association",
            {
                "firewallRuleGroupId": f"${{{group}.id}}",
                "mutationProtection": "ENABLED" if self.firewall.protected else "DISABLED",
                "name": f"{prefix}-association",
                "priority": self.firewall.priority,
                "tags": self._tags(f"{prefix}-association"),
                "vpcId": self.target.vpc_id,
            },
            allowing,
            protect="dnsFirewall.protected" if self.firewall.protected else "",
        )
        if self.firewall.manage_fail_mode:
            yield Document(
                "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
                f"{prefix}-config",
                {
                    "firewallFailOpen": "ENABLED" if self.firewall.fail_open else "DISABLED",
                    "resourceId": self.target.vpc_id,
                },
            )

    def quotas(self) -> tuple[Quota, ...]:
        """Names a list and rules a group."""
        longest = max((len(rule.patterns or ()) for rule in self.rules), default=0)
        instead = "shorten the list"
        return (
            Quota("names of the longest domain list", longest, NAMES_PER_LIST, setting=("lists",), instead=instead),
            Quota("rules of the DNS Firewall group", len(self.rules), RULES_PER_GROUP, setting=("lists",),
                  instead=instead),
        )  # fmt: skip


def compile_dns_firewall(
    policy: EgressPolicy, target: AwsTarget, firewall: DnsFirewall, environment: str
) -> AwsDnsFirewall:
    """Allow the names of every scheme, allow what the VPC needs besides, block the rest."""
    elsewhere = policy.addresses_outside("aws")
    listed = minimal_cover(p for scheme in Scheme for p in policy.patterns[scheme]).patterns
    rules = [
        DnsRule(f"names-{number}", _ALLOW_FROM + number, "ALLOW", chunk,
                endpoints=tuple(pattern.text for pattern in chunk))
        for number, chunk in enumerate(_chunks(listed), start=1)
    ]  # fmt: skip
    besides = minimal_cover(firewall.also_resolve).patterns
    rules += [
        DnsRule(f"besides-{number}", _ALLOW_FROM + 1_000 + number, "ALLOW", chunk)
        for number, chunk in enumerate(_chunks(besides), start=1)
    ]
    rules.append(DnsRule("block-rest", _BLOCK, "BLOCK", None))
    residues = (*RESIDUES, FAIL_OPEN) if firewall.fail_open else RESIDUES
    return AwsDnsFirewall(
        target=target,
        firewall=firewall,
        environment=environment,
        elsewhere=elsewhere,
        rules=tuple(rules),
        assumptions=dns_firewall_assumptions(policy, target),
        residues=residues,
    )


def _chunks(patterns: Sequence[Pattern]) -> Iterator[tuple[Pattern, ...]]:
    """Patterns in lists that hold them with room to grow; a pattern's list depends on it alone."""
    count = -(-len(patterns) // _FILL)
    chunks: list[list[Pattern]] = [[] for _ in range(count)]
    for pattern in patterns:
        chunks[digest(pattern.text) % count].append(pattern)
    return (tuple(chunk) for chunk in chunks if chunk)
