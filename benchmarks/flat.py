"""What `dev` deploys, written out by hand: the program that the benchmark compares with."""

import pulumi
import pulumi_aws as aws

RULES = """\
pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-download.microsoft.com in wsus-reference"; http.host; content:"download.microsoft.com"; startswith; endswith; flow:to_server, established; sid:1079904513; rev:1;)
pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-download.microsoft.com in wsus-reference"; ssl_state:client_hello; tls.sni; content:"download.microsoft.com"; startswith; nocase; endswith; flow:to_server, established; sid:1586341983; rev:1;)
pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-ntservicepack.microsoft.com in wsus-reference"; http.host; content:"ntservicepack.microsoft.com"; startswith; endswith; flow:to_server, established; sid:110039989; rev:1;)
pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-ntservicepack.microsoft.com in wsus-reference"; ssl_state:client_hello; tls.sni; content:"ntservicepack.microsoft.com"; startswith; nocase; endswith; flow:to_server, established; sid:1908003529; rev:1;)
pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-*.update.microsoft.com in wsus-reference"; http.host; content:".update.microsoft.com"; endswith; bsize:>21; flow:to_server, established; sid:1449376017; rev:1;)
pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-*.update.microsoft.com in wsus-reference"; ssl_state:client_hello; tls.sni; content:".update.microsoft.com"; nocase; endswith; bsize:>21; flow:to_server, established; sid:1665299219; rev:1;)
pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-*.windowsupdate.com in wsus-reference"; http.host; content:".windowsupdate.com"; endswith; bsize:>18; flow:to_server, established; sid:1700380515; rev:1;)
pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-*.windowsupdate.com in wsus-reference"; ssl_state:client_hello; tls.sni; content:".windowsupdate.com"; nocase; endswith; bsize:>18; flow:to_server, established; sid:1719120176; rev:1;)
pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-windowsupdate.microsoft.com in wsus-reference"; http.host; content:"windowsupdate.microsoft.com"; startswith; endswith; flow:to_server, established; sid:1672826772; rev:1;)
pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-windowsupdate.microsoft.com in wsus-reference"; ssl_state:client_hello; tls.sni; content:"windowsupdate.microsoft.com"; startswith; nocase; endswith; flow:to_server, established; sid:1670689576; rev:1;)
pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-*.windowsupdate.microsoft.com in wsus-reference"; http.host; content:".windowsupdate.microsoft.com"; endswith; bsize:>28; flow:to_server, established; sid:445823421; rev:1;)
pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-*.windowsupdate.microsoft.com in wsus-reference"; ssl_state:client_hello; tls.sni; content:".windowsupdate.microsoft.com"; nocase; endswith; bsize:>28; flow:to_server, established; sid:537597131; rev:1;)
pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-wustat.windows.com in wsus-reference"; http.host; content:"wustat.windows.com"; startswith; endswith; flow:to_server, established; sid:1762087822; rev:1;)
pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-wustat.windows.com in wsus-reference"; ssl_state:client_hello; tls.sni; content:"wustat.windows.com"; startswith; nocase; endswith; flow:to_server, established; sid:650299140; rev:1;)
"""

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
rules = aws.networkfirewall.RuleGroup(
    "wsus-network-firewall-rules-1",
    capacity=100,
    description="WSUS egress of dev: names that may be reached",
    type="STATEFUL",
    rule_group={
        "rule_variables": {
            "ip_sets": [{"key": "WSUS_SOURCES", "ip_set": {"definitions": ["10.20.0.10/32"]}}]
        },
        "rules_source": {"rules_string": RULES},
        "stateful_rule_options": {"rule_order": "STRICT_ORDER"},
    },
    tags={"Name": "wsus-network-firewall-rules-1", **TAGS},
)
policy = aws.networkfirewall.FirewallPolicy(
    "wsus-network-firewall-policy",
    description="WSUS egress of dev: what no rule admits is dropped",
    firewall_policy={
        "policy_variables": {
            "rule_variables": [
                {
                    "key": "HOME_NET",
                    "ip_set": {
                        "definitions": [
                            "10.0.0.0/8",
                            "100.64.0.0/10",
                            "172.16.0.0/12",
                            "192.168.0.0/16",
                            "fc00::/7",
                        ]
                    },
                }
            ]
        },
        "stateful_default_actions": [
            "aws:drop_established_app_layer_to_server",
            "aws:alert_established_app_layer_to_server",
        ],
        "stateful_engine_options": {
            "rule_order": "STRICT_ORDER",
            "stream_exception_policy": "REJECT",
        },
        "stateful_rule_group_references": [{"priority": 100, "resource_arn": rules.arn}],
        "stateless_default_actions": ["aws:forward_to_sfe"],
        "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
    },
    tags={"Name": "wsus-network-firewall-policy", **TAGS},
)
pulumi.export("awsFirewallPolicyArn", policy.arn)
pulumi.export("awsSecurityGroupIds", {"wsus": group.id})
