"""Makes a release, except for its publication: `make dist`, `make release TAG=vX.Y.Z`.

build          the wheel, the sdist and their bill of materials into dist/
check TAG      refuses a tag that cannot be released, and writes the release's notes into dist/
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import env
import sbom

_HEADING: Final = re.compile(r"^## ", re.MULTILINE)
_RELEASE: Final = "components/wsus_egress/release.py"
_NOBODY: Final = "OWNER"
"""The publisher in the repository's address until somebody decides who publishes it."""


def version(root: Path) -> str:
    """The version of a checkout, from the only file that holds it."""
    return _constant(root, "VERSION")


def _constant(root: Path, name: str) -> str:
    return str(runpy.run_path(str(root / _RELEASE))[name])


def notes(root: Path) -> str:
    """The changelog's entry for a checkout's version, without its heading; empty if none."""
    text = (root / "docs" / "changelog.md").read_text(encoding="utf-8")
    for section in _HEADING.split(text)[1:]:
        heading, _, body = section.partition("\n")
        if heading.partition(" ")[0] == version(root):
            return body.strip()
    return ""


def problems(root: Path, tag: str) -> list[str]:
    """Every reason why a checkout cannot be released under a tag.

    Args:
        root: The checkout.
        tag: The tag for the release.
    """
    own = version(root)
    found = []
    if tag != f"v{own}":
        found.append(
            f"the tag is {tag!r}, and {_RELEASE} says {own}: "
            f"tag v{own}, or set the version, run `make schemas` and have that merged"
        )
    fragments = root / "docs" / "changelog.d"
    left = sorted(path.name for path in fragments.glob("*.md") if path.name != "README.md")
    if left:
        found.append(
            f"docs/changelog.d has {', '.join(left)}: run `make changelog` and have that merged"
        )
    if "- " not in notes(root):
        found.append(
            f"docs/changelog.md has no entry under {own}: add fragments to docs/changelog.d "
            "and run `make changelog`"
        )
    placeholders = _with_placeholder(root)
    if placeholders:
        found.append(
            f"nobody has decided where the project is published: write its owner instead of {_NOBODY} "
            f"into {_RELEASE} and the addresses in {', '.join(placeholders)}, run `make schemas`, and "
            "have that merged"
        )
    changed = _git(root, "status", "--porcelain").splitlines()
    if changed:
        found.append(
            f"the work tree is not the commit ({', '.join(line[3:] for line in changed)}): "
            "commit it or remove it"
        )
    return found


def build(root: Path, folder: Path) -> None:
    """Build what is published: the same bytes for the same files under the same commit.

    Args:
        root: The checkout.
        folder: Replaced as a whole, once everything is built: what an older version left would be
            published as well.

    Raises:
        UnpinnedError: Where other dependencies are installed than the lock files pin.
        CalledProcessError: Where git or the build fails; it has said why by then.
    """
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _git(root, "log", "-1", "--format=%ct")}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".dist-") as unfinished:
        made = Path(unfinished) / folder.name
        for kind in ("sdist", "wheel"):
            program = f"import hatchling.build as b; b.build_{kind}({str(made)!r})"
            subprocess.run(
                [sys.executable, "-c", program],
                cwd=root,
                env=environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        (wheel,) = made.glob("*.whl")
        bill = json.dumps(sbom.bill(wheel, root), indent=2, sort_keys=True)
        (made / "sbom.cdx.json").write_text(f"{bill}\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


def _with_placeholder(root: Path) -> list[str]:
    """The files with an address that has the placeholder for the project's owner."""
    text = f"{_NOBODY}/{_constant(root, 'REPOSITORY').rpartition('/')[2]}"
    names = _git(root, "ls-files", "-z").split("\0")
    files = [root / name for name in filter(None, names) if name != _RELEASE]
    found = [path for path in files if path.is_file() and text.encode() in path.read_bytes()]
    return [str(path.relative_to(root)) for path in found]


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip("\n")


def main(arguments: list[str]) -> int:
    """Run one command on this checkout, and turn an error into one line."""
    try:
        return _run(arguments)
    except (OSError, sbom.UnpinnedError) as problem:
        print(f"error: {problem}", file=sys.stderr)
    except subprocess.CalledProcessError as problem:
        program = Path(problem.cmd[0]).name
        print(
            f"error: {program} ended with status {problem.returncode}, the lines above say why: "
            "a release is made in a git checkout with a commit, after `make setup`",
            file=sys.stderr,
        )
    return 1


def _run(arguments: list[str]) -> int:
    match arguments:
        case ["build"]:
            build(env.ROOT, env.ROOT / "dist")
            return 0
        case ["check", tag]:
            found = problems(env.ROOT, tag)
            for each in found:
                print(f"error: {each}", file=sys.stderr)
            return 1 if found else 0
        case ["notes"]:
            print(notes(env.ROOT))
            return 0
        case _:
            print("error: name the tag: `make release TAG=vX.Y.Z`", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
