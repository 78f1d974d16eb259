"""The Makefile's own logic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from paths import ROOT


def schemas(folder: Path, status: int) -> subprocess.CompletedProcess[str]:
    """Run `make schemas` in an empty folder, with a writer that ends with this status."""
    writer = folder / "writer"
    writer.write_text(f'case "$*" in *plugin) echo new; exit {status};; esac\n')
    (folder / "components").mkdir()
    (folder / "components" / "schema.json").write_text("old\n")
    command = [
        "make",
        "--file",
        str(ROOT / "Makefile"),
        "--old-file=setup",
        f"RUN=sh {writer}",
        "schemas",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_schema_is_written_whole(tmp_path: Path) -> None:
    """What the components' types give replaces the schema."""
    done = schemas(tmp_path, 0)
    assert (0, "") == (done.returncode, done.stderr)
    assert "new\n" == (tmp_path / "components" / "schema.json").read_text()


def test_a_failed_schema_leaves_nothing(tmp_path: Path) -> None:
    """The old schema stays, `make` fails, and no part of a new one is left behind."""
    done = schemas(tmp_path, 3)
    assert 2 == done.returncode
    assert "old\n" == (tmp_path / "components" / "schema.json").read_text()
    assert ["components", "writer"] == sorted(path.name for path in tmp_path.iterdir())


def test_a_mistyped_variable_is_refused() -> None:
    """It would mean nothing to `make`, and `up` would deploy another environment than the user's."""
    command = ["make", "--dry-run", "--file", str(ROOT / "Makefile"), "up"]
    wrong, right = (
        subprocess.run([*command, given], capture_output=True, text=True, check=False)
        for given in ("EVN=mine", "ENV=mine")
    )

    assert (2, 0) == (wrong.returncode, right.returncode)
    assert (
        "EVN is not a variable of this Makefile; the choices are CASES, ENV, JOBS, MODULE, PYTHON, SAMPLE, SECONDS, SEED, SHARE, TAG"
        in wrong.stderr
    )
    assert "up 'mine'" in right.stdout


def test_the_set_up_does_nothing_for_an_argument() -> None:
    """Neither a question nor a mistyped option may start it."""
    command = [sys.executable, str(ROOT / "tools" / "setup.py")]
    asked, wrong = (
        subprocess.run([*command, given], capture_output=True, text=True, check=False, timeout=60)
        for given in ("--help", "--hlep")
    )

    assert (0, "") == (asked.returncode, asked.stderr)
    assert "`make setup`: installs everything" in asked.stdout
    told = "error: the set-up takes no arguments, and '--hlep' is one: nothing is done\n"
    assert (1, "", told) == (wrong.returncode, wrong.stdout, wrong.stderr)
