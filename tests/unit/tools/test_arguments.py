"""The argument types are what the settings' types say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from paths import ROOT
from pydantic import Field

import argument_modules
import arguments
from wsus_egress.model.base import MayBeOutput, Settings


@pytest.mark.parametrize("path", arguments.files(), ids=str)
def test_a_file_of_arguments_is_current(path: Path) -> None:
    """`make schemas` writes it anew."""
    assert arguments.files()[path] == (ROOT / path).read_text(encoding="utf-8")


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
