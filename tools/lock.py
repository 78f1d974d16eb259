"""`make lock`: resolves the requirements.in files into lock files with hashes.

One lock serves every Python from 3.11 on, on Linux and macOS, on x86-64 and ARM. No index address
is written into it. `uv` runs from a temporary virtual environment: nothing else of this needs it.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import env

_UV = "uv==0.13.9"
# In this order: tools/ is resolved to agree with the lock of the first, the action with both.
_FOLDERS = (".", "tools", "tools/engine", ".github/actions/policy-preview")
_OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    # pip 23 takes `coverage[toml]` for another package than a pinned `coverage`, and wants its newest.
    "--no-strip-extras",
    "--quiet",
)


def lock(uv: Path, folder: Path) -> None:
    """Resolves one folder's requirements.in; what it pins already stays unless the input says so."""
    name = os.path.relpath(folder, env.ROOT)
    print(f"Resolving {Path(name) / 'requirements.in'}", flush=True)
    subprocess.run(
        [
            *(str(uv), "pip", "compile", *_OPTIONS, *sys.argv[1:], "--output-file"),
            *(str(folder / "requirements.txt"), str(folder / "requirements.in")),
        ],
        check=True,
        cwd=env.ROOT,
        env=os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"},
    )


def main() -> int:
    """Locks every folder; arguments (such as `--upgrade`) go to `uv pip compile`."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
        tools = Path(folder) / "bin"
        try:
            subprocess.run([tools / "python", "-m", "pip", "install", "--quiet", _UV], check=True)
            for name in _FOLDERS:
                lock(tools / "uv", env.ROOT / name)
        except subprocess.CalledProcessError as problem:
            print(f"error: {problem}: the lines above say why", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
