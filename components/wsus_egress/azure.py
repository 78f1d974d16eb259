"""Azure components: rules to resources, and nothing else.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_azure_native as azure

from wsus_egress.args import PolicyArgs
from wsus_egress.arguments import UNKNOWN_TEXT, compile_arguments, text_or
from wsus_egress.controls.azure_application_rules import AzureApplicationRules
from wsus_egress.controls.azure_nsg import AzureNsg
from wsus_egress.problems import PolicyErrors


class FirewallPolicyArgs(TypedDict):
    """The Azure Firewall policy that carries the rules."""

    name: str
    """Its name in Azure."""
    existing: NotRequired[bool]
    """true: it exists already, and only a rule collection group is added to it."""
    sku: NotRequired[str]
    """`Basic`, `Standard` (default) or `Premium`."""
    threat_intel_mode: NotRequired[str]
    """`Off`, `Alert` (default) or `Deny`."""


class AzureWsusEgressArgs(TypedDict):
    """Everything that enforces the policy in one virtual network."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    resource_group_name: pulumi.Input[str]
    """The resource group, of the firewall policy too."""
    location: pulumi.Input[str]
    """The region, as Azure writes it: westeurope."""
    address_space: list[str]
    """The virtual network's address blocks."""
    firewall_policy: FirewallPolicyArgs
    """The firewall policy, created or given."""
    destinations: NotRequired[str]
    """`tag`, `list` or `tag+list` (default)."""
    fqdn_tags: NotRequired[list[str]]
    """Azure's FQDN tags; WindowsUpdate by default."""
    rule_collection_group_priority: NotRequired[int]
    """100 (first) to 65000 (last); 300 by default."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; those that come with the package by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource that can have tags."""


class AzureWsusFirewallRules(pulumi.ComponentResource):
    """A rule collection group, on a firewall policy that it creates or is given."""

    rule_collection_group_id: pulumi.Output[str]
    """The rule collection group's id."""
    firewall_policy_name: pulumi.Output[str]
    """The firewall policy's name."""

    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the policy, where it is ours, and the group.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(
            "wsus-egress:index:AzureWsusFirewallRules",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        _, control = _compile(args)
        *policies, group = control.documents(name.removesuffix("-firewall"))
        child = pulumi.ResourceOptions(parent=self)
        policy_name: pulumi.Input[str] = args["firewall_policy"]["name"]
        for document in policies:
            policy = azure.network.FirewallPolicy(
                f"{name}-policy",
                firewall_policy_name=document.properties["firewallPolicyName"],
                location=args["location"],
                resource_group_name=args["resource_group_name"],
                sku=document.properties["sku"],
                tags=document.properties["tags"],
                threat_intel_mode=document.properties["threatIntelMode"],
                opts=child,
            )
            policy_name = policy.name
        rules = azure.network.FirewallPolicyRuleCollectionGroup(
            f"{name}-rules",
            firewall_policy_name=policy_name,
            priority=group.properties["priority"],
            resource_group_name=args["resource_group_name"],
            rule_collection_group_name=group.properties["ruleCollectionGroupName"],
            rule_collections=group.properties["ruleCollections"],
            opts=child,
        )
        self.rule_collection_group_id = rules.id
        self.firewall_policy_name = pulumi.Output.from_input(policy_name)
        self.register_outputs(
            {
                "firewallPolicyName": self.firewall_policy_name,
                "ruleCollectionGroupId": self.rule_collection_group_id,
            }
        )


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
        super().__init__(
            "wsus-egress:index:AzureWsusNetworkSecurityGroup",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        control, _ = _compile(args)
        (document,) = control.documents(name.removesuffix("-nsg"))
        group = azure.network.NetworkSecurityGroup(
            name,
            location=args["location"],
            network_security_group_name=document.properties["networkSecurityGroupName"],
            resource_group_name=args["resource_group_name"],
            security_rules=document.properties["securityRules"],
            tags=document.properties["tags"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.network_security_group_id = group.id
        self.register_outputs({"networkSecurityGroupId": self.network_security_group_id})


class AzureWsusEgress(pulumi.ComponentResource):
    """The policy enforced in one virtual network: firewall rules and network security group."""

    rule_collection_group_id: pulumi.Output[str]
    """The rule collection group's id."""
    firewall_policy_name: pulumi.Output[str]
    """The firewall policy's name."""
    network_security_group_id: pulumi.Output[str]
    """The network security group's id: set it on the servers' subnets."""

    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare everything.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(
            "wsus-egress:index:AzureWsusEgress",
            name,
            {"resourceGroupName": args["resource_group_name"]},
            opts,
        )
        child = pulumi.ResourceOptions(parent=self)
        rules = AzureWsusFirewallRules(f"{name}-firewall", args, child)
        group = AzureWsusNetworkSecurityGroup(f"{name}-nsg", args, child)
        self.rule_collection_group_id = rules.rule_collection_group_id
        self.firewall_policy_name = rules.firewall_policy_name
        self.network_security_group_id = group.network_security_group_id
        self.register_outputs(
            {
                "firewallPolicyName": self.firewall_policy_name,
                "networkSecurityGroupId": self.network_security_group_id,
                "ruleCollectionGroupId": self.rule_collection_group_id,
            }
        )


def _compile(args: AzureWsusEgressArgs) -> tuple[AzureNsg, AzureApplicationRules]:
    target: dict[str, Any] = {
        "resource_group": text_or(args["resource_group_name"], UNKNOWN_TEXT),
        "location": text_or(args["location"], UNKNOWN_TEXT),
        "address_space": list(args["address_space"]),
        "firewall_policy": dict(args["firewall_policy"]),
        "tags": dict(args.get("tags") or {}),
    }
    optional: Mapping[str, Any] = args
    for key in ("destinations", "fqdn_tags", "rule_collection_group_priority"):
        if optional.get(key) is not None:
            target[key] = optional[key]
    environment = args.get("environment") or pulumi.get_stack()
    try:
        _, _, controls = compile_arguments(
            environment, args["policy"], "azure", target, args.get("endpoint_lists")
        )
    except PolicyErrors as error:
        raise pulumi.RunError(str(error)) from error
    by_kind = {type(control): control for control in controls}
    group, rules = by_kind[AzureNsg], by_kind[AzureApplicationRules]
    assert isinstance(group, AzureNsg)  # noqa: S101 - an Azure target has both
    assert isinstance(rules, AzureApplicationRules)  # noqa: S101
    return group, rules
