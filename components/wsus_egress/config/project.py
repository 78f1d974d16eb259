"""A project's files: its endpoint lists and the environments beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.conflicts import conflicts, places
from wsus_egress.config.files import (
    EMPTY,
    ProjectFiles,
    find_files,
    misnamed,
    misplaced,
    other_endings,
    parent_project,
    without_setting,
    without_settings,
)
from wsus_egress.config.lists import EndpointList, load_project_lists
from wsus_egress.config.stacks import NAMESPACE, Project, Stack, elsewhere, read_stack
from wsus_egress.config.yamlfile import file_bytes
from wsus_egress.model.environment import Environment
from wsus_egress.problems import Collector, PolicyErrors, Problem, choices

# The settings that are plain words.
_WORDS: Final = ("mode", "schemes")


def environment_names(root: Path) -> tuple[str, ...]:
    """The environments of a project, by the stacks' files that have settings, sorted."""
    return find_files(root).environments


def load_environments(
    root: Path,
    names: Sequence[str] = (),
    *,
    deployed: bool = True,
    files: ProjectFiles | None = None,
) -> tuple[Environment, ...]:
    """Read a project's environments and all its endpoint lists.

    Args:
        root: The project's folder.
        names: Which environments; all of them where empty.
        deployed: Whether the engine reads these files, and not others: not a change's base.
        files: The project's files, where the caller has looked for them.

    Raises:
        PolicyErrors: With every problem of every list and environment.
    """
    files = files or find_files(root)
    problems = Collector()
    problems.extend(files.problems)
    lists = _lists(files, problems)
    known = files.environments
    environments = []
    for name in names or known:
        if name in known:
            try:
                environments.append(_load(files, name, lists))
            except PolicyErrors as error:
                problems.extend(error.problems)
        elif name in files.others:
            # Without any environment, `without_settings` says it of every file.
            problems.extend([_of_another(files, name)] if known else ())
        else:
            problems.add(None, (), f"there is no environment {name!r}", choices(known))
    problems.extend(misnamed(files))
    if deployed:
        problems.extend((*elsewhere(root, files.project), *misplaced(files), *other_endings(files)))
    if not known:
        problems.extend(without_settings(files))
        if not problems.problems:
            problems.extend((_nothing_here(files),))
    asked = {environment.name for environment in environments}
    others = [each for each in known if each not in asked]
    beside = _beside(files, environments, lists, others)
    problems.extend(conflicts(environments, beside))
    problems.raise_if_any()
    return tuple(environments)


def _of_another(files: ProjectFiles, name: str) -> Problem:
    """That an environment is asked for whose file has no setting of this package, or nothing."""
    found = without_setting(files, name)
    if found.what == EMPTY:
        return found
    what = f"{name!r} is another stack: its file has no {NAMESPACE} setting"
    return Problem(None, (), what, choices(files.environments))


def _nothing_here(files: ProjectFiles) -> Problem:
    """That a folder has no environment, and where one is."""
    root = files.root
    if not root.is_dir():
        what = f"{root.as_posix()!r} is not a folder"
        return Problem(None, (), what, "give --project the folder that Pulumi.yaml is in")
    what = f"there is no environment: no {files.project.stack_file('<name>')} in {root}"
    if (parent := parent_project(root)) is not None:
        return Problem(None, (), what, f"a project is above: say --project {parent.as_posix()}")
    instead = "run this in the project's folder, say --project, or begin with `wsus-egress new`"
    return Problem(None, (), what, instead)


def _lists(files: ProjectFiles, problems: Collector) -> Mapping[str, EndpointList] | None:
    try:
        return load_project_lists(files.root, files.lists_folder)
    except PolicyErrors as error:
        problems.extend(error.problems)
        return None


def _beside(
    files: ProjectFiles,
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
            text = file_bytes(files.root / files.project.stack_file(name)).lower()
            if any(each in text for each in ids):
                yield _load(files, name, lists)
        except (OSError, PolicyErrors):
            continue


def environment_from_config(files: ProjectFiles, name: str, data: Mapping[str, Any]) -> Environment:
    """The environment that a stack's configuration describes, as the Pulumi engine gives it.

    Args:
        files: The project's.
        name: The stack's name. Where the stack's file has a setting, problems name its line.
        data: The settings, without their namespace.

    Raises:
        PolicyErrors: With every problem of the settings and of every list.
    """
    problems = Collector()
    lists = _lists(files, problems)
    problems.extend(files.problems)
    if not data:
        # What each missing setting would be told is beside the point where they stand elsewhere.
        problems.extend((*misplaced(files), *other_endings(files)))
        problems.raise_if_any()
    stack = _stack(files.root, name, files.project)
    locate = stack.locate if stack else lambda _: None
    try:
        environment = build_environment(name, data, lists, locate, from_file=True)
        environment = replace(environment, account=stack.account if stack else ())
    except PolicyErrors as error:
        problems.extend(error.problems)
    problems.raise_if_any()
    others = [each for each in files.environments if each != name]
    problems.extend(conflicts([environment], _beside(files, [environment], lists, others)))
    problems.raise_if_any()
    return environment


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


def _load(files: ProjectFiles, name: str, lists: Mapping[str, EndpointList] | None) -> Environment:
    stack = read_stack(files.root, name, files.project)
    made = build_environment(name, stack.settings, lists, stack.locate, from_file=True)
    return replace(made, account=stack.account)
