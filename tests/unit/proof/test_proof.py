"""The proof notices: every mutant of every shipped rule changes what it says, with a witness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from ipaddress import ip_network
from typing import Any

import pytest
from paths import ROOT
from sample import TODAY

from wsus_egress.controls import Control, Verdict
from wsus_egress.controls.aws.dns_firewall import AwsDnsFirewall, DnsRule
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups, SecurityGroupRule
from wsus_egress.controls.aws.suricata import Protocol, SuricataRule
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_rules import ApplicationRule
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.nsg_rules import NsgRule, Side
from wsus_egress.controls.azure.route_table import AzureRouteTable, Route
from wsus_egress.controls.base import met, path_verdict
from wsus_egress.names.hosts import Pattern
from wsus_egress.proof.proof import Proof, prove, prove_alone
from wsus_egress.review.analysis import Analysis, TargetAnalysis, analyse

EVERYWHERE = ip_network("0.0.0.0/0")
SWAPPED = {80: 443, 443: 80}
SIDES: dict[Side, str] = {"*": "*", "Internet": "Internet", (EVERYWHERE,): "0.0.0.0/0"}

# What the proof says of a mutant, and why, where that is not a new deviation with its witness, of the
# target or of the control by itself where another control masks it. The
# first pattern that fits `environment/rule: what was done` counts.
#   unproved: the flows that only a vendor can tell change, each of them named
PLATFORM = "what no rule decides is left to Azure's own collection, whose content is not published"
TAG = "only Microsoft knows which names the tag has"
EXPECTED: dict[str, tuple[str, str]] = {
    "*/deny-rest: allow": ("witness", "every name is admitted"),
    "*/deny-rest: *": ("unproved", PLATFORM),
    "*/fqdn-tags: *": ("unproved", TAG),
    "sandbox/names-http-https: dropped": ("unproved", TAG),
}
FEWEST = {
    "aws-dns-firewall": 16,
    "aws-network-firewall": 500,
    "aws-security-group": 50,
    "azure-application-rules": 50,
    "azure-nsg": 140,
    "azure-route-table": 15,
}
"""How many mutants each kind of control has at least."""


@cache
def shipped() -> tuple[Analysis, ...]:
    """Every shipped environment."""
    return analyse(ROOT, (), TODAY)


def swapped_port(port: int) -> int:
    """80 for 443, 443 for 80, and 22 for a synchronization port."""
    return SWAPPED.get(port, 22)


def of_group_rule(rule: SecurityGroupRule) -> Iterator[tuple[str, SecurityGroupRule]]:
    """A security group rule's mutants."""
    yield "wider peer", replace(rule, networks=(EVERYWHERE,))
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


def of_suricata_rule(rule: SuricataRule) -> Iterator[tuple[str, SuricataRule]]:
    """A Suricata rule's mutants."""
    port = swapped_port(rule.port)
    yield "other port", replace(rule, port=port)
    yield "port 8443", replace(rule, port=8443)
    protocols: dict[str, Protocol] = {"http": "tls", "tls": "http"}
    yield "other protocol", replace(rule, protocol=protocols[rule.protocol])
    yield "any protocol", replace(rule, protocol="tcp", pattern=None)
    assert rule.pattern is not None
    yield "any name", replace(rule, pattern=Pattern("com", wildcard=True))
    host, wildcard = rule.pattern.host, rule.pattern.wildcard
    yield "other name", replace(rule, pattern=Pattern(f"x{host}", wildcard))
    yield "wider", replace(rule, pattern=Pattern(host.partition(".")[2], wildcard=True))
    if wildcard:
        yield "apex only", replace(rule, pattern=Pattern(host, wildcard=False))
    else:
        yield "names below", replace(rule, pattern=Pattern(host, wildcard=True))


def of_dns_rule(rule: DnsRule) -> Iterator[tuple[str, DnsRule]]:
    """A DNS Firewall rule's mutants."""
    if rule.patterns is None:
        yield "allow", replace(rule, action="ALLOW")
        return
    yield "wider", replace(rule, patterns=(*rule.patterns, Pattern("evil.com", wildcard=True)))
    yield "a name less", replace(rule, patterns=rule.patterns[1:])
    yield "block", replace(rule, action="BLOCK")


def of_route(route: Route) -> Iterator[tuple[str, Route]]:
    """A route's mutants."""
    yield "to the Internet", replace(route, next_hop="Internet", address=None)
    yield "to nowhere", replace(route, next_hop="None", address=None)
    if route.next_hop == "VirtualAppliance":
        yield "to another appliance", replace(route, address="10.99.0.4")
    yield "half the Internet", replace(route, prefix=ip_network("0.0.0.0/1"))


def with_rule(rules: Iterable[Any], old: Any, *new: Any) -> tuple[Any, ...]:
    """The rules with one of them replaced, or left out."""
    return tuple(each for rule in rules for each in (new if rule is old else (rule,)))


def mutants(control: Control) -> Iterator[tuple[str, Control]]:  # noqa: PLR0912 - a kind each
    """Every mutant of a control, by the rule's id and what was done to it.

    Raises:
        TypeError: For a kind of control that has no mutants here.
    """
    match control:
        case AwsSecurityGroups():
            for group in control.groups:
                for entry in group.rules:
                    for label, new in [("dropped", ()), *single(of_group_rule(entry))]:
                        other = replace(group, rules=with_rule(group.rules, entry, *new))
                        groups = with_rule(control.groups, group, other)
                        yield f"{entry.id}: {label}", replace(control, groups=groups)
        case AwsNetworkFirewall():
            yield "default actions: dropped", replace(control, default_actions=())
            yield "sources: wider", replace(control, sources=(EVERYWHERE,))
            yield "sources: narrower", replace(control, sources=())
            for filter_ in control.rules:
                for label, new in [("dropped", ()), *single(of_suricata_rule(filter_))]:
                    rules = with_rule(control.rules, filter_, *new)
                    yield f"{filter_.id}: {label}", replace(control, rules=rules)
        case AwsDnsFirewall():
            for query in control.rules:
                for label, new in [("dropped", ()), *single(of_dns_rule(query))]:
                    rules = with_rule(control.rules, query, *new)
                    yield f"{query.id}: {label}", replace(control, rules=rules)
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
        case _:
            what = f"{control.name} has no mutants: say here how its rules are made wrong"
            raise TypeError(what)


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
                    if mutant != control:
                        name = f"{analysis.environment.name}/{label}"
                        yield name, analysis, target, control, mutant


def excused_by(name: str) -> str | None:
    """The first exception that fits a mutant's name."""
    return next((pattern for pattern in EXPECTED if fnmatchcase(name, pattern)), None)


def witnessed(
    analysis: Analysis, target: TargetAnalysis, controls: tuple[Control, ...]
) -> tuple[Proof, Proof, int, int]:
    """Both proofs, and how many deviations are new, and new but masked: each is judged anew."""
    environment, policy = analysis.environment, analysis.environment.policy
    before = target.proof
    assert before is not None
    after = prove(environment, target.target, controls, TODAY)
    found = set(after.deviations) - set(before.deviations)
    masked = set(after.masked) - set(before.masked)
    for deviation in found:
        allowed = policy.decide(deviation.witness).allowed
        path = met(controls, deviation.witness)
        verdict = path_verdict((c.admits(deviation.witness) for c in path), allowed)
        expected = Verdict.ALLOW if deviation.kind == "wider" else Verdict.DENY
        assert (verdict, allowed) == (expected, deviation.kind == "narrower")
    for deviation in masked:
        control = next(each for each in controls if each.name == deviation.control)
        flow = deviation.witness
        part = control.asked(policy, flow)
        asked = part.allowed if flow.name is None else flow.name in part.names
        expected = Verdict.ALLOW if deviation.kind == "wider" else Verdict.DENY
        verdicts = {side.admits(flow).verdict for side in control.sides()}
        assert expected in verdicts
        assert asked == (deviation.kind == "narrower")
    return before, after, len(found), len(masked)


def outcome(analysis: Analysis, target: TargetAnalysis, control: Control, mutant: Control) -> str:
    """What the proof says about a mutant, as in EXPECTED; `nothing` where it notices nothing."""
    path = tuple(mutant if each is control else each for each in target.controls)
    before, after, found, masked = witnessed(analysis, target, path)
    if found or masked:
        return "witness"
    return "unproved" if before.unproved != after.unproved else "nothing"


@pytest.mark.parametrize(("name", "analysis", "target", "control", "mutant"), cases())
def test_a_mutant_is_noticed(
    name: str, analysis: Analysis, target: TargetAnalysis, control: Control, mutant: Control
) -> None:
    """A rule dropped, widened, moved to another port or scheme, or turned around is noticed."""
    exception = excused_by(name)
    expected = "witness" if exception is None else EXPECTED[exception][0]
    assert expected == outcome(analysis, target, control, mutant)


def test_no_mutant_of_an_aws_rule_is_excused() -> None:
    """Every AWS mutant shows a witness: of the target, or of the control that another one masks."""
    names = [name for name, _, target, _, _ in every_mutant() if target.target.cloud == "aws"]
    excused = [name for name in names if excused_by(name)]

    assert len(names) > 400
    assert [] == excused


def test_every_kind_of_control_has_mutants() -> None:
    """Each of the six kinds of control keeps at least its number of mutants."""
    counts = Counter(control.name for _, _, _, control, _ in every_mutant())

    assert {*FEWEST} == {*counts}
    assert {} == {name: count for name, count in counts.items() if count < FEWEST[name]}


@pytest.mark.parametrize("name", ["prod", "staging"])
def test_a_control_by_itself_does_its_part(name: str) -> None:
    """A sound control, compiled or read back from a stack, has no deviation when proved alone."""
    analysis = next(each for each in shipped() if each.environment.name == name)
    found = [
        prove_alone(analysis.environment.policy, target.target.cloud, control)
        for target in analysis.targets
        for control in target.controls
    ]
    assert found == [()] * len(found)


@pytest.mark.parametrize("pattern", EXPECTED)
def test_every_exception_is_needed(pattern: str) -> None:
    """Every exception still applies to some mutant, and none is shadowed by an earlier one."""
    assert pattern in {excused_by(str(case.id)) for case in cases()}
