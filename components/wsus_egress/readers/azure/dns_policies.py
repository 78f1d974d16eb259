"""DNS security policies of a stack: every rule of a policy of this package, in its order."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Final, Literal

from wsus_egress.controls.azure.dns_policy import (
    LIST_TYPE,
    POLICY_TYPE,
    RULE_TYPE,
    AzureDnsPolicy,
    DnsSecurityRule,
)
from wsus_egress.model.azure_network import DnsSecurityPolicy
from wsus_egress.model.environment import Environment
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.readers.azure.places import azure_target
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import addresses, is_ours, items, mapping, named, named_in, put
from wsus_egress.readers.resources import UNKNOWN, Resource

NONE: Final = "the stack has no DNS security policy of this package"
_ROOT: Final = "."


def judged_policies(
    resources: tuple[Resource, ...], environment: Environment
) -> tuple[Judged[DnsSecurityRule], ...]:
    """Each policy of this package with all rules that the stack gives it: a network has one policy."""
    return tuple(
        Judged(
            policy,
            "azure",
            tuple(_reads(policy, resources)),
            functools.partial(_control, environment),
        )
        for policy in resources
        if policy.type == POLICY_TYPE and is_ours(policy)
    )


def _control(environment: Environment, rules: tuple[DnsSecurityRule, ...]) -> AzureDnsPolicy:
    own = environment.azure
    here = addresses(environment.policy.in_place("azure"))
    target = azure_target(environment, own.address_space if own else here)
    return AzureDnsPolicy(
        target=target,
        settings=target.dns_security_policy
        or DnsSecurityPolicy.model_construct(virtual_network=""),
        environment="stack",
        rules=rules,
    )


def _reads(policy: Resource, resources: tuple[Resource, ...]) -> Iterator[Read[DnsSecurityRule]]:
    for each in resources:
        if each.type != RULE_TYPE:
            continue
        of = named_in(each, "dnsResolverPolicyName", POLICY_TYPE, resources)
        if policy in of.resources:
            yield _rule(each, resources)


def _rule(owner: Resource, resources: tuple[Resource, ...]) -> Read[DnsSecurityRule]:
    properties = owner.properties
    identity = f"rule {owner.name}"
    action = mapping(properties.get("action")).get("actionType", UNKNOWN)
    given, state = properties.get("priority"), properties.get("dnsSecurityRuleState")
    if UNKNOWN in (action, given, state):
        unread = f"the action, state or priority of {identity} is not known"
        every = (DnsSecurityRule(identity, 0, "Allow", None),)
        return Read(
            owner, (DnsSecurityRule(identity, 0, "Block", None),), every, unread, sure=False
        )
    if str(state).casefold() == "disabled":
        return Read(owner, (), ())
    priority = given if isinstance(given, int) else 0
    # An alert lets the name be resolved, too ("DNS security policy", 2025-01-06).
    word: Literal["Allow", "Block"] = "Block" if str(action).casefold() == "block" else "Allow"
    lists = [
        mapping(each).get("id", UNKNOWN) for each in items(properties.get("dnsResolverDomainLists"))
    ]
    of = named(owner, "dnsResolverDomainLists", lists, LIST_TYPE, resources)
    texts: list[Any] = [text for each in of.resources for text in items(put(each, "domains"))]
    unread = ""
    if of.missing or of.foreign or not of.exact:
        unread = f"a domain list of {identity} is not of this stack"
    domains: list[str] = []
    for text in texts:
        if text is UNKNOWN:
            unread = f"a domain list of {identity} is not known"
        elif text != _ROOT:
            try:
                # A wildcard is everything below a name, which a domain has anyway.
                domains.append(Pattern.parse(str(text).removesuffix(".")).host)
            except InvalidName:
                unread = f"{text!r} in a domain list of {identity} cannot be read"
    every_name = _ROOT in texts
    rule = DnsSecurityRule(identity, priority, word, None if every_name else tuple(sorted(domains)))
    if not unread:
        return Read(owner, (rule,), (rule,))
    sure = not of.missing and UNKNOWN not in texts
    known = (rule,) if of.exact and (domains or every_name) else ()
    widest = (DnsSecurityRule(identity, priority, word, None),)
    least, most = (widest, known) if word == "Block" else (known, widest)
    return Read(owner, least, most, unread, sure)
