"""What one cloud of an environment admits and the other does not is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result
from sample import AZURE

from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.proof.parity import Disparity, disparities
from wsus_egress.review.analysis import analyse, parity

IN_AWS = {"name": "one", "location": "aws", "addresses": ["10.1.0.10"]}
IN_AZURE = {"name": "two", "location": "azure", "addresses": ["10.2.0.10"]}
OTHER: dict[str, Any] = {**AZURE, "addressSpace": ["10.2.0.0/16"]}


def compared(environment: Callable[..., Environment], **settings: Any) -> tuple[Disparity, ...]:
    """The differences of an environment's two clouds."""
    built = environment(**{"servers": [IN_AWS, IN_AZURE], "azure": OTHER, **settings})
    sides = [(target.cloud, compile_target(built, target)) for target in built.targets]
    return disparities(built.policy, sides)


def test_what_one_cloud_cannot_see_is_named(environment: Callable[..., Environment]) -> None:
    """A security group alone admits every name and no name; Azure's rules admit the list."""
    found = compared(environment)

    assert [
        "10.1.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host name)",
        "10.1.0.10 -> https://example.com/",
        "10.1.0.10 -> http://example.com/",
    ] == [str(each.flow) for each in found]
    assert all(each.surely for each in found)
    assert {("aws", "azure")} == {(each.admits, each.denies) for each in found}


def test_a_tags_names_are_no_difference(environment: Callable[..., Environment]) -> None:
    """Where the other cloud admits every name, the tag's are among them: it alone admits more."""
    found = compared(environment, azure={**OTHER, "destinations": "tag+list"})

    assert {"aws"} == {each.admits for each in found}
    assert [True, False, False] == [each.surely for each in found]


def test_a_cloud_without_a_source_is_not_compared(environment: Callable[..., Environment]) -> None:
    """Nobody there may reach Microsoft Update, so nothing can differ."""
    follows = {**IN_AZURE, "synchronizesFrom": "one"}

    assert () == compared(environment, servers=[IN_AWS, follows])


def test_shipped_environments(root: Path) -> None:
    """Prod's clouds admit the same; open's differ by what has no name; the tag may add names."""
    found = {each.environment.name: parity(each) for each in analyse(root, (), None)}

    assert {"dev": 0, "open": 1, "prod": 0, "sandbox": 2, "staging": 0} == {
        name: len(each) for name, each in found.items()
    }
    assert [False, False] == [each.surely for each in found["sandbox"]]


def test_check_says_it(root: Path, run: Callable[..., Result]) -> None:
    """In text on a line of its own, in JSON under the environment."""
    text = run("check", root, "--env", "open", "--today", "2026-11-24").stdout
    data = json.loads(
        run("check", root, "--env", "open", "--today", "2026-11-24", "--format", "json").stdout
    )

    expected = "10.22.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host name)"
    assert f"AWS and Azure differ in open: aws admits {expected}, azure does not" in text
    assert [{"admits": "aws", "denies": "azure", "witness": expected, "surely": True}] == data[
        "environments"
    ][0]["parity"]
