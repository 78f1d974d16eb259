"""What `dev` deploys, written out by hand: the program that the benchmark compares with."""

import pulumi
import pulumi_aws as aws

TAGS = {"managed-by": "pulumi-wsus-egress", "wsus-egress:environment": "dev"}

group = aws.ec2.SecurityGroup(
    "wsus-wsus",
    description="WSUS egress of wsus",
    revoke_rules_on_delete=True,
    tags={"Name": "wsus-wsus", **TAGS},
    vpc_id="vpc-0a1b2c3d4e5f60718",
)
for scheme, port in (("http", 80), ("https", 443)):
    aws.vpc.SecurityGroupEgressRule(
        f"wsus-wsus-egress-{scheme}-ipv4",
        security_group_id=group.id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        cidr_ipv4="0.0.0.0/0",
        description=f"{scheme.upper()} to Microsoft Update",
        tags=TAGS,
    )
pulumi.export("awsSecurityGroupIds", {"wsus": group.id})
