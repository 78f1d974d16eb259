"""The argument types are what the settings' types say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from paths import ROOT
from pydantic import Field

import argument_modules
import arguments
from argument_modules import MODULES, Component
from wsus_egress import args
from wsus_egress.aws import arguments as aws_arguments
from wsus_egress.azure import arguments as azure_arguments
from wsus_egress.component.references import camel
from wsus_egress.model.base import MayBeOutput, Settings


@pytest.mark.parametrize("path", arguments.files(), ids=str)
def test_a_file_of_arguments_is_current(path: Path) -> None:
    """`make schemas` writes it anew."""
    assert arguments.files()[path] == (ROOT / path).read_text(encoding="utf-8")


# Arguments that are not settings of a target.
BESIDE = {
    "policy": "in a file these settings stand beside the target",
    "party": "an environment makes a security group for each",
    "accept": "it stands beside the target too",
    "environment": "the file's name says it",
    "endpoint_lists": "the project has one folder of them",
    "resource_group_name": "the old name of resource_group",
}


@pytest.mark.parametrize(
    "component",
    [each for module in MODULES for each in module.components],
    ids=lambda each: each.name,
)
def test_an_argument_is_called_as_its_setting(component: Component) -> None:
    """One name for one thing: in snake_case here, and in camelCase as the file has it."""
    homes = (args, aws_arguments, azure_arguments)
    kind = next(vars(home)[component.name] for home in homes if component.name in vars(home))
    settings = component.settings.model_fields
    found = set(kind.__annotations__)

    assert found - BESIDE.keys() == set(component.fields or settings) - {"cloud"}
    assert {camel(name) for name in found - BESIDE.keys()} <= {
        field.alias for field in settings.values()
    }


class Lamp(Settings):
    """A lamp."""

    watts: Annotated[int | None, Field(description="Its power.")] = 60
    socket: Annotated[str, Field(description="The socket's id"), MayBeOutput("socket-{n}")]


class Room(Settings):
    """A room."""

    lamps: Annotated[list[Lamp], Field(description="Its lamps.")]
    colour: str = "white"


def test_a_setting_becomes_an_argument() -> None:
    """Its type, whether it may be left out or be an output, and its description with the default."""
    lamp = argument_modules.Component("LampArgs", "A lamp.", Lamp, before=(), after=())

    assert (
        "class LampArgs(TypedDict):\n"
        '    """A lamp."""\n\n'
        "    watts: NotRequired[int]\n"
        '    """Its power. Default: `60`."""\n'
        "    socket: pulumi.Input[str]\n"
        '    """The socket\'s id."""\n'
    ) == arguments.render(argument_modules.Module("x.py", "X.", (lamp,))).partition("pulumi\n\n\n")[
        2
    ]


def test_a_setting_without_a_description_is_refused() -> None:
    """Nobody could tell what the argument means."""
    room = argument_modules.Component("RoomArgs", "A room.", Room, before=(), after=())

    with pytest.raises(ValueError, match="the setting colour has no description"):
        arguments.render(argument_modules.Module("x.py", "X.", (room,)))
