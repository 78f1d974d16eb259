"""The base of a change: a project's configuration at a git commit; the work tree stays untouched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from wsus_egress.config.stacks import PROJECT_FILE, USUAL_FOLDERS, read_project
from wsus_egress.problems import PolicyErrors, Problem
from wsus_egress.review.package_version import NAMING_FILES

# What may follow a name: `main~1`, `main^2`, `main@{1}`, `main:path`.
_SUFFIX: Final = re.compile(r"[~^:]|@\{")
_LINK: Final = "120000"
_MODULE: Final = "160000"
_FILES: Final = ("100644", "100755")


@contextmanager
def base_project(root: Path, ref: str) -> Iterator[Path]:
    """A temporary folder with the project's configuration as of a commit.

    Objects are read one by one, not as an archive: attributes of the repository (`export-ignore`)
    must not hide a file. A commit from before the project gives an empty folder: all is new then.

    Args:
        root: The project's folder, inside a git work tree.
        ref: A branch, tag or commit.

    Raises:
        PolicyErrors: When there is no git, no repository or no such commit, or when it has links.
    """
    base = _Base(root, ref, _commit(root, ref))
    with tempfile.TemporaryDirectory(prefix="wsus-egress-") as temporary:
        folder = Path(temporary)
        base.write(folder, PROJECT_FILE, *NAMING_FILES)
        for place in _folders(folder):
            base.refuse_links(PurePosixPath(place) / "endpoints")
            if place:
                base.write(folder, f"{place}/", recursive=True)
            else:
                base.write(folder)
                base.write(folder, "endpoints/")
        yield folder


def _folders(base: Path) -> tuple[str, ...]:
    """Where the base's settings are: as its Pulumi.yaml says, else wherever a reader would look."""
    if (base / PROJECT_FILE).exists():
        try:
            return (read_project(base).folder,)
        except PolicyErrors:
            pass  # Loading the base says what is wrong with it.
    return USUAL_FOLDERS


@dataclass(frozen=True, slots=True)
class _Base:
    """A commit of the repository that a project's folder is in."""

    root: Path
    ref: str
    commit: str

    def write(self, folder: Path, *paths: str, recursive: bool = False) -> None:
        """Write files into a folder: those at these paths, or all directly in the project's folder."""
        entries = [
            entry for entry in self._entries(*paths, recursive=recursive) if _is_read(entry[2])
        ]
        for mode, _, path in entries:
            if mode == _LINK:
                raise self._is_link(path)
        files = [(path, sha) for mode, sha, path in entries if mode in _FILES]
        for (path, _), content in zip(files, _contents(self.root, files), strict=True):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def refuse_links(self, path: PurePosixPath) -> None:
        """Refuse what stands in place of a folder: nobody would see what is in there."""
        for place in (path, *path.parents)[:-1]:
            for mode, _, found in self._entries(str(place)):
                if mode in (_LINK, _MODULE):
                    raise self._is_link(found)

    def _entries(
        self, *paths: str, recursive: bool = False
    ) -> Iterator[tuple[str, bytes, PurePosixPath]]:
        deep = ("-r",) if recursive else ()
        listed = _git(self.root, "ls-tree", *deep, "-z", self.commit, "--", *paths)
        return map(_entry, filter(None, listed.split(b"\0")))

    def _is_link(self, path: PurePosixPath) -> PolicyErrors:
        what = (
            f"{path} is a symbolic link or a submodule in {self.ref}, and neither is followed there"
        )
        return _refusal(what, "make it a file or a folder")


def prefix_of(root: Path) -> str:
    """A folder's path inside its git work tree, as `infra/wsus/`; empty outside a work tree."""
    try:
        return os.fsdecode(_git(root, "rev-parse", "--show-prefix").removesuffix(b"\n"))
    except PolicyErrors:
        return ""


def top_of(root: Path) -> str:
    """The way from a folder up to the top of its git work tree, as `../../`; empty at the top.

    Raises:
        PolicyErrors: When the folder is in no work tree.
    """
    return os.fsdecode(_git(root, "rev-parse", "--show-cdup").removesuffix(b"\n"))


def tracked(
    root: Path, ref: str, *paths: str, endings: tuple[str, ...] = ("",), below: bool = False
) -> dict[str, bytes]:
    """Files of a commit by their paths from a folder: at these paths, or directly in those that end in `/`.

    A link counts as what it points to is written, and nothing follows it.

    Args:
        root: The folder, in a git work tree.
        ref: A commit.
        paths: From the folder; `.` for the folder itself.
        endings: How the files' names end; the others are not read.
        below: Whether to look into the folders' folders too.

    Raises:
        PolicyErrors: When git cannot read them.
    """
    deep = ("-r",) if below else ()
    asked = [path for path in paths if path != "."]
    given = ("--", *asked) if asked else ()
    listed = _git(root, "ls-tree", *deep, "-z", f"{ref}^{{commit}}", *given)
    entries = map(_entry, filter(None, listed.split(b"\0")))
    files = [(path, sha) for mode, sha, path in entries if mode in _FILES]
    files = [(path, sha) for path, sha in files if path.name.endswith(endings)]
    found = zip(files, _contents(root, files), strict=True) if files else ()
    return {path.as_posix(): text for (path, _), text in found}


def _is_read(path: PurePosixPath) -> bool:
    return path.suffix == ".yaml" or path.name in NAMING_FILES


def _entry(line: bytes) -> tuple[str, bytes, PurePosixPath]:
    about, _, name = line.partition(b"\t")
    mode, _, sha = about.split(b" ")
    return mode.decode(), sha, PurePosixPath(name.decode("utf-8", "surrogateescape"))


def _contents(root: Path, files: list[tuple[PurePosixPath, bytes]]) -> Iterator[bytes]:
    given = b"".join(sha + b"\n" for _, sha in files)
    answer = _git(root, "cat-file", "--batch", given=given)
    position = 0
    for path, sha in files:
        end = answer.index(b"\n", position)
        header = answer[position:end].split(b" ")
        if len(header) != 3:
            what = f"git cannot find {path} ({sha.decode()[:12]})"
            raise _refusal(what, "a partial clone needs the network: run `git fetch`")
        size = int(header[2])
        yield answer[end + 1 : end + 1 + size]
        position = end + size + 2


def _commit(root: Path, ref: str) -> str:
    if not shutil.which("git"):
        raise _refusal("git is not on PATH, and --base reads from it", "install git")
    try:
        _git(root, "rev-parse", "--show-prefix")
    except PolicyErrors as error:
        what = f"{root} cannot be read as a git repository: {error.problems[0].what}"
        raise _refusal(what, "run this in a clone, or leave --base out") from error
    if not ref.startswith("-"):
        try:
            found = _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        except PolicyErrors:
            pass
        else:
            _refuse_ambiguous(root, ref)
            return found.decode().strip()
    branch = ref.removeprefix("origin/")
    if not branch:
        raise _refusal(f"{ref!r} does not name a commit", "name a branch, tag or commit")
    what = f"there is no commit {ref!r} in this clone"
    instead = f"run `git fetch origin {branch}` and use --base FETCH_HEAD"
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        what += ", which is shallow: it has no history"
    elif branch == "main":
        instead += "; in a fork fetch it from the repository that the change is for"
    raise _refusal(what, instead)


def _refuse_ambiguous(root: Path, ref: str) -> None:
    """Refuse a name that a tag and a branch share: git takes the tag, which anybody may have pushed."""
    name = _SUFFIX.split(ref)[0]
    places = [f"{place}{name}" for place in ("refs/", "refs/tags/", "refs/heads/", "refs/remotes/")]
    form = "--format=%(refname) %(objectname) %(*objectname)"
    lines = _git(root, "for-each-ref", form, *places).decode(errors="replace").splitlines()
    # The commit that an annotated tag is for comes last.
    commits = {words[0]: words[-1] for words in map(str.split, lines) if words[0] in places}
    if len(set(commits.values())) > 1:
        what = f"{ref!r} is ambiguous here: {' and '.join(sorted(commits))} are different commits"
        raise _refusal(what, "write the whole name, for example refs/remotes/origin/main")


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a ref never begins with a dash
            ["git", *arguments],  # noqa: S607 - the git that the user has
            cwd=root,
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise _refusal(f"git cannot be run in {root} ({error.strerror})".lower(), "") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise _refusal(lines[0].removeprefix("fatal: "), "")
    return done.stdout


def _refusal(what: str, instead: str) -> PolicyErrors:
    return PolicyErrors([Problem(None, ("--base",), what, instead)])
