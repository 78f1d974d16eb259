"""Azure Firewall as a chain: policies with their rule collection groups, and classic collections.

Order: "Azure Firewall rule processing logic", Microsoft Learn, 2026: network rules before application
rules whatever the groups; in each of them the base policy first; then the group's priority and the
collection's; what no rule has is denied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from wsus_egress.controls.base import Verdict
from wsus_egress.model.flows import Application
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES
from wsus_egress.readers.foreign.fields import ANY, TAGS, block, port_ranges
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.formats.things import Contents, Path, Ref, Thing, many, one, pick
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import BOTH, Chain, Names, Place, Term
from wsus_egress.readers.terms.names import pattern
from wsus_egress.readers.terms.spans import EVERYWHERE, INTERNET, Spans, joined

NAME: Final = "azure-application-rules"
_WEB: Final[Mapping[str, Application]] = {"http": "http", "https": "tls"}
_PROTOCOLS: Final = {"tcp": ("tcp",), "udp": ("udp",), "any": BOTH, "*": BOTH, "icmp": ()}
_FILTER: Final = "firewallpolicyfilterrulecollection"
_NAT: Final = "firewallpolicynatrulecollection"
_CLASSIC: Final[tuple[Literal["application", "network"], ...]] = ("application", "network")


@dataclass(frozen=True, slots=True)
class _Collection:
    """A rule collection, wherever it stands."""

    kind: Literal["application", "network"]
    owner: Thing
    name: str
    order: tuple[bool, int, int]
    action: Literal["allow", "deny", "unknown"]
    rules: Any
    path: Path


@dataclass(frozen=True)
class Firewalls:
    """Reads the firewalls of an input."""

    things: Mapping[str, list[Thing]]
    files: Mapping[str, Contents]
    resolver: Resolver

    def chains(self) -> Iterator[Chain]:
        """One chain for each policy that no other one inherits, and for each classic firewall."""
        policies = self.things.get("azure-policy", [])
        groups = self.things.get("azure-group", [])
        of: dict[str, list[Thing]] = {}
        for group in groups:
            owner = self._policy_of(group, policies)
            of.setdefault(owner, []).append(group)
        bases = {p.name: self._base(p, policies) for p in policies}
        inherited = {base.name for base in bases.values() if base}
        for name in dict.fromkeys([*(p.name for p in policies), *of]):
            if name in inherited and of.get(name) is not None and len(policies) > 1:
                continue
            policy = next((p for p in policies if p.name == name), None)
            own = of.get(name, [])
            base = bases.get(name)
            collections = [c for g in own for c in self._of_group(g, inherited=False)]
            if policy and base is None and pick(policy.body, "base_policy_id", "base_policy"):
                what = f"the base policy of {name}"
                collections.append(
                    _Collection(
                        "network",
                        policy,
                        what,
                        (False, 0, 0),
                        "unknown",
                        [(0, UNKNOWN)],
                        policy.path,
                    )
                )
            seen = {name}
            while base and base.name not in seen:
                seen.add(base.name)
                collections += [
                    c for g in of.get(base.name, []) for c in self._of_group(g, inherited=True)
                ]
                base = bases.get(base.name)
            first = policy or own[0] if policy or own else None
            if first is None or (not collections and not own):
                continue
            if policy:
                self._settings(policy)
                if ".data." in f".{policy.name}":
                    # It lists its groups by id alone, and others may have made more.
                    what = (
                        f"{policy.name} is only read, and may have groups that are not in the input"
                    )
                    self.files[policy.file].gap(what, path=policy.path)
            else:
                self.files[first.file].assumed.append(
                    f"the policy of {', '.join(g.name for g in own)} is in no file: it has no other groups and no base policy"
                )
            yield self._chain(
                first,
                tuple(dict.fromkeys([*([policy.name] if policy else []), *(g.name for g in own)])),
                collections,
            )
        yield from self._classic()

    def _policy_of(self, group: Thing, policies: list[Thing]) -> str:
        for key in ("firewall_policy_id", "parent_id", "firewall_policy_name"):
            value = pick(group.body, key)
            hits = self.resolver.find(value, "azure-policy", group)
            if hits:
                return hits[0].name
            if isinstance(value, str) and value:
                name = value.rpartition("/")[2]
                return next((p.name for p in policies if name.lower() in _called(p)), name)
        name = next((n for n in reversed(group.inside) if n and not n.startswith("module.")), "")
        if name:
            return next((p.name for p in policies if name.lower() in _called(p)), name)
        return policies[0].name if len(policies) == 1 else ""

    def _base(self, policy: Thing, policies: list[Thing]) -> Thing | None:
        value = pick(policy.body, "base_policy_id", "base_policy")
        if isinstance(value, Mapping):
            value = pick(value, "id")
        if value is None:
            return None
        hits = [h for h in self.resolver.find(value, "azure-policy", policy) if h in policies]
        if not hits:
            self.files[policy.file].gap(
                f"{policy.name} inherits from a base policy that is in no file; its rules come first",
                path=policy.path,
            )
        return hits[0] if hits else None

    def _settings(self, policy: Thing) -> None:
        proxy = one(pick(policy.body, "explicit_proxy"))
        if (
            isinstance(proxy, Mapping)
            and str(pick(proxy, "enable_explicit_proxy", "enabled")).lower() == "true"
        ):
            self.files[policy.file].gap(
                f"{policy.name} is an explicit proxy too, which is not judged", path=policy.path
            )

    def _of_group(self, group: Thing, *, inherited: bool) -> Iterator[_Collection]:
        priority = pick(group.body, "priority")
        first = int(priority) if str(priority).isdigit() else 0
        collections = pick(group.body, "rule_collections")
        contents = self.files[group.file]
        if collections is UNKNOWN or isinstance(collections, Ref) or not str(priority).isdigit():
            what = f"the rule collections or the priority of {group.name}"
            contents.gap(f"{what} are not known", path=group.path, weighed=True)
            yield _Collection(
                "network", group, what, (not inherited, 0, 0), "unknown", [(0, UNKNOWN)], group.path
            )
        if isinstance(collections, list):
            for number, each in enumerate(collections):
                path: Path = (*group.path, "ruleCollections", number)
                type_ = pick(each, "rule_collection_type")
                word = _FILTER if type_ is None else str(type_).lower()
                if word == _NAT:
                    self._nat(each, group, path)
                    continue
                if word != _FILTER:
                    yield self._unknown(group, first, path, inherited=inherited)
                    continue
                yield from self._split(each, group, first, path, inherited=inherited)
        for number, each in enumerate(many(pick(group.body, "nat_rule_collection"))):
            self._nat(each, group, (*group.path, "nat_rule_collection", number))
        for kind in ("application", "network"):
            key = f"{kind}_rule_collection"
            for number, each in enumerate(many(pick(group.body, key))):
                found = self._collection(
                    each, kind, group, first, (*group.path, key, number), inherited=inherited
                )
                yield from found

    def _nat(self, body: Any, owner: Thing, path: Path) -> None:
        """Name a collection of NAT rules: each lets pass what it translates."""
        what = f"the NAT rules of {pick(body, 'name') or owner.name} are not judged"
        self.files[owner.file].gap(what, "wider", path)

    def _split(
        self, body: Any, group: Thing, first: int, path: Path, *, inherited: bool
    ) -> Iterator[_Collection]:
        """A collection's application and network rules, each as a collection of its own."""
        rules = pick(body, "rules")
        if not isinstance(rules, list):
            yield self._unknown(group, first, path, inherited=inherited)
            return
        for kind in ("network", "application"):
            wanted = "networkrule" if kind == "network" else "applicationrule"
            mine = [(n, r) for n, r in enumerate(rules)
                    if str(pick(r, "rule_type")).lower() == wanted
                    or (kind == "network" and not _known_type(r))]  # fmt: skip
            # What is neither is judged with the network rules, which come first, as not known.
            mine = [(n, r if pick(r, "rule_type") is not None else UNKNOWN) for n, r in mine]
            if mine:
                yield from self._collection(
                    body, kind, group, first, path, inherited=inherited, rules=mine
                )

    def _collection(  # noqa: PLR0913 - where a collection stands
        self, body: Any, kind: Literal["application", "network"], group: Thing, first: int, path: Path,
        *, inherited: bool, rules: list[tuple[int, Any]] | None = None,
    ) -> Iterator[_Collection]:  # fmt: skip
        if not isinstance(body, Mapping):
            yield self._unknown(group, first, path, inherited=inherited)
            return
        word = pick(body, "action")
        word = str(pick(word, "type") if isinstance(word, Mapping) else word).lower()
        given = pick(body, "priority")
        action: Literal["allow", "deny", "unknown"] = (
            "allow" if word == "allow" else "deny" if word == "deny" else "unknown"
        )
        name = f"{pick(body, 'name')}"
        if action == "unknown" or not str(given).isdigit():
            self.files[group.file].gap(
                f"the action or priority of the collection {name} is not known",
                path=path,
                weighed=True,
            )
        key = "rules" if "rules" in body else "rule"
        if rules is None:
            rules = list(enumerate(many(pick(body, "rule", "rules"))))
        at = int(given) if str(given).isdigit() else 0
        order = (not inherited, first, at)
        yield _Collection(
            kind,
            group,
            name,
            order,
            action if str(given).isdigit() else "unknown",
            rules,
            (*path, key),
        )

    def _unknown(self, group: Thing, first: int, path: Path, *, inherited: bool) -> _Collection:
        """A collection that may do anything."""
        what = f"a rule collection of {group.name}"
        self.files[group.file].gap(f"{what} is not known", path=path, weighed=True)
        order = (not inherited, first, 0)
        return _Collection("network", group, what, order, "unknown", [(0, UNKNOWN)], path)

    def _chain(self, first: Thing, names: tuple[str, ...], collections: list[_Collection]) -> Chain:
        ordered = sorted(collections, key=lambda c: (c.kind == "application", c.order))
        terms = [
            term
            for each in ordered
            for number, rule in each.rules
            for term in self._terms(each, rule, number)
        ]
        return Chain(
            name=NAME, resources=names, place=Place(first.file, first.path), terms=tuple(terms),
            default=Verdict.DENY, rest="no rule has it", sees_names=True,
        )  # fmt: skip

    def _terms(self, collection: _Collection, rule: Any, number: int) -> Iterator[Term]:
        contents = self.files[collection.owner.file]
        place = Place(collection.owner.file, (*collection.path, number))
        called = pick(rule, "name")
        name = f"rule {called if isinstance(called, str) else number + 1} of {collection.name}"
        type_ = pick(rule, "rule_type")
        if not isinstance(rule, Mapping) or not (type_ is None or _known_type(rule)):
            what = name if type_ is None else f"{name}: its type {type_}"
            contents.gap(f"{what} cannot be read", path=place.path, weighed=True)
            yield Term(id=name, action="unknown", place=place, sure=False)
            return
        unread: list[str] = []
        sources = self._side(rule, "source", collection.owner, unread)
        make = self._network if collection.kind == "network" else self._application
        terms = list(make(collection, rule, name, place, sources, unread))
        if unread:
            contents.gap(
                f"{name}: {' and '.join(dict.fromkeys(unread))}", path=place.path, weighed=True
            )
        yield from terms

    def _side(self, rule: Mapping[str, Any], side: str, owner: Thing, unread: list[str]) -> Spans:
        found: list[tuple[int, int]] = []
        texts = many(pick(rule, f"{side}_addresses"))
        for text in texts:
            read = block(text)
            if read is not None:
                found += read
            elif isinstance(text, str) and text.lower() in ANY:
                found += EVERYWHERE
            elif isinstance(text, str) and text.lower() in TAGS:
                found += TAGS[text.lower()]
            elif isinstance(text, str):
                unread.append(f"its {side} is the service tag {text}, whose addresses change")
                found += EVERYWHERE if side == "source" else INTERNET
            else:
                unread.append(f"its {side} is not known")
                found += EVERYWHERE
        groups = many(pick(rule, f"{side}_ip_groups"))
        for value in groups:
            found += self._ip_group(value, side, owner, unread)
        if not texts and not groups and side == "destination":
            found += EVERYWHERE
        return joined(found)

    def _ip_group(self, value: Any, side: str, owner: Thing, unread: list[str]) -> Spans:
        hits = self.resolver.find(value, "ip-group", owner)
        texts: list[Any] = []
        for hit in hits:
            written = pick(hit.body, "cidrs", "ip_addresses")
            texts += [written] if written is UNKNOWN or isinstance(written, Ref) else many(written)
            for entry in self.things.get("ip-entry", ()):
                if hit in self.resolver.find(pick(entry.body, "ip_group_id"), "ip-group", entry):
                    texts += many(pick(entry.body, "cidr"))
        spans = [block(text) for text in texts]
        if not hits or None in spans:
            name = value.rpartition("/")[2] if isinstance(value, str) else "that is not known"
            unread.append(f"its {side} is the IP group {name}, whose addresses are not known")
            return EVERYWHERE
        if len(hits) > 1:
            unread.append(f"its {side} is one of {len(hits)} IP groups")
        return joined(each for span in spans for each in span or ())

    def _network(  # noqa: PLR0913, PLR0917 - what is known of a rule
        self, collection: _Collection, rule: Mapping[str, Any], name: str, place: Place,
        sources: Spans, unread: list[str],
    ) -> Iterator[Term]:  # fmt: skip
        words = many(pick(rule, "ip_protocols", "protocols"))
        protocols: list[str] = []
        for word in words:
            known = _PROTOCOLS.get(str(word).lower())
            if known is None:
                unread.append("its protocol is not known")
            protocols += known if known is not None else BOTH
        ports, bad = port_ranges(many(pick(rule, "destination_ports")))
        unread += bad
        fqdns = many(pick(rule, "destination_fqdns"))
        destinations = (
            self._side(rule, "destination", collection.owner, unread)
            if not fqdns or pick(rule, "destination_addresses")
            else ()
        )
        if fqdns:
            # What the names resolve to is only known when they do: some address of the Internet.
            unread.append("its destination is a host name, which the firewall resolves")
            destinations = joined((*destinations, *INTERNET))
        if protocols and sources and destinations:
            yield Term(
                id=name, action=collection.action, place=place, sources=sources,
                destinations=destinations, ports=ports, protocols=tuple(dict.fromkeys(protocols)),
                sure=not unread and collection.action != "unknown",
            )  # fmt: skip

    def _application(  # noqa: PLR0912, PLR0913, PLR0917 - what is known of a rule
        self, collection: _Collection, rule: Mapping[str, Any], name: str, place: Place,
        sources: Spans, unread: list[str],
    ) -> Iterator[Term]:  # fmt: skip
        sure_sources = not unread
        spoken: list[tuple[Application, int]] = []
        databases: list[int] = []
        for each in many(pick(rule, "protocols", "protocol")):
            word = str(pick(each, "protocol_type", "type")).lower()
            port = pick(each, "port")
            if word in _WEB and str(port).isdigit():
                spoken.append((_WEB[word], int(port)))
            elif word == "mssql":
                databases.append(int(port) if str(port).isdigit() else 1433)
            else:
                unread.append("its protocol is not known")
                spoken += [("http", 80), ("tls", 443)]
        protocols_known = "its protocol is not known" not in unread
        patterns: list[Pattern] = []
        every, odd = False, False
        for text in many(pick(rule, "target_fqdns", "destination_fqdns")):
            if text == "*":
                every = True
                continue
            found = pattern(text) if isinstance(text, str) else None
            if found:
                patterns.append(found)
            else:
                odd = True
                shown = f"{text!r} is not a name" if isinstance(text, str) else "one of its names"
                unread.append(
                    f"{shown} that can be read" if text is not UNKNOWN else f"{shown} is not known"
                )
        for key, what in (("fqdn_tags", "FQDN tag"), ("destination_fqdn_tags", "FQDN tag"),
                          ("target_urls", "URL"), ("destination_urls", "URL"), ("web_categories", "web category")):  # fmt: skip
            for text in many(pick(rule, key)):
                odd = True
                shown = text if isinstance(text, str) else "that is not known"
                unread.append(
                    f"the names of the {what} {shown} are not published"
                    if what == "FQDN tag"
                    else f"its {what} {shown} is not read"
                )
        if not sources:
            return
        sure = sure_sources and protocols_known and collection.action != "unknown"
        for port in databases:
            # SQL names are seen in its own protocol ("Azure Firewall FQDN with SQL", Microsoft Learn,
            # 2026): no name of a list, and with `*` any server.
            if not every:
                what = f"{name}: it opens port {port} to SQL servers, whose names are not judged"
                self.files[collection.owner.file].gap(what, path=place.path, weighed=True)
            yield Term(
                id=name, action=collection.action, place=place, sources=sources, ports=((port, port),),
                protocols=("tcp",), applications=(None,), sure=sure and every,
            )  # fmt: skip
        by_port: dict[int, list[Application]] = {}
        for application, port in spoken:
            by_port.setdefault(port, []).append(application)
        for port, applications in by_port.items():
            names = Names(patterns=tuple(patterns), more=ALL_NAMES if every else Names().more,
                          most=ALL_NAMES if odd else None)  # fmt: skip
            yield Term(
                id=name, action=collection.action, place=place, sources=sources,
                ports=((port, port),), protocols=("tcp",), applications=tuple(applications),
                names=names, sure=sure,
            )  # fmt: skip

    def _classic(self) -> Iterator[Chain]:
        collections: dict[str, list[_Collection]] = {}
        owners: dict[str, Thing] = {}
        for firewall in self.things.get("azure-firewall", ()):
            for number, each in enumerate(many(pick(firewall.body, "nat_rule_collections"))):
                self._nat(each, firewall, (*firewall.path, "natRuleCollections", number))
            for kind in ("application", "network"):
                key = f"{kind}RuleCollections"
                for number, each in enumerate(
                    many(pick(firewall.body, f"{kind}_rule_collections"))
                ):
                    owners.setdefault(firewall.name, firewall)
                    collections.setdefault(firewall.name, []).extend(
                        self._collection(
                            each, kind, firewall, 0, (*firewall.path, key, number), inherited=False
                        )
                    )
        for kind in _CLASSIC:
            for thing in self.things.get(f"classic-{kind}", ()):
                value = pick(thing.body, "azure_firewall_name")
                name = value if isinstance(value, str) else "of the input"
                owners.setdefault(name, thing)
                collections.setdefault(name, []).extend(
                    self._collection(thing.body, kind, thing, 0, thing.path, inherited=False)
                )
        for name, found in collections.items():
            yield self._chain(owners[name], (name,), found)


def _known_type(rule: Any) -> bool:
    return str(pick(rule, "rule_type")).lower() in ("networkrule", "applicationrule")


def _called(thing: Thing) -> set[str]:
    return {
        thing.name.lower(),
        thing.name.rpartition("/")[2].lower(),
        str(pick(thing.body, "name")).lower(),
    }
