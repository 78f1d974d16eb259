"""The proof notices: every mutant of every shipped rule changes what it says, with a witness."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from wsus_egress.controls import Bounds, Control, Ruling, Verdict
from wsus_egress.controls.aws_security_group import AwsSecurityGroups, SecurityGroupRule
from wsus_egress.controls.azure_application_rules import ApplicationRule, AzureApplicationRules
from wsus_egress.controls.azure_nsg import AzureNsg, Direction, NsgRule, Side
from wsus_egress.controls.azure_route_table import AzureRouteTable, Route
from wsus_egress.controls.base import blind, met, within
from wsus_egress.policy import Flow
from wsus_egress.preview.analysis import Analysis, TargetAnalysis, analyse
from wsus_egress.proof import Proof, path_verdict, prove

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.date(2026, 11, 24)
EVERYWHERE = ip_network("0.0.0.0/0")
SWAPPED = {80: 443, 443: 80}
SIDES: dict[Side, str] = {"*": "*", "Internet": "Internet", (EVERYWHERE,): "0.0.0.0/0"}

# What the proof says of a mutant, and why, where that is not a new deviation with its witness. The
# first pattern that fits `environment/rule: what was done` counts.
#   fidelity: the fidelity changes, and no flow can be named for it
#   alone: another control of the path, or the rules of the other direction, deny the flow; a new
#       witness when this one is alone
#   unproved: the list of what only a vendor knows changes
PEER = "the other direction's rules deny it, where both ends stand in the virtual network"
OTHER_CONTROL = "the network security group and the application rules each deny it"
PLATFORM = "what no rule decides is left to Azure's own collection, whose content is not published"
TAG = "nobody but Microsoft knows which names the tag has"
EXPECTED: dict[str, tuple[str, str]] = {
    "prod/allow-azure-servers-to-hub: sources [*0]*": ("alone", PEER),
    "sandbox/allow-desktops-to-downstream: sources [*0]*": ("alone", PEER),
    "sandbox/allow-to-downstream: destinations [*0]*": ("alone", PEER),
    "sandbox/allow-microsoft-update: sources [*0]*": ("alone", OTHER_CONTROL),
    "*/allow-microsoft-update: sources 0*": ("alone", OTHER_CONTROL),
    "sandbox/deny-internet: *": ("alone", OTHER_CONTROL),
    "*/any-name: wider sources": ("alone", OTHER_CONTROL),
    "*/names-http-https: wider sources": ("alone", OTHER_CONTROL),
    "open/deny-rest: *": ("alone", "the network security group denies the other sources"),
    "sandbox/deny-rest: allow": ("witness", "every name is admitted"),
    "sandbox/deny-rest: *": ("alone", "the network security group denies the other sources"),
    "*/deny-rest: allow": ("witness", "every name is admitted"),
    "*/deny-rest: *": ("fidelity", PLATFORM),
    "open/default-to-firewall: to nowhere": ("witness", "nothing is reached"),
    "open/default-to-firewall: half the Internet": ("witness", "what goes past it is IPv4 too"),
    "open/default-to-firewall: *": ("fidelity", "in mode open the firewall narrows nothing but names"),
    "*/fqdn-tags: dropped": ("fidelity", "without the tag the rules are the list, exactly"),
    "*/fqdn-tags: wider sources": ("alone", OTHER_CONTROL),
    "*/fqdn-tags: *": ("unproved", TAG),
    "sandbox/names-http-https: dropped": ("unproved", TAG),
}


@cache
def shipped() -> tuple[Analysis, ...]:
    """Every shipped environment."""
    return analyse(ROOT, (), TODAY)


def swapped_port(port: int) -> int:
    """80 for 443, 443 for 80, and 22 for a synchronization port."""
    return SWAPPED.get(port, 22)


def of_group_rule(rule: SecurityGroupRule) -> Iterator[tuple[str, SecurityGroupRule]]:
    """A security group rule's mutants."""
    yield "wider peer", replace(rule, network=EVERYWHERE)
    port = swapped_port(rule.from_port)
    yield "other port", replace(rule, from_port=port, to_port=port)
    yield "udp", replace(rule, protocol="udp")


def of_nsg_rule(rule: NsgRule) -> Iterator[tuple[str, NsgRule]]:
    """A security rule's mutants."""
    if rule.access == "Allow":
        for side, text in SIDES.items():
            yield f"sources {text}", replace(rule, sources=side)
        if rule.destinations != "Internet":
            for side, text in SIDES.items():
                yield f"destinations {text}", replace(rule, destinations=side)
        yield "deny", replace(rule, access="Deny")
    else:
        yield "allow", replace(rule, access="Allow")
    for port in rule.ports:
        ports = tuple(swapped_port(own) if own == port else own for own in rule.ports)
        yield f"other port than {port}", replace(rule, ports=ports)


def of_application_rule(rule: ApplicationRule) -> Iterator[tuple[str, ApplicationRule]]:
    """An application rule's mutants."""
    if rule.collection == "allow":
        yield "wider sources", replace(rule, sources=(EVERYWHERE,))
        if rule.fqdns:
            yield "any name", replace(rule, fqdns=("*",))
    else:
        yield "allow", replace(rule, collection="allow")
    other = {"Http": "Https", "Https": "Http"}
    for kind, port in rule.protocols:
        rest = tuple(protocol for protocol in rule.protocols if protocol != (kind, port))
        for new in ((kind, SWAPPED[port]), (other[kind], port)):
            label = f"{kind}:{port} as {new[0]}:{new[1]}"
            yield label, replace(rule, protocols=(*rest, new))


def of_route(route: Route) -> Iterator[tuple[str, Route]]:
    """A route's mutants."""
    yield "to the Internet", replace(route, next_hop="Internet", address=None)
    yield "to nowhere", replace(route, next_hop="None", address=None)
    yield "to another appliance", replace(route, address="10.99.0.4")
    yield "half the Internet", replace(route, prefix=ip_network("0.0.0.0/1"))


def with_rule(rules: Iterable[Any], old: Any, *new: Any) -> tuple[Any, ...]:
    """The rules with one of them replaced, or left out."""
    return tuple(each for rule in rules for each in (new if rule is old else (rule,)))


def mutants(control: Control) -> Iterator[tuple[str, Control]]:
    """Every mutant of a control, by the rule's id and what was done to it."""
    match control:
        case AwsSecurityGroups():
            for group in control.groups:
                for entry in group.rules:
                    for label, new in [("dropped", ()), *single(of_group_rule(entry))]:
                        other = replace(group, rules=with_rule(group.rules, entry, *new))
                        groups = with_rule(control.groups, group, other)
                        yield f"{entry.id}: {label}", replace(control, groups=groups)
        case AzureNsg():
            for rule in control.rules:
                for label, new in [("dropped", ()), *single(of_nsg_rule(rule))]:
                    rules = with_rule(control.rules, rule, *new)
                    yield f"{rule.id}: {label}", replace(control, rules=rules)
        case AzureRouteTable():
            for route in control.rules:
                for label, new in [("dropped", ()), *single(of_route(route))]:
                    routes = with_rule(control.rules, route, *new)
                    yield f"{route.id}: {label}", replace(control, rules=routes)
        case AzureApplicationRules():
            for own in control.rules:
                assert isinstance(own, ApplicationRule)
                for label, new in [("dropped", ()), *single(of_application_rule(own))]:
                    rules = with_rule(control.rules, own, *new)
                    yield f"{own.id}: {label}", replace(control, rules=rules)


def single(rules: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each new rule as the rules that take the old one's place."""
    return ((label, (rule,)) for label, rule in rules)


@cache
def cases() -> tuple[Any, ...]:
    """Every mutant of every rule that ships, as a test's parameters."""
    return tuple(
        pytest.param(name, analysis, target, control, mutant, id=name)
        for name, analysis, target, control, mutant in every_mutant()
    )


def every_mutant() -> Iterator[tuple[str, Analysis, TargetAnalysis, Control, Control]]:
    """Every mutant of every rule that ships, by environment, rule and what was done to it."""
    for analysis in shipped():
        for target in analysis.targets:
            for control in target.controls:
                for label, mutant in mutants(control):
                    if mutant.rules != control.rules:
                        name = f"{analysis.environment.name}/{label}"
                        yield name, analysis, target, control, mutant


@cache
def unmutated(environment: str, cloud: str, name: str | None) -> Proof:
    """The proof of a shipped target, or of one control of it by itself."""
    analysis = next(each for each in shipped() if each.environment.name == environment)
    target = next(each for each in analysis.targets if each.target.cloud == cloud)
    controls = [each for each in target.controls if name in (None, each.name)]
    return prove(analysis.environment, target.target, controls, TODAY)


def new_deviations(
    analysis: Analysis, target: TargetAnalysis, name: str | None, controls: tuple[Control, ...]
) -> tuple[Proof, Proof, int]:
    """Both proofs, and how many deviations are new: each is checked with its own witness."""
    environment, policy = analysis.environment, analysis.environment.policy
    before = unmutated(environment.name, target.target.cloud, name)
    after = prove(environment, target.target, controls, TODAY)
    found = set(after.deviations) - set(before.deviations)
    for deviation in found:
        allowed = policy.decide(deviation.witness).allowed
        path = met(controls, deviation.witness)
        verdict = path_verdict((c.admits(deviation.witness) for c in path), allowed)
        expected = Verdict.ALLOW if deviation.kind == "wider" else Verdict.DENY
        assert (verdict, allowed) == (expected, deviation.kind == "narrower")
    return before, after, len(found)


def outcome(
    analysis: Analysis, target: TargetAnalysis, control: Control, mutant: Control
) -> str:
    """What the proof says of a mutant, as in EXPECTED; `nothing` where it does not notice."""
    path = tuple(mutant if each is control else each for each in target.controls)
    before, after, found = new_deviations(analysis, target, None, path)
    if found:
        return "witness"
    if before.fidelity is not after.fidelity:
        return "fidelity"
    if before.unproved != after.unproved:
        return "unproved"
    return "alone" if noticed_alone(analysis, target, control, mutant) else "nothing"


def noticed_alone(
    analysis: Analysis, target: TargetAnalysis, control: Control, mutant: Control
) -> bool:
    """Whether it shows once nothing else of the path hides it."""
    before, after, found = new_deviations(analysis, target, control.name, (mutant,))
    if found or before.unproved != after.unproved:
        return True
    return any(
        each != other
        for each, other in zip(
            of_each_direction(analysis, target, control),
            of_each_direction(analysis, target, mutant),
            strict=True,
        )
    )


class OneDirection:
    """A network security group of which only one direction's rules count."""

    def __init__(self, group: AzureNsg, direction: Direction) -> None:
        """Look at this direction of this group."""
        self._group, self._direction = group, direction

    def __getattr__(self, name: str) -> Any:
        """Everything else is the group's."""
        return getattr(self._group, name)

    def admits(self, flow: Flow) -> Ruling:
        """What this direction's rules say, where an end stands in the virtual network."""
        end = flow.source if self._direction == "Outbound" else flow.destination
        if not within(self._group.target.address_space, end):
            return Ruling(Verdict.NOT_APPLICABLE, "the other direction")
        return self._group._decide(self._direction, flow)

    def names(self, flow: Flow) -> Bounds | None:
        """All names or none."""
        return blind(self.admits(flow).verdict)


def of_each_direction(
    analysis: Analysis, target: TargetAnalysis, control: Control
) -> list[set[str]]:
    """What the rules of each direction decide otherwise than the policy, the other one aside."""
    if not isinstance(control, AzureNsg):
        return []
    found = []
    directions: tuple[Direction, ...] = ("Outbound", "Inbound")
    for direction in directions:
        one = OneDirection(control, direction)
        proof = prove(analysis.environment, target.target, (one,), TODAY)
        found.append({f"{each.what}: {each.witness}" for each in proof.deviations})
    return found


@pytest.mark.parametrize(("name", "analysis", "target", "control", "mutant"), cases())
def test_a_mutant_is_noticed(
    name: str, analysis: Analysis, target: TargetAnalysis, control: Control, mutant: Control
) -> None:
    """A rule dropped, widened, moved to another port or scheme, or turned around is noticed."""
    fitting = (word for pattern, (word, _) in EXPECTED.items() if fnmatchcase(name, pattern))
    assert next(fitting, "witness") == outcome(analysis, target, control, mutant)


@pytest.mark.parametrize("pattern", EXPECTED)
def test_every_exception_is_needed(pattern: str) -> None:
    """No exception outlives the rules that it is about."""
    names = [str(case.id) for case in cases()]
    assert [name for name in names if fnmatchcase(name, pattern)] != []
