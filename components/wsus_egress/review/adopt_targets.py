"""The target of a cloud as somebody's files describe it: its VPC or resource group, and which controls it has.

What no file says stands there as a placeholder with the comment `# replace:`, as `new` writes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from wsus_egress.model.aws import SOME_VPC
from wsus_egress.model.flows import Network
from wsus_egress.readers.foreign.network_firewall import NAME as NETWORK_FIREWALL
from wsus_egress.readers.foreign.security_groups import GROUP
from wsus_egress.readers.formats.things import Thing, many, pick
from wsus_egress.readers.reading import networks
from wsus_egress.readers.terms.chain import Chain
from wsus_egress.review.adopt_inside import inside_rules

_VPC: Final = re.compile(r"vpc-[0-9a-f]{8,17}")
_IN_GROUP: Final = re.compile(r"/resourcegroups/([^/]+)/", re.IGNORECASE)
_IN_POLICY: Final = re.compile(r"/firewallpolicies/([^/]+)/", re.IGNORECASE)
_RESOURCE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?")
_FIREWALL: Final = "azure-application-rules"
# Azure's own names of the ports that the components open themselves.
_SYNCHRONIZATION: Final = frozenset((8530, 8531))


@dataclass(slots=True)
class Target:
    """A target's settings as far as the files have them.

    Attributes:
        settings: Those of `aws` or `azure`.
        server: Those of the server that belong to this cloud.
        missing: Settings that are placeholders, each with what to write in its place.
        left: What the files have and no setting says, as clauses.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    server: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def aws_target(
    things: Sequence[Thing], chains: Sequence[Chain], reason: str, version: int
) -> Target:
    """What the files say of a VPC, its security group and its firewall."""
    found = Target()
    vpcs = {
        value for thing in things
        if isinstance(value := pick(thing.body, "vpc_id"), str) and _VPC.fullmatch(value)
    }  # fmt: skip
    _one(found, "vpcId", vpcs, SOME_VPC, "the VPC that the server is in")
    for chain in chains:
        if chain.name == GROUP:
            _of_group(found, chain, things, reason, version)
        elif chain.name == NETWORK_FIREWALL:
            has_policy = any(thing.kind == "fw-policy" for thing in things)
            found.settings["networkFirewall"] = {"mode": "policy" if has_policy else "rules-only"}
        else:
            found.left.append(f"{chain.name} ({', '.join(chain.resources)}) is not adopted")
    return found


def _of_group(
    found: Target, chain: Chain, things: Sequence[Thing], reason: str, version: int
) -> None:
    mine = [t for t in things if t.kind == "sg" and t.name in chain.resources]
    if len(mine) == 1:
        body = mine[0].body
        called = {
            "name": pick(body, "group_name", "name") or mine[0].name,
            "description": pick(body, "description", "group_description"),
        }
        texts = {key: text for key, text in called.items() if isinstance(text, str) and text}
        if not str(texts.get("name", "")).startswith("sg-") and texts:
            found.server["awsSecurityGroup"] = texts
    else:
        found.left.append(f"of the security groups {', '.join(chain.resources)} one is made")
    rules, left = inside_rules(chain, reason, _SYNCHRONIZATION, version)
    if rules:
        found.settings["networkRules"] = rules
    found.left += left
    found.left.append(
        "what comes in by the security group is not read: add `sources` to networkRules"
    )


def azure_target(things: Sequence[Thing], chains: Sequence[Chain], source: Network) -> Target:
    """What the files say of a virtual network, its resource group and its firewall policy."""
    found = Target()
    groups = {
        value
        for thing in things
        if isinstance(value := pick(thing.body, "resource_group_name"), str) and value
    }
    if not groups:
        groups = {m[1] for t in things for each in t.ids if (m := _IN_GROUP.search(each))}
    _one(found, "resourceGroup", groups, "rg-wsus", "the resource group of the virtual network")
    places = {
        value.lower().replace(" ", "")
        for thing in things
        if isinstance(value := pick(thing.body, "location"), str) and value.isprintable()
    }
    _one(found, "location", places, "westeurope", "its region")
    spaces = sorted(_spaces(things, source))
    found.settings["addressSpace"] = spaces or [str(source)]
    if not spaces:
        found.missing["addressSpace"] = "the virtual network's address space"
    for chain in chains:
        if chain.name == _FIREWALL:
            found.settings["destinations"] = "list"
            name = _policy_of(chain, things)
            found.settings["firewallPolicy"] = {"name": name or "afwp-wsus", "mode": "rules-only"}
            if not name:
                found.missing["name"] = "the firewall policy's name"
    return found


def _policy_of(chain: Chain, things: Sequence[Thing]) -> str:
    """The name of a chain's firewall policy, in a form that Azure takes; empty where none is known."""
    mine = [t for t in things if t.name in chain.resources]
    named = [pick(t.body, "name") for t in mine if t.kind == "azure-policy"]
    named += [t.name.rpartition("/")[2] for t in mine if t.kind == "azure-policy"]
    for thing in mine:
        named += [m[1] for each in sorted(thing.ids) if (m := _IN_POLICY.search(each))]
        named += [each for each in thing.inside if thing.kind == "azure-group"]
    return next((n for n in named if isinstance(n, str) and _RESOURCE.fullmatch(n)), "")


def _spaces(things: Iterable[Thing], source: Network) -> Iterable[str]:
    for thing in (each for each in things if each.kind == "azure-network"):
        space = pick(thing.body, "address_space")
        texts = many(pick(space, "address_prefixes") if isinstance(space, Mapping) else space)
        read = [n for text in texts for n in networks(text) or ()]
        if any(source.version == n.version and source.subnet_of(n) for n in read):  # type: ignore[arg-type]
            yield from map(str, read)


def _one(found: Target, key: str, values: Iterable[str], instead: str, what: str) -> None:
    """The one value of a setting; a placeholder where the files have none, or several."""
    every = sorted({*values})
    found.settings[key] = every[0] if len(every) == 1 else instead
    if len(every) != 1:
        several = f": one of {', '.join(every[:5])}" if every else ""
        found.missing[key] = f"{what}{several}"
