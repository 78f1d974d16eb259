"""Install the stand-ins for the `aws` and `azure-native` providers into `$PULUMI_HOME`.

    .venv/bin/python sandbox/install_providers.py

`PULUMI_HOME` must be a private one (`tools/env.py` sets it): a stand-in takes the place of the
real provider of the same version. What is installed is a three-line launcher, so a change of the
stand-ins' code needs no new installation.
"""

from __future__ import annotations

import fcntl
import os
import runpy
import shlex
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

SANDBOX: Final = Path(__file__).resolve().parent
# The plugin's version must be that of the SDK package, or the engine looks for another one.
PROVIDERS: Final = {"aws": "pulumi-aws", "azure-native": "pulumi-azure-native"}

_RUN: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from providers.__main__ import main; sys.exit(main(sys.argv[1:]))"
)


class InstallError(Exception):
    """An error of one line: what is wrong and what to do."""


def launcher(provider: str, sdk: str) -> str:
    """A script that starts the stand-in, isolated because it runs in the user's project folder."""
    command = [sys.executable, "-I", "-c", _RUN, str(SANDBOX), provider, sdk]
    return (
        "#!/bin/sh\n"
        f"# A stand-in for the {provider} provider, for trying and testing: it changes no cloud.\n"
        f"exec {shlex.join(command)}\n"
    )


def install_components(home: Path) -> str:
    """Install this checkout's components as a plugin, for stacks that are not written in Python.

    Pulumi fetches them by `pulumi package add`; here they are those of the working tree.
    """
    components = SANDBOX.parent / "components"
    release = runpy.run_path(str(components / "wsus_egress" / "release.py"))["VERSION"]
    text = f'#!/bin/sh\nexec {shlex.join([sys.executable, str(components)])} "$@"\n'
    folder = home / "plugins" / f"resource-wsus-egress-v{release}"
    return _locked("wsus-egress", release, text, folder)


def install(provider: str, home: Path) -> str:
    """Install one stand-in unless the same one exists; return a line that says which."""
    try:
        sdk = version(PROVIDERS[provider])
    except PackageNotFoundError as error:
        raise InstallError(
            f"{PROVIDERS[provider]} is not installed for {sys.executable}: run `make setup` first"
        ) from error
    text = launcher(provider, sdk)
    folder = home / "plugins" / f"resource-{provider}-v{sdk}"
    about = f"stand-in for {provider} {sdk} (for trying and testing, changes no cloud)"
    return f"{about}: {_locked(provider, sdk, text, folder)}"


def _locked(provider: str, sdk: str, text: str, folder: Path) -> str:
    home = folder.parent.parent
    lock = home / "stand-ins.lock"  # Two set-ups at once, or two workers of a test run.
    home.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        return _place(provider, sdk, text, folder)


def _place(provider: str, sdk: str, text: str, home: Path) -> str:
    name = f"pulumi-resource-{provider}"
    installed = home / name
    if installed.is_file() and installed.read_text(encoding="utf-8") == text:
        return "already there"
    with tempfile.TemporaryDirectory(prefix="wsus-egress-plugin-") as folder:
        program = Path(folder) / name
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        command = ["pulumi", "plugin", "install", "resource", provider, f"v{sdk}", "--reinstall"]
        try:
            done = subprocess.run(
                [*command, "--file", folder], capture_output=True, text=True, check=False
            )
        except FileNotFoundError as error:
            raise InstallError("no `pulumi` on PATH: run `make setup` first") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise InstallError(f"`{' '.join(command)}` failed: {said}")
    return "installed"


def main() -> int:
    """Install both."""
    home = os.environ.get("PULUMI_HOME")
    if not home:
        print(
            "error: PULUMI_HOME is not set: the stand-ins go into a private one, never into your "
            "own (`python3 tools/env.py -- python sandbox/install_providers.py` sets it)",
            file=sys.stderr,
        )
        return 1
    try:
        for provider in PROVIDERS:
            print(install(provider, Path(home)))
    except InstallError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
