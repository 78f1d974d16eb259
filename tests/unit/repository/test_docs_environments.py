"""The environments that the cloud guides show are what the guides say of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from paths import ROOT

Write = Callable[..., Path]
Run = Callable[..., Result]

CONFIG = "config/Pulumi.mine.yaml"
LISTS = ROOT / "config" / "endpoints"


def blocks(page: str) -> list[dict[str, Any]]:
    """The settings in a page's YAML blocks."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [
        yaml.safe_load(block)
        for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


@pytest.fixture
def check(write: Write, run: Run) -> Callable[[dict[str, Any]], tuple[int, str]]:
    """Checks an environment with these settings: the exit status, and the line about its target, without commas."""

    def checked(settings: dict[str, Any]) -> tuple[int, str]:
        files = {f"config/endpoints/{path.name}": path.read_text() for path in LISTS.iterdir()}
        project = write(files={**files, CONFIG: yaml.safe_dump({"config": settings})})
        done = run("check", project, "--env", "mine", "--today", "2026-11-24")
        return done.exit_code, done.output.splitlines()[0].replace(",", "")

    return checked


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_the_first_environment_is_exact(
    cloud: str, check: Callable[[dict[str, Any]], tuple[int, str]]
) -> None:
    """Whoever copies the page's first environment has what the page says."""
    status, said = check(blocks(f"{cloud}.md")[0]["config"])

    assert (0, ["mine", cloud, "exact"]) == (status, said.split()[:3])


def test_what_is_accepted_without_a_firewall_is_all_that_there_is(
    check: Callable[[dict[str, Any]], tuple[int, str]],
) -> None:
    """With both acceptances of the page the target passes; without them it does not."""
    first, second, *_ = blocks("aws.md")
    settings = {**first["config"], **second}
    status, said = check(settings)
    assert (0, ["mine", "aws", "wider"]) == (status, said.split()[:3])

    del settings["wsus-egress:accept"]
    assert 1 == check(settings)[0]
