"""What a change does to what Pulumi runs, installs and is judged by: no preview of settings can judge that.

For example a `__main__.py` that no longer calls `run()` deploys whatever it likes, while every setting,
and so every rule that the preview shows, stays as it is.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wsus_egress.config.stacks import PROJECT_FILE, Project
from wsus_egress.config.yamlfile import file_bytes
from wsus_egress.model.environment import Approval
from wsus_egress.problems import Location, shortened, visible
from wsus_egress.review.finding import Finding, or_approve
from wsus_egress.review.gitbase import top_of, tracked

PREFIX: Final = "program/"
"""What the approval of such a change begins with; the file of any environment has it."""
_STANDARD: Final = "from wsus_egress.program import run\n\nrun()\n"
_MAIN: Final = "__main__.py"
_SOURCES: Final = (".py", ".ts", ".js", ".mjs", ".cjs", ".go", ".cs", ".fs", ".java", ".kt")
# What pip, uv, Poetry, PDM and Pipenv read, and which of it says where packages come from.
_REQUIREMENTS: Final = "requirements.txt"
_TOML: Final = ("pyproject.toml", "uv.toml", "Pipfile")
_ELSEWHERE: Final = re.compile(r"^-|://| @ |^[./]|\.whl\b|\.tar\.gz\b")
_SOURCE_KEYS: Final = frozenset({
    "url", "git", "path", "index", "index-url", "extra-index-url", "default-index", "find-links",
    "registry", "index-strategy", "no-index",
})  # fmt: skip
_WORKFLOWS: Final = (".github/workflows/", ".gitlab-ci.yml", "azure-pipelines.yml")
_NAMED: Final = re.compile(rb"wsus[-_]egress")
# Keys of Pulumi.yaml that the comparison of environments reads, or that nothing depends on.
_JUDGED: Final = frozenset({"config", "stackConfigDir"})
_HARMLESS: Final = frozenset({"description", "author", "website", "license", "template", "options"})
_RESULTS: Final[Mapping[str, str]] = {
    "name": "Pulumi takes it for another project, which makes everything once more and leaves what stands",
    "main": "Pulumi runs another program",
    "runtime": "Pulumi runs the program in another way",
    "backend": "Pulumi keeps its state elsewhere, and does not find what stands",
}


@dataclass(frozen=True, slots=True)
class ProgramChange:
    """One such difference.

    Attributes:
        part: What changes, as an approval names it after `program/`: `runtime`, `__main__.py`.
        text: What changes and what follows.
        instead: What to do, where nothing needs approval; empty where something does.
    """

    part: str
    text: str
    location: Location
    instead: str = ""

    @property
    def what(self) -> str:
        """How an approval names it; empty where none is needed."""
        return "" if self.instead else f"{PREFIX}{self.part}"

    def finding(self, approvals: Mapping[str, Approval]) -> Finding:
        """What the gate makes of it.

        Args:
            approvals: Those that this change gives in any environment.
        """
        given = approvals.get(self.what)
        if self.what and given is None:
            instead = or_approve("put it back", self.what, "an environment")
            return Finding(
                "unapproved-program", "", "", self.text, instead, self.location, self.what
            )
        instead = f"approved by {given.owner} until {given.expires}" if given else self.instead
        return Finding("program-changed", "", "", self.text, instead, self.location)


def program_changes(
    root: Path, ref: str, head: Project, base: Project
) -> tuple[ProgramChange, ...]:
    """Everything in a change that decides what is deployed, past the settings.

    Args:
        root: The project's folder, in a git work tree.
        ref: The base; it has been found to be a commit.
        head: Pulumi.yaml of the work tree.
        base: Pulumi.yaml of the base; without one everything is new, and nothing is compared.

    Raises:
        PolicyErrors: When git cannot read the base.
    """
    if base.file is None:
        return ()
    return (
        *_project(head, base),
        *_program(root, ref, head, base),
        *_packages(root, ref),
        *_workflows(root, ref),
    )


def _project(head: Project, base: Project) -> Iterator[ProgramChange]:
    if head.file is None:
        text = f"{PROJECT_FILE} is removed: Pulumi finds no project here any more"
        yield ProgramChange(PROJECT_FILE, text, Location(PROJECT_FILE, 1))
        return
    was, now = _top(base), _top(head)
    for key in sorted({*was, *now} - _JUDGED - _HARMLESS):
        if was.get(key) != now.get(key):
            old, new = _shown(was.get(key)), _shown(now.get(key))
            result = _RESULTS.get(key, "what Pulumi runs can change with it")
            text = f"`{key}` of {PROJECT_FILE}: {old} becomes {new}: {result}"
            yield ProgramChange(key, text, head.file.locate((key,)))


def _top(project: Project) -> dict[str, Any]:
    data = project.file.data if project.file else None
    return {str(key): value for key, value in data.items()} if isinstance(data, dict) else {}


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return shortened(visible(text))


def _program(root: Path, ref: str, head: Project, base: Project) -> Iterator[ProgramChange]:
    """The program's main file, and the files beside it or in packages that it imports."""
    main = _entry(head)
    if _entry(base) != main:
        return  # `main` says so already, and its approval is one of the whole program.
    folder = main.rpartition("/")[0]
    inside = f"{folder}/" if folder else ""
    was = tracked(root, ref, inside or ".", endings=_SOURCES)
    now = _there(root, root / folder)
    packages = sorted(_imported(was.get(main, b"")) | _imported(now.get(main, b"")))
    for package in packages:
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", package):
            path = f"{inside}{package}"
            was |= tracked(root, ref, f"{path}/", endings=_SOURCES, below=True)
            now |= _there(root, root / path, below=True)
    if main in was and _rank(now.get(main)) < _rank(was[main]):
        text = (
            f"{main} is removed"
            if main not in now
            else f"{main} no longer leaves everything to `run()`"
            if _rank(was[main]) == _rank(_STANDARD.encode())
            else f"{main} no longer uses this package"
        )
        text += ": this preview runs no program, so what Pulumi deploys may be something else"
        yield ProgramChange(_MAIN, text, Location(main, 1))
        was.pop(main)
        now.pop(main, None)
    differ = [p for p in sorted({*was, *now}) if _code(p, was.get(p)) != _code(p, now.get(p))]
    if differ:
        more = f" and {len(differ) - 3} more" if len(differ) > 3 else ""
        text = f"the program changes ({', '.join(map(_shown, differ[:3]))}{more}), and this preview runs no program"
        instead = "look at it yourself, and at `pulumi preview`"
        yield ProgramChange(_MAIN, text, Location(differ[0], 1), instead)


def _entry(project: Project) -> str:
    """The main file's path from the project's folder, where a Python program has it."""
    main = str(_top(project).get("main") or "").removeprefix("./").rstrip("/")
    if main.endswith(".py"):
        return main
    return f"{main}/{_MAIN}" if main and main != "." else _MAIN


def _there(root: Path, folder: Path, *, below: bool = False) -> dict[str, bytes]:
    found = {}
    for path in folder.rglob("*") if below else folder.glob("*"):
        if path.suffix in _SOURCES and path.is_file():
            found[path.relative_to(root).as_posix()] = _bytes(path)
    return found


def _bytes(path: Path) -> bytes:
    try:
        return file_bytes(path)
    except OSError:
        return b""


def _rank(text: bytes | None) -> int:
    """2 for a program that leaves everything to `run()`, 1 for another that uses the package, else 0."""
    if text is None:
        return -1
    if _meaning(text) == _meaning(_STANDARD.encode()):
        return 2
    return int(_NAMED.search(text) is not None)


def _code(path: str, text: bytes | None) -> object:
    """A file's meaning: comments and layout of Python do not count."""
    return _meaning(text) if text is not None and path.endswith(".py") else text


def _meaning(text: bytes) -> object:
    tree = _parsed(text)
    if tree is None:
        return text
    body = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    return [ast.dump(each) for each in body]


def _parsed(text: bytes) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported(text: bytes) -> set[str]:
    """The first names of what a Python program imports."""
    tree = _parsed(text)
    found: set[str] = set()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else [each.name for each in node.names]
            found |= {name.partition(".")[0] for name in names}
    return found - {"wsus_egress", "pulumi"}


def _packages(root: Path, ref: str) -> Iterator[ProgramChange]:
    """Where packages come from: another index or address can bring another package of the same name."""
    names = (_REQUIREMENTS, *_TOML)
    before = tracked(root, ref, *names)
    for name in names:
        was, now = _origins(name, before.get(name)), _origins(name, _bytes(root / name))
        new = sorted(now - was)
        if not new and was <= now:
            continue
        change = f"now has {_shown(new[0])}" if new else f"no longer has {_shown(min(was - now))}"
        text = f"{name} {change}: packages can come from elsewhere, and this preview installs none"
        yield ProgramChange(name, text, Location(name, 1))


def _origins(name: str, raw: bytes | None) -> set[str]:
    text = (raw or b"").decode(errors="replace")
    if name == _REQUIREMENTS:
        joined = text.replace("\\\n", " ")
        lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined.splitlines())
        # The hashes that follow a requirement are not options of the file.
        return {line for line in lines if _ELSEWHERE.search(line) and not line.startswith("--hash")}
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {text}
    return set(_places(data, ()))


def _places(value: Any, keys: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*keys, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from _places(inner, keys)
    elif (_SOURCE_KEYS & {*keys} and "urls" not in keys) or (
        isinstance(value, str) and " @ " in value
    ):
        yield f"{'.'.join(keys)} = {value}"


def _workflows(root: Path, ref: str) -> Iterator[ProgramChange]:
    """Workflows that call this package, and no longer do: then nothing judges the next change."""
    up = top_of(root)
    for path, text in tracked(root, ref, *(f"{up}{each}" for each in _WORKFLOWS)).items():
        now = root / path
        if not _NAMED.search(text) or (now.is_file() and _NAMED.search(_bytes(now))):
            continue
        name = path.removeprefix(up)
        change = "no longer calls this package" if now.is_file() else "is removed"
        said = f"{name} {change}: it previews no pull request and watches no stack any more"
        yield ProgramChange(name, said, Location(path, 1))
