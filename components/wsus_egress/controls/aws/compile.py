"""From a policy to the controls of an AWS target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsus_egress.controls.aws.dns_firewall import AwsDnsFirewall, compile_dns_firewall
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall, compile_network_firewall
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups
from wsus_egress.controls.aws.security_groups_compile import compile_security_groups, same_names
from wsus_egress.controls.base import Control
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.environment import COMPONENT_NAME
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.problems import Problem


def aws_controls(policy: EgressPolicy, target: AwsTarget, name: str) -> Iterator[Control]:
    """The controls in the order in which a flow passes them; `name` is the environment's."""
    if target.dns_firewall is not None:
        yield compile_dns_firewall(policy, target, target.dns_firewall, name)
    yield compile_security_groups(policy, target, name)
    if (firewall := target.network_firewall) is not None:
        yield compile_network_firewall(policy, target, firewall, name)


def aws_clashes(controls: Iterable[Control]) -> Iterator[Problem]:
    """What compiled controls show for the first time: two rules with one name, a name for nothing."""
    for control in controls:
        if isinstance(control, (AwsDnsFirewall, AwsNetworkFirewall)) and control.named.names:
            yield from control.named.problems(control.documents(COMPONENT_NAME), COMPONENT_NAME)
        if isinstance(control, AwsSecurityGroups):
            yield from same_names(control)
