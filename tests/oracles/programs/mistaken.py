"""Mistakes that a type checker must see: it refuses the lines that say so, and no other."""

import pulumi

from wsus_egress.args import PolicyArgs, ServerArgs
from wsus_egress.aws import AwsWsusEgress
from wsus_egress.azure import AzureWsusEgressArgs
from wsus_egress.azure.arguments import FirewallArgs

vpc = "vpc-0a1b2c3d4e5f60718"
servers = [ServerArgs(name="wsus", addresses=["10.20.0.10"])]
policy = PolicyArgs(servers=servers)

PolicyArgs(servers=servers, mode="opne")  # refused
PolicyArgs(servers=servers, schemes="as_listed")  # refused
ServerArgs(name="wsus", addresses="10.20.0.10")  # refused
ServerArgs(name="wsus", addresses=["10.20.0.10"], location="gcp")  # refused
FirewallArgs(name="afw", virtual_network="/subscriptions/0", zones=["4"])  # refused

AwsWsusEgress("word", vpc_id=vpc, policy={"servers": servers, "mode": "opne"})  # refused
AwsWsusEgress("mode", vpc_id=vpc, policy=policy, network_firewall={"mode": "ful"})  # refused
AwsWsusEgress("mapping", {"vpc_id": vpc, "policy": policy, "environment": 5})  # refused
AwsWsusEgress("missing", policy=policy)  # refused
AwsWsusEgress("unknown", vpc_id=vpc, policy=policy, network_firwall={})  # refused
AwsWsusEgress("twice", {"vpc_id": vpc, "policy": policy}, environment="dev")  # refused
AwsWsusEgress("output", vpc_id=vpc, policy=pulumi.Output.from_input(policy))  # refused
AwsWsusEgress("nothing")  # refused

in_azure: AzureWsusEgressArgs = {
    "policy": policy,
    "resource_group": "rg",
    "location": "westeurope",
    "address_space": ["10.42.0.0/16"],
    "destinations": "lst",  # refused
}
