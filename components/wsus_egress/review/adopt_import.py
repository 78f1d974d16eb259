"""Which of somebody's resources an import can keep as what the adopted settings declare, with their ids.

For example the group `sg-0a1b2c3d4e5f60718` becomes `wsus-wsus`, and its rule `sgr-...` for TCP 443 becomes
`wsus-wsus-egress-https-ipv4`. A rule group or a firewall policy is kept only where it says what the
settings' own says: an import would otherwise put these rules in place of others, for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.controls import Document
from wsus_egress.readers.formats.things import Thing, many, named_sets, one, pick
from wsus_egress.review.import_file import Declared
from wsus_egress.review.import_ids import MADE_UP

_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_RULE_GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
_POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
_REFERENCE: Final = re.compile(r"\$\{(.+)\.arn\}")
_Rule = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A resource that an import keeps.

    Attributes:
        declared: What the settings declare in its place.
        id: Its id in AWS.
        name: The name that it has there and no setting says yet; empty for the others.
    """

    declared: Declared
    id: str
    name: str = ""


def kept(declared: Sequence[Declared], things: Iterable[Thing]) -> tuple[Kept, ...]:
    """What the files have of what the settings declare, each resource once."""
    files = tuple(things)
    groups = dict(_groups(declared, files))
    rules = dict(_rules(groups, files))
    rule_groups = dict(_rule_groups(declared, files))
    found: list[Kept] = []
    for each in declared:
        document = each.document
        if document.type == _GROUP and document.name in groups:
            found.append(Kept(each, groups[document.name]))
        elif document.type == _EGRESS and (id_ := rules.get(_rule(document))):
            found.append(Kept(each, id_))
        elif document.type == _RULE_GROUP and document.name in rule_groups:
            id_ = rule_groups[document.name]
            found.append(Kept(each, id_, id_.rpartition("/")[2]))
        elif document.type == _POLICY and (id_ := _policy(document, rule_groups, files)):
            found.append(Kept(each, id_, id_.rpartition("/")[2]))
    return tuple(found)


def _groups(declared: Iterable[Declared], things: Iterable[Thing]) -> Iterator[tuple[str, str]]:
    """The security groups by the names of those that are called like them."""
    for document in (each.document for each in declared if each.document.type == _GROUP):
        name = document.properties.get("name")
        ids = {
            id_
            for thing in things
            if thing.kind == "sg" and name and pick(thing.body, "group_name", "name") == name
            for id_ in _ids(thing, _GROUP)
        }
        if len(ids) == 1:
            yield document.name, ids.pop()


def _rules(
    groups: Mapping[str, str], things: Iterable[Thing]
) -> Iterator[tuple[tuple[str, _Rule], str]]:
    """The rules of these groups that have ids of their own, by what EC2 knows them by."""
    names = {id_: name for name, id_ in groups.items()}
    owners = {
        each: names[id_]
        for thing in things if thing.kind == "sg"
        for id_ in _ids(thing, _GROUP) if id_ in names
        for each in thing.ids
    }  # fmt: skip
    for thing in (each for each in things if each.kind == "sg-egress"):
        of = pick(thing.body, "security_group_id", "group_id")
        owner = owners.get(of.lower()) if isinstance(of, str) else None
        ids = _ids(thing, _EGRESS)
        if owner and len(ids) == 1:
            yield (owner, _identity(thing.body)), ids[0]


def _rule(document: Document) -> tuple[str, _Rule]:
    group = str(document.properties["securityGroupId"])
    match = re.fullmatch(r"\$\{(.+)\.id\}", group)
    return match[1] if match else group, _identity(document.properties)


def _identity(body: Mapping[str, Any]) -> _Rule:
    """Protocol, ports and peer: EC2 refuses a second rule of the same."""
    peer = pick(body, "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
    parts = (pick(body, "ip_protocol"), pick(body, "from_port"), pick(body, "to_port"), peer)
    protocol, low, high, peer = (_plain(part) for part in parts)
    return protocol, low, high, peer


def _plain(value: Any) -> str:
    """A number as every format writes it: the engine's states have 443.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _rule_groups(
    declared: Iterable[Declared], things: Iterable[Thing]
) -> Iterator[tuple[str, str]]:
    """The rule groups that have the same rules, variables and capacity."""
    for document in (each.document for each in declared if each.document.type == _RULE_GROUP):
        ids = {
            _arn(thing, _RULE_GROUP)
            for thing in things
            if thing.kind == "rule-group" and _same_rules(document, thing)
        } - {""}
        if len(ids) == 1:
            yield document.name, ids.pop()


def _same_rules(document: Document, thing: Thing) -> bool:
    capacity = pick(thing.body, "capacity")
    same = capacity is None or _plain(capacity) == str(document.properties["capacity"])
    return same and _said(thing.body) == _said(document.properties)


def _said(group: Mapping[str, Any]) -> tuple[Any, Any]:
    """A rule group's text, and what its variables stand for."""
    body = one(pick(group, "rule_group"))
    sets = pick(one(pick(body, "rule_variables")), "ip_sets", "IPSets")
    variables = named_sets(sets, "ip_set", "definition")
    return pick(one(pick(body, "rules_source")), "rules_string"), variables


def _policy(document: Document, groups: Mapping[str, str], things: Iterable[Thing]) -> str:
    """The one policy of these rule groups alone and the same default actions; empty where there is none."""
    own = document.properties["firewallPolicy"]
    references = [
        (match := _REFERENCE.fullmatch(arn)) and groups.get(match[1]) for arn in _references(own)
    ]
    found = {
        _arn(thing, _POLICY)
        for thing in things
        if thing.kind == "fw-policy" and (body := one(pick(thing.body, "firewall_policy")))
        if sorted(map(str, references)) == sorted(_references(body))
        and _defaults(body) == _defaults(own)
    } - {""}
    return found.pop() if len(found) == 1 else ""


def _references(policy: Any) -> list[str]:
    """The ARNs of all rule groups of a policy."""
    names = (f"{state}_rule_group_reference" for state in ("stateful", "stateless"))
    rows = [row for name in names for row in many(pick(policy, name, f"{name}s"))]
    return [str(pick(row, "resource_arn")) for row in rows]


def _defaults(policy: Any) -> list[list[str]]:
    keys = (
        "stateful_default_actions",
        "stateless_default_actions",
        "stateless_fragment_default_actions",
    )
    return [sorted(map(str, many(pick(policy, key)))) for key in keys]


def _ids(thing: Thing, token: str) -> tuple[str, ...]:
    return tuple(sorted(each for each in thing.ids if MADE_UP[token].pattern.fullmatch(each)))


def _arn(thing: Thing, token: str) -> str:
    """A resource's ARN as AWS writes it: things keep their ids in small letters, and a name may have others."""
    for arn in _ids(thing, token):
        start, _, end = arn.rpartition("/")
        for name in (pick(thing.body, "name"), thing.name):
            if isinstance(name, str) and name.lower() == end:
                return f"{start}/{name}"
    return ""
