"""The words that an argument takes, as enums of the package's schema.

Pulumi's inference knows Python's enums, but its host loses the items of a list of them, and fails on a
word that is none (SDK 3.272). So arguments are texts to the host, and the schema has the enums.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wsus_egress.choices import CHOICES

_WORD: Final = re.compile(r"[A-Za-z0-9]+")


def with_enums(
    schema: Mapping[str, Any], package: str, arguments: Mapping[str, str]
) -> dict[str, Any]:
    """A package's schema, with an enum for every text that takes one of a few words.

    For example `mode` of `Policy` becomes an enum `PolicyMode`, whose members are `Open` and
    `Restricted`. Each is a union of the enum with itself, which the generators take in this way
    (pulumi/pkg 3.259, codegen; read 2026-11-29): TypeScript, C#, Java and Python get the enum alone, so
    that `"opne"` does not compile in TypeScript, where the word itself is a member. Go makes a text of
    every union with an enum, so that programs which give `pulumi.StringRef("open")` compile as before.

    Args:
        schema: What Pulumi inferred; it is not changed.
        package: The package's name.
        arguments: The name of each component's argument type, by the component's token.
    """
    enums: dict[str, Any] = {}
    types, resources = {}, {}
    for token, kind in schema["types"].items():
        owner = token.rpartition(":")[2]
        types[token] = {**kind, **_fields(kind, "properties", owner, package, enums)}
    for token, kind in schema["resources"].items():
        owner = arguments[token].removesuffix("Args")
        resources[token] = {**kind, **_fields(kind, "inputProperties", owner, package, enums)}
    return {**schema, "resources": resources, "types": {**types, **enums}}


def _fields(
    kind: Mapping[str, Any], where: str, owner: str, package: str, enums: dict[str, Any]
) -> dict[str, Any]:
    found = {}
    for name, field in kind.get(where, {}).items():
        enum = f"{owner}{name[0].upper()}{name[1:]}"
        if words := CHOICES.get(enum):
            token = f"{package}:index:{enum}"
            members = list(_members(words, name))
            enums[token] = {
                "type": "string",
                "description": field["description"],
                "enum": members,
            }
            reference = {"$ref": f"#/types/{token}", "plain": True}
            found[name] = _chosen(field, {"oneOf": [reference, reference]})
        else:
            found[name] = field
    return {where: found} if found else {}


def _chosen(field: Mapping[str, Any], enum: Mapping[str, Any]) -> dict[str, Any]:
    """A text, or the items of a list of texts, as one of an enum's members."""
    if "items" in field:
        return {**field, "items": _chosen(field["items"], enum)}
    return {**{key: value for key, value in field.items() if key != "type"}, **enum}


def _members(words: tuple[str, ...], name: str) -> Iterator[dict[str, str]]:
    for word in words:
        parts = [f"{part[0].upper()}{part[1:]}" for part in _WORD.findall(word)]
        # No language lets a name begin with a digit: zone 1 is `Zone1`.
        before = name.removesuffix("s").capitalize() if word[0].isdigit() else ""
        yield {"name": before + "".join(parts), "value": word}
