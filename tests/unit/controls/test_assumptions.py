"""Assumptions as values: text and order."""

from __future__ import annotations

from wsus_egress.controls.assumptions import Assumption, in_order


def test_an_assumption_in_words() -> None:
    """What must hold, and for whom."""
    found = Assumption("aws/x/y/z", "the servers have a route", ("one", "two"), ())

    assert "the servers have a route (one, two)" == str(found)


def test_assumptions_in_order() -> None:
    """Each once, by id, whatever the order in which they are found."""
    one, two = (Assumption(key, "what", ("one",), ()) for key in ("aws/a", "aws/b"))

    assert (one, two) == in_order([two, one, two])
