"""The package's own tests, run once more on the built wheel, where the checkout's is not found."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from distribution import Installed

# What is about the checkout and not about the package: stand-ins, set-up, CI, documentation, release.
NOT_OF_THE_PACKAGE = ("tools", "sandbox", "repository")
# Hundreds of inputs for the same few calls, which run on the checkout: they say nothing of a wheel.
SLOW = ("proof/test_proof.py", "review/test_weakenings.py")
# The wheel has the checkout's files to the byte, which `test_wheel.py` sees: what may differ is where they lie.
# These call all that finds files, texts and modules at run time. A wheel that is to be released runs every test.
FINDING = ("golden", "unit/cli", "unit/config", "unit/guardrails")
RELEASED = "WSUS_EGRESS_WHEEL" in os.environ

# The tests, and then the folders that the package's modules came from.
PROGRAM = """
import sys, pytest
status = pytest.main(sys.argv[1:])
modules = [each for name, each in sys.modules.items() if name.split(".")[0] == "wsus_egress"]
print(sorted({each.__file__.partition("/wsus_egress/")[0] + "/wsus_egress" for each in modules}))
sys.exit(status)
"""


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, with the dependencies of this environment."""
    return Installed.from_wheel(wheel, tmp_path_factory.mktemp("suite"))


def test_the_checkout_is_not_found(installed: Installed, root: Path) -> None:
    """The package that the tests below import is the wheel's."""
    done = installed.run("-c", "import wsus_egress; print(wsus_egress.__file__)", cwd=root)

    assert f"{installed.site / 'wsus_egress' / '__init__.py'}\n" == done.stdout


def test_the_suite_on_the_wheel(
    installed: Installed, root: Path, request: pytest.FixtureRequest
) -> None:
    """Unit and golden tests pass, each import of the package being the wheel's."""
    folders = ("unit", "golden") if RELEASED else FINDING
    places = [place for place in request.config.getini("pythonpath") if place.name != "components"]
    done = installed.run(
        "-c", PROGRAM, "-q", "-p", "no:cacheprovider",
        "-o", f"pythonpath={' '.join(str(place.relative_to(root)) for place in places)}",
        *(f"--ignore=tests/unit/{name}" for name in (*NOT_OF_THE_PACKAGE, *SLOW)),
        *(f"tests/{folder}" for folder in folders),
        cwd=root,
    )  # fmt: skip
    passed = re.search(r"^(\d+) passed\b", done.stdout, re.MULTILINE)
    origins = done.stdout.splitlines()[-1]

    assert 0 == done.returncode, done.stdout[-4000:] + done.stderr
    assert passed is not None
    assert 1200 <= int(passed[1])
    assert str([str(installed.site / "wsus_egress")]) == origins
