"""Everything that enforces a policy in one virtual network, as one component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.azure.arguments import AzureWsusEgressArgs
from wsus_egress.azure.cloud import AzureComponent
from wsus_egress.azure.dns_security_policy import AzureWsusDnsSecurityPolicy
from wsus_egress.azure.firewall import AzureWsusFirewall
from wsus_egress.azure.firewall_rules import AzureWsusFirewallRules
from wsus_egress.azure.network_security_group import AzureWsusNetworkSecurityGroup
from wsus_egress.azure.route_table import AzureWsusRouteTable
from wsus_egress.azure.unchangeable import ALL
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.azure.dns_policy import AzureDnsPolicy
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.route_table import AzureRouteTable
from wsus_egress.controls.azure.subnets import subnet_documents


class AzureWsusEgress(AzureComponent):
    """The policy enforced in one virtual network, along the whole path to the Internet."""

    rule_collection_group_id: pulumi.Output[str] | None
    """The first rule collection group's id."""
    firewall_policy_name: pulumi.Output[str] | None
    """The firewall policy's name."""
    firewall_policy_id: pulumi.Output[str] | None
    """The firewall policy's id, where it is created or was given: a spoke's `firewall_policy.id`."""
    network_security_group_id: pulumi.Output[str] | None
    """The network security group's id: set it on the servers' subnets."""
    route_table_id: pulumi.Output[str] | None
    """The route table's id: set it on the servers' subnets."""
    firewall_private_address: pulumi.Output[str] | None
    """The private address of the firewall that is created in mode `full`."""

    dns_security_policy_id: pulumi.Output[str] | None
    """The id of the DNS security policy, where one is asked for."""

    _makes_rules = True
    _whole = True
    _makes = ALL

    @overload
    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...
    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AzureWsusEgressArgs],
    ) -> None: ...
    def __init__(
        self,
        name: str,
        args: AzureWsusEgressArgs = AS_KEYWORDS,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare everything, the rules before the firewall and the firewall before the route.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        given, child = self._compiled, pulumi.ResourceOptions(parent=self)
        attached: dict[str, Any] = {}
        self.network_security_group_id = None
        if given.control(AzureNsg):
            nsg = AzureWsusNetworkSecurityGroup(f"{name}-nsg", given.handed(), child)
            self.network_security_group_id = nsg.network_security_group_id
            attached[f"${{{name}-nsg.id}}"] = nsg.network_security_group_id
        self.rule_collection_group_id = None
        self.firewall_policy_name = self.firewall_policy_id = None
        self.route_table_id = self.firewall_private_address = None
        made: dict[str, Any] = {}
        # The route leads to the rules: it comes after them, and a destroy, which Azure refuses while a
        # subnet has the table, fails there before it deletes a rule that servers need.
        before: list[pulumi.Resource] = []
        if given.control(AzureApplicationRules):
            handed = given.handed(beside_policy=self._beside_policy)
            rules = AzureWsusFirewallRules(f"{name}-firewall", handed, child)
            before.append(rules)
            self.rule_collection_group_id = rules.rule_collection_group_id
            self.firewall_policy_name = rules.firewall_policy_name
            self.firewall_policy_id = rules.firewall_policy_id
            if given.target.firewall:
                gateway = self._firewall(rules)
                before.append(gateway)
                self.firewall_private_address = gateway.private_address
                address = f"${{{name}-firewall.ipConfigurations[0].privateIPAddress}}"
                made[address] = self.firewall_private_address
        if given.control(AzureRouteTable):
            after = pulumi.ResourceOptions(parent=self, depends_on=before)
            table = AzureWsusRouteTable(f"{name}-routes", given.handed(made), after)
            self.route_table_id = table.route_table_id
            attached[f"${{{name}-route-table.id}}"] = table.route_table_id
        self.dns_security_policy_id = None
        if given.control(AzureDnsPolicy):
            dns = AzureWsusDnsSecurityPolicy(f"{name}-dns-policy", given.handed(), child)
            self.dns_security_policy_id = dns.dns_security_policy_id
        self._declarer.given.update(attached)
        self._declarer.declare(subnet_documents(name, given.target))
        self.register()

    def _firewall(self, rules: AzureWsusFirewallRules) -> AzureWsusFirewall:
        """Declare the firewall once its policy has every rule."""
        policy = self._compiled.target.firewall_policy
        assert policy is not None  # noqa: S101 - it is what the rules are in
        given = self._compiled.handed(firewall_policy_id=rules.firewall_policy_id, sku=policy.sku)
        after = pulumi.ResourceOptions(parent=self, depends_on=[rules])
        return AzureWsusFirewall(f"{self.pulumi_resource_name}-gateway", given, after)
