"""From a policy to the rules of a network security group: allow by name, then deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from wsus_egress.controls.azure_nsg import LATERAL_PORTS, AzureNsg, Direction, NsgRule
from wsus_egress.environment_azure import AzureTarget
from wsus_egress.policy import EgressPolicy, Network, Party, Protocol, Scheme

FIRST_ALLOW: Final = 1000
FIRST_PERMIT: Final = 300
FIRST_DIRECT: Final = 600
DENY_DIRECT: Final = 900
FIRST_SYNCHRONIZATION: Final = 1100
DENY_SYNCHRONIZATION: Final = 4000
DENY_LATERAL: Final = 4010
DENY_INTERNET: Final = 4096

# Metadata over HTTPS, downloads over both ("azure-docs" issue 103461, 2023-01-05).
SERVICE_TAGS: Final = (
    ("AzureUpdateDelivery", (443,)),
    ("AzureFrontDoor.FirstParty", (80, 443)),
)
Way = tuple[tuple[Network, ...], str | None]
_WORDS: Final[dict[Protocol, Literal["Tcp", "Udp"]]] = {"tcp": "Tcp", "udp": "Udp"}


def compile_nsg(policy: EgressPolicy, target: AzureTarget, environment: str) -> AzureNsg:
    """Allow what the policy names, then deny the rest: default rules would admit it."""
    rules = [
        *_outbound_internet(policy, target),
        *_synchronization(policy, target),
        *_denials(policy, target),
    ]
    servers = tuple(network for party in policy.in_place("azure") for network in party.addresses)
    return AzureNsg(target, environment, tuple(rules), servers)


def _ways(target: AzureTarget, parties: Iterable[Party]) -> Iterator[Way]:
    """Addresses that fit into one side of a rule, and the group that stands for them.

    A rule takes many address blocks, but one application security group ("Network security
    groups", 2025-07).
    """
    groups = dict(target.security_group.application_security_groups)
    plain: list[Network] = []
    for party in parties:
        if party.name in groups and party.place == "azure":
            yield party.addresses, groups[party.name]
        else:
            plain += party.addresses
    if plain:
        yield tuple(plain), None


def _outbound_internet(policy: EgressPolicy, target: AzureTarget) -> Iterator[NsgRule]:
    ways = list(_ways(target, (p for p in policy.in_place("azure") if p.internet)))
    ports = tuple(s.port for s in Scheme if policy.names(s.port, s.application))
    yield from _permits(target, ways)
    for number, (sources, group) in enumerate(ways if ports else []):
        suffix = f"-{number + 1}" if len(ways) > 1 else ""
        if target.security_group.destinations == "internet":
            # The Internet's own address, not the firewall's: a route changes the next hop only.
            yield NsgRule(
                f"allow-microsoft-update{suffix}", FIRST_ALLOW + number, "Outbound", "Allow", "Tcp",
                sources, "Internet", ports, "HTTP and HTTPS to Microsoft Update", None, group,
            )  # fmt: skip
            continue
        for offset, (tag, its_ports) in enumerate(SERVICE_TAGS):
            both = tuple(port for port in its_ports if port in ports)
            if both:
                yield NsgRule(
                    f"allow-{tag.replace('.', '-').lower()}{suffix}",
                    FIRST_ALLOW + 2 * number + offset, "Outbound", "Allow", "Tcp", sources,
                    "Internet", both, "Microsoft Update, approximately", tag, group,
                )  # fmt: skip


def _permits(target: AzureTarget, ways: list[Way]) -> Iterator[NsgRule]:
    """What passes beside Microsoft Update: through the firewall, or past it."""
    direct = target.route_table.direct if target.route_table else ()
    for number, (sources, group) in enumerate(ways):
        suffix = f"-{number + 1}" if len(ways) > 1 else ""
        for offset, permit in enumerate(target.network_rules):
            yield NsgRule(
                f"allow-{permit.name}{suffix}",
                FIRST_PERMIT + offset + number * len(target.network_rules), "Outbound", "Allow",
                _WORDS[permit.protocol], sources, permit.destinations or "Internet", permit.ports,
                permit.reason[:140], None, group,
            )  # fmt: skip
        for offset, route in enumerate(direct):
            yield NsgRule(
                f"allow-direct-{route.name}{suffix}", FIRST_DIRECT + offset + number * len(direct),
                "Outbound", "Allow", _WORDS[route.protocol], sources, (route.prefix,), route.ports,
                route.reason[:140], None, group,
            )  # fmt: skip
    if direct:
        yield NsgRule(
            "deny-direct", DENY_DIRECT, "Outbound", "Deny", "*", "*",
            tuple(route.prefix for route in direct), (),
            "Past the firewall only what is listed",
        )  # fmt: skip


def _synchronization(policy: EgressPolicy, target: AzureTarget) -> Iterator[NsgRule]:
    here = policy.in_place("azure")
    groups = dict(target.security_group.application_security_groups)
    for offset, party in enumerate(p for p in here if p.asks is not None):
        assert party.asks is not None  # noqa: S101 - just filtered
        server = policy.party(party.asks)
        yield NsgRule(
            f"allow-{party.name}-to-{server.name}", FIRST_SYNCHRONIZATION + offset, "Outbound",
            "Allow", "Tcp", party.addresses, server.addresses,
            server.ports.all() if server.ports else (), f"WSUS synchronization to {server.name}",
            None, groups.get(party.name),
            groups.get(server.name) if server.place == "azure" else None,
        )  # fmt: skip
    priority = FIRST_ALLOW
    for party in (p for p in here if p.ports is not None):
        ways = list(_ways(target, policy.askers(party)))
        for number, (sources, group) in enumerate(ways):
            suffix = f"-{number + 1}" if len(ways) > 1 else ""
            assert party.ports is not None  # noqa: S101 - just filtered
            yield NsgRule(
                f"allow-to-{party.name}{suffix}", priority, "Inbound", "Allow", "Tcp", sources,
                party.addresses, party.ports.all(), f"WSUS synchronization to {party.name}",
                None, group, groups.get(party.name),
            )  # fmt: skip
            priority += 1


def _denials(policy: EgressPolicy, target: AzureTarget) -> Iterator[NsgRule]:
    directions: tuple[Direction, ...] = ("Outbound", "Inbound")
    for direction in directions:
        yield NsgRule(
            f"deny-synchronization-{direction.lower()}", DENY_SYNCHRONIZATION,
            direction, "Deny", "Tcp", "*", "*", policy.synchronization_ports,
            "Synchronization between named servers and clients only",
        )  # fmt: skip
    if target.security_group.deny_lateral_movement:
        yield NsgRule(
            "deny-lateral-movement", DENY_LATERAL, "Outbound", "Deny", "Tcp", "*", "VirtualNetwork",
            LATERAL_PORTS, "No remote administration from the servers: default rule 65000 admits it",
        )  # fmt: skip
    yield NsgRule(
        "deny-internet", DENY_INTERNET, "Outbound", "Deny", "*", "*", "Internet", (),
        "Nothing else to the Internet: default rule 65001 would admit it",
    )  # fmt: skip
