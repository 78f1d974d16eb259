"""The distributions of this checkout, built and installed where nothing of the checkout is."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from paths import ROOT

EPOCH = os.environ.get("SOURCE_DATE_EPOCH", "1767225600")
# Where the dependencies are: as an entry of PYTHONPATH its .pth files are not read, so that the
# checkout, which is installed there as an editable package, is not found.
DEPENDENCIES = next(path for path in sys.path if path.endswith("site-packages"))


def build(folder: Path, kind: str, source: Path = ROOT) -> Path:
    """Build a distribution, with the pinned backend and no network.

    Args:
        folder: Where it is written.
        kind: `wheel` or `sdist`.
        source: The tree that is built.
    """
    call = f"import hatchling.build as b; print(b.build_{kind}({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=source,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / done.stdout.strip().splitlines()[-1]


@dataclass(frozen=True, slots=True)
class Installed:
    """A wheel in a virtual environment that has nothing else.

    Attributes:
        python: Its interpreter, beside which the wheel's command is.
        site: The wheel's files.
        others: Where the dependencies are.
    """

    python: Path
    site: Path
    others: Path

    @classmethod
    def from_wheel(
        cls,
        wheel: Path,
        folder: Path,
        others: Path = Path(DEPENDENCIES),
        *,
        with_pip: bool = False,
    ) -> Installed:
        """Install a wheel with pip, without its dependencies and without an index."""
        venv.create(folder / "venv", symlinks=True, with_pip=with_pip)
        python = folder / "venv" / "bin" / "python"
        pip = (sys.executable, "-m", "pip", "--python", python)
        subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
        (site,) = (folder / "venv").glob("lib/python*/site-packages")
        return cls(python, site, others)

    def run(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run Python on the wheel."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "PYTEST_"))}
        path = os.pathsep.join([str(self.python.parent), inherited.get("PATH", os.defpath)])
        return subprocess.run(
            [self.python, *arguments],
            cwd=cwd,
            env={
                **inherited,
                "PATH": path,
                "PYTHONPATH": os.pathsep.join([str(self.site), str(self.others)]),
            },
            capture_output=True,
            text=True,
            check=False,
        )


def link(folder: Path, names: Iterable[str]) -> None:
    """Make a folder of packages that has the named ones, as links to the installed ones."""
    folder.mkdir()
    for name in names:
        distribution = metadata.distribution(name)
        base = Path(str(distribution.locate_file("")))
        for top in sorted({file.parts[0] for file in distribution.files or ()} - {".."}):
            if not (folder / top).exists():
                (folder / top).symlink_to(base / top)
