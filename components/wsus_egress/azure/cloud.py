"""What is Azure's own: which arguments may be outputs, and how documents become resources."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

import pulumi
import pulumi_azure_native as azure

from wsus_egress.azure.lookups import foreign_networks
from wsus_egress.azure.policies import (
    is_elsewhere,
    missing_policy,
    provider_of,
    unfit_base,
    without_provider,
)
from wsus_egress.azure.prefixes import unfit_prefix
from wsus_egress.azure.seen import tell
from wsus_egress.azure.subnets import unlike_subnets
from wsus_egress.azure.unchangeable import unchangeable
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.base import Component
from wsus_egress.component.claims import Sole
from wsus_egress.component.declare import Cloud
from wsus_egress.component.errors import refuse
from wsus_egress.component.outputs import forms_of
from wsus_egress.model.azure import AzureTarget, FirewallAlone
from wsus_egress.problems import Problem

_FORMS: Final = forms_of(AzureTarget, FirewallAlone)
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
# What a subnet may have from others: it is sent whole, so what is ignored here is what it keeps. What
# a document says itself is not ignored: the route table, where one is made here.
_KEPT: Final = {
    "azure-native:network:Subnet": [
        "addressPrefixes",
        "applicationGatewayIPConfigurations",
        "defaultOutboundAccess",
        "delegations",
        "ipAllocations",
        "ipamPoolPrefixAllocations",
        # An import reads these two from Azure's answer, and not the id (azure-native,
        # responseToSdkInputs.go, read 2026-11).
        "name",
        "natGateway",
        "privateEndpointNetworkPolicies",
        "privateLinkServiceNetworkPolicies",
        "routeTable",
        "serviceEndpointPolicies",
        "serviceEndpoints",
        "sharingScope",
        "type",
    ]
}
# azure-native deletes first what it replaces (provider.go, Diff, read 2026-11), and Azure refuses that of
# what is in use: under another name the new one is made first, what uses the old one is led to it, and
# the old one goes last. Not so a firewall, of which a network has one.
_MADE_FIRST: Final = frozenset(
    f"azure-native:network:{name}"
    for name in (
        "FirewallPolicy",
        "FirewallPolicyRuleCollectionGroup",
        "IpGroup",
        "NetworkSecurityGroup",
        "PublicIPAddress",
        "RouteTable",
    )
)
_SOLE: Final = {
    "azure-native:dnsresolver:DnsResolverPolicyVirtualNetworkLink": Sole(
        ("virtualNetwork",),
        ("dns_security_policy", "virtual_network"),
        "a DNS security policy for this network",
        "a network is linked to one",
        "leave dns_security_policy out of one of them, with the names of both in the other",
    ),
    "azure-native:network:AzureFirewall": Sole(
        ("resourceGroupName", "azureFirewallName"),
        ("firewall", "name"),
        "the firewall of this name",
        "the second would overwrite the first",
        "give each firewall a name of its own",
    ),
    "azure-native:network:FirewallPolicy": Sole(
        ("resourceGroupName", "firewallPolicyName"),
        ("firewall_policy", "name"),
        "the firewall policy of this name",
        "the second would overwrite the first",
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
CLOUD: Final = Cloud("azure", azure, _FORMS, _SERIAL, _KEPT, sole=_SOLE, made_first=_MADE_FIRST)
# What a component hands to the one inside that makes rules: the provider of their policy.
BESIDE_POLICY: Final = "beside_policy"
# Arguments that are not settings of the target.
_OTHERS: Final = ("accept", "policy", "environment", "endpoint_lists")


class AzureComponent(Component):
    """A component of one virtual network."""

    _cloud = CLOUD
    _compiled: Compiled[AzureTarget]

    _makes_rules: ClassVar[bool] = False
    """Whether it makes rules in a firewall policy, which others may keep elsewhere."""
    _whole: ClassVar[bool] = False
    """Whether it makes everything of a target."""
    _makes: ClassVar[frozenset[str]] = frozenset()
    """The types of what it makes that Azure never changes in every way."""

    def __init__(
        self,
        name: str,
        args: Any,
        opts: pulumi.ResourceOptions | None,
        keywords: Mapping[str, Any],
    ) -> None:
        """Check and compile the arguments, and look networks and the firewall policy up.

        Raises:
            pulumi.RunError: With everything that is wrong with the arguments.
        """
        super().__init__(name, args, opts, keywords)
        problems = [*foreign_networks(self, self._compiled), *unfit_prefix(self, self._compiled)]
        if self._whole:
            problems += unlike_subnets(self, self._compiled, self._prefix)
        if not isinstance(opts.parent if opts else None, AzureComponent):  # That one has looked.
            problems += unchangeable(self, self._compiled, self._prefix, self._makes)
        self._beside_policy: pulumi.ProviderResource | None = None
        """The provider for what is made in the policy's resource group; None for the component's own."""
        handed = self._compiled.arguments
        if BESIDE_POLICY in handed:
            self._beside_policy = handed[BESIDE_POLICY]
        elif self._makes_rules:
            problems += self._found_policy()
        refuse(name, problems)
        if self._makes_rules and BESIDE_POLICY not in handed:
            tell(self, self._compiled, self._beside_policy, self._prefix)

    def _found_policy(self) -> Iterator[Problem]:
        policy = self._compiled.target.firewall_policy
        if policy is not None and is_elsewhere(self, policy):
            if self.get_provider("azure-native:index:") is not None:
                yield without_provider(self, policy)
                return
            self._beside_policy = provider_of(self, policy)
        yield from missing_policy(self, self._compiled, self._beside_policy)
        yield from unfit_base(self, self._compiled, self._beside_policy)

    def _shown(self) -> dict[str, Any]:
        given = self._compiled
        # The key that the state of every stack has: another one would be a change of each component.
        return {"resource_group_name": given.given(given.target.resource_group)}

    @classmethod
    def _settings(cls, args: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: value for key, value in args.items() if value is not None and key not in _OTHERS
        }
