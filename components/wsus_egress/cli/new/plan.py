"""What `new` writes into a folder, and what keeps it from writing anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from wsus_egress.cli.new import texts
from wsus_egress.config.files import STACK_NAME
from wsus_egress.config.stacks import PROJECT_FILE, Project, elsewhere, read_project
from wsus_egress.problems import PolicyErrors

MAIN_FILE = "__main__.py"
REQUIREMENTS = "requirements.txt"
IGNORE_FILE = ".gitignore"
# What Pulumi takes as a project's name (pulumi 3.259.0, sdk/go/common/tokens/project.go).
_PROJECT_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# A stack's name that neither a shell takes as an option nor a folder's listing as itself or hidden.
_USUAL_NAME: Final = re.compile(r"[A-Za-z0-9_].*")
_FILE_ENDINGS: Final = frozenset({"yaml", "yml", "json"})


class CannotStart(Exception):  # noqa: N818 - it is not a fault of the program
    """Why nothing is written, in one sentence."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        folder: The project's; it need not exist.
        name: The environment's.
        clouds: `aws`, `azure`, or both.
        ci: The platform of the workflows; None for none.
        project: What the project is called; empty for a name like the folder's.
        guardrails: Whether a policy pack is to stand beside the program.
    """

    folder: Path
    name: str
    clouds: Collection[str]
    ci: texts.CI | None = None
    project: str = ""
    guardrails: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written, and what is left to do by hand.

    Attributes:
        files: Each new file's text; without the settings' where they are there already.
        settings: The path of the settings' file, from the project's folder.
        by_hand: A sentence each.
        project: What the new project is called; empty where there was one.
    """

    files: Mapping[Path, str]
    settings: str
    by_hand: tuple[str, ...] = ()
    project: str = ""


def planned(request: Request) -> Plan:
    """What the folder lacks for the environment.

    Raises:
        CannotStart: When the name cannot be used, or a file is there that would be lost.
    """
    if not STACK_NAME.fullmatch(request.name):
        raise CannotStart(
            f"{ascii(request.name)} names no stack: Pulumi takes 1 to 100 of letters, digits, '_', '.', '-'"
        )
    if not _USUAL_NAME.fullmatch(request.name) or request.name in _FILE_ENDINGS:
        raise CannotStart(
            f"{request.name!r} would be mistaken for an option or a file: give the environment a name like "
            "prod, which begins with a letter or a digit"
        )
    if request.project and not _PROJECT_NAME.fullmatch(request.project):
        raise CannotStart(
            f"{ascii(request.project)} names no project: Pulumi takes 1 to 100 of letters, digits, '_', '.', '-'"
        )
    if request.folder.exists() and not request.folder.is_dir():
        raise CannotStart(f"{request.folder} is not a folder; name one with --project")
    plan = _of_project(request) if (request.folder / PROJECT_FILE).exists() else _of_all(request)
    if request.guardrails:
        plan = replace(plan, files={**plan.files, **_pack(request)})
    if request.ci is not None:
        plan = _with_workflows(plan, request.folder, request.ci)
    if not plan.files:
        raise CannotStart(
            f"{request.folder / plan.settings} has all of it already: nothing is left to write"
        )
    return plan


def _pack(request: Request) -> dict[Path, str]:
    """The policy pack's files that are not there yet: a second environment adds its configuration."""
    files = {}
    for name, text in texts.pack(request.name).items():
        path = request.folder / texts.PACK / name
        if not path.exists():
            files[path] = text
        elif path.read_text(encoding="utf-8", errors="replace") != text:
            raise CannotStart(
                f"{path} exists already, and is another text than this version's: leave out --guardrails, and "
                "see docs/guardrails.md for what a pack needs"
            )
    return files


def _with_workflows(plan: Plan, folder: Path, ci: texts.CI) -> Plan:
    """The plan with the platform's workflows that the repository does not have yet."""
    files, by_hand = dict(plan.files), list(plan.by_hand)
    repository, inside = _repository(folder)
    for each in texts.WORKFLOWS[ci]:
        path = repository / each.place
        text = texts.workflow(each.source, inside)
        if not path.exists():
            files[path] = text
            by_hand.append(each.to_do.format(file=path))
        elif path.read_text(encoding="utf-8", errors="replace") == text:
            by_hand.append(each.again.format(file=path))
        else:
            raise CannotStart(
                f"{path} exists already: leave out --ci, and add the job to it as docs/pull-requests.md and "
                "docs/drift.md show"
            )
    return replace(plan, files=files, by_hand=tuple(by_hand))


def _of_all(request: Request) -> Plan:
    """All that a project needs, where there is none."""
    for name in ("Pulumi.json", "Pulumi.yml"):
        if (request.folder / name).exists():
            raise CannotStart(
                f"{request.folder / name} is another Pulumi project's file, and this package reads "
                f"{PROJECT_FILE}: choose a folder of its own with --project"
            )
    settings = f"Pulumi.{request.name}.yaml"
    name = request.project or _name_of(request.folder)
    files = {
        PROJECT_FILE: texts.project(name),
        settings: texts.settings(request.name, request.clouds, "endpoints"),
        MAIN_FILE: texts.MAIN,
        REQUIREMENTS: f"{texts.requirement(request.clouds)}\n",
    }
    if there := [name for name in files if (request.folder / name).exists()]:
        raise CannotStart(
            f"{request.folder / there[0]} exists already, and would be this project's: choose a folder of "
            "its own with --project"
        )
    if not (request.folder / IGNORE_FILE).exists():
        files[IGNORE_FILE] = texts.IGNORED
    placed = {request.folder / file: text for file, text in files.items()}
    return Plan(placed, settings, project=name)


def _name_of(folder: Path) -> str:
    """A project's name for a folder: `WSUS Süd` gives `WSUS-Sud`.

    Pulumi keeps a project's stacks by its name, so projects of one name on one backend are the same
    project: an update of one deletes what only the other declares.
    """
    plain = unicodedata.normalize("NFKD", folder.resolve().name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).strip("-._")[:100] or "wsus-egress"


def _of_project(request: Request) -> Plan:
    """The settings of one more environment, in a project whose program is this package's."""
    project = _project(request.folder)
    if request.project not in ("", project.name):
        raise CannotStart(
            f"{request.folder / PROJECT_FILE} already calls the project {project.name!r}: leave out --name"
        )
    settings = project.stack_file(request.name)
    there = (request.folder / settings).exists()
    if there and not (request.guardrails or request.ci):
        raise CannotStart(
            f"{request.folder / settings} exists already: edit it, or choose another name; --guardrails and "
            "--ci add to it what it lacks"
        )
    if not any(_uses_the_package(path) for path in _programs(request.folder, project)):
        raise CannotStart(
            f"{request.folder / PROJECT_FILE} is of the project {project.name!r}, whose program does not use "
            "wsus_egress: choose a folder of its own with --project"
        )
    if there:
        return Plan({}, settings)
    text = texts.settings(request.name, request.clouds, project.lists_folder)
    files = {request.folder / settings: text}
    requirements = request.folder / REQUIREMENTS
    if not requirements.exists():
        files[requirements] = f"{texts.requirement(request.clouds)}\n"
        return Plan(files, settings)
    named = requirements.read_text(encoding="utf-8", errors="replace")
    if missing := [cloud for cloud in request.clouds if cloud not in named]:
        needed = ",".join(sorted(missing))
        return Plan(files, settings, (f"In {requirements}, add the extra {needed}.",))
    return Plan(files, settings)


def _project(folder: Path) -> Project:
    try:
        project = read_project(folder)
    except PolicyErrors as error:
        raise CannotStart(str(error)) from None
    for problem in elsewhere(folder, project):
        raise CannotStart(str(problem))
    return project


def _programs(folder: Path, project: Project) -> Iterator[Path]:
    """Where Pulumi looks for a Python program: beside Pulumi.yaml, or where its `main` says."""
    data = project.file.data if project.file is not None else {}
    main = folder / str(data.get("main") or "")
    yield from (main, main / MAIN_FILE)


def _uses_the_package(path: Path) -> bool:
    try:
        return b"wsus_egress" in path.read_bytes()
    except OSError:
        return False


def _repository(folder: Path) -> tuple[Path, str]:
    """The repository that a folder is in, or the folder itself, and the folder's path inside it."""
    whole = folder.resolve()
    for place in (whole, *whole.parents):
        if (place / ".git").exists():
            inside = whole.relative_to(place).as_posix()
            return folder if inside == "." else place, inside
    return folder, "."


def write(files: Mapping[Path, str]) -> None:
    """Write all of the files, or none: what a failure leaves half-done is removed again.

    Raises:
        CannotStart: When one cannot be written, or has come into being meanwhile.
    """
    written: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except OSError as error:
        for half in written:
            half.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise CannotStart(f"{path} cannot be written ({reason}), so nothing is") from None
