"""A stack's configuration as the Pulumi engine makes it: its own file over what Pulumi.yaml declares.

For example `config: {wsus-egress:mode: {default: open}}` in Pulumi.yaml opens every stack whose file
says nothing of `mode`. Measured with Pulumi 3.259.0: a key without a namespace is the project's own,
in both files, and a value in the stack's file replaces the whole default.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from wsus_egress.config.yamlfile import YamlFile, read_yaml
from wsus_egress.problems import Keys, Location, PolicyErrors, Problem

NAMESPACE: Final = "wsus-egress:"
PROJECT_FILE: Final = "Pulumi.yaml"
USUAL_FOLDERS: Final = ("config", "")
"""Where projects keep their stacks' files: beside Pulumi.yaml unless it names a folder."""
# What tells the providers where to deploy, and as whom. Tags and a default location do not.
_PROVIDERS: Final = ("aws:", "aws-native:", "azure:", "azure-native:")
_HARMLESS: Final = frozenset({"aws:defaultTags", "azure-native:location"})
# The settings that are plain words, whatever else they look like.
_WORDS: Final = ("mode", "schemes")
# No file system takes a longer name (ext4, NTFS, APFS: 255).
_LONGEST_FOLDER: Final = 255
IMPORTS: Final = "environment"
"""The key under which a stack's file imports settings that only Pulumi's service has."""


@dataclass(frozen=True, slots=True)
class Project:
    """Pulumi.yaml: the project's name, and what it declares for every stack.

    Attributes:
        file: None where there is none.
        values: By whole key, with where each is written.
        folder: Where the stacks' files are, as `config`; empty for beside Pulumi.yaml.
    """

    file: YamlFile | None
    name: str
    values: Mapping[str, tuple[Any, Keys]]
    folder: str

    def inside(self, name: str) -> str:
        """The path of something in the folder of the stacks' files, from the project's folder."""
        return f"{self.folder}/{name}" if self.folder else name

    def stack_file(self, name: str) -> str:
        """The path of a stack's file: `config/Pulumi.prod.yaml`."""
        return self.inside(f"Pulumi.{name}.yaml")

    @property
    def lists_folder(self) -> str:
        """The path of the project's own endpoint lists."""
        return self.inside("endpoints")


def no_project(root: Path) -> Project:
    """What stands for a Pulumi.yaml that is not there or cannot be read: files in a usual folder."""
    folders = (each for each in USUAL_FOLDERS if any((root / each).glob("Pulumi.*.yaml")))
    return Project(None, NAMESPACE.removesuffix(":"), {}, next(folders, ""))


@dataclass(frozen=True, slots=True)
class Stack:
    """What the engine gives a stack: values by whole key, and where each is written."""

    file: YamlFile
    values: Mapping[str, tuple[Any, YamlFile, Keys]]

    @property
    def settings(self) -> dict[str, Any]:
        """This project's settings, without their namespace."""
        return {
            name: _as_written(name, value)
            for key, (value, _, _) in self.values.items()
            if (name := key.removeprefix(NAMESPACE)) != key
        }

    @property
    def account(self) -> tuple[tuple[str, str], ...]:
        """What says where the stack deploys to, and where else its settings come from."""
        found = {
            key: value
            for key, (value, _, _) in self.values.items()
            if key.startswith(_PROVIDERS) and key not in _HARMLESS
        }
        if isinstance(self.file.data, dict) and self.file.data.get(IMPORTS):
            found[IMPORTS] = self.file.data[IMPORTS]
        return tuple((key, _text(value)) for key, value in sorted(found.items()))

    def locate(self, keys: Keys) -> Location:
        """The line of a setting, in Pulumi.yaml where only that has it."""
        if keys and isinstance(keys[0], str):
            key = keys[0] if keys[0] in self.values else f"{NAMESPACE}{keys[0]}"
            _, file, start = self.values.get(key, (None, self.file, ("config", key)))
            return file.locate((*start, *keys[1:]))
        return self.file.locate(keys)


def _as_written(name: str, value: Any) -> Any:
    """A setting as its author wrote it, before the engine rewrote the file.

    Measured with Pulumi 3.259.0: `pulumi stack init` and `up` write `ipv6: "true"` where the file had
    `ipv6: true`, when they add a salt. The engine itself reads both alike.
    """
    if not isinstance(value, str) or name in _WORDS:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value  # The settings' own check says what it should be.


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def read_project(root: Path) -> Project:
    """Read Pulumi.yaml; without one there are no defaults.

    Raises:
        PolicyErrors: When it cannot be read, or a key is there twice.
    """
    if not (root / PROJECT_FILE).exists():
        return no_project(root)
    file = read_yaml(root / PROJECT_FILE, PROJECT_FILE)
    data = file.data if isinstance(file.data, dict) else {}
    name = str(data.get("name"))
    values = {
        key: (value, (*keys, *inside))
        for key, given, keys in _entries(file, name)
        for value, inside in _declared(given)
    }
    return Project(file, name, values, folder_of(data) or "")


def folder_of(data: Mapping[str, Any]) -> str | None:
    """The folder of the stacks' files that Pulumi.yaml names, empty for its own; None for what can be no folder inside.

    Pulumi 3.259.0 takes a text under `config` as the older name of `stackConfigDir`
    (sdk/go/common/workspace/project.go, RewriteConfigPathIntoStackConfigDir).
    """
    older = data.get("config")
    given = data.get("stackConfigDir") or (older if isinstance(older, str) else "")
    path = PurePosixPath(str(given))
    if path.is_absolute() or ".." in path.parts or len(path.as_posix()) > _LONGEST_FOLDER:
        return None
    return None if "\0" in path.as_posix() else "/".join(path.parts)


def read_stack(root: Path, name: str, project: Project) -> Stack:
    """Read a stack's file, with what Pulumi.yaml declares where the file has nothing.

    Raises:
        PolicyErrors: When it cannot be read, or a key is there twice.
    """
    file_name = project.stack_file(name)
    file = read_yaml(root / file_name, file_name)
    own = {key: (value, file, keys) for key, value, keys in _entries(file, project.name)}
    declared = {
        key: (value, project.file, keys)
        for key, (value, keys) in project.values.items()
        if project.file is not None
    }
    return Stack(file, {**declared, **own})


def elsewhere(root: Path, project: Project) -> Iterator[Problem]:
    """What is wrong where the engine reads other files of the project than this command."""
    # Measured with Pulumi 3.259.0: it takes Pulumi.json before Pulumi.yaml, and Pulumi.yml where it
    # finds neither, and then the stacks' files that end alike.
    for name in ("Pulumi.json", *(() if project.file else ("Pulumi.yml",))):
        if (root / name).exists():
            what = f"{name} is the project's file for Pulumi, and this command reads {PROJECT_FILE}"
            yield Problem(Location(name, 1), (), what, f"write all of it into {PROJECT_FILE}")
    if project.file is not None:
        yield from _outside(project.file)


def _outside(file: YamlFile) -> Iterator[Problem]:
    data = file.data if isinstance(file.data, dict) else {}
    if folder_of(data) is None:
        key = "stackConfigDir" if data.get("stackConfigDir") else "config"
        what = (
            "the folder of the stacks' files is not inside the project, whose commits are compared"
        )
        yield Problem(file.locate((key,)), (key,), what, "name a folder inside, such as config")


def own_keys(file: YamlFile, project: Project) -> tuple[str, ...]:
    """The settings of this package that a stack's own file has, by whole key.

    Raises:
        PolicyErrors: When a key is there twice.
    """
    return tuple(key for key, _, _ in _entries(file, project.name) if key.startswith(NAMESPACE))


def _entries(file: YamlFile, project: str) -> Iterator[tuple[str, Any, Keys]]:
    """The keys of a file's `config:`, each with its namespace."""
    config = file.data.get("config") if isinstance(file.data, dict) else None
    seen: set[str] = set()
    problems = []
    for key, value in config.items() if isinstance(config, dict) else ():
        whole = key if ":" in str(key) else f"{project}:{key}"
        if whole in seen:
            what = f"{whole} is given twice, once without its namespace"
            where = ("config", key)
            problems.append(Problem(file.locate(where), where, what, "remove one"))
        seen.add(whole)
        yield whole, value, ("config", key)
    if problems:
        raise PolicyErrors(problems)


def _declared(given: Any) -> Iterator[tuple[Any, Keys]]:
    """The value of a declaration in Pulumi.yaml, where it has one, and where it stands in there."""
    if not isinstance(given, dict):
        yield given, ()
        return
    found = [key for key in ("value", "default") if given.get(key) is not None]
    for key in found[:1]:
        yield given[key], (key,)
