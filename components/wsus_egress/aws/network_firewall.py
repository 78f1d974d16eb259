"""AWS Network Firewall as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.aws.arguments import AwsWsusNetworkFirewallArgs
from wsus_egress.aws.cloud import AwsComponent, endpoint_of
from wsus_egress.aws.lookups import foreign_endpoints
from wsus_egress.aws.seen import tell
from wsus_egress.component.errors import refuse
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.problems import Keys


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
    transit_gateway_attachment_id: pulumi.Output[str]
    """The firewall's attachment, for your transit gateway's routes; empty without transitGateway."""

    _asked_by = "network_firewall"
    _suffix = "-network-firewall"

    @property
    def _vpc_text(self) -> str:
        return self._compiled.target.firewall_vpc

    @property
    def _vpc_setting(self) -> Keys:
        own = self._vpc_text != self._compiled.target.vpc_id
        return ("network_firewall", "vpc_id") if own else super()._vpc_setting

    @overload
    def __init__(
        self,
        name: str,
        args: AwsWsusNetworkFirewallArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AwsWsusNetworkFirewallArgs],
    ) -> None: ...
    def __init__(
        self,
        name: str,
        args: AwsWsusNetworkFirewallArgs = AS_KEYWORDS,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare what the mode asks for.

        Raises:
            pulumi.RunError: When the policy cannot be used, or a subnet or route table is of
                another VPC, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        control, declarer = self._control(AwsNetworkFirewall), self._declarer
        refuse(name, foreign_endpoints(self, control, declarer.given, self._vpc))
        tell(self, control, declarer.given, self._prefix)
        declarer.declare(control.documents(self._prefix))
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
        attached = firewalls and control.firewall.transit_gateway is not None
        self.transit_gateway_attachment_id = (
            firewalls[0].firewall_statuses.apply(attachment_of)
            if attached
            else pulumi.Output.from_input("")
        )
        self.register()


def attachment_of(statuses: Any) -> str:
    """The id of a firewall's attachment to its transit gateway; empty while the firewall tells none."""
    for status in statuses or ():
        for state in status.transit_gateway_attachment_sync_states or ():
            return str(state.attachment_id)
    return ""


def _arn(resources: list[Any]) -> pulumi.Output[str]:
    return resources[0].arn if resources else pulumi.Output.from_input("")
