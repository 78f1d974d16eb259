"""Two spokes of a landing zone reach Microsoft Update through one inspection VPC.

    spoke -> transit gateway -> firewall -> NAT gateway -> Internet, and back the same way

The networks in network.yaml are the platform team's. Made here: the firewall with subnets of its
own, the routes through it, and each server's security group.
"""

from pathlib import Path

import pulumi
import pulumi_aws as aws
import yaml

from wsus_egress.args import AcceptArgs
from wsus_egress.aws import AwsWsusNetworkFirewall, AwsWsusSecurityGroup
from wsus_egress.aws.arguments import FirewallEndpointArgs, ReturnRouteArgs

network = yaml.safe_load(Path("network.yaml").read_text(encoding="utf-8"))
policy = yaml.safe_load(Path("policy.yaml").read_text(encoding="utf-8"))
inspection, spokes, transit = network["inspection"], network["spokes"], network["transitGateway"]
everywhere = "0.0.0.0/0"

# The firewall's subnets: out through the zone's NAT gateway, back through the transit gateway.
endpoints: list[FirewallEndpointArgs] = []
for zone, there in inspection["zones"].items():
    name = f"firewall-{zone}"
    subnet = aws.ec2.Subnet(
        name,
        vpc_id=inspection["vpc"],
        availability_zone=zone,
        cidr_block=there["firewallSubnet"],
        tags={"Name": name},
    )
    table = aws.ec2.RouteTable(name, vpc_id=inspection["vpc"], tags={"Name": name})
    aws.ec2.RouteTableAssociation(name, route_table_id=table.id, subnet_id=subnet.id)
    aws.ec2.Route(
        f"{name}-internet",
        route_table_id=table.id,
        destination_cidr_block=everywhere,
        nat_gateway_id=there["natGateway"],
    )
    for spoke, its in spokes.items():
        aws.ec2.Route(
            f"{name}-{spoke}",
            route_table_id=table.id,
            destination_cidr_block=its["cidr"],
            transit_gateway_id=transit,
        )
    back = ReturnRouteArgs(
        route_table_id=there["publicTable"], destinations=[its["cidr"] for its in spokes.values()]
    )
    endpoints.append(
        FirewallEndpointArgs(
            zone=zone,
            subnet_id=subnet.id,
            protected_route_tables=[there["transitTable"]],
            return_routes=[back],
        )
    )

firewall = AwsWsusNetworkFirewall(
    "inspection",
    policy=policy,
    vpc_id=inspection["vpc"],
    network_firewall={
        "mode": "full",
        "protected": pulumi.Config().get_bool("protected", default=True),
        "endpoints": endpoints,
        "logging": {"log_group": "/aws/network-firewall/wsus"},
    },
)

# A security group sees no names, and these know nothing of the firewall in the other VPC.
elsewhere = [
    AcceptArgs(
        what=f"aws/aws-security-group/wider/{subject}",
        reason="The inspection VPC's firewall sees the names: the only way out leads through it",
        expires="2027-11-30",
    )
    for subject in ("names", "nameless")
]
groups = {}
for spoke, its in spokes.items():
    for party in its["parties"]:
        groups[party] = AwsWsusSecurityGroup(
            f"{spoke}-{party}",
            policy=policy,
            party=party,
            vpc_id=its["vpc"],
            accept=elsewhere,
        ).security_group_id
    for route_table in its["routeTables"]:
        aws.ec2.Route(
            f"{spoke}-{route_table}",
            route_table_id=route_table,
            destination_cidr_block=everywhere,
            transit_gateway_id=transit,
            # Nobody is led to a firewall that is not there yet.
            opts=pulumi.ResourceOptions(depends_on=[firewall]),
        )

pulumi.export("securityGroupIds", groups)
pulumi.export("endpointIds", firewall.endpoint_ids)
