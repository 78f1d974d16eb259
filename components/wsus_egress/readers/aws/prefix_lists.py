"""The prefix lists of an AWS stack: their own entries, and those that are resources by themselves.

For example a list with 10.20.8.0/24 that an entry resource gives 0.0.0.0/0 has every address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.model.flows import Network
from wsus_egress.readers.reading import (
    EVERY_ADDRESS,
    items,
    mapping,
    named_in,
    networks,
    put,
)
from wsus_egress.readers.resources import UNKNOWN, Resource

PREFIX_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
_ENTRY: Final = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"


@dataclass(frozen=True, slots=True)
class Members:
    """The addresses of prefix lists or security groups.

    Attributes:
        networks: Those that are known.
        unread: What is not known, as a clause; empty where all are.
        sure: False where the update will tell.
        possible: The addresses that what is not known may be.
    """

    networks: tuple[Network, ...] = ()
    unread: str = ""
    sure: bool = True
    possible: tuple[Network, ...] = ()


def members_of(lists: Iterable[Resource], resources: tuple[Resource, ...]) -> Members:
    """What the lists hold together."""
    found: list[Network] = []
    unread = ""
    for each in lists:
        texts: list[Any] = [
            entry if entry is UNKNOWN else mapping(entry).get("cidr", UNKNOWN)
            for entry in items(put(each, "entries"))
        ]
        texts += [
            entry.properties.get("cidr", UNKNOWN)
            for entry in resources
            if entry.type == _ENTRY
            and each in named_in(entry, "prefixListId", PREFIX_LIST, resources).resources
        ]
        read = [networks(text) for text in texts]
        found += [network for one in read for network in one or ()]
        if None in read:
            unread = f"the entries of prefix list {each.name} are not known"
    return Members(tuple(found), unread, not unread, EVERY_ADDRESS if unread else ())
