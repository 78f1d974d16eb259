"""AWS Network Firewall: rule groups and policies as one chain.

Order: AWS Network Firewall developer guide, "Managing evaluation order", 2026-11. In strict order
groups come by priority and rules as they stand; in default order pass, then drop, then reject, and
what no rule takes passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from wsus_egress.controls.base import Verdict
from wsus_egress.readers.foreign.network_defaults import default_of, fragments, waits
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.foreign.rule_groups import STRICT, Group, read_group
from wsus_egress.readers.formats.things import (
    BOTH,
    Contents,
    Ref,
    Thing,
    many,
    named_sets,
    one,
    pick,
)
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import Chain, Place, Term

NAME: Final = "aws-network-firewall"
_MISSING: Final = "missing"
_UNKNOWN_SETTINGS: Final = {
    "stateful_engine_options": UNKNOWN,
    "stateless_default_actions": UNKNOWN,
}


# The groups that AWS itself keeps drop and alert ("Managed rule groups", developer guide, 2026-11).
_MANAGED: Final = ":aws-managed:"


def chain_of_policy(
    policy: Thing | None, groups: Sequence[tuple[Group, str]], body: Mapping[str, Any]
) -> Chain:
    """A policy's chain.

    Args:
        policy: None for groups that no policy of the input uses.
        groups: Its groups, in the order of their priorities, each with its override.
        body: The policy's own settings.
    """
    names = tuple(
        dict.fromkeys([*([policy.name] if policy else []), *(g.thing.name for g, _ in groups)])
    )
    first = policy or groups[0][0].thing
    order = pick(one(pick(body, "stateful_engine_options")) or {}, "rule_order")
    unordered = order is UNKNOWN or isinstance(order, Ref)
    strict = str(order).upper() == STRICT if policy else any(group.strict for group, _ in groups)
    stateful: list[Term] = []
    for group, override in groups:
        terms = group.stateful
        if override == "DROP_TO_ALERT":
            terms = tuple(t for t in terms if t.action != "deny")
        stateful += terms
    if unordered:
        stateful = [replace(term, sure=False) for term in stateful]
    elif not strict:
        # What drops by itself comes after what passes, wherever it stands.
        rank = {"allow": 0, "unknown": 1, "deny": 2}
        stateful.sort(key=lambda term: rank[term.action])
    default, rest, starts = default_of(policy, body, strict=strict or unordered)
    if unordered:
        default, rest, starts = Verdict.OPAQUE, "the rule order, which is not known", Verdict.OPAQUE
    stateless = [term for group, _ in groups for term in group.stateless]
    simple = [t for t in stateless if not t.early]
    given = many(pick(body, "stateless_default_actions"))
    actions = [str(each) for each in given]
    if policy and any(each is UNKNOWN or isinstance(each, Ref) for each in given):
        name = "the stateless default action, which is not known"
        place = Place(first.file, first.path)
        simple.append(Term(id=name, action="unknown", place=place, sure=False))
    elif policy and "aws:pass" in actions:
        simple.append(
            Term(
                id="the stateless default action aws:pass",
                action="allow",
                place=Place(first.file, first.path),
            )
        )
    elif policy and "aws:drop" in actions:
        forwarded = [t for t in stateless if t.early]
        if not forwarded:
            simple.append(
                Term(
                    id="the stateless default action aws:drop",
                    action="deny",
                    place=Place(first.file, first.path),
                )
            )
    if any(term.early for term in stateless):
        # What is handed on to the stateful rules meets no later stateless one.
        simple = [replace(term, sure=False) for term in simple]
    before = [replace(term, early=True) for term in simple]
    return Chain(
        name=NAME, resources=names, place=Place(first.file, first.path),
        terms=(*before, *stateful), default=default, rest=rest, handshake=True, sees_names=True,
        starts=starts, hasty=default is Verdict.DENY and not waits(body),
    )  # fmt: skip


def _unknown_group(thing: Thing) -> Group:
    """A group that is in no file: it may do anything."""
    place = Place(thing.file, thing.path)
    term = Term(id=thing.name, action="unknown", place=place, sure=False, early=True)
    return Group(thing, (term,), (), strict=True)


def chains(
    things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver
) -> Iterator[Chain]:
    """One chain for each policy; the groups that no policy uses together as one more."""
    used: set[int] = set()
    policies = things.get("fw-policy", [])
    for policy in policies:
        contents = files[policy.file]
        body = one(pick(policy.body, "firewall_policy")) or {}
        if body is UNKNOWN or isinstance(body, Ref):
            contents.gap(
                f"the settings of {policy.name} are not known", BOTH, policy.path, weighed=True
            )
            body = _UNKNOWN_SETTINGS
        fragments(policy, body, contents)
        variables = named_sets(
            pick(one(pick(body, "policy_variables")) or {}, "rule_variables"),
            "ip_set",
            "definition",
        )
        groups = []
        for key in ("stateless_rule_group_references", "stateful_rule_group_references"):
            for group, override in _references(policy, body, key, contents, resolver):
                used.add(id(group))
                if group.kind == _MISSING:
                    groups.append((_unknown_group(group), override))
                else:
                    groups.append((read_group(group, files[group.file], variables), override))
        yield chain_of_policy(policy, groups, body)
    alone = [t for t in things.get("rule-group", []) if id(t) not in used]
    if alone and not policies:
        yield chain_of_policy(None, [(read_group(t, files[t.file], {}), "") for t in alone], {})
    for thing in alone if policies else ():
        files[thing.file].gap(
            f"no policy of the input uses rule group {thing.name}", "", thing.path
        )
    for thing in things.get("suricata", []):
        read = read_group(Thing("suricata", thing.name, {"rules": thing.body["text"]}, thing.file,
                                (), thing.ids), files[thing.file], {})  # fmt: skip
        files[thing.file].assumed.append(
            "Suricata's own order, pass before drop, and what no rule takes is let through"
        )
        yield chain_of_policy(None, [(read, "")], {})


def _references(
    policy: Thing, body: Mapping[str, Any], key: str, contents: Contents, resolver: Resolver
) -> Iterator[tuple[Thing, str]]:
    written = many(pick(body, key, key[:-1]))
    entries = []
    for each in written:
        if each is UNKNOWN or isinstance(each, Ref):
            entries.append((0, UNKNOWN, ""))
            continue
        priority = pick(each, "priority")
        override = str(pick(one(pick(each, "override")) or {}, "action") or "")
        at = number_of(priority) or 0
        if len(written) > 1 and (priority is UNKNOWN or isinstance(priority, Ref)):
            what = f"the order of the rule groups of {policy.name} is not known"
            contents.gap(what, BOTH, policy.path)
        entries.append((at, pick(each, "resource_arn"), override))
    found: list[tuple[int, Thing, str]] = []
    for at, value, override in entries:
        hits = resolver.find(value, "rule-group", policy)
        taken = [thing for _, thing, _ in found]
        left = [hit for hit in hits if hit not in taken]
        if len(hits) > 1 and len(entries) > 1:
            contents.gap(f"which of {len(hits)} rule groups has priority {at} in {policy.name} is not known",
                         BOTH, policy.path)  # fmt: skip
        if left:
            found.append((at, left[0], override))
        elif isinstance(value, str) and _MANAGED in value:
            if override != "DROP_TO_ALERT":
                contents.gap(
                    f"AWS keeps the rules of {value.rpartition('/')[2]}, which may drop",
                    "narrower",
                    policy.path,
                )
        else:
            name = value.rpartition("/")[2] if isinstance(value, str) else "that it refers to"
            contents.gap(f"the rule group {name} of {policy.name} is in no file", BOTH, policy.path)
            missing = Thing(
                _MISSING, f"the rule group {name}", {}, policy.file, policy.path, frozenset()
            )
            found.append((at, missing, override))
    for _, thing, override in sorted(found, key=lambda each: each[0]):
        yield thing, override
