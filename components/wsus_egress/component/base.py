"""What every component does with its arguments and outputs, whichever cloud it is of.

Pulumi's inference loses the description of an argument that a type inherits (SDK 3.272), so the
arguments that components share stand in every type again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

import pulumi

from wsus_egress.component.arguments import as_arguments, compile_arguments
from wsus_egress.component.checked import wrong_arguments
from wsus_egress.component.outputs import StandIns
from wsus_egress.component.references import camel
from wsus_egress.component.run import named_twice
from wsus_egress.controls import Control
from wsus_egress.model.environment import COMPONENT_NAME
from wsus_egress.problems import PolicyErrors, Problem

T = TypeVar("T")


class Component(pulumi.ComponentResource):
    """A component whose arguments are checked before anything is declared."""

    _shown: ClassVar[tuple[str, ...]] = ()
    """The arguments that the component's own entry in the state has."""

    def __init__(
        self,
        token: str,
        name: str,
        args: Any,
        kind: type,
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        """Check the arguments and register the component.

        Args:
            token: Its type, as in the schema.
            name: Its logical name.
            args: What the program gave.
            kind: The TypedDict that describes them.
            opts: Pulumi's options.

        Raises:
            pulumi.RunError: With everything that is wrong with the arguments.
        """
        refuse(name, (*wrong_arguments(args, kind), *named_twice(token, name, opts)))
        shown = {camel(key): args[key] for key in self._shown}
        super().__init__(token, name, shown, opts)

    def register(self) -> None:
        """Register the outputs that the component's class describes, where there are any."""
        outputs = {
            camel(key): value
            for key in sorted(inspect.get_annotations(type(self)))
            if (value := getattr(self, key)) is not None
        }
        self.register_outputs(outputs)


def compiled(  # noqa: PLR0913 - as compile_arguments
    name: str,
    args: Mapping[str, Any],
    cloud: str,
    target: Mapping[str, Any],
    stand_ins: StandIns,
    *,
    prefix: str = COMPONENT_NAME,
) -> tuple[Control, ...]:
    """The controls that a component's arguments ask for.

    Args:
        name: The component's, for messages.
        args: What the program gave, checked against its type.
        cloud: `aws` or `azure`.
        target: The target's settings among them.
        stand_ins: Learns what stands for outputs.
        prefix: What the names of its resources begin with.

    Raises:
        pulumi.RunError: With everything that is wrong.
    """
    settings, policy = stand_ins.plain(target), stand_ins.plain(args["policy"])
    lists = args.get("endpoint_lists")
    _, _, controls = checked(
        name,
        cloud,
        lambda: compile_arguments(
            environment_of(args), policy, cloud, settings, lists, prefix=prefix
        ),
    )
    return controls


def checked(name: str, cloud: str, build: Callable[[], T]) -> T:
    """What settings make; what is wrong with them said of the arguments that they came from.

    Raises:
        pulumi.RunError: With everything that is wrong.
    """
    try:
        return build()
    except PolicyErrors as error:
        refused = refusal(name, as_arguments(cloud, error))
    raise refused


def environment_of(args: Mapping[str, Any]) -> str:
    """What resources are tagged with."""
    return args.get("environment") or pulumi.get_stack()


def refuse(name: str, problems: Iterable[Problem]) -> None:
    """Refuse a component's arguments, where anything is wrong with them.

    Raises:
        pulumi.RunError: With everything that is wrong; its cause has the same as data.
    """
    if found := tuple(problems):
        raise refusal(name, PolicyErrors(found))


def refusal(name: str, error: PolicyErrors) -> pulumi.RunError:
    """An error of the program's author, without a traceback; its cause has the problems as data."""
    refused = pulumi.RunError("\n".join(f"{name}: {each}" for each in error.problems))
    refused.__cause__ = error
    return refused
