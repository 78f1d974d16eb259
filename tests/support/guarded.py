"""A stack as the policy pack sees it: what the components declare, in a preview and after an update."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from wsus_egress.component.arguments import compile_arguments
from wsus_egress.controls.base import Document
from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.model import Context, Finding, Outcome
from wsus_egress.readers.resources import UNKNOWN, Resource

Change = Callable[[list[Resource]], list[Resource]]
Seen = Callable[[Iterable[Document]], list[Resource]]

_REFERENCE = re.compile(r"\$\{([^.}]+)\.([^}]+)\}")


def urn(name: str) -> str:
    """A URN for a resource of that name."""
    return f"urn:pulumi:dev::zone::x::{name}"


def resource(kind: str, name: str = "planted", **properties: Any) -> Resource:
    """A resource that somebody wrote; `refers` gives what a property is made from, by name."""
    refers = {key: tuple(map(urn, names)) for key, names in properties.pop("refers", {}).items()}
    return Resource(kind, name, urn(name), properties, refers)


def previewed(documents: Iterable[Document]) -> list[Resource]:
    """Documents as in a first preview: no resource has an id yet."""
    return [_resource(document, lambda _name, _key: UNKNOWN) for document in documents]


def deployed(documents: Iterable[Document]) -> list[Resource]:
    """Documents as after an update: AWS's resources with ids and ARNs, Azure's with their names."""
    every = list(documents)
    found = {}
    for document in every:
        kind = document.type.rpartition(":")[2]
        own = document.properties.get(f"{kind[0].lower()}{kind[1:]}Name", document.name)
        own = document.properties.get("ipGroupsName", own)
        if document.type.startswith("aws:"):
            found[document.name] = {"id": f"id-{document.name}", "arn": f"arn:{document.name}"}
        else:
            found[document.name] = {"id": f"/subscriptions/x/providers/{kind}/{own}", "name": own}

    def value(name: str, key: str) -> Any:
        return found[name].get(key, f"{key}-of-{name}")

    return [
        _resource(
            document, value, {k: v for k, v in found[document.name].items() if _has(document, k)}
        )
        for document in every
    ]


def _has(document: Document, key: str) -> bool:
    return key == "name" or document.type.startswith("aws:")


def _resource(document: Document, value: Any, more: Mapping[str, Any] | None = None) -> Resource:
    refers: dict[str, tuple[str, ...]] = {}
    properties = {}
    for key, given in document.properties.items():
        made_from: dict[str, None] = {}
        properties[key] = _filled(given, value, made_from)
        if made_from:
            refers[key] = tuple(made_from)
    return Resource(
        document.type, document.name, urn(document.name), {**properties, **(more or {})}, refers
    )


def _filled(given: Any, value: Any, made_from: dict[str, None]) -> Any:
    if isinstance(given, Mapping):
        return {key: _filled(part, value, made_from) for key, part in given.items()}
    if isinstance(given, (list, tuple)):
        return [_filled(part, value, made_from) for part in given]
    found = _REFERENCE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        return given
    made_from[urn(found[1])] = None
    return value(found[1], found[2])


def declared(
    cloud: str, policy: Mapping[str, Any], target: Mapping[str, Any], seen: Seen
) -> tuple[list[Resource], Context]:
    """A valid stack: what the components declare for a policy and a target."""
    environment, _, controls = compile_arguments("dev", policy, cloud, target, None)
    documents = [document for control in controls for document in control.documents("wsus")]
    return seen(documents), Context(environment, datetime.date(2026, 11, 24))


def judge_stack(resources: tuple[Resource, ...], context: Context) -> Mapping[str, Outcome]:
    """What every guardrail says of a stack, by the guardrail's id."""
    return {each.id: each.judge(resources, context) for each in GUARDRAILS}


def judged(resources: list[Resource], context: Context, rule: str) -> tuple[Finding, ...]:
    """What a rule found."""
    found = judge_stack(tuple(resources), context)[rule]
    assert isinstance(found, tuple), found
    return found


def assert_planted(stack: tuple[list[Resource], Context], planted: tuple[str, str, Change]) -> None:
    """One change of a valid stack fires the guardrail for it, at the named resources, for sure."""
    (resources, context), (guardrail, names, change) = stack, planted

    found = judged(change(resources), context, guardrail)

    assert {*names.split()} == {each.name for each in found}
    assert all(each.sure for each in found)


def assert_clean(stack: tuple[list[Resource], Context], change: Change, *looking: str) -> None:
    """A change of a valid stack fires nothing, although some guardrails look at it."""
    resources, context = stack

    outcomes = judge_stack(tuple(change(resources)), context)

    reported = {key: outcome for key, outcome in outcomes.items() if isinstance(outcome, tuple)}
    assert [] == [f"{key}: {each}" for key, found in reported.items() for each in found]
    assert {*looking} <= {*reported}


def assert_unsure(stack: tuple[list[Resource], Context], unsure: tuple[str, str, Change]) -> None:
    """A value that only the update will know makes a finding that says so, marked as unsure."""
    (resources, context), (guardrail, said, change) = stack, unsure

    found = judged(change(resources), context, guardrail)

    assert found
    assert not any(each.sure for each in found)
    assert all("cannot be judged before the update: " in str(each) for each in found)
    assert all(said in str(each) for each in found)


def adding(*more: Resource) -> Change:
    """A change that adds resources."""
    return lambda resources: [*resources, *more]


def changing(name: str, **properties: Any) -> Change:
    """A change of one resource's properties; a function gets what was there."""

    def change(resources: list[Resource]) -> list[Resource]:
        assert name in {each.name for each in resources}
        return [_changed(each, properties) if each.name == name else each for each in resources]

    return change


def _changed(one: Resource, properties: dict[str, Any]) -> Resource:
    now = {k: v(one.properties.get(k)) if callable(v) else v for k, v in properties.items()}
    return replace(one, properties={**one.properties, **now})
