"""Route 53 Resolver DNS Firewall as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

import pulumi

from wsus_egress.aws.arguments import AwsWsusDnsFirewallArgs
from wsus_egress.aws.cloud import AwsComponent
from wsus_egress.controls.aws.dns_firewall import AwsDnsFirewall


class AwsWsusDnsFirewall(AwsComponent):
    """A rule group that lets a VPC resolve the listed names only."""

    rule_group_id: pulumi.Output[str]
    """The rule group's id, to associate it with further VPCs."""

    def __init__(
        self,
        name: str,
        args: AwsWsusDnsFirewallArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare domain lists, rules, the group and its association.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(
            "wsus-egress:index:AwsWsusDnsFirewall", name, args, AwsWsusDnsFirewallArgs, opts
        )
        wanted = {**args, "dns_firewall": args.get("dns_firewall") or {}}
        control, declarer = self.compile(name, wanted, AwsDnsFirewall, "dns_firewall")
        declarer.declare(control.documents(name.removesuffix("-dns-firewall")))
        (group,) = declarer.of("aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup")
        self.rule_group_id = group.id
        self.register()
