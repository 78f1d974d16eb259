"""Projects in a temporary folder, the command line, and environments from settings."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import standin
from click.testing import CliRunner, Result
from distribution import build
from paths import ROOT
from sample import GOOD_LIST

from providers.kind import Session
from wsus_egress.cli.main import main
from wsus_egress.config.assembly import build_environment
from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import Endpoint
from wsus_egress.names.hosts import Pattern
from wsus_egress.problems import PolicyErrors

GOOD_CONFIG = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [good]
  wsus-egress:servers:
    - name: one
      addresses: [10.20.0.10]
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
"""

LIST_FILE = "config/endpoints/good.yaml"
CONFIG_FILE = "config/Pulumi.x.yaml"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A provider of the sandbox in eu-west-1, over an empty cloud."""
    return standin.session(tmp_path)


@pytest.fixture
def root() -> Path:
    """The project as it is shipped."""
    return ROOT


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built once; or the one that a release has built."""
    if given := os.environ.get("WSUS_EGRESS_WHEEL"):
        return Path(given)
    return build(tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture
def today() -> datetime.date:
    """A day on which no shipped acceptance has expired."""
    return datetime.date(2026, 11, 24)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a sound project, changed: edits are files with an old and a new text in them.

    An empty old text stands for the file's end. `files` replaces or adds whole files.
    """

    def write_project(
        *edits: tuple[str, str, str], files: Mapping[str, str | bytes] | None = None
    ) -> Path:
        contents: dict[str, str | bytes] = {LIST_FILE: GOOD_LIST, CONFIG_FILE: GOOD_CONFIG}
        for name, old, new in edits:
            text = str(contents[name])
            assert old in text
            contents[name] = text.replace(old, new, 1) if old else text + new
        for name, content in {**contents, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write_project


@pytest.fixture
def run() -> Callable[..., Result]:
    """Runs a command of `wsus-egress` on a project."""

    def run_command(command: str, project: Path, *arguments: str, given: str = "") -> Result:
        arguments = (command, "--project", str(project), *arguments)
        return CliRunner().invoke(main, arguments, input=given)

    return run_command


@pytest.fixture
def environment() -> Callable[..., Environment]:
    """Builds an environment called `test` from settings, with one list called `good`."""

    def make(**settings: Any) -> Environment:
        return build_environment("test", sound(**settings), None, lambda _: None)

    return make


@pytest.fixture
def refused(environment: Callable[..., Environment]) -> Callable[..., list[str]]:
    """The problems of settings, as the user reads them."""

    def problems(**settings: Any) -> list[str]:
        with pytest.raises(PolicyErrors) as caught:
            environment(**settings)
        return [str(problem) for problem in caught.value.problems]

    return problems


@pytest.fixture
def refused_target(environment: Callable[..., Environment]) -> Callable[..., list[str]]:
    """Every problem of settings with one target, those that only its controls find included."""

    def problems(**settings: Any) -> list[str]:
        def build() -> None:
            built = environment(**settings)
            compile_target(built, built.targets[0])

        with pytest.raises(PolicyErrors) as caught:
            build()
        return [str(problem) for problem in caught.value.problems]

    return problems


def sound(**settings: Any) -> dict[str, Any]:
    """Settings that can be used, with some replaced, or left out where None."""
    whole = {
        "extraEndpoints": [
            {
                "pattern": "*.example.com",
                "schemes": ["http", "https"],
                "owner": "team",
                "reason": "test",
            }
        ],
        "servers": [{"name": "one", "addresses": ["10.20.0.10"]}],
        "aws": {"vpcId": "vpc-0a1b2c3d4e5f60718"},
        **settings,
    }
    return {key: value for key, value in whole.items() if value is not None}


@pytest.fixture
def endpoint() -> Callable[..., Endpoint]:
    """Makes an endpoint of a pattern's text."""

    def make(text: str, *schemes: Scheme) -> Endpoint:
        counted = frozenset(schemes or Scheme)
        return Endpoint(Pattern.parse(text), counted, "purpose", "source", "2026-11-01", "test")

    return make
