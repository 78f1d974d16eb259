"""Azure network security groups as chains, with the default rules that every group ends with.

"Network security groups", Microsoft Learn, 2025-07: rules by priority, then 65000 to 65500, of which
65001 lets everything out to the Internet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from wsus_egress.controls.base import Verdict
from wsus_egress.readers.foreign.fields import ANY, TAGS, block, port_ranges
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.formats.things import Contents, Ref, Thing, many, pick
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.chain import BOTH, Chain, Place, Term
from wsus_egress.readers.terms.spans import EVERYWHERE, INTERNET, PORTS, Spans, joined

NAME: Final = "azure-nsg"
_PROTOCOLS: Final = {"tcp": ("tcp",), "udp": ("udp",), "*": BOTH, "any": BOTH}
_LAST: Final = 65000
"""The default rules begin here; what is listed of them is left out, as every group has them."""


def chain(
    nsg: Thing, things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver
) -> Chain:
    """A group's outbound rules, by priority."""
    rows: dict[str, tuple[int, list[Term]]] = {}
    inside = pick(nsg.body, "security_rules", "security_rule")
    if inside is UNKNOWN or isinstance(inside, Ref):
        inside = [UNKNOWN]
    key = next((k for k in ("security_rule", "securityRules") if k in nsg.body), "")
    bodies = [(each, (*nsg.path, key, n), nsg.file) for n, each in enumerate(many(inside))]
    bodies += [(r.body, r.path, r.file) for r in _attached(nsg, things, resolver)]
    for number, (body, path, file) in enumerate(bodies):
        given = pick(body, "name")
        name = given if isinstance(given, str) else f"#{number + 1}"
        priority = pick(body, "priority")
        direction = pick(body, "direction")
        if str(direction).lower() == "inbound":
            continue
        if (number_of(priority) or 0) >= _LAST:
            continue
        terms = list(_terms(body, f"rule {name} of {nsg.name}", Place(file, path), files[file]))
        if number_of(priority) is None:
            files[file].gap(f"the priority of rule {name} is not known", path=path, weighed=True)
            terms = [Term(id=t.id, action="unknown", place=t.place, sure=False) for t in terms[:1]]
        elif isinstance(body, Mapping) and str(direction).lower() != "outbound":
            what = f"the direction of rule {name} is not known"
            files[file].gap(what, path=path, weighed=True)
            terms = [replace(term, sure=False) for term in terms]
        # A state and an export list separate rules in the group too.
        known = name if isinstance(pick(body, "name"), str) else f"#{number}"
        rows.setdefault(known.lower(), (number_of(priority) or 0, terms))
    ordered = [term for _, terms in sorted(rows.values(), key=lambda row: row[0]) for term in terms]
    last = Term(
        id=f"the default rule 65001 AllowInternetOutBound of {nsg.name}", action="allow",
        place=Place(nsg.file, nsg.path), destinations=INTERNET,
    )  # fmt: skip
    return Chain(
        name=NAME, resources=(nsg.name,), place=Place(nsg.file, nsg.path), terms=(*ordered, last),
        default=Verdict.DENY, rest="the default rule 65500",
    )  # fmt: skip


def _attached(nsg: Thing, things: Mapping[str, list[Thing]], resolver: Resolver) -> Iterator[Thing]:
    for rule in things.get("nsg-rule", ()):
        value = pick(rule.body, "network_security_group_name")
        hits = resolver.find(value, "nsg", rule)
        if nsg in hits:
            yield rule
            continue
        owners = [name for name in rule.inside if name] if rule.inside else []
        name = str(value) if isinstance(value, str) else (owners[-1] if owners else "")
        own = str(pick(nsg.body, "name", "network_security_group_name") or nsg.name)
        if name and name.lower() in (own.lower(), nsg.name.lower()):
            yield rule


def _terms(body: Any, name: str, place: Place, contents: Contents) -> Iterator[Term]:
    if not isinstance(body, Mapping):
        contents.gap(f"{name} is not known", path=place.path, weighed=True)
        yield Term(id=name, action="unknown", place=place, sure=False)
        return
    unread: list[str] = []
    word, access = str(pick(body, "protocol")).lower(), str(pick(body, "access")).lower()
    protocols = _PROTOCOLS.get(word, ())
    if word in ("none", "unknown") or pick(body, "protocol") is UNKNOWN:
        unread.append("its protocol is not known")
        protocols = BOTH
    if not protocols:
        return  # ICMP, ESP and AH carry no connection of TCP or UDP.
    ports, bad = port_ranges(_texts(body, "destination_port_range"))
    unread += bad
    from_ports, bad = port_ranges(_texts(body, "source_port_range"))
    unread += bad
    if from_ports != PORTS:
        unread.append("it is for some source ports only")
    sources, what = _side(body, "source")
    unread += what
    destinations, what = _side(body, "destination")
    unread += what
    if access not in ("allow", "deny"):
        unread.append("its access is not known")
    if unread:
        contents.gap(f"{name}: {' and '.join(unread)}", path=place.path, weighed=True)
    if sources and destinations:
        yield Term(
            id=name, action="deny" if access == "deny" else "allow" if access == "allow" else "unknown",
            place=place, sources=sources, destinations=destinations, ports=ports, protocols=protocols,
            sure=not unread,
        )  # fmt: skip


def _texts(body: Mapping[str, Any], name: str) -> list[Any]:
    """What Azure takes in the singular and in the plural."""
    return [*many(pick(body, name)), *many(pick(body, f"{name}s", f"{name}es"))]


def _side(body: Mapping[str, Any], side: str) -> tuple[Spans, list[str]]:
    """The addresses of a side; with what is not known of it, it is as wide as it can be."""
    found: list[tuple[int, int]] = []
    unread: list[str] = []
    groups = many(
        pick(body, f"{side}_application_security_groups", f"{side}_application_security_group_ids")
    )
    if groups:
        unread.append(f"its {side} is an application security group, whose members are not known")
        found += EVERYWHERE
    texts = _texts(body, f"{side}_address_prefix")
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
    if not texts and not groups:
        found += EVERYWHERE
    return joined(found), unread
