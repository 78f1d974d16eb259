"""The policy preview in a repository that has only what `new` writes, with the wheel's commands."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from distribution import Installed
from gitproject import GitProject
from paths import ROOT

ACTION = ROOT / ".github" / "actions" / "policy-preview"
TO_DO = re.compile(r"^```yaml\n# Pulumi.prod.yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILLED_IN = {"owner": "network team", "reason": "The WSUS server", "expires": "2099-01-01"}
Job = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, with the dependencies of this environment."""
    return Installed.from_wheel(wheel, tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def project(tmp_path: Path, installed: Installed) -> GitProject:
    """A repository with a page, and on its branch what `new` writes, for a folder inside."""
    (tmp_path / "repository").mkdir()
    made = GitProject.make(tmp_path / "repository", {"README.md": "ours"})
    command = installed.python.with_name("wsus-egress")
    done = installed.run(
        command, "new", "prod", "--cloud", "aws", "--ci", "github", "--project", "infra/wsus",
        cwd=made.root,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return made


@pytest.fixture
def job(project: GitProject, installed: Installed, tmp_path: Path) -> Job:
    """Runs the action's two scripts on the last commit: what they give to the steps after them."""

    def run(base: str) -> dict[str, str]:
        outputs = tmp_path / "outputs"
        outputs.write_text("")
        path = [str(installed.python.parent), os.environ["PATH"]]
        environment = {
            "PATH": os.pathsep.join(path), "HOME": str(tmp_path), "PROJECT": "infra/wsus", "BASE": base,
            "KEY": "preview", "OUTPUT": str(tmp_path / "out"), "GITHUB_OUTPUT": str(outputs),
            "PYTHONPATH": os.pathsep.join(map(str, (installed.site, installed.others))),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "CHANGED": "",
            "GITHUB_ACTION_PATH": str(ACTION),
        }  # fmt: skip
        found: dict[str, str] = {}
        for script in ("look.sh", "preview.sh"):
            environment["CHANGED"] = found.get("changed", "")
            subprocess.run(
                [ACTION / script],
                cwd=project.root,
                env=environment,
                check=True,
                capture_output=True,
            )
            found = dict(line.split("=") for line in outputs.read_text().splitlines())
        del found["lock"]
        return {**found, "page": (tmp_path / "out" / "policy-preview.md").read_text()}

    return run


def test_the_first_pull_request(project: GitProject, job: Job) -> None:
    """All is new: with the entries that the comment shows, filled in, it passes. A page is no change then."""
    base = project.git("rev-parse", "HEAD").strip()
    project.commit()
    refused = job(base)

    assert ("true", "1") == (refused["changed"], refused["status"]), refused["page"]
    (entries,) = TO_DO.findall(refused["page"])
    assert "{what: aws/list/wsus, " in entries
    assert "package-moved" not in refused["page"]

    for key, value in FILLED_IN.items():
        entries = entries.replace(f'{key}: ""', f'{key}: "{value}"')
    with (project.root / "infra" / "wsus" / "Pulumi.prod.yaml").open("a") as file:
        file.write(entries)
    project.commit()
    assert ("true", "0") == ((approved := job(base))["changed"], approved["status"]), approved["page"]  # fmt: skip

    base = project.git("rev-parse", "HEAD").strip()
    project.write({"README.md": "ours, changed"})
    project.commit()
    page = "## Policy preview\n\nNothing of the policy changed.\n"
    assert {"changed": "false", "status": "0", "page": page} == job(base)


def test_the_workflow_previews_that_folder(project: GitProject) -> None:
    """It stands at the repository's root, where GitHub looks for it."""
    text = (project.root / ".github" / "workflows" / "policy-preview.yml").read_text()

    assert "with: {project: infra/wsus}" in text
