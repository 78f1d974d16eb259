"""AWS Network Firewall rule groups as terms: Suricata text, rules in parts, domain lists, stateless rules.

For example a domain list with `.example.com` is a term that allows `example.com` and every name below it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from wsus_egress.model.flows import Application
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES
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
from wsus_egress.readers.terms.chain import Names, Place, Term
from wsus_egress.readers.terms.names import pattern
from wsus_egress.readers.terms.spans import EVERYWHERE, PORTS, Spans, joined, of_network
from wsus_egress.readers.terms.suricata_terms import Notes, Variables, terms_of
from wsus_egress.readers.terms.suricata_text import Option, Rule, logical_lines, parse

STRICT: Final = "STRICT_ORDER"
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
    text = pick(thing.body, "rules")
    if isinstance(text, str) and (body is UNKNOWN or isinstance(body, Ref)):
        body = {}  # A group has the one or the other (botocore 1.44.5, CreateRuleGroup): the cloud fills it in.
    source = one(pick(body, "rules_source")) or {}
    if text is None:
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
    strict = str(pick(options, "rule_order")).upper() == STRICT
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
        return number_of(found) or 0

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
            except (OverflowError, TypeError, ValueError):
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
