"""Names and writes the arguments that take one of a few words.

For example `mode: Literal["open", "restricted"]` of the policy is called `PolicyMode`: so the argument's
type in Python, and the enum in the SDKs of other languages. A name has its owner in it, so that a new
setting never renames an old one.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from wsus_egress.model.base import WrittenAs

_WIDTH: Final = 100
_HEAD: Final = '''"""The arguments that take one of a few words, and these words.

`make schemas` writes this file from the settings' types (tools/choices.py). A type checker reads
Literals, and refuses `"opne"`. At run time they are plain text, for Pulumi's inference of a schema
fails on a Literal (SDK 3.272); what puts the words into the schema reads CHOICES.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
'''


def alias(owner: str, field: str) -> str:
    """What the type of an argument's words is called: `PolicyMode` for `mode` of `PolicyArgs`."""
    return owner.removesuffix("Args") + "".join(part.capitalize() for part in field.split("_"))


def words_of(annotation: Any, metadata: Sequence[Any] = ()) -> tuple[str, ...]:
    """The words of a setting, or of a list's items; none where any text may stand.

    Args:
        annotation: The setting's.
        metadata: What stands beside it.
    """
    for mark in (*metadata, *getattr(annotation, "__metadata__", ())):
        if isinstance(mark, WrittenAs):
            return words_of(mark.kind)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return parts
    if origin in (Annotated, Union, types.UnionType, list, tuple):
        return next(filter(None, map(words_of, parts)), ())
    return ()


def render(choices: Mapping[str, tuple[str, ...]]) -> str:
    """The text of the module that has all of them.

    Args:
        choices: The words by the name of their type.
    """
    table = [
        _line(f"{_text(name)}: (", choices[name], "),", "," * (len(choices[name]) == 1))
        for name in sorted(choices)
    ]
    literals = [
        _line(f"{name}: TypeAlias = Literal[", choices[name], "]") for name in sorted(choices)
    ]
    plain = [f"    {name} = str" for name in sorted(choices)]
    lines = [*table, "}", "", "if TYPE_CHECKING:", *literals, "else:", *plain]
    return _HEAD + "\n".join(lines) + "\n"


def _line(begin: str, words: tuple[str, ...], end: str, last: str = "") -> str:
    """All words in one line, or a line each where they are longer than the formatter lets a line be."""
    line = f"    {begin}{', '.join(map(_text, words))}{last}{end}"
    if len(line) <= _WIDTH:
        return line
    inside = "".join(f"        {_text(word)},\n" for word in words)
    return f"    {begin}\n{inside}    {end}"


def _text(word: str) -> str:
    return f'"{word}"'
