"""Azure Firewall rules: FQDN tags and host names, exact, for the policy's sources."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.controls.azure.firewall_documents import (
    GROUP_TYPE,
    GROUPS_PER_POLICY,
    IP_GROUP_ENTRIES,
    IP_GROUP_TYPE,
    firewall_documents,
    policy_documents,
)
from wsus_egress.controls.azure.firewall_rules import (
    ApplicationRule,
    FirewallRule,
    NetworkRule,
    Sources,
    name_set,
)
from wsus_egress.controls.azure.residues import address_residues, firewall_residues
from wsus_egress.controls.base import (
    Bounds,
    Control,
    Document,
    Part,
    Quota,
    Residue,
    Ruling,
    Verdict,
    asked_of_names,
    within,
)
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Address, Flow, Network, Scheme, is_internet
from wsus_egress.model.latest import Latest
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet

# "Azure Firewall limits", 2023-10: 2 MB a rule collection group (policies made after July 2022).
GROUP_BYTES: Final = 2 * 1024 * 1024
IMPLICIT_DENY: Final = "no application rule has it"
# What no rule decides falls to a collection that comes with every firewall; its content is not
# published in full ("infrastructure FQDNs", 2018).
_UNDECIDED: Final = Ruling(Verdict.OPAQUE, "Azure's infrastructure collection")
_IPV4_ONLY: Final = "Azure Firewall has IPv4 only"


_ELSEWHERE: Final = Ruling(
    Verdict.NOT_APPLICABLE, "only what leaves the virtual network passes here"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The rules that are about two addresses, in their order."""

    network: tuple[NetworkRule, ...]
    application: tuple[ApplicationRule, ...]


@dataclass(frozen=True)
class AzureApplicationRules(Control):
    """The firewall's rules in the order in which Azure reads them, others' rules included."""

    target: AzureTarget
    environment: str
    rules: tuple[FirewallRule, ...]
    sources: Sources = ()
    """The parties that the rules are for, with their addresses."""
    assumptions: tuple[Assumption, ...] = ()

    name = "azure-application-rules"
    sees_names = True
    last_dot = "unknown"

    @cached_property
    def residues(self) -> tuple[Residue, ...]:
        """What a name in a request cannot tell."""
        return (*firewall_residues(self.rules), *address_residues(self.target))

    @property
    def networks(self) -> Iterable[Network]:
        """The rules' sources and destinations, and the virtual network's ranges."""
        yield from self.target.address_space
        for rule in self.rules:
            yield from rule.sources
            if isinstance(rule, NetworkRule):
                yield from rule.destinations

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ports."""
        for rule in self.rules:
            ports = (
                [p for _, p in rule.protocols] if isinstance(rule, ApplicationRule) else rule.ports
            )
            yield from ((port, port) for port in ports)

    def kind_of(self, source: Address) -> Hashable:
        """Sources for which the same rules are, are of one kind."""
        rules = tuple(within(rule.sources, source) for rule in self.rules)
        return source.version, within(self.target.address_space, source), rules

    @cached_property
    def _reading(self) -> Latest[_Reading | None]:
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> _Reading | None:
        if not within(self.target.address_space, source) or not is_internet(destination):
            return None
        about = [rule for rule in self.rules if rule.is_between(source, destination)]
        return _Reading(
            tuple(rule for rule in about if isinstance(rule, NetworkRule)),
            tuple(rule for rule in about if isinstance(rule, ApplicationRule)),
        )

    @staticmethod
    def _network_rule(reading: _Reading, flow: Flow) -> Ruling | None:
        for rule in reading.network:
            if rule.covers(flow):
                verdict = Verdict.ALLOW if rule.collection == "allow" else Verdict.DENY
                return Ruling(verdict, rule.id)
        return None

    def admits(self, flow: Flow) -> Ruling:
        """Network rules first, then the first application rule that has the name."""
        if (reading := self._reading(flow)) is None:
            return _ELSEWHERE
        if flow.destination.version == 6:
            return Ruling(Verdict.DENY, _IPV4_ONLY)
        if (decided := self._network_rule(reading, flow)) is not None:
            return decided
        if flow.protocol != "tcp" or flow.application is None:
            return Ruling(Verdict.DENY, "no network rule has it, and it is neither HTTP nor TLS")
        return self._application_rule(reading, flow)

    def _application_rule(self, reading: _Reading, flow: Flow) -> Ruling:
        opaque = None
        for rule in reading.application:
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
        if opaque:
            return Ruling(Verdict.OPAQUE, opaque.id)
        return _UNDECIDED if _is_web(flow) else Ruling(Verdict.DENY, IMPLICIT_DENY)

    def names(self, flow: Flow) -> Bounds | None:
        """What the allow rules add up to, less what a deny rule before them takes."""
        if (reading := self._reading(flow)) is None:
            return None
        if flow.destination.version == 6:
            return Bounds.exact(NO_NAMES)
        if (decided := self._network_rule(reading, flow)) is not None:
            return Bounds.exact(ALL_NAMES if decided.verdict is Verdict.ALLOW else NO_NAMES)
        rules = [rule for rule in reading.application if rule.covers(flow)]
        # Many pairs of addresses meet the same few rules.
        known = (_is_web(flow), *(rule.id for rule in rules))
        if (bounds := self._bounds.get(known)) is None:
            bounds = self._bounds[known] = self._add_up(rules, _is_web(flow))
        return bounds

    def _add_up(self, rules: Iterable[ApplicationRule], web: bool) -> Bounds:
        admitted, possible, denied = NO_NAMES, NO_NAMES, NO_NAMES
        for rule in rules:
            if rule.fqdn_tags:
                possible |= ALL_NAMES - denied
            elif rule.collection == "allow":
                admitted |= self._sets[rule.id] - denied
            else:
                denied |= self._sets[rule.id]
        if web:  # _UNDECIDED
            possible |= ALL_NAMES - denied
        return Bounds(admitted, admitted | possible)

    @cached_property
    def _bounds(self) -> dict[tuple[object, ...], Bounds]:
        return {}

    @cached_property
    def _sets(self) -> Mapping[str, NameSet]:
        return {r.id: name_set(r.fqdns) for r in self.rules if isinstance(r, ApplicationRule)}

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """All of the policy."""
        return asked_of_names(policy, flow)

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """IP Groups, the policy, where it is ours, its groups, and the firewall in mode full."""
        of_policy = policy_documents(
            prefix, self.target, self.environment, self.rules, self.sources
        )
        return (*of_policy, *firewall_documents(prefix, self.target, self.environment))

    def quotas(self) -> tuple[Quota, ...]:
        """The largest group on the wire, the policy's groups, the longest IP Group."""
        documents = self.documents("wsus")
        groups = [each.properties for each in documents if each.type == GROUP_TYPE]
        others = {rule.place[0] for rule in self.rules if rule.owner == "others"}
        found = [Quota("bytes of the rule collection group", _largest(groups), GROUP_BYTES)]
        if len(groups) + len(others) > 1:
            used = len(groups) + len(others)
            found.append(Quota("rule collection groups of the policy", used, GROUPS_PER_POLICY))
        lists = [e.properties["ipAddresses"] for e in documents if e.type == IP_GROUP_TYPE]
        if lists:
            longest = max(map(len, lists))
            found.append(Quota("addresses of the longest IP Group", longest, IP_GROUP_ENTRIES))
        return tuple(found)


def _largest(groups: Iterable[Mapping[str, object]]) -> int:
    # The request's body: the rest of a group's inputs are its address.
    bodies = (
        {"properties": {key: group[key] for key in ("priority", "ruleCollections")}}
        for group in groups
    )
    return max((len(json.dumps(body).encode()) for body in bodies), default=0)


def _is_web(flow: Flow) -> bool:
    return any((flow.application, flow.port) == (s.application, s.port) for s in Scheme)
