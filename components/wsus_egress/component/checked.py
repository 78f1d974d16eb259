"""Component arguments against the type that describes them, before anything reads them.

What a setting may say is checked where settings are. Here stands what only arguments can have
wrong: one is missing or unknown, or an output stands where the structure depends on it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NotRequired, Union, get_args, get_origin, is_typeddict

from wsus_egress.component.given import OLD_NAMES
from wsus_egress.component.outputs import IS_OUTPUT, PLAIN
from wsus_egress.component.references import snake
from wsus_egress.config.settings import EnvironmentSettings
from wsus_egress.problems import Keys, Problem, choices, close_to

NOT_OF_A_POLICY: Final = ("is not part of a policy", "give it to the component, or remove it")
# What to write for an argument that says where, and that nothing can stand in for.
_INSTEAD: Final = {
    "firewall_policy_id": "give the policy's id, plain or as the output of the resource that makes it",
    "location": "give the network's region, as Azure writes it: westeurope",
    "policy": "give a mapping with servers, and lists or mode",
    "resource_group": "give the network's resource group, plain or as an output",
    "vpc_id": "give the VPC's id, plain or as the output of the resource that makes it",
}


def wrong_arguments(args: Any, kind: type) -> tuple[Problem, ...]:
    """What is wrong with arguments: missing, unknown, of no usable type, or outputs.

    Args:
        args: What the program gave.
        kind: The TypedDict that describes them.

    Returns:
        Everything that is wrong; nothing where they can be used.
    """
    hints = _hints(kind)
    renamed = {new for old, new in OLD_NAMES.items() if old in hints}
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset()) | renamed
    if not isinstance(args, Mapping):
        what = f"arguments are a mapping, not {type(args).__name__}"
        return (Problem(None, (), what, f"write {{...}} with {', '.join(sorted(required))}"),)
    problems = []
    for key in sorted(required):
        if _absent(args, key):
            what = f"is missing, and {kind.__name__} needs it"
            problems.append(Problem(None, (key,), what, _INSTEAD.get(key, "")))
    for key in sorted(set(map(str, args)) - set(hints)):
        what = f"is not an argument of {kind.__name__}"
        known = hints.keys() - OLD_NAMES
        problems.append(Problem(None, (key,), what, close_to(key, known) or choices(known)))
    for key, hint in hints.items():
        if not _absent(args, key):
            problems.extend(_unusable(args[key], hint, (key,)))
    return (*problems, *_others(args.get("policy"), hints.get("policy")))


def _others(policy: Any, kind: Any) -> Iterator[Problem]:
    """An environment's settings that are not a policy's: targets, acceptances, approvals."""
    if isinstance(policy, Mapping) and kind is not None:
        for key in map(str, policy):
            if snake(key) in EnvironmentSettings.model_fields.keys() - _hints(kind):
                yield Problem(None, ("policy", key), *NOT_OF_A_POLICY)


def is_output(value: Any) -> bool:
    """Whether a value is only known later: an output of Pulumi's, or something to wait for."""
    return callable(getattr(value, "apply", None)) or inspect.isawaitable(value)


def _absent(args: Mapping[str, Any], key: str) -> bool:
    return args.get(key) is None or args[key] == ""


@functools.cache
def _hints(kind: type) -> Mapping[str, Any]:
    # As they are: Pulumi writes the output in `Input` as a name that only its own module has.
    return {key: _unwrapped(hint) for key, hint in inspect.get_annotations(kind).items()}


def _unwrapped(hint: Any) -> Any:
    origin: Any = get_origin(hint)
    return get_args(hint)[0] if origin is NotRequired else hint


def _unusable(value: Any, hint: Any, keys: Keys) -> Iterator[Problem]:
    """Where in an argument something stands that cannot be looked at."""
    origin: Any = get_origin(hint)
    # What may be an output is a setting, and its type is checked with the settings.
    text = hint is str and len(keys) == 1
    if origin is Union:  # pulumi.Input: the plain type, and what is known later.
        if is_output(value):
            return
        hint = get_args(hint)[0]
        origin = get_origin(hint)
    if is_output(value):
        yield Problem(None, keys, *IS_OUTPUT)
    elif not isinstance(value, PLAIN):
        what = f"is of the type {type(value).__name__}"
        yield Problem(None, keys, what, "write text, a number, true, false, a list or a mapping")
    elif text and not isinstance(value, str):
        yield Problem(None, keys, f"is {value!r}, and must be text")
    elif is_typeddict(hint) and len(keys) == 1 and not isinstance(value, Mapping):
        what = f"is of the type {type(value).__name__}, and must be a mapping"
        yield Problem(None, keys, what, f"write {{...}} with {', '.join(_hints(hint))}")
    elif isinstance(value, Mapping):
        known = _hints(hint) if is_typeddict(hint) else {}
        other = get_args(hint)[1] if origin is Mapping else Any
        for key, part in value.items():
            yield from _unusable(part, known.get(snake(str(key)), other), (*keys, str(key)))
    elif isinstance(value, (list, tuple)):
        item = get_args(hint)[0] if origin in (list, Sequence) else Any
        for index, part in enumerate(value):
            yield from _unusable(part, item, (*keys, index))
