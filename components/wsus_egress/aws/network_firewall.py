"""AWS Network Firewall as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from wsus_egress.aws.arguments import AwsWsusNetworkFirewallArgs
from wsus_egress.aws.cloud import AwsComponent, endpoint_of
from wsus_egress.controls.aws_network_firewall import AwsNetworkFirewall


class AwsWsusNetworkFirewall(AwsComponent):
    """Rule groups; by the mode a firewall policy, a firewall, its logging and routes too."""

    rule_group_arns: pulumi.Output[list[str]]
    """The rule groups' ARNs, in the order in which a policy of your own must refer to them."""
    firewall_policy_arn: pulumi.Output[str]
    """The firewall policy's ARN; empty with mode rules-only."""
    firewall_arn: pulumi.Output[str]
    """The firewall's ARN; empty unless the mode is full."""
    endpoint_ids: pulumi.Output[dict[str, str]]
    """The firewall's endpoints, by availability zone."""

    def __init__(
        self,
        name: str,
        args: AwsWsusNetworkFirewallArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare what the mode asks for.

        Raises:
            pulumi.RunError: When the policy cannot be used, or a subnet or route table is of
                another VPC, before any resource is declared.
        """
        super().__init__(
            "wsus-egress:index:AwsWsusNetworkFirewall", name, args, AwsWsusNetworkFirewallArgs, opts
        )
        wanted = {**args, "network_firewall": args.get("network_firewall") or {}}
        control, declarer = self.compile(name, wanted, AwsNetworkFirewall, "network_firewall")
        _refuse_foreign(self, control, declarer.given, args["vpc_id"])
        declarer.declare(control.documents(name.removesuffix("-network-firewall")))
        groups = declarer.of("aws:networkfirewall/ruleGroup:RuleGroup")
        policies = declarer.of("aws:networkfirewall/firewallPolicy:FirewallPolicy")
        firewalls = declarer.of("aws:networkfirewall/firewall:Firewall")
        self.rule_group_arns = pulumi.Output.all(*(group.arn for group in groups))
        self.firewall_policy_arn = _arn(policies)
        self.firewall_arn = _arn(firewalls)
        zones = [endpoint.zone for endpoint in control.firewall.endpoints]
        self.endpoint_ids = (
            firewalls[0].firewall_statuses.apply(
                lambda statuses: {zone: endpoint_of(statuses, zone) for zone in zones}
            )
            if firewalls
            else pulumi.Output.from_input({})
        )
        self.register()


def _arn(resources: list[Any]) -> pulumi.Output[str]:
    return resources[0].arn if resources else pulumi.Output.from_input("")


def _refuse_foreign(
    component: pulumi.ComponentResource,
    control: AwsNetworkFirewall,
    outputs: Mapping[str, Any],
    vpc: pulumi.Input[str],
) -> None:
    """Ask AWS where the given subnets and route tables are; outputs are not known yet."""
    if not isinstance(vpc, str):
        return
    found: list[str] = []
    options = pulumi.InvokeOptions(parent=component)
    for endpoint in control.firewall.endpoints:
        if endpoint.subnet not in outputs:
            subnet = aws.ec2.get_subnet(id=endpoint.subnet, opts=options)
            if subnet.vpc_id != vpc:
                found.append(f"subnetId: {endpoint.subnet} is in {subnet.vpc_id}, not in {vpc}")
            elif subnet.availability_zone != endpoint.zone:
                where = subnet.availability_zone
                found.append(f"subnetId: {endpoint.subnet} is in {where}, not in {endpoint.zone}")
        returns = [route.route_table for route in endpoint.return_routes]
        for table in (*endpoint.protected_route_tables, *returns):
            if table not in outputs:
                answer = aws.ec2.get_route_table(route_table_id=table, opts=options)
                if answer.vpc_id != vpc:
                    found.append(f"route table {table} is in {answer.vpc_id}, not in {vpc}")
    if found:
        lines = [f"networkFirewall.endpoints: {text}" for text in found]
        raise pulumi.RunError("\n".join([*lines, "give those of the firewall's own VPC"]))
