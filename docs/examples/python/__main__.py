"""WSUS egress in an existing VPC."""

import pulumi

from wsus_egress.aws import AwsWsusEgress

egress = AwsWsusEgress(
    "wsus",
    vpc_id="vpc-0a1b2c3d4e5f60718",
    policy={"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}]},
    network_firewall={},
)
pulumi.export("securityGroupIds", egress.security_group_ids)
