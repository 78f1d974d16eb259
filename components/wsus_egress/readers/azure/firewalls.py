"""Azure Firewall policies of a stack, read back into the control that the proof knows.

All rule collection groups of a policy count, and those of the policy that it inherits from: in the
order in which the firewall reads them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_documents import GROUP_TYPE, POLICY_TYPE
from wsus_egress.controls.azure.firewall_rules import FirewallRule, Owner, reading_order
from wsus_egress.controls.base import Bounds, Ruling, Verdict
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES
from wsus_egress.readers.azure.firewall_rules import GroupReader, StackNetworkRule
from wsus_egress.readers.azure.places import azure_target
from wsus_egress.readers.judged import Judged
from wsus_egress.readers.reading import addresses, given, mapping, named
from wsus_egress.readers.resources import UNKNOWN, Resource

NONE: Final = "no firewall rule of the stack is about a WSUS server or client group"


class StackRules(AzureApplicationRules):
    """Rules of which some have ranges of ports."""

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ports and ranges."""
        for rule in self.rules:
            if isinstance(rule, StackNetworkRule):
                yield from rule.ranges
        yield from super().ports

    def admits(self, flow: Flow) -> Ruling:
        """As any firewall; network rules may have IPv6 ("Deploy dual stack firewall", 2026-07-16)."""
        return self._of_network(flow) or super().admits(flow)

    def names(self, flow: Flow) -> Bounds | None:
        """As any firewall, and any name where a network rule takes IPv6."""
        decided = self._of_network(flow)
        if decided is None:
            return super().names(flow)
        return Bounds.exact(ALL_NAMES if decided.verdict is Verdict.ALLOW else NO_NAMES)

    def _of_network(self, flow: Flow) -> Ruling | None:
        if flow.destination.version == 4 or (reading := self._reading(flow)) is None:
            return None
        return self._network_rule(reading, flow)


def groups_of_policies(
    resources: tuple[Resource, ...],
) -> Iterator[tuple[Resource, list[tuple[Resource, Owner]]]]:
    """Each firewall policy, with its own groups and those that it inherits.

    A policy of another stack stands by its name, and so for the first of its groups.
    """
    own: dict[str, list[Resource]] = {}
    first: dict[str, Resource] = {}
    for group in (each for each in resources if each.type == GROUP_TYPE):
        name = given(group, "firewallPolicyName")
        of = named(group, "firewallPolicyName", [name or UNKNOWN], POLICY_TYPE, resources)
        keys = [each.urn for each in of.resources] or [str(name)]
        for key, policy in zip(keys, of.resources or (group,), strict=True):
            own.setdefault(key, []).append(group)
            first.setdefault(key, policy)
    bases: dict[str, tuple[Resource, ...]] = {}
    for policy in (each for each in resources if each.type == POLICY_TYPE):
        identity = mapping(given(policy, "basePolicy")).get("id")
        if identity is not None:
            base = named(policy, "basePolicy", [identity], POLICY_TYPE, resources)
            bases[policy.urn] = base.resources
            first.setdefault(policy.urn, policy)
    inherited = {base.urn for found in bases.values() for base in found}
    for key in sorted(first):
        if key not in inherited:
            of_bases: list[tuple[Resource, Owner]] = [
                (group, "base policy")
                for base in _ancestors(key, bases)
                for group in own.get(base.urn, ())
            ]
            yield first[key], [*of_bases, *((group, "") for group in own.get(key, ()))]


def _ancestors(urn: str, bases: Mapping[str, tuple[Resource, ...]]) -> list[Resource]:
    """The policies that one inherits from, the root first; a circle is followed once."""
    found: dict[str, Resource] = {}
    left = [*bases.get(urn, ())]
    while left:
        base = left.pop()
        if base.urn not in found:
            found[base.urn] = base
            left += bases.get(base.urn, ())
    return [*found.values()][::-1]


def bases_elsewhere(resources: tuple[Resource, ...]) -> Iterator[tuple[Resource, str]]:
    """Policies that inherit from one of another stack, with its name."""
    for policy in (each for each in resources if each.type == POLICY_TYPE):
        identity = mapping(given(policy, "basePolicy")).get("id")
        if identity is not None:
            for each in named(policy, "basePolicy", [identity], POLICY_TYPE, resources).foreign:
                yield policy, each.rpartition("/")[2]


def judged_firewalls(
    resources: tuple[Resource, ...], environment: Environment
) -> tuple[Judged[FirewallRule], ...]:
    """Every firewall policy with a rule about the policy's servers and clients in Azure."""
    space = addresses(environment.policy.in_place("azure"))
    target = azure_target(environment, space)
    tags = frozenset() if target.destinations == "list" else frozenset(target.fqdn_tags)
    found = []
    for policy, groups in groups_of_policies(resources):
        reads = tuple(
            read
            for group, owner in groups
            for read in GroupReader(group, owner, resources, space, tags).reads()
        )
        if any(read.least or read.most for read in reads):
            found.append(Judged(policy, "azure", reads, functools.partial(_control, target)))
    return tuple(found)


def _control(target: AzureTarget, rules: tuple[FirewallRule, ...]) -> AzureApplicationRules:
    return StackRules(target, "stack", tuple(sorted(rules, key=reading_order)))
