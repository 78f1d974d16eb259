"""The environments on both sides of a change, each file read once.

For example `ref` `origin/main` and one environment asked for: the head's settings, the base's, and the names
of the files that differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from wsus_egress.config.files import ProjectFiles
from wsus_egress.config.project import load_environments
from wsus_egress.config.stacks import PROJECT_FILE
from wsus_egress.config.yamlfile import file_bytes
from wsus_egress.model.environment import Environment
from wsus_egress.problems import Collector, Location, PolicyErrors, Problem


def both_sides(
    head: ProjectFiles, base: ProjectFiles, ref: str, names: Sequence[str]
) -> tuple[dict[str, Environment], dict[str, Environment], tuple[str, ...]]:
    """The environments of base and head, and the configuration files whose text differs.

    Args:
        head: The project's files.
        base: Those of the base.
        ref: The base, for messages.
        names: Which environments, of either side; all where empty.

    Raises:
        PolicyErrors: With every problem of both sides; those of the base name it.
    """
    problems = Collector()
    heads, bases = head.environments, base.environments
    for name in names:
        if name not in heads and name not in bases:
            known = ", ".join(sorted({*heads, *bases}))
            problems.add(None, (), f"there is no environment {name!r}", f"the choices are {known}")
    asked = [name for name in sorted({*heads, *bases}) if not names or name in names]
    after: dict[str, Environment] = {}
    try:
        wanted = [name for name in asked if name in heads]
        if wanted or not asked:
            after = {e.name: e for e in load_environments(head.root, wanted, files=head)}
    except PolicyErrors as error:
        problems.extend(error.problems)
    files = _different_files(head, base)
    lists = f"{head.lists_folder}/"
    shared = any(name.startswith(lists) or name == PROJECT_FILE for name in files)
    shared = shared or head.project.folder != base.project.folder
    before: dict[str, Environment] = {}
    wanted = []
    for name in (name for name in asked if name in bases):
        if name in after and not shared and head.project.stack_file(name) not in files:
            before[name] = after[name]  # Identical files: read once.
        else:
            wanted.append(name)
    try:
        if wanted:
            loaded = load_environments(base.root, wanted, deployed=False, files=base)
            before |= {e.name: e for e in loaded}
    except PolicyErrors as error:
        problems.extend(of_base(problem, ref) for problem in error.problems)
    problems.raise_if_any()
    return before, after, files


def of_head(head: ProjectFiles, names: Sequence[str]) -> tuple[Problem, ...]:
    """The problems of the head alone, for a run whose base cannot be read."""
    try:
        there = [name for name in names if name in head.environments]
        load_environments(head.root, there, files=head)
    except PolicyErrors as error:
        return error.problems
    return ()


def of_base(problem: Problem, ref: str) -> Problem:
    """A problem of the base, with its commit in front of the file: `origin/main:Pulumi.prod.yaml`."""
    where = problem.location
    location = Location(f"{ref}:{where.file}", where.line) if where else Location(ref, 1)
    what = f"this version cannot read the base: {problem.what}"
    return Problem(location, problem.keys, what, "name a valid base, or leave --base out")


def _different_files(head: ProjectFiles, base: ProjectFiles) -> tuple[str, ...]:
    texts: list[dict[str, bytes]] = [{}, {}]
    for found, files in zip(texts, (head, base), strict=True):
        lists = f"{files.lists_folder}/*.yaml"
        for pattern in (files.project.stack_file("*"), lists, PROJECT_FILE):
            for path in files.root.glob(pattern):
                name = path.relative_to(files.root).as_posix()
                try:
                    found[name] = file_bytes(path)
                except OSError:
                    found[name] = b""  # Loading the settings reports what is wrong.
    now, was = texts
    return tuple(sorted(n for n in {*now, *was} if now.get(n) != was.get(n)))
