"""Previews a change without credentials: deploys the base to stand-ins, previews the head.

Prints the engine's events for `wsus-egress preview --pulumi-events`. All of it lives in a temporary
folder: the checkout, its sandbox and its state stay as they are.

    python3 tools/env.py -- python sandbox/preview.py --base origin/main --stack dev > events.json
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import env

sys.path.insert(0, str(env.ROOT / "components"))

from wsus_egress.problems import PolicyErrors
from wsus_egress.review.gitbase import base_project


def events(base: Path, stack: str, folder: Path) -> int:
    """Deploy the base's configuration, then preview the checkout's, with the checkout's program."""
    project = folder / "project"
    env.copy_program(project)
    settings = env.private_engine(folder) | {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}

    def pulumi(*arguments: str, show: bool = False) -> int:
        command = ["pulumi", *arguments, "--stack", stack, "--non-interactive"]
        output = None if show else sys.stderr
        return subprocess.run(
            command, cwd=project, env=settings, stdout=output, check=False
        ).returncode

    steps: list[tuple[Path, tuple[str, ...], bool]] = [(env.ROOT, ("preview", "--json"), True)]
    if (base / "config" / f"Pulumi.{stack}.yaml").is_file():
        steps.insert(0, (base, ("up", "--yes", "--skip-preview"), False))
    shutil.copytree(steps[0][0] / "config", project / "config")
    command = ["pulumi", "stack", "init", stack, "--non-interactive"]
    subprocess.run(command, cwd=project, env=settings, stdout=sys.stderr, check=True)
    for root, arguments, show in steps:
        shutil.rmtree(project / "config")
        shutil.copytree(root / "config", project / "config")
        status = pulumi(*arguments, show=show)
        if status:
            return status
    return 0


def main() -> int:
    """Parse the arguments and print the events."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="a branch, tag or commit")
    parser.add_argument("--stack", required=True, help="the environment")
    arguments = parser.parse_args()
    if env.engine_folder(env.ROOT) is None:
        print("error: there is no Pulumi engine yet: run `make setup`", file=sys.stderr)
        return 2
    if not (env.ROOT / "config" / f"Pulumi.{arguments.stack}.yaml").is_file():
        print(f"error: there is no environment {arguments.stack!r}", file=sys.stderr)
        return 2
    try:
        with (
            base_project(env.ROOT, arguments.base) as base,
            tempfile.TemporaryDirectory(prefix="wsus-egress-") as folder,
        ):
            return events(base, arguments.stack, Path(folder))
    except PolicyErrors as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        return error.returncode


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
