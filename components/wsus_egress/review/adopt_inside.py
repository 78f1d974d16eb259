"""What somebody's security group admits inside the network, as settings: `networkRules`.

For example TCP 1433 to 10.20.8.0/24 is a rule with `destinationPorts: [1433]`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, Final

from wsus_egress.readers.terms.chain import Chain, Term
from wsus_egress.readers.terms.spans import FAMILY, INTERNET, Spans, address, both, of_networks

_NAME: Final = re.compile(r"[^a-z0-9]+")
_TOP: Final = 65535
_OPENED: Final = {(80, 80), (443, 443)}
# What a rule about connections inside can name; link-local services are reached without one.
_SETTABLE: Final = of_networks(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)


def inside_rules(
    chain: Chain, reason: str, taken: frozenset[int], version: int
) -> tuple[list[Any], list[str]]:
    """The rules, and what of them no setting says.

    Args:
        chain: A security group.
        reason: Why they are there, for each of them.
        version: Of the addresses that the settings may name.
        taken: The ports that the components open themselves, between the parties.
    """
    found: list[Any] = []
    left: list[str] = []
    names: dict[str, int] = {}
    for term in chain.terms:
        if term.action != "allow" or not both(term.destinations, _SETTABLE):
            continue
        if (
            term.protocols == ("tcp",)
            and {*term.ports} <= _OPENED
            and both(term.destinations, INTERNET)
        ):
            continue  # The rules to the Internet, which the components make too.
        opened = any(low <= port <= high for low, high in term.ports for port in taken)
        if not term.sure or opened or both(term.destinations, INTERNET):
            left.append(f"{term.id}: what it opens inside the network is left out")
            continue
        blocks = list(_blocks(term.destinations, version))
        for protocol in term.protocols if blocks else ():
            name = _called(term, protocol, names)
            found.append({"name": name, "protocol": protocol, **_ports(term.ports),
                          "destinations": blocks, "reason": reason})  # fmt: skip
    return found, left


def _called(term: Term, protocol: str, names: dict[str, int]) -> str:
    head = _NAME.sub("-", term.id.lower()).strip("-")[:24].strip("-")
    name = head if head[:1].isalpha() else f"rule-{head}".strip("-")
    if len(term.protocols) > 1:
        name = f"{name}-{protocol}"
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name}-{names[name]}"


def _ports(ports: Spans) -> dict[str, list[Any]]:
    single = [low for low, high in ports if low == high]
    ranges = [f"{max(low, 1)}-{min(high, _TOP)}" for low, high in ports if low != high]
    return {
        **({"destinationPorts": single} if single else {}),
        **({"portRanges": ranges} if ranges else {}),
    }


def _blocks(destinations: Spans, version: int) -> Iterator[str]:
    for low, high in both(both(destinations, _SETTABLE), FAMILY[version]):
        yield from map(str, ipaddress.summarize_address_range(address(low), address(high)))
