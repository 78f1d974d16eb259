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

CONFIG_FOLDER: Final = "config"
NAMESPACE: Final = "wsus-egress:"
PROJECT_FILE: Final = "Pulumi.yaml"
# What tells the providers where to deploy, and as whom. Tags and a default location do not.
_PROVIDERS: Final = ("aws:", "aws-native:", "azure:", "azure-native:")
_HARMLESS: Final = frozenset({"aws:defaultTags", "azure-native:location"})
# The settings that are plain words, whatever else they look like.
_WORDS: Final = ("mode", "schemes")
IMPORTS: Final = "environment"
"""The key under which a stack's file imports settings that only Pulumi's service has."""


@dataclass(frozen=True, slots=True)
class Project:
    """Pulumi.yaml: the project's name, and what it declares for every stack.

    Attributes:
        file: None where there is none.
        values: By whole key, with where each is written.
    """

    file: YamlFile | None
    name: str
    values: Mapping[str, tuple[Any, Keys]]


NO_PROJECT: Final = Project(None, NAMESPACE.removesuffix(":"), {})
"""Where there is no Pulumi.yaml, or none that can be read."""


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
        return NO_PROJECT
    file = read_yaml(root / PROJECT_FILE, PROJECT_FILE)
    data = file.data if isinstance(file.data, dict) else {}
    name = str(data.get("name"))
    values = {
        key: (value, (*keys, *inside))
        for key, given, keys in _entries(file, name)
        for value, inside in _declared(given)
    }
    return Project(file, name, values)


def read_stack(root: Path, name: str, project: Project) -> Stack:
    """Read a stack's file, with what Pulumi.yaml declares where the file has nothing.

    Raises:
        PolicyErrors: When it cannot be read, has no configuration, or a key is there twice.
    """
    file_name = f"{CONFIG_FOLDER}/Pulumi.{name}.yaml"
    file = read_yaml(root / file_name, file_name)
    if not isinstance(file.data, dict) or not isinstance(file.data.get("config"), dict):
        what = f"the file has no `config:` with {NAMESPACE} settings"
        raise PolicyErrors([Problem(file.locate(()), (), what, "see docs/configuration.md")])
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
    if project.file is None:
        return
    data = project.file.data if isinstance(project.file.data, dict) else {}
    folder = str(data.get("stackConfigDir") or ".")
    if PurePosixPath(folder) != PurePosixPath(CONFIG_FOLDER):
        place = "this folder" if folder == "." else folder
        what = (
            f"Pulumi reads the stacks' files from {place}, and this command from {CONFIG_FOLDER}/"
        )
        keys = ("stackConfigDir",)
        yield Problem(
            project.file.locate(keys), keys, what, f"write `stackConfigDir: {CONFIG_FOLDER}`"
        )


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
