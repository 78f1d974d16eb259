"""From a policy to the rules of a network security group: allow by name, then deny."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from wsus_egress.controls.azure.assumptions import nsg_assumptions
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.nsg_rules import DIRECTIONS, LATERAL_PORTS, NsgRule
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Network, Protocol, Scheme
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EgressPolicy
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
SERVICE_TAGS: Final = (("AzureUpdateDelivery", (443,)), ("AzureFrontDoor.FirstParty", (80, 443)))
# Addresses that fit into one side of a rule, and the application security group that they are in.
Sender: TypeAlias = tuple[tuple[Network, ...], str | None]
Named: TypeAlias = tuple[Keys, NsgRule]
_WORDS: Final[dict[Protocol, Literal["Tcp", "Udp"]]] = {"tcp": "Tcp", "udp": "Udp"}
_allow_out: Final = functools.partial(NsgRule, direction="Outbound", access="Allow")
_deny: Final = functools.partial(NsgRule, access="Deny", sources="*")


@dataclass(frozen=True, slots=True)
class Block:
    """Rules of one kind, and the priorities that are kept for them.

    Attributes:
        setting: What there is more of the more rules there are.
        rules: Each with the setting that names it; empty where none does.
        senders: How many sources each of them is repeated for: a rule takes one application security
            group, so many groups make many rules.
        instead: What to do where there are too many of them.
    """

    setting: Keys
    priorities: range
    rules: tuple[Named, ...]
    senders: int = 1
    instead: str = "join some"


def compile_nsg(policy: EgressPolicy, target: AzureTarget, environment: str) -> AzureNsg:
    """Allow what the policy names, then deny the rest: default rules would admit it."""
    rules = tuple(rule for block in blocks(policy, target) for _, rule in block.rules)
    return AzureNsg(target, environment, rules, assumptions=nsg_assumptions(policy, target))


def blocks(policy: EgressPolicy, target: AzureTarget) -> Iterator[Block]:
    """Every rule of the group, in blocks whose priorities do not overlap if each has its room."""
    sources = list(_senders(target, (p for p in policy.in_place("azure") if p.internet)))
    senders = len(sources)
    yield Block(
        setting=("azure", "networkRules"),
        priorities=range(FIRST_PERMIT, FIRST_DIRECT),
        rules=tuple(_permits(policy, target, sources)),
        senders=max([senders, *(len(each) for each in _by_permit(policy, target, sources))]),
    )
    yield Block(
        setting=("azure", "routeTable", "direct"),
        priorities=range(FIRST_DIRECT, DENY_DIRECT),
        rules=tuple(_direct(target, sources)),
        senders=senders,
    )
    yield Block((), range(DENY_DIRECT, FIRST_ALLOW), tuple(_deny_direct(target)))
    yield Block(
        setting=("azure", "networkSecurityGroup", "applicationSecurityGroups"),
        priorities=range(FIRST_ALLOW, FIRST_SYNCHRONIZATION),
        rules=tuple(_microsoft_update(policy, target, sources)),
        senders=senders,
        instead="write destinations: internet",
    )
    outbound = range(FIRST_SYNCHRONIZATION, DENY_SYNCHRONIZATION)
    yield Block(("servers",), outbound, tuple(_synchronization_out(policy, target)))
    inbound = range(FIRST_ALLOW, DENY_SYNCHRONIZATION)
    yield Block(("servers",), inbound, tuple(_synchronization_in(policy, target)))
    denials = tuple(((), rule) for rule in _denials(policy, target))
    yield Block((), range(DENY_SYNCHRONIZATION, DENY_INTERNET + 1), denials)


def _senders(target: AzureTarget, parties: Iterable[Party]) -> Iterator[Sender]:
    """Addresses that fit into one side of a rule, and the group that stands for them.

    A rule takes many address blocks, but one application security group ("Network security
    groups", 2025-07).
    """
    groups = dict(target.network_security_group.application_security_groups)
    plain: list[Network] = []
    for party in parties:
        if party.name in groups and party.place == "azure":
            yield party.addresses, groups[party.name]
        else:
            plain += party.addresses
    if plain:
        yield tuple(plain), None


def _microsoft_update(
    policy: EgressPolicy, target: AzureTarget, senders: list[Sender]
) -> Iterator[Named]:
    ports = tuple(s.port for s in Scheme if policy.names(s.port, s.application))
    for number, (sources, group) in enumerate(senders if ports else []):
        suffix = _suffix(senders, number)
        allow = functools.partial(
            _allow_out,
            protocol="Tcp",
            sources=sources,
            # The Internet's own address, not the firewall's: a route changes the next hop only.
            destinations="Internet",
            source_group=group,
        )
        if target.network_security_group.destinations == "internet":
            rule = allow(
                id=f"allow-microsoft-update{suffix}",
                priority=FIRST_ALLOW + number,
                ports=ports,
                description="HTTP and HTTPS to Microsoft Update",
            )
            yield (), rule
            continue
        for offset, (tag, its_ports) in enumerate(SERVICE_TAGS):
            if both := tuple(port for port in its_ports if port in ports):
                rule = allow(
                    id=f"allow-{tag.replace('.', '-').lower()}{suffix}",
                    priority=FIRST_ALLOW + 2 * number + offset,
                    ports=both,
                    description="Microsoft Update, approximately",
                    service_tag=tag,
                )
                yield (), rule


def _suffix(senders: list[Sender], number: int) -> str:
    return f"-{number + 1}" if len(senders) > 1 else ""


def _by_permit(
    policy: EgressPolicy, target: AzureTarget, senders: list[Sender]
) -> list[list[Sender]]:
    """Whom each network rule is for."""
    here = policy.in_place("azure")
    return [
        list(_senders(target, (p for p in here if p.name in permit.parties)))
        if permit.parties
        else senders
        for permit in target.network_rules
    ]


def _permits(policy: EgressPolicy, target: AzureTarget, senders: list[Sender]) -> Iterator[Named]:
    """What passes beside Microsoft Update, through the firewall."""
    whom = _by_permit(policy, target, senders)
    for number in range(max(map(len, whom), default=0)):
        for offset, permit in enumerate(target.network_rules):
            if number >= len(whom[offset]):
                continue
            sources, group = whom[offset][number]
            rule = _allow_out(
                id=f"allow-{permit.name}{_suffix(whom[offset], number)}",
                priority=FIRST_PERMIT + offset + number * len(target.network_rules),
                protocol=_WORDS[permit.protocol],
                sources=sources,
                destinations=permit.destinations or "Internet",
                ports=permit.destination_ports,
                description=permit.reason[:140],
                source_group=group,
            )
            yield ("azure", "networkRules", offset, "name"), rule


def _direct(target: AzureTarget, senders: list[Sender]) -> Iterator[Named]:
    """What passes beside Microsoft Update, past the firewall."""
    direct = target.route_table.direct if target.route_table else ()
    for number, (sources, group) in enumerate(senders):
        for offset, route in enumerate(direct):
            rule = _allow_out(
                id=f"allow-direct-{route.name}{_suffix(senders, number)}",
                priority=FIRST_DIRECT + offset + number * len(direct),
                protocol=_WORDS[route.protocol],
                sources=sources,
                destinations=(route.address_prefix,),
                ports=route.destination_ports,
                description=route.reason[:140],
                source_group=group,
            )
            yield ("azure", "routeTable", "direct", offset, "name"), rule


def _deny_direct(target: AzureTarget) -> Iterator[Named]:
    if target.route_table and target.route_table.direct:
        rule = _deny(
            id="deny-direct",
            priority=DENY_DIRECT,
            direction="Outbound",
            protocol="*",
            destinations=tuple(route.address_prefix for route in target.route_table.direct),
            ports=(),
            description="Past the firewall only what is listed",
        )
        yield (), rule


def _synchronization_out(policy: EgressPolicy, target: AzureTarget) -> Iterator[Named]:
    groups = dict(target.network_security_group.application_security_groups)
    here = policy.in_place("azure")
    for offset, party in enumerate(p for p in here if p.asks is not None):
        assert party.asks is not None  # noqa: S101 - just filtered
        server = policy.party(party.asks)
        rule = _allow_out(
            id=f"allow-{party.name}-to-{server.name}",
            priority=FIRST_SYNCHRONIZATION + offset,
            protocol="Tcp",
            sources=party.addresses,
            destinations=server.addresses,
            ports=server.ports.all() if server.ports else (),
            description=f"WSUS synchronization to {server.name}",
            source_group=groups.get(party.name),
            destination_group=groups.get(server.name) if server.place == "azure" else None,
        )
        yield ("servers",), rule


def _synchronization_in(policy: EgressPolicy, target: AzureTarget) -> Iterator[Named]:
    groups = dict(target.network_security_group.application_security_groups)
    priority = FIRST_ALLOW
    for party in (p for p in policy.in_place("azure") if p.ports is not None):
        senders = list(_senders(target, policy.askers(party)))
        for number, (sources, group) in enumerate(senders):
            assert party.ports is not None  # noqa: S101 - just filtered
            rule = NsgRule(
                id=f"allow-to-{party.name}{_suffix(senders, number)}",
                priority=priority,
                direction="Inbound",
                access="Allow",
                protocol="Tcp",
                sources=sources,
                destinations=party.addresses,
                ports=party.ports.all(),
                description=f"WSUS synchronization to {party.name}",
                source_group=group,
                destination_group=groups.get(party.name),
            )
            yield ("servers",), rule
            priority += 1


def _denials(policy: EgressPolicy, target: AzureTarget) -> Iterator[NsgRule]:
    for direction in DIRECTIONS:
        yield _deny(
            id=f"deny-synchronization-{direction.lower()}",
            priority=DENY_SYNCHRONIZATION,
            direction=direction,
            protocol="Tcp",
            destinations="*",
            ports=policy.synchronization_ports,
            description="Synchronization between named servers and clients only",
        )
    if target.network_security_group.deny_lateral_movement:
        yield _deny(
            id="deny-lateral-movement",
            priority=DENY_LATERAL,
            direction="Outbound",
            protocol="Tcp",
            destinations="VirtualNetwork",
            ports=LATERAL_PORTS,
            description="No remote administration from the servers: default rule 65000 admits it",
        )
    yield _deny(
        id="deny-internet",
        priority=DENY_INTERNET,
        direction="Outbound",
        protocol="*",
        destinations="Internet",
        ports=(),
        description="Nothing else to the Internet: default rule 65001 would admit it",
    )
