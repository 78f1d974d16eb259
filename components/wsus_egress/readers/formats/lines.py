"""Which line of a file a value stands in, found when a finding needs it."""

from __future__ import annotations

import json
import re
from typing import Final

from wsus_egress.readers.formats.things import Contents, Path

_SPACE: Final = re.compile(r"[\s,]*")
_DECODER: Final = json.JSONDecoder()


def line_of(contents: Contents, path: Path) -> int:
    """The line of the value under some keys, or of the nearest one above that the file has.

    Args:
        contents: The file.
        path: Keys from the top; of a text the number of the line itself.
    """
    if contents.lines == "text":
        return int(path[0]) if path else 1
    if contents.lines == "yaml":
        return _of_yaml(contents.text, path)
    return contents.text.count("\n", 0, _of_json(contents.text, path)) + 1


def _of_json(text: str, path: Path) -> int:
    at = _after(text, 0)
    try:
        for key in path:
            inner = _member(text, at, key)
            if inner is None:
                return at
            at = inner
    except ValueError:
        pass
    return at


def _after(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _member(text: str, at: int, key: str | int) -> int | None:
    """Where a member's value begins; None where there is none."""
    opening, number = text[at : at + 1], 0
    if opening not in ("{", "["):
        return None
    at = _after(text, at + 1)
    while text[at : at + 1] not in ("}", "]", ""):
        here: str | int = number
        if opening == "{":
            here, end = _DECODER.raw_decode(text, at)
            at = _after(text, text.index(":", end) + 1)
        if here == key:
            return at
        _, end = _DECODER.raw_decode(text, at)
        at, number = _after(text, end), number + 1
    return None


def _of_yaml(text: str, path: Path) -> int:
    from wsus_egress.readers.formats.yaml_template import compose  # noqa: PLC0415

    node = compose(text)
    line = node.start_mark.line + 1
    for key in path:
        if node.id == "mapping":  # type: ignore[attr-defined]
            inner = next((each for name, each in node.value if name.value == key), None)
        elif node.id == "sequence" and isinstance(key, int) and key < len(node.value):  # type: ignore[attr-defined]
            inner = node.value[key]
        else:
            inner = None
        if inner is None:
            break
        node, line = inner, inner.start_mark.line + 1
    return line
