"""AWS Network Firewall: rule groups and policies as one chain.

Order: AWS Network Firewall developer guide, "Managing evaluation order", 2026-11. In strict order
groups come by priority and rules as they stand; in default order pass, then drop, then reject, and
what no rule takes passes.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from wsus_egress.controls.base import Verdict
from wsus_egress.model.flows import Application
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES
from wsus_egress.readers.foreign.network_defaults import default_of, fragments, waits
from wsus_egress.readers.foreign.resolve import Resolver
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
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import Chain, Names, Place, Term
from wsus_egress.readers.terms.names import pattern
from wsus_egress.readers.terms.spans import EVERYWHERE, PORTS, Spans, joined, of_network
from wsus_egress.readers.terms.suricata_terms import Notes, Variables, terms_of
from wsus_egress.readers.terms.suricata_text import Option, Rule, logical_lines, parse

NAME: Final = "aws-network-firewall"
_MISSING: Final = "missing"
_STRICT: Final = "STRICT_ORDER"
# The groups that AWS itself keeps drop and alert ("Managed rule groups", developer guide, 2026-11).
_MANAGED: Final = ":aws-managed:"
_TARGETS: Final[Mapping[str, tuple[Application, ...]]] = {
    "TLS_SNI": ("tls",),
    "HTTP_HOST": ("http",),
}
_GENERATED: Final[Mapping[str, Literal["allow", "deny"]]] = {
    "ALLOWLIST": "allow", "DENYLIST": "deny", "REJECTLIST": "deny",
}  # fmt: skip
# What the same words mean where rules are given in parts.
_ACTIONS: Final = {"PASS": "pass", "DROP": "drop", "ALERT": "alert", "REJECT": "reject"}
_BUFFERS: Final = (
    "tls.sni",
    "http.host",
    "tls_sni",
    "dotprefix",
    "content",
    "endswith",
    "startswith",
)


@dataclass(frozen=True, slots=True)
class Group:
    """A rule group as it was read.

    Attributes:
        stateful: Its terms in the order in which they stand.
        stateless: Those that come before all stateful ones, in their order.
        strict: Whether it says that it is for strict order.
    """

    thing: Thing
    stateful: tuple[Term, ...]
    stateless: tuple[Term, ...]
    strict: bool


def read_group(thing: Thing, contents: Contents, policy_variables: Mapping[str, Any]) -> Group:
    """A rule group, with the variables of the policy that uses it."""
    body = one(pick(thing.body, "rule_group")) or {}
    source = one(pick(body, "rules_source")) or {}
    text = pick(thing.body, "rules")
    if not isinstance(text, str):
        text = pick(source, "rules_string")
    own = pick(body, "rule_variables")
    sets = one(own) or {}
    addresses = {
        **policy_variables,
        **named_sets(pick(sets, "ip_sets", "IPSets"), "ip_set", "definition"),
    }
    references = one(pick(body, "reference_sets")) or {}
    for each in named_sets(
        pick(references, "ip_set_references", "IPSetReferences"),
        "ip_set_reference",
        "reference_arn",
    ):
        addresses[each] = UNKNOWN
    variables = Variables(addresses, named_sets(pick(sets, "port_sets"), "port_set", "definition"))
    notes = Notes()
    where = Place(
        thing.file, (*thing.path, *(("RuleGroup",) if "rule_group" in thing.body else ()))
    )
    stateful: list[Term] = []
    parts = (
        body,
        source,
        text,
        own,
        pick(source, "rules_source_list"),
        pick(source, "stateful_rules", "stateful_rule"),
    )
    if any(each is UNKNOWN or isinstance(each, Ref) for each in parts):
        contents.gap(f"the rules of {thing.name} are not known", BOTH, thing.path, weighed=True)
        stateful.append(
            Term(
                id=f"a rule of {thing.name}", action="unknown", place=where, sure=False, early=True
            )
        )
    if isinstance(text, str):
        stateful += _of_text(text, thing, where, variables, notes)
    written = many(pick(source, "stateful_rules", "stateful_rule"))
    stateful += _of_parts(written, thing, where, variables, notes)
    options = one(pick(body, "stateful_rule_options")) or {}
    strict = str(pick(options, "rule_order")).upper() == _STRICT
    domains = one(pick(source, "rules_source_list"))
    stateful += _of_list(domains, thing, where, variables, notes, strict=strict)
    bodies = one(pick(source, "stateless_rules_and_custom_actions")) or {}
    rules = many(pick(bodies, "stateless_rules", "stateless_rule"))
    stateless = tuple(_of_stateless(rules, thing, where, contents))
    for name, what, place in notes.unread:
        contents.gap(f"{name}: {what} cannot be read", BOTH, place.path, weighed=True)
    contents.assumed += [each for each in notes.assumed if each not in contents.assumed]
    return Group(thing, tuple(stateful), stateless, strict)


def _of_text(
    text: str, thing: Thing, where: Place, variables: Variables, notes: Notes
) -> Iterator[Term]:
    for line, rule_text in logical_lines(text):
        rule = parse(rule_text)
        place = Place(where.file, (line,)) if thing.kind == "suricata" else where
        if rule is None:
            name = f"line {line} of {thing.name}"
            notes.unread.append((name, "what is not formed as a rule", place))
            yield Term(id=name, action="unknown", place=place, sure=False, early=True)
            continue
        name = f"sid {rule.sid}" if rule.sid else f"line {line}"
        yield from terms_of(rule, f"{name} of {thing.name}", place, variables, notes)


def _of_parts(
    rules: list[Any], thing: Thing, where: Place, variables: Variables, notes: Notes
) -> Iterator[Term]:
    for number, each in enumerate(rules, start=1):
        head = one(pick(each, "header")) or {}
        words = [pick(head, key) for key in
                 ("protocol", "source", "source_port", "destination", "destination_port", "direction")]  # fmt: skip
        action = pick(each, "action")
        name = f"rule {number} of {thing.name}"
        options = pick(each, "rule_options", "rule_option")
        if any(not isinstance(w, (str, int)) for w in (*words, action)) or options is UNKNOWN:
            notes.unread.append((name, "what is not known yet", where))
            yield Term(id=name, action="unknown", place=where, sure=False, early=True)
            continue
        texts = [str(w) for w in words]
        sides = [_any(text) for text in texts[1:5]]
        way = "<>" if texts[5].upper() == "ANY" else "->"
        parsed = tuple(_options(many(options)))
        rule = Rule(_ACTIONS.get(str(action).upper(), str(action).lower()), texts[0].lower(),
                    sides[0], sides[1], way, sides[2], sides[3], parsed)  # fmt: skip
        # Terraform keeps options as a set: which content belongs to which name is lost.
        if "rule_option" in each and sum(o.word in _BUFFERS for o in parsed) > 1:
            notes.unread.append((name, "the order of its options, which a set has lost,", where))
            for term in terms_of(rule, name, where, variables, Notes()):
                yield replace(term, sure=False)
            continue
        yield from terms_of(rule, name, where, variables, notes)


def _any(text: str) -> str:
    return "any" if text.upper() == "ANY" else text


def _options(written: list[Any]) -> Iterator[Option]:
    for each in written:
        settings = [str(s) for s in many(pick(each, "settings"))]
        word, colon, value = str(pick(each, "keyword")).partition(":")
        yield Option(word.strip().lower(), value.strip() if colon else ",".join(settings))


def _of_list(  # noqa: PLR0913 - as for the other sources
    body: Any, thing: Thing, where: Place, variables: Variables, notes: Notes, *, strict: bool
) -> Iterator[Term]:
    """A domain list: the service makes rules of it, for every port.

    An entry with a leading dot has the domain itself and all names below it (botocore 1.44.5,
    RulesSourceList). After an allow list's rules comes one that drops all other names ("Examples of
    stateful rules", developer guide, 2026-11); that page shows the default order, and does not say
    so of strict order.
    """
    if not isinstance(body, Mapping):
        return
    kind = str(pick(body, "generated_rules_type")).upper()
    targets, types = many(pick(body, "targets")), many(pick(body, "target_types"))
    name = f"the domain list {thing.name}"
    if kind == "ALERTLIST":
        return
    action = _GENERATED.get(kind)
    spoken: list[Application] = []
    for each in types:
        known = _TARGETS.get(str(each))
        if known is None:
            notes.unread.append((name, f"the target type {each}", where))
        spoken += known or ()
    sources = Notes()
    home = next(iter(terms_of(Rule("pass", "ip", "$HOME_NET", "any", "->", "any", "any", ()),
                              name, where, variables, sources)))  # fmt: skip
    notes.assumed.update(sources.assumed)
    patterns, unread = [], False
    for each in targets:
        found = list(_entry(each))
        unread |= not found
        patterns += found
    if action is None or unread:
        what = f"the kind {kind}" if action is None else "an entry that is not a name"
        notes.unread.append((name, what, where))
    notes.unread += [(name, what, place) for _, what, place in sources.unread]
    if not spoken:
        return
    yield Term(
        id=name, action=action or "unknown", place=where, sources=home.sources, protocols=("tcp",),
        applications=tuple(spoken), names=Names(patterns=tuple(patterns)),
        sure=action is not None and home.sure, stage="data",
    )  # fmt: skip
    if unread:
        yield Term(
            id=name, action=action or "unknown", place=where, sources=home.sources,
            protocols=("tcp",), applications=tuple(spoken), names=Names(most=ALL_NAMES),
            sure=False, stage="data",
        )  # fmt: skip
    if action == "allow":
        yield Term(
            id=f"{name}, which drops what it does not list", action="deny", place=where,
            sources=home.sources, protocols=("tcp",), applications=tuple(spoken),
            sure=home.sure and not strict, stage="data",
        )  # fmt: skip


def _entry(text: Any) -> Iterator[Pattern]:
    if not isinstance(text, str):
        return
    host = text.strip().lower().removeprefix(".")
    itself, below = pattern(host), pattern(f"*.{host}")
    if itself and below:
        yield itself
        if text.strip().startswith("."):
            yield below


def _of_stateless(
    rules: Sequence[Any], thing: Thing, where: Place, contents: Contents
) -> Iterator[Term]:
    def priority(each: Any) -> int:
        found = pick(each, "priority")
        return int(found) if str(found).isdigit() else 0

    for number, each in enumerate(sorted(rules, key=priority), start=1):
        body = one(pick(each, "rule_definition")) or {}
        actions = [str(a) for a in many(pick(body, "actions"))]
        match = one(pick(body, "match_attributes")) or {}
        name = f"stateless rule {number} of {thing.name}"
        if "aws:forward_to_sfe" in actions:
            action = "forward"
        else:
            action = (
                "allow" if "aws:pass" in actions else "deny" if "aws:drop" in actions else "unknown"
            )
        sides: list[Spans] = []
        sure = action != "unknown"
        for key in ("sources", "destinations"):
            blocks = many(pick(match, key, key[:-1]))
            texts = [pick(b, "address_definition") for b in blocks]
            try:
                nets = [of_network(ipaddress.ip_network(str(t), strict=False)) for t in texts]
            except ValueError:
                nets, sure = [], False
            sides.append(joined(nets) if nets else EVERYWHERE)
        ports: list[Spans] = []
        for key in ("source_ports", "destination_ports"):
            blocks = many(pick(match, key, key[:-1]))
            try:
                ends = [(int(pick(b, "from_port")), int(pick(b, "to_port"))) for b in blocks]
            except (TypeError, ValueError):
                ends, sure = [], False
            ports.append(joined(ends) if ends else PORTS)
        numbers = [str(n) for n in many(pick(match, "protocols"))]
        carried = tuple(w for w, n in (("tcp", "6"), ("udp", "17")) if not numbers or n in numbers)
        flags = many(pick(match, "tcp_flags", "tcp_flag"))
        if not sure:
            contents.gap(f"{name} cannot be read", BOTH, thing.path, weighed=True)
        if carried:
            yield Term(
                id=name, action=action if action != "forward" else "unknown", place=where,  # type: ignore[arg-type]
                sources=sides[0], destinations=sides[1], ports=ports[1], protocols=carried,
                sure=sure and action != "forward" and ports[0] == PORTS and not flags, early=action == "forward",
            )  # fmt: skip


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
    order = str(pick(one(pick(body, "stateful_engine_options")) or {}, "rule_order")).upper()
    strict = order == _STRICT if policy else any(group.strict for group, _ in groups)
    stateful: list[Term] = []
    for group, override in groups:
        terms = group.stateful
        if override == "DROP_TO_ALERT":
            terms = tuple(t for t in terms if t.action != "deny")
        stateful += terms
    if not strict:
        # What drops by itself comes after what passes, wherever it stands.
        rank = {"allow": 0, "unknown": 1, "deny": 2}
        stateful.sort(key=lambda term: rank[term.action])
    default, rest, starts = default_of(policy, body, strict=strict)
    stateless = [term for group, _ in groups for term in group.stateless]
    simple = [t for t in stateless if not t.early]
    actions = [str(each) for each in many(pick(body, "stateless_default_actions"))]
    if policy and "aws:pass" in actions:
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
            body = {}
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
        at = int(priority) if str(priority).isdigit() else 0
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
