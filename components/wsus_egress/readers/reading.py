"""Properties of a stack's resources: what they name, and what they say as addresses and ports."""

from __future__ import annotations

import html
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.controls.tags import MANAGED_BY, MANAGER
from wsus_egress.model.flows import Network
from wsus_egress.model.party import Party
from wsus_egress.readers.resources import UNKNOWN, Resource

ANY_PORT: Final = (0, 65535)
EVERY_ADDRESS: Final[tuple[Network, ...]] = (
    ipaddress.ip_network("0.0.0.0/0"),
    ipaddress.ip_network("::/0"),
)
# Where a route's prefix is not known: longer than the default route, and so decides before it.
SOME_INTERNET: Final[tuple[Network, ...]] = (
    ipaddress.ip_network("0.0.0.0/1"),
    ipaddress.ip_network("128.0.0.0/1"),
)
_AZURE: Final = "azure-native:"
# A character's number has seven digits at most, and Python reads no number of more than 4,300.
_NO_CHARACTER: Final = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
# azure-native keeps what a resource was made from beside what the cloud answered: the names of the
# resources around it are only there.
_INPUTS: Final = "__inputs"


@dataclass(frozen=True, slots=True)
class Named:
    """The resources that a property names.

    Attributes:
        resources: Those of the stack.
        foreign: Ids of others.
        missing: Whether it names something that only the update will know.
        exact: Whether each of the resources is surely named; else only some of them may be.
    """

    resources: tuple[Resource, ...]
    foreign: tuple[str, ...] = ()
    missing: bool = False
    exact: bool = True


def given(resource: Resource, key: str) -> Any:
    """A property, or the input that it was made from."""
    found = resource.properties.get(key)
    inputs = resource.properties.get(_INPUTS)
    if found is None and isinstance(inputs, Mapping):
        return inputs.get(key)
    return found


def put(resource: Resource, key: str) -> Any:
    """A property that the program gives; None for one that only the cloud fills in."""
    found = given(resource, key)
    return None if found is UNKNOWN and not resource.refers.get(key) else found


def mapping(value: Any) -> Mapping[str, Any]:
    """A value as a mapping; empty where it is not one."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """A list's items: one unknown item for an unknown list, and nothing for what is not a list."""
    if value is UNKNOWN:
        return [UNKNOWN]
    return list(value) if isinstance(value, (list, tuple)) else []


def one_or_more(value: Any, key: str, several: str) -> list[Any]:
    """The values of a property that Azure takes in the singular and in the plural."""
    single = mapping(value).get(key)
    return [*([] if single in (None, "") else [single]), *items(mapping(value).get(several))]


def is_ours(resource: Resource) -> bool:
    """Whether a resource is tagged as one of this package."""
    return mapping(resource.properties.get("tags")).get(MANAGER) == MANAGED_BY


def named(
    owner: Resource,
    key: str,
    values: Iterable[Any],
    kind: str,
    resources: Iterable[Resource],
    *others: str,
) -> Named:
    """What a property of a resource names.

    Args:
        owner: The resource.
        key: The property, at the top: what it was made from is known by it alone.
        values: The ids or names inside it.
        kind: The type of what is named.
        resources: The stack's.
        others: Further types that may be named in its place.
    """
    candidates = [each for each in resources if each.type in (kind, *others)]
    made_from = [each for each in candidates if each.urn in owner.refers.get(key, ())]
    found: dict[str, Resource] = {}
    unknown, foreign = 0, []
    for value in (each for each in values if each is not None):
        hits = [] if value is UNKNOWN else [each for each in candidates if _is(each, str(value))]
        found.update((each.urn, each) for each in hits)
        if value is UNKNOWN:
            unknown += 1
        elif not hits:
            foreign.append(str(value))
    maybe = [each for each in made_from if each.urn not in found] if unknown or foreign else []
    # An output that several resources went into may name any of them.
    open_ = unknown or len(foreign)
    return Named(
        (*found.values(), *maybe),
        tuple(foreign) if unknown or len(maybe) < len(foreign) else (),
        missing=unknown > len(maybe),
        exact=len(maybe) <= open_,
    )


def named_in(
    owner: Resource, key: str, kind: str, resources: Iterable[Resource], *others: str
) -> Named:
    """What a property names that holds one id: as `named`, for `"vpcId": "vpc-1a2b3c4d"`."""
    return named(owner, key, [owner.properties.get(key)], kind, resources, *others)


def joined(*several: Iterable[Network]) -> tuple[Network, ...]:
    """The networks of all of them, each once."""
    return tuple(dict.fromkeys(network for networks in several for network in networks))


def parts(
    parent: Resource, key: str, child: str, names: tuple[str, str], resources: Sequence[Resource]
) -> tuple[list[Any], list[Resource]]:
    """The parts of a resource: those inside it, and those that are separate resources.

    Args:
        parent: For example a network security group.
        key: Its property that has the parts inside.
        child: The type of a part that is a separate resource.
        names: The properties of such a one that name the parent and the part.
        resources: The stack's.
    """
    attached = []
    for each in resources:
        if each.type == child:
            found = given(each, names[0])
            by = UNKNOWN if found is None else found
            if parent in named(each, names[0], [by], parent.type, resources).resources:
                attached.append(each)
    outside = {str(given(each, names[1]) or each.properties.get("name")) for each in attached}
    # After an update the parent itself lists the parts that stand outside too.
    inside = [each for each in items(put(parent, key)) if mapping(each).get("name") not in outside]
    return inside, attached


def _is(resource: Resource, text: str) -> bool:
    properties = resource.properties
    if text in (properties.get("id"), properties.get("arn")):
        return True
    if not resource.type.startswith(_AZURE):
        return False
    # Azure compares names without case; an id ends with the resource's own.
    parts = text.casefold().split("/")
    group = given(resource, "resourceGroupName")
    other = isinstance(group, str) and "resourcegroups" in parts[:-1]
    if other and parts[parts.index("resourcegroups") + 1] != group.casefold():
        return False
    own = {str(given(resource, key)).casefold() for key in _own_names(resource)}
    return parts[-1] in own


def _own_names(resource: Resource) -> Iterator[str]:
    word = resource.type.rpartition(":")[2]
    yield "name"
    yield f"{word[0].lower()}{word[1:]}Name"
    yield "ipGroupsName"


def networks(text: Any) -> tuple[Network, ...] | None:
    """An address, CIDR block, `a-b` or `*` as networks; None for any other text."""
    if not isinstance(text, str):
        return None
    if text in ("*", "any", "Any", "ANY"):
        return EVERY_ADDRESS
    try:
        if "-" in text:
            first, last = (ipaddress.ip_address(part.strip()) for part in text.split("-", 1))
            return tuple(ipaddress.summarize_address_range(first, last))
        return (ipaddress.ip_network(text, strict=False),)
    except (ValueError, TypeError):
        return None


def number_of(value: Any) -> int | None:
    """The number that a text or a number is; None for anything else, such as `\u00b2`, which `isdigit` takes for one.

    More digits than eighteen are in no field that a cloud has.
    """
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def unescaped(text: str) -> str:
    """Text of HTML or XML without its entities; a number of a character that has more digits than any stands for none."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


def ports(text: Any) -> tuple[int, int] | None:
    """A port, `a-b` or `*` as a range; None for any other text."""
    if text in ("*", "any", "Any", "ANY"):
        return ANY_PORT
    first, _, last = str(text).partition("-")
    low, high = number_of(first), number_of(last or first)
    return None if low is None or high is None else (low, high)


def overlap(networks: Iterable[Network], others: Iterable[Network]) -> tuple[Network, ...]:
    """The addresses of the first that the others have too."""
    wanted = tuple(others)
    return tuple(
        network if network.prefixlen >= other.prefixlen else other
        for network in networks
        for other in wanted
        if network.version == other.version and network.overlaps(other)
    )


def addresses(parties: Iterable[Party]) -> tuple[Network, ...]:
    """The addresses of all of them."""
    return tuple(network for party in parties for network in party.addresses)
