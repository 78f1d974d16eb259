"""Which files of a folder are a project's environments, and which of them stand in the wrong place.

For example in a repository with `Pulumi.prod.yaml`, which has settings of this package, and
`Pulumi.web.yaml`, which has none, `prod` is an environment and `web` is somebody else's stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wsus_egress.config.stacks import (
    NAMESPACE,
    PROJECT_FILE,
    USUAL_FOLDERS,
    Project,
    no_project,
    own_keys,
    read_project,
)
from wsus_egress.config.yamlfile import file_bytes, read_yaml
from wsus_egress.problems import Location, PolicyErrors, Problem

# What Pulumi takes as a stack's name (pulumi 3.259.0, sdk/go/common/tokens/stack_name.go).
STACK_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# A setting on a line of its own, as nearly every file has it: such a file need not be parsed to know.
_SETTING: Final = re.compile(rb"^[ \t]+[\"']?wsus-egress:[A-Za-z]", re.MULTILINE)
EMPTY: Final = "the file is empty"
_LIST: Final = re.compile(rb"^endpoints:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """A project's Pulumi.yaml and the stacks' files that it leads to.

    Attributes:
        root: The project's folder.
        problems: What is wrong with Pulumi.yaml.
        environments: The names of the stacks that have settings of this package, sorted.
        others: The names of those that have none, sorted.
        misnamed: What stands in files' names in place of a stack's name.
    """

    root: Path
    project: Project
    problems: tuple[Problem, ...]
    environments: tuple[str, ...]
    others: tuple[str, ...]
    misnamed: tuple[str, ...]

    @property
    def lists_folder(self) -> str:
        """The path of the project's own endpoint lists, from its folder."""
        return self.project.lists_folder


def find_files(root: Path) -> ProjectFiles:
    """Look for a project's files; what is wrong with them is for who loads them to say."""
    problems: tuple[Problem, ...] = ()
    try:
        project = read_project(root)
    except PolicyErrors as error:
        project, problems = no_project(root), error.problems
    found = sorted(
        path.name[len("Pulumi.") : -len(".yaml")]
        for path in (root / project.folder).glob("Pulumi.*.yaml")
    )
    names = [name for name in found if STACK_NAME.fullmatch(name)]
    ours = frozenset(name for name in names if _is_ours(root, name, project))
    return ProjectFiles(
        root,
        project,
        problems,
        tuple(name for name in names if name in ours),
        tuple(name for name in names if name not in ours),
        tuple(name for name in found if name not in names),
    )


def _is_ours(root: Path, name: str, project: Project) -> bool:
    """Whether a stack has settings of this package, in its own file or from Pulumi.yaml.

    A file that cannot be read may have some, so it counts, and loading it says what is wrong.
    """
    if any(key.startswith(NAMESPACE) for key in project.values):
        return True
    path = root / project.stack_file(name)
    try:
        return _SETTING.search(file_bytes(path)) is not None or bool(
            own_keys(read_yaml(path, path.name), project)
        )
    except (OSError, PolicyErrors):
        return True


def misnamed(files: ProjectFiles) -> Iterator[Problem]:
    """Files whose names Pulumi takes for no stack's."""
    for name in files.misnamed:
        # Escaped: a file's name can have in it what a terminal obeys, or what is not text.
        file = ascii(files.project.stack_file(name))
        what = f"{file} names no stack: Pulumi takes 1 to 100 of letters, digits, '_', '.', '-'"
        yield Problem(None, (), what, "rename the file, or remove it")


def misplaced(files: ProjectFiles) -> Iterator[Problem]:
    """Settings and endpoint lists in a usual folder that is not this project's."""
    project = files.project
    for folder in USUAL_FOLDERS:
        if folder == project.folder:
            continue
        place = files.root / folder
        here = f"{project.folder}/" if project.folder else "the folder of Pulumi.yaml"
        other = f"write `stackConfigDir: {folder}` in {PROJECT_FILE}"
        if not folder:
            other = f"take `stackConfigDir` out of {PROJECT_FILE}"
        for path in sorted(place.glob("Pulumi.*.yaml")):
            if _has(path, _SETTING):
                name = path.relative_to(files.root).as_posix()
                what = f"Pulumi reads the stacks' files from {here}, so nothing reads this one"
                instead = f"move it to {project.inside(ascii(path.name)[1:-1])}, or {other}"
                yield Problem(Location(name, 1), (), what, instead)
        for path in sorted((place / "endpoints").glob("*.yaml")):
            if _has(path, _LIST):
                name = path.relative_to(files.root).as_posix()
                what = (
                    "an endpoint list belongs beside the stacks' files, so nothing reads this one"
                )
                instead = f"move it to {project.lists_folder}/"
                yield Problem(Location(name, 1), (), what, instead)


def other_endings(files: ProjectFiles) -> Iterator[Problem]:
    """Settings and endpoint lists in files that end in `.yml`, which neither Pulumi nor this package reads."""
    project = files.project
    places = (
        (project.folder, "Pulumi.*.yml", _SETTING),
        (project.lists_folder, "*.yml", _LIST),
    )
    for folder, names, pattern in places:
        for path in sorted((files.root / folder).glob(names)):
            if _has(path, pattern):
                name = path.relative_to(files.root).as_posix()
                what = "nothing reads this file, since its name ends in .yml"
                instead = f"rename it to {ascii(path.with_suffix('.yaml').name)[1:-1]}"
                yield Problem(Location(name, 1), (), what, instead)


def parent_project(root: Path) -> Path | None:
    """The nearest folder above that has a project with environments, as a path from the same place as `root`."""
    for above, folder in enumerate(root.resolve().parents, start=1):
        if (folder / PROJECT_FILE).is_file() and find_files(folder).environments:
            return Path(root, *[".."] * above)
    return None


def _has(path: Path, pattern: re.Pattern[bytes]) -> bool:
    try:
        return pattern.search(file_bytes(path)) is not None
    except OSError:
        return False


def without_settings(files: ProjectFiles) -> Iterator[Problem]:
    """The stacks' files that have no setting of this package, for a project that has no other."""
    for name in files.others:
        yield without_setting(files, name)


def without_setting(files: ProjectFiles, name: str) -> Problem:
    """That one stack's file has no setting of this package, or nothing at all."""
    file = files.project.stack_file(name)
    what = f"the file has no `config:` with {NAMESPACE} settings"
    instead = "`wsus-egress new` writes such a file, with comments, in an empty folder"
    if _is_empty(files.root / file):
        # `new` overwrites nothing.
        what = EMPTY
        instead = f"remove it; `wsus-egress new {name} --cloud aws` (azure, both) then writes it, with comments"
    return Problem(Location(file, 1), (), what, instead)


def _is_empty(path: Path) -> bool:
    try:
        return not file_bytes(path).strip()
    except OSError:
        return False
