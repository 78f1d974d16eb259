"""The network security groups on the source's subnet and on its interface, in Azure.

A flow has to pass both (Microsoft Learn, "How network security groups filter network traffic", 2026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wsus_egress.model.flows import Network
from wsus_egress.readers.foreign.interfaces import addresses, holds
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.formats.things import Contents, Thing, many, one, pick


@dataclass(slots=True)
class Groups:
    """Where the groups of an input are.

    Attributes:
        here: By `subnet` and `interface`: each place that has the source, with its groups; several
            where more than one network has the address.
        elsewhere: Those known to be on other places.
        absent: Whether a group of the source's is in no file.
    """

    here: dict[str, list[tuple[str, list[Thing]]]] = field(default_factory=dict)
    elsewhere: list[Thing] = field(default_factory=list)
    absent: bool = False


def groups_of(
    things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver,
    source: Network,
) -> Groups:  # fmt: skip
    """Sort the groups; one on the source's place that is in no file becomes a gap."""
    found = Groups()
    for kind, place, texts, owned in _places(things, resolver):
        hits = {id(n): n for owner, value in owned for n in resolver.find(value, "nsg", owner)}
        groups = list(hits.values())
        if not holds(texts, source):
            if texts and all(isinstance(t, str) for t in texts):
                found.elsewhere += groups
            continue
        for owner, value in owned:
            if value not in (None, "") and not resolver.find(value, "nsg", owner):
                found.absent = True
                name = value.rpartition("/")[2] if isinstance(value, str) else "that is not known"
                what = f"the network security group {name} on {place} is in no file"
                files[owner.file].gap(what, "narrower", owner.path)
        rows = found.here.setdefault(kind, []) if groups else []
        if all(groups != some for _, some in rows):
            rows.append((place, groups))
    return found


_Owned: TypeAlias = list[tuple[Thing, Any]]


def _places(
    things: Mapping[str, list[Thing]], resolver: Resolver
) -> Iterator[tuple[str, str, list[Any], _Owned]]:
    """Subnets and interfaces: the kind, the name, the addresses, and what names their groups."""
    for word, kind in (("subnet", "azure-subnet"), ("interface", "nic")):
        for thing in things.get(kind, []):
            owned: _Owned = [(thing, _named(thing.body))]
            for link in things.get("nsg-link", []):
                value = pick(link.body, "subnet_id", "network_interface_id")
                if thing in resolver.find(value, kind, link):
                    owned.append((link, pick(link.body, "network_security_group_id")))
            yield word, thing.name, [*_prefixes(thing.body), *addresses(thing)], owned
    for network in things.get("azure-network", []):
        for subnet in many(pick(network.body, "subnets", "subnet")):
            name = f"{network.name}/{pick(subnet, 'name')}"
            yield "subnet", name, _prefixes(subnet), [(network, _named(subnet))]


def _named(body: Any) -> Any:
    value = pick(body, "network_security_group", "network_security_group_id", "security_group")
    return pick(value, "id") if isinstance(value, Mapping) else value


def _prefixes(body: Any) -> list[Any]:
    return [
        v
        for key in ("address_prefix", "address_prefixes")
        for v in many(one(pick(body, key)) if key == "address_prefix" else pick(body, key))
    ]
