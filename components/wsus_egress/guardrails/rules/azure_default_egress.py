"""Every WSUS server in Azure has a network security group: without one everything goes out."""

from __future__ import annotations

from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.model.flows import Network
from wsus_egress.readers.azure.places import INTERFACE, Spot, spots, standing
from wsus_egress.readers.reading import overlap
from wsus_egress.readers.resources import Resource

_FIX = "attach the network security group that this package makes for the servers"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Look at every subnet that a server or client group stands in."""
    places = [
        (spot, here)
        for spot in spots(resources)
        if (here := standing(context.environment, spot.prefixes))
    ]
    guarded = [
        here
        for spot, here in places
        if spot.resource.type == INTERFACE and spot.body.get("networkSecurityGroup")
    ]
    subnets = [(spot, here) for spot, here in places if spot.is_subnet]
    if not subnets:
        return NotApplicable("no subnet of the stack has addresses of a server")
    return tuple(
        Finding(spot.resource.urn, spot.resource.name, _what(spot), _FIX)
        for spot, here in subnets
        if not spot.body.get("networkSecurityGroup") and not _all_within(here, guarded)
    )


def _what(spot: Spot) -> str:
    subnet = f"subnet {spot.body.get('name')}" if spot.key else "it"
    return f"a server stands in {subnet}, without a network security group: everything may leave"


def _all_within(here: tuple[Network, ...], guarded: list[tuple[Network, ...]]) -> bool:
    """Whether each address is one whose interface has a group."""
    covered = [network for each in guarded for network in each]
    return all(
        any(overlap((network,), (other,)) == (network,) for other in covered) for network in here
    )


GUARDRAIL = Guardrail(
    id="wsus-azure-default-egress",
    title="A WSUS server has no network security group",
    why="Without a group nothing is denied: everything that the routes lead out goes out.",
    severity="high",
    judge=judge,
    place="azure",
)
