"""What is AWS's own: which arguments may be outputs, and how documents become resources."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from wsus_egress.aws.lookups import found_vpc
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.base import Component
from wsus_egress.component.claims import Sole
from wsus_egress.component.declare import Cloud
from wsus_egress.component.outputs import forms_of
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.flows import Network
from wsus_egress.problems import Keys


def endpoint_of(statuses: Any, zone: str) -> str:
    """The id of a firewall's endpoint in a zone.

    Raises:
        pulumi.RunError: When the firewall has none there.
    """
    for status in statuses or ():
        # The further endpoints of a firewall tell theirs under another name.
        states = getattr(status, "association_sync_states", None)
        for state in states or getattr(status, "sync_states", None) or ():
            if state.availability_zone == zone and state.attachments:
                return str(state.attachments[0].endpoint_id)
    raise pulumi.RunError(
        f"endpoints: the firewall has no endpoint in {zone}: its subnet there is of another zone; "
        "give each zone a subnet of its own"
    )


def _endpoint(firewall: Any, path: str) -> pulumi.Output[str] | None:
    if not path.startswith("endpoint("):
        return None
    zone = path.removeprefix("endpoint(").removesuffix(")")
    told = getattr(firewall, "vpc_endpoint_association_statuses", None)
    statuses = firewall.firewall_statuses if told is None else told
    endpoint: pulumi.Output[str] = statuses.apply(lambda statuses: endpoint_of(statuses, zone))
    return endpoint


_SOLE: Final = {
    "aws:ec2/route:Route": Sole(
        ("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock"),
        ("network_firewall", "endpoints"),
        "this route",
        "a route table has one route to a destination",
        "give each route table to one component",
    ),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": Sole(
        ("vpcId",),
        ("dns_firewall",),
        "the DNS Firewall of this VPC",
        "each ends by blocking every other name, so one would block what the other admits",
        "leave dns_firewall out of one of them, or give one component both policies' servers",
    ),
}
CLOUD: Final = Cloud("aws", aws, forms_of(AwsTarget), computed=_endpoint, sole=_SOLE)
# Arguments that are not settings of the target.
_OTHERS: Final = ("accept", "policy", "party", "environment", "endpoint_lists")


class AwsComponent(Component):
    """A component of one VPC."""

    _cloud = CLOUD
    _compiled: Compiled[AwsTarget]

    def __init__(
        self,
        name: str,
        args: Any,
        opts: pulumi.ResourceOptions | None,
        keywords: Mapping[str, Any],
    ) -> None:
        """Check and compile the arguments, and look the VPC up with the component's provider.

        Raises:
            pulumi.RunError: With everything that is wrong with the arguments.
        """
        super().__init__(name, args, opts, keywords)
        vpc = found_vpc(self, self._vpc, self._vpc_setting, self._members)
        if self._vpc_text in self._declarer.given:
            self._declarer.given[self._vpc_text] = vpc

    @property
    def _vpc_text(self) -> str:
        """The id of the VPC that its resources are in, or the text that stands for it."""
        return self._compiled.target.vpc_id

    @property
    def _vpc_setting(self) -> Keys:
        """The argument that names this VPC."""
        return ("vpc_id",)

    @property
    def _members(self) -> tuple[Network, ...]:
        """The addresses whose network interfaces get a security group that it declares."""
        return ()

    @property
    def _vpc(self) -> Any:
        """The VPC's id as the program gave it."""
        return self._compiled.given(self._vpc_text)

    def _shown(self) -> dict[str, Any]:
        return {"vpc_id": self._vpc}

    @classmethod
    def _settings(cls, args: Mapping[str, Any]) -> dict[str, Any]:
        settings = {
            key: value for key, value in args.items() if value is not None and key not in _OTHERS
        }
        # A firewall's own component makes one with every default; AwsWsusEgress only when asked.
        return {cls._asked_by: {}, **settings} if cls._asked_by else settings
