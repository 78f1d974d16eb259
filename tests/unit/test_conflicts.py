"""What environments of one project do to one another, whichever of them is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from wsus_egress.problems import PolicyErrors
from wsus_egress.project import environment_from_config

FIREWALL = """\
    dnsFirewall: {}
    networkFirewall:
      mode: full
      endpoints:
        - zone: eu-west-1a
          subnetId: subnet-0a1b2c3d4e5f60718
          protectedRouteTables: [rtb-0a1b2c3d4e5f60718]
          returnRoutes:
            - {routeTableId: rtb-0a1b2c3d4e5f60719, destinations: [10.20.0.0/16]}
"""
DNS = "y has a DNS Firewall in vpc-0a1b2c3d4e5f60718 too"
ROUTE = "y routes 0.0.0.0/0 in rtb-0a1b2c3d4e5f60718 too"


@pytest.fixture
def two(write: Callable[..., Path]) -> Path:
    """A project with two environments, `x` and `y`, that are the same to the letter."""
    root = write(("config/Pulumi.x.yaml", "", FIREWALL))
    (root / "config" / "Pulumi.y.yaml").write_text((root / "config/Pulumi.x.yaml").read_text())
    return root


def test_both_of_one_project_are_seen(two: Path, run: Callable[..., Result]) -> None:
    """The later one is told of the earlier one."""
    result = run("check", two)

    assert 2 == result.exit_code
    assert "config/Pulumi.y.yaml" in result.stderr
    assert "x has a DNS Firewall" in result.stderr
    assert "x routes 0.0.0.0/0" in result.stderr


def test_one_alone_is_told_of_the_others(two: Path, run: Callable[..., Result]) -> None:
    """An environment that is looked at by itself is told of those beside it."""
    result = run("check", two, "--env", "x")

    assert 2 == result.exit_code
    assert DNS in result.stderr
    assert ROUTE in result.stderr


def test_what_is_wrong_beside_is_not_told(two: Path, run: Callable[..., Result]) -> None:
    """A neighbour that cannot be read is its own problem."""
    path = two / "config" / "Pulumi.y.yaml"
    path.write_text(path.read_text().replace("wsus-egress:lists", "wsus-egress:list"))

    assert "no finding" in run("check", two, "--env", "x").stdout


def test_a_stack_is_told_when_it_is_deployed(two: Path) -> None:
    """The program refuses it too: the engine gives one stack's settings only."""
    config = yaml.safe_load((two / "config" / "Pulumi.x.yaml").read_text())["config"]
    prefix = "wsus-egress:"
    settings = {k.removeprefix(prefix): v for k, v in config.items() if k.startswith(prefix)}
    with pytest.raises(PolicyErrors) as caught:
        environment_from_config(two, "x", settings)

    back = "y routes 10.20.0.0/16 in rtb-0a1b2c3d4e5f60719 too"
    found = [str(problem.what) for problem in caught.value.problems]
    assert [True] * 3 == [
        text.startswith(start) for text, start in zip(found, (DNS, ROUTE, back), strict=True)
    ]
