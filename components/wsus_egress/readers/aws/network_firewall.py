"""Network Firewall policies of a stack: everything that their rule groups and defaults let pass.

Judged are the policies that this package makes, that its firewalls have or that use its rule groups,
and its groups where no policy of the stack uses them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from wsus_egress.controls.aws.suricata import SOURCES
from wsus_egress.controls.base import Ruling, Verdict
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Application, Network
from wsus_egress.model.other_rules import OtherRuleGroup
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.names.sets import NameSet
from wsus_egress.readers.aws.suricata_lines import HARMLESS, Line, Variables, lines, read_line
from wsus_egress.readers.evaluator import DROPPED, Pass, Passes
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import (
    ANY_PORT,
    EVERY_ADDRESS,
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

POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
NONE: Final = "the stack has no Network Firewall rule group or policy of this package"
# The groups that AWS itself keeps drop and alert ("Managed rule groups", developer guide, 2026-11).
_MANAGED: Final = ":aws-managed:"
_TARGETS: Final[Mapping[str, Application]] = {"TLS_SNI": "tls", "HTTP_HOST": "http"}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rule groups.

    Attributes:
        servers: Who the policy is about.
        variables: The firewall policy's.
        given: The rule groups of others that the settings have, by their ARNs.
    """

    servers: tuple[Network, ...]
    variables: Any
    given: Mapping[str, OtherRuleGroup]

    def of_others(self, owner: Resource, arn: str) -> Iterator[Read[Pass]]:
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

    def group(self, group: Resource) -> Iterator[Read[Pass]]:
        """Every rule of a group that lets something pass."""
        body = mapping(group.properties.get("ruleGroup"))
        source = body.get("rulesSource")
        texts = group.properties.get("rules")
        if isinstance(texts, str):
            source = {"rulesString": texts}
        if not isinstance(source, Mapping):
            yield self.unknown(group, f"the rules of {group.name} are not known", sure=False)
            return
        variables = Variables.of(body.get("ruleVariables"), self.variables, self.servers)
        text = source.get("rulesString")
        if text is UNKNOWN or UNKNOWN in source.values():
            yield self.unknown(group, f"the rules of {group.name} are not known", sure=False)
            return
        for number, line in enumerate([*lines(text or ""), *_written(source)]):
            read = read_line(line, variables)
            if read.action not in HARMLESS:
                yield _of_line(group, f"rule {number + 1} of {group.name}", read)
        yield from self._list(group, mapping(source.get("rulesSourceList")))
        stateless = mapping(source.get("statelessRulesAndCustomActions"))
        for number, rule in enumerate(items(stateless.get("statelessRules"))):
            yield from self._stateless(group, f"stateless rule {number + 1} of {group.name}", rule)

    def unknown(self, owner: Resource, what: str, *, sure: bool) -> Read[Pass]:
        """Whatever a group could hold."""
        every = Pass(f"a rule of {owner.name}", "", self.servers, EVERY_ADDRESS, (ANY_PORT,))
        return Read(owner, (), (every,), what, sure)

    def _list(self, group: Resource, body: Mapping[str, Any]) -> Iterator[Read[Pass]]:
        if body.get("generatedRulesType") != "ALLOWLIST":
            return
        patterns: list[Pattern] = []
        targets = items(body.get("targets"))
        for text in targets:
            try:
                host = "" if text is UNKNOWN else str(text).removeprefix(".")
                patterns.append(Pattern.parse(host))
                if host != text:
                    patterns.append(Pattern.parse(f"*.{host}"))
            except InvalidName:
                what = f"a name in the domain list of {group.name} cannot be read"
                yield self.unknown(group, what, sure=text is not UNKNOWN)
        names = NameSet.of(patterns)
        for kind in items(body.get("targetTypes")):
            rule = Pass(
                f"domain list of {group.name} ({kind})", "", self.servers, EVERY_ADDRESS,
                (ANY_PORT,), ("tcp",), _TARGETS.get(str(kind)), names,
            )  # fmt: skip
            yield Read(group, (rule,), (rule,))

    def _stateless(self, group: Resource, name: str, rule: Any) -> Iterator[Read[Pass]]:
        definition = mapping(mapping(rule).get("ruleDefinition"))
        actions = items(definition.get("actions"))
        if rule is UNKNOWN or UNKNOWN in actions:
            yield self.unknown(group, f"{name} is not known", sure=False)
        if "aws:pass" not in actions:
            return
        match = mapping(definition.get("matchAttributes"))
        sides = [
            tuple(
                network
                for each in items(match.get(key)) or [{"addressDefinition": "any"}]
                for network in networks(mapping(each).get("addressDefinition")) or EVERY_ADDRESS
            )
            for key in ("sources", "destinations")
        ]
        ranges = tuple(
            (int(each["fromPort"]), int(each["toPort"]))
            for each in items(match.get("destinationPorts"))
            if isinstance(mapping(each).get("fromPort"), int)
            and isinstance(each.get("toPort"), int)
        )
        numbers = items(match.get("protocols"))
        protocols = tuple(
            word for word, number in (("tcp", 6), ("udp", 17)) if not numbers or number in numbers
        )
        if protocols:
            found = Pass(name, "", sides[0], sides[1], ranges or (ANY_PORT,), protocols)  # type: ignore[arg-type]
            yield Read(group, (found,), (found,))


def _of_line(group: Resource, name: str, line: Line) -> Read[Pass]:
    rule = Pass(
        name, line.text, line.sources, line.destinations, line.ranges, line.protocols,
        line.application, line.names,
    )  # fmt: skip
    return Read(group, () if line.unread else (rule,), (rule,), line.unread, line.sure)


def _written(source: Mapping[str, Any]) -> Iterator[str]:
    """Rules that are given in parts, as lines."""
    for rule in items(source.get("statefulRules")):
        header = mapping(mapping(rule).get("header"))
        words = [str(header.get(key)) for key in
                 ("protocol", "source", "sourcePort", "destination", "destinationPort")]  # fmt: skip
        options = "; ".join(
            f"{mapping(o).get('keyword')}"
            + "".join(f":{s}" for s in items(mapping(o).get("settings")))
            for o in items(mapping(rule).get("ruleOptions"))
        )
        protocol, source_, port, destination, destination_port = (
            word.replace("ANY", "any") for word in words
        )
        action = str(mapping(rule).get("action")).lower()
        yield f"{action} {protocol} {source_} {port} -> {destination} {destination_port} ({options};)"


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
) -> tuple[Judged[Pass], ...]:
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
        reader = _Reader(servers, body.get("policyVariables"), given)
        groups, reads = _groups(policy, body, reader, resources)
        used |= {group.urn for group in groups}
        ours = tuple(filter(is_ours, groups))
        if ours or is_ours(policy) or policy.urn in serving:
            space = joined(servers, own_sources(ours))
            control = functools.partial(_control, space, _default(body))
            found.append(Judged(policy, "aws", reads, control))
    for group in (each for each in own if each.urn not in used):
        space = joined(servers, own_sources((group,)))
        alone = tuple(_Reader(servers, None, given).group(group))
        found.append(Judged(group, "aws", alone, functools.partial(_control, space, DROPPED)))
    return tuple(found)


def _groups(
    policy: Resource, body: Mapping[str, Any], reader: _Reader, resources: tuple[Resource, ...]
) -> tuple[tuple[Resource, ...], tuple[Read[Pass], ...]]:
    """The rule groups that a policy refers to, and all their rules."""
    groups: list[Resource] = []
    reads: list[Read[Pass]] = []
    for key in ("statefulRuleGroupReferences", "statelessRuleGroupReferences"):
        arns = [
            UNKNOWN if each is UNKNOWN else mapping(each).get("resourceArn")
            for each in items(body.get(key))
        ]
        of = named(policy, "firewallPolicy", arns, GROUP, resources)
        groups += of.resources
        for group in of.resources:
            reads += reader.group(group)
        for arn in (each for each in of.foreign if _MANAGED not in each):
            reads += reader.of_others(policy, arn)
        if of.missing:
            reads.append(reader.unknown(policy, "one of its rule groups is not known", sure=False))
    return tuple(groups), tuple(reads)


def _of_own_firewalls(resources: tuple[Resource, ...]) -> Iterator[Resource]:
    """The policies of this package's firewalls."""
    for each in resources:
        if each.type == FIREWALL and is_ours(each):
            yield from named_in(each, "firewallPolicyArn", POLICY, resources).resources


def _control(space: tuple[Network, ...], default: Ruling, rules: tuple[Pass, ...]) -> Passes:
    return Passes(space, "aws-network-firewall", rules=rules, default=default)


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
