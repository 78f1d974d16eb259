"""Everything that enforces a policy in one VPC, as one component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.aws.arguments import AwsWsusEgressArgs
from wsus_egress.aws.cloud import AwsComponent
from wsus_egress.aws.dns_firewall import AwsWsusDnsFirewall
from wsus_egress.aws.network_firewall import AwsWsusNetworkFirewall
from wsus_egress.aws.security_group import AwsWsusSecurityGroup
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.aws.dns_firewall import AwsDnsFirewall
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups


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

    @overload
    def __init__(
        self, name: str, args: AwsWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...
    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AwsWsusEgressArgs],
    ) -> None: ...
    def __init__(
        self,
        name: str,
        args: AwsWsusEgressArgs = AS_KEYWORDS,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare everything.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        given, child = self._compiled, pulumi.ResourceOptions(parent=self)
        groups = {
            group.party: AwsWsusSecurityGroup(
                f"{name}-{group.party}", given.handed(party=group.party), child
            )
            for group in self._control(AwsSecurityGroups).groups
        }
        self.security_group_ids = pulumi.Output.all(
            **{party: group.security_group_id for party, group in groups.items()}
        )
        self.rule_group_arns = pulumi.Output.from_input([])
        self.firewall_policy_arn = pulumi.Output.from_input("")
        self.dns_rule_group_id = pulumi.Output.from_input("")
        self.endpoint_ids = pulumi.Output.from_input({})
        if given.control(AwsNetworkFirewall):
            # A destroy goes the other way round: what protects the firewall keeps the groups too.
            after = pulumi.ResourceOptions(parent=self, depends_on=[*groups.values()])
            firewall = AwsWsusNetworkFirewall(f"{name}-network-firewall", given.handed(), after)
            self.rule_group_arns = firewall.rule_group_arns
            self.firewall_policy_arn = firewall.firewall_policy_arn
            self.endpoint_ids = firewall.endpoint_ids
        if given.control(AwsDnsFirewall):
            dns_firewall = AwsWsusDnsFirewall(f"{name}-dns-firewall", given.handed(), child)
            self.dns_rule_group_id = dns_firewall.rule_group_id
        self.register()
