"""Acceptances that name nothing are problems; deviations that no longer occur are not."""

from __future__ import annotations

from collections.abc import Callable

from sample import VPC

from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.proof.accepted import of_nothing

Build = Callable[..., Environment]
ATTACHED = f"aws/security-group/attachment/{VPC}"


def problems(environment: Environment, *, bare: bool = False) -> list[str]:
    """What is wrong with the acceptances; `bare` without any control."""
    controls = () if bare else compile_target(environment, environment.targets[0])
    return list(map(str, of_nothing(environment, controls)))


def accepting(*whats: str) -> list[dict[str, str]]:
    """Entries of `accept`."""
    return [{"what": what, "reason": "Known", "expires": "2026-12-31"} for what in whats]


def test_what_may_be_accepted(environment: Build) -> None:
    """An assumption that is made, and a deviation, whether it occurs or not."""
    built = environment(accept=accepting(ATTACHED, "azure/azure-nsg/wider/ports"))

    assert [] == problems(built)


def test_an_acceptance_of_nothing(environment: Build) -> None:
    """The nearest assumption is offered, or those that there are."""
    peers = [
        {"name": f"pcs-{number}", "addresses": [f"10.20.{number}.0/24"], "updatesFrom": "one",
         "awsPeer": {"securityGroupId": f"sg-{number:08x}"}}
        for number in range(4, 11)
    ]  # fmt: skip
    wrong = accepting(
        "aws/security-group/attachment/vpc-0a1b2c3d4e5f60719", "azure/aws-nsg/wider/x"
    )
    close, far = problems(environment(accept=wrong, clients=peers))
    nothing = problems(environment(accept=wrong[1:]), bare=True)

    assert close.endswith(f" is neither assumed here nor a deviation; did you mean '{ATTACHED}'?")
    assert f"; remove it; what is assumed here is {ATTACHED}, aws/security-group/members/" in far
    assert far.endswith(" and 2 more")
    assert nothing[0].endswith("; remove it: nothing is assumed here")
