"""Pulumi's Python host does not take the installed package for a plugin that it must download."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from distribution import Installed, build
from trial import Stack

from env import private_engine

pytestmark = pytest.mark.engine

FILE = Path("pulumi_wsus_egress", "pulumi-plugin.json")

# What the host of today runs in the program's Python to find the file: `pulumiPluginJSONPathsScript` in
# sdk/python/cmd/pulumi-language-python/main.go of pulumi/pulumi at 1b59498 (2026-08-21, after 3.259). The host that the
# set-up builds (3.79) looks in the folder that `pip list` names instead, so this one line cannot be tested with it.
LOOK = """
import importlib.metadata, importlib.util, os
module = importlib.metadata.distribution("pulumi-wsus-egress").metadata["Name"].replace("-", "_")
spec = importlib.util.find_spec(module)
places = list(spec.submodule_search_locations or []) if spec else []
print([p for l in places for p in [os.path.join(str(l), "pulumi-plugin.json")] if os.path.isfile(p)])
"""


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """The wheel in a virtual environment with pip, which the host asks for the packages."""
    return Installed.from_wheel(build(tmp_path, "wheel"), tmp_path, with_pip=True)


@pytest.fixture
def program(installed: Installed, tmp_path: Path) -> Stack:
    """A program of that environment, and an engine that would download what it misses."""
    folder = tmp_path / "program"
    folder.mkdir()
    options = f"{{virtualenv: {installed.python.parent.parent}, toolchain: pip}}"
    (folder / "Pulumi.yaml").write_text(
        f"name: program\nruntime: {{name: python, options: {options}}}\n", encoding="utf-8"
    )
    (folder / "__main__.py").touch()
    environment = private_engine(tmp_path) | {"PULUMI_HOME": str(tmp_path / "home")}
    # The checkout's own environment would come before the program's, whose option 3.79 does not read.
    for name in ("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "VIRTUAL_ENV"):
        del environment[name]
    environment["PATH"] = f"{installed.python.parent}{os.pathsep}{environment['PATH']}"
    # Nothing listens there: a download fails at once, whatever the machine can reach.
    environment["PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES"] = ".*=http://127.0.0.1:9"
    return Stack(folder, environment)


def plugins(program: Stack) -> list[str]:
    """The providers that `pulumi about` says the program needs."""
    text = program.run("about", "--json")
    found = json.loads(text[text.index("{") :])["plugins"]
    return [each["name"] for each in found if each["kind"] == "resource"]


def test_the_package_is_not_a_plugin(program: Stack, installed: Installed) -> None:
    """`pulumi about` names none and `pulumi install` fetches none; without the file both would."""
    assert ([], "") == (plugins(program), program.run("install", "--no-dependencies"))

    (installed.site / FILE).unlink()

    assert ["wsus-egress"] == plugins(program)
    assert "wsus-egress-0.1.0" in program.run("install", "--no-dependencies", fails=True)


def test_newer_hosts_find_the_file(installed: Installed) -> None:
    """They import the folder that is called as the package; it needs no `__init__.py` for that."""
    done = subprocess.run(
        [installed.python, "-c", LOOK], capture_output=True, text=True, check=True
    )

    assert f"['{installed.site / FILE}']\n" == done.stdout
    assert {"resource": False} == json.loads((installed.site / FILE).read_text())
