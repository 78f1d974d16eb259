"""How a flow is written, what a scheme means, and where the Internet begins."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from wsus_egress.model.flows import (
    SOME_INTERNET_ADDRESS,
    SOME_INTERNET_ADDRESS_6,
    Flow,
    Scheme,
    is_internet,
)

HERE = ipaddress.ip_address("10.0.0.4")
THERE = ipaddress.ip_address("198.51.100.7")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"application": "http", "name": "a.com"}, "10.0.0.4 -> http://a.com/"),
        ({"application": "tls", "name": "a.com", "port": 443}, "10.0.0.4 -> https://a.com/"),
        ({"application": "http", "name": "a.com", "port": 443}, "10.0.0.4 -> http://a.com:443/"),
        ({"application": "tls", "name": "a.com"}, "10.0.0.4 -> https://a.com:80/"),
        (
            {"application": "http", "name": "a.com", "destination": THERE},
            "10.0.0.4 -> http://a.com/ at 198.51.100.7",
        ),
        ({"application": "http"}, "10.0.0.4 -> 203.0.113.80 tcp/80 (HTTP without a host name)"),
        ({"application": "tls"}, "10.0.0.4 -> 203.0.113.80 tcp/80 (TLS without SNI)"),
        ({"protocol": "udp", "port": 443}, "10.0.0.4 -> 203.0.113.80 udp/443"),
        ({"name": "a.com"}, "10.0.0.4 -> 203.0.113.80 tcp/80"),
        (
            {"application": "tls", "name": "a.com", "port": 443, "split": True},
            "10.0.0.4 -> https://a.com/ in two segments",
        ),
    ],
)
def test_a_flow_is_written_as_a_url_where_it_has_a_name(changes: dict[str, Any], text: str) -> None:
    """The port stands there if the scheme means another, and the address if it is not just any."""
    usual: dict[str, Any] = {
        "source": HERE,
        "destination": SOME_INTERNET_ADDRESS,
        "protocol": "tcp",
        "port": 80,
    }
    assert text == str(Flow(**usual | changes))


def test_a_flow_speaks_nothing_in_one_segment_unless_it_says_so() -> None:
    """What a flow without more is."""
    plain = Flow(HERE, THERE, "udp", 53)
    assert (None, None, False) == (plain.application, plain.name, plain.split)


def test_a_scheme_has_one_port_and_speaks_one_thing() -> None:
    """Microsoft Update's ports are not configurable."""
    assert [("http", 80, "http"), ("https", 443, "tls")] == [
        (each.value, each.port, each.application) for each in Scheme
    ]


def test_a_network_s_own_public_ranges_are_not_the_internet() -> None:
    """A VPC's IPv6 addresses are all public."""
    own = (ipaddress.ip_network("2001:db8:1::/48"), ipaddress.ip_network("2001:db8:2::/48"))
    inside = ipaddress.ip_address("2001:db8:2::5")
    assert is_internet(inside)
    assert not is_internet(inside, own)
    assert is_internet(SOME_INTERNET_ADDRESS_6, own)
    assert is_internet(THERE, own)
    assert not is_internet(ipaddress.ip_address("fd00::1"), own)
