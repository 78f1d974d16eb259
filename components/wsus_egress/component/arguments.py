"""Component arguments as environments: the same checks, whoever gives the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from wsus_egress.component.outputs import IS_OUTPUT, PLAIN
from wsus_egress.component.references import renamed, snake
from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import load_lists, shipped_lists
from wsus_egress.controls import Control, compile_target
from wsus_egress.model.environment import COMPONENT_NAME, Environment, Target
from wsus_egress.problems import Collector, Keys, PolicyErrors
from wsus_egress.proof.accepted import of_nothing

C = TypeVar("C")
T_co = TypeVar("T_co", bound=Target, covariant=True)

# Arguments beside the target's settings, and the place of a problem with all of them; what else an
# environment's settings may begin with, misspelt or not, stands in the argument `policy`.
_BESIDE_THE_TARGET: Final = {(), ("accept",), ("endpoint_lists",), ("name",), ("party",)}


@dataclass(frozen=True, slots=True)
class Compiled(Generic[T_co]):
    """What arguments, or an environment's settings, ask for on one target: checked and compiled.

    A component hands it to the components inside it, the program to its component. So `prod` builds
    its environment once, and each `AwsWsusSecurityGroup` in it only declares its own group.

    Attributes:
        environment: The environment's name, which resources are tagged with.
        target: The network, with a text in place of each output.
        controls: What enforces the policy there.
        outputs: The outputs, by the text that stands for each in the target and in documents.
        arguments: Those that are not settings of the target: a security group's `party`.
    """

    environment: str
    target: T_co
    controls: tuple[Control, ...]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def control(self, kind: type[C]) -> C | None:
        """The control of one class, where the target has it."""
        return next((control for control in self.controls if isinstance(control, kind)), None)

    def given(self, text: str) -> Any:
        """A value of the target as the program gave it: the output, where the text stands for one."""
        return self.outputs.get(text, text)

    def handed(self, outputs: Mapping[str, Any] | None = None, **arguments: Any) -> Any:
        """The same for the component inside, which knows more outputs, or has arguments of its own.

        Any, for Pulumi infers a component's schema from a signature that names its TypedDict only.
        """
        return replace(self, outputs={**self.outputs, **(outputs or {})}, arguments=arguments)


def compile_environment(environment: Environment) -> tuple[Compiled[Target], ...]:
    """What an environment asks for, target by target.

    Raises:
        PolicyErrors: With everything that the controls cannot express or the cloud has no room for.
    """
    return tuple(
        Compiled(environment.name, target, compile_target(environment, target))
        for target in environment.targets
    )


def compile_arguments(  # noqa: PLR0913 - a component's arguments, and its name
    environment: str,
    policy: Mapping[str, Any],
    cloud: str,
    target: Mapping[str, Any],
    lists: str | None,
    *,
    accept: Any = None,
    prefix: str = COMPONENT_NAME,
) -> tuple[Environment, Target, tuple[Control, ...]]:
    """The controls that a component's arguments ask for.

    Args:
        environment: What to tag resources with.
        policy: The policy's settings, camelCase or snake_case.
        cloud: `aws` or `azure`.
        target: The target's settings, with stand-ins for outputs.
        lists: The folder of the endpoint lists; those of the package when None.
        accept: The deviations that are accepted.
        prefix: What the names of the component's resources begin with.

    Raises:
        PolicyErrors: With everything that is wrong.
    """
    problems = Collector()
    if not isinstance(policy, Mapping):
        policy = {"policy": policy}
    data = {key: _known(value, (key,), problems) for key, value in policy.items()}
    for kind in ("servers", "clients"):
        if isinstance(parties := data.get(kind), list):
            data[kind] = [_as_seen_from(cloud, party) for party in parties]
    data[cloud] = _known(target, (cloud,), problems)
    if accept is not None:
        data["accept"] = _known(accept, ("accept",), problems)
    given = _known(lists, ("endpoint_lists",), problems)
    folder = given or str(shipped_lists())
    if not Path(folder).is_dir():
        instead = (
            "give the folder that has <list>.yaml files, or leave it out for the package's own"
        )
        problems.add(None, ("endpoint_lists",), f"{folder!r} is not a directory", instead)
    problems.raise_if_any()
    known = load_lists(Path(folder), folder, packaged=bool(given))
    built = build_environment(environment, data, known, lambda _: None)
    own = next(each for each in built.targets if each.cloud == cloud)
    controls = compile_target(built, own, prefix)
    Collector([*of_nothing(built, controls)]).raise_if_any()
    return built, own, controls


def as_arguments(cloud: str, errors: PolicyErrors) -> PolicyErrors:
    """What is wrong with settings, said of the arguments that they came from.

    `aws.vpc_id` was given as `vpc_id`, and `servers[0]` stands in the argument `policy`, as does a
    key that no policy has. A problem of an endpoint list has its place in a file, and keeps it.
    """
    return PolicyErrors(
        each if each.location else replace(each, keys=_argument(cloud, each.keys))
        for each in errors.problems
    )


def argument_of(cloud: str, setting: str) -> str:
    """The argument that a target's setting is called by: `vpc_id` for `vpcId`."""
    return str(_argument(cloud, (cloud, setting))[0])


def _argument(cloud: str, keys: Keys) -> Keys:
    keys = renamed(keys, snake)
    if keys[:1] == (cloud,):
        return keys[1:]
    return keys if keys[:1] in _BESIDE_THE_TARGET else ("policy", *keys)


def _known(value: Any, keys: Keys, problems: Collector) -> Any:
    """A value without outputs, its whole numbers as whole: other languages send 8531 as 8531.0."""
    if isinstance(value, Mapping):
        return {key: _known(part, (*keys, key), problems) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(part, (*keys, index), problems) for index, part in enumerate(value)]
    if not isinstance(value, PLAIN):
        problems.add(None, keys, *IS_OUTPUT)
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_seen_from(cloud: str, party: Any) -> Any:
    """A component enforces on one cloud: whoever stands in the other stands elsewhere."""
    other = {"aws": "azure", "azure": "aws"}[cloud]
    if isinstance(party, Mapping) and party.get("location") == other:
        own = ("aws_vpc_id", "awsVpcId")
        kept = {key: value for key, value in party.items() if key not in own}
        return {**kept, "location": "elsewhere"}
    return party
