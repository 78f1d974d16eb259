"""What is AWS's own: which arguments may be outputs, and how documents become resources."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, TypeVar

import pulumi
import pulumi_aws as aws

from wsus_egress.aws.lookups import found_vpc
from wsus_egress.component.base import Component, compiled
from wsus_egress.component.declare import Cloud, Declarer
from wsus_egress.component.outputs import PEERS, Forms, StandIns
from wsus_egress.component.run import Sole

C = TypeVar("C")

# Never sent: components pass the output itself.
_VPC: Final = "vpc-00000000"
_FORMS: Final[Forms] = {
    **PEERS,
    "vpc_id": _VPC,
    "network_firewall.endpoints.subnet_id": "subnet-{n}",
    "network_firewall.endpoints.protected_route_tables": "rtb-{n}",
    "network_firewall.logging.bucket": "unknown-bucket",
    "network_firewall.endpoints.return_routes.route_table_id": "rtb-{n}",
}


class AwsComponent(Component):
    """A component of one VPC."""

    _shown: ClassVar[tuple[str, ...]] = ("vpc_id",)

    def compile(
        self, name: str, args: Mapping[str, Any], kind: type[C], *parts: str
    ) -> tuple[C, Declarer]:
        """One control that the arguments ask for, and what declares its documents.

        Args:
            name: The component's.
            args: Its arguments.
            kind: The control's class.
            parts: Which of the target's settings count, by their argument's name.

        Raises:
            pulumi.RunError: When they cannot be used, with everything that is wrong.
        """
        stand_ins = StandIns(_FORMS)
        target = {key: args[key] for key in ("vpc_id", "tags", *parts) if args.get(key) is not None}
        controls = compiled(name, args, "aws", target, stand_ins)
        control = next(each for each in controls if isinstance(each, kind))
        declarer = Declarer(CLOUD, self, stand_ins.outputs)
        vpc = found_vpc(self, args["vpc_id"])
        if _VPC in declarer.given:
            declarer.given[_VPC] = vpc
        return control, declarer


def endpoint_of(statuses: Any, zone: str) -> str:
    """The id of a firewall's endpoint in a zone.

    Raises:
        pulumi.RunError: When the firewall has none there.
    """
    for status in statuses or ():
        for state in status.sync_states or ():
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
    endpoint: pulumi.Output[str] = firewall.firewall_statuses.apply(
        lambda statuses: endpoint_of(statuses, zone)
    )
    return endpoint


_SOLE: Final = {
    "aws:ec2/route:Route": Sole(
        ("routeTableId", "destinationCidrBlock"),
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
CLOUD: Final = Cloud(aws, computed=_endpoint, sole=_SOLE)
