"""Component arguments against the type that describes them, before anything reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wsus_egress.endpoints import choices
from wsus_egress.problems import Collector, Problem


def wrong_arguments(args: Any, kind: type) -> tuple[Problem, ...]:
    """What is wrong with arguments: some are missing, empty or unknown.

    Args:
        args: What the program gave.
        kind: The TypedDict that describes them.

    Returns:
        Everything that is wrong; nothing where they can be used.
    """
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    optional: frozenset[str] = getattr(kind, "__optional_keys__", frozenset())
    problems = Collector()
    if not isinstance(args, Mapping):
        what = f"arguments are a mapping, not {type(args).__name__}"
        problems.add(None, "", what, f"write {{...}} with {', '.join(sorted(required))}")
    else:
        for key in sorted(required):
            if args.get(key) is None or args[key] == "":
                problems.add(None, key, f"is missing, and {kind.__name__} needs it")
        for key in sorted(set(args) - required - optional):
            what = f"is no argument of {kind.__name__}"
            problems.add(None, str(key), what, choices(required | optional))
    return tuple(problems.problems)
