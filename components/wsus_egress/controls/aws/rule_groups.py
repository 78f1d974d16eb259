"""Suricata rules in rule groups: how many, which rule in which, and how much each reserves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wsus_egress.controls.aws.suricata import SuricataRule
from wsus_egress.controls.base import Quota
from wsus_egress.model.network_firewall import GROUPS_PER_POLICY

# "AWS Network Firewall quotas", read 2026-11, and the API's model (botocore 1.44.5): a group's
# capacity, the bytes of its rules, stateful groups of a policy, characters of a rule with its
# variables written out.
GROUP_CAPACITY: Final = 30_000
GROUP_BYTES: Final = 2_000_000
RULE_CHARACTERS: Final = 8_192

# Groups are filled to three quarters, so that a list can grow before its rules are dealt out anew.
_FILL_BYTES: Final = GROUP_BYTES * 3 // 4
# What a group reserves cannot be changed in place: it is one of 100, 200, 400 ... (or of another
# smallest one), and at least a quarter more than needed, so that growth seldom replaces a group.
SMALLEST_CAPACITY: Final = 100
_HEAD_ROOM: Final = 1.25
_SHARED_STEPS: Final = (500, 100, 20)


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """One stateful rule group.

    Attributes:
        number: From 1; the order of their priorities.
        size: The bytes of its rules as deployed.
        longest: The characters of its longest rule.
        capacity: What it reserves of the policy's capacity: a unit a rule, and head room.
    """

    number: int
    rules: tuple[SuricataRule, ...]
    size: int
    longest: int
    capacity: int

    @cached_property
    def rules_string(self) -> str:
        """The rules as deployed, a line each; written when asked for, as a proof needs none of it."""
        return "".join(f"{rule.render()}\n" for rule in self.rules)


def in_groups(
    rules: Sequence[SuricataRule], policy_capacity: int, smallest: int = SMALLEST_CAPACITY
) -> tuple[RuleGroup, ...]:
    """Deal rules out over the fewest groups that hold them with room to grow.

    A rule's group follows from its number, so adding an entry changes one group, until the number
    of groups has to grow.

    Args:
        rules: In the order of their names.
        policy_capacity: What all groups may reserve together.
        smallest: What each group reserves at least, unless all of them would not fit then.

    Returns:
        Nothing where there is no rule. Groups may break a quota: `quotas` has the figures.
    """
    if not rules:
        return ()
    # Only the lengths: the text of 10,000 names is 5 MB, and not every command shows it.
    sizes = [len(rule.render()) + 1 for rule in rules]
    count = max(-(-sum(sizes) // _FILL_BYTES), -(-len(rules) // GROUP_CAPACITY), 1)
    shares: list[list[int]] = [[] for _ in range(count)]
    for place, rule in enumerate(rules):
        shares[rule.sid % count].append(place)
    filled = [share for share in shares if share]
    capacities = _capacities([len(share) for share in filled], policy_capacity, smallest)
    return tuple(
        RuleGroup(
            number=number,
            rules=tuple(map(rules.__getitem__, share)),
            size=sum(map(sizes.__getitem__, share)),
            longest=max(map(sizes.__getitem__, share)) - 1,
            capacity=capacity,
        )
        for number, (share, capacity) in enumerate(zip(filled, capacities, strict=True), start=1)
    )


def _capacities(needs: Sequence[int], policy_capacity: int, smallest: int) -> list[int]:
    stepped = [_step(need, smallest) for need in needs]
    if sum(stepped) <= policy_capacity and max(stepped) <= GROUP_CAPACITY:
        return stepped
    if len(needs) == 1:
        return [max(needs[0], min(policy_capacity, GROUP_CAPACITY))]
    # The steps are too coarse for what is left: the rest is shared out evenly, in smaller ones, or
    # every rule more or less would replace nearly all groups.
    spare = max(policy_capacity - sum(needs), 0) // len(needs)
    return [max(need, min(_rounded(need, need + spare), GROUP_CAPACITY)) for need in needs]


def _rounded(need: int, share: int) -> int:
    """A share, less what is beyond the coarsest step that holds what is needed."""
    steps = (share // step * step for step in _SHARED_STEPS)
    return next((rounded for rounded in steps if rounded >= need), need)


def _step(need: int, smallest: int) -> int:
    capacity = smallest
    while capacity < need * _HEAD_ROOM:
        capacity *= 2
    return capacity


def quotas(
    groups: Sequence[RuleGroup],
    policy_capacity: int,
    characters: int,
    others: int = 0,
    besides: int = 0,
) -> tuple[Quota, ...]:
    """What the groups use of the quotas.

    Args:
        groups: The groups.
        policy_capacity: What they may reserve together.
        characters: How much longer a rule is with its variables written out.
        others: How many other rule groups are in the policy.
        besides: What those of them reserve that are made here.
    """
    shorter = "shorten the list, or split the environment"
    found = []
    for group in groups:
        number = group.number
        found += [
            Quota(f"rules of rule group {number}", len(group.rules), group.capacity,
                  setting=("lists",), instead=shorter),
            Quota(f"bytes of rule group {number}", group.size, GROUP_BYTES,
                  setting=("lists",), instead=shorter),
        ]  # fmt: skip
    reserved = sum(group.capacity for group in groups) + besides
    longest = max((group.longest for group in groups), default=0)
    found += [
        Quota("units of stateful capacity reserved", reserved, policy_capacity, setting=("lists",), instead=shorter),
        Quota("stateful rule groups", len(groups) + others, GROUPS_PER_POLICY, setting=("lists",), instead=shorter),
        Quota("characters of the longest rule with its variables written out", longest + characters,
              RULE_CHARACTERS, setting=("servers",),
              instead="use larger address blocks for servers and homeNetworks"),
    ]  # fmt: skip
    return tuple(found)
