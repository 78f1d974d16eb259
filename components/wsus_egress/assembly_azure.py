"""From an Azure target's settings to the target."""

from __future__ import annotations

from wsus_egress.assembly_base import Refuse, parse_network
from wsus_egress.environment import AzureTarget, FirewallPolicy
from wsus_egress.settings_azure import AzureSettings


def azure_target(azure: AzureSettings, refuse: Refuse) -> AzureTarget:
    """The target, each problem noted on the way."""
    space = [
        parse_network(("azure", "addressSpace", index), text, refuse)
        for index, text in enumerate(azure.address_space)
    ]
    policy = azure.firewall_policy
    return AzureTarget(
        resource_group=azure.resource_group,
        location=azure.location,
        address_space=tuple(network for network in space if network),
        destinations=azure.destinations,
        fqdn_tags=tuple(azure.fqdn_tags),
        firewall_policy=FirewallPolicy(
            policy.name, policy.existing, policy.sku, policy.threat_intel_mode
        ),
        rule_collection_group_priority=azure.rule_collection_group_priority,
        tags=tuple(sorted(azure.tags.items())),
    )
