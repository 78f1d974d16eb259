"""No DNAT rule of an Azure Firewall leads a connection from the Internet to a WSUS server."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from wsus_egress.controls.azure.firewall_documents import GROUP_TYPE
from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.model.flows import Network, is_internet
from wsus_egress.readers.reading import addresses, items, mapping, networks, overlap, put
from wsus_egress.readers.resources import UNKNOWN, Resource

_FIX = "WSUS starts every connection: take the rule out"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Look where each DNAT rule leads."""
    servers = addresses(context.policy.in_place("azure"))
    found: dict[Finding, None] = {}
    any_rule = False
    for group in (each for each in resources if each.type == GROUP_TYPE):
        for rule in _rules(group):
            any_rule = True
            if (led := _leads_in(rule, servers)) is not None:
                found[Finding(group.urn, group.name, led[0], _FIX, led[1])] = None
    return tuple(found) if any_rule else NotApplicable("the stack has no DNAT rule")


def _rules(group: Resource) -> Iterator[Any]:
    for collection in items(put(group, "ruleCollections")):
        if collection is UNKNOWN:
            yield UNKNOWN
        elif "nat" in str(collection.get("ruleCollectionType")).casefold():
            yield from items(collection.get("rules"))


def _leads_in(rule: Any, servers: tuple[Network, ...]) -> tuple[str, bool] | None:
    """Where a rule leads, and whether that is known; None where it lets nobody from the Internet in."""
    if rule is UNKNOWN:
        return "its DNAT rules are not known", False
    body: Mapping[str, Any] = mapping(rule)
    sources = [networks(text) for text in items(body.get("sourceAddresses"))]
    private = all(read and not any(map(_has_internet, read)) for read in sources)
    if sources and private and not items(body.get("sourceIpGroups")):
        return None
    name, address = body.get("name"), body.get("translatedAddress")
    if address is UNKNOWN:
        return f"the address that DNAT rule {name} leads to is not known", False
    if body.get("translatedFqdn"):
        return f"DNAT rule {name} leads to {body['translatedFqdn']}, which may be a server", True
    if overlap(networks(address) or (), servers):
        return f"DNAT rule {name} leads from the Internet to {address}", True
    return None


def _has_internet(network: Network) -> bool:
    first, last = network.network_address, network.broadcast_address
    inside = ipaddress.ip_address("203.0.113.80")
    return is_internet(first) or is_internet(last) or inside in network


GUARDRAIL = Guardrail(
    id="wsus-azure-firewall-ingress",
    title="A DNAT rule leads the Internet to a WSUS server",
    why="WSUS starts every connection, so nothing ever has to come in from the Internet.",
    severity="critical",
    judge=judge,
    place="azure",
)
