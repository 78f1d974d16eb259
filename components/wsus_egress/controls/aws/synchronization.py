"""Synchronization between VPCs through the firewall: what passes there beside Microsoft's names.

Where one firewall inspects the spokes' traffic to the Internet and to one another ("Centralized
deployment model ... East-West", AWS's Network Firewall guide, read 2026-11), its default action drops
what a downstream server in one spoke asks of its upstream server in another. These rules pass that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from wsus_egress.controls.aws.other_lines import OtherLine
from wsus_egress.controls.aws.other_rules import Variables, read
from wsus_egress.controls.base import digest, within
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.flows import Address, Network
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EgressPolicy

CAPACITY: Final = 100
"""What the group reserves: a unit a rule. A hundred servers and client groups have room."""
# Ids below a million are not those of names; each depends on its two parties alone.
_FIRST_ID: Final = 700_000
_IDS: Final = 100_000


def vpc_of(party: Party, target: AwsTarget) -> str:
    """The VPC that a party of the target is in."""
    return party.aws_vpc_id or target.vpc_id


def between_vpcs(policy: EgressPolicy, target: AwsTarget) -> Iterator[tuple[Party, Party]]:
    """Who asks whom in another VPC of the target."""
    for asker in policy.in_place("aws"):
        if asker.asks is not None:
            server = policy.party(asker.asks)
            apart = server.place == "aws" and vpc_of(server, target) != vpc_of(asker, target)
            if apart and asker.addresses and server.addresses:
                yield asker, server


def synchronization_rules(policy: EgressPolicy, target: AwsTarget) -> tuple[str, ...]:
    """A rule for each pair, in the order of the settings; each decides on the first packet."""
    taken: set[int] = set()
    found = []
    for asker, server in between_vpcs(policy, target):
        assert server.ports is not None  # noqa: S101 - a server has ports
        ports = ",".join(map(str, server.ports.all()))
        name = f"{asker.name} to {server.name}"
        sid = _FIRST_ID + digest(name) % _IDS
        while sid in taken:
            sid += 1
        taken.add(sid)
        ends = [f"[{','.join(map(str, party.addresses))}]" for party in (asker, server)]
        found.append(
            f"pass tcp {ends[0]} any -> {ends[1]} [{ports}] "
            f'(alert; msg:"wsus-egress {name}"; sid:{sid}; rev:1;)'
        )
    return tuple(found)


def as_lines(rules: Sequence[str]) -> tuple[OtherLine, ...]:
    """What the rules decide."""
    return tuple(
        line
        for rule in rules
        for line in read(rule, f"synchronization, {_message(rule)}", Variables({}))
    )


def _message(rule: str) -> str:
    return rule.partition('msg:"wsus-egress ')[2].partition('"')[0]


class Spokes:
    """The addresses of each VPC's servers and clients."""

    def __init__(self, policy: EgressPolicy, target: AwsTarget) -> None:
        """Those of a policy's parties in a target."""
        found: dict[str, list[Network]] = {}
        for party in policy.in_place("aws"):
            found.setdefault(vpc_of(party, target), []).extend(party.addresses)
        self._by_vpc = found

    def apart(self, source: Address, destination: Address) -> bool:
        """Whether a flow goes from one VPC to another."""
        ends = [
            next((vpc for vpc, networks in self._by_vpc.items() if within(networks, end)), None)
            for end in (source, destination)
        ]
        return None not in ends and ends[0] != ends[1]
