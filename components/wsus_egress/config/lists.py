"""Endpoint lists: named files of endpoints that can include one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wsus_egress.config.base import parse_settings
from wsus_egress.config.settings import EndpointListSettings
from wsus_egress.config.yamlfile import YamlFile, read_yaml
from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import EXTRA, Endpoint
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.problems import Collector, Location, PolicyErrors, Problem, choices

# Where the wheel's build puts a copy of config/endpoints.
_IN_WHEEL: Final = Path(__file__).parents[1] / "lists"
_IN_CHECKOUT: Final = Path(__file__).resolve().parents[3] / "config" / "endpoints"

PACKAGED: Final = "wsus_egress/lists"
"""What messages call the folder of the package's lists."""
LIST_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class EndpointList:
    """A list by itself: its own endpoints, and the names of the lists it includes."""

    name: str
    title: str
    includes: tuple[tuple[str, Location], ...]
    endpoints: tuple[Endpoint, ...]


class _Lists(Mapping[str, EndpointList]):
    """Lists by name, of which those of the package are read when somebody asks for them.

    Most environments use one or two of them, and the tests of the package hold that all are sound.
    """

    def __init__(
        self, files: Mapping[str, tuple[Path, str]], found: dict[str, EndpointList]
    ) -> None:
        """Know where the lists are, with what messages call each file, and those that are read already."""
        self._files = files
        self._found = found

    def __getitem__(self, name: str) -> EndpointList:
        """The list of a name."""
        if name not in self._found:
            self._found[name] = load_list(*self._files[name])
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a list, which is not read for that."""
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of their files."""
        return iter(self._files)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._files)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A list of the package that a list of the project's own is used instead of.

    Attributes:
        file: The path of the project's own list.
        more: What only the own list has: patterns, and lists that it includes.
        less: What only the package's list has.
        schemes: The patterns that both have, with other schemes.
    """

    name: str
    file: str
    more: tuple[str, ...]
    less: tuple[str, ...]
    schemes: tuple[str, ...]

    def __str__(self) -> str:
        """The difference, in a clause."""
        parts = (
            ("it adds", self.more),
            ("it leaves out", self.less),
            ("other schemes for", self.schemes),
        )
        found = "; ".join(f"{verb} {', '.join(some)}" for verb, some in parts if some)
        return f"{self.file} is used instead of the package's list {self.name}: {found}"


def shipped_lists() -> Path:
    """The folder of the endpoint lists that come with the package."""
    return _IN_WHEEL if _IN_WHEEL.is_dir() else _IN_CHECKOUT


def is_own_checkout(root: Path, folder: str) -> bool:
    """Whether a project's lists are the package's: in its own repository, or in a copy of it."""
    return folder == "config/endpoints" and (root / "components" / "wsus_egress").is_dir()


def load_project_lists(root: Path, folder: str) -> Mapping[str, EndpointList]:
    """The lists of the package, and a project's own beside them, or instead of one by its name.

    Args:
        root: The project's folder.
        folder: The path of its own lists from there, which need not exist.

    Raises:
        PolicyErrors: With all problems of all files.
    """
    return load_lists(root / folder, folder, packaged=not is_own_checkout(root, folder))


def replaced_lists(root: Path, folder: str) -> tuple[Replaced, ...]:
    """The package's lists that a project has others for, with the difference.

    Raises:
        PolicyErrors: With all problems of these files.
    """
    if is_own_checkout(root, folder):
        return ()
    found = []
    for path in sorted(shipped_lists().glob("*.yaml")):
        file = f"{folder}/{path.name}"
        if (root / file).is_file():
            own, other = load_list(root / file, file), load_list(path, f"{PACKAGED}/{path.name}")
            mine, theirs = _contents(own), _contents(other)
            replaced = Replaced(
                own.name,
                file,
                tuple(sorted(mine.keys() - theirs)),
                tuple(sorted(theirs.keys() - mine)),
                tuple(sorted(k for k in mine.keys() & theirs if mine[k] != theirs[k])),
            )
            if mine != theirs:
                found.append(replaced)
    return tuple(found)


def _contents(of: EndpointList) -> dict[str, frozenset[Scheme]]:
    """What a list allows: purposes, sources and dates do not count."""
    included = {f"all of {name}": frozenset[Scheme]() for name, _ in of.includes}
    return {**{each.pattern.text: each.schemes for each in of.endpoints}, **included}


def load_lists(folder: Path, name: str, *, packaged: bool = False) -> Mapping[str, EndpointList]:
    """Read every endpoint list of a folder.

    Args:
        folder: Holds `<list>.yaml` files.
        name: What to call the folder in messages.
        packaged: Whether the package's lists are there too, except those that the folder has.

    Returns:
        The lists by name, each sound in itself and with includes that exist and do not form a circle.

    Raises:
        PolicyErrors: With all problems of all files.
    """
    problems = Collector()
    found: dict[str, EndpointList] = {}
    shipped = shipped_lists().glob("*.yaml") if packaged else ()
    own = {path.stem: (path, f"{name}/{path.name}") for path in folder.glob("*.yaml")}
    files = {path.stem: (path, f"{PACKAGED}/{path.name}") for path in shipped} | own
    known = sorted(files, key=lambda stem: f"{stem}.yaml")
    for stem, place in own.items():
        try:
            found[stem] = load_list(*place)
        except PolicyErrors as error:
            problems.extend(error.problems)
            del files[stem]
    for each in found.values():
        for include, location in each.includes:
            if include not in known:
                problems.add(
                    location, ("includes",), f"there is no list {include!r}", choices(known)
                )
    lists = _Lists({stem: files[stem] for stem in known if stem in files}, found)
    _refuse_circles(lists, sorted(found), problems)
    problems.raise_if_any()
    return lists


def load_list(path: Path, name: str) -> EndpointList:
    """Read one endpoint list file.

    Raises:
        PolicyErrors: With all problems of the file.
    """
    file = read_yaml(path, name)
    if file.data is None:
        what = "the file is empty, or has comments only"
        instead = (
            "write `title:` and `endpoints:`, as the package's lists have them, or remove the file"
        )
        raise PolicyErrors([Problem(file.locate(()), (), what, instead)])
    settings, wrong = parse_settings(EndpointListSettings, file.data, file.locate)
    problems = Collector()
    own = path.stem
    if not LIST_NAME.fullmatch(own):
        # The name goes into firewall rules and reports.
        what = f"{ascii(own)} is not a usable list name"
        problems.add(file.locate(()), (), what, "use lower-case letters, digits and hyphens")
    elif own == EXTRA:
        what = f"{EXTRA!r} stands for the environments' `extraEndpoints` and can be no list's name"
        problems.add(file.locate(()), (), what, "give the file another name")
    if settings is None:
        _check_patterns(file, problems)
        raise PolicyErrors([*wrong, *problems.problems])
    endpoints = []
    seen: dict[str, int] = {}
    for index, entry in enumerate(settings.endpoints):
        if (pattern := _pattern(entry.pattern, index, file, problems)) is None:
            continue
        if (first := seen.setdefault(pattern.text, index)) != index:
            keys = ("endpoints", index, "pattern")
            other = file.locate(("endpoints", first, "pattern")).line
            what = f"{pattern.text!r} is listed already, on line {other}"
            problems.add(file.locate(keys), keys, what, "keep one entry")
            continue
        endpoints.append(
            Endpoint(pattern, entry.schemes, entry.purpose, entry.source, entry.date, own)
        )
    problems.raise_if_any()
    includes = tuple(
        (include, file.locate(("includes", index)))
        for index, include in enumerate(settings.includes)
    )
    return EndpointList(own, settings.title, includes, tuple(endpoints))


def _check_patterns(file: YamlFile, problems: Collector) -> None:
    """The patterns' own problems, where the file's shape is wrong elsewhere: all in one run."""
    entries = file.data.get("endpoints") if isinstance(file.data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(text := entry.get("pattern"), str):
            _pattern(text, index, file, problems)


def _pattern(text: str, index: int, file: YamlFile, problems: Collector) -> Pattern | None:
    """The pattern of an entry, or a noted problem and None."""
    try:
        return Pattern.parse(text)
    except InvalidName as error:
        keys = ("endpoints", index, "pattern")
        problems.add(file.locate(keys), keys, f"{error.text} {error.reason}", error.instead)
        return None


def resolve(lists: Mapping[str, EndpointList], names: Iterable[str]) -> tuple[Endpoint, ...]:
    """The endpoints of the named lists and of all they include.

    An endpoint keeps the name of the list that has it. A list met twice counts once.

    Args:
        lists: As `load_lists` gives them.
        names: Lists that exist.
    """
    found: dict[str, None] = {}
    waiting = list(reversed(list(names)))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting.extend(include for include, _ in reversed(lists[name].includes))
    return tuple(endpoint for name in found for endpoint in lists[name].endpoints)


def _refuse_circles(
    lists: Mapping[str, EndpointList], starts: Iterable[str], problems: Collector
) -> None:
    done: set[str] = set()
    for start in starts:
        # In depth, by hand: a chain of includes may be longer than calls may be nested.
        trail: dict[str, Iterator[tuple[str, Location]]] = {}
        if start not in done:
            trail[start] = iter(lists[start].includes)
        while trail:
            name = next(reversed(trail))
            include, location = next(trail[name], (None, None))
            if include is None:
                del trail[name]
                done.add(name)
            elif include in trail:
                names = [*trail, include]
                way = " -> ".join(names[names.index(include) :])
                problems.add(
                    location, ("includes",), f"lists include each other: {way}", "remove one"
                )
            elif include not in done and include in lists:
                trail[include] = iter(lists[include].includes)
