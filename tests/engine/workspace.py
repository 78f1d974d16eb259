"""A stack in another language, with an SDK generated from the committed schema."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paths import ROOT

from env import private_engine
from install_providers import install_components
from wsus_egress.release import REPOSITORY, VERSION

EXAMPLES = ROOT / "docs" / "examples"
SCHEMA = ROOT / "components" / "schema.json"

# A Go module of its own, as `pulumi package add` makes it; the generator writes none.
_GO_MODULE = f"""module {REPOSITORY.removeprefix("https://")}/sdk/go/wsus-egress

go 1.25.0

require (
	github.com/blang/semver v3.5.1+incompatible
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)
"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A copy of one of the examples, with its own state and stand-in clouds."""

    root: Path

    @classmethod
    def of(cls, language: str, folder: Path, *, plugin: bool = True) -> Workspace:
        """Copy an example and give it what `pulumi package add` would; a plugin is left out if asked."""
        root = folder / language
        shutil.copytree(EXAMPLES / language, root)
        workspace = cls(root)
        home = Path(workspace.environment()["PULUMI_HOME"])
        install_components(home)
        project = root / "Pulumi.yaml"
        if plugin and project.is_file():  # The fleet's program has none.
            # It comes before a plugin on PATH, such as that of the package in .venv.
            place = home / "plugins" / f"resource-wsus-egress-v{VERSION}"
            plugins = f"plugins: {{providers: [{{name: wsus-egress, path: {place}}}]}}\n"
            project.write_text(project.read_text(encoding="utf-8") + plugins, encoding="utf-8")
        return workspace

    def environment(self) -> dict[str, str]:
        """The engine's environment, with this stack's own state and clouds."""
        return private_engine(self.root.parent)

    def run(self, *command: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
        """Run a command in the stack's folder."""
        return subprocess.run(
            command,
            cwd=self.root / folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def must(self, *command: str, folder: str = ".") -> str:
        """Run a command that must succeed, and return its output."""
        done = self.run(*command, folder=folder)
        assert 0 == done.returncode, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def write_sdk(self, language: str) -> Path:
        """Generate the SDK from the committed schema."""
        folder = self.root / "sdks" / "wsus-egress"
        self.must("sdkgen", language, str(SCHEMA), str(folder))
        return folder

    def up(self) -> dict[str, Any]:
        """Deploy, and return the stack's outputs."""
        self.must("pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", "dev")
        outputs: dict[str, Any] = json.loads(
            self.must("pulumi", "stack", "output", "--json", "--stack", "dev")
        )
        return outputs

    def again(self) -> None:
        """Preview again, which must find nothing to do."""
        self.must("pulumi", "preview", "--expect-no-changes", "--non-interactive", "--stack", "dev")

    def destroy(self) -> None:
        """Destroy everything; the engine fails if anything is left."""
        self.must(
            "pulumi", "destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", "dev"
        )

    def refused(self) -> str:
        """Preview, which must fail, and return the output."""
        done = self.run("pulumi", "preview", "--non-interactive", "--stack", "dev")
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def resources(self) -> list[dict[str, Any]]:
        """The deployed resources."""
        state = json.loads(self.must("pulumi", "stack", "export", "--stack", "dev"))
        found: list[dict[str, Any]] = state["deployment"].get("resources", [])
        return found


def typescript(folder: Path) -> Workspace:
    """The TypeScript example, its SDK compiled."""
    workspace = Workspace.of("typescript", folder)
    sdk = workspace.write_sdk("nodejs")
    # No scripts of packages; what the SDK's own would do follows.
    workspace.must("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    workspace.must("npx", "--no-install", "tsc", "-p", "sdks/wsus-egress")
    shutil.copy(sdk / "package.json", sdk / "bin" / "package.json")
    workspace.must("pulumi", "stack", "init", "dev")
    return workspace


def golang(folder: Path) -> Workspace:
    """The Go example, its SDK a module beside it."""
    workspace = Workspace.of("go", folder)
    sdk = workspace.write_sdk("go")
    (sdk / "wsusegress" / "go.mod").write_text(_GO_MODULE, encoding="utf-8")
    workspace.must("pulumi", "stack", "init", "dev")
    return workspace


def python(folder: Path, example: str = "python") -> Workspace:
    """An example in Python; the package is that of the checkout."""
    workspace = Workspace.of(example, folder)
    workspace.must("pulumi", "stack", "init", "dev")
    return workspace


def has(*programs: str) -> bool:
    """Whether optional programs exist on this machine."""
    return None not in {shutil.which(name, path=os.environ.get("PATH")) for name in programs}
