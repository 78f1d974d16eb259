"""What an environment's settings name, invented for the stand-ins: `make up ENV=mine`.

A pure function from an environment to what the stand-in clouds must hold before it can be deployed.
For example `vpcId: vpc-0123abcd` becomes a VPC around the servers' addresses. Every invention has a
line that says so, for in a real account these things exist and look otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from invented.aws import of_aws
from invented.azure import of_azure
from invented.rows import Found, Held, World
from wsus_egress.model.environment import Environment


@dataclass(frozen=True, slots=True)
class Invention:
    """The scratch world of one environment.

    Attributes:
        world: The rows, as `sandbox/world.yaml` has them.
        held: What the clouds hold already besides: by provider, type and id.
        settings: The provider settings that the environment's file lacks.
        lines: What was invented, a line each.
        unknown: What the stand-ins have nothing of and take as it is, a line each.
    """

    world: World
    held: Mapping[str, Held]
    settings: Mapping[str, str]
    lines: tuple[str, ...]
    unknown: tuple[str, ...]


def invent(environment: Environment, given: Mapping[str, str]) -> Invention:
    """Invent what an environment names.

    Args:
        environment: Checked settings.
        given: The provider settings of its file, by whole key: `aws:region`.
    """
    aws, azure = Found(), Found()
    if environment.aws:
        aws = of_aws(environment.policy, environment.aws, given)
    if environment.azure:
        azure = of_azure(environment.azure, given)
    held = {"aws": aws.held, "azure-native": azure.held}
    return Invention(
        world=aws.world | azure.world,
        held={provider: kinds for provider, kinds in held.items() if kinds},
        settings=aws.settings | azure.settings,
        lines=(*aws.lines, *azure.lines),
        unknown=(*aws.unknown, *azure.unknown),
    )
