"""YAML as this project reads it: plain data, strict, and every value's line when it is needed."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsus_egress.problems import Keys, Location, PolicyErrors, Problem

if TYPE_CHECKING:
    import yaml


# Far above any real file, far below what would exhaust a machine: 100,000 endpoints are 20 MB.
MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 32

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NUMERIC = frozenset("+-.0123456789")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file's data and the means to find the line of any part of it.

    Attributes:
        name: The file's name as shown to the user.
        text: The whole text; kept to find lines, which only a problem needs.
        data: Mappings, lists, text, numbers, booleans and None.
    """

    name: str
    text: str
    data: Any
    _lines: dict[Keys, int] = field(default_factory=dict, repr=False, compare=False)

    def locate(self, keys: Keys) -> Location:
        """The line of the value under `keys`, or of its nearest parent that the file has."""
        if not self._lines:
            self._lines[()] = 1
            _build(self.name, self.text, self._lines)
        while keys not in self._lines:
            keys = keys[:-1]
        return Location(self.name, self._lines[keys])


def file_bytes(path: Path) -> bytes:
    """A file's bytes, at most one more than MAX_BYTES.

    Raises:
        OSError: When it cannot be read, or is a pipe or a device: to read one of those may never end.
    """
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device, and not a file")
        return file.read(MAX_BYTES + 1)


def _at_once(name: str, flags: int) -> int:
    """Open a file without waiting for somebody to write to it, as opening a pipe does."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def read_yaml(path: Path, name: str) -> YamlFile:
    """Read a YAML 1.2 (core schema) file of one document, without aliases and tags.

    Aliases are refused because a few bytes of them expand to any size, tags because no setting
    needs one. Dates stay text.

    Args:
        path: The file.
        name: What to call it in messages.

    Raises:
        PolicyErrors: When the file cannot be read, is not UTF-8, or is not such YAML.
    """
    try:
        raw = file_bytes(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _refusal(name, 1, f"the file cannot be read ({reason})") from error
    if len(raw) > MAX_BYTES:
        raise _refusal(name, 1, f"the file is larger than {MAX_BYTES} bytes", "split the list")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"the file is not UTF-8 (byte 0x{raw[error.start]:02x})"
        raise _refusal(name, line, what, "save it as UTF-8") from error
    return YamlFile(name, text, _build(name, text, None))


def _refusal(name: str, line: int, what: str, instead: str = "") -> PolicyErrors:
    return PolicyErrors([Problem(Location(name, line), (), what, instead)])


def _build(name: str, text: str, lines: dict[Keys, int] | None) -> Any:
    import yaml  # noqa: PLC0415 - loaded with the first file, not with the package

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        return _Builder(name, loader, lines).document()
    except yaml.MarkedYAMLError as error:
        raise _refusal(name, *_not_yaml(text, error)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"this is not YAML: character U+{_code_point(error):04X} is not allowed"
        raise _refusal(name, line, what, "remove it") from error
    finally:
        loader.dispose()


# What git leaves where both sides changed the same lines.
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)
# A value whose first character means something else in YAML.
_UNQUOTED = re.compile(r"[*&@`%][^\s,\]}#]*")


def _not_yaml(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """The line, what is wrong there in a writer's words, and what to write instead."""
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        what = f"this is not YAML: git left a conflict here ({conflict[0][:7]})"
        return line, what, "keep one side, and remove git's marks"
    mark = error.problem_mark or error.context_mark
    what = f"this is not YAML: {error.problem or error.context}"
    if mark is None:
        return 1, what, ""
    opened = {"while parsing a flow sequence": "[", "while parsing a flow mapping": "{"}
    if error.context_mark and error.context in opened:
        # The error is noticed lines later.
        bracket = opened[error.context]
        end = "]" if bracket == "[" else "}"
        what = f"this is not YAML: what opens here with {bracket} does not end as it should"
        instead = f"put commas between its entries, and {end} at its end"
        return error.context_mark.line + 1, what, instead
    # YAML counts other line ends than these too, but not in what people write.
    written = text.split("\n")[mark.line : mark.line + 1]
    token = (
        _UNQUOTED.search(written[0]) if written and "character" in (error.problem or "") else None
    )
    return mark.line + 1, what, f'put it in quotes: "{token[0]}"' if token else ""


def _code_point(error: yaml.reader.ReaderError) -> int:
    character: Any = error.character
    return character if isinstance(character, int) else ord(character)


class _Plain(dict[str, Any]):
    """What unquoted texts mean, each worked out once."""

    def __missing__(self, text: str) -> Any:
        self[text] = value = _meaning(text)
        return value


def _meaning(text: str) -> Any:
    if text[0] in _NUMERIC:
        if _INTEGER.fullmatch(text) and len(text) <= 20:
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


class _Builder:
    """Builds data from parser events: aliases and duplicate keys must not get any further."""

    def __init__(self, name: str, loader: Any, lines: dict[Keys, int] | None) -> None:
        import yaml  # noqa: PLC0415

        self._scalar_event: Any = yaml.ScalarEvent
        self._end_event: Any = yaml.CollectionEndEvent
        self._name = name
        self._next = loader.get_event
        self._lines = lines
        # Keys, sources and dates recur in every entry of a list: each is read and kept once.
        self._texts: dict[str, str] = {}
        self._plain = _Plain(_WORDS)

    def document(self) -> Any:
        import yaml  # noqa: PLC0415

        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = self._value(self._next(), ())
        self._next()
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _refusal(self._name, event.start_mark.line + 1, "a second document begins here")
        return value

    def _value(self, event: Any, keys: Keys) -> Any:
        if self._lines is not None:
            self._lines.setdefault(keys, event.start_mark.line + 1)
        if type(event) is self._scalar_event:
            return self._scalar(event)
        kind = type(event).__name__
        if kind == "AliasEvent":
            raise self._refused(event, "YAML aliases are not read here", "write the value out")
        if event.tag is not None:
            raise self._refused(event, f"the tag {event.tag!r} is not read here", "remove it")
        if len(keys) >= MAX_DEPTH:
            raise self._refused(event, f"nested deeper than {MAX_DEPTH} levels")
        return self._mapping(keys) if kind == "MappingStartEvent" else self._sequence(keys)

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None and event.tag != "!":
            raise self._refused(event, f"the tag {event.tag!r} is not read here", "remove it")
        value: str = event.value
        if not event.implicit[0] or event.tag == "!":
            return self._texts.setdefault(value, value)
        return self._plain[value]

    def _mapping(self, keys: Keys) -> dict[str, Any]:
        result: dict[str, Any] = {}
        # A long list has 100,000 events and more: this loop and its likes are most of a check.
        following, scalar, texts, plain = self._next, self._scalar_event, self._texts, self._plain
        while type(event := following()) is scalar:
            key: str = texts.setdefault(event.value, event.value)
            if key in result:
                raise self._refused(event, f"the key {key!r} is given twice", "keep one of them")
            if self._lines is not None:
                self._lines[(*keys, key)] = event.start_mark.line + 1
            value = following()
            if type(value) is scalar and value.tag is None and value.implicit[0]:
                result[key] = plain[value.value]
            else:
                result[key] = self._value(value, (*keys, key))
        if not isinstance(event, self._end_event):
            raise self._refused(event, "a key must be text", "write it as one word")
        return result

    def _sequence(self, keys: Keys) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := self._next(), self._end_event):
            result.append(self._value(event, (*keys, len(result))))
        return result

    def _refused(self, event: Any, what: str, instead: str = "") -> PolicyErrors:
        return _refusal(self._name, event.start_mark.line + 1, what, instead)
