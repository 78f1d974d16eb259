"""The policy: every decision with its reason."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from sample import ONE

from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import (
    INTERNAL_NETWORKS,
    Application,
    Flow,
    Network,
    Scheme,
    is_internet,
)
from wsus_egress.model.policy import EgressPolicy, Endpoint, Mode
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES

Build = Callable[..., Environment]

SERVER, ASKER = ip_address("10.20.0.10"), ip_address("10.20.0.11")
INTERNET, INTERNET_IPV6 = ip_address("203.0.113.80"), ip_address("2001:db8::80")
TWO = {"name": "two", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}


def web(name: str | None, port: int = 80, application: Application | None = "http") -> Flow:
    """A flow of the server to the Internet."""
    return Flow(SERVER, INTERNET, "tcp", port, application, name)


def test_redundant_patterns(endpoint: Callable[..., Endpoint]) -> None:
    """A pattern is redundant only where no scheme needs it."""
    endpoints = (
        endpoint("*.a.com"),
        endpoint("b.a.com"),
        endpoint("*.b.com", Scheme.HTTP),
        endpoint("c.b.com"),
    )
    found = {}
    for as_listed in (False, True):
        policy = EgressPolicy(Mode.RESTRICTED, as_listed, endpoints, ())
        found[as_listed] = [(covered.text, by.text) for covered, by in policy.redundant]
    assert {
        False: [("b.a.com", "*.a.com"), ("c.b.com", "*.b.com")],
        True: [("b.a.com", "*.a.com")],
    } == found


def test_an_environments_own_entry_counts_for_its_own_schemes(
    environment: Build, endpoint: Callable[..., Endpoint]
) -> None:
    """`schemes: both` is about lists: whoever writes `[https]` for an entry of their own gets that."""
    own = {"pattern": "mirror.contoso.com", "schemes": ["https"], "owner": "me", "reason": "mirror"}
    (entry,) = environment(extraEndpoints=[own]).policy.endpoints
    listed = endpoint("a.example.com", Scheme.HTTPS)
    for schemes, as_listed in (("http", False), ("", True)):
        policy = EgressPolicy(Mode.RESTRICTED, as_listed, (entry, listed), ())
        names = {scheme: policy.names(scheme.port, scheme.application) for scheme in Scheme}
        assert (False, True) == tuple("mirror.contoso.com" in names[each] for each in Scheme)
        assert (bool(schemes), True) == tuple("a.example.com" in names[each] for each in Scheme)


def test_an_own_entry_takes_nothing_from_a_list(
    environment: Build, endpoint: Callable[..., Endpoint]
) -> None:
    """What a list has for both schemes stays so, whatever an entry says of the same name."""
    own = {"pattern": "a.example.com", "schemes": ["https"], "owner": "me", "reason": "mirror"}
    (entry,) = environment(extraEndpoints=[own]).policy.endpoints
    policy = EgressPolicy(Mode.RESTRICTED, False, (entry, endpoint("*.example.com")), ())
    assert ["*.example.com"] == [each.text for each in policy.patterns[Scheme.HTTP]]
    assert "a.example.com" in policy.names(80, "http")


DECISIONS = {
    web("a.example.com"): "*.example.com in extra",
    web("evil.com"): "no endpoint has this name for http",
    web(None): "there is no host name, and addresses are not listed",
    web("a.example.com", 80, "tls"): "port 80 is for HTTP only",
    web("a.example.com", 22): "Microsoft Update is reached on TCP 80 and TCP 443 only",
    Flow(SERVER, INTERNET, "udp", 443): "Microsoft Update is reached on TCP 80 and TCP 443 only",
    Flow(SERVER, INTERNET_IPV6, "tcp", 80): "IPv6 is not asked for",
    Flow(ASKER, INTERNET, "tcp", 80): "this source may not reach Microsoft Update itself",
    Flow(ASKER, SERVER, "tcp", 8530): "synchronization with one",
    Flow(ASKER, SERVER, "tcp", 22): "no server synchronizes along this way",
    Flow(ASKER, SERVER, "udp", 8530): "no server synchronizes along this way",
    Flow(SERVER, ASKER, "tcp", 8530): "no server synchronizes along this way",
}


@pytest.mark.parametrize(("flow", "reason"), DECISIONS.items(), ids=str)
def test_the_policys_decision(environment: Build, flow: Flow, reason: str) -> None:
    """Every decision comes with its reason; only two of them allow."""
    decision = environment(servers=[ONE, TWO]).policy.decide(flow)
    allowed = reason in ("*.example.com in extra", "synchronization with one")
    assert (decision.reason, decision.allowed) == (reason, allowed)


def test_who_may_ask(environment: Build) -> None:
    """Who has Internet access may ask there, and a server is asked by those that it serves."""
    decide = environment(servers=[ONE, TWO]).policy.decide
    asking = [Flow(SERVER, INTERNET, "tcp", 22), Flow(ASKER, SERVER, "tcp", 22)]
    not_asking = [Flow(ASKER, INTERNET, "tcp", 80), Flow(SERVER, ASKER, "tcp", 8530)]
    assert [True, True] == [decide(flow).may_ask for flow in asking]
    assert [False, False] == [decide(flow).may_ask for flow in not_asking]


def test_names_of_other_ports() -> None:
    """No name may be reached on a port that is not Microsoft Update's, not even in mode open."""
    policy = EgressPolicy(Mode.OPEN, False, (), ())
    names = [policy.names(port, "http") for port in (22, 80, 443)]
    assert names == [NO_NAMES, ALL_NAMES, ALL_NAMES]


def test_a_flow_in_words() -> None:
    """A witness reads as a URL where there is a name, with the port where it is unusual."""
    flows = [
        web("a.com"),
        web("a.com", 8080),
        web(None),
        web(None, 443, "tls"),
        web(None, 22, None),
    ]
    assert [
        "10.20.0.10 -> http://a.com/",
        "10.20.0.10 -> http://a.com:8080/",
        "10.20.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host name)",
        "10.20.0.10 -> 203.0.113.80 tcp/443 (TLS without SNI)",
        "10.20.0.10 -> 203.0.113.80 tcp/22",
    ] == [str(flow) for flow in flows]


@pytest.mark.parametrize("network", INTERNAL_NETWORKS, ids=str)
def test_the_internet_ends_where_private_networks_begin(network: Network) -> None:
    """The first and last address of each network are private, their neighbours as networks say."""
    first, last = network.network_address, network.broadcast_address
    edges = [first, last]
    if int(first):
        edges.append(first - 1)
    if int(last) + 1 < 1 << network.max_prefixlen:
        edges.append(last + 1)

    assert [is_internet(edge) for edge in edges] == [
        not any(edge in other for other in INTERNAL_NETWORKS) for edge in edges
    ]
