"""The proof notices: every mutant of every shipped rule changes what it says, with a witness."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from wsus_egress.controls import Control
from wsus_egress.controls.aws_security_group import AwsSecurityGroups, SecurityGroupRule
from wsus_egress.controls.azure_application_rules import ApplicationRule, AzureApplicationRules
from wsus_egress.controls.azure_nsg import AzureNsg, NsgRule
from wsus_egress.preview.analysis import Analysis, analyse

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.date(2026, 11, 24)
EVERYWHERE = ip_network("0.0.0.0/0")
SWAPPED = {80: 443, 443: 80}


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
        for side in ("*", "Internet"):
            yield f"sources {side}", replace(rule, sources=side)
            yield f"destinations {side}", replace(rule, destinations=side)
        yield "sources 0.0.0.0/0", replace(rule, sources=(EVERYWHERE,))
        yield "any port", replace(rule, ports=())
        yield "any protocol", replace(rule, protocol="*")
        yield "deny", replace(rule, access="Deny")
    else:
        yield "allow", replace(rule, access="Allow")
    for port in rule.ports:
        ports = tuple(swapped_port(each) if each == port else each for each in rule.ports)
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
        rest = tuple(each for each in rule.protocols if each != (kind, port))
        yield f"{kind}:{SWAPPED[port]}", replace(rule, protocols=(*rest, (kind, SWAPPED[port])))
        yield f"{other[kind]}:{port}", replace(rule, protocols=(*rest, (other[kind], port)))


def with_rule(rules: Iterable[Any], old: Any, *new: Any) -> tuple[Any, ...]:
    """The rules with one of them replaced, or left out."""
    return tuple(each for rule in rules for each in (new if rule is old else (rule,)))


def mutants(control: Control) -> Iterator[tuple[str, Control]]:
    """Every mutant of a control, by the rule's id and what was done to it."""
    match control:
        case AwsSecurityGroups():
            for group in control.groups:
                for entry in group.rules:
                    for label, new in [("dropped", ()), *each(of_group_rule(entry))]:
                        other = replace(group, rules=with_rule(group.rules, entry, *new))
                        groups = with_rule(control.groups, group, other)
                        yield f"{entry.id}: {label}", replace(control, groups=groups)
        case AzureNsg():
            for rule in control.rules:
                for label, new in [("dropped", ()), *each(of_nsg_rule(rule))]:
                    rules = with_rule(control.rules, rule, *new)
                    yield f"{rule.id}: {label}", replace(control, rules=rules)
        case AzureApplicationRules():
            for own in control.rules:
                for label, new in [("dropped", ()), *each(of_application_rule(own))]:
                    rules = with_rule(control.rules, own, *new)
                    yield f"{own.id}: {label}", replace(control, rules=rules)


def each(rules: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each new rule as the rules that take the old one's place."""
    return ((label, (rule,)) for label, rule in rules)
