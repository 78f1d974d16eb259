"""From an environment to its targets' controls, in the order in which a flow passes them."""

from __future__ import annotations

from dataclasses import replace

from wsus_egress.controls.aws.dns_firewall import compile_dns_firewall
from wsus_egress.controls.aws.network_firewall import compile_network_firewall
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups
from wsus_egress.controls.aws.security_groups_compile import (
    compile_security_groups,
    same_names,
)
from wsus_egress.controls.azure.firewall import compile_application_rules
from wsus_egress.controls.azure.nsg_compile import compile_nsg
from wsus_egress.controls.azure.route_table import compile_route_table
from wsus_egress.controls.base import Control
from wsus_egress.controls.capabilities import overdrawn, refusals
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.environment import COMPONENT_NAME, Environment, Target
from wsus_egress.problems import PolicyErrors


def compile_target(
    environment: Environment, target: Target, prefix: str = COMPONENT_NAME
) -> tuple[Control, ...]:
    """The controls of one target, the one that sees most at the end.

    Args:
        environment: Whose policy is enforced.
        target: Where.
        prefix: What the names of its resources begin with.

    Raises:
        PolicyErrors: With everything that the controls cannot express or the cloud has no room for.
    """
    problems = list(refusals(environment, target, prefix))
    controls = () if problems else _controls(environment, target)
    problems += overdrawn(controls)
    for control in controls:
        if isinstance(control, AwsSecurityGroups):
            problems += same_names(control)
    if problems:
        raise PolicyErrors(
            replace(problem, location=environment.locate(problem.keys)) for problem in problems
        )
    return controls


def _controls(environment: Environment, target: Target) -> tuple[Control, ...]:
    policy, name = environment.policy, environment.name
    controls: list[Control] = []
    if isinstance(target, AwsTarget):
        if target.dns_firewall is not None:
            controls.append(compile_dns_firewall(policy, target, target.dns_firewall, name))
        controls.append(compile_security_groups(policy, target, name))
        if (firewall := target.network_firewall) is not None:
            controls.append(compile_network_firewall(policy, target, firewall, name))
        return tuple(controls)
    controls = [compile_nsg(policy, target, name)]
    if target.route_table:
        controls.append(compile_route_table(policy, target, name))
    if target.firewall_policy:
        controls.append(compile_application_rules(policy, target, name))
    return tuple(controls)
