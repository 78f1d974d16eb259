"""A stack in YAML consumes the components through the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest
import workspace
from workspace import Workspace

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        not workspace.has("pulumi-language-yaml"),
        reason="there is no host of YAML: `make setup` says why",
    ),
]


@pytest.mark.parametrize("plugin", [True, False], ids=["fetched", "on-path"])
def test_yaml_example(tmp_path: Path, plugin: bool) -> None:
    """The same as in TypeScript, twice and away again: by the plugin's folder, and by the program on PATH."""
    stack = Workspace.of("yaml", tmp_path, plugin=plugin)
    stack.must("pulumi", "stack", "init", "dev")

    outputs = stack.up()

    assert ["wsus"] == list(outputs["securityGroupIds"])
    again = stack.run(
        "pulumi", "preview", "--expect-no-changes", "--non-interactive", "--stack", "dev"
    )
    warned = "using pulumi-resource-wsus-egress from $PATH" in again.stdout + again.stderr
    assert (0, not plugin) == (again.returncode, warned)
    stack.destroy()
    assert [] == [each["type"] for each in stack.resources() if each["type"].startswith("aws:")]
