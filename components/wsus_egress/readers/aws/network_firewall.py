"""Network Firewall policies of a stack: everything that their rule groups and defaults let pass.

Judged are the policies that this package makes, that its firewalls have, that use its rule groups, or
whose rules name an address of a server; and its groups where no policy of the stack uses them.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

from wsus_egress.controls.aws.suricata import SOURCES
from wsus_egress.controls.base import Bounds, Part, Ruling, Verdict, asked_of_names
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Application, Flow, Network
from wsus_egress.model.other_rules import OtherRuleGroup
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.readers.evaluator import DROPPED, ELSEWHERE, Evaluator
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import (
    addresses,
    is_ours,
    items,
    joined,
    mapping,
    named,
    named_in,
    networks,
)
from wsus_egress.readers.resources import UNKNOWN, Resource
from wsus_egress.readers.terms import spans
from wsus_egress.readers.terms.chain import Chain, Names, Place, Term
from wsus_egress.readers.terms.suricata_terms import DENYING, SILENT, Notes, Variables, terms_of
from wsus_egress.readers.terms.suricata_text import Option, Rule, logical_lines, parse

POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
NONE: Final = "the stack has no Network Firewall rule group or policy of this package"
# The groups that AWS itself keeps drop and alert ("Managed rule groups", developer guide, 2026-11).
_MANAGED: Final = ":aws-managed:"
_TARGETS: Final[Mapping[str, Application]] = {"TLS_SNI": "tls", "HTTP_HOST": "http"}
_HERE: Final = Place("")
_RANK: Final = {"allow": 0, "unknown": 1, "deny": 2}


@dataclass(frozen=True)
class Firewall(Evaluator):
    """What a policy's rules do, in the order in which the firewall takes them."""

    rules: tuple[Term, ...] = ()
    default: Ruling = DROPPED

    sees_names = True

    @cached_property
    def _chain(self) -> Chain:
        return Chain(
            name=self.name, resources=(), place=_HERE, terms=self.rules,
            default=self.default.verdict, rest=self.default.rule, handshake=True, sees_names=True,
            starts=Verdict.ALLOW,
        )  # fmt: skip

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """The rules' sources and destinations."""
        every = {span for term in self.rules for span in (*term.sources, *term.destinations)}
        found: dict[Network, None] = dict.fromkeys(self.sources)
        for low, high in sorted(every):
            found.update(dict.fromkeys(_blocks(low, high)))
        return tuple(found)

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ranges."""
        return (span for term in self.rules for span in term.ports)

    def _about(self, flow: Flow) -> list[Term]:
        source, to = spans.number(flow.source), spans.number(flow.destination)
        same = flow.source.version == flow.destination.version
        # A server known by its IPv4 address reaches IPv6 from an address that is not listed.
        family = spans.FAMILY[flow.destination.version]
        return [
            term
            for term in self.rules
            if spans.has(term.destinations, to)
            and (
                spans.has(term.sources, source)
                if same
                else spans.both(term.sources, family) == family
            )
        ]

    def admits(self, flow: Flow) -> Ruling:
        """What the first rule that fits does, or the default."""
        if not self.concerns(flow):
            return ELSEWHERE
        about = self._about(flow)
        decided = self._chain.decide(about, flow)
        verdict = decided.verdict
        if flow.name is not None:
            verdict = Verdict.ALLOW if flow.name in decided.bounds.possibly else Verdict.DENY
        term = self._chain.deciding(about, flow, verdict)
        return Ruling(verdict, term.id if term else self.default.rule)

    def names(self, flow: Flow) -> Bounds | None:
        """Those that pass."""
        return self._chain.decide(self._about(flow), flow).bounds if self.concerns(flow) else None

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """All of the policy."""
        return asked_of_names(policy, flow)


def _blocks(low: int, high: int) -> Iterator[Network]:
    for family in spans.FAMILY.values():
        for start, end in spans.both(((low, high),), family):
            first, last = spans.address(start), spans.address(end)
            yield from ipaddress.summarize_address_range(first, last)


def _of_terms(
    owner: Resource, terms: list[Term], unread: str, *, sure: bool = True
) -> Iterator[Read[Term]]:
    """A rule as it admits least and most: a `pass` may be nothing, and a drop may be nothing."""
    if not terms:
        return
    least: list[Term] = []
    most: list[Term] = []
    for term in terms:
        names = term.names
        narrow = replace(term, names=names and replace(names, most=None), sure=True)
        wide = narrow
        if names and names.most is not None:
            wide = replace(narrow, names=Names(more=names.most, samples=names.samples))
        if term.action == "allow":
            most.append(wide)
            least += [narrow] if term.sure else []
        elif term.action == "deny":
            least.append(wide)
            most += [narrow] if term.sure else []
        else:
            most.append(replace(wide, action="allow"))
            least.append(replace(wide, action="deny"))
    yield Read(owner, tuple(least), tuple(most), unread, sure)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rule groups.

    Attributes:
        servers: Who the policy is about.
        variables: The firewall policy's.
        home: What stands for HOME_NET where nobody sets it.
        given: The rule groups of others that the settings have, by their ARNs.
    """

    servers: tuple[Network, ...]
    variables: Any
    home: tuple[Network, ...]
    given: Mapping[str, OtherRuleGroup]

    def of_others(self, owner: Resource, arn: str) -> Iterator[Read[Term]]:
        """A rule group outside the stack: as the settings give it, or whatever it could hold.

        One whose rules the settings do not give is an assumption, which `preview` names.
        """
        group = self.given.get(arn)
        if group is None:
            yield self.unknown(owner, f"rule group {arn} is not of this stack", sure=True)
        elif group.rules is not None:
            sets = [
                {"key": each.name, "ipSet": {"definitions": list(each.values)}}
                for each in group.variables
            ]
            ports = [
                {"key": each.name, "portSet": {"definitions": list(each.values)}}
                for each in group.variables
            ]
            variables = {"ruleVariables": {"ipSets": sets, "portSets": ports}}
            properties = {"rules": group.rules, "ruleGroup": variables}
            yield from self.group(replace(owner, name=group.name, properties=properties))

    def group(self, group: Resource) -> Iterator[Read[Term]]:
        """Every rule of a group that lets something pass or drops it; stateless ones first."""
        body = mapping(group.properties.get("ruleGroup"))
        source = body.get("rulesSource")
        texts = group.properties.get("rules")
        if isinstance(texts, str):
            source = {"rulesString": texts}
        if not isinstance(source, Mapping):
            yield self.unknown(group, f"the rules of {group.name} are not known", sure=False)
            return
        text = source.get("rulesString")
        if text is UNKNOWN or UNKNOWN in source.values():
            yield self.unknown(group, f"the rules of {group.name} are not known", sure=False)
            return
        variables = self._variables(body.get("ruleVariables"))
        stateless = mapping(source.get("statelessRulesAndCustomActions"))
        for number, each in enumerate(items(stateless.get("statelessRules"))):
            yield from self._stateless(group, f"stateless rule {number + 1} of {group.name}", each)
        rules: list[tuple[str, Rule | None]] = [
            (line, parse(line)) for _, line in logical_lines(text or "")
        ]
        rules += [(f"rule {n + 1}", rule) for n, rule in enumerate(_written(source))]
        for number, (line, rule) in enumerate(rules):
            yield from self._of_rule(
                group, f"rule {number + 1} of {group.name}", line, rule, variables
            )
        yield from self._list(group, mapping(source.get("rulesSourceList")), variables)

    def _of_rule(
        self, group: Resource, name: str, line: str, rule: Rule | None, variables: Variables
    ) -> Iterator[Read[Term]]:
        if rule is None:
            first = line.split(maxsplit=1)[0].lower() if line.strip() else ""
            if first not in (*DENYING, *SILENT):
                yield self.unknown(
                    group, f"{line!r} is not a rule that can be read", sure=True, name=name
                )
            return
        notes = Notes()
        terms = list(terms_of(rule, name, _HERE, variables, notes))
        reasons = list(dict.fromkeys(what for _, what, _ in notes.unread))
        unread = f"{line!r}: {' and '.join(reasons)} cannot be read" if reasons else ""
        sure = not any("not known" in reason for reason in reasons)
        yield from _of_terms(group, terms, unread, sure=sure)

    def _variables(self, given: Any) -> Variables:
        found = {}
        for each in (
            *items(mapping(self.variables).get("ruleVariables")),
            *items(mapping(given).get("ipSets")),
        ):
            found[str(mapping(each).get("key"))] = _definitions(each, "ipSet")
        ports = {
            str(mapping(each).get("key")): _definitions(each, "portSet")
            for each in items(mapping(given).get("portSets"))
        }
        return Variables(found, ports, spans.of_networks(self.home))

    def unknown(self, owner: Resource, what: str, *, sure: bool, name: str = "") -> Read[Term]:
        """Whatever a group could hold."""
        every = Term(
            id=name or f"a rule of {owner.name}", action="allow", place=_HERE,
            sources=spans.of_networks(self.servers), early=True,
        )  # fmt: skip
        return Read(owner, (), (every,), what, sure)

    def _list(
        self, group: Resource, body: Mapping[str, Any], variables: Variables
    ) -> Iterator[Read[Term]]:
        kind = body.get("generatedRulesType")
        if kind not in ("ALLOWLIST", "DENYLIST", "REJECTLIST"):
            return
        action: Literal["allow", "deny"] = "allow" if kind == "ALLOWLIST" else "deny"
        patterns: list[Pattern] = []
        for text in items(body.get("targets")):
            try:
                host = "" if text is UNKNOWN else str(text).removeprefix(".")
                patterns.append(Pattern.parse(host))
                if host != text:
                    patterns.append(Pattern.parse(f"*.{host}"))
            except InvalidName:
                what = f"a name in the domain list of {group.name} cannot be read"
                if action == "allow":
                    yield self.unknown(group, what, sure=text is not UNKNOWN)
        # The rules that the service makes of the list are for HOME_NET (developer guide, 2026-11).
        home = Rule("pass", "ip", "$HOME_NET", "any", "->", "any", "any", ())
        for each in terms_of(home, "", _HERE, variables, notes := Notes()):
            for target in items(body.get("targetTypes")):
                spoken = _TARGETS.get(str(target))
                term = Term(
                    id=f"domain list of {group.name} ({target})", action=action, place=_HERE,
                    sources=each.sources, protocols=("tcp",), stage="data", sure=each.sure,
                    applications=(spoken,) if spoken else each.applications,
                    names=Names(patterns=tuple(patterns)) if spoken else None,
                )  # fmt: skip
                unread = f"HOME_NET of {group.name} is not known" if notes.unread else ""
                yield from _of_terms(group, [term], unread, sure=not unread)

    def _stateless(self, group: Resource, name: str, rule: Any) -> Iterator[Read[Term]]:
        definition = mapping(mapping(rule).get("ruleDefinition"))
        actions = items(definition.get("actions"))
        if rule is UNKNOWN or UNKNOWN in actions:
            yield self.unknown(group, f"{name} is not known", sure=False)
        if "aws:pass" not in actions:
            return
        match = mapping(definition.get("matchAttributes"))
        sides = []
        for key in ("sources", "destinations"):
            texts = [mapping(each).get("addressDefinition") for each in items(match.get(key))]
            read = [networks(text) for text in texts]
            known = [n for each in read for n in each or ()]
            sides.append(
                spans.EVERYWHERE if None in read or not texts else spans.of_networks(known)
            )
        ranges = [
            (int(each["fromPort"]), int(each["toPort"]))
            for each in items(match.get("destinationPorts"))
            if isinstance(mapping(each).get("fromPort"), int)
            and isinstance(each.get("toPort"), int)
        ]
        numbers = items(match.get("protocols"))
        protocols = tuple(
            word for word, number in (("tcp", 6), ("udp", 17)) if not numbers or number in numbers
        )
        if protocols:
            term = Term(
                id=name, action="allow", place=_HERE, sources=sides[0], destinations=sides[1],
                ports=spans.joined(ranges) if ranges else spans.PORTS, protocols=protocols, early=True,
            )  # fmt: skip
            yield from _of_terms(group, [term], "")


def _definitions(each: Any, key: str) -> Any:
    return items(mapping(mapping(each).get(key)).get("definitions")) or [UNKNOWN]


def _written(source: Mapping[str, Any]) -> Iterator[Rule | None]:
    """Rules that are given in parts; None for one of which something is not known."""
    for rule in items(source.get("statefulRules")):
        header, action = mapping(mapping(rule).get("header")), mapping(rule).get("action")
        words = [header.get(key) for key in
                 ("protocol", "source", "sourcePort", "destination", "destinationPort", "direction")]  # fmt: skip
        if not isinstance(action, str) or UNKNOWN in words:
            yield None
            continue
        protocol, *sides, direction = map(str, words)
        source_, port, destination, destination_port = (
            "any" if side.upper() == "ANY" else side for side in sides
        )
        options = tuple(
            Option(
                str(mapping(o).get("keyword")).lower(),
                ",".join(map(str, items(mapping(o).get("settings")))),
            )
            for o in items(mapping(rule).get("ruleOptions"))
        )
        way = "<>" if direction.upper() == "ANY" else "->"
        yield Rule(action.lower(), protocol.lower(), source_, port, way, destination,
                   destination_port, options)  # fmt: skip


def own_sources(groups: tuple[Resource, ...]) -> tuple[Network, ...]:
    """Whom this package's groups are for, as they stand in the stack."""
    found = []
    for group in groups:
        variables = mapping(mapping(group.properties.get("ruleGroup")).get("ruleVariables"))
        for each in items(variables.get("ipSets")):
            if mapping(each).get("key") == SOURCES:
                texts = items(mapping(mapping(each).get("ipSet")).get("definitions"))
                found += [network for text in texts for network in networks(text) or ()]
    return tuple(dict.fromkeys(found))


def judged_policies(
    resources: tuple[Resource, ...], environment: Environment
) -> tuple[Judged[Term], ...]:
    """Every firewall policy that the servers' flows meet, and groups that no policy here uses."""
    own = [each for each in resources if each.type == GROUP and is_ours(each)]
    servers = addresses(environment.policy.in_place("aws"))
    firewall = environment.aws.network_firewall if environment.aws else None
    given = {each.arn: each for each in firewall.rule_groups} if firewall else {}
    serving = {each.urn for each in _of_own_firewalls(resources)}
    used: set[str] = set()
    found = []
    for policy in (each for each in resources if each.type == POLICY):
        body = mapping(policy.properties.get("firewallPolicy"))
        reader = _Reader(servers, body.get("policyVariables"), servers, given)
        groups, reads, ordered = _groups(policy, body, reader, resources)
        used |= {group.urn for group in groups}
        ours = tuple(filter(is_ours, groups))
        mine = ours or is_ours(policy) or policy.urn in serving
        if mine or _names_one(replace(reader, home=()), groups, servers):
            space = joined(servers, own_sources(ours))
            control = functools.partial(_control, space, _default(body), ordered)
            found.append(Judged(policy, "aws", reads, control))
    for group in (each for each in own if each.urn not in used):
        space = joined(servers, own_sources((group,)))
        alone = tuple(_Reader(servers, None, servers, given).group(group))
        control = functools.partial(_control, space, DROPPED, False)
        found.append(Judged(group, "aws", alone, control))
    return tuple(found)


def not_judged(resources: tuple[Resource, ...], judged: Iterable[Judged[Term]]) -> tuple[str, ...]:
    """The names of the policies that nobody looked at: no rule of theirs names a server."""
    seen = {each.resource.urn for each in judged}
    return tuple(each.name for each in resources if each.type == POLICY and each.urn not in seen)


def _names_one(reader: _Reader, groups: Iterable[Resource], servers: tuple[Network, ...]) -> bool:
    """Whether a rule says of itself that it is for an address of a server."""
    wanted = spans.of_networks(servers)
    return any(
        spans.both(term.sources, wanted) and term.sources != spans.EVERYWHERE
        for group in groups
        for read in reader.group(group)
        for term in read.most
        if not read.unread
    )


def _groups(
    policy: Resource, body: Mapping[str, Any], reader: _Reader, resources: tuple[Resource, ...]
) -> tuple[tuple[Resource, ...], tuple[Read[Term], ...], bool]:
    """The rule groups that a policy refers to, all their rules, and whether their order is known."""
    groups: list[Resource] = []
    reads: list[Read[Term]] = []
    ordered = mapping(body.get("statefulEngineOptions")).get("ruleOrder") == "STRICT_ORDER"
    for key in ("statelessRuleGroupReferences", "statefulRuleGroupReferences"):
        entries = items(body.get(key))
        if key == "statefulRuleGroupReferences":
            priorities = [mapping(each).get("priority") for each in entries]
            ordered &= all(isinstance(each, int) for each in priorities)
            if ordered:
                entries = sorted(entries, key=lambda each: each["priority"])
        arns = [
            UNKNOWN if each is UNKNOWN else mapping(each).get("resourceArn") for each in entries
        ]
        of = named(policy, "firewallPolicy", arns, GROUP, resources)
        ordered &= UNKNOWN not in arns
        groups += of.resources
        for group in of.resources:
            reads += reader.group(group)
        for arn in (each for each in of.foreign if _MANAGED not in each):
            # They come behind the stack's own here, whatever their priority.
            ordered = False
            reads += reader.of_others(policy, arn)
        if of.missing:
            reads.append(reader.unknown(policy, "one of its rule groups is not known", sure=False))
    return tuple(groups), tuple(reads), ordered


def _of_own_firewalls(resources: tuple[Resource, ...]) -> Iterator[Resource]:
    """The policies of this package's firewalls."""
    for each in resources:
        if each.type == FIREWALL and is_ours(each):
            yield from named_in(each, "firewallPolicyArn", POLICY, resources).resources


def _control(
    space: tuple[Network, ...], default: Ruling, ordered: bool, rules: tuple[Term, ...]
) -> Firewall:
    # Where the order is not known, and in the default order, what passes comes before what drops.
    terms = rules if ordered else tuple(sorted(rules, key=lambda term: _RANK[term.action]))
    return Firewall(space, "aws-network-firewall", rules=terms, default=default)


def _default(policy: Mapping[str, Any]) -> Ruling:
    # The guardrail reports a value that is not known by itself.
    stateless = items(policy.get("statelessDefaultActions"))
    if "aws:pass" in stateless:
        return Ruling(Verdict.ALLOW, "stateless default action aws:pass")
    options = policy.get("statefulEngineOptions")
    order = UNKNOWN if options is UNKNOWN else mapping(options).get("ruleOrder")
    if order not in ("STRICT_ORDER", UNKNOWN):
        return Ruling(Verdict.ALLOW, "the rule order, in which no default action drops")
    actions = items(policy.get("statefulDefaultActions"))
    if not any(each is UNKNOWN or str(each).startswith("aws:drop") for each in actions):
        return Ruling(Verdict.ALLOW, "the default actions, none of which drops")
    return DROPPED
