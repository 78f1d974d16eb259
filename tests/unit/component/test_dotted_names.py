"""A component's name may have dots: what documents write of its resources is told apart."""

from __future__ import annotations

from typing import Any

from wsus_egress.component.declare import Declarer
from wsus_egress.component.references import Reference, pieces


def test_a_name_may_have_dots() -> None:
    """`${prod.wsus.id}` is a property of `prod.wsus`, where there is one, and not of `prod`."""
    none: Any = None
    declarer = Declarer(none, none, {})
    for name in ("prod", "prod.wsus"):
        declarer._declared[name] = ("type", none)

    (told,) = pieces("${prod.wsus.id}")
    assert isinstance(told, Reference)
    assert Reference("prod.wsus", "id") == declarer._told_apart(told)
    assert Reference("prod", "status[0].id") == declarer._told_apart(
        Reference("prod", "status[0].id")
    )
    assert Reference("gone", "id") == declarer._told_apart(Reference("gone", "id"))
