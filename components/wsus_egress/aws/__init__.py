"""AWS components: rules to resources, and nothing else."""

from wsus_egress.extras import needing

with needing("pulumi_aws", "aws"):
    from wsus_egress.aws.dns_firewall import AwsWsusDnsFirewall
    from wsus_egress.aws.egress import AwsWsusEgress
    from wsus_egress.aws.network_firewall import AwsWsusNetworkFirewall
    from wsus_egress.aws.security_group import AwsWsusSecurityGroup

__all__ = [
    "AwsWsusDnsFirewall",
    "AwsWsusEgress",
    "AwsWsusNetworkFirewall",
    "AwsWsusSecurityGroup",
]
