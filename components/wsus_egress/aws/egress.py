"""Everything that enforces a policy in one VPC, as one component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, cast

import pulumi

from wsus_egress.aws.arguments import (
    AwsWsusDnsFirewallArgs,
    AwsWsusEgressArgs,
    AwsWsusNetworkFirewallArgs,
    AwsWsusSecurityGroupArgs,
)
from wsus_egress.aws.cloud import AwsComponent
from wsus_egress.aws.dns_firewall import AwsWsusDnsFirewall
from wsus_egress.aws.network_firewall import AwsWsusNetworkFirewall
from wsus_egress.aws.security_group import AwsWsusSecurityGroup
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups

_PARTS = ("security_group", "network_firewall", "dns_firewall")


class AwsWsusEgress(AwsComponent):
    """The policy enforced in one VPC.

    A security group for every server and client group; Network Firewall and DNS Firewall where they
    are asked for.
    """

    security_group_ids: pulumi.Output[dict[str, str]]
    """Each group's id, by the name of the server or client group it is for."""
    rule_group_arns: pulumi.Output[list[str]]
    """Network Firewall's rule groups."""
    firewall_policy_arn: pulumi.Output[str]
    """Network Firewall's policy; empty where none is made."""
    endpoint_ids: pulumi.Output[dict[str, str]]
    """Network Firewall's endpoints, by availability zone."""
    dns_rule_group_id: pulumi.Output[str]
    """DNS Firewall's rule group; empty where none is made."""

    def __init__(
        self, name: str, args: AwsWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare everything.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__("wsus-egress:index:AwsWsusEgress", name, args, AwsWsusEgressArgs, opts)
        control, _ = self.compile(name, args, AwsSecurityGroups, *_PARTS)
        child = pulumi.ResourceOptions(parent=self)
        self.security_group_ids = pulumi.Output.all(
            **{
                group.party: AwsWsusSecurityGroup(
                    f"{name}-{group.party}",
                    cast(
                        AwsWsusSecurityGroupArgs,
                        _without(args, "network_firewall", "dns_firewall", party=group.party),
                    ),
                    child,
                ).security_group_id
                for group in control.groups
            }
        )
        nothing: pulumi.Output[Any] = pulumi.Output.from_input("")
        self.rule_group_arns = pulumi.Output.from_input([])
        self.firewall_policy_arn = self.dns_rule_group_id = nothing
        self.endpoint_ids = pulumi.Output.from_input({})
        if args.get("network_firewall") is not None:
            wanted = _without(args, "security_group", "dns_firewall")
            firewall = AwsWsusNetworkFirewall(
                f"{name}-network-firewall", cast(AwsWsusNetworkFirewallArgs, wanted), child
            )
            self.rule_group_arns = firewall.rule_group_arns
            self.firewall_policy_arn = firewall.firewall_policy_arn
            self.endpoint_ids = firewall.endpoint_ids
        if args.get("dns_firewall") is not None:
            wanted = _without(args, "security_group", "network_firewall")
            self.dns_rule_group_id = AwsWsusDnsFirewall(
                f"{name}-dns-firewall", cast(AwsWsusDnsFirewallArgs, wanted), child
            ).rule_group_id
        self.register()


def _without(args: AwsWsusEgressArgs, *parts: str, **more: Any) -> dict[str, Any]:
    return {**{key: value for key, value in args.items() if key not in parts}, **more}
