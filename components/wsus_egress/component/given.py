"""Arguments as a program gives them: as a mapping or as keywords, by their names or old names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pulumi

from wsus_egress.problems import Problem

AS_KEYWORDS: Final[Any] = None
"""Stands for the mapping where the arguments are keywords."""
OLD_NAMES: Final[Mapping[str, str]] = {"resource_group_name": "resource_group"}
"""The name of an argument, by the one that it had; the old one goes with the next major version."""


def of_pulumi(component: str, args: Any, keywords: Mapping[str, Any]) -> Iterator[Problem]:
    """What Pulumi takes elsewhere: an option among the arguments, or a resource or output in their place."""
    options = inspect.signature(pulumi.ResourceOptions.__init__).parameters.keys() - {"self"}
    for key in sorted(keywords.keys() & options):
        what = "is an option of Pulumi's resources, not an argument"
        instead = f"write opts=pulumi.ResourceOptions({key}=...)"
        yield Problem(None, (key,), what, instead)
    if isinstance(args, (pulumi.Output, pulumi.Resource)):
        what = f"the second argument of {component} is a mapping of all arguments, not {type(args).__name__}"
        yield Problem(None, (), what, "give it by its name, for example vpc_id=vpc.id")


def given_twice(args: Any, keywords: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with arguments that are given in two ways, even if these do not contradict.

    Args:
        args: The mapping, or AS_KEYWORDS.
        keywords: The keywords.
    """
    if args is not AS_KEYWORDS and keywords:
        what = f"arguments are given twice: in a mapping, and as {', '.join(sorted(keywords))}"
        yield Problem(None, (), what, "give all of them in the mapping, or all as keywords")
    given = keywords if args is AS_KEYWORDS else args
    for old, new in OLD_NAMES.items() if isinstance(given, Mapping) else ():
        if given.get(old) is not None and given.get(new) is not None:
            yield Problem(
                None, (old,), f"is the old name of {new}, which is given too", "remove it"
            )


def by_their_names(args: Any) -> tuple[Any, tuple[str, ...]]:
    """Arguments by the names that they have now, and a line for each old name that was given."""
    if not isinstance(args, Mapping):
        return args, ()
    found = [old for old in OLD_NAMES if args.get(old) is not None]
    named = {OLD_NAMES[key] if key in found else key: value for key, value in args.items()}
    return named, tuple(
        f"{old} is now called {OLD_NAMES[old]}; the next major version no longer takes the old name"
        for old in found
    )
