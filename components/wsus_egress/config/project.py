"""A project's files: its endpoint lists and the environments beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.conflicts import conflicts, places
from wsus_egress.config.lists import EndpointList, load_lists
from wsus_egress.config.stacks import (
    CONFIG_FOLDER,
    NAMESPACE,
    NO_PROJECT,
    Project,
    Stack,
    elsewhere,
    read_project,
    read_stack,
)
from wsus_egress.model.environment import Environment
from wsus_egress.problems import Collector, PolicyErrors, Problem, choices

LISTS_FOLDER: Final = "config/endpoints"
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


def load_environments(
    root: Path, names: Sequence[str] = (), *, deployed: bool = True
) -> tuple[Environment, ...]:
    """Read a project's environments and all its endpoint lists.

    Args:
        root: The project's folder.
        names: Which environments; all of them where empty.
        deployed: Whether Pulumi.yaml must lead the engine to these files: not of a change's base.

    Raises:
        PolicyErrors: With every problem of every list and environment.
    """
    problems = Collector()
    project = _project(root, problems)
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
            environments.append(_load(root, name, lists, project))
        except PolicyErrors as error:
            problems.extend(error.problems)
    problems.extend(_misnamed(root))
    problems.extend(elsewhere(root, project) if deployed else ())
    if not known:
        what = f"there is no environment: no {CONFIG_FOLDER}/Pulumi.<name>.yaml in {root}"
        problems.add(None, (), what, "run this in the project's folder, or say --project")
    asked = {environment.name for environment in environments}
    others = [each for each in known if each not in asked]
    beside = _beside(root, environments, lists, others, project)
    problems.extend(conflicts(environments, beside))
    problems.raise_if_any()
    return tuple(environments)


def _beside(
    root: Path,
    environments: Sequence[Environment],
    lists: Mapping[str, EndpointList] | None,
    others: Sequence[str],
    project: Project,
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
                yield _load(root, name, lists, project)
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
    project = _project(root, problems)
    stack = _stack(root, name, project)
    locate = stack.locate if stack else lambda _: None
    try:
        environment = build_environment(name, data, lists, locate, from_file=True)
        environment = replace(environment, account=stack.account if stack else ())
    except PolicyErrors as error:
        problems.extend(error.problems)
    problems.raise_if_any()
    others = [each for each in environment_names(root) if each != name]
    problems.extend(conflicts([environment], _beside(root, [environment], lists, others, project)))
    problems.raise_if_any()
    return environment


def _project(root: Path, problems: Collector) -> Project:
    try:
        return read_project(root)
    except PolicyErrors as error:
        problems.extend(error.problems)
        return NO_PROJECT


def _stack(root: Path, name: str, project: Project) -> Stack | None:
    """A stack's file, to name lines; None where it says nothing that can be read."""
    try:
        return read_stack(root, name, project)
    except PolicyErrors:
        return None


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


def _load(
    root: Path, name: str, lists: Mapping[str, EndpointList] | None, project: Project
) -> Environment:
    stack = read_stack(root, name, project)
    made = build_environment(name, stack.settings, lists, stack.locate, from_file=True)
    return replace(made, account=stack.account)
