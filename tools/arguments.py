"""Writes the components' argument types from the settings' types: a setting is written once.

Pulumi reads the source of argument types for their descriptions, so they are a file and not made at
run time. `make schemas` runs this, and a test holds the files to what it writes. For example

    subnet_id: Annotated[SubnetId, Field(description="The firewall's own subnet in that zone.")]

becomes, as `SubnetId` is marked as one that may be an output,

    subnet_id: pulumi.Input[str]
    \"\"\"The firewall's own subnet in that zone.\"\"\"
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from wsus_egress.config.settings import AcceptSettings, EnvironmentSettings
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.azure import AzureTarget, FirewallAlone
from wsus_egress.model.base import MayBeOutput, Settings, WrittenAs

ROOT: Final = Path(__file__).resolve().parents[1]
_HEAD: Final = '''"""{what}

`make schemas` writes this file from the settings' types (tools/arguments.py). Pulumi reads its
annotations at run time: none of them is postponed.
"""

from typing import NotRequired, TypedDict

import pulumi
'''
# Arguments that no setting of a target has.
_POLICY: Final = ("policy", "PolicyArgs", "What is allowed, and for whom.")
_PARTY: Final = (
    "party", "str", "The server or client group of the policy that the security group is for.",
)  # fmt: skip
_ACCEPT: Final = (
    "accept", "NotRequired[list[AcceptArgs]]",
    "Deviations that their owner accepts, each by its name and until a day.",
)  # fmt: skip
_ENVIRONMENT: Final = (
    "environment", "NotRequired[str]", "The value of the environment tag; the stack name by default.",
)  # fmt: skip
_LISTS: Final = (
    "endpoint_lists", "NotRequired[str]",
    "The folder of the endpoint lists; those that come with the package by default.",
)  # fmt: skip
# Classes and arguments that are not called as their setting is.
_CLASSES: Final = {"Nsg": "NetworkSecurityGroup", "SecurityGroupQuotas": "SecurityGroup"}
_RENAMED: Final = {"resource_group": "resource_group_name"}

Argument = tuple[str, str, str]
"""Its name, its type as text, and its description."""


@dataclass(frozen=True, slots=True)
class Component:
    """A class of arguments that no settings type corresponds to: a component's own, or the policy.

    Attributes:
        fields: Those settings of the target that the component has; all of them where empty.
        before: Arguments of its own that stand first.
        after: And those that stand after the settings, before the tags.
        needed: Settings with a default that a program must give all the same.
    """

    name: str
    meaning: str
    settings: type[Settings]
    fields: tuple[str, ...] = ()
    before: tuple[Argument, ...] = (_POLICY,)
    after: tuple[Argument, ...] = (_ACCEPT, _ENVIRONMENT, _LISTS)
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Module:
    """One file of argument types.

    Attributes:
        imports: Lines for what it uses of the other files.
    """

    path: str
    what: str
    components: tuple[Component, ...]
    imports: str = ""


MODULES: Final = (
    Module(
        "args.py",
        "The policy as component arguments: plain typed mappings, which every Pulumi language can give.",
        (
            Component(
                "PolicyArgs", "What is allowed, and for whom.", EnvironmentSettings,
                ("mode", "lists", "schemes", "extra_endpoints", "servers", "clients", "ipv6"),
                before=(), after=(), needed=("servers",),
            ),
            Component(
                "AcceptArgs", str(AcceptSettings.__doc__), AcceptSettings, before=(), after=()
            ),
        ),
    ),
    Module(
        "aws/arguments.py",
        "The arguments of the AWS components.",
        (
            Component(
                "AwsWsusEgressArgs", "Everything that enforces the policy in one VPC.", AwsTarget
            ),
            Component(
                "AwsWsusSecurityGroupArgs", "The security group of one server or client group.",
                AwsTarget, ("vpc_id", "security_group", "tags"), before=(_POLICY, _PARTY),
            ),
            Component(
                "AwsWsusNetworkFirewallArgs",
                "Network Firewall's rules, and by its mode the policy, firewall, logging and routes "
                "around.",
                AwsTarget, ("vpc_id", "network_firewall", "tags"),
            ),
            Component(
                "AwsWsusDnsFirewallArgs", "DNS Firewall for one VPC.", AwsTarget,
                ("vpc_id", "dns_firewall", "tags"),
            ),
        ),
        "from wsus_egress.args import AcceptArgs, PolicyArgs\n",
    ),
    Module(
        "azure/arguments.py",
        "The arguments of the Azure components.",
        (
            Component(
                "AzureWsusEgressArgs", "Everything that enforces the policy in one virtual network.",
                AzureTarget,
            ),
            Component(
                "AzureWsusFirewallArgs", "A firewall on a policy.", FirewallAlone,
                before=(), after=(_ENVIRONMENT,),
            ),
        ),
        "from wsus_egress.args import AcceptArgs, PolicyArgs\n",
    ),
)  # fmt: skip


def render(module: Module) -> str:
    """The text of one file of argument types."""
    head = _HEAD.format(what=module.what) + (f"\n{module.imports}" if module.imports else "")
    written: dict[type[Settings], None] = {}
    for component in module.components:
        for name in component.fields or component.settings.model_fields:
            _collect(component.settings.model_fields[name].annotation, written)
    blocks = [
        _class(_named(kind), str(kind.__doc__), _arguments(kind, kind.model_fields))
        for kind in written
    ]
    blocks += [_component(component) for component in module.components]
    return "\n\n".join([head, *blocks])


def _collect(annotation: Any, written: dict[type[Settings], None]) -> None:
    """Note the settings types that an annotation names, each after those that it needs itself."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        for field in annotation.model_fields.values():
            _collect(field.annotation, written)
        written.setdefault(annotation)
    for part in get_args(annotation):
        _collect(part, written)


def _component(component: Component) -> str:
    kind = component.settings
    settings = _arguments(kind, component.fields or tuple(kind.model_fields), component.needed)
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
    kind: type[Settings], names: Iterable[str], needed: tuple[str, ...] = ()
) -> list[Argument]:
    arguments = []
    for name in names:
        field = kind.model_fields[name]
        text = _text(field.annotation, field.metadata)
        if not field.is_required() and name not in needed:
            text = f"NotRequired[{text}]"
        arguments.append((_RENAMED.get(name, name), text, _meaning(name, field, needed)))
    return arguments


def _text(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """An annotation of a setting as one of an argument."""
    for mark in metadata:
        if isinstance(mark, WrittenAs):
            annotation = mark.kind
    metadata = [mark for mark in metadata if not isinstance(mark, WrittenAs)]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _text(parts[0], [*annotation.__metadata__, *metadata])
    if origin in (Union, types.UnionType):
        return _text(next(part for part in parts if part is not type(None)), metadata)
    if origin in (list, tuple):
        return f"list[{_text(parts[0])}]"
    if origin is dict:
        return f"dict[str, {_text(parts[1])}]"
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return _named(annotation)
    plain = "str" if origin is Literal else annotation.__name__
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
    return {Path("components/wsus_egress") / module.path: render(module) for module in MODULES}


def main() -> None:
    """Write the files anew."""
    for path, text in files().items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
