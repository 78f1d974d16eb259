"""What holds of the controls of every policy, on both clouds."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample import AZURE, TODAY

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import EndpointList
from wsus_egress.controls import Control, Verdict, compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow, Scheme
from wsus_egress.model.policy import Endpoint
from wsus_egress.names.hosts import Pattern
from wsus_egress.proof.proof import Fidelity, prove

INTERNET = ipaddress.ip_address("203.0.113.80")
STRANGER = ipaddress.ip_address("10.20.99.99")
CONTROLS = {
    "aws-dns-firewall",
    "aws-network-firewall",
    "aws-security-group",
    "azure-application-rules",
    "azure-nsg",
    "azure-route-table",
}
NETWORKS = {"aws": 10, "azure": 20, "elsewhere": 30}
PORTS = (22, 80, 443, 8530, 8531)
# The private ranges of the other parties go to the gateway; without that they would go to the firewall.
ON_THE_PATH = {
    **AZURE,
    "routeTable": {
        "firewallAddress": "10.20.255.4",
        "private": [
            {"name": "aws", "addressPrefix": "10.10.0.0/16"},
            {"name": "branches", "addressPrefix": "10.30.0.0/16"},
        ],
    },
}

hosts = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(
    lambda labels: ".".join([*labels, "com"])
)
patterns = st.builds(Pattern, hosts, st.booleans())
schemes = st.sets(st.sampled_from(Scheme), min_size=1).map(frozenset)


@st.composite
def endpoint_lists(draw: st.DrawFn) -> list[Endpoint]:
    """One to six endpoints with different patterns."""
    found = draw(st.lists(patterns, min_size=1, max_size=6, unique=True))
    return [Endpoint(p, draw(schemes), "x", "x", "2026-11-01", "generated") for p in found]


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of both clouds: one to three servers, each below an earlier one or at the top."""
    places = st.sampled_from(sorted(NETWORKS))
    servers: list[dict[str, Any]] = []
    for index in range(draw(st.integers(1, 3))):
        above = ["microsoft-update", *(server["name"] for server in servers)]
        place = draw(places)
        server = {
            "name": f"server{index}",
            "addresses": [f"10.{NETWORKS[place]}.0.{10 + index}"],
            "location": place,
            "synchronizesFrom": draw(st.sampled_from(above)),
            "contentFrom": draw(st.sampled_from(["upstream", "microsoft-update"])),
        }
        if draw(st.booleans()):
            server["synchronizationPorts"] = draw(st.sampled_from([{"http": 8530}, {"http": 9000}]))
        servers.append(server)
    asked = draw(st.sampled_from(["microsoft-update", *(server["name"] for server in servers)]))
    place = draw(places)
    clients = [f"10.{NETWORKS[place]}.4.0/24"]
    client = {"name": "clients", "addresses": clients, "location": place}
    return {
        "lists": ["generated"],
        "schemes": draw(st.sampled_from(["both", "as-listed"])),
        "servers": servers,
        "clients": [{**client, "updatesFrom": asked}],
        "aws": {"vpcId": "vpc-0a1b2c3d", "networkFirewall": {}, "dnsFirewall": {}},
        "azure": {
            **ON_THE_PATH,
            "destinations": draw(st.sampled_from(["tag", "list", "tag+list"])),
            "denyRest": draw(st.sampled_from(["address-space", "servers", "nobody"])),
        },
    }


def build(configuration: dict[str, Any], endpoints: Sequence[Endpoint]) -> Environment:
    """The environment with these endpoints as its only list."""
    lists = {"generated": EndpointList("generated", "x", (), tuple(endpoints))}
    return build_environment("test", configuration, lists, lambda _: None)


def compiled(environment: Environment) -> Iterator[Control]:
    """The controls of both targets."""
    for target in environment.targets:
        yield from compile_target(environment, target)


def outgoing(environment: Environment) -> Iterator[Flow]:
    """HTTP and TLS to the Internet from every party, and from an address that no party has."""
    sources = [party.addresses[0][0] for party in environment.policy.parties] + [STRANGER]
    for source, port, scheme in product(sources, (80, 443), Scheme):
        yield Flow(source, INTERNET, "tcp", port, scheme.application)


def named(flow: Flow, name: str) -> Flow:
    """The flow with a name."""
    return Flow(flow.source, flow.destination, flow.protocol, flow.port, flow.application, name)


def inside(environment: Environment) -> Iterator[Flow]:
    """TCP between the parties, and from an address that no party has."""
    parties = [party.addresses[0][0] for party in environment.policy.parties]
    for source, destination, port in product([*parties, STRANGER], parties, PORTS):
        yield Flow(source, destination, "tcp", port)


def boundaries(endpoints: Sequence[Endpoint]) -> list[str]:
    """Names at, above, below and beside every pattern."""
    found = {"com", "example.org", "localhost"}
    for endpoint in endpoints:
        host = endpoint.pattern.host
        found |= {host, f"a.{host}", f"z.y.{host}", f"x{host}", f"{host}.org", f"_a.{host}"}
    return sorted(found)


@settings(max_examples=10, deadline=None)
@given(configurations(), endpoint_lists())
def test_every_control_is_made(configuration: dict[str, Any], endpoints: list[Endpoint]) -> None:
    """The drawn environments cover all six kinds of control."""
    names = {control.name for control in compiled(build(configuration, endpoints))}

    assert CONTROLS == names


@settings(max_examples=50, deadline=None)
@given(configurations(), endpoint_lists())
def test_names_agree_with_admits(configuration: dict[str, Any], endpoints: list[Endpoint]) -> None:
    """The set of names of a flow has a name exactly where the flow with that name is admitted."""
    environment = build(configuration, endpoints)
    universe = boundaries(endpoints)
    for control in compiled(environment):
        for flow in outgoing(environment):
            names = control.names(flow)
            for name in universe:
                verdict = control.admits(named(flow, name)).verdict
                if names is None:
                    assert verdict is Verdict.NOT_APPLICABLE
                elif name in names.surely:
                    assert verdict is Verdict.ALLOW
                elif name in names.possibly:
                    assert verdict is Verdict.OPAQUE
                else:
                    assert verdict is Verdict.DENY


@settings(max_examples=50, deadline=None)
@given(configurations(), endpoint_lists(), st.randoms(use_true_random=False))
def test_compiling_is_deterministic(
    configuration: dict[str, Any], endpoints: list[Endpoint], random: Any
) -> None:
    """The same rules and documents come out again, and in whatever order the entries stand."""
    shuffled = list(endpoints)
    random.shuffle(shuffled)
    results = [
        [(c.name, c.rules, c.documents("x")) for c in compiled(build(configuration, entries))]
        for entries in (endpoints, endpoints, shuffled)
    ]
    assert results[1:] == [results[0], results[0]]


@settings(max_examples=50, deadline=None)
@given(configurations(), endpoint_lists(), patterns, schemes)
def test_an_endpoint_more_takes_no_name_away(
    configuration: dict[str, Any],
    endpoints: list[Endpoint],
    pattern: Pattern,
    added: frozenset[Scheme],
) -> None:
    """Every name admitted before an endpoint is added is admitted afterwards."""
    before = build(configuration, endpoints)
    more = Endpoint(pattern, added, "x", "x", "2026-11-01", "generated")
    after = build(configuration, [*endpoints, more])
    for old, new in zip(compiled(before), compiled(after), strict=True):
        for flow in outgoing(before):
            was, is_now = old.names(flow), new.names(flow)
            if was is None or is_now is None:
                assert was == is_now
            else:
                assert was.surely <= is_now.surely


@settings(max_examples=50, deadline=None)
@given(configurations(), endpoint_lists())
def test_a_list_in_azure_is_exact(configuration: dict[str, Any], endpoints: list[Endpoint]) -> None:
    """An Azure target that names the list admits the policy's flows, no more and no less."""
    environment = build({**configuration, "azure": ON_THE_PATH}, endpoints)
    target = environment.azure
    assert target is not None
    proof = prove(environment, target, compile_target(environment, target), TODAY)
    assert (proof.fidelity, proof.deviations, proof.opaque) == (Fidelity.EXACT, (), ())


@pytest.mark.parametrize("mode", ["open", "restricted"])
@settings(max_examples=50, deadline=None)
@given(configurations(), endpoint_lists())
def test_nothing_comes_in_from_the_internet(
    mode: str, configuration: dict[str, Any], endpoints: list[Endpoint]
) -> None:
    """No control admits a flow whose source is on the Internet, whatever it goes to."""
    aws = configuration["aws"]
    if mode == "open":  # DNS Firewall knows names alone, and is refused there.
        aws = {name: value for name, value in aws.items() if name != "dnsFirewall"}
    environment = build({**configuration, "aws": aws, "mode": mode}, endpoints)
    destinations = [party.addresses[0][0] for party in environment.policy.parties] + [STRANGER]
    for control, destination, port in product(compiled(environment), destinations, PORTS):
        for flow in (
            Flow(INTERNET, destination, "tcp", port),
            Flow(INTERNET, destination, "tcp", port, "http", "a.com"),
            Flow(INTERNET, destination, "udp", port),
        ):
            assert control.admits(flow).verdict in (Verdict.DENY, Verdict.NOT_APPLICABLE)


@given(configurations(), endpoint_lists(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_an_answer_does_not_depend_on_what_was_asked_before(
    configuration: dict[str, Any], endpoints: list[Endpoint], order: random.Random
) -> None:
    """Policy and controls say the same of a flow in any order as they do when they are new."""
    environment = build(configuration, endpoints)
    flows = [*outgoing(environment), *inside(environment)]
    flows = order.sample(flows, min(40, len(flows)))
    used = list(compiled(environment))
    answers = [
        [(c.admits(f), c.names(f), c.asked(environment.policy, f)) for c in used] for f in flows
    ]
    decisions = [environment.policy.decide(flow) for flow in flows]

    for flow, answer, decision in zip(flows, answers, decisions, strict=True):
        anew = build(configuration, endpoints)

        assert answer == [
            (c.admits(flow), c.names(flow), c.asked(anew.policy, flow)) for c in compiled(anew)
        ]
        assert decision == anew.policy.decide(flow)
