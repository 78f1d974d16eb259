"""From an environment to its targets' controls, in the order in which a flow passes them.

For example an AWS target with a DNS Firewall and a Network Firewall has three controls:
`aws-dns-firewall`, `aws-security-group` and `aws-network-firewall`.

A cloud's modules are loaded with its first target: a command waits for one cloud where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wsus_egress.controls.base import Control
from wsus_egress.controls.tags import reserved_tags
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.environment import COMPONENT_NAME, Environment, Target
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.problems import PolicyErrors, Problem


def compile_target(
    environment: Environment, target: Target, prefix: str = COMPONENT_NAME
) -> tuple[Control, ...]:
    """The controls of one target, the one that sees most at the end.

    Args:
        environment: Whose policy is enforced.
        target: Where.
        prefix: What the names of its resources start with.

    Raises:
        PolicyErrors: With everything that the controls cannot express or the cloud has no room for.
    """
    problems = list(refusals(environment, target, prefix))
    controls = () if problems else _controls(environment, target)
    problems += _overdrawn(controls)
    problems += _clashes(target, controls)
    if problems:
        raise PolicyErrors(
            replace(problem, location=environment.locate(problem.keys)) for problem in problems
        )
    return controls


def refusals(
    environment: Environment, target: Target, prefix: str = COMPONENT_NAME
) -> Iterator[Problem]:
    """Everything an environment asks of a target that its controls cannot express.

    A control never drops a part of the policy in silence, nor widens it: what it cannot express is
    a problem of the input.

    Args:
        environment: Whose policy is to be enforced.
        target: Where.
        prefix: What the names of its resources start with.
    """
    policy = environment.policy
    yield from _no_common_version(policy)
    if isinstance(target, AwsTarget):
        from wsus_egress.controls.aws.refusals import aws_refusals  # noqa: PLC0415

        yield from aws_refusals(policy, target, prefix)
    else:
        from wsus_egress.controls.azure.refusals import azure_refusals  # noqa: PLC0415

        yield from azure_refusals(policy, target, prefix)
    yield from reserved_tags(target)


def _no_common_version(policy: EgressPolicy) -> Iterator[Problem]:
    """Servers and clients that no IP version leads to the server they synchronize with."""
    for asker in policy.parties:
        if asker.asks is None:
            continue
        server = policy.party(asker.asks)
        shared = {n.version for n in asker.addresses} & {n.version for n in server.addresses}
        if asker.addresses and server.addresses and not shared:
            what = f"{asker.name} and {server.name} have no IP version in common"
            yield Problem(None, ("servers",), what, "give both an IPv4 address")


def _overdrawn(controls: Sequence[Control]) -> Iterator[Problem]:
    """The clouds' limits that the rules exceed."""
    for control in controls:
        for quota in control.quotas():
            if quota.used > quota.limit:
                what = (
                    f"{control.name}: {quota.used} {quota.name}, and the cloud allows {quota.limit}"
                )
                yield Problem(None, quota.setting, what, quota.instead)


def _clashes(target: Target, controls: Sequence[Control]) -> Iterator[Problem]:
    """What is wrong between the rules of a target."""
    if isinstance(target, AwsTarget):
        from wsus_egress.controls.aws.compile import aws_clashes  # noqa: PLC0415

        yield from aws_clashes(controls)


def _controls(environment: Environment, target: Target) -> tuple[Control, ...]:
    policy, name = environment.policy, environment.name
    if isinstance(target, AwsTarget):
        from wsus_egress.controls.aws.compile import aws_controls  # noqa: PLC0415

        return tuple(aws_controls(policy, target, name))
    from wsus_egress.controls.azure.compile import azure_controls  # noqa: PLC0415

    return tuple(azure_controls(policy, target, name))
