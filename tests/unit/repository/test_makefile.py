"""The Makefile's own logic."""

from __future__ import annotations

import subprocess
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
