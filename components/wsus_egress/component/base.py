"""What every component does with its arguments and outputs, whichever cloud it is of.

Pulumi's inference loses the description of an argument that a type inherits (SDK 3.272), so the
arguments that components share stand in every type again.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pulumi

from wsus_egress.component.arguments import Compiled, compile_arguments
from wsus_egress.component.checked import wrong_arguments
from wsus_egress.component.claims import named_twice
from wsus_egress.component.declare import Cloud, Declarer
from wsus_egress.component.errors import checked, refusal, refuse
from wsus_egress.component.given import AS_KEYWORDS, by_their_names, given_twice, of_pulumi
from wsus_egress.component.outputs import StandIns
from wsus_egress.component.proved import proved
from wsus_egress.component.references import camel
from wsus_egress.config.lists import replaced_lists
from wsus_egress.problems import PolicyErrors, Problem, visible

C = TypeVar("C")

_PACKAGE = "wsus_egress."


class Component(pulumi.ComponentResource):
    """A component whose arguments are checked, compiled and proved before anything is declared.

    `AwsWsusEgress("wsus", vpc_id=..., policy={...})` checks, compiles and proves its arguments, and so
    does `AwsWsusEgress("wsus", {"vpc_id": ..., "policy": {...}})`.
    The components inside it are given what that made, a `Compiled`, and do none of it again.
    """

    _cloud: ClassVar[Cloud]
    _token: ClassVar[str]
    """The component's type, as in the schema."""
    _arguments: ClassVar[type]
    """The TypedDict that describes its arguments."""
    _asked_by: ClassVar[str] = ""
    """The argument that asks for what the component declares."""
    _suffix: ClassVar[str] = ""
    """What the component that holds everything adds to its own name for one of this kind."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Derive the type's token from the class's name; a user's own subclass keeps that of ours."""
        super().__init_subclass__(**keywords)
        if cls.__module__.startswith(_PACKAGE):
            cls._token = f"wsus-egress:index:{cls.__name__}"
            cls._arguments = inspect.get_annotations(cls.__init__)["args"]

    def __init__(
        self,
        name: str,
        args: Any,
        opts: pulumi.ResourceOptions | None,
        keywords: Mapping[str, Any],
    ) -> None:
        """Check, compile and prove the arguments, unless that is done, and register the component.

        Args:
            name: Its logical name.
            args: What the program gave, or the `Compiled` of the component around it.
            opts: Pulumi's options.
            keywords: What the program gave in place of `args`.

        Raises:
            pulumi.RunError: With everything that is wrong with the arguments.
        """
        given: Any = name  # A program without types may give anything.
        if not isinstance(given, str) or not given:
            what = f"a component's first argument is its name, and {name!r} is not one"
            raise pulumi.RunError(f'{what}; write {type(self).__name__}("wsus", ...)')
        if visible(name) != name or "${" in name:
            what = f"'{visible(name)}' is not a usable name of a component: it has a character that nobody sees, or ${{"
            raise pulumi.RunError(f"{what}; write letters, digits and hyphens")
        refuse(
            name, (*of_pulumi(type(self).__name__, args, keywords), *given_twice(args, keywords))
        )
        args, warnings = by_their_names(keywords if args is AS_KEYWORDS else args)
        for text in warnings:
            pulumi.log.warn(visible(f"{name}: {text}"))
        given = isinstance(args, Compiled)
        wrong = () if given else wrong_arguments(args, self._arguments)
        refuse(name, (*wrong, *named_twice(self._token, name, opts)))
        self._compiled: Compiled[Any] = args if given else self._compile(name, args)
        shown = {camel(key): value for key, value in self._shown().items()}
        super().__init__(self._token, name, shown, opts)
        self._declarer = Declarer(self._cloud, self, dict(self._compiled.outputs))

    @property
    def _prefix(self) -> str:
        """What the names of the component's resources begin with."""
        return self.pulumi_resource_name.removesuffix(self._suffix)

    def _shown(self) -> dict[str, Any]:
        """The arguments that the state records as the component's inputs."""
        raise NotImplementedError

    @classmethod
    def _settings(cls, args: Mapping[str, Any]) -> dict[str, Any]:
        """The target's settings among the arguments."""
        raise NotImplementedError

    def _compile(self, name: str, args: Mapping[str, Any]) -> Compiled[Any]:
        """What the arguments ask for, proved; what the proof warns of is logged.

        Raises:
            pulumi.RunError: With everything that is wrong, or that the proof refuses.
        """
        stand_ins = StandIns(self._cloud.forms)
        settings, policy = stand_ins.plain(self._settings(args)), stand_ins.plain(args["policy"])
        prefix, lists = name.removesuffix(self._suffix), args.get("endpoint_lists")
        cloud, accept = self._cloud.name, args.get("accept")
        environment, target, controls = checked(
            name,
            cloud,
            lambda: compile_arguments(
                environment_of(args), policy, cloud, settings, lists, accept=accept, prefix=prefix
            ),
        )
        for text in checked(name, cloud, lambda: proved(environment, target, controls)):
            pulumi.log.warn(visible(f"{name}: {text}"))
        for each in replaced_lists(Path(), lists) if lists else ():
            pulumi.log.info(visible(f"{name}: {each}"))
        return Compiled(environment_of(args), target, controls, stand_ins.outputs, args)

    def _control(self, kind: type[C]) -> C:
        """The control that the component declares.

        Raises:
            pulumi.RunError: When the arguments do not ask for one.
        """
        if (control := self._compiled.control(kind)) is None:
            what = "is missing, and this component needs it"
            problem = Problem(None, (self._asked_by,), what, f"write {self._asked_by}: {{...}}")
            raise refusal(self.pulumi_resource_name, PolicyErrors([problem]))
        return control

    def register(self) -> None:
        """Register the outputs that the component's class describes, where there are any."""
        outputs = {
            camel(key): value
            for key in sorted(inspect.get_annotations(type(self)))
            if (value := getattr(self, key)) is not None
        }
        self.register_outputs(outputs)


def environment_of(args: Mapping[str, Any]) -> str:
    """The value of the environment tag: the argument, or else the stack's name."""
    return args.get("environment") or pulumi.get_stack()
