"""From a policy to the controls of an Azure target."""

from __future__ import annotations

from collections.abc import Iterator

from wsus_egress.controls.azure.dns_policy import compile_dns_policy
from wsus_egress.controls.azure.firewall_compile import compile_application_rules
from wsus_egress.controls.azure.nsg_compile import compile_nsg
from wsus_egress.controls.azure.route_table import compile_route_table
from wsus_egress.controls.azure.service_endpoints import compile_service_endpoints
from wsus_egress.controls.base import Control
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.policy import EgressPolicy


def azure_controls(policy: EgressPolicy, target: AzureTarget, name: str) -> Iterator[Control]:
    """The controls in the order in which a flow passes them; `name` is the environment's."""
    if target.dns_security_policy:
        yield compile_dns_policy(policy, target, target.dns_security_policy, name)
    if target.network_security_group.create:
        yield compile_nsg(policy, target, name)
    if target.route_table:
        yield compile_route_table(policy, target, name)
    if any(subnet.service_endpoints for subnet in target.subnets) and (
        target.firewall_policy or target.route_table
    ):
        yield compile_service_endpoints(target)
    if target.firewall_policy:
        yield compile_application_rules(policy, target, name)
