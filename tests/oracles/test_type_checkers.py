"""Type checkers as judges: what the pages show passes, natural programs pass, and mistakes do not."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from paths import ROOT

PROGRAMS = ROOT / "tests" / "oracles" / "programs"
EXAMPLES = ROOT / "docs" / "examples"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PYRIGHT = "pyright@1.1.414"
SHA512 = "FPZZb51jepDX4eP7TEYDeNFtmE3WgwkkEcJpvH3/QmUSsj0EAy3LXu+xB4T/FWDejtsXlCfFr/rbWFjwuwuXww=="
Lines = Mapping[str, list[int]]
"""The lines that a checker refuses, by the program's name."""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every program: those of the examples, the blocks of every page, and ours."""
    folder = tmp_path_factory.mktemp("programs")
    for path in EXAMPLES.rglob("*.py"):
        shutil.copy(path, folder / f"example_{path.parent.name}.py")
    for page in PAGES:
        blocks = re.findall(
            r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
        for number, block in enumerate(blocks):
            name = re.sub(r"\W", "_", str(page.relative_to(ROOT)))
            (folder / f"page_{name}_{number}.py").write_text(block, encoding="utf-8")
    for path in PROGRAMS.glob("*.py"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs pyright, from a package whose content is pinned."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("there is no npm on this machine")
    folder = tmp_path_factory.mktemp("pyright")
    subprocess.run([npm, "pack", "--silent", PYRIGHT], cwd=folder, check=True, capture_output=True)
    (packed,) = folder.glob("*.tgz")
    assert base64.b64decode(SHA512) == hashlib.sha512(packed.read_bytes()).digest()
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return [node, str(folder / "package" / "index.js")]


def wanted(folder: Path) -> Lines:
    """The lines that say that they are refused."""
    return {
        path.name: lines
        for path in sorted(folder.glob("*.py"))
        if (
            lines := [
                number
                for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
                if line.endswith("# refused")
            ]
        )
    }


def of(found: set[tuple[str, int]]) -> Lines:
    """Lines by their program."""
    names = sorted({name for name, _ in found})
    return {name: sorted(line for other, line in found if other == name) for name in names}


def test_there_is_something_to_check(programs: Path) -> None:
    """Programs of every example, and blocks of pages."""
    names = {path.name for path in programs.glob("*.py")}

    assert {"example_python.py", "example_fleet.py", "example_landing_zone_aws.py"} <= names
    assert {"example_hub_and_spoke_azure.py", "page_README_md_0.py", "natural.py"} <= names
    assert 12 <= len(wanted(programs)["mistaken.py"])


def test_mypy(programs: Path) -> None:
    """In strict mode it refuses the mistakes, and nothing else."""
    # With the cache of `make lint`: to read the clouds' packages anew takes minutes.
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *map(str, sorted(programs.glob("*.py")))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    lines = re.findall(r"^(?:.*/)?(\w+\.py):(\d+): error: ", done.stdout, re.MULTILINE)
    assert wanted(programs) == of({(name, int(line)) for name, line in lines}), done.stdout


def test_pyright(programs: Path, pyright: list[str]) -> None:
    """So does it, in its own strict mode."""
    project = programs / "pyrightconfig.json"
    settings = {
        "include": ["*.py"],
        "typeCheckingMode": "strict",
        "extraPaths": [str(ROOT / "components")],
    }
    project.write_text(json.dumps(settings), encoding="utf-8")

    done = subprocess.run(
        [*pyright, "--project", str(project), "--pythonpath", sys.executable, "--outputjson"],
        cwd=programs,
        capture_output=True,
        text=True,
        check=False,
    )

    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1)
        for each in found
        if each["severity"] == "error"
    }
    assert wanted(programs) == of(errors), json.dumps(found, indent=1)
