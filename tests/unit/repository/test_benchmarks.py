"""The benchmark runs, and compares with what it says: `dev`, written out by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from paths import ROOT

# The rows that need no Pulumi engine; `tests/engine/test_benchmark.py` has the other one.
ROWS = ("cold", "many", "cover", "explained", "read", "proved", "growth", "environments", "audited")
RUN = [sys.executable, str(ROOT / "benchmarks" / "run.py")]

RECORD = """
import json, runpy, sys
import pulumi
found = []
class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        found.append({"type": args.typ, "name": args.name, "properties": args.inputs})
        return f"${{{args.name}.id}}", {**args.inputs, "arn": f"${{{args.name}.arn}}"}
    def call(self, args):
        return {}
pulumi.runtime.set_mocks(Mocks())
pulumi.runtime.test(lambda: runpy.run_path(sys.argv[1]) and None)()
print(json.dumps(found))
"""


def test_the_flat_program_is_what_dev_deploys(root: Path, run: Callable[..., Result]) -> None:
    """The same resources with the same inputs as those that are compiled, and no other."""
    previewed = json.loads(run("preview", root, "--env", "dev", "--format", "json").stdout)
    documents = [
        document
        for target in previewed["environments"][0]["targets"]
        for control in target["controls"]
        for document in control["documents"]
    ]
    program = root / "benchmarks" / "flat.py"
    done = subprocess.run(
        [sys.executable, "-c", RECORD, str(program)], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr

    by_name = [
        {each["name"]: each for each in found} for found in (documents, json.loads(done.stdout))
    ]
    assert by_name[0] == by_name[1]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_runs(row: str, tmp_path: Path) -> None:
    """On small inputs each row of the benchmark ends well; the page says which commit it measured."""
    aerleon = tmp_path / "aclgen"
    aerleon.write_text("#!/bin/sh\n")
    aerleon.chmod(0o755)
    page = tmp_path / "page.md"
    command = [*RUN, "--small", "--aclgen", str(aerleon), "--output", str(page), row]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout == page.read_text()
    assert "It measured commit " in done.stdout


def test_an_unknown_row_is_refused(tmp_path: Path) -> None:
    """A mistyped row measures nothing and leaves no page behind."""
    page = tmp_path / "page.md"
    command = [*RUN, "--output", str(page), "warm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 2 == done.returncode
    assert "'warm' is not a row; the rows are cold, many, cover, pulumi," in done.stderr
    assert not page.exists()
