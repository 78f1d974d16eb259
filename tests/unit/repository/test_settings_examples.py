"""The settings files of docs/examples/settings/: each is an environment that passes `check`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from paths import ROOT

from wsus_egress.cli.main import main

FOLDER = ROOT / "docs" / "examples" / "settings"
FILES = sorted(FOLDER.glob("Pulumi.*.yaml"))
DEVIATING = {
    "aws-roll-out": {("aws", "wider")},
    "azure-activation": {("azure", "wider")},
    "azure-spoke-routes": {("azure", "wider")},
    "open": {("aws", "exact"), ("azure", "narrower")},
}
"""What the proof does not find exact; their files accept it until a day."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_example_is_an_environment_without_a_finding(path: Path, tmp_path: Path) -> None:
    """Beside the endpoint lists it is exact, or each deviation is accepted with its reason."""
    (tmp_path / "config").mkdir()
    shutil.copytree(ROOT / "config" / "endpoints", tmp_path / "config" / "endpoints")
    shutil.copy(path, tmp_path / "config")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    arguments = ["check", "--project", str(tmp_path), "--today", "2026-11-24", "--format", "json"]
    result = CliRunner().invoke(main, arguments)
    assert 0 == result.exit_code, result.output
    (environment,) = json.loads(result.stdout)["environments"]
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")

    assert name == environment["environment"]
    fidelity = {(target["target"], target["fidelity"]) for target in environment["targets"]}
    assert DEVIATING.get(name, {(cloud, "exact") for cloud, _ in fidelity}) == fidelity


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_example_says_for_whom_it_is(path: Path) -> None:
    """Its first lines are the schema for the editor and the situation in words; the page lists it."""
    schema, comment, *_ = path.read_text(encoding="utf-8").splitlines()
    _, _, target = schema.partition("$schema=")

    assert (path.parent / target).resolve().is_file()
    assert comment.startswith("# ")
    assert yaml.safe_load(path.read_text(encoding="utf-8")).keys() == {"config"}
    situations = (ROOT / "docs/situations.md").read_text(encoding="utf-8")
    assert f"(examples/settings/{path.name})" in situations
    assert f"(settings/{path.name})" in (FOLDER.parent / "README.md").read_text(encoding="utf-8")
