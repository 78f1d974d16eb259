"""Azure network security groups of a stack, read back into the control that the proof knows.

A rule stands in the group itself or is a separate resource. A group is judged for the servers and
clients in the subnets and network interfaces that it is attached to; one of this package for all.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.nsg_rules import Direction, NsgRule, Side
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow, Network
from wsus_egress.readers.azure.places import azure_target, behind, routed, spots
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import (
    ANY_PORT,
    items,
    mapping,
    networks,
    one_or_more,
    overlap,
    parts,
    ports,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

GROUP: Final = "azure-native:network:NetworkSecurityGroup"
RULE: Final = "azure-native:network:SecurityRule"
NONE: Final = "no network security group of the stack is on a server or client group"
_TAGS: Final[Mapping[str, Side]] = {
    "*": "*",
    "Any": "*",
    "Internet": "Internet",
    "VirtualNetwork": "VirtualNetwork",
    # Only the platform's health probe, which no policy is about.
    "AzureLoadBalancer": (),
}
_OTHER_PROTOCOLS: Final = ("Icmp", "Esp", "Ah")


@dataclass(frozen=True, slots=True)
class StackRule(NsgRule):
    """A rule with ranges of ports, as other people write them."""

    ranges: tuple[tuple[int, int], ...] = (ANY_PORT,)

    def matches(self, flow: Flow) -> bool:
        """As any rule, for the ports of the ranges."""
        in_ranges = any(low <= flow.port <= high for low, high in self.ranges)
        return in_ranges and NsgRule.matches(self, flow)


@dataclass(frozen=True)
class StackNsg(AzureNsg):
    """A group whose rules have ranges of ports."""

    rules: tuple[StackRule, ...]

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ranges."""
        return (each for rule in self.rules for each in rule.ranges)


def judged_nsgs(
    resources: tuple[Resource, ...], environment: Environment
) -> tuple[Judged[StackRule], ...]:
    """Every group that a server or client group of the policy stands behind, with its rules."""
    found = []
    for group, space in behind("networkSecurityGroup", GROUP, resources, environment):
        reads = tuple(_reads(group, space, resources, environment))
        control = functools.partial(StackNsg, azure_target(environment, space), "stack")
        found.append(
            Judged(
                group,
                "azure",
                reads,
                control,
                functools.partial(_touches, space, _dual(space, resources)),
            )
        )
    return tuple(found)


def _touches(space: tuple[Network, ...], dual: bool, flow: Flow) -> bool:
    if not dual and flow.source.version != flow.destination.version:
        # Nobody of an IPv4 subnet has an IPv6 address to send from.
        return False
    return any(flow.source in network or flow.destination in network for network in space)


def _dual(space: tuple[Network, ...], resources: tuple[Resource, ...]) -> bool:
    """Whether a subnet of some addresses may have IPv6 too: not where the stack has it without."""
    subnets = [
        spot for spot in spots(resources) if spot.is_subnet and overlap(space, spot.prefixes)
    ]
    return not subnets or any(each.version == 6 for spot in subnets for each in spot.prefixes)


def _reads(
    group: Resource,
    space: tuple[Network, ...],
    resources: tuple[Resource, ...],
    environment: Environment,
) -> Iterator[Read[StackRule]]:
    routes = routed(space, resources)
    names = ("networkSecurityGroupName", "securityRuleName")
    inside, attached = parts(group, "securityRules", RULE, names, resources)
    bodies = [(group, each) for each in inside] + [(each, each.properties) for each in attached]
    for number, (owner, body) in enumerate(bodies):
        yield read_rule(owner, f"{number}", body, environment, routes)


def read_rule(
    owner: Resource,
    number: str,
    body: Any,
    environment: Environment,
    routes: tuple[tuple[Network, ...], bool],
) -> Read[StackRule]:
    """A rule as it admits least and most.

    Args:
        owner: The resource that has it.
        number: Which of its rules it is, where none is known.
        body: The rule in the shape of Azure's API.
        environment: Whose policy.
        routes: The prefixes that the tag VirtualNetwork has, and whether they are surely all.
    """
    if body is UNKNOWN:
        return _either(owner, f"{owner.name}#{number}", "its rules are not known", {})
    # A separate resource may have only Pulumi's name.
    name = str(body.get("name") if isinstance(body.get("name"), str) else owner.name)
    identity = f"rule {name}"
    needed = ("access", "direction", "priority", "protocol")
    missing = next((key for key in needed if body.get(key) in (UNKNOWN, None)), None)
    if missing:
        return _either(owner, identity, f"the {missing} of {identity} is not known", body)
    allows = str(body["access"]).casefold() == "allow"
    notes: dict[str, bool] = {}
    sides = [tuple(_side(side, body, environment, notes)) for side in ("source", "destination")]
    if allows:
        sides = [tuple(_with_routes(side, routes, notes)) for side in sides]
    texts = one_or_more(body, "destinationPortRange", "destinationPortRanges")
    ranges = [ports(text) for text in texts]
    if UNKNOWN in texts:
        notes["its ports are not known"] = False
    elif None in ranges:
        notes["its ports cannot be read"] = True
    protocol = str(body["protocol"]).capitalize()
    if protocol in _OTHER_PROTOCOLS and allows:
        notes[f"its protocol is {protocol}, which the policy allows nobody"] = True
        protocol = "Udp"
    unread = "; ".join(f"{identity}: {note}" for note in notes)
    if not allows and (protocol in _OTHER_PROTOCOLS or not _from_every_port(body)):
        # It denies only some connections of a kind, or a kind that the policy does not have.
        return Read(owner, (), ())
    wanted = [each for each in ranges if each] if ranges and None not in ranges else [ANY_PORT]
    rules = tuple(
        StackRule(
            id=identity if not offset else f"{identity}/{offset}", priority=int(body["priority"]),
            direction="Inbound" if str(body["direction"]).casefold() == "inbound" else "Outbound",
            access="Allow" if allows else "Deny",
            protocol=_protocol(protocol), sources=source, destinations=destination, ports=(), description=owner.name, ranges=tuple(wanted),
        )
        for offset, (source, destination) in enumerate(itertools.product(*sides))
    )  # fmt: skip
    least, most = (() if unread and allows else rules), (() if unread and not allows else rules)
    return Read(owner, least, most, unread, all(notes.values()))


def _with_routes(
    side: tuple[Side, ...], routes: tuple[tuple[Network, ...], bool], notes: dict[str, bool]
) -> Iterator[Side]:
    """The addresses of one side of a rule that allows, and what VirtualNetwork has beside the network.

    The tag contains "address prefixes used on user-defined routes" ("Service tags overview"), under a
    default route therefore the Internet (azure-docs issue 22178; journeyofthegeek.com, 2022-06-22). A
    denial by the tag is read as one of the network alone, so that it excuses no rule behind it.
    """
    yield from side
    if "VirtualNetwork" not in side:
        return
    prefixes, known = routes
    if prefixes:
        yield prefixes
    if not known:
        notes["which routes the tag VirtualNetwork has the prefixes of is not known"] = False
        yield "*"


def _protocol(text: str) -> Literal["Tcp", "Udp", "*"]:
    words: dict[str, Literal["Tcp", "Udp", "*"]] = {"Tcp": "Tcp", "Udp": "Udp"}
    return words.get(text, "*")


def _from_every_port(body: Mapping[str, Any]) -> bool:
    texts = one_or_more(body, "sourcePortRange", "sourcePortRanges")
    return not texts or ANY_PORT in [ports(text) for text in texts]


def _either(owner: Resource, identity: str, what: str, body: Mapping[str, Any]) -> Read[StackRule]:
    """A rule whose effect is not known: it may come first, and it may be about every flow."""
    access = str(body.get("access")).casefold()
    directions: tuple[Direction, ...] = ("Outbound", "Inbound")
    allowing = tuple(
        StackRule(
            id=identity,
            priority=0,
            direction=direction,
            access="Allow",
            protocol="*",
            sources="*",
            destinations="*",
            ports=(),
            description=owner.name,
        )
        for direction in directions
        if body.get("direction") not in directions or body["direction"] == direction
    )
    denying = tuple(replace(rule, access="Deny") for rule in allowing)
    least, most = () if access == "allow" else denying, () if access == "deny" else allowing
    return Read(owner, least, most, what, sure=False)


def _side(
    side: str, body: Mapping[str, Any], environment: Environment, notes: dict[str, bool]
) -> Iterator[Side]:
    """The addresses of one side, one after another; notes what cannot be read."""
    groups = items(body.get(f"{side}ApplicationSecurityGroups"))
    for group in groups:
        identity = mapping(group).get("id", UNKNOWN)
        nsg = azure_target(environment, ()).network_security_group
        known = {i: name for name, i in nsg.application_security_groups}
        if identity in known:
            yield environment.policy.party(known[identity]).addresses
        else:
            only = f"is {identity}, whose members only Azure knows"
            what = "is not known" if identity is UNKNOWN else only
            notes[f"its {side} application security group {what}"] = identity is not UNKNOWN
            yield "*"
    plain: list[Network] = []
    for text in one_or_more(body, f"{side}AddressPrefix", f"{side}AddressPrefixes"):
        if text is UNKNOWN:
            notes[f"its {side} is not known"] = False
            yield "*"
        elif isinstance(text, str) and text in _TAGS:
            yield _TAGS[text]
        elif (read := networks(text)) is not None:
            plain += read
        else:
            notes[f"its {side} is the service tag {text}, whose addresses only Azure knows"] = True
            # What has a tag is part of the Internet, but for that of this very network.
            yield "Internet"
    if plain:
        yield tuple(plain)
    elif not groups and not one_or_more(body, f"{side}AddressPrefix", f"{side}AddressPrefixes"):
        yield "*"
