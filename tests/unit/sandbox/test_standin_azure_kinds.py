"""Every type of the stand-in for Azure: what it adds, and when a replacement has to wait."""

from __future__ import annotations

from typing import Any

import pytest
from standin import sdk_properties
from standin_azure import BASE

from providers.azure import CLOUD
from providers.kind import Session


def test_every_type_has_a_baseline() -> None:
    """Every type has a baseline, so that the tests here cover it."""
    assert {*CLOUD.kinds} == {*BASE}


@pytest.mark.parametrize("token", BASE)
def test_outputs_are_those_of_the_sdk(token: str, session: Session) -> None:
    """What is unknown in a preview is what a create adds, and pulumi-azure-native has it all."""
    kind = CLOUD.kinds[token]

    added = kind.outputs("/id", BASE[token], session)

    assert {*kind.computed} == {*added}
    assert set() == {*added} - sdk_properties("pulumi_azure_native", token)


def others(value: Any) -> Any:
    """Another value of the same type."""
    return [*value, "3"] if isinstance(value, list) else f"{value}x"


@pytest.mark.parametrize("token", BASE)
def test_a_replacement_waits_where_it_gets_the_same_id(token: str, session: Session) -> None:
    """Whichever input is the reason; ids differ in more than the case of their letters."""
    kind: Any = CLOUD.kinds[token]
    old = {**{name: ["1"] for name in kind.replaced_by & {"zones"}}, **BASE[token]}
    for name in kind.replaced_by:
        new = {**old, name: others(old[name])}
        same = kind.identify(old, session) == kind.identify(new, session)

        assert same == kind.delete_first(old, new), name
    capitals = {**old, kind.name_input: str(old[kind.name_input]).upper()}
    assert kind.delete_first(old, capitals)
