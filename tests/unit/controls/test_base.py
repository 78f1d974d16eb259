"""What a control has that says only what it must."""

from __future__ import annotations

import ipaddress

from wsus_egress.controls.base import (
    Bounds,
    Control,
    Part,
    Ruling,
    Verdict,
    asked_of_ports,
    cuts,
    met,
    path_verdict,
)
from wsus_egress.model.flows import Flow
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import NO_NAMES

FLOW = Flow(ipaddress.ip_address("10.20.0.10"), ipaddress.ip_address("203.0.113.80"), "tcp", 443)


class Wall(Control):
    """It denies every flow."""

    name = "wall"
    rules = ()

    def admits(self, flow: Flow) -> Ruling:  # noqa: ARG002 - of any flow
        """Nothing passes."""
        return Ruling(Verdict.DENY, "the wall")

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """Ports and addresses."""
        return asked_of_ports(policy, flow)


def test_the_defaults() -> None:
    """By default a control sees no names, has one side, leads nothing past, and deploys nothing."""
    wall = Wall()

    assert (False, False, frozenset()) == (wall.sees_names, wall.guards_inside, wall.leads_past)
    assert ((), (), (), ()) == (wall.assumptions, wall.residues, wall.networks, wall.ports)
    assert Bounds.exact(NO_NAMES) == wall.names(FLOW)
    assert (wall,) == wall.sides()
    assert frozenset() == wall.skips(FLOW)
    assert [wall] == met([wall], FLOW)
    assert ((), ()) == (wall.documents("wsus"), wall.quotas())
    assert "ignored" == wall.last_dot


def test_where_ranges_begin() -> None:
    """A network begins a range, and another begins behind it, where addresses have not ended."""
    networks = [ipaddress.ip_network(text) for text in ("198.51.100.0/24", "192.0.0.0/2", "::/0")]
    found = cuts(networks)
    bounds = ("198.51.100.0", "198.51.101.0", "192.0.0.0", "10.0.0.0", "11.0.0.0")
    assert {int(ipaddress.ip_address(text)) for text in bounds} < set(found[4])
    assert list(found[4]) == sorted(found[4])
    assert (0, True, True) == (found[6][0], found[4][-1] < 1 << 32, found[6][-1] < 1 << 128)


class Gate(Wall):
    """It has a network of its own."""

    networks = (ipaddress.ip_network("10.20.0.0/30"),)


def test_sources_of_one_kind() -> None:
    """By default those in the same networks are of one kind, if their IP version is the same."""
    gate = Gate()
    kinds = [
        gate.kind_of(ipaddress.ip_address(text))
        for text in ("10.20.0.0", "10.20.0.3", "10.20.0.4", "fd00::1")
    ]
    assert (True, 3) == (kinds[0] == kinds[1], len(set(kinds)))


def test_an_unpublished_rule_holds_the_policy() -> None:
    """Where a vendor does not publish what decides, a path says what the policy says."""
    path = [Ruling(Verdict.ALLOW, "a rule"), Ruling(Verdict.OPAQUE, "a tag")]

    assert (Verdict.ALLOW, Verdict.DENY) == (path_verdict(path, True), path_verdict(path, False))
