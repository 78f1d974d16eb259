"""Checks across the parties of an environment: each has its own name and addresses, and no circle.

For example two servers with the address 10.0.0.4: one address would have two roles.
"""

from __future__ import annotations

from collections.abc import Sequence

from wsus_egress.config.settings import EnvironmentSettings, ServerSettings
from wsus_egress.model.addresses import Refuse, is_within
from wsus_egress.model.base import MICROSOFT_UPDATE
from wsus_egress.model.environment import AzureTarget, Target
from wsus_egress.model.flows import Network
from wsus_egress.model.party import Party, Place
from wsus_egress.problems import Keys


def refuse_twice(settings: EnvironmentSettings, parties: Sequence[Party], refuse: Refuse) -> None:
    """Refuse a name, a security group or an address that two parties have."""
    sections = [("servers", i) for i in range(len(settings.servers))]
    sections += [("clients", i) for i in range(len(settings.clients))]
    names: dict[str, Keys] = {}
    groups: dict[str, str] = {}
    taken: list[tuple[Network, str]] = []
    for keys, party in zip(sections, parties, strict=True):
        if party.name in (MICROSOFT_UPDATE, *names):
            what = f"the name {party.name!r} is taken already"
            refuse((*keys, "name"), what, "give every server and client its own name")
        names[party.name] = keys
        if party.aws_security_group and (group := party.aws_security_group.id):
            owner = groups.setdefault(group, party.name)
            if owner != party.name:
                what = f"{group} is {owner}'s: each would have what the other is permitted"
                instead = "give each a group of its own, or make one party of both"
                refuse((*keys, "awsSecurityGroup", "id"), what, instead)
        for network in party.addresses:
            for other, owner in taken:
                if other.version == network.version and other.overlaps(network):
                    what = f"{network} overlaps {other} of {owner}: one address, two roles"
                    refuse((*keys, "addresses"), what, "give each its own addresses")
        taken += [(network, party.name) for network in party.addresses]


def refuse_circles(servers: Sequence[ServerSettings], refuse: Refuse) -> None:
    """Refuse servers that synchronize from each other in a circle."""
    upstream = {s.name: s.synchronizes_from for s in servers}
    told: set[str] = set()
    for index, server in enumerate(servers):
        trail = [server.name]
        while (step := upstream.get(trail[-1])) is not None and step not in trail:
            trail.append(step)
        if step == server.name and len(trail) > 1 and step not in told:
            told.update(trail)
            what = f"servers synchronize in a circle: {' -> '.join([*trail, step])}"
            instead = f"let one of them synchronize from {MICROSOFT_UPDATE}"
            refuse(("servers", index, "synchronizesFrom"), what, instead)


def refuse_outside(
    settings: EnvironmentSettings,
    parties: Sequence[Party],
    targets: Sequence[Target],
    places: Sequence[Place],
    refuse: Refuse,
) -> None:
    """Refuse a party of Azure that stands outside the virtual network, and another that stands in it."""
    azure = next((t for t in targets if isinstance(t, AzureTarget)), None)
    if azure is None:
        return
    given = [server.location for server in settings.servers]
    given += [client.location for client in settings.clients]
    for party, location in zip(parties, given, strict=True):
        if location is None and len(places) > 1:
            continue  # It is refused already that nobody said where this stands.
        for network in party.addresses:
            if party.place == "azure" and not is_within(network, azure.address_space):
                what = f"{network} of {party.name} is outside the virtual network"
                refuse(("azure", "addressSpace"), what, "add its range")
            elif party.place != "azure" and _overlaps(network, azure.address_space):
                what = f"{network} of {party.name} is in the virtual network, and it stands in "
                instead = "write `location: azure`, or correct the address space"
                refuse(("azure", "addressSpace"), what + party.place, instead)


def _overlaps(network: Network, others: Sequence[Network]) -> bool:
    return any(network.version == o.version and network.overlaps(o) for o in others)
