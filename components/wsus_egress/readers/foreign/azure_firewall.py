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
from wsus_egress.readers.foreign.azure_rules import Collection, Rules, known_type
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.formats.things import Contents, Path, Ref, Thing, many, one, pick
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import Chain, Place

NAME: Final = "azure-application-rules"


_FILTER: Final = "firewallpolicyfilterrulecollection"
_NAT: Final = "firewallpolicynatrulecollection"
_CLASSIC: Final[tuple[Literal["application", "network"], ...]] = ("application", "network")


@dataclass(frozen=True)
class Firewalls:
    """Reads the firewalls of an input."""

    things: Mapping[str, list[Thing]]
    files: Mapping[str, Contents]
    resolver: Resolver

    @property
    def _rules(self) -> Rules:
        return Rules(self.things, self.files, self.resolver)

    def chains(self) -> Iterator[Chain]:
        """One chain for each policy that no other one inherits, and for each classic firewall."""
        policies = self.things.get("azure-policy", [])
        groups = self.things.get("azure-group", [])
        of: dict[str, list[Thing]] = {}
        for group in groups:
            owner = self._policy_of(group, policies)
            of.setdefault(owner, []).append(group)
        bases = {p.name: self._base(p, policies) for p in policies}
        inherited = {base.name for base in bases.values() if base} - self._circles(bases)
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
                    Collection(
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

    def _circles(self, bases: Mapping[str, Thing | None]) -> set[str]:
        """The policies that inherit from themselves, in the end: each is judged, and none of them whole."""
        found = set()
        for name in bases:
            seen, base = {name}, bases[name]
            while base and base.name not in seen:
                seen.add(base.name)
                base = bases.get(base.name)
            if base and base.name == name:
                found.add(name)
                what = f"{name} inherits from itself, which Azure refuses"
                self.files[base.file].gap(what, path=base.path)
        return found

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

    def _of_group(self, group: Thing, *, inherited: bool) -> Iterator[Collection]:
        priority = pick(group.body, "priority")
        first = number_of(priority) or 0
        collections = pick(group.body, "rule_collections")
        contents = self.files[group.file]
        if collections is UNKNOWN or isinstance(collections, Ref) or number_of(priority) is None:
            what = f"the rule collections or the priority of {group.name}"
            contents.gap(f"{what} are not known", path=group.path, weighed=True)
            yield Collection(
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
    ) -> Iterator[Collection]:
        """A collection's application and network rules, each as a collection of its own."""
        rules = pick(body, "rules")
        if not isinstance(rules, list):
            yield self._unknown(group, first, path, inherited=inherited)
            return
        for kind in ("network", "application"):
            wanted = "networkrule" if kind == "network" else "applicationrule"
            mine = [(n, r) for n, r in enumerate(rules)
                    if str(pick(r, "rule_type")).lower() == wanted
                    or (kind == "network" and not known_type(r))]  # fmt: skip
            # What is neither is judged with the network rules, which come first, as not known.
            mine = [(n, r if pick(r, "rule_type") is not None else UNKNOWN) for n, r in mine]
            if mine:
                yield from self._collection(
                    body, kind, group, first, path, inherited=inherited, rules=mine
                )

    def _collection(  # noqa: PLR0913 - where a collection stands
        self, body: Any, kind: Literal["application", "network"], group: Thing, first: int, path: Path,
        *, inherited: bool, rules: list[tuple[int, Any]] | None = None,
    ) -> Iterator[Collection]:  # fmt: skip
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
        if action == "unknown" or number_of(given) is None:
            self.files[group.file].gap(
                f"the action or priority of the collection {name} is not known",
                path=path,
                weighed=True,
            )
        key = "rules" if "rules" in body else "rule"
        if rules is None:
            rules = list(enumerate(many(pick(body, "rule", "rules"))))
        at = number_of(given) or 0
        order = (not inherited, first, at)
        yield Collection(
            kind,
            group,
            name,
            order,
            "unknown" if number_of(given) is None else action,
            rules,
            (*path, key),
        )

    def _unknown(self, group: Thing, first: int, path: Path, *, inherited: bool) -> Collection:
        """A collection that may do anything."""
        what = f"a rule collection of {group.name}"
        self.files[group.file].gap(f"{what} is not known", path=path, weighed=True)
        order = (not inherited, first, 0)
        return Collection("network", group, what, order, "unknown", [(0, UNKNOWN)], path)

    def _chain(self, first: Thing, names: tuple[str, ...], collections: list[Collection]) -> Chain:
        ordered = sorted(collections, key=lambda c: (c.kind == "application", c.order))
        terms = [
            term
            for each in ordered
            for number, rule in each.rules
            for term in self._rules.terms(each, rule, number)
        ]
        return Chain(
            name=NAME, resources=names, place=Place(first.file, first.path), terms=tuple(terms),
            default=Verdict.DENY, rest="no rule has it", sees_names=True,
        )  # fmt: skip

    def _classic(self) -> Iterator[Chain]:
        collections: dict[str, list[Collection]] = {}
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


def _called(thing: Thing) -> set[str]:
    return {
        thing.name.lower(),
        thing.name.rpartition("/")[2].lower(),
        str(pick(thing.body, "name", "firewall_policy_name")).lower(),
    }
