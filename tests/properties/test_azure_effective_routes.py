"""The route control against effective routes, on random topologies, in both directions of every flow.

`azure_effective_routes` reads the emitted route table alone and chooses as Azure does. Where a topology
is what the target assumes, the proof's verdict on each flow between servers must be that of the routes.
`ROUTES_SEED` and `ROUTES_TOPOLOGIES` of the process's environment set the first seed and how many.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from azure_effective_routes import Topology, arrives, next_hop
from azure_path import verdict
from documents_plain import Address, Network
from sample import AZURE

from wsus_egress.config.assembly import build_environment
from wsus_egress.controls import Control, Verdict, compile_target
from wsus_egress.controls.azure.service_endpoints import SOME_SERVICE
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.problems import PolicyErrors
from wsus_egress.review.analysis import analyse

SEED = int(os.environ.get("ROUTES_SEED", "20261129"))
TOPOLOGIES = int(os.environ.get("ROUTES_TOPOLOGIES", "400"))
ROOT = Path(__file__).parents[2]
SPACE = ipaddress.ip_network("10.20.0.0/16")
HERE = ("10.20.0.10", "10.20.0.11")
# Ranges of all four private blocks, the far server's own and larger ones around it.
FAR = {
    "10.30.1.10": ("10.30.1.0/24", "10.30.0.0/16"),
    "172.17.1.10": ("172.17.1.0/24", "172.16.0.0/14"),
    "192.168.7.10": ("192.168.7.0/24", "192.168.0.0/17"),
    "100.65.3.10": ("100.65.3.0/24", "100.64.0.0/11"),
}
PREFIX = "azure/route-table/"
PAST = "azure-application-rules"


def topology(rng: random.Random) -> Topology:
    """How each far range is reached in truth, and who leads back through the firewall."""
    peered: dict[Network, bool] = {}
    learned: dict[Network, bool] = {}
    passes = []
    for ranges in FAR.values():
        known = ipaddress.ip_network(rng.choice(ranges))
        through = rng.random() < 0.4
        rng.choice([peered, learned, learned])[known] = through
        if rng.random() < (0.8 if through else 0.2):
            passes.append(known)
    services = [SOME_SERVICE] if rng.random() < 0.5 else []
    return Topology((SPACE,), peered, learned, tuple(services), tuple(passes))


def settings(rng: random.Random, around: Topology) -> dict[str, Any]:
    """An environment for it: most of what it lists is so, and some of it is not."""
    servers: list[dict[str, Any]] = [
        {"name": "one", "addresses": [HERE[0]]},
        {"name": "two", "addresses": [HERE[1]], "synchronizesFrom": "one"},
    ]
    private = []
    for number, (far, ranges) in enumerate(FAR.items()):
        if rng.random() < 0.3:
            continue
        above = rng.choice(["one", "two"])
        servers.append({"name": f"far{number}", "addresses": [far], "location": "elsewhere",
                        "synchronizesFrom": above})  # fmt: skip
        address = ipaddress.ip_address(far)
        peer = [each for each in around.peered if address in each]
        through = [b for k, b in (*around.peered.items(), *around.learned.items()) if address in k]
        true = "firewall" if any(through) else "peering" if peer else "gateway"
        via = true if rng.random() < 0.8 else rng.choice(["gateway", "peering", "firewall"])
        listed = str(peer[0]) if peer and rng.random() < 0.7 else rng.choice(ranges)
        if rng.random() < 0.8:
            private.append({"name": f"far{number}", "addressPrefix": listed, "via": via})
    table: dict[str, Any] = {
        "firewallAddress": "10.20.255.4", "bgpPropagation": rng.random() < 0.3, "private": private,
    }  # fmt: skip
    if rng.random() < 0.3:
        table["direct"] = [{"name": "kms", "addressPrefix": "198.51.100.0/24",
                            "destinationPorts": [1688], "reason": "Activation"}]  # fmt: skip
    azure: dict[str, Any] = {**AZURE, "routeTable": table}
    if rng.random() < 0.5:
        azure["subnets"] = [
            {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24",
             "serviceEndpoints": [{"service": "Microsoft.Storage"} for _ in around.services]}
        ]  # fmt: skip
    return {"servers": servers, "azure": azure, "lists": []}


def built(rng: random.Random, around: Topology) -> tuple[Environment, tuple[Control, ...]] | None:
    """The environment and its controls; None where the package refuses it."""
    data = settings(rng, around)
    data["extraEndpoints"] = [
        {"pattern": "*.example.com", "schemes": ["http"], "owner": "o", "reason": "r"}
    ]
    try:
        made = build_environment("test", data, {}, lambda _: None)
        return made, compile_target(made, made.targets[0])
    except PolicyErrors:
        return None


def document(controls: Sequence[Control]) -> dict[str, Any]:
    """The route table's properties, as the provider gets them."""
    (found,) = (
        each.properties
        for control in controls
        for each in control.documents("wsus")
        if each.type.endswith(":RouteTable")
    )
    return dict(found)


def asked(made: Environment) -> Iterator[tuple[Flow, Address]]:
    """Each flow between servers across the network's edge, with the end that is outside."""
    policy = made.policy
    for party in policy.parties:
        if party.asks is None:
            continue
        server = policy.party(party.asks)
        if {party.place, server.place} & {"azure"} and party.place != server.place:
            for port in sorted(policy.synchronization_ports):
                source = party.addresses[0].network_address
                target = server.addresses[0].network_address
                flow = Flow(source, target, "tcp", port)
                if policy.decide(flow).allowed:
                    yield flow, target if party.place == "azure" else source


def is_so(controls: Sequence[Control], around: Topology, far: Address, name: str) -> bool:
    """Whether what the target assumes of the way to a far server is so in this topology."""
    found: dict[str, str] = {}
    for each in (a.id for control in controls for a in control.assumptions):
        kind, _, subject = each.removeprefix(PREFIX).partition("/")
        if kind not in ("gateway", "peering", "firewall"):
            continue
        if subject == name:
            found[""] = "gateway"
        elif "/" in subject and far in ipaddress.ip_network(subject):
            found[subject] = kind
    peers = [k for k in around.peered if far in k]
    gateways = [k for k in around.learned if far in k]
    back = [b for k, b in (*around.peered.items(), *around.learned.items()) if far in k]
    passes = any(far in each for each in around.passes)
    if not found:
        # What no entry names is not there: neither a peering, nor rules of the firewall's.
        return not peers and not (passes and all(back))
    subject = max(found, key=lambda each: int(each.partition("/")[2] or 0))
    length = int(subject.partition("/")[2] or 0)
    if found[subject] == "gateway":
        return bool(gateways) and not any(back)
    if found[subject] == "peering":
        return bool(peers) and not any(back) and str(peers[0]) == subject
    smaller = any(each.prefixlen > length for each in (*peers, *gateways))
    return passes and all(back) and not smaller


def test_flows_between_servers_are_judged_as_they_are_routed() -> None:
    """On every topology that is as assumed: the same in both directions, and as the proof says."""
    looked_at, verdicts = 0, []
    for seed in range(SEED, SEED + TOPOLOGIES):
        rng = random.Random(seed)  # noqa: S311 - a seed that is printed
        around = topology(rng)
        if (found := built(rng, around)) is None:
            continue
        made, controls = found
        table = document(controls)
        looked = False
        for flow, far in asked(made):
            name = next(p.name for p in made.policy.parties if far in p)
            if not is_so(controls, around, far, name):
                continue
            looked = True
            proved = verdict(controls, flow) is Verdict.ALLOW
            verdicts.append(proved)
            assert proved == arrives(table, around, far), f"seed {seed}: {flow}"
        looked_at += looked
    assert 300 <= looked_at
    assert {True, False} == set(verdicts)


def test_the_internet_is_led_as_the_routes_say() -> None:
    """Past the firewall only what is listed, service endpoints too: or that there is none is assumed."""
    seen = []
    for seed in range(SEED, SEED + 50):
        rng = random.Random(seed)  # noqa: S311 - a seed that is printed
        around = topology(rng)
        if (found := built(rng, around)) is None:
            continue
        _, controls = found
        table = document(controls)
        assumed = {each.id for control in controls for each in control.assumptions}
        for text in ("8.8.8.8", "198.51.100.7", "203.0.113.80", "192.0.2.80"):
            flow = Flow(
                ipaddress.ip_address(HERE[0]), ipaddress.ip_address(text), "tcp", 443, "tls"
            )
            hop = next_hop(table, around, flow.destination)
            past = any(PAST in control.skips(flow) for control in controls)
            if hop == "VirtualNetworkServiceEndpoint":
                assert past != (f"{PREFIX}service-endpoints" in assumed), f"seed {seed}"
                seen.append(past)
            else:
                assert (hop != "VirtualAppliance") == past, f"seed {seed}"
    assert {True, False} == set(seen)


@pytest.mark.parametrize("name", ["prod", "staging"])
def test_the_shipped_environments_pass_the_whole_path(name: str) -> None:
    """Every flow between servers that the policy asks for, with the networks that the file names."""
    (analysis,) = analyse(ROOT, [name], datetime.date(2026, 11, 24))
    made = analysis.environment
    assert made.azure is not None
    (target,) = (each for each in analysis.targets if each.target.cloud == "azure")
    private = made.azure.route_table.private if made.azure.route_table else ()
    around = Topology(
        tuple(made.azure.address_space), {}, {route.address_prefix: False for route in private}
    )
    table = document(target.controls)
    found = [
        (arrives(table, around, far), verdict(target.controls, flow)) for flow, far in asked(made)
    ]

    assert [(True, Verdict.ALLOW)] * len(found) == found
    assert (name == "prod") == bool(found)
