"""Writes docs/settings.md, the page of every setting, from the schema of an environment's file.

Types, defaults and descriptions stand at the settings' types; an example is what the first of the
project's environments and examples says. `make schemas` runs it, and a test holds the page to what it writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[1]
SCHEMA: Final = "components/wsus_egress/schemas/environment.json"
EXAMPLES: Final = "docs/examples/settings"
PAGE: Final = "docs/settings.md"
_NAMESPACE: Final = "wsus-egress:"
_HEAD: Final = """# Every setting

`make schemas` writes this page from the settings' types. [Settings](configuration.md) explains how they
work together. `[]` stands for each entry of a list. The example of a setting is what the first file
that has it says: of the environments in `config/`, then of
[whole files for common situations](examples/README.md).
"""

Schema = Mapping[str, Any]


def render(root: Path) -> str:
    """The page's text.

    Args:
        root: The project's folder, with the schema and the environments.
    """
    schema = json.loads((root / SCHEMA).read_text(encoding="utf-8"))
    files = [
        path
        for folder in ("config", EXAMPLES)
        for path in sorted((root / folder).glob("Pulumi.*.yaml"))
    ]
    given = [_given(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    lines = [_HEAD]
    for path, owner in _owners(schema, schema, ""):
        title = f"`{path}`" if path else "The environment"
        lines += [f"## {title}\n", f"{owner['description']}\n"]
        for name, setting in owner["properties"].items():
            where = f"{path}.{name}" if path else name
            lines += _setting(schema, owner, where, setting, given)
    return "\n".join(lines)


def _setting(
    schema: Schema, owner: Schema, where: str, setting: Schema, given: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """A heading that a link can name, the meaning, and what one needs to write the setting.

    The heading is HTML: its id says the whole path, and the page's table of contents stays short.
    """
    anchor, name = _anchor(where), where.rpartition(".")[2]
    below = _below(schema, where, setting)
    # A mapping at the top has a section of the same name: that is its anchor.
    own = "" if below == anchor else f' id="{anchor}"'
    yield f'<h3{own}><a href="#{anchor}"><code>{name}</code></a></h3>\n'
    meaning = setting.get("description") or _resolved(schema, setting).get("description", "")
    yield f"{meaning}\n"
    yield f"- Type: {_type(schema, setting)}"
    yield f"- Default: {_default(owner, name, setting)}"
    if below:
        yield f"- Its settings: [below](#{below})\n"
    else:
        yield f"- Example: {_example(schema, where, setting, given)}\n"


def _example(
    schema: Schema, where: str, setting: Schema, given: Sequence[Mapping[str, Any]]
) -> str:
    """What the first file that has the setting says; else the default, or for a switch its opposite."""
    said = (value for data in given for value in _values(data, where))
    if _resolved(schema, setting).get("type") == "boolean":
        return _code(next(said, not setting.get("default")))
    usual = setting.get("default")
    return next((_code(value) for value in said), _code(usual) if usual else "")


def _below(schema: Schema, where: str, setting: Schema) -> str:
    """The anchor of the section of a mapping, or of the mappings of a list, that has settings itself."""
    inner, path = _resolved(schema, setting), where
    if inner.get("type") == "array":
        inner, path = _resolved(schema, inner["items"]), f"{where}[]"
    return _heading(path) if "properties" in inner else ""


def _heading(path: str) -> str:
    """The anchor that MkDocs and GitHub give to a heading."""
    return re.sub(r"[^a-z0-9-]", "", path.lower())


def _given(stack: Mapping[str, Any]) -> Mapping[str, Any]:
    config = stack.get("config", {})
    return {key.removeprefix(_NAMESPACE): value for key, value in config.items()}


def _owners(schema: Schema, owner: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """A type with settings and every one below it, each with the path that leads to it."""
    yield path, owner
    for name, setting in owner["properties"].items():
        inner = _resolved(schema, setting)
        where = f"{path}.{name}" if path else name
        if inner.get("type") == "array":
            inner, where = _resolved(schema, inner["items"]), f"{where}[]"
        if "properties" in inner:
            yield from _owners(schema, inner, where)


def _resolved(schema: Schema, setting: Schema) -> Schema:
    """A setting's type: what it refers to, and without the null of one that may be left out."""
    for choice in setting.get("anyOf", ()):
        if choice.get("type") != "null":
            return _resolved(schema, choice)
    if "$ref" in setting:
        return dict(schema["$defs"][setting["$ref"].rpartition("/")[2]])
    return setting


def _type(schema: Schema, setting: Schema) -> str:
    kind = _resolved(schema, setting)
    if "enum" in kind:
        return " or ".join(_code(value) for value in kind["enum"])
    if kind.get("type") == "array":
        entry = _type(schema, kind["items"])
        return "list of mappings" if entry == "mapping" else f"list of {entry}"
    if kind.get("type") == "integer" and "minimum" in kind and "maximum" in kind:
        return f"{kind['minimum']} to {kind['maximum']}"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return names.get(kind["type"], "mapping")


def _default(owner: Schema, name: str, setting: Schema) -> str:
    if name in owner.get("required", ()):
        return "required"
    value = setting.get("default")
    return "none" if value is None else _code(value)


def _values(data: Any, where: str) -> Iterator[Any]:
    """What one environment says at a setting's path."""
    found = [data]
    for key in where.split("."):
        name = key.removesuffix("[]")
        found = [part[name] for part in found if isinstance(part, Mapping) and name in part]
        if key.endswith("[]"):
            found = [entry for part in found for entry in part]
    for value in found:
        if not (isinstance(value, list) and any(isinstance(v, Mapping) for v in value)):
            yield value


def _code(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False, default=str)}`"


def _anchor(where: str) -> str:
    return where.replace("[]", "").replace(".", "-").lower()


def main() -> None:
    """Write the page anew."""
    (ROOT / PAGE).write_text(render(ROOT), encoding="utf-8")


if __name__ == "__main__":
    main()
