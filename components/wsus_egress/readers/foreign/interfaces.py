"""The interface that has the source's address, and the security groups that stand on it.

Groups on one interface are a union: one that cannot be read may let everything out, and so stands
in the chain as a group that may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wsus_egress.model.flows import Network
from wsus_egress.readers.foreign.fields import block
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.foreign.security_groups import group_name
from wsus_egress.readers.formats.things import Contents, Thing, many, pick
from wsus_egress.readers.resources import UNKNOWN
from wsus_egress.readers.terms.spans import of_network


def addresses(thing: Thing) -> list[Any]:
    """The private addresses of a machine or an interface, in whatever format."""
    keys = ("private_ip", "private_ips", "private_ip_address", "private_ip_addresses",
            "secondary_private_ips", "ip_configurations", "ip_configuration", "network_interfaces")  # fmt: skip
    found: list[Any] = []
    for key in keys:
        for each in many(pick(thing.body, key)):
            if isinstance(each, Mapping):
                found += many(pick(each, "private_ip_address"))
            else:
                found.append(each)
    return found


def holds(texts: Sequence[Any], source: Network) -> bool:
    """Whether one of some addresses or blocks has the whole source inside."""
    low, high = of_network(source)
    return any(span[0] <= low and high <= span[1] for text in texts for span in block(text) or ())


def _group_values(machine: Thing) -> list[Any]:
    values = [
        v
        for key in ("vpc_security_group_ids", "security_group_ids", "security_groups", "group_set")
        for v in many(pick(machine.body, key))
    ]
    for nic in many(pick(machine.body, "network_interfaces")):
        values += many(pick(nic, "group_set"))
    return values


def interfaces(
    things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver,
    source: Network,
) -> list[tuple[list[Thing], list[Thing]]]:  # fmt: skip
    """What has the source's address, and the groups on it: several where two networks have it.

    Returns:
        Instances and interfaces that have the same groups, with those groups; the machine whose
        groups nobody says has a group that is not known.
    """
    found = [m for m in things.get("machine", []) if holds(addresses(m), source)]
    # An instance and its interface may both be there: those that name their groups.
    naming = [m for m in found if any(v is not UNKNOWN for v in _group_values(m))]
    rows: dict[frozenset[object], tuple[list[Thing], list[Thing]]] = {}
    for machine in naming or found[:1]:
        groups = _groups_of(machine, things, files, resolver)
        key = frozenset(id(g) if g.ids else g.name for g in groups)
        rows.setdefault(key, ([], groups))[0].append(machine)
    # An instance has the groups of all its interfaces: the one with the address says which.
    single = [key for key, (machines, _) in rows.items() if any(map(_is_interface, machines))]
    return [
        row for key, row in rows.items()
        if key in single or not any(each <= key for each in single)
    ]  # fmt: skip


def _is_interface(machine: Thing) -> bool:
    return any(each.startswith(("eni-", "aws_network_interface.")) for each in machine.ids)


def _groups_of(
    machine: Thing, things: Mapping[str, list[Thing]], files: Mapping[str, Contents],
    resolver: Resolver,
) -> list[Thing]:  # fmt: skip
    found: dict[object, Thing] = {}
    links = [(machine, value) for value in _group_values(machine)]
    for link in things.get("sg-link", ()):
        about = _is_about(link, machine, resolver)
        if about:
            links.append((link, pick(link.body, "security_group_id")))
        elif about is None:
            what = f"{link.name}, which may be of {machine.name},"
            found[link.name] = _absent(f"a group by {link.name}", what, link, files)
    for owner, value in links:
        hits = resolver.find(value, "sg", owner)
        found.update((id(hit), hit) for hit in hits)
        if not hits:
            name = group_name(value)
            found[name] = _absent(name, f"{name} on {machine.name} is in no file: it", owner, files)
    if not found:
        what = f"{machine.name} names no security group: it has the default one of its VPC, which"
        found[""] = _absent(f"the default group of {machine.name}", what, machine, files)
    return list(found.values())


def _is_about(link: Thing, machine: Thing, resolver: Resolver) -> bool | None:
    """Whether an attachment is to a machine's interface; None where that is not known."""
    value = pick(link.body, "network_interface_id")
    hits = resolver.find(value, "machine", link)
    first = pick(machine.body, "primary_network_interface_id")
    if machine in hits or (isinstance(value, str) and value == first):
        return True
    own = isinstance(first, str) or any(each.startswith("eni-") for each in machine.ids)
    return False if hits or (isinstance(value, str) and own) else None


def _absent(name: str, what: str, owner: Thing, files: Mapping[str, Contents]) -> Thing:
    """A group whose rules nobody has: it may let everything out."""
    files[owner.file].gap(f"{what} may let everything out", "wider", owner.path, weighed=True)
    body = {"explicit": True, "unread": True}
    return Thing("sg", name, body, owner.file, owner.path, frozenset())
