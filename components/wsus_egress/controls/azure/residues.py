"""What Azure's controls cannot decide, whatever their rules, each with where that is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wsus_egress.controls.azure.firewall_rules import ApplicationRule, FirewallRule
from wsus_egress.controls.base import Residue
from wsus_egress.model.azure import AzureTarget

_ALWAYS: Final = (
    Residue(
        "the HTTP Host and the TLS server name are what the client says: one that lies, towards an "
        "address of its own under TLS, passes under an allowed name",
        "Azure Firewall training text on Host and SNI matching; second-hand, 2023",
    ),
    Residue(
        "a TLS client that encrypts its server name (ESNI, ECH) cannot be matched, and is denied",
        "Azure Firewall known issues, 2023-10",
    ),
    Residue(
        "an HTTP request whose Host has another port than its connection is dropped, whatever its name",
        "Azure Firewall rule processing logic, 2026",
    ),
    Residue(
        "a TCP connection to a denied name is opened before it is closed: the firewall answers it",
        "Azure Firewall FAQ, 2022-09-12",
    ),
    Residue(
        "a change to a denial ends the sessions that it concerns; one that allows leaves them alone",
        "Azure Firewall rule processing logic, 2026",
    ),
)
TAG: Final = Residue(
    "which names an FQDN tag has, today or tomorrow: Microsoft keeps and does not publish them",
    "FQDN tags overview, 2026-03-28",
)
INFRASTRUCTURE: Final = Residue(
    "what no rule denies falls to Azure's own infrastructure collection (platform images, disk "
    "status, diagnostics), whose names are not published in full",
    "Infrastructure FQDNs for Azure Firewall, 2018",
)
_GOES_ON: Final = Residue(
    "connections that exist when a rule is removed go on until they end, unless `flush` is true",
    "Network security groups, 2025-07; flushConnection of API 2024-05-01",
)
_FLUSHED: Final = Residue(
    "connections that exist when a rule is removed go on until they end where the region has no "
    "flushConnection",
    "flushConnection of API 2024-05-01; a preview of some regions, as far as is known",
)
_GROUP: Final = (
    Residue(
        "Azure's own DNS, metadata and licensing (168.63.129.16, 169.254.169.254) pass whatever the "
        "rules, unless they name those service tags",
        "Network security groups, 2025-07",
    ),
)
SERVICE_TAGS: Final = (
    Residue(
        "by service tag the group is wider than the policy: any name and any bytes on TCP 80 and 443 "
        "at every address of AzureFrontDoor.FirstParty, behind which more of Microsoft stands than "
        "Windows Update",
        "azure-docs issue 86050; second-hand, 2021",
    ),
    Residue(
        "by service tag the group is narrower too: content that comes from another company's network "
        "is in neither tag. AzureUpdateDelivery is being withdrawn since 2024-07-01",
        "azure-docs issue 119462, 2024-02-02; Windows IT Pro blog as quoted 2024-06-05, unconfirmed",
    ),
)
_ROUTED: Final = Residue(
    "the tag VirtualNetwork contains the range of a default route, so the Internet: no rule of this "
    "group allows by it before the Internet is denied, but Azure's default rule 65000 lets in what "
    "reaches a server's own public address, except on the synchronization ports",
    "Service tags overview: address prefixes used on user-defined routes; azure-docs issue 22178; "
    "that it also holds for AllowVnetInBound is believed",
)
PRIVATE_TAKEN: Final = Residue(
    "what leaves the virtual network for private addresses, such as domain controllers and DNS servers "
    "behind a gateway, goes to the firewall too, unless a peering or an entry of private leads there",
    "Virtual network traffic routing, read 2026-11: a route for 0.0.0.0/0 takes the system's routes to "
    "private ranges away, and without propagation there is none of the gateway's",
)
LEARNED_ROUTE: Final = Residue(
    "a route that the gateway learns for a smaller range of the Internet leads past the firewall",
    "Virtual network traffic routing: the longest prefix wins",
)


_SNAT_PORTS: Final = 2496
_INSTANCES: Final = 2


def firewall_residues(rules: Sequence[FirewallRule]) -> tuple[Residue, ...]:
    """What the firewall's rules leave open."""
    application = [rule for rule in rules if isinstance(rule, ApplicationRule)]
    tagged = any(rule.fqdn_tags for rule in application)
    denied = any(rule.collection == "deny" and "*" in rule.fqdns for rule in application)
    return (*_ALWAYS, *([TAG] if tagged else []), *([] if denied else [INFRASTRUCTURE]))


def address_residues(target: AzureTarget) -> tuple[Residue, ...]:
    """How many connections the firewall's public addresses carry, where it is made here."""
    if target.firewall is None:
        return ()
    number = target.firewall.public_addresses
    ports = number * _INSTANCES * _SNAT_PORTS
    what = (
        f"more than {ports:,} connections at a time to one address and port, of all clients together, run "
        f"out of ports: {_SNAT_PORTS:,} for each of {number} public address{'es' if number > 1 else ''} and "
        f"each of {_INSTANCES} instances, the fewest that a firewall has; a NAT gateway on AzureFirewallSubnet "
        "has more"
    )
    return (Residue(what, "Scale SNAT ports with Azure NAT Gateway, read 2026-11"),)


def group_residues(target: AzureTarget) -> tuple[Residue, ...]:
    """What a network security group leaves open."""
    group = target.network_security_group
    tags = SERVICE_TAGS if group.destinations == "service-tags" else ()
    return (
        _FLUSHED if group.flush else _GOES_ON,
        *_GROUP,
        *tags,
        *([_ROUTED] if target.route_table else []),
    )
