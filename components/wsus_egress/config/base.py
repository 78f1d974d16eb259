"""How data is checked against a settings type.

What is wrong with a value is said in this project's words, with the line where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import WithDefaultSchema

from wsus_egress.model.base import FIXED_PORTS, REFUSED, UNLIKE, Settings, models
from wsus_egress.problems import Key, Keys, Locate, Problem, close_to, shortened

S = TypeVar("S", bound=Settings)


def parse_settings(
    kind: type[S], data: Any, locate: Locate, *, snake_case: bool = True
) -> tuple[S | None, list[Problem]]:
    """Check data against its type.

    Args:
        kind: The type.
        data: What a YAML file or a program gave.
        locate: Gives the line of a value.
        snake_case: Whether keys may be snake_case too, as a program gives them; not in an
            environment's file.

    Returns:
        The settings where they can be read, and everything that is wrong with the data.
    """
    found: S | None = None
    together: dict[int, tuple[Problem, ...]] = {}
    problems = []
    try:
        found = kind.model_validate(data, context=together, by_alias=True, by_name=snake_case)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        problems = [
            _problem(kind, detail["loc"], detail, locate, in_file=not snake_case)
            for detail in details
            # A default that follows from another setting: what is wrong with that one is said.
            if detail["type"] != "default_factory_not_called"
        ]
    if together:
        problems.extend(_placed(data, together, locate, ()))
    return found, problems


def _placed(
    data: Any, together: Mapping[int, tuple[Problem, ...]], locate: Locate, keys: Keys
) -> Iterator[Problem]:
    """What is wrong with settings together, each problem where its data stands in the whole."""
    for problem in together.get(id(data), ()):
        where = (*keys, *problem.keys)
        yield Problem(locate(where), where, problem.what, problem.instead)
    parts: Iterable[tuple[Key, Any]] = data.items() if isinstance(data, dict) else ()
    for key, part in enumerate(data) if isinstance(data, list) else parts:
        yield from _placed(part, together, locate, (*keys, key))


def json_schema(kind: type[Settings], title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a settings file, as editors use it."""
    schema = kind.model_json_schema(by_alias=True, schema_generator=_Schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


class _Schema(GenerateJsonSchema):
    """Writes defaults as a file does: a mapping's value is pairs, and no pair is `{}`."""

    def default_schema(self, schema: WithDefaultSchema) -> dict[str, Any]:
        """The type of a setting that may be left out."""
        written = super().default_schema(schema)
        if written.get("type") == "object" and written.get("default") == []:
            written["default"] = {}
        return written


def _problem(
    kind: type[Settings],
    loc: tuple[Key, ...],
    detail: Mapping[str, Any],
    locate: Locate,
    *,
    in_file: bool,
) -> Problem:
    what, instead = _explain(kind, loc, detail, in_file=in_file)
    return Problem(locate(loc), loc, what, instead)


_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _explain(
    kind: type[Settings], loc: tuple[Key, ...], detail: Mapping[str, Any], *, in_file: bool
) -> tuple[str, str]:
    error, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if error == REFUSED:
        return context["what"], context["instead"]
    if error == UNLIKE:
        return f"{shortened(repr(value))} {context['what']}", context["instead"]
    if error == "extra_forbidden":
        return _unknown_key(kind, loc, in_file=in_file)
    if error == "missing":
        return "the setting is missing", "add it"
    if error in _KINDS:
        given = "nothing" if value is None else repr(value)
        return f"{shortened(given)} is not {_KINDS[error]}", _instead(kind, loc, error, value)
    if error == "literal_error":
        return (
            f"{shortened(repr(value))} is not one of the choices",
            f"write {context['expected']}",
        )
    if error == "string_pattern_mismatch":
        return f"{shortened(repr(value))} does not fit", f"write what fits {context['pattern']}"
    if error in ("too_short", "string_too_short"):
        return "it is empty", "give at least one entry" if error == "too_short" else "write a text"
    message = detail["msg"][0].lower() + detail["msg"][1:]
    return f"{shortened(repr(value))} cannot be used", message


def _instead(kind: type[Settings], loc: tuple[Key, ...], error: str, value: Any) -> str:
    """What to write for a value of another kind: the value itself in the right form, if it has one."""
    if error == "list_type" and isinstance(value, str) and not _holds_blocks(kind, loc):
        plain = value if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_./-]*", value) else f'"{value}"'
        return f"write [{shortened(plain)}]"
    if error == "string_type" and isinstance(value, float):
        return "write it in quotes: YAML reads it as a number, and drops zeros at its end"
    return f"write {_KINDS[error]}"


def _holds_blocks(kind: type[Settings], loc: tuple[Key, ...]) -> bool:
    """Whether the entries of a list are blocks of settings, which one text cannot be."""
    owner = _model_at(kind, loc[:-1])
    found = (f for name, f in owner.model_fields.items() if loc[-1] in (name, f.alias))
    return any(any(models(field.annotation)) for field in found)


# `port`, `ports`, `httpPort`, `http_ports`; nothing that only has the letters in it, as `reportTo`.
_PORTS = re.compile(r"^ports?$|Ports?$|_ports?$")


def _unknown_key(kind: type[Settings], loc: tuple[Key, ...], *, in_file: bool) -> tuple[str, str]:
    key = str(loc[-1])
    owner = _model_at(kind, loc[:-1])
    known = sorted(field.alias or name for name, field in owner.model_fields.items())
    if _PORTS.search(key) and owner.ports_are_fixed:
        what = f"the key {key!r} is unknown: {FIXED_PORTS}"
        return what, "remove it (servers have synchronizationPorts of their own)"
    below = [
        field.alias or name
        for name, field in owner.model_fields.items()
        for block in models(field.annotation)
        if key in {each.alias or inner for inner, each in block.model_fields.items()}
    ]
    # A program's arguments have no such blocks.
    if below and in_file:
        return f"the key {key!r} is unknown here", f"write it under {' or '.join(sorted(below))}"
    instead = close_to(key, known) or f"the keys here are {', '.join(known)}"
    return f"the key {key!r} is unknown", instead


def _model_at(kind: type[Settings], loc: tuple[Key, ...]) -> type[Settings]:
    """The settings type that stands at a path: what the keys there are checked against."""
    for key in loc:
        if isinstance(key, str):
            fields = kind.model_fields
            field = next((f for name, f in fields.items() if key in (name, f.alias)), None)
            kind = next(models(field.annotation), kind) if field else kind
    return kind
