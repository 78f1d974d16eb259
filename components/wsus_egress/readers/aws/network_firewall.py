"""Network Firewall policies of a stack: everything that their rule groups and defaults let pass.

Judged are the policies that this package makes, that its firewalls have, that use its rule groups, or
whose rules name an address of a server; and its groups where no policy of the stack uses them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from wsus_egress.controls.aws.suricata import SOURCES
from wsus_egress.controls.base import Ruling, Verdict
from wsus_egress.model.aws import SOME_VPC
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Network
from wsus_egress.readers.aws.firewall import Firewall
from wsus_egress.readers.aws.places import same, server_subnets
from wsus_egress.readers.aws.rule_groups import Reader
from wsus_egress.readers.aws.tables import server_tables, through_gateway
from wsus_egress.readers.evaluator import DROPPED
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
from wsus_egress.readers.terms.chain import Term

POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
NONE: Final = "the stack has no Network Firewall rule group or policy of this package"
# The groups that AWS itself keeps drop and alert ("Managed rule groups", developer guide, 2026-11).
_MANAGED: Final = ":aws-managed:"


_RANK: Final = {"allow": 0, "unknown": 1, "deny": 2}


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
        reader = Reader(servers, body.get("policyVariables"), servers, given)
        groups, reads, ordered = _groups(policy, body, reader, resources)
        used |= {group.urn for group in groups}
        ours = tuple(filter(is_ours, groups))
        mine = ours or is_ours(policy) or policy.urn in serving
        named_ = mine or _names_one(replace(reader, home=()), groups, servers)
        if named_ or _in_reach(policy, resources, environment):
            space = joined(servers, own_sources(ours))
            control = functools.partial(_control, space, _default(body), ordered)
            found.append(Judged(policy, "aws", reads, control))
    for group in (each for each in own if each.urn not in used):
        space = joined(servers, own_sources((group,)))
        alone = tuple(Reader(servers, None, servers, given).group(group))
        control = functools.partial(_control, space, DROPPED, False)
        found.append(Judged(group, "aws", alone, control))
    return tuple(found)


def not_judged(resources: tuple[Resource, ...], judged: Iterable[Judged[Term]]) -> tuple[str, ...]:
    """The names of the policies that nobody looked at: no rule of theirs names a server."""
    seen = {each.resource.urn for each in judged}
    return tuple(each.name for each in resources if each.type == POLICY and each.urn not in seen)


def _in_reach(policy: Resource, resources: tuple[Resource, ...], environment: Environment) -> bool:
    """Whether a firewall of the stack with this policy stands where a server's flows pass.

    That is in the VPC of a server's subnet or of the environment, or anywhere behind a transit gateway
    that the servers' tables lead to.
    """
    firewalls = [
        each
        for each in resources
        if each.type == FIREWALL
        and policy in named_in(each, "firewallPolicyArn", POLICY, resources).resources
    ]
    subnets = [subnet for subnet, _ in server_subnets(resources, environment)]
    target = environment.aws.vpc_id if environment.aws else SOME_VPC
    return any(
        each.properties.get("vpcId") == target
        or any(same(each, "vpcId", subnet, "vpcId") for subnet in subnets)
        for each in firewalls
    ) or (bool(firewalls) and through_gateway(resources, server_tables(resources, environment)))


def _names_one(reader: Reader, groups: Iterable[Resource], servers: tuple[Network, ...]) -> bool:
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
    policy: Resource, body: Mapping[str, Any], reader: Reader, resources: tuple[Resource, ...]
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
