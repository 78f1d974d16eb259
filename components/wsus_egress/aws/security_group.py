"""Security groups as components, each rule a resource of its own.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

import pulumi

from wsus_egress.aws.arguments import AwsWsusSecurityGroupArgs
from wsus_egress.aws.cloud import AwsComponent
from wsus_egress.component.base import refusal
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups
from wsus_egress.problems import PolicyErrors, Problem, choices


class AwsWsusSecurityGroup(AwsComponent):
    """A security group and its rules, each a resource of its own, none inline."""

    security_group_id: pulumi.Output[str]
    """The group's id: attach it to the servers' network interfaces."""

    _shown = ("party", "vpc_id")

    def __init__(
        self,
        name: str,
        args: AwsWsusSecurityGroupArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the group and its rules.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(
            "wsus-egress:index:AwsWsusSecurityGroup", name, args, AwsWsusSecurityGroupArgs, opts
        )
        control, declarer = self.compile(name, args, AwsSecurityGroups, "security_group")
        party = args["party"]
        group = next((group for group in control.groups if group.party == party), None)
        if group is None:
            known = choices(each.party for each in control.groups)
            what = f"{party!r} does not stand in AWS"
            raise refusal(name, PolicyErrors([Problem(None, ("party",), what, known)]))
        declarer.declare(control.group_documents(name.removesuffix(f"-{party}"), group))
        (made,) = declarer.of("aws:ec2/securityGroup:SecurityGroup")
        self.security_group_id = made.id
        self.register()
