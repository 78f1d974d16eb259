"""Puts the resources of several files together: which controls a source's flows meet.

A layer that is in no file is taken to admit everything, and that is said. Where several groups could
be the source's and nothing says which, each of them is a picture of its own.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from wsus_egress.controls.base import Verdict
from wsus_egress.model.flows import Network
from wsus_egress.readers.aws.places import OWN
from wsus_egress.readers.foreign import azure_nsg, dns_firewall, name_list, network_firewall
from wsus_egress.readers.foreign.azure_firewall import Firewalls
from wsus_egress.readers.foreign.azure_places import groups_of
from wsus_egress.readers.foreign.interfaces import holds, interfaces
from wsus_egress.readers.foreign.resolve import Resolver
from wsus_egress.readers.foreign.security_groups import Groups, acl_chain
from wsus_egress.readers.formats.things import PARTIAL, Contents, Ref, Thing, many, pick
from wsus_egress.readers.terms.chain import Chain, Place

Cloud = Literal["aws", "azure", "any"]
_MOST: Final = 40
ROUTES: Final = "every flow to the Internet passes these controls: routes are not judged"
_ACCOUNT: Final = re.compile(r"^arn:[^:]*:[^:]*:[^:]*:(\d{12}):")
_SUBSCRIPTION: Final = re.compile(r"^/subscriptions/([^/]+)/")
_OWN_ID: Final = re.compile(r"^(arn:|/subscriptions/|[a-z]+-[0-9a-f]{8,17}$|rslvr-)")
_PARTS: Final = frozenset(
    ("sg-egress", "sg-rule", "acl-rule", "dns-rule", "nsg-rule", "nsg-link", "sg-link")
)


@dataclass(frozen=True, slots=True)
class Picture:
    """The controls that a source's flows meet in one cloud.

    Attributes:
        chains: In the order in which they are met.
        alternative: What is chosen where several would be possible, in words.
        assumed: What was taken for granted about attachment and missing layers.
    """

    cloud: Cloud
    chains: tuple[Chain, ...]
    alternative: str
    assumed: tuple[str, ...]


def pictures(
    contents: Sequence[Contents], source: Network, clouds: Sequence[str] = ("aws", "azure"),
    party: str = "",
) -> list[Picture]:  # fmt: skip
    """Every picture of the input.

    Args:
        contents: What the files have; receives what cannot be read.
        source: The addresses to judge.
        clouds: Those that count.
        party: Whose addresses these are in an environment, whose own groups say so; empty outside of one.
    """
    things = list(_once(contents))
    by_kind: dict[str, list[Thing]] = {}
    for thing in things:
        by_kind.setdefault(thing.kind, []).append(thing)
    files = {each.file: each for each in contents}
    resolver = Resolver(things)
    found: list[Picture] = []
    made = [
        *(_aws(by_kind, files, resolver, source, party) if "aws" in clouds else ()),
        *(_azure(by_kind, files, resolver, source) if "azure" in clouds else ()),
    ]
    for each in made:
        chains = tuple(_doubted(chain, files) for chain in each.chains)
        found.append(replace(each, chains=chains))
    for thing in by_kind.get("names", ()):
        chain = name_list.chain(thing, files[thing.file])
        found.append(Picture("any", (chain,), "", ()))
    return found


def _doubted(chain: Chain, files: Mapping[str, Contents]) -> Chain:
    """The chain, with the terms of resources that may not be there as terms that may not match."""

    def maybe(place: Place) -> bool:
        return any(place.path[: len(path)] == path for path in files[place.file].maybe)

    if not any(files[term.place.file].maybe for term in chain.terms) and not maybe(chain.place):
        return chain
    terms = tuple(replace(t, sure=False) if maybe(t.place) else t for t in chain.terms)
    default = Verdict.OPAQUE if maybe(chain.place) else chain.default
    return replace(
        chain, terms=terms, default=default, hasty=chain.hasty and default is Verdict.DENY
    )


def _once(contents: Sequence[Contents]) -> Iterator[Thing]:
    """Every thing once: the same resource may stand in two files."""
    seen: dict[tuple[str, str], Thing] = {}
    every = [(each, thing) for each in contents for thing in each.things]
    for each, thing in sorted(every, key=lambda row: _is_named_only(row[1])):
        own = [i for i in thing.ids if _OWN_ID.match(i)] if thing.kind not in _PARTS else []
        twin = next((seen[thing.kind, i] for i in own if (thing.kind, i) in seen), None)
        if twin is not None and (twin.body == thing.body or _is_named_only(thing)):
            continue
        if twin is not None and thing.kind not in ("prefix-list", "dns-list"):
            each.gap(
                f"{thing.name} stands twice, in {twin.file} and {thing.file}, and differs",
                path=thing.path,
            )
        seen.update(((thing.kind, i), thing) for i in own)
        yield thing


def _is_named_only(thing: Thing) -> bool:
    """Whether the input has more of it elsewhere, where it has more: rules name the group that they are in."""
    return thing.body.get(PARTIAL) is True or thing.body == {"explicit": True}


def _accounts(things: Mapping[str, list[Thing]], form: re.Pattern[str], word: str) -> list[str]:
    every = (thing for several in things.values() for thing in several)
    found = {m[1] for thing in every for each in thing.ids if (m := form.match(each))}
    if len(found) < 2:
        return []
    names = ", ".join(sorted(found)[:4])
    return [
        f"the input has {len(found)} {word} ({names}): their rules are taken to meet the same flows"
    ]


def _aws(
    things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver,
    source: Network, party: str,
) -> Iterator[Picture]:  # fmt: skip
    assumed = _accounts(things, _ACCOUNT, "accounts")
    groups = Groups(things, files, resolver)
    found = interfaces(things, files, resolver, source)
    every = [*things.get("sg", []), *groups.absent]
    firewalls = list(network_firewall.chains(things, files, resolver))
    dns = list(dns_firewall.chains(things, files, resolver))
    for machines, on_it in found or [([], [])]:
        choices: list[list[tuple[str, list[Chain]]]] = []
        told = [*assumed]
        owners: list[Thing | None] = [*machines] or [None]
        subnets = [s for m in owners for s in _subnets_of(things, resolver, m, source)]
        own = [g for g in every if party and pick(g.body, "description") == f"{OWN}{party}"]
        mine = on_it
        if not mine and len(own) == 1:
            told.append(f"security group {own[0].name} is on {party}, as its description says")
            mine = own
        if mine:
            which = f"with interface {machines[0].name}" if len(found) > 1 else ""
            choices.append([(which, [groups.chain(mine)])])
            others = [g.name for g in every if g not in mine]
            if others:
                told.append(f"not on the source's interface, and not judged: {_few(others)}")
        elif every:
            counted = Counter(each.name for each in every)
            # Without a tie each stands for itself: nobody put them on one interface.
            choices.append(
                [
                    (f"with security group {_told_apart(g, counted)}", [groups.chain([g])])
                    for g in every
                ]
            )
            told.append(f"security group {every[0].name} is that of the source" if len(every) == 1
                        else "no interface has the source's address: each security group is judged by itself")  # fmt: skip
        acls = _acls_of(things, resolver, subnets)
        if acls:
            choices.append([(f"with network ACL {a.name}" if len(acls) > 1 else "",
                             [acl_chain(a, things, files, resolver)]) for a in acls])  # fmt: skip
            if not subnets:
                told.append(
                    f"network ACL {acls[0].name} is that of the source's subnet" if len(acls) == 1
                    else "no subnet has the source's address: each network ACL is judged by itself"
                )  # fmt: skip
        elif left := things.get("acl", []):
            names = _few([each.name for each in left])
            told.append(f"not on the source's subnet, and not judged: network ACL {names}")
        if firewalls:
            choices.append(
                [(f"with {c.resources[0]}" if len(firewalls) > 1 else "", [c]) for c in firewalls]
            )
        if dns:
            choices.append([("", dns)])
        if not choices:
            return
        missing = [
            word
            for word, there in (("security group", every or mine), ("Network Firewall", firewalls))
            if not there
        ]
        if missing:
            told.append(
                f"the input has no {' and no '.join(missing)}: what is missing is taken to admit everything"
            )
        told.append(ROUTES)
        yield from _product("aws", choices, told, files, several=len(found) > 1)


def _product(
    cloud: Cloud, choices: list[list[tuple[str, list[Chain]]]], assumed: list[str],
    files: Mapping[str, Contents], *, several: bool = False,
) -> Iterator[Picture]:  # fmt: skip
    """Every combination of what could be the source's; those beyond the most are a gap."""
    left = math.prod(map(len, choices)) - _MOST
    if left > 0:
        place = choices[0][0][1][0].place
        what = (
            f"{left} further combinations of groups and firewalls are not judged; give less at once"
        )
        files[place.file].gap(what, path=place.path)
    several = several or any(len(each) > 1 for each in choices)
    for picked in itertools.islice(itertools.product(*choices), _MOST):
        chains = tuple(chain for _, some in picked for chain in some)
        label = ", ".join(text for text, _ in picked if text)
        yield Picture(cloud, chains, label if several else "", tuple(assumed))


def _told_apart(thing: Thing, names: Mapping[str, int]) -> str:
    """A name, with an id where several have it."""
    if names[thing.name] < 2:
        return thing.name
    ids = [each for each in thing.ids if each != thing.name.lower()]
    return f"{thing.name} ({min(ids, key=lambda each: (len(each), each), default=thing.file)})"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _subnets_of(
    things: Mapping[str, list[Thing]], resolver: Resolver, machine: Thing | None, source: Network
) -> list[Any]:
    """The subnets that the source stands in: things, or ids of those that are in no file."""
    if machine is not None:
        value = pick(machine.body, "subnet_id")
        hits = resolver.find(value, "aws-subnet", machine)
        if hits or isinstance(value, (str, Ref)):
            return [*hits, value]
    return [
        s for s in things.get("aws-subnet", []) if holds(many(pick(s.body, "cidr_block")), source)
    ]


def _acls_of(
    things: Mapping[str, list[Thing]], resolver: Resolver, subnets: list[Any]
) -> list[Thing]:
    acls = things.get("acl", [])
    if not subnets:
        return acls
    found = []
    for acl in acls:
        values = many(pick(acl.body, "subnet_ids"))
        for link in things.get("acl-link", []):
            if acl in resolver.find(pick(link.body, "network_acl_id"), "acl", link):
                values.append(pick(link.body, "subnet_id"))
        named = [*values, *(h for v in values for h in resolver.find(v, "aws-subnet", acl))]
        if any(
            any(each is s or (isinstance(s, (str, Ref)) and each == s) for s in subnets)
            for each in named
        ):
            found.append(acl)
    return found


def _azure(
    things: Mapping[str, list[Thing]], files: Mapping[str, Contents], resolver: Resolver,
    source: Network,
) -> Iterator[Picture]:  # fmt: skip
    assumed = _accounts(things, _SUBSCRIPTION, "subscriptions")
    choices: list[list[tuple[str, list[Chain]]]] = []
    every = things.get("nsg", [])
    found = groups_of(things, files, resolver, source)

    def chain(nsg: Thing) -> Chain:
        return azure_nsg.chain(nsg, things, files, resolver)

    choices += [
        [(f"on {place}" if len(rows) > 1 else "", [chain(n) for n in mine]) for place, mine in rows]
        for rows in found.here.values()
    ]
    left = [nsg for nsg in every if nsg not in found.elsewhere]
    if left and not found.here and not found.absent:
        choices.append([(f"with network security group {n.name}", [chain(n)]) for n in left])
        assumed.append(f"network security group {left[0].name} is that of the source" if len(left) == 1
                       else "no subnet or interface has the source: each network security group is judged by itself")  # fmt: skip
    mine = [nsg for rows in found.here.values() for _, some in rows for nsg in some]
    not_mine = [n.name for n in every if n in found.elsewhere and n not in mine]
    if not_mine:
        assumed.append(f"not on the source's subnet or interface, and not judged: {_few(not_mine)}")
    firewalls = list(Firewalls(things, files, resolver).chains())
    if firewalls:
        choices.append(
            [(f"with {c.resources[0]}" if len(firewalls) > 1 else "", [c]) for c in firewalls]
        )
    if not choices:
        return
    missing = [
        w
        for w, there in (("network security group", every), ("Azure Firewall", firewalls))
        if not there
    ]
    if missing:
        assumed.append(
            f"the input has no {' and no '.join(missing)}: what is missing is taken to admit everything"
        )
    assumed.append(ROUTES)
    yield from _product("azure", choices, assumed, files)
