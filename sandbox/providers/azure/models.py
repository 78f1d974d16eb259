"""An independent model of Azure's API: azure-mgmt-network 28.1.0, whose version is 2024-05-01.

Its serializer applies no `_validation` of its own, so the walk is ours: every model's bounds,
patterns and required attributes, then the round trip. What comes back changed had a key or a type
that the API does not know. Importing it takes 0.4 s, so a preview does without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from providers.compare import changes, join
from providers.errors import Problem, Problems, azure_error
from providers.evidence import written


@written(
    "the request's form",
    "Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it",
    "2026-11",
)
def check_body(model: str, body: dict[str, Any]) -> None:
    """Raise what the model refuses in a request's JSON."""
    for problem in body_problems(model, body):
        raise azure_error("InvalidRequestFormat", problem.reason, problem.path)


@written(
    "the request's form",
    "Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it",
    "2026-11",
)
def body_problems(model: str, body: dict[str, Any]) -> Problems:
    """What the model refuses, with the property's place in the JSON."""
    deserializer, serializer, decode_error = _tools()
    try:
        parsed = deserializer._deserialize(model, body)  # noqa: SLF001 - the only way to a model.
    except (decode_error, ValueError, TypeError) as error:
        yield Problem("", f"Cannot parse the request: {error}")
        return
    found = [*_walk(parsed, "")]
    yield from found
    if found:
        return
    try:
        back = serializer.body(parsed, model)
    except Exception as error:  # noqa: BLE001 - the serializer raises whatever its types raise.
        yield Problem("", f"Cannot parse the request: {error}")
        return
    for change in changes(body, back):
        said = "is not known" if change.kind == "delete" else "is not of the type it should be"
        yield Problem(change.path, f"Could not find member or convert value: {change.path} {said}.")


@cache
def _tools() -> tuple[Any, Any, type[Exception]]:
    from azure.core.exceptions import DeserializationError  # noqa: PLC0415
    from azure.mgmt.network import models  # noqa: PLC0415 - 0.4 s.
    from azure.mgmt.network._serialization import Deserializer, Serializer  # noqa: PLC0415

    classes = {name: value for name, value in vars(models).items() if isinstance(value, type)}
    return Deserializer(classes), Serializer(classes), DeserializationError


def _walk(value: Any, path: str) -> Iterator[Problem]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]")
        return
    attributes = getattr(value, "_attribute_map", None)
    if attributes is None:
        return
    for name, about in attributes.items():
        place = _join_all(path, about["key"])
        inner = getattr(value, name, None)
        yield from _bounds(inner, getattr(value, "_validation", {}).get(name, {}), place)
        yield from _walk(inner, place)


@written(
    "bounds, patterns and what is required",
    "Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it",
    "2026-11",
)
def _bounds(value: Any, rules: dict[str, Any], place: str) -> Problems:
    if value is None:
        if rules.get("required"):
            yield Problem(place, f"Required property '{place}' not found in JSON.")
        return
    if "minimum" in rules and value < rules["minimum"]:
        yield Problem(place, f"The value {value} of {place} is below {rules['minimum']}.")
    if "maximum" in rules and value > rules["maximum"]:
        yield Problem(place, f"The value {value} of {place} is above {rules['maximum']}.")
    if "pattern" in rules and not re.search(rules["pattern"], str(value)):
        yield Problem(place, f"The value {value} of {place} does not match {rules['pattern']}.")
    if "max_length" in rules and len(value) > rules["max_length"]:
        yield Problem(place, f"The value of {place} is longer than {rules['max_length']}.")
    if "min_length" in rules and len(value) < rules["min_length"]:
        yield Problem(place, f"The value of {place} is shorter than {rules['min_length']}.")


def _join_all(path: str, key: str) -> str:
    """A place in the JSON; a model's key may be two: `properties.priority`."""
    for part in key.split("."):
        path = join(path, part)
    return path
