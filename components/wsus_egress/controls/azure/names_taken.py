"""Priorities and names that an Azure target's rules would take twice: Azure refuses a later one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsus_egress.controls.azure.firewall_compile import application_rules, sources_of
from wsus_egress.controls.azure.firewall_rules import ApplicationRule
from wsus_egress.controls.azure.nsg_compile import Block, blocks
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.problems import Keys, Problem, path_text


def taken_twice(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    """Rules that the security group has no room for, then names that another rule already has."""
    found = list(blocks(policy, target)) if target.network_security_group.create else []
    for block in found:
        yield from _room(block)
    yield from _names((keys, rule.id) for block in found for keys, rule in block.rules)
    if target.firewall_policy and target.network_rules:
        rules = application_rules(policy, target, sources_of(policy))
        own = [r.id for r in rules if isinstance(r, ApplicationRule) and not r.owner]
        permits: list[tuple[Keys, str]] = [
            (("azure", "networkRules", index, "name"), permit.name)
            for index, permit in enumerate(target.network_rules)
        ]
        yield from _names([*permits, *(((), name) for name in own)])


def _room(block: Block) -> Iterator[Problem]:
    room = len(block.priorities)
    needed = max((rule.priority - block.priorities[0] + 1 for _, rule in block.rules), default=0)
    if needed <= room:
        return
    if block.senders == 1:
        what = f"{needed} entries, and there is room for {room}"
        yield Problem(None, block.setting, what, block.instead)
        return
    each = -(-needed // block.senders)
    what = (
        f"{block.senders} application security groups x {each} rules take {needed} priorities, and "
        f"there is room for {room}"
    )
    instead = f"{block.instead}, or leave the application security groups out"
    yield Problem(None, block.setting, what, instead)


def _names(named: Iterable[tuple[Keys, str]]) -> Iterator[Problem]:
    """A problem for each setting that names a rule as another one is named.

    Args:
        named: For each rule the setting that names it, empty where none does, and its name.
    """
    first: dict[str, Keys] = {}
    told: set[Keys] = set()
    for keys, name in named:
        if name not in first:
            first[name] = keys
            continue
        given, by = sorted((keys, first[name]), key=_is_entry, reverse=True)
        # The check of the list itself reports two of one list.
        if given in told or (_is_entry(by) and by[:-2] == given[:-2]):
            continue
        told.add(given)
        if _is_entry(given):
            owner = f"from {path_text(by)}" if by else "of this project"
            yield Problem(None, given, f"a rule {owner} is called {name!r} already", "rename it")
        else:
            what = f"two rules of the security group would be called {name!r}"
            yield Problem(None, given, what, "rename a server or a client group")


def _is_entry(keys: Keys) -> bool:
    """Whether the setting is the name of a list's entry: `(..., 2, "name")`."""
    return keys[-1:] == ("name",)
