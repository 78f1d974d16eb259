"""A VPC that this program makes, and the egress of the WSUS server in it.

The policy and the firewall are settings of the stack, in Pulumi.prod.yaml, which `wsus-egress check` and the
policy preview read. Only the VPC's id comes from here.
"""

import pulumi
import pulumi_aws as aws

from wsus_egress.aws import AwsWsusEgress
from wsus_egress.program import arguments

vpc = aws.ec2.Vpc("updates", cidr_block="10.20.0.0/16")
egress = AwsWsusEgress("wsus", arguments("aws", vpc_id=vpc.id))
pulumi.export("securityGroupIds", egress.security_group_ids)
