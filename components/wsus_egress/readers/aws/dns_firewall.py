"""DNS Firewall of a stack: every rule group of the VPC that a group of this package is associated with."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from wsus_egress.controls.aws.dns_firewall import AwsDnsFirewall, DnsRule
from wsus_egress.model.aws import DnsFirewall
from wsus_egress.model.environment import Environment
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.readers.aws.places import aws_target, same
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import Named, is_ours, items, named_in, put
from wsus_egress.readers.resources import UNKNOWN, Resource

_ROUTE53: Final = "aws:route53/"
LIST: Final = f"{_ROUTE53}resolverFirewallDomainList:ResolverFirewallDomainList"
GROUP: Final = f"{_ROUTE53}resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
RULE: Final = f"{_ROUTE53}resolverFirewallRule:ResolverFirewallRule"
ASSOCIATION: Final = (
    f"{_ROUTE53}resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
)
CONFIG: Final = f"{_ROUTE53}resolverFirewallConfig:ResolverFirewallConfig"
NONE: Final = "the stack has no DNS Firewall rule group of this package"
_EVERY: Final = ("*", "*.")


def dns_settings(environment: Environment) -> DnsFirewall:
    """The environment's, or those of one that asks for nothing."""
    return aws_target(environment).dns_firewall or DnsFirewall.model_construct()


def own_associations(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The associations of this package's groups."""
    return tuple(
        each
        for each in resources
        if each.type == ASSOCIATION and any(map(is_ours, _group_of(each, resources).resources))
    )


def same_vpc(one: Resource, key: str, other: Resource) -> bool:
    """Whether a property of a resource says the VPC that an association is with."""
    return same(one, key, other, "vpcId")


def judged_vpcs(
    resources: tuple[Resource, ...], environment: Environment
) -> tuple[Judged[DnsRule], ...]:
    """The rules of all groups of each VPC, in their order, as one."""
    found = []
    for own in own_associations(resources):
        together = [
            each
            for each in resources
            if each.type == ASSOCIATION and (each is own or same_vpc(each, "vpcId", own))
        ]
        reads = tuple(_ordered(together, resources))
        found.append(Judged(own, "aws", reads, functools.partial(_control, environment)))
    alone = [
        each
        for each in resources
        if each.type == GROUP
        and is_ours(each)
        and not any(each in _group_of(a, resources).resources for a in own_associations(resources))
    ]
    for group in alone:
        reads = tuple(_of_group(group, 0, resources))
        found.append(Judged(group, "aws", reads, functools.partial(_control, environment)))
    return tuple(found)


def _group_of(each: Resource, resources: tuple[Resource, ...]) -> Named:
    return named_in(each, "firewallRuleGroupId", GROUP, resources)


def _control(environment: Environment, rules: tuple[DnsRule, ...]) -> AwsDnsFirewall:
    return AwsDnsFirewall(
        target=aws_target(environment),
        firewall=dns_settings(environment),
        environment="stack",
        elsewhere=environment.policy.addresses_outside("aws"),
        rules=rules,
    )


def _ordered(
    associations: Sequence[Resource], resources: tuple[Resource, ...]
) -> Iterator[Read[DnsRule]]:
    """The rules by the associations' priorities: the first that has a name decides."""
    for each in associations:
        priority = each.properties.get("priority")
        groups = _group_of(each, resources)
        # A group whose priority is not known is taken to come first.
        first = priority if isinstance(priority, int) else 0
        if groups.missing or groups.foreign:
            which = groups.foreign[0] if groups.foreign else "that it associates"
            every = DnsRule(f"group {which}", first * _STEP, "ALLOW", None)
            unread = f"rule group {which} is not of this stack"
            yield _either(each, every, unread, sure=not groups.missing)
        for group in groups.resources:
            yield from _of_group(group, first, resources)


# More than a rule's own priority can be ("CreateFirewallRule": a 32-bit number).
_STEP: Final = 2**32


def _of_group(
    group: Resource, first: int, resources: tuple[Resource, ...]
) -> Iterator[Read[DnsRule]]:
    for each in (each for each in resources if each.type == RULE):
        if group not in _group_of(each, resources).resources:
            continue
        read = _rule(each, resources)
        at = first * _STEP
        yield replace(
            read,
            least=tuple(replace(rule, priority=at + rule.priority) for rule in read.least),
            most=tuple(replace(rule, priority=at + rule.priority) for rule in read.most),
        )


def _either(owner: Resource, every: DnsRule, unread: str, *, sure: bool) -> Read[DnsRule]:
    """A rule that may allow every name, and may block every name."""
    return Read(owner, (replace(every, action="BLOCK"),), (every,), unread, sure)


def _rule(owner: Resource, resources: tuple[Resource, ...]) -> Read[DnsRule]:
    properties = owner.properties
    identity = f"rule {owner.name}"
    action, given = properties.get("action"), properties.get("priority")
    if UNKNOWN in (action, given):
        unread = f"the action or priority of {identity} is not known"
        return _either(owner, DnsRule(identity, 0, "ALLOW", None), unread, sure=False)
    priority = given if isinstance(given, int) else 0
    # An alert lets the name be resolved, too ("Rule actions in DNS Firewall", 2026-11).
    word: Literal["ALLOW", "BLOCK"] = "BLOCK" if action == "BLOCK" else "ALLOW"
    if word == "BLOCK" and put(owner, "qType"):
        # It blocks some queries for a name only.
        return Read(owner, (), ())
    of = named_in(owner, "firewallDomainListId", LIST, resources)
    texts: list[Any] = [text for each in of.resources for text in items(put(each, "domains"))]
    unread = ""
    if of.missing or of.foreign or not of.exact:
        unread = f"the domain list of {identity} is not of this stack"
    patterns, every = [], False
    for text in texts:
        if text is UNKNOWN:
            unread = f"the domain list of {identity} is not known"
        elif text in _EVERY:
            every = True
        else:
            try:
                patterns.append(Pattern.parse(str(text).removesuffix(".")))
            except InvalidName:
                unread = f"{text!r} in the domain list of {identity} cannot be read"
    rule = DnsRule(identity, priority, word, None if every else tuple(patterns))
    if not unread:
        return Read(owner, (rule,), (rule,))
    sure = not of.missing and UNKNOWN not in texts
    known = (rule,) if of.exact and (patterns or every) else ()
    widest = (replace(rule, patterns=None),)
    least, most = (widest, known) if word == "BLOCK" else (known, widest)
    return Read(owner, least, most, unread, sure)
