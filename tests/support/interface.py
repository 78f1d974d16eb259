"""The interface of the package as text: what programs import, with every argument and output."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from types import ModuleType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_overloads, is_typeddict

import pulumi


def interface(*modules: ModuleType) -> str:
    """Every public name of modules, a line each, and below a class its fields and methods."""
    return "\n".join(line for module in modules for line in _of(module)) + "\n"


def _of(module: ModuleType) -> Iterator[str]:
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    yield f"{module.__name__}: {', '.join(sorted(names)) or 'nothing'}"
    for name in sorted(names):
        value = getattr(module, name)
        if value.__module__.rpartition(".")[0] not in module.__name__:
            continue
        if isinstance(value, type):
            yield f"  {name}"
            yield from (f"    {line}" for line in _fields(value))
        else:
            yield f"  {name}{_signature(value)}"


def _fields(kind: type) -> Iterator[str]:
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    for name, hint in inspect.get_annotations(kind).items():
        if not name.startswith("_"):
            mark = " (required)" if is_typeddict(kind) and name in required else ""
            yield f"{name}: {spelled(hint)}{mark}"
    if issubclass(kind, pulumi.Resource):
        # One way to give the arguments a line.
        made: Any = inspect.getattr_static(kind, "__init__")
        yield from (f"__init__{_signature(each)}" for each in get_overloads(made))


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    parts = [
        f"{'**' if each.kind is each.VAR_KEYWORD else ''}{name}: {spelled(each.annotation)}"
        + ("" if each.default is each.empty else " = ...")
        for name, each in signature.parameters.items()
        if name != "self"
    ]
    return f"({', '.join(parts)}) -> {spelled(signature.return_annotation)}"


def spelled(hint: Any) -> str:
    """An annotation as one would write it, in the same words for every release of Python."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        # pulumi.Input[T] is the value, something to wait for, or an output.
        if any(get_origin(part) is Awaitable for part in parts):
            return f"Input[{spelled(parts[0])}]"
        return " | ".join(spelled(part) for part in parts)
    if origin is not None:
        return f"{origin.__name__}[{', '.join(spelled(part) for part in parts)}]"
    if hint is NoneType:
        return "None"
    return hint if isinstance(hint, str) else str(getattr(hint, "__name__", hint))
