"""What is remembered of two addresses."""

from __future__ import annotations

import ipaddress

from wsus_egress.model.flows import Address, Flow
from wsus_egress.model.latest import Latest

ONE, OTHER = ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("203.0.113.80")


def test_the_latest_pair_is_asked_for_once() -> None:
    """Ports make no difference; another pair does, and then the first one is asked for again."""
    asked: list[tuple[Address, Address]] = []

    def compute(source: Address, destination: Address) -> int:
        asked.append((source, destination))
        return len(asked)

    latest = Latest(compute)
    flows = [Flow(ONE, OTHER, "tcp", 80), Flow(ONE, OTHER, "udp", 443), Flow(OTHER, ONE, "tcp", 80)]

    assert [1, 1, 2, 3] == [latest(flow) for flow in [*flows, flows[0]]]
    assert asked == [(ONE, OTHER), (OTHER, ONE), (ONE, OTHER)]
