"""Writes the components' argument types from the settings' types: a setting is written once.

Pulumi reads the source of argument types for their descriptions, so they are a file and not made at
run time. `make schemas` runs this, and a test holds the files to what it writes. For example

    subnet_id: Annotated[SubnetId, Field(description="The firewall's own subnet in that zone.")]

becomes, as `SubnetId` is marked as one that may be an output,

    subnet_id: pulumi.Input[str]
    \"\"\"The firewall's own subnet in that zone.\"\"\"

A sequence may be of any kind, as in Pulumi's own SDKs, except one of plain texts: a text is a
sequence of texts too, and a type checker would let `addresses="10.20.0.10"` pass.
"""

from __future__ import annotations

import functools
import json
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

import choices
from argument_modules import MODULES, Argument, Component, Module
from wsus_egress.component.given import OLD_NAMES
from wsus_egress.model.base import MayBeOutput, Settings, WrittenAs

ROOT: Final = Path(__file__).resolve().parents[1]
_HEAD: Final = '''"""{what}

`make schemas` writes this file from the settings' types (tools/arguments.py). Pulumi reads its
annotations at run time: none of them is postponed.
"""

{imports}
'''
# Classes that are not called as their setting is.
_CLASSES: Final = {"Nsg": "NetworkSecurityGroup", "SecurityGroupQuotas": "SecurityGroup"}
_OLD: Final = {new: old for old, new in OLD_NAMES.items()}


def render(module: Module) -> str:
    """The text of one file of argument types."""
    blocks = [
        _class(_named(kind), str(kind.__doc__), _arguments(_named(kind), kind, kind.model_fields))
        for kind in _kinds(module)
    ]
    blocks += [_component(component) for component in module.components]
    head = _HEAD.format(what=module.what, imports=_imports(module, "\n".join(blocks)))
    return "\n\n".join([head, *blocks])


def _imports(module: Module, code: str) -> str:
    """The lines that import what the code uses, and nothing else."""
    used = set(re.findall(r"\w+", re.sub(r'""".*?"""', "", code, flags=re.DOTALL)))
    names = {
        "collections.abc": {"Mapping", "Sequence"} & used,
        "typing": {"NotRequired", "TypedDict"} & used,
        "wsus_egress.args": set(module.shared),
        "wsus_egress.choices": found_choices().keys() & used,
    }
    lines = {
        where: f"from {where} import {', '.join(sorted(wanted))}"
        for where, wanted in names.items()
        if wanted
    }
    long = {where for where, line in lines.items() if len(line) > 100}
    for where in long:
        inside = "".join(f"    {name},\n" for name in sorted(names[where]))
        lines[where] = f"from {where} import (\n{inside})"
    own = [line for where, line in lines.items() if where.startswith("wsus_egress")]
    others = [line for where, line in lines.items() if not where.startswith("wsus_egress")]
    parts = ["\n".join(others), "import pulumi", "\n".join(own)]
    return "\n\n".join(filter(None, parts))


@functools.cache
def found_choices() -> Mapping[str, tuple[str, ...]]:
    """The words of every argument that takes one of a few, by the name of their type."""
    found: dict[str, tuple[str, ...]] = {}
    for module in MODULES:
        kinds = [(_named(kind), kind, tuple(kind.model_fields)) for kind in _kinds(module)]
        components = [
            (each.name, each.settings, each.fields or tuple(each.settings.model_fields))
            for each in module.components
        ]
        for owner, kind, names in (*kinds, *components):
            for name in names:
                field = kind.model_fields[name]
                if words := choices.words_of(field.annotation, field.metadata):
                    found[choices.alias(owner, name)] = words
    return found


def _kinds(module: Module) -> Iterable[type[Settings]]:
    """The settings types that the arguments of a file name, each after those it needs itself."""
    written: dict[type[Settings], None] = {}
    for component in module.components:
        for name in component.fields or component.settings.model_fields:
            _collect(component.settings.model_fields[name].annotation, written)
    return written


def _collect(annotation: Any, written: dict[type[Settings], None]) -> None:
    """Note the settings types that an annotation names, each after those that it needs itself."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        for field in annotation.model_fields.values():
            _collect(field.annotation, written)
        written.setdefault(annotation)
    for part in get_args(annotation):
        _collect(part, written)


def _component(component: Component) -> str:
    kind, names = component.settings, component.fields or tuple(component.settings.model_fields)
    settings = _arguments(component.name, kind, names, component.needed)
    tags = [argument for argument in settings if argument[0] == "tags"]
    others = [argument for argument in settings if argument[0] != "tags"]
    return _class(
        component.name, component.meaning, [*component.before, *others, *component.after, *tags]
    )


def _named(kind: type[Settings]) -> str:
    name = kind.__name__.removesuffix("Settings")
    return f"{_CLASSES.get(name, name)}Args"


def _class(name: str, meaning: str, arguments: Sequence[Argument]) -> str:
    lines = [f"class {name}(TypedDict):", f'    """{meaning}"""', ""]
    for argument, kind, description in arguments:
        lines += [f"    {argument}: {kind}", f'    """{description}"""']
    return "\n".join(lines) + "\n"


def _arguments(
    owner: str, kind: type[Settings], names: Iterable[str], needed: tuple[str, ...] = ()
) -> list[Argument]:
    arguments = []
    for name in names:
        field = kind.model_fields[name]
        text = _text(choices.alias(owner, name), field.annotation, field.metadata)
        # With two names, neither is needed by itself: the component asks for one of them.
        if (not field.is_required() and name not in needed) or name in _OLD:
            text = f"NotRequired[{text}]"
        arguments.append((name, text, _meaning(name, field, needed)))
        if name in _OLD:
            arguments.append((_OLD[name], text, f"Deprecated: the old name of `{name}`."))
    return arguments


def _text(words: str, annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """An annotation of a setting as one of an argument.

    Args:
        words: What the type of its words is called, if it takes one of a few.
        annotation: The setting's.
        metadata: What stands beside it.
    """
    for mark in metadata:
        if isinstance(mark, WrittenAs):
            annotation = mark.kind
    metadata = [mark for mark in metadata if not isinstance(mark, WrittenAs)]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _text(words, parts[0], [*annotation.__metadata__, *metadata])
    if origin in (Union, types.UnionType):
        return _text(words, next(part for part in parts if part is not type(None)), metadata)
    if origin in (list, tuple):
        item = _text(words, parts[0])
        return "list[str]" if item == "str" else f"Sequence[{item}]"
    if origin is dict:
        return f"Mapping[str, {_text(words, parts[1])}]"
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return _named(annotation)
    plain = words if origin is Literal else annotation.__name__
    return f"pulumi.Input[{plain}]" if _may_be_output(metadata) else plain


def _may_be_output(metadata: Sequence[Any]) -> bool:
    return any(isinstance(mark, MayBeOutput) for mark in metadata)


def _meaning(name: str, field: FieldInfo, needed: tuple[str, ...]) -> str:
    """What an argument means: its setting's description, choices and default."""
    if not field.description:
        raise ValueError(f"the setting {name} has no description: write Field(description=...)")
    sentences = [field.description.rstrip(".") + "."]
    if choices := list(_choices(field.annotation)):
        sentences.append(f"One of {', '.join(f'`{choice}`' for choice in choices)}.")
    default = field.get_default() if not field.is_required() and name not in needed else None
    if isinstance(default, (str, int, list, tuple)) and default not in ("", [], ()):
        shown = default if isinstance(default, str) else json.dumps(default, default=str)
        sentences.append(f"Default: `{shown}`.")
    return " ".join(sentences)


def _choices(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _choices(part)


def files() -> Mapping[Path, str]:
    """The text of each file, by its path below the project's folder."""
    package = Path("components/wsus_egress")
    arguments = {package / module.path: render(module) for module in MODULES}
    return {**arguments, package / "choices.py": choices.render(found_choices())}


def main() -> None:
    """Write the files anew."""
    for path, text in files().items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
