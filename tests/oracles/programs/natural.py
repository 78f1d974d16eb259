"""Programs as people write them: every type checker accepts each line."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from wsus_egress.args import AcceptArgs, ClientArgs, PolicyArgs, ServerArgs
from wsus_egress.aws import AwsWsusDnsFirewall, AwsWsusEgress
from wsus_egress.aws.arguments import AwsWsusEgressArgs, FirewallEndpointArgs, ReturnRouteArgs
from wsus_egress.azure import AzureWsusEgress, AzureWsusEgressArgs
from wsus_egress.choices import PolicyMode
from wsus_egress.policy_file import policy_from_file

vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16")
subnet = aws.ec2.Subnet("firewall", vpc_id=vpc.id, cidr_block="10.20.1.0/28")
later = pulumi.ResourceOptions(depends_on=[subnet])

# Parts in variables of their own, lists and tuples.
servers = [ServerArgs(name="wsus", addresses=["10.20.0.10"])]
clients = (ClientArgs(name="desktops", addresses=["10.20.4.0/24"], updates_from="wsus"),)
tables = ["rtb-0a1b2c3d4e5f60718"]
ids = [subnet.id]
endpoints = [
    FirewallEndpointArgs(
        zone="eu-west-1a",
        subnet_id=subnet.id,
        protected_route_tables=tables,
        return_routes=[ReturnRouteArgs(route_table_id=ids[0], destinations=["10.20.0.0/24"])],
    )
]
accept = [
    AcceptArgs(
        what=f"aws/aws-security-group/wider/{each}", reason="a firewall", expires="2027-11-30"
    )
    for each in ("names", "nameless")
]
mode: PolicyMode = "restricted"
policy = PolicyArgs(lists=["wsus"], mode=mode, servers=servers, clients=clients)

AwsWsusEgress(
    "keywords",
    vpc_id=vpc.id,
    policy=policy,
    network_firewall={"mode": "full", "endpoints": endpoints, "logging": {"types": ["ALERT"]}},
    accept=accept,
    opts=later,
)
AwsWsusEgress("mapping", {"vpc_id": vpc.id, "policy": policy, "network_firewall": {}}, later)
args: AwsWsusEgressArgs = {"vpc_id": "vpc-0a1b2c3d4e5f60718", "policy": {"servers": servers}}
AwsWsusEgress("annotated", args)
AwsWsusDnsFirewall(
    "file", vpc_id=vpc.id, policy=policy_from_file("policy.yaml"), tags={"team": "x"}
)

groups: Mapping[str, pulumi.Output[str]] = {"wsus": vpc.id}
in_azure = AzureWsusEgressArgs(
    policy={"lists": ["wsus"], "servers": servers},
    resource_group=vpc.id,
    location="westeurope",
    address_space=["10.42.0.0/16"],
    network_security_group={"application_security_groups": groups},
)
AzureWsusEgress("typed", in_azure)
AzureWsusEgress("changed", {**in_azure, "destinations": "list"})
