"""Route 53 Resolver DNS Firewall as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.aws.arguments import AwsWsusDnsFirewallArgs
from wsus_egress.aws.cloud import AwsComponent
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.aws.dns_firewall import AwsDnsFirewall

_GROUP_TYPE = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"


class AwsWsusDnsFirewall(AwsComponent):
    """A rule group that lets a VPC resolve the listed names only."""

    rule_group_id: pulumi.Output[str]
    """The rule group's id, to associate it with further VPCs."""

    _asked_by = "dns_firewall"
    _suffix = "-dns-firewall"

    @overload
    def __init__(
        self, name: str, args: AwsWsusDnsFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...
    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AwsWsusDnsFirewallArgs],
    ) -> None: ...
    def __init__(
        self,
        name: str,
        args: AwsWsusDnsFirewallArgs = AS_KEYWORDS,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare domain lists, rules, the group and its association.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        control = self._control(AwsDnsFirewall)
        self._declarer.declare(control.documents(self._prefix))
        (group,) = self._declarer.of(_GROUP_TYPE)
        self.rule_group_id = group.id
        self.register()
