"""A project's files: its endpoint lists and the environments beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.conflicts import PROVIDER_SETTINGS, conflicts, places
from wsus_egress.config.lists import EndpointList, load_lists
from wsus_egress.config.yamlfile import YamlFile, read_yaml
from wsus_egress.model.environment import Environment
from wsus_egress.problems import Collector, Keys, Locate, Location, PolicyErrors, Problem, choices

CONFIG_FOLDER: Final = "config"
LISTS_FOLDER: Final = "config/endpoints"
NAMESPACE: Final = "wsus-egress:"
# The settings that are plain words.
_WORDS: Final = ("mode", "schemes")
# What Pulumi takes as a stack's name (pulumi 3.259.0, sdk/go/common/tokens/stack_name.go).
_STACK_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def environment_names(root: Path) -> tuple[str, ...]:
    """The environments of a project, by their files `config/Pulumi.<name>.yaml`, sorted."""
    return tuple(name for name in _stacks(root) if _STACK_NAME.fullmatch(name))


def _stacks(root: Path) -> list[str]:
    paths = (root / CONFIG_FOLDER).glob("Pulumi.*.yaml")
    return sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in paths)


def _misnamed(root: Path) -> Iterator[Problem]:
    for name in _stacks(root):
        if not _STACK_NAME.fullmatch(name):
            # Escaped: a file's name can have in it what a terminal obeys, or what is not text.
            file = ascii(f"{CONFIG_FOLDER}/Pulumi.{name}.yaml")
            what = f"{file} names no stack: Pulumi takes 1 to 100 of letters, digits, '_', '.', '-'"
            yield Problem(None, (), what, "rename the file, or remove it")


def load_environments(root: Path, names: Sequence[str] = ()) -> tuple[Environment, ...]:
    """Read a project's environments and all its endpoint lists.

    Args:
        root: The project's folder.
        names: Which environments; all of them where empty.

    Raises:
        PolicyErrors: With every problem of every list and environment.
    """
    problems = Collector()
    lists: Mapping[str, EndpointList] | None = None
    try:
        lists = load_lists(root / LISTS_FOLDER, LISTS_FOLDER)
    except PolicyErrors as error:
        problems.extend(error.problems)
    known = environment_names(root)
    environments = []
    for name in names or known:
        if name not in known:
            problems.add(None, (), f"there is no environment {name!r}", choices(known))
            continue
        try:
            environments.append(_load(root, name, lists))
        except PolicyErrors as error:
            problems.extend(error.problems)
    problems.extend(_misnamed(root))
    if not known:
        what = f"there is no environment: no {CONFIG_FOLDER}/Pulumi.<name>.yaml in {root}"
        problems.add(None, (), what, "run this in the project's folder, or say --project")
    asked = {environment.name for environment in environments}
    beside = _beside(root, environments, lists, [each for each in known if each not in asked])
    problems.extend(conflicts(environments, beside))
    problems.raise_if_any()
    return tuple(environments)


def _beside(
    root: Path,
    environments: Sequence[Environment],
    lists: Mapping[str, EndpointList] | None,
    others: Sequence[str],
) -> Iterator[Environment]:
    """Of the project's other environments those that could be in conflict with these.

    What is wrong with them is theirs to say. A file that has none of the ids is not even parsed:
    there may be a thousand.
    """
    # Azure takes names whatever their case.
    ids = [each.lower().encode() for each in frozenset[str]().union(*map(places, environments))]
    for name in others if ids else ():
        try:
            text = (root / CONFIG_FOLDER / f"Pulumi.{name}.yaml").read_bytes().lower()
            if any(each in text for each in ids):
                yield _load(root, name, lists)
        except (OSError, PolicyErrors):
            continue


def environment_from_config(root: Path, name: str, data: Mapping[str, Any]) -> Environment:
    """The environment that a stack's configuration describes, as the Pulumi engine gives it.

    Args:
        root: The project's folder.
        name: The stack's name. Where `config/Pulumi.<name>.yaml` has a setting, problems name
            its line.
        data: The settings, without their namespace.

    Raises:
        PolicyErrors: With every problem of the settings and of every list.
    """
    problems = Collector()
    lists: Mapping[str, EndpointList] | None = None
    try:
        lists = load_lists(root / LISTS_FOLDER, LISTS_FOLDER)
    except PolicyErrors as error:
        problems.extend(error.problems)
    file = _file(root, name)
    locate = _in_config(file) if file else lambda _: None
    try:
        environment = build_environment(name, data, lists, locate, from_file=True)
        environment = replace(environment, account=_account(_config(file)))
    except PolicyErrors as error:
        problems.extend(error.problems)
    problems.raise_if_any()
    others = [each for each in environment_names(root) if each != name]
    problems.extend(conflicts([environment], _beside(root, [environment], lists, others)))
    problems.raise_if_any()
    return environment


def settings_from_engine(config: Mapping[str, str]) -> dict[str, Any]:
    """A stack's settings, without their namespace, from its configuration as the engine gives it.

    Every setting comes along, so that one that does not exist is refused as `check` refuses it.

    Args:
        config: Values by their whole keys; the engine writes all but plain words as JSON.
    """
    return {
        key.removeprefix(NAMESPACE): _setting(key.removeprefix(NAMESPACE), text)
        for key, text in config.items()
        if key.startswith(NAMESPACE)
    }


def _setting(key: str, text: str) -> Any:
    if key in _WORDS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text  # The settings' own check says what it should be.


def _file(root: Path, name: str) -> YamlFile | None:
    file_name = f"{CONFIG_FOLDER}/Pulumi.{name}.yaml"
    try:
        return read_yaml(root / file_name, file_name)
    except PolicyErrors:
        return None


def _config(file: YamlFile | None) -> Mapping[str, Any] | None:
    config = file.data.get("config") if file and isinstance(file.data, dict) else None
    return config if isinstance(config, dict) else None


def _account(config: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """What the stack tells the clouds' providers; what is encrypted there is not known here."""
    found = ((key, (config or {}).get(key)) for key in PROVIDER_SETTINGS)
    return tuple((key, str(value)) for key, value in found if isinstance(value, (str, list)))


def _in_config(file: YamlFile) -> Locate:
    def locate(keys: Keys) -> Location:
        if keys and isinstance(keys[0], str):
            keys = ("config", f"{NAMESPACE}{keys[0]}", *keys[1:])
        return file.locate(keys)

    return locate


def _load(root: Path, name: str, lists: Mapping[str, EndpointList] | None) -> Environment:
    file_name = f"{CONFIG_FOLDER}/Pulumi.{name}.yaml"
    file = read_yaml(root / file_name, file_name)

    locate = _in_config(file)
    config = _config(file)
    if config is None:
        what = f"the file has no `config:` with {NAMESPACE} settings"
        raise PolicyErrors([Problem(locate(()), (), what, "see docs/configuration.md")])
    data = {
        key.removeprefix(NAMESPACE): value
        for key, value in config.items()
        if key.startswith(NAMESPACE)
    }
    return replace(
        build_environment(name, data, lists, locate, from_file=True), account=_account(config)
    )
