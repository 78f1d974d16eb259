"""Resources as other people's files have them, and what of a file could not be read."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from wsus_egress.readers.resources import UNKNOWN

Key: TypeAlias = str | int
Path: TypeAlias = tuple[Key, ...]
BOTH: Final = "wider, narrower"
_ALWAYS_THERE: Final = ("HOME_NET", "EXTERNAL_NET")
PARTIAL: Final = "only read"
"""A key of a thing's body that says that its rules are not among what the file has of it."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that stands for another resource of the same input: one of the targets is meant.

    Attributes:
        targets: Ids of things, as `Thing.ids` has them.
    """

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """One resource.

    Attributes:
        kind: This package's word for its type, such as `sg`; see `kinds`.
        name: What messages call it.
        body: Its properties, in the spelling of the format: `cidr_blocks`, `cidrBlocks`, `CidrBlocks`.
        file: The file it stands in.
        path: The keys that lead to its properties there.
        ids: What others may call it: ids, ARNs, addresses, in small letters.
        inside: The names of the resources that it is part of, the nearest one last.
    """

    kind: str
    name: str
    body: Mapping[str, Any]
    file: str
    path: Path
    ids: frozenset[str]
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A resource of a Pulumi stack of a type that is not judged.

    Attributes:
        made_from: The inputs that the program makes from other resources.
    """

    type: str
    inputs: Mapping[str, Any]
    made_from: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not read.

    Attributes:
        what: What it is, a clause.
        hides: What it could hide: `wider`, `narrower`, both, or empty where it can hide nothing.
        weighed: Whether the proof has weighed it both ways, as a rule that may match or may not.
        state: The resource that is not judged, where it is one of a Pulumi stack.
    """

    what: str
    file: str
    hides: str = BOTH
    path: Path = ()
    weighed: bool = False
    state: State | None = field(default=None, compare=False)


@dataclass(slots=True)
class Contents:
    """What one file has.

    Attributes:
        format: What it is, in words: `a Terraform plan`.
        things: Its resources.
        gaps: What could not be read of it.
        assumed: What was taken for granted, in clauses.
        maybe: Where resources stand that may not be there: their condition is not known.
        text: The file's text, from which lines are counted.
        yaml: Whether it is YAML and not JSON.
    """

    file: str
    format: str
    things: list[Thing] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    maybe: list[Path] = field(default_factory=list)
    text: str = field(default="", repr=False)
    lines: Literal["json", "yaml", "text"] = "json"
    _seen: set[Gap] = field(default_factory=set, repr=False)

    def gap(
        self, what: str, hides: str = BOTH, path: Path = (), *, weighed: bool = False,
        state: State | None = None,
    ) -> None:  # fmt: skip
        """Note what cannot be read; each thing once."""
        gap = Gap(what, self.file, hides, path, weighed, state)
        if gap not in self._seen:
            self._seen.add(gap)
            self.gaps.append(gap)


class NotReadable(ValueError):  # noqa: N818 - it reads as what it is
    """A file that is none of the formats, or a broken one. The message says what to give instead."""


@functools.cache
def _spellings(name: str) -> tuple[str, ...]:
    """`cidr_blocks` as `cidr_blocks`, `cidrBlocks` and `CidrBlocks`."""
    head, *rest = name.split("_")
    camel = head + "".join(part[:1].upper() + part[1:] for part in rest)
    return tuple(dict.fromkeys((name, camel, camel[:1].upper() + camel[1:])))


def pick(body: Any, *names: str) -> Any:
    """The first property that is there and not null, in any format's spelling; else None.

    Of what is not known, every property is UNKNOWN.

    Args:
        body: Properties.
        names: Names in Terraform's spelling: `cidr_blocks` finds `CidrBlocks` too.
    """
    if not isinstance(body, Mapping):
        return UNKNOWN if body is UNKNOWN or isinstance(body, Ref) else None
    for name in names:
        for spelling in _spellings(name):
            if (found := body.get(spelling)) is not None:
                return found
    return None


def one(value: Any) -> Any:
    """A block that Terraform keeps as a list of at most one."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def many(value: Any) -> list[Any]:
    """A list's entries; a single value is a list of one, and nothing an empty one."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def named_sets(value: Any, inner: str, entries: str) -> dict[str, Any]:
    """Variables by their names, whether kept as a map or as a list with keys.

    Args:
        value: `{"HOME_NET": {"Definition": [...]}}` or `[{"key": "HOME_NET", "ip_set": ...}]`.
        inner: `ip_set`.
        entries: `definition`.

    Returns:
        The variables; where a name is not known, those too that mean something where nobody sets them.
    """
    if isinstance(value, Mapping):
        return {str(key): pick(body, entries, f"{entries}s") for key, body in value.items()}
    found: dict[str, Any] = {}
    for each in many(value):
        key = pick(each, "key")
        if isinstance(key, str):
            found[key] = pick(one(pick(each, inner, f"{inner}s")), entries, f"{entries}s")
        else:
            found = {**dict.fromkeys(_ALWAYS_THERE, UNKNOWN), **found}
    return found


def walk(value: Any) -> Iterator[Any]:
    """Every value inside a value that is neither a list nor a mapping."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each)
    else:
        yield value
