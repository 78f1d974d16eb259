"""The commands of docs/start.md, as written, in an empty folder with nothing but the wheel."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from distribution import DEPENDENCIES, build
from paths import ROOT

from env import private_engine

pytestmark = pytest.mark.engine

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What the reader types into the settings: instead of the placeholders, networks that the stand-ins have.
TYPED = {
    "aws": {"vpc-00000000": "vpc-0a1b2c3d4e5f60718"},
    "azure": {"rg-wsus ": "rg-wsus-staging "},
}
CHANGE = {"lists: [wsus]": "lists: [wsus, certificate-validation]"}


def commands() -> list[list[str]]:
    """The page's blocks, a command a line."""
    page = (ROOT / "docs" / "start.md").read_text(encoding="utf-8")
    return [block.splitlines() for block in BLOCK.findall(page)]


def typed(changes: dict[str, str]) -> str:
    """What an editor does to the settings, as a command."""
    code = (
        "import sys; from pathlib import Path; path = Path('Pulumi.prod.yaml'); text = path.read_text()\n"
        f"for old, new in {changes!r}.items(): assert old in text; text = text.replace(old, new)\n"
        "path.write_text(text)"
    )
    return shlex.join([sys.executable, "-c", code])


def test_the_page_has_eleven_commands() -> None:
    """And shows the change that the test makes."""
    assert 11 == sum(map(len, commands()))
    assert all(new in (ROOT / "docs" / "start.md").read_text() for new in CHANGE.values())


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_from_nothing_to_nothing(tmp_path: Path, cloud: str) -> None:
    """Written, checked, previewed, deployed, changed and removed; the package is the wheel's."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    build(wheels, "wheel")
    # All that is installed here but this package: pip would find that and install nothing.
    others = tmp_path / "others"
    others.mkdir()
    for path in Path(DEPENDENCIES).iterdir():
        if "wsus_egress" not in path.name:
            (others / path.name).symlink_to(path)
    begin, deploy, change, remove = commands()
    script = [
        *begin, "python -c 'import wsus_egress; print(wsus_egress.__file__)'", typed(TYPED[cloud]),
        *deploy, "pulumi preview --expect-no-changes --stack prod", typed(CHANGE), "echo CHANGE",
        *change, "echo REMOVE", *remove, "ls Pulumi.prod.yaml",
    ]  # fmt: skip
    text = "\n".join(script).replace("aws", cloud)
    environment = private_engine(tmp_path) | {
        # The package's own index is a folder; its dependencies are those of this environment.
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_DEPS": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": str(others),
        # Nobody is there to say yes.
        "PULUMI_SKIP_CONFIRMATIONS": "true",
    }
    del environment["VIRTUAL_ENV"]
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        ["bash", "-ec", text], cwd=home, env=environment, text=True, timeout=900, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout[-6000:]
    first, _, rest = done.stdout.partition("CHANGE\n")
    changed, _, removed = rest.partition("REMOVE\n")

    assert f"{os.path.realpath(home)}/wsus/.venv/" in first
    assert re.search(rf"^prod  {cloud}  exact, \d assumed$", first, re.MULTILINE)
    assert "1 environment, 1 target: no finding" in first
    assert re.search(r"\+ \d+ created", first)
    assert re.search(r"~ 1 updated", changed), changed
    assert re.search(r"- \d+ deleted", removed)
    # The engine removes no stack that still has resources.
    assert "Stack 'prod' has been removed!" in removed
    assert removed.endswith("Pulumi.prod.yaml\n")
