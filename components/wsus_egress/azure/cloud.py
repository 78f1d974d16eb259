"""What is Azure's own: which arguments may be outputs, and how documents become resources."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import pulumi_azure_native as azure

from wsus_egress.azure.lookups import foreign_networks
from wsus_egress.component.base import Component, compiled, refusal, refuse
from wsus_egress.component.declare import Cloud, Declarer
from wsus_egress.component.outputs import PEERS, Forms, StandIns
from wsus_egress.component.run import Sole
from wsus_egress.controls import Control
from wsus_egress.problems import PolicyErrors, Problem

# Arguments that are no setting of the target.
_OTHERS: Final = ("policy", "environment", "endpoint_lists")
_ID: Final = "/subscriptions/unknown/resourceGroups/unknown/providers/Microsoft.Network"
# They pass the same checks as what they stand for, and are never sent.
FORMS: Final[Forms] = {
    **PEERS,
    "resource_group": "unknown-resource-group",
    "location": "unknownlocation",
    "firewall_policy.name": "unknown-firewall-policy",
    "firewall_policy.base_policy": f"{_ID}/firewallPolicies/base",
    "firewall_policy_id": f"{_ID}/firewallPolicies/own",
    "firewall.virtual_network": f"{_ID}/virtualNetworks/network",
    "firewall.workspace": f"{_ID}/workspaces/workspace",
    "network_security_group.application_security_groups.*": (
        f"{_ID}/applicationSecurityGroups/{{key}}"
    ),
    "subnets.virtual_network": "unknown-network-{n}",
    "route_table.firewall_address": "100.127.255.254",
}
# One update of a policy, or of a network, at a time: a second one answers AnotherOperationInProgress
# ("Azure Firewall known issues", 2023-10; Azure/bicep#1013).
_SERIAL: Final = frozenset(
    f"azure-native:network:{name}"
    for name in (
        "AzureFirewall",
        "FirewallPolicy",
        "FirewallPolicyRuleCollectionGroup",
        "IpGroup",
        "Subnet",
    )
)
# What a subnet may have from others: it is sent whole, so what is ignored here is what it keeps.
_KEPT: Final = {
    "azure-native:network:Subnet": [
        "addressPrefixes",
        "applicationGatewayIPConfigurations",
        "defaultOutboundAccess",
        "delegations",
        "ipAllocations",
        "natGateway",
        "privateEndpointNetworkPolicies",
        "privateLinkServiceNetworkPolicies",
        "serviceEndpointPolicies",
        "serviceEndpoints",
        "sharingScope",
    ]
}
_SOLE: Final = {
    "azure-native:network:AzureFirewall": Sole(
        ("resourceGroupName", "azureFirewallName"),
        ("firewall", "name"),
        "the firewall of this name",
        "the second would take the place of the first",
        "give each firewall a name of its own",
    ),
    "azure-native:network:FirewallPolicy": Sole(
        ("resourceGroupName", "firewallPolicyName"),
        ("firewall_policy", "name"),
        "the firewall policy of this name",
        "the second would take the place of the first",
        "give each policy a name of its own, or write mode: rules-only in one of them",
    ),
    "azure-native:network:FirewallPolicyRuleCollectionGroup": Sole(
        ("resourceGroupName", "firewallPolicyName", "priority"),
        ("rule_collection_group_priority",),
        "a rule collection group of this priority in this policy",
        "the priority decides whose rules come first",
        "write another rule_collection_group_priority",
    ),
    "azure-native:network:Subnet": Sole(
        ("resourceGroupName", "virtualNetworkName", "subnetName"),
        ("subnets",),
        "this subnet",
        "a subnet has one network security group and one route table",
        "give each subnet to one component",
    ),
}
CLOUD: Final = Cloud(azure, _SERIAL, _KEPT, sole=_SOLE)


class AzureComponent(Component):
    """A component of one virtual network."""

    _shown: ClassVar[tuple[str, ...]] = ("resource_group_name",)
    _suffix: ClassVar[str] = ""
    """What AzureWsusEgress adds to its own name for a component of this kind inside it."""

    @classmethod
    def _prefix(cls, name: str) -> str:
        """What the names of a component's resources begin with."""
        return name.removesuffix(cls._suffix)

    def compile(
        self, name: str, args: Mapping[str, Any], control: str, argument: str
    ) -> tuple[Control, Declarer]:
        """One control that the arguments ask for, and what declares its documents.

        Args:
            name: The component's.
            args: Its arguments.
            control: What the control is called.
            argument: The argument that asks for it.

        Raises:
            pulumi.RunError: When they cannot be used, with everything that is wrong.
        """
        stand_ins = StandIns(FORMS)
        prefix = self._prefix(name)
        controls = compiled(name, args, "azure", settings_of(args), stand_ins, prefix=prefix)
        found = next((each for each in controls if each.name == control), None)
        if found is None:
            what, instead = "is missing, and this component needs it", f"write {argument}: {{...}}"
            raise refusal(name, PolicyErrors([Problem(None, (argument,), what, instead)]))
        refuse(name, foreign_networks(self, args))
        return found, Declarer(CLOUD, self, stand_ins.outputs)


def settings_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """The target's settings among a component's arguments."""
    settings = {
        key: value for key, value in args.items() if value is not None and key not in _OTHERS
    }
    return {"resource_group": settings.pop("resource_group_name"), **settings}
