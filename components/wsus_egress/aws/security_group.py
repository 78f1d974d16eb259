"""Security groups as components, each rule a resource of its own.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.aws.arguments import AwsWsusSecurityGroupArgs
from wsus_egress.aws.cloud import AwsComponent
from wsus_egress.component.errors import refusal
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups, SecurityGroup
from wsus_egress.model.flows import Network
from wsus_egress.problems import Keys, PolicyErrors, Problem, choices


class AwsWsusSecurityGroup(AwsComponent):
    """A security group and its rules, each a resource of its own, none inline."""

    security_group_id: pulumi.Output[str]
    """The group's id: attach it to the servers' network interfaces."""

    @overload
    def __init__(
        self, name: str, args: AwsWsusSecurityGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...
    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AwsWsusSecurityGroupArgs],
    ) -> None: ...
    def __init__(
        self,
        name: str,
        args: AwsWsusSecurityGroupArgs = AS_KEYWORDS,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare the group and its rules.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        control, party, group = self._control(AwsSecurityGroups), self._party, self._group
        if group is None:
            known = choices(group.party for group in control.groups)
            what = f"{party!r} does not stand in AWS"
            raise refusal(name, PolicyErrors([Problem(None, ("party",), what, known)]))
        self._declarer.declare(control.group_documents(name.removesuffix(f"-{party}"), group))
        made = self._declarer.of("aws:ec2/securityGroup:SecurityGroup")
        given = self._compiled.given(group.existing or "")
        self.security_group_id = made[0].id if made else pulumi.Output.from_input(given)
        self.register()

    @property
    def _party(self) -> Any:
        return self._compiled.arguments["party"]

    @property
    def _group(self) -> SecurityGroup | None:
        groups = self._control(AwsSecurityGroups).groups
        return next((group for group in groups if group.party == self._party), None)

    @property
    def _vpc_text(self) -> str:
        own = self._group.vpc_id if self._group else None
        return own or super()._vpc_text

    @property
    def _vpc_setting(self) -> Keys:
        own = self._group and self._group.vpc_id
        return ("policy", self._party, "aws_vpc_id") if own else super()._vpc_setting

    @property
    def _members(self) -> tuple[Network, ...]:
        return self._group.members if self._group else ()

    def _shown(self) -> dict[str, Any]:
        return {"party": self._party, **super()._shown()}
