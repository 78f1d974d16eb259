"""A small project in a git repository of its own, and the preview of what changed in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from wsus_egress.cli.main import main

DAY = "2026-11-24"


@dataclass(frozen=True, slots=True)
class GitProject:
    """A work tree with at least one commit."""

    root: Path

    @classmethod
    def make(cls, root: Path, files: Mapping[str, str]) -> GitProject:
        """A repository whose only commit has these files."""
        project = cls(root)
        project.git("init", "--quiet", "--initial-branch=main")
        project.write(files)
        project.commit()
        return project

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, without a commit."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self) -> str:
        """Commit all there is; the commit's name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=change")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Run git, without the user's own configuration."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=self.variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    @staticmethod
    def variables() -> dict[str, str]:
        """The environment in which git is somebody, and has no configuration of the user's."""
        who = {
            f"GIT_{role}_{what}": "t@example.com"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        return {**os.environ, **who, **nobody}


def preview(root: Path, *arguments: str, base: str = "HEAD", today: str = DAY) -> Result:
    """Run `preview` against a base."""
    given = ["preview", "--project", str(root), "--base", base, "--today", today, *arguments]
    return CliRunner().invoke(main, given)
