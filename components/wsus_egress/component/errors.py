"""Wrong arguments as one error of the program that gave them, with everything that is wrong.

For example `refuse("wsus", problems)` raises nothing where there is no problem, and otherwise an
error that says `wsus: vpc_id: is missing, ...`, a problem a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pulumi

from wsus_egress.component.arguments import as_arguments
from wsus_egress.problems import PolicyErrors, Problem, visible

T = TypeVar("T")


def checked(name: str, cloud: str, build: Callable[[], T]) -> T:
    """What `build` makes of settings; its problems name the arguments that the settings came from.

    Args:
        name: The component's, which each line of the error begins with.
        cloud: `aws` or `azure`: whose settings they are.
        build: Makes something of the settings, or raises PolicyErrors.

    Raises:
        pulumi.RunError: With everything that is wrong.
    """
    try:
        return build()
    except PolicyErrors as error:
        refused = refusal(name, as_arguments(cloud, error))
    raise refused


def refuse(name: str, problems: Iterable[Problem]) -> None:
    """Refuse a component's arguments where anything is wrong with them.

    Raises:
        pulumi.RunError: With everything that is wrong; its cause has the same as data.
    """
    if found := tuple(problems):
        raise refusal(name, PolicyErrors(found))


def refusal(name: str, error: PolicyErrors) -> pulumi.RunError:
    """An error that Pulumi shows without a traceback; its cause has the problems as data."""
    shown = visible(name)
    refused = pulumi.RunError("\n".join(f"{shown}: {problem}" for problem in error.problems))
    refused.__cause__ = error
    return refused
