"""AWS components: rules to resources, and nothing else.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from wsus_egress.args import PolicyArgs
from wsus_egress.arguments import UNKNOWN_VPC, compile_arguments, text_or
from wsus_egress.controls.aws_security_group import AwsSecurityGroups
from wsus_egress.problems import PolicyErrors


class AwsWsusSecurityGroupArgs(TypedDict):
    """The security group of one server or client group."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    party: str
    """The server or client group of the policy that the security group is for."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; config/endpoints by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource."""


class AwsWsusEgressArgs(TypedDict):
    """Everything that enforces the policy in one VPC."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; config/endpoints by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource."""


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
        party = args["party"]
        super().__init__(
            "wsus-egress:index:AwsWsusSecurityGroup",
            name,
            {"party": party, "vpcId": args["vpc_id"]},
            opts,
        )
        control = _compile(args)
        group = next((group for group in control.groups if group.party == party), None)
        if group is None:
            known = ", ".join(each.party for each in control.groups)
            raise pulumi.RunError(
                f"party: {party!r} does not stand in AWS; the choices are {known}"
            )
        prefix = name.removesuffix(f"-{party}")
        (main, *rules) = control.group_documents(prefix, group)
        child = pulumi.ResourceOptions(parent=self)
        security_group = aws.ec2.SecurityGroup(
            name,
            description=main.properties["description"],
            revoke_rules_on_delete=main.properties["revokeRulesOnDelete"],
            tags=main.properties["tags"],
            vpc_id=args["vpc_id"],
            opts=child,
        )
        for document, rule in zip(rules, group.rules, strict=True):
            properties = document.properties
            kind = (
                aws.vpc.SecurityGroupEgressRule
                if rule.direction == "egress"
                else aws.vpc.SecurityGroupIngressRule
            )
            kind(
                f"{name}-{rule.id.removeprefix(f'{party}-')}",
                security_group_id=security_group.id,
                ip_protocol=properties["ipProtocol"],
                from_port=properties["fromPort"],
                to_port=properties["toPort"],
                cidr_ipv4=properties.get("cidrIpv4"),
                cidr_ipv6=properties.get("cidrIpv6"),
                description=properties["description"],
                tags=properties["tags"],
                opts=child,
            )
        self.security_group_id = security_group.id
        self.register_outputs({"securityGroupId": self.security_group_id})


class AwsWsusEgress(pulumi.ComponentResource):
    """The policy enforced in one VPC: a security group for every server and client group."""

    security_group_ids: pulumi.Output[dict[str, str]]
    """Each group's id, by the name of the server or client group it is for."""

    def __init__(
        self, name: str, args: AwsWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare everything.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__("wsus-egress:index:AwsWsusEgress", name, {"vpcId": args["vpc_id"]}, opts)
        groups = {
            group.party: AwsWsusSecurityGroup(
                f"{name}-{group.party}",
                {**args, "party": group.party},
                pulumi.ResourceOptions(parent=self),
            ).security_group_id
            for group in _compile(args).groups
        }
        self.security_group_ids = pulumi.Output.all(**groups)
        self.register_outputs({"securityGroupIds": self.security_group_ids})


def _compile(args: AwsWsusEgressArgs | AwsWsusSecurityGroupArgs) -> AwsSecurityGroups:
    target: Mapping[str, Any] = {
        "vpc_id": text_or(args["vpc_id"], UNKNOWN_VPC),
        "tags": dict(args.get("tags") or {}),
    }
    environment = args.get("environment") or pulumi.get_stack()
    try:
        _, _, (control, *_) = compile_arguments(
            environment, args["policy"], "aws", target, args.get("endpoint_lists")
        )
    except PolicyErrors as error:
        raise pulumi.RunError(str(error)) from error
    assert isinstance(control, AwsSecurityGroups)  # noqa: S101 - the first control of an AWS target
    return control
