"""AWS security groups and network ACLs as chains: ports and addresses, blind to names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from wsus_egress.controls.base import Verdict
from wsus_egress.readers.foreign.fields import blocks
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.formats.things import Contents, Ref, Thing, many, one, pick
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import BOTH, Chain, Place, Term
from wsus_egress.readers.terms.spans import EVERYWHERE, INTERNAL, PORTS, Spans, joined

GROUP: Final = "aws-security-group"
ACL: Final = "aws-network-acl"
_PROTOCOLS: Final[Mapping[str, tuple[str, ...]]] = {
    "-1": BOTH, "all": BOTH, "tcp": ("tcp",), "6": ("tcp",), "udp": ("udp",), "17": ("udp",),
}  # fmt: skip
# Entries beyond the most that a person writes: the final denial of every ACL.
_ACL_LAST: Final = 32767


@dataclass(frozen=True)
class Groups:
    """Reads the security groups of an input."""

    things: Mapping[str, list[Thing]]
    files: Mapping[str, Contents]
    resolver: Resolver

    def chain(self, groups: Sequence[Thing]) -> Chain:
        """The groups of one interface: what any of them permits, passes."""
        terms = [term for group in groups for term in self._terms(group)]
        names = tuple(group.name for group in groups)
        first = groups[0]
        return Chain(
            name=GROUP, resources=names, place=Place(first.file, first.path), terms=tuple(terms),
            default=Verdict.DENY, rest="no rule permits it",
        )  # fmt: skip

    def _terms(self, group: Thing) -> Iterator[Term]:
        inside = pick(group.body, "egress", "security_group_egress")
        attached = [
            rule
            for kind in ("sg-egress", "sg-rule")
            for rule in self._by_group.get(id(group), ())
            if rule.kind == kind
        ]
        seen: set[tuple[Any, ...]] = set()
        if group.body.get("unread") is True:
            place = Place(group.file, group.path)
            yield Term(id=f"a rule of {group.name}", action="allow", place=place, sure=False)
            return
        if inside is UNKNOWN or isinstance(inside, Ref):
            inside = [UNKNOWN]
        bodies = [(each, (*group.path, *self._key(group), number), f"egress rule {number + 1} of {group.name}")
                  for number, each in enumerate(many(inside))]  # fmt: skip
        bodies += [(rule.body, rule.path, rule.name) for rule in attached]
        # CloudFormation and the service itself keep the open default where no rule is written, and
        # where the list of rules is empty (CloudFormation user guide, AWS::EC2::SecurityGroup: only
        # one or more egress rules remove it, 2026-11); Terraform and Pulumi take
        # it away (terraform-provider-aws, `resource_aws_security_group`, 2026-11).
        if not bodies and self._keeps_default(group):
            yield Term(
                id=f"the open default of {group.name}, which has no egress rule", action="allow",
                place=Place(group.file, group.path),
            )  # fmt: skip
            return
        for body, path, name in bodies:
            for term in self._rule(body, group, Place(group.file, path), name):
                # A state lists the separate rules in the group too.
                key = (term.destinations, term.ports, term.protocols, term.sure)
                if key not in seen:
                    seen.add(key)
                    yield term

    @staticmethod
    def _key(group: Thing) -> tuple[str, ...]:
        """The key under which the rules stand in the file."""
        found = [k for k in ("egress", "Egress", "SecurityGroupEgress") if k in group.body]
        return ("IpPermissionsEgress",) if "explicit" in group.body else tuple(found[:1])

    @staticmethod
    def _keeps_default(group: Thing) -> bool:
        return "explicit" not in group.body and any(
            key in group.body
            for key in (
                "GroupDescription",
                "SecurityGroupIngress",
                "groupDescription",
                "group_description",
                "SecurityGroupEgress",
                "securityGroupEgress",
                "security_group_egress",
            )
        )

    @cached_property
    def absent(self) -> list[Thing]:
        """The groups that are in no file, though rules of theirs are."""
        found: dict[str, Thing] = {}
        for kind in ("sg-egress", "sg-rule"):
            for rule in self.things.get(kind, ()):
                value = pick(rule.body, "security_group_id", "group_id")
                name = group_name(value)
                if name in found or self.resolver.find(value, "sg", rule):
                    continue
                self.files[rule.file].gap(
                    f"{name} is in no file, and may have further rules", "wider", rule.path
                )
                found[name] = Thing(
                    "sg", name, {"explicit": True}, rule.file, rule.path, frozenset()
                )
        return list(found.values())

    @cached_property
    def _by_group(self) -> dict[int, list[Thing]]:
        found: dict[int, list[Thing]] = {}
        for kind in ("sg-egress", "sg-rule"):
            for rule in self.things.get(kind, ()):
                if kind == "sg-rule" and str(pick(rule.body, "type")).lower() == "ingress":
                    continue
                value = pick(rule.body, "security_group_id", "group_id")
                for owner in self.resolver.find(value, "sg", rule):
                    found.setdefault(id(owner), []).append(rule)
                for owner in self.absent:
                    if owner.name == group_name(value):
                        found.setdefault(id(owner), []).append(rule)
        return found

    def _rule(self, body: Any, group: Thing, place: Place, name: str) -> Iterator[Term]:
        if not isinstance(body, Mapping):
            self.files[group.file].gap(f"{name} is not known", path=place.path, weighed=True)
            yield Term(id=name, action="allow", place=place, sure=False)
            return
        word = pick(body, "ip_protocol", "protocol")
        unread: list[str] = []
        protocols = _PROTOCOLS.get(str(word).lower(), ())
        if word is UNKNOWN or isinstance(word, Ref):
            unread.append("its protocol is not known")
            protocols = BOTH
        ports = PORTS
        low, high = pick(body, "from_port"), pick(body, "to_port")
        if str(word).lower() not in ("-1", "all") and (low is not None or high is not None):
            try:
                ports = ((int(low), int(high)),)
            except (OverflowError, TypeError, ValueError):
                unread.append("its ports are not known")
        if not protocols:
            return  # ICMP and the like carry no connection.
        destinations, missing = self._peers(body, group)
        if unread or missing:
            what = " and ".join([*unread, *missing])
            self.files[group.file].gap(f"{name}: {what}", path=place.path, weighed=True)
        if destinations:
            yield Term(id=name, action="allow", place=place, destinations=destinations, ports=ports,
                       protocols=protocols, sure=not unread)  # fmt: skip
        if missing:
            yield Term(
                id=name, action="allow", place=place, ports=ports, protocols=protocols, sure=False
            )

    def _peers(self, body: Mapping[str, Any], group: Thing) -> tuple[Spans, list[str]]:
        texts: list[Any] = []
        for key in ("cidr_ipv4", "cidr_ipv6", "cidr_ip", "cidr_blocks", "ipv6_cidr_blocks"):
            value = pick(body, key)
            texts += [value] if value is UNKNOWN or isinstance(value, Ref) else many(value)
        found, bad = blocks(texts)
        unread = ["an address of it is not known"] if bad else []
        spans = list(found)
        lists = [v for key in ("prefix_list_ids", "prefix_list_id", "destination_prefix_list_id")
                 for v in many(pick(body, key))]  # fmt: skip
        for value in lists:
            known, what = self._prefix_list(value, group)
            spans += known
            unread += what
        peers = ("security_groups", "referenced_security_group_id", "source_security_group_id",
                 "destination_security_group_id")  # fmt: skip
        if any(many(pick(body, key)) for key in peers):
            spans += INTERNAL  # Members of a group have private addresses.
        return joined(spans), unread

    def _prefix_list(self, value: Any, group: Thing) -> tuple[Spans, list[str]]:
        hits = self.resolver.find(value, "prefix-list", group)
        entries: list[Any] = []
        for thing in hits:
            entries += [pick(e, "cidr") for e in many(pick(thing.body, "entry", "entries"))]
        of_list = [
            entry
            for entry in self.things.get("prefix-entry", ())
            if str(pick(entry.body, "prefix_list_id")).lower() == str(value).lower()
            or any(
                hit in self.resolver.find(pick(entry.body, "prefix_list_id"), "prefix-list", entry)
                for hit in hits
            )
        ]
        for entry in of_list:
            entries += [*many(pick(entry.body, "cidrs")), *many(pick(entry.body, "cidr"))]
        found, bad = blocks(entries)
        if (not hits and not of_list) or bad:
            name = value if isinstance(value, str) else "that it names"
            return found, [f"the addresses of prefix list {name} are not known"]
        return found, []


def group_name(value: Any) -> str:
    """What a group is called that is in no file."""
    return f"the group {value}" if isinstance(value, str) else "the group that is not known"


def acl_chain(
    acl: Thing, things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver
) -> Chain:
    """A network ACL's outbound entries, the lowest number first; answers are not followed."""
    contents = files[acl.file]
    rows: list[tuple[int, Term]] = []
    bodies = [
        (each, acl.path, f"an entry of {acl.name}") for each in many(pick(acl.body, "egress"))
    ]
    for rule in things.get("acl-rule", ()):
        of = resolver.find(pick(rule.body, "network_acl_id"), "acl", rule)
        if acl in of and str(pick(rule.body, "egress")).lower() == "true":
            bodies.append((rule.body, rule.path, rule.name))
    for body, path, name in bodies:
        place = Place(acl.file, path)
        ends = one(pick(body, "port_range")) or {}
        action = str(pick(body, "action", "rule_action")).lower()
        low, high = (
            pick(body, "from_port") or pick(ends, "from"),
            pick(body, "to_port") or pick(ends, "to"),
        )
        texts = [v for key in ("cidr_block", "ipv6_cidr_block") for v in many(pick(body, key))]
        found, bad = blocks(texts)
        given = pick(body, "protocol")
        word = str(given).lower()
        hidden = given is UNKNOWN or isinstance(given, Ref)
        protocols = BOTH if hidden else _PROTOCOLS.get(word, ())
        ports, sure = PORTS, not bad and not hidden and action in ("allow", "deny")
        if (word not in ("-1", "all") and low not in (None, 0)) or high not in (None, 0):
            try:
                ports = ((int(low or 0), int(high)),)
            except (OverflowError, TypeError, ValueError):
                sure = False
        given = pick(body, "rule_no", "rule_number")
        if number_of(given) is None:
            sure = False
        number = number_of(given) or 0
        if not sure:
            contents.gap(f"{name} is not known in full", path=path, weighed=True)
        if protocols and number <= _ACL_LAST:
            rows.append((number, Term(
                id=f"{name} ({number})", action="deny" if action == "deny" else "allow", place=place,
                destinations=found if not bad else EVERYWHERE, ports=ports, protocols=protocols, sure=sure,
            )))  # fmt: skip
    terms = tuple(term for _, term in sorted(rows, key=lambda row: row[0]))
    return Chain(name=ACL, resources=(acl.name,), place=Place(acl.file, acl.path), terms=terms,
                 default=Verdict.DENY, rest="no entry permits it")  # fmt: skip
