"""Stacks that somebody wrote by hand: no planted widening is missed, and no clean neighbour is blocked.

Each form is tried in several stacks, which vary by a seed: how rules, servers and routes are written,
ports, addresses and sources. Every stack is judged as a preview and as an update show it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any, Final

import handwritten_aws
import handwritten_aws_clean
import handwritten_aws_forms
import handwritten_azure
import handwritten_azure_clean
import handwritten_azure_forms
import pytest
from guarded import deployed, judge_stack, previewed
from handwritten import SERVER, Form, Stack

from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.model import Context
from wsus_egress.guardrails.pack import configured
from wsus_egress.readers.resources import Resource, plain_type

SEEDS: Final = 2
POLICY: Final = {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": [SERVER]}]}
STACKS: Final[Mapping[str, ModuleType]] = {"aws": handwritten_aws, "azure": handwritten_azure}
PLANTED: Final[Mapping[str, Mapping[str, Form]]] = {
    "aws": handwritten_aws_forms.PLANTED,
    "azure": handwritten_azure_forms.PLANTED,
}
CLEAN: Final[Mapping[str, Mapping[str, Form]]] = {
    "aws": handwritten_aws_clean.CLEAN,
    "azure": handwritten_azure_clean.CLEAN,
}


def _cases(forms: Mapping[str, Mapping[str, Form]]) -> list[Any]:
    return [
        pytest.param(cloud, form, number * SEEDS + seed, id=f"{cloud} {form} {seed}")
        for cloud, every in forms.items()
        for number, form in enumerate(every)
        for seed in range(SEEDS)
    ]


def _found(stack: Stack, cloud: str, *, update: bool, said: bool = True) -> dict[str, set[str]]:
    """What fires at which resources, each guardrail with the policy of its configuration."""
    seen = (deployed if update else previewed)(stack.documents.values())
    return _of(seen, cloud, said=said)


def _of(seen: Sequence[Resource], cloud: str, *, said: bool = True) -> dict[str, set[str]]:
    """What fires at which of these resources."""
    environment = configured({"policy": POLICY}, "aws" if cloud == "aws" else "azure")
    assert environment is not None
    seen = [replace(each, type=plain_type(each.type)) for each in seen]
    outcomes = judge_stack(tuple(seen), Context(environment, datetime.date(2026, 11, 24)))
    own = {
        each.id
        for each in GUARDRAILS
        if each.place == cloud or each.id.startswith((f"wsus-{cloud}-", "wsus-not"))
    }
    advisory = {each.id for each in GUARDRAILS if each.advisory}
    return {
        str(finding): {finding.name}
        for key, outcome in outcomes.items()
        if isinstance(outcome, tuple) and key in own and (said or key not in advisory)
        for finding in outcome
    }


@pytest.mark.parametrize(("cloud", "form", "seed"), _cases(PLANTED))
def test_no_planted_widening_is_missed(cloud: str, form: str, seed: int) -> None:
    """It is a finding, at a resource that has to do with it."""
    stack = STACKS[cloud].stack(seed)
    expected = {*PLANTED[cloud][form](stack).split()}
    for update in (False, True):
        found = _found(stack, cloud, update=update)
        named = {name for names in found.values() for name in names}
        assert named & expected, (seed, stack.styles, update, expected, sorted(found))


@pytest.mark.parametrize("form", PLANTED["azure"])
def test_an_id_in_another_case_hides_nothing(form: str) -> None:
    """Azure answers with ids in more than one case, and tells them apart in none."""
    stack = handwritten_azure.stack(SEEDS)
    PLANTED["azure"][form](stack)
    # Without what the engine says of references, ids alone lead from one resource to another.
    documents = [replace(each, refers={}) for each in deployed(stack.documents.values())]
    recased = [replace(each, properties=_recased(each.properties)) for each in documents]
    found, other = (
        {text.casefold() for text in _of(each, "azure")} for each in (documents, recased)
    )

    assert found == other


def _recased(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _recased(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_recased(part) for part in value]
    return (
        value.upper() if isinstance(value, str) and value.startswith("/subscriptions/") else value
    )


@pytest.mark.parametrize(("cloud", "form", "seed"), _cases(CLEAN))
def test_no_clean_neighbour_is_blocked(cloud: str, form: str, seed: int) -> None:
    """Nothing fires that would stop the deployment."""
    stack = STACKS[cloud].stack(seed)
    CLEAN[cloud][form](stack)
    for update in (False, True):
        assert [] == sorted(_found(stack, cloud, update=update, said=False)), (
            seed,
            stack.styles,
            update,
        )
