"""The rules of Azure Firewall's rule collection groups, read back as the control has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from wsus_egress.controls.azure.firewall_documents import IP_GROUP_TYPE
from wsus_egress.controls.azure.firewall_rules import (
    EVERY_NAME,
    ApplicationRule,
    FirewallRule,
    NetworkRule,
    Owner,
)
from wsus_egress.model.azure_forms import Action
from wsus_egress.model.flows import Flow, Network, Protocol
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.readers.judged import Read
from wsus_egress.readers.reading import (
    ANY_PORT,
    EVERY_ADDRESS,
    Named,
    given,
    items,
    mapping,
    named,
    networks,
    overlap,
    ports,
    put,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

_PROTOCOLS: Final[Mapping[str, Protocol]] = {"TCP": "tcp", "UDP": "udp"}
_WEB: Final = ("Http", "Https")


@dataclass(frozen=True, slots=True)
class StackNetworkRule(NetworkRule):
    """A network rule with ranges of ports, as other people write them."""

    ranges: tuple[tuple[int, int], ...] = (ANY_PORT,)

    def covers(self, flow: Flow) -> bool:
        """As any rule, for the ports of the ranges."""
        in_ranges = any(low <= flow.port <= high for low, high in self.ranges)
        return in_ranges and NetworkRule.covers(self, flow)


@dataclass(frozen=True, slots=True)
class _Head:
    """What rules of both kinds have in common; `sources` are only the policy's own addresses."""

    id: str
    collection: Action
    sources: tuple[Network, ...]
    place: tuple[int, int]
    owner: Owner


@dataclass(frozen=True, slots=True)
class GroupReader:
    """Reads the rules of one group.

    Attributes:
        space: The policy's addresses: a rule that is about none of them is left out.
        tags: The FQDN tags that the policy itself uses.
    """

    group: Resource
    owner: Owner
    resources: tuple[Resource, ...]
    space: tuple[Network, ...]
    tags: frozenset[str]

    def reads(self) -> Iterator[Read[FirewallRule]]:
        """Every rule about the policy's addresses except DNAT rules, which lead nobody out."""
        priority = given(self.group, "priority")
        first = priority if isinstance(priority, int) else 0
        for number, each in enumerate(items(put(self.group, "ruleCollections"))):
            kind = str(mapping(each).get("ruleCollectionType"))
            if each is UNKNOWN:
                yield self._unknown(f"collection {number}", "its rule collections are not known")
            elif "nat" not in kind.casefold():
                yield from self._collection(first, each)

    def _collection(self, first: int, body: Mapping[str, Any]) -> Iterator[Read[FirewallRule]]:
        name = str(body.get("name"))
        action, priority = mapping(body.get("action")).get("type"), body.get("priority")
        if UNKNOWN in (action, priority, body.get("action"), body.get("rules")):
            yield self._unknown(f"collection {name}", f"collection {name} is not known")
            return
        word: Action = "deny" if str(action).casefold() == "deny" else "allow"
        place = (first, priority if isinstance(priority, int) else 0)
        for number, rule in enumerate(items(body.get("rules"))):
            if rule is UNKNOWN:
                yield self._unknown(f"{name}/{number}", f"a rule of {name} is not known", word)
                continue
            read = self._rule(f"{name}/{rule.get('name')}", word, place, rule)
            if read is not None:
                yield read

    def _unknown(self, name: str, what: str, word: Action = "allow") -> Read[FirewallRule]:
        widest = StackNetworkRule(
            id=f"{self.group.name}/{name}",
            collection="allow",
            sources=self.space,
            protocol="any",
            ports=(),
            owner=self.owner,
        )
        return Read(self.group, (), (widest,) if word == "allow" else (), what, sure=False)

    def _rule(
        self, name: str, word: Action, place: tuple[int, int], body: Mapping[str, Any]
    ) -> Read[FirewallRule] | None:
        notes: dict[str, bool] = {}
        about = overlap(self.space, self._addresses(body, "source", notes))
        if not about:
            return None
        head = _Head(f"{self.group.name}/{name}", word, about, place, self.owner)
        least: tuple[FirewallRule, ...]
        most: tuple[FirewallRule, ...]
        if str(body.get("ruleType")).casefold() == "networkrule":
            least = most = tuple(self._network(head, body, notes))
            if notes and word == "allow":
                least = ()
        else:
            least, most = self._application(head, body, notes)
        unread = "; ".join(f"rule {name}: {note}" for note in notes)
        if notes and word == "deny":
            most = ()
        elif any(note.startswith("its source") for note in notes):
            least = ()
        return Read(self.group, least, most, unread, all(notes.values()))

    def _network(
        self, head: _Head, body: Mapping[str, Any], notes: dict[str, bool]
    ) -> Iterator[NetworkRule]:
        texts = items(body.get("destinationPorts"))
        ranges = [ports(text) for text in texts]
        if None in ranges:
            notes["its ports are not known"] = UNKNOWN not in texts
        wanted = tuple(each for each in ranges if each) if None not in ranges else ()
        fqdns = items(body.get("destinationFqdns"))
        destinations = () if fqdns else self._addresses(body, "destination", notes)
        for number, text in enumerate(items(body.get("ipProtocols")) or ["Any"]):
            protocol: Protocol | Literal["any"] = _PROTOCOLS.get(str(text).upper(), "any")
            if text is UNKNOWN:
                notes["its protocol is not known"] = False
            elif str(text).upper() not in (*_PROTOCOLS, "ANY"):
                continue  # ICMP carries no connection of TCP or UDP.
            yield StackNetworkRule(
                id=f"{head.id}/{number}" if number else head.id,
                collection=head.collection,
                sources=head.sources,
                protocol=protocol,
                ports=(),
                destinations=destinations,
                fqdns=tuple(map(str, fqdns)),
                place=head.place,
                owner=head.owner,
                ranges=wanted or (ANY_PORT,),
            )

    def _application(
        self, head: _Head, body: Mapping[str, Any], notes: dict[str, bool]
    ) -> tuple[tuple[FirewallRule, ...], tuple[FirewallRule, ...]]:
        protocols = tuple(_protocols(body, notes))
        patterns = tuple(_patterns(body, notes))
        tags = tuple(self._tags(head.collection, body, notes))
        for key in ("targetUrls", "webCategories"):
            if items(body.get(key)):
                notes[f"it has {key}, whose names are not listed"] = True
        rule = ApplicationRule(
            id=head.id,
            collection=head.collection,
            sources=head.sources,
            protocols=protocols,
            place=head.place,
            owner=head.owner,
        )
        # Names and tags stand apart for the proof, as in this package's own rules.
        known = []
        if patterns:
            known.append(replace(rule, fqdns=patterns))
        if tags:
            known.append(replace(rule, id=f"{head.id}/tags", fqdn_tags=tags))
        if not notes:
            return tuple(known), tuple(known)
        widest = (*known, replace(rule, id=f"{head.id}/other", fqdns=(EVERY_NAME,)))
        return (widest, tuple(known)) if head.collection == "deny" else (tuple(known), widest)

    def _tags(self, word: Action, body: Mapping[str, Any], notes: dict[str, bool]) -> Iterator[str]:
        for text in items(body.get("fqdnTags")):
            if word == "deny":
                continue  # It denies some names, and Microsoft does not publish which.
            if text in self.tags:
                yield str(text)
            elif text is UNKNOWN:
                notes["its FQDN tag is not known"] = False
            else:
                notes[f"its FQDN tag is {text}, whose names only Microsoft knows"] = True

    def _addresses(
        self, body: Mapping[str, Any], side: str, notes: dict[str, bool]
    ) -> tuple[Network, ...]:
        found: list[Network] = []
        for text in items(body.get(f"{side}Addresses")):
            read = networks(text)
            if read is None:
                only = f"is {text}, whose addresses only Azure knows"
                what = "is not known" if text is UNKNOWN else only
                notes[f"its {side} {what}"] = text is not UNKNOWN
            found += read or EVERY_ADDRESS
        groups = items(body.get(f"{side}IpGroups"))
        if groups:
            of = named(self.group, "ruleCollections", groups, IP_GROUP_TYPE, self.resources)
            found += self._of_groups(of, side, notes)
        return tuple(found)

    @staticmethod
    def _of_groups(of: Named, side: str, notes: dict[str, bool]) -> Iterator[Network]:
        if not of.exact:
            what = "one of several IP Groups, and only the update will know which"
            notes[f"its {side} is {what}"] = False
        for group in of.resources:
            texts = items(put(group, "ipAddresses"))
            if UNKNOWN in texts:
                notes[f"its {side} is IP Group {group.name}, whose addresses are not known"] = False
            for text in texts:
                yield from networks(text) or EVERY_ADDRESS
        if of.missing or of.foreign:
            where = f" {of.foreign[0]}, which is not in this stack" if of.foreign else ""
            notes[f"its {side} is the IP Group{where or ' that is not known'}"] = not of.missing
            yield from EVERY_ADDRESS


def _protocols(body: Mapping[str, Any], notes: dict[str, bool]) -> Iterator[tuple[str, int]]:
    for each in items(body.get("protocols")):
        kind, port = mapping(each).get("protocolType", UNKNOWN), mapping(each).get("port")
        if kind is not UNKNOWN:
            # Azure compares its words without case.
            kind = str(kind).capitalize()
        if kind in _WEB and isinstance(port, int):
            yield str(kind), port
        elif UNKNOWN in (kind, port):
            notes["its protocols are not known"] = False
            yield from (("Http", 80), ("Https", 443))
        else:
            notes[f"its protocol is {kind}, which the policy allows nobody"] = True
            yield "Https", port if isinstance(port, int) else 1433


def _patterns(body: Mapping[str, Any], notes: dict[str, bool]) -> Iterator[str]:
    for text in items(body.get("targetFqdns")):
        if text is UNKNOWN:
            notes["one of its names is not known"] = False
        elif isinstance(text, str) and (text == EVERY_NAME or _is_pattern(text)):
            yield text
        else:
            notes[f"{text!r} is not a pattern that can be read"] = True


def _is_pattern(text: str) -> bool:
    try:
        Pattern.parse(text)
    except InvalidName:
        return False
    return True
