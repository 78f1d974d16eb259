"""From a policy to the rules of a network security group: allow by name, then deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.nsg_rules import LATERAL_PORTS, Direction, NsgRule
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Network, Protocol, Scheme
from wsus_egress.model.policy import EgressPolicy, Party
from wsus_egress.problems import Keys

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
Named = tuple[Keys, NsgRule]
_WORDS: Final[dict[Protocol, Literal["Tcp", "Udp"]]] = {"tcp": "Tcp", "udp": "Udp"}


@dataclass(frozen=True, slots=True)
class Block:
    """Rules of one kind, and the priorities that are kept for them.

    Attributes:
        setting: What there is more of the more rules there are.
        rules: Each with the setting that names it; empty where none does.
        ways: How many sources each of them is repeated for: a rule takes one application security
            group, so many groups make many rules.
        instead: What to do where there are too many of them.
    """

    setting: Keys
    priorities: range
    rules: tuple[Named, ...]
    ways: int = 1
    instead: str = "join some"


def compile_nsg(policy: EgressPolicy, target: AzureTarget, environment: str) -> AzureNsg:
    """Allow what the policy names, then deny the rest: default rules would admit it."""
    rules = tuple(rule for block in blocks(policy, target) for _, rule in block.rules)
    servers = tuple(network for party in policy.in_place("azure") for network in party.addresses)
    return AzureNsg(target, environment, rules, servers)


def blocks(policy: EgressPolicy, target: AzureTarget) -> Iterator[Block]:
    """Every rule of the group, in blocks whose priorities do not overlap if each has its room."""
    sources = list(_ways(target, (p for p in policy.in_place("azure") if p.internet)))
    yield Block(
        ("azure", "networkRules"), range(FIRST_PERMIT, FIRST_DIRECT),
        tuple(_permits(target, sources)), len(sources),
    )  # fmt: skip
    yield Block(
        ("azure", "routeTable", "direct"), range(FIRST_DIRECT, DENY_DIRECT),
        tuple(_direct(target, sources)), len(sources),
    )  # fmt: skip
    yield Block((), range(DENY_DIRECT, FIRST_ALLOW), tuple(_deny_direct(target)))
    yield Block(
        ("azure", "networkSecurityGroup", "applicationSecurityGroups"),
        range(FIRST_ALLOW, FIRST_SYNCHRONIZATION),
        tuple(_microsoft_update(policy, target, sources)), len(sources),
        "write destinations: internet",
    )  # fmt: skip
    yield Block(
        ("servers",), range(FIRST_SYNCHRONIZATION, DENY_SYNCHRONIZATION),
        tuple(_synchronization_out(policy, target)),
    )  # fmt: skip
    yield Block(
        ("servers",), range(FIRST_ALLOW, DENY_SYNCHRONIZATION),
        tuple(_synchronization_in(policy, target)),
    )  # fmt: skip
    yield Block(
        (), range(DENY_SYNCHRONIZATION, DENY_INTERNET + 1),
        tuple(((), rule) for rule in _denials(policy, target)),
    )  # fmt: skip


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


def _microsoft_update(
    policy: EgressPolicy, target: AzureTarget, ways: list[Way]
) -> Iterator[Named]:
    ports = tuple(s.port for s in Scheme if policy.names(s.port, s.application))
    for number, (sources, group) in enumerate(ways if ports else []):
        suffix = _suffix(ways, number)
        if target.security_group.destinations == "internet":
            # The Internet's own address, not the firewall's: a route changes the next hop only.
            yield (), NsgRule(
                f"allow-microsoft-update{suffix}", FIRST_ALLOW + number, "Outbound", "Allow", "Tcp",
                sources, "Internet", ports, "HTTP and HTTPS to Microsoft Update", None, group,
            )  # fmt: skip
            continue
        for offset, (tag, its_ports) in enumerate(SERVICE_TAGS):
            both = tuple(port for port in its_ports if port in ports)
            if both:
                yield (), NsgRule(
                    f"allow-{tag.replace('.', '-').lower()}{suffix}",
                    FIRST_ALLOW + 2 * number + offset, "Outbound", "Allow", "Tcp", sources,
                    "Internet", both, "Microsoft Update, approximately", tag, group,
                )  # fmt: skip


def _suffix(ways: list[Way], number: int) -> str:
    return f"-{number + 1}" if len(ways) > 1 else ""


def _permits(target: AzureTarget, ways: list[Way]) -> Iterator[Named]:
    """What passes beside Microsoft Update, through the firewall."""
    for number, (sources, group) in enumerate(ways):
        for offset, permit in enumerate(target.network_rules):
            yield ("azure", "networkRules", offset, "name"), NsgRule(
                f"allow-{permit.name}{_suffix(ways, number)}",
                FIRST_PERMIT + offset + number * len(target.network_rules), "Outbound", "Allow",
                _WORDS[permit.protocol], sources, permit.destinations or "Internet", permit.ports,
                permit.reason[:140], None, group,
            )  # fmt: skip


def _direct(target: AzureTarget, ways: list[Way]) -> Iterator[Named]:
    """What passes beside Microsoft Update, past the firewall."""
    direct = target.route_table.direct if target.route_table else ()
    for number, (sources, group) in enumerate(ways):
        for offset, route in enumerate(direct):
            yield ("azure", "routeTable", "direct", offset, "name"), NsgRule(
                f"allow-direct-{route.name}{_suffix(ways, number)}",
                FIRST_DIRECT + offset + number * len(direct), "Outbound", "Allow",
                _WORDS[route.protocol], sources, (route.prefix,), route.ports, route.reason[:140],
                None, group,
            )  # fmt: skip


def _deny_direct(target: AzureTarget) -> Iterator[Named]:
    if target.route_table and target.route_table.direct:
        yield (), NsgRule(
            "deny-direct", DENY_DIRECT, "Outbound", "Deny", "*", "*",
            tuple(route.prefix for route in target.route_table.direct), (),
            "Past the firewall only what is listed",
        )  # fmt: skip


def _synchronization_out(policy: EgressPolicy, target: AzureTarget) -> Iterator[Named]:
    groups = dict(target.security_group.application_security_groups)
    here = policy.in_place("azure")
    for offset, party in enumerate(p for p in here if p.asks is not None):
        assert party.asks is not None  # noqa: S101 - just filtered
        server = policy.party(party.asks)
        yield ("servers",), NsgRule(
            f"allow-{party.name}-to-{server.name}", FIRST_SYNCHRONIZATION + offset, "Outbound",
            "Allow", "Tcp", party.addresses, server.addresses,
            server.ports.all() if server.ports else (), f"WSUS synchronization to {server.name}",
            None, groups.get(party.name),
            groups.get(server.name) if server.place == "azure" else None,
        )  # fmt: skip


def _synchronization_in(policy: EgressPolicy, target: AzureTarget) -> Iterator[Named]:
    groups = dict(target.security_group.application_security_groups)
    priority = FIRST_ALLOW
    for party in (p for p in policy.in_place("azure") if p.ports is not None):
        ways = list(_ways(target, policy.askers(party)))
        for number, (sources, group) in enumerate(ways):
            assert party.ports is not None  # noqa: S101 - just filtered
            yield ("servers",), NsgRule(
                f"allow-to-{party.name}{_suffix(ways, number)}", priority, "Inbound", "Allow",
                "Tcp", sources, party.addresses, party.ports.all(),
                f"WSUS synchronization to {party.name}", None, group, groups.get(party.name),
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
