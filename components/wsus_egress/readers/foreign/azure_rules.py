"""The rules of Azure Firewall collections as terms: network rules by address, application rules by name.

For example a network rule for TCP 443 to `*` is a term that allows every address of the Internet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from wsus_egress.model.flows import Application
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES
from wsus_egress.readers.foreign.fields import ANY, TAGS, block, port_ranges
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.formats.things import Contents, Path, Ref, Thing, many, pick
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import BOTH, Names, Place, Term
from wsus_egress.readers.terms.names import pattern
from wsus_egress.readers.terms.spans import EVERYWHERE, INTERNET, Spans, joined

_WEB: Final[Mapping[str, Application]] = {"http": "http", "https": "tls"}
_PROTOCOLS: Final = {"tcp": ("tcp",), "udp": ("udp",), "any": BOTH, "*": BOTH, "icmp": ()}


@dataclass(frozen=True, slots=True)
class Collection:
    """A rule collection, wherever it stands."""

    kind: Literal["application", "network"]
    owner: Thing
    name: str
    order: tuple[bool, int, int]
    action: Literal["allow", "deny", "unknown"]
    rules: Any
    path: Path


@dataclass(frozen=True)
class Rules:
    """Reads the rules of collections."""

    things: Mapping[str, list[Thing]]
    files: Mapping[str, Contents]
    resolver: Resolver

    def terms(self, collection: Collection, rule: Any, number: int) -> Iterator[Term]:
        """A rule as one term or several; what cannot be read is told to the file's contents."""
        contents = self.files[collection.owner.file]
        place = Place(collection.owner.file, (*collection.path, number))
        called = pick(rule, "name")
        name = f"rule {called if isinstance(called, str) else number + 1} of {collection.name}"
        type_ = pick(rule, "rule_type")
        if not isinstance(rule, Mapping) or not (type_ is None or known_type(rule)):
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
        self, collection: Collection, rule: Mapping[str, Any], name: str, place: Place,
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
        self, collection: Collection, rule: Mapping[str, Any], name: str, place: Place,
        sources: Spans, unread: list[str],
    ) -> Iterator[Term]:  # fmt: skip
        sure_sources = not unread
        spoken: list[tuple[Application, int]] = []
        databases: list[int] = []
        for each in many(pick(rule, "protocols", "protocol")):
            word = str(pick(each, "protocol_type", "type")).lower()
            port = number_of(pick(each, "port"))
            if word in _WEB and port is not None:
                spoken.append((_WEB[word], port))
            elif word == "mssql":
                databases.append(1433 if port is None else port)
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


def known_type(rule: Any) -> bool:
    """Whether a rule says of itself that it is for the network or for applications."""
    return str(pick(rule, "rule_type")).lower() in ("networkrule", "applicationrule")
