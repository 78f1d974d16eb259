"""Security groups as components, each rule a resource of its own.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

import pulumi

from wsus_egress.aws.arguments import (
    AwsWsusSecurityGroupArgs,
    StandIns,
    check_arguments,
    compile_aws,
)
from wsus_egress.aws.declare import Declarer
from wsus_egress.controls.aws_security_group import AwsSecurityGroups


class AwsWsusSecurityGroup(pulumi.ComponentResource):
    """A security group and its rules, each a resource of its own, none inline."""

    security_group_id: pulumi.Output[str]
    """The group's id: attach it to the servers' network interfaces."""

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
        check_arguments(name, args, AwsWsusSecurityGroupArgs)
        party = args["party"]
        super().__init__(
            "wsus-egress:index:AwsWsusSecurityGroup",
            name,
            {"party": party, "vpcId": args["vpc_id"]},
            opts,
        )
        controls = compile_aws(args, StandIns(), "security_group")
        control = next(each for each in controls if isinstance(each, AwsSecurityGroups))
        group = next((group for group in control.groups if group.party == party), None)
        if group is None:
            known = ", ".join(each.party for each in control.groups)
            raise pulumi.RunError(
                f"party: {party!r} does not stand in AWS; the choices are {known}"
            )
        declarer = Declarer(self, {control.target.vpc_id: args["vpc_id"]})
        declarer.declare(control.group_documents(name.removesuffix(f"-{party}"), group))
        (made,) = declarer.of("aws:ec2/securityGroup:SecurityGroup")
        self.security_group_id = made.id
        self.register_outputs({"securityGroupId": self.security_group_id})
