"""Everything that enforces a policy in one virtual network, as one component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

import pulumi

from wsus_egress.azure.arguments import AzureWsusEgressArgs, AzureWsusFirewallArgs
from wsus_egress.azure.cloud import AzureComponent
from wsus_egress.azure.firewall import AzureWsusFirewall
from wsus_egress.azure.firewall_rules import AzureWsusFirewallRules
from wsus_egress.azure.network_security_group import AzureWsusNetworkSecurityGroup
from wsus_egress.azure.route_table import AzureWsusRouteTable
from wsus_egress.component.base import environment_of
from wsus_egress.controls.azure.subnets import SUBNET_TYPE


class AzureWsusEgress(AzureComponent):
    """The policy enforced in one virtual network, along the whole path to the Internet."""

    rule_collection_group_id: pulumi.Output[str] | None
    """The first rule collection group's id."""
    firewall_policy_name: pulumi.Output[str] | None
    """The firewall policy's name."""
    network_security_group_id: pulumi.Output[str]
    """The network security group's id: set it on the servers' subnets."""
    route_table_id: pulumi.Output[str] | None
    """The route table's id: set it on the servers' subnets."""
    firewall_private_address: pulumi.Output[str] | None
    """The private address of the firewall that is created in mode `full`."""

    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare everything, the rules before the firewall and the firewall before the route.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__("wsus-egress:index:AzureWsusEgress", name, args, AzureWsusEgressArgs, opts)
        control, declarer = self.compile(name, args, "azure-nsg", "network_security_group")
        child = pulumi.ResourceOptions(parent=self)
        group = AzureWsusNetworkSecurityGroup(f"{name}-nsg", args, child)
        self.network_security_group_id = group.network_security_group_id
        declarer.given[f"${{{name}-nsg.id}}"] = group.network_security_group_id
        self.rule_collection_group_id = self.firewall_policy_name = None
        self.route_table_id = self.firewall_private_address = None
        routed = args
        if args.get("firewall_policy") is not None:
            rules = AzureWsusFirewallRules(f"{name}-firewall", args, child)
            self.rule_collection_group_id = rules.rule_collection_group_id
            self.firewall_policy_name = rules.firewall_policy_name
            if args.get("firewall") is not None and rules.firewall_policy_id is not None:
                routed = self._with_firewall(name, args, rules)
        if args.get("route_table") is not None:
            table = AzureWsusRouteTable(f"{name}-routes", routed, child)
            self.route_table_id = table.route_table_id
            declarer.given[f"${{{name}-route-table.id}}"] = table.route_table_id
            control, _ = self.compile(name, args, "azure-route-table", "route_table")
        declarer.declare(each for each in control.documents(name) if each.type == SUBNET_TYPE)
        self.register()

    def _with_firewall(
        self, name: str, args: AzureWsusEgressArgs, rules: AzureWsusFirewallRules
    ) -> AzureWsusEgressArgs:
        """Declare the firewall once its policy has every rule; the arguments with its address."""
        assert rules.firewall_policy_id is not None  # noqa: S101 - mode full creates the policy
        given: AzureWsusFirewallArgs = {
            "resource_group_name": args["resource_group_name"],
            "location": args["location"],
            "firewall": args["firewall"],
            "firewall_policy_id": rules.firewall_policy_id,
            "sku": args["firewall_policy"].get("sku") or "Standard",
            "environment": environment_of(args),
            "tags": dict(args.get("tags") or {}),
        }
        after = pulumi.ResourceOptions(parent=self, depends_on=[rules])
        firewall = AzureWsusFirewall(f"{name}-gateway", given, after)
        self.firewall_private_address = firewall.private_address
        routed: AzureWsusEgressArgs = {
            **args,
            "firewall_policy": {**args["firewall_policy"], "mode": "policy"},
            "route_table": {
                **(args.get("route_table") or {}),
                "firewall_address": firewall.private_address,
            },
        }
        del routed["firewall"]
        return routed
