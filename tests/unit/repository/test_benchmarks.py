"""What the benchmark compares with is what it says: `dev`, written out by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

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
