"""A stack's program never loads modules of the other cloud, in the real engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import Project

pytestmark = pytest.mark.engine

# Runs in every Python that the engine starts: the program, and the stand-ins for the clouds.
NOTE_MODULES = """
import atexit, json, os, pathlib, sys

def note():
    file = pathlib.Path(os.environ["NOTED_MODULES"], f"{os.getpid()}.json")
    file.write_text(json.dumps(sorted(sys.modules)))

atexit.register(note)
"""


def loaded(project: Project, environment: str) -> set[str]:
    """The modules of the program's process, at the end of a preview."""
    folder = project.root.parent / "noted"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NOTE_MODULES, encoding="utf-8")
    assert 0 == project.pulumi("stack", "init", environment).returncode
    noting = ("env", f"PYTHONPATH={folder}", f"NOTED_MODULES={folder}")

    done = project.run(*noting, "pulumi", "preview", "--non-interactive", "--stack", environment)

    assert 0 == done.returncode, done.stdout + done.stderr
    noted = [set(json.loads(file.read_text("utf-8"))) for file in Path(folder).glob("*.json")]
    (program,) = [modules for modules in noted if "wsus_egress.model.policy" in modules]
    return program


@pytest.mark.parametrize(
    ("environment", "own", "other"),
    [
        ("dev", "pulumi_aws", ("pulumi_azure_native", "wsus_egress.azure")),
        ("staging", "pulumi_azure_native", ("pulumi_aws", "wsus_egress.aws")),
    ],
)
def test_only_the_stacks_cloud_is_loaded(
    project: Project, environment: str, own: str, other: tuple[str, ...]
) -> None:
    """A preview of a stack in one cloud loads that cloud's SDK, and nothing of the other's."""
    modules = loaded(project, environment)

    assert own in modules
    assert [] == sorted(name for name in modules if name.startswith(other))
