"""What AWS has of a firewall policy that others keep, in words: it judges nothing, but says what differs.

For example the settings say that the policy drops what no rule passes, and the policy in AWS only alerts:
`aws/network-firewall/policy/vpc-...` is assumed, and that speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.addresses import is_within
from wsus_egress.model.other_rules import OtherRuleGroup
from wsus_egress.readers.formats.things import many, named_sets, one, pick
from wsus_egress.readers.reading import networks, number_of
from wsus_egress.readers.seen import Seen

# What Pulumi puts behind a name that it makes itself.
_RANDOM: Final = re.compile(r"-[0-9a-f]{7}$")
_FORWARD: Final = "aws:forward_to_sfe"
_ALERTS: Final = "DROP_TO_ALERT"


def of_policy(
    control: AwsNetworkFirewall, name: str, policy: Mapping[str, Any], own: Collection[str]
) -> Iterator[Seen]:
    """What a firewall policy does that rules of ours rest on.

    Args:
        control: With the settings that say what it does.
        name: The policy's.
        policy: Its settings, as the SDK answers or as `describe-firewall-policy` prints them.
        own: The names of the rule groups that are made here, in the program.
    """
    key = f"aws/network-firewall/policy/{control.target.vpc_id}"
    said = control.firewall.existing_policy
    order = str(pick(one(pick(policy, "stateful_engine_options")), "rule_order"))
    actions = sorted(map(str, many(pick(policy, "stateful_default_actions"))))
    text = f"{name} is in {order} with the default actions {' and '.join(actions) or 'of none'}"
    wanted = sorted(said.stateful_default_actions)
    if order != said.rule_order or actions != wanted:
        text += f"; existingPolicy says {said.rule_order} with {' and '.join(wanted)}"
        yield Seen(key, text, against=True)
    else:
        yield Seen(key, text)
    yield from _before(key, name, policy)
    yield from _home(key, control, policy)
    yield from _groups(key, control, name, _references(policy), own)


def _before(key: str, name: str, policy: Mapping[str, Any]) -> Iterator[Seen]:
    """What decides before any stateful rule, or changes what those see."""
    for what, field in (
        ("packets", "stateless_default_actions"),
        ("fragments", "stateless_fragment_default_actions"),
    ):
        given = [str(each) for each in many(pick(policy, field))]
        if given and _FORWARD not in given:
            text = f"{name} does {' and '.join(given)} with {what}: no rule of ours sees those"
            yield Seen(key, text, against=True)
    rows = many(pick(policy, "stateless_rule_group_references", "stateless_rule_group_reference"))
    if names := [_short(pick(each, "resource_arn")) for each in rows]:
        text = f"{name} has stateless rule groups, which decide first: {', '.join(names)}"
        yield Seen(key, text, against=True)
    if inspection := pick(policy, "tls_inspection_configuration_arn"):
        text = (
            f"{name} opens TLS ({_short(inspection)}), and Microsoft Update pins its certificates"
        )
        yield Seen(key, text, against=True)


def _home(key: str, control: AwsNetworkFirewall, policy: Mapping[str, Any]) -> Iterator[Seen]:
    """Whether HOME_NET has the ranges that the settings name; each VPC's own where it is not set."""
    rows = pick(one(pick(policy, "policy_variables")), "rule_variables")
    home = named_sets(rows, "ip_set", "definition").get("HOME_NET")
    known = [each for text in many(home) for each in networks(text) or ()]
    if lacking := [str(each) for each in control.target.own_ranges if not is_within(each, known)]:
        has = ", ".join(map(str, many(home))) or "not set"
        yield Seen(key, f"its HOME_NET is {has}, without {', '.join(lacking)}", against=True)


def _references(policy: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """The stateful rule groups: priority, ARN and override, in the policy's order."""
    rows = many(pick(policy, "stateful_rule_group_references", "stateful_rule_group_reference"))
    return sorted(
        (
            number_of(pick(each, "priority")) or 0,
            str(pick(each, "resource_arn")),
            str(pick(one(pick(each, "override", "overrides")), "action") or ""),
        )
        for each in rows
    )


def _groups(
    key: str,
    control: AwsNetworkFirewall,
    name: str,
    references: Sequence[tuple[int, str, str]],
    own: Collection[str],
) -> Iterator[Seen]:
    others = f"aws/network-firewall/other-rules/{control.target.vpc_id}"
    listed = {group.arn: group for group in control.firewall.rule_groups}
    told = {rule.priority for rule in control.firewall.existing_policy.rules}
    ours = False
    for priority, arn, override in references:
        short = _short(arn)
        where = f"the rule group {short} (priority {priority})"
        if short in own or _RANDOM.sub("", short) in own:
            ours = True
            yield Seen(key, f"{name} has {where}, by its name one of those made here")
        elif (group := listed.pop(arn, None)) is not None:
            yield _as_listed(others, where, priority, override, group)
        elif priority in told:
            yield Seen(others, f"{where} stands where existingPolicy.rules have its rules")
        else:
            yield Seen(others, f"{where} is in no setting: it may pass or drop", against=True)
    for group in listed.values():
        text = f"{name} does not have the rule group {group.name}, which ruleGroups lists"
        yield Seen(others, text, against=True)
    if not ours:
        text = f"{name} does not have the rule groups made here: they filter nothing until it has"
        yield Seen(key, text, against=True)


def _as_listed(key: str, where: str, priority: int, override: str, group: OtherRuleGroup) -> Seen:
    """A group that the settings list: with the priority and the override that they say, or not."""
    if priority != group.priority:
        return Seen(key, f"{where} has the priority {group.priority} in ruleGroups", against=True)
    if (override == _ALERTS) != group.alert_only:
        word = "alerts where it would drop" if override == _ALERTS else "drops"
        said = str(group.alert_only).lower()
        return Seen(key, f"{where} {word}, and ruleGroups says alertOnly: {said}", against=True)
    return Seen(key, f"{where} is as ruleGroups lists it")


def _short(arn: Any) -> str:
    return str(arn).rpartition("/")[2]
