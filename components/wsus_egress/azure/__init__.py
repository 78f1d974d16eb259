"""Azure components: rules to resources, and nothing else.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

import pulumi

from wsus_egress._extras import needing
from wsus_egress.azure.arguments import (
    AzureWsusEgressArgs,
    AzureWsusFirewallArgs,
    FirewallPolicyArgs,
    check_arguments,
)
from wsus_egress.controls.azure_firewall import (
    ADDRESS_TYPE,
    DIAGNOSTICS_TYPE,
    FIREWALL_TYPE,
    GROUP_TYPE,
    POLICY_TYPE,
)
from wsus_egress.controls.azure_subnets import SUBNET_TYPE

with needing("pulumi_azure_native", "azure"):
    from wsus_egress.azure.resources import Declared, compiled, compiled_firewall

__all__ = [
    "AzureWsusEgress",
    "AzureWsusEgressArgs",
    "AzureWsusFirewall",
    "AzureWsusFirewallRules",
    "AzureWsusNetworkSecurityGroup",
    "AzureWsusRouteTable",
    "FirewallPolicyArgs",
]

_OF_THE_FIREWALL = (ADDRESS_TYPE, DIAGNOSTICS_TYPE, FIREWALL_TYPE)


class AzureWsusFirewallRules(pulumi.ComponentResource):
    """Rule collection groups, on a firewall policy that it creates or is given."""

    rule_collection_group_id: pulumi.Output[str]
    """The first rule collection group's id."""
    firewall_policy_name: pulumi.Output[str]
    """The firewall policy's name."""

    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare IP Groups, the policy, where it is ours, and the groups one after another.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        check_arguments(name, args, AzureWsusEgressArgs)
        super().__init__(
            "wsus-egress:index:AzureWsusFirewallRules",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        declared = Declared()
        control = compiled(args, declared, "azure-application-rules", "firewall_policy")
        documents = control.documents(name.removesuffix("-firewall"))
        declared.declare((each for each in documents if each.type not in _OF_THE_FIREWALL), self)
        groups, policies = declared.of(GROUP_TYPE), declared.of(POLICY_TYPE)
        self.rule_collection_group_id = groups[0].id
        self.firewall_policy_name = (
            policies[0].name
            if policies
            else pulumi.Output.from_input(args["firewall_policy"]["name"])
        )
        self.firewall_policy_id = policies[0].id if policies else None
        self.register_outputs(
            {
                "firewallPolicyName": self.firewall_policy_name,
                "ruleCollectionGroupId": self.rule_collection_group_id,
            }
        )


class AzureWsusFirewall(pulumi.ComponentResource):
    """A firewall with its public address and, where a workspace is given, its logs."""

    firewall_id: pulumi.Output[str]
    """The firewall's id."""
    private_address: pulumi.Output[str]
    """Its private address: the next hop of a route table."""

    def __init__(
        self, name: str, args: AzureWsusFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the address, the firewall and its diagnostics, on a policy that has its rules."""
        check_arguments(name, args, AzureWsusFirewallArgs)
        super().__init__(
            "wsus-egress:index:AzureWsusFirewall",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        prefix = name.removesuffix("-gateway")
        declared = Declared({f"${{{prefix}-firewall-policy.id}}": args["firewall_policy_id"]})
        declared.declare(compiled_firewall(args, declared, prefix), self)
        (created,) = declared.of(FIREWALL_TYPE)
        self.firewall_id = created.id
        self.private_address = created.ip_configurations[0].private_ip_address
        self.register_outputs(
            {"firewallId": self.firewall_id, "privateAddress": self.private_address}
        )


class AzureWsusRouteTable(pulumi.ComponentResource):
    """The servers' route table: 0.0.0.0/0 to the firewall."""

    route_table_id: pulumi.Output[str]
    """The route table's id: set it on the servers' subnets."""

    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the table. Its subnets are AzureWsusEgress's: they need the security group too.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        check_arguments(name, args, AzureWsusEgressArgs)
        super().__init__(
            "wsus-egress:index:AzureWsusRouteTable",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        declared = Declared()
        control = compiled(args, declared, "azure-route-table", "route_table")
        document = control.documents(name.removesuffix("-routes"))[0]
        (table,) = declared.declare([document], self)
        self.route_table_id = table.id
        self.register_outputs({"routeTableId": self.route_table_id})


class AzureWsusNetworkSecurityGroup(pulumi.ComponentResource):
    """A network security group for the servers' subnets, its rules inside it."""

    network_security_group_id: pulumi.Output[str]
    """The group's id: set it on the servers' subnets."""

    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the group.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        check_arguments(name, args, AzureWsusEgressArgs)
        super().__init__(
            "wsus-egress:index:AzureWsusNetworkSecurityGroup",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        declared = Declared()
        control = compiled(args, declared, "azure-nsg", "network_security_group")
        document = control.documents(name.removesuffix("-nsg"))[0]
        (group,) = declared.declare([document], self)
        self.network_security_group_id = group.id
        self.register_outputs({"networkSecurityGroupId": self.network_security_group_id})


class AzureWsusEgress(pulumi.ComponentResource):
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
        check_arguments(name, args, AzureWsusEgressArgs)
        super().__init__(
            "wsus-egress:index:AzureWsusEgress",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        declared = Declared()
        control = compiled(args, declared, "azure-nsg", "network_security_group")
        child = pulumi.ResourceOptions(parent=self)
        group = AzureWsusNetworkSecurityGroup(f"{name}-nsg", args, child)
        self.network_security_group_id = group.network_security_group_id
        ids = {f"${{{name}-nsg.id}}": group.network_security_group_id}
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
            ids[f"${{{name}-route-table.id}}"] = table.route_table_id
            control = compiled(args, declared, "azure-route-table", "route_table")
        subnets = [each for each in control.documents(name) if each.type == SUBNET_TYPE]
        declared.given.update(ids)
        declared.declare(subnets, self)
        outputs = {
            "firewallPolicyName": self.firewall_policy_name,
            "firewallPrivateAddress": self.firewall_private_address,
            "networkSecurityGroupId": self.network_security_group_id,
            "routeTableId": self.route_table_id,
            "ruleCollectionGroupId": self.rule_collection_group_id,
        }
        self.register_outputs({key: value for key, value in outputs.items() if value is not None})

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
            "environment": args.get("environment") or pulumi.get_stack(),
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
