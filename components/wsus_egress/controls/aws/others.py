"""What others keep in a target's firewall policy, out of the settings: their rules, before and after ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wsus_egress.controls.aws.other_lines import OtherLine
from wsus_egress.controls.aws.other_rules import Variables, is_rule, lines, read
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.model.other_rules import OtherRule, OtherRuleGroup
from wsus_egress.problems import Keys, Problem

_SHOWN: int = 60


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule of others and its place.

    Attributes:
        before: Whether the policy reads it before the rules made here.
    """

    line: OtherLine
    before: bool


def lines_of_others(firewall: NetworkFirewall) -> tuple[Placed, ...]:
    """Every rule of others whose text is given, in the order in which the policy reads them."""
    found: list[tuple[int, OtherLine]] = []
    for group in firewall.rule_groups:
        variables = _variables(firewall, group)
        for number, line in enumerate(lines(group.rules or ""), start=1):
            name = f"rule {number} of {group.name}"
            found += ((group.priority, each) for each in read(line, name, variables))
    for rule in firewall.existing_policy.rules:
        name = f"the rule {rule.name}"
        for line in written(rule):
            found += ((rule.priority, each) for each in read(line, name, Variables({})))
    found.sort(key=lambda each: each[0])
    return tuple(Placed(line, priority < firewall.priority) for priority, line in found)


def unreadable(firewall: NetworkFirewall) -> Iterator[Problem]:
    """Lines that are not rules, and variables that stand for nothing known."""
    for index, group in enumerate(firewall.rule_groups):
        keys: Keys = ("aws", "networkFirewall", "ruleGroups", index)
        for number, line in enumerate(lines(group.rules or ""), start=1):
            if not is_rule(line):
                shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
                what = f"rule {number}, {shown!r}, is not a Suricata rule"
                instead = "write it as `drop tcp any any -> any 25 (sid:1;)`, on one line"
                yield Problem(None, (*keys, "rules"), what, instead)
        for name in _variables(firewall, group).missing(group.rules or ""):
            what = f"its rules have ${name}, and nothing says what that stands for"
            instead = f"add it: variables: [{{name: {name}, values: [...]}}]"
            yield Problem(None, (*keys, "rules"), what, instead)


def written(rule: OtherRule) -> Iterator[str]:
    """The lines that a rule of the settings would be in Suricata: one, or one a name."""
    ends = [
        f"[{','.join(map(str, networks))}]" if networks else "any"
        for networks in (rule.sources, rule.destinations)
    ]
    ports = f"[{','.join(map(str, rule.destination_ports))}]" if rule.destination_ports else "any"
    head = f"{rule.action} {rule.protocol} {ends[0]} any -> {ends[1]} {ports}"
    buffer = "tls.sni" if rule.protocol == "tls" else "http.host"
    case = "nocase; " if rule.protocol == "tls" else ""
    for pattern in rule.fqdns:
        content = f".{pattern.host}" if pattern.wildcard else pattern.host
        start = "" if pattern.wildcard else "startswith; "
        yield f'{head} ({buffer}; content:"{content}"; {case}{start}endswith;)'
    if not rule.fqdns:
        yield f"{head} ()"


def _variables(firewall: NetworkFirewall, group: OtherRuleGroup) -> Variables:
    """The group's own, and HOME_NET where the firewall policy made here sets it."""
    texts = {each.name: each.values for each in group.variables}
    if firewall.mode != "rules-only":
        texts.setdefault("HOME_NET", tuple(map(str, firewall.home_networks)))
    return Variables(texts)
