"""How data is checked against a settings type.

What is wrong with a value is said in this project's words, with the line where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from wsus_egress.model.base import DATE, FIXED_PORTS, PLAIN, REFUSED, Settings, models
from wsus_egress.problems import Key, Locate, Problem

S = TypeVar("S", bound=Settings)


def parse_settings(
    kind: type[S], data: Any, locate: Locate, *, snake_case: bool = True
) -> S | list[Problem]:
    """Check data against its type.

    Args:
        kind: The type.
        data: What a YAML file or a program gave.
        locate: Gives the line of a value.
        snake_case: Whether keys may be snake_case too, as a program gives them; not in an
            environment's file.

    Returns:
        The settings, or everything that is wrong with the data.
    """
    try:
        return kind.model_validate(data, by_alias=True, by_name=snake_case)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        return [_problem(kind, detail["loc"], detail, locate) for detail in details]


def json_schema(kind: type[Settings], title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a settings file, as editors use it."""
    schema = kind.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _problem(
    kind: type[Settings], loc: tuple[Key, ...], detail: Mapping[str, Any], locate: Locate
) -> Problem:
    what, instead = _explain(kind, loc, detail)
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
_PATTERNS = {
    DATE: ("is not a day", "write it as YYYY-MM-DD"),
    PLAIN: ("has a control character in it", "write it on one line, without them"),
    r"^vpc-[0-9a-f]{8,17}$": ("is not a VPC id", "write it as vpc- and 8 or 17 hex digits"),
    r"^subnet-[0-9a-f]{8,17}$": (
        "is not a subnet id",
        "write it as subnet- and 8 or 17 hex digits",
    ),
    r"^rtb-[0-9a-f]{8,17}$": ("is not a route table id", "write it as rtb- and 8 or 17 hex digits"),
    r"^sg-[0-9a-f]{8,17}$": (
        "is not a security group id",
        "write it as sg- and 8 or 17 hex digits",
    ),
    r"^pl-[0-9a-f]{8,17}$": ("is not a prefix list id", "write it as pl- and 8 or 17 hex digits"),
    r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$": ("is not an availability zone", "write it like eu-west-1a"),
    r"^[a-z0-9]+$": ("is not an Azure region's name", "write it like westeurope"),
    r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$": (
        "is not a usable name",
        "write 2 to 32 lower-case letters, digits and hyphens, a letter first",
    ),
}


def _explain(
    kind: type[Settings], loc: tuple[Key, ...], detail: Mapping[str, Any]
) -> tuple[str, str]:
    error, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if error == REFUSED:
        return context["what"], context["instead"]
    if error == "extra_forbidden":
        return _unknown_key(kind, loc)
    if error == "missing":
        return "the setting is missing", "add it"
    if error in _KINDS:
        given = "nothing" if value is None else repr(value)
        return f"{_shortened(given)} is not {_KINDS[error]}", f"write {_KINDS[error]}"
    if error == "literal_error":
        return (
            f"{_shortened(repr(value))} is not one of the choices",
            f"write {context['expected']}",
        )
    if error == "string_pattern_mismatch":
        fallback = ("does not fit", f"write what fits {context['pattern']}")
        what, instead = _PATTERNS.get(context["pattern"], fallback)
        return f"{_shortened(repr(value))} {what}", instead
    if error in ("too_short", "string_too_short"):
        return "it is empty", "give at least one entry" if error == "too_short" else "write a text"
    message = detail["msg"][0].lower() + detail["msg"][1:]
    return f"{_shortened(repr(value))} cannot be used", message


# `port`, `ports`, `httpPort`, `http_ports`; nothing that only has the letters in it, as `reportTo`.
_PORTS = re.compile(r"^ports?$|Ports?$|_ports?$")


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


def _unknown_key(kind: type[Settings], loc: tuple[Key, ...]) -> tuple[str, str]:
    key = str(loc[-1])
    owner = _model_at(kind, loc[:-1])
    known = sorted(field.alias or name for name, field in owner.model_fields.items())
    if _PORTS.search(key) and owner.ports_are_fixed:
        what = f"the key {key!r} is unknown: {FIXED_PORTS}"
        return what, "remove it (servers have synchronizationPorts of their own)"
    import difflib  # noqa: PLC0415 - only a mistake needs it

    close = difflib.get_close_matches(key, known, 1)
    instead = f"did you mean {close[0]!r}?" if close else f"the keys here are {', '.join(known)}"
    return f"the key {key!r} is unknown", instead


def _model_at(kind: type[Settings], loc: tuple[Key, ...]) -> type[Settings]:
    """The settings type that stands at a path: what the keys there are checked against."""
    for key in loc:
        if isinstance(key, str):
            fields = kind.model_fields
            field = next((f for name, f in fields.items() if key in (name, f.alias)), None)
            kind = next(models(field.annotation), kind) if field else kind
    return kind
