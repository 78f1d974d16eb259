"""Route 53 DNS Firewall as a chain: names alone, whatever the port.

Order and actions: Amazon Route 53 developer guide, "Rule actions in DNS Firewall" and "Settings for
rules", 2026-11. What no rule has is resolved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from wsus_egress.controls.base import Verdict
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.formats.things import Contents, Ref, Thing, many, pick
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import Chain, Names, Place, Term
from wsus_egress.readers.terms.names import pattern

NAME: Final = "aws-dns-firewall"
_EVERY: Final = ("*", "*.")


def chains(
    things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver
) -> Iterator[Chain]:
    """All groups as one chain, in the order of their associations; none where there is no rule."""
    rows: list[tuple[int, int, Thing, Mapping[str, Any]]] = []
    groups: dict[str, int] = {}
    for link in things.get("dns-link", ()):
        value = pick(link.body, "firewall_rule_group_id")
        for group in resolver.find(value, "dns-group", link):
            groups[group.name] = _number(pick(link.body, "priority"))
        if isinstance(value, str):
            groups[value.lower()] = _number(pick(link.body, "priority"))
    for rule in things.get("dns-rule", ()):
        value = pick(rule.body, "firewall_rule_group_id")
        hits = resolver.find(value, "dns-group", rule)
        key = hits[0].name if hits else str(value).lower()
        rows.append((groups.get(key, 0), _number(pick(rule.body, "priority")), rule, rule.body))
    for group in things.get("dns-group", ()):
        for body in many(pick(group.body, "firewall_rules")):
            place = groups.get(group.name, 0)
            rows.append((place, _number(pick(body, "priority")), group, body))
    _absent(things, files, resolver)
    if not rows:
        return
    terms: list[Term] = []
    for _, _, owner, body in sorted(rows, key=lambda row: row[:2]):
        terms += _terms(owner, body, files[owner.file], resolver)
    first = rows[0][2]
    yield Chain(
        name=NAME, resources=tuple(dict.fromkeys(row[2].name for row in rows)),
        place=Place(first.file, first.path), terms=tuple(terms), default=Verdict.ALLOW,
        rest="no rule of the DNS Firewall blocks it", sees_names=True, resolves=True,
    )  # fmt: skip


def _absent(
    things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver
) -> None:
    """Groups that are associated and have no rule in any file: theirs may block."""
    having = [pick(rule.body, "firewall_rule_group_id") for rule in things.get("dns-rule", ())]
    owners = [
        group
        for rule, value in zip(things.get("dns-rule", ()), having, strict=True)
        for group in resolver.find(value, "dns-group", rule)
    ]
    for link in things.get("dns-link", ()):
        value = pick(link.body, "firewall_rule_group_id")
        hits = resolver.find(value, "dns-group", link)
        there = any(
            group in owners or pick(group.body, "firewall_rules") is not None for group in hits
        )
        if not there and (not isinstance(value, str) or value not in having):
            name = value if isinstance(value, str) else "that is not known"
            what = f"the rules of the DNS Firewall's group {name} are in no file"
            files[link.file].gap(what, "narrower", link.path)


def _number(value: Any) -> int:
    return number_of(value) or 0


def _terms(owner: Thing, body: Any, contents: Contents, resolver: Resolver) -> Iterator[Term]:
    place = Place(owner.file, owner.path)
    name = f"rule {pick(body, 'name') or owner.name}"
    word = str(pick(body, "action")).upper()
    # An alert lets the name be resolved.
    action: Literal["allow", "deny", "unknown"] = (
        "deny" if word == "BLOCK" else "allow" if word in ("ALLOW", "ALERT") else "unknown"
    )
    if action == "deny" and pick(body, "q_type", "qtype"):
        return  # It blocks some queries for a name only.
    value = pick(body, "firewall_domain_list_id")
    hits = resolver.find(value, "dns-list", owner)
    patterns: list[Pattern] = []
    every, unread = False, not hits or len(hits) > 1
    for text in (t for hit in hits for t in _domains(hit)):
        if text in _EVERY:
            every = True
            continue
        found = pattern(str(text).removesuffix(".")) if isinstance(text, str) else None
        patterns += [found] if found else []
        unread |= found is None
    if unread:
        which = value if isinstance(value, str) else "that is not known"
        contents.gap(f"{name}: its domain list {'' if hits else which} cannot be read in full",
                     "narrower" if action == "deny" else "wider, narrower", owner.path, weighed=True)  # fmt: skip
    if (
        str(pick(body, "firewall_domain_redirection_action")).upper() != "TRUST_REDIRECTION_DOMAIN"
        and action == "allow"
        and not every
    ):
        text = "a DNS Firewall rule inspects redirections: what a listed name leads to has to be allowed too"
        if text not in contents.assumed:
            contents.assumed.append(text)
    names = None if every else Names(patterns=tuple(patterns), most=ALL_NAMES if unread else None)
    yield Term(id=name, action=action, place=place, names=names)


def _domains(thing: Thing) -> list[Any]:
    found = pick(thing.body, "domains")
    if found is UNKNOWN or isinstance(found, Ref) or found is None:
        return [UNKNOWN]
    return many(found)
