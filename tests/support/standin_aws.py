"""What AWS accepts, of every type that the stand-in has: the baselines that a test changes."""

from __future__ import annotations

import json
from typing import Final

from standin import Inputs

from providers.aws import CLOUD

VPC: Final = "vpc-0d4e5f607182a3b4c"
SUBNETS: Final = ("subnet-0d4e5f607182f000a", "subnet-0d4e5f607182f000b")
PROTECTED: Final = "rtb-0d4e5f6071825000a"
PUBLIC: Final = "rtb-0d4e5f6071829000a"
ARN: Final = "arn:aws:network-firewall:eu-west-1:123456789012:"

(
    SG, EGRESS, INGRESS, PREFIX_LIST, SUBNET, ROUTE_TABLE, TABLE_ASSOCIATION, ROUTE,
    RULE_GROUP, POLICY, FIREWALL, FURTHER, LOGGING, RESOURCE_POLICY, LOG_GROUP,
    DOMAIN_LIST, DNS_GROUP, DNS_RULE, ASSOCIATION, DNS_CONFIG,
    SHARE, SHARED_RESOURCE, PRINCIPAL, MANAGER,
) = CLOUD.kinds  # fmt: skip

GROUP_ARN: Final = f"{ARN}stateful-rulegroup/rules"
POLICY_ARN: Final = f"{ARN}firewall-policy/policy"
FIREWALL_ARN: Final = f"{ARN}firewall/wsus"
SHARE_ARN: Final = "arn:aws:ram:eu-west-1:123456789012:resource-share/1"

RULE: Final = (
    'pass tls $SERVERS any -> $EXTERNAL_NET 443 (tls.sni; content:"download.microsoft.com"; '
    "startswith; endswith; nocase; sid:1;)"
)
STRICT: Final = {"ruleOrder": "STRICT_ORDER"}
MANAGED_DATA: Final[Inputs] = {
    "type": "NETWORK_FIREWALL",
    "networkFirewallStatelessRuleGroupReferences": [],
    "networkFirewallStatelessDefaultActions": ["aws:forward_to_sfe"],
    "networkFirewallStatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
    "networkFirewallStatelessCustomActions": [],
    "networkFirewallStatefulRuleGroupReferences": [{"resourceARN": GROUP_ARN, "priority": 100}],
    "networkFirewallStatefulEngineOptions": STRICT,
    "networkFirewallStatefulDefaultActions": ["aws:drop_established_app_layer_to_server"],
    "networkFirewallOrchestrationConfig": {"singleFirewallEndpointPerVPC": False},
}

BASE: Final[dict[str, Inputs]] = {
    SG: {"name": "wsus", "description": "WSUS", "vpcId": VPC, "tags": {"Name": "wsus"}},
    EGRESS: {
        "securityGroupId": "sg-0123456789abcdef0",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "cidrIpv4": "0.0.0.0/0",
        "description": "TLS",
    },
    PREFIX_LIST: {
        "name": "servers",
        "addressFamily": "IPv4",
        "maxEntries": 2,
        "entries": [{"cidr": "10.23.0.10/32"}, {"cidr": "10.23.4.0/22"}],
    },
    SUBNET: {
        "vpcId": VPC,
        "availabilityZone": "eu-west-1a",
        "cidrBlock": "10.23.128.0/24",
        "tags": {"Name": "servers"},
    },
    ROUTE_TABLE: {"vpcId": VPC, "tags": {"Name": "servers"}},
    TABLE_ASSOCIATION: {
        "routeTableId": "rtb-0123456789abcdef0",
        "subnetId": "subnet-0123456789abcdef0",
    },
    ROUTE: {
        "routeTableId": PROTECTED,
        "destinationCidrBlock": "0.0.0.0/0",
        "vpcEndpointId": "vpce-00000000000000000",
    },
    RULE_GROUP: {
        "name": "rules",
        "capacity": 100,
        "type": "STATEFUL",
        "description": "names",
        "ruleGroup": {
            "rulesSource": {"rulesString": RULE},
            "ruleVariables": {
                "ipSets": [{"key": "SERVERS", "ipSet": {"definitions": ["10.23.0.10/32"]}}]
            },
            "statefulRuleOptions": STRICT,
        },
        "tags": {"Name": "rules"},
    },
    POLICY: {
        "name": "policy",
        "firewallPolicy": {
            "statelessDefaultActions": ["aws:forward_to_sfe"],
            "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
            "statefulDefaultActions": [
                "aws:drop_established_app_layer_to_server",
                "aws:alert_established_app_layer_to_server",
            ],
            "statefulEngineOptions": {
                **STRICT,
                "streamExceptionPolicy": "REJECT",
                "flowTimeouts": {"tcpIdleTimeoutSeconds": 350},
            },
            "policyVariables": {
                "ruleVariables": [{"key": "HOME_NET", "ipSet": {"definitions": ["10.23.0.0/16"]}}]
            },
            "statefulRuleGroupReferences": [{"priority": 100, "resourceArn": GROUP_ARN}],
        },
    },
    FIREWALL: {
        "name": "wsus",
        "firewallPolicyArn": POLICY_ARN,
        "vpcId": VPC,
        "subnetMappings": [{"subnetId": subnet} for subnet in SUBNETS],
    },
    FURTHER: {
        "firewallArn": FIREWALL_ARN,
        "vpcId": "vpc-0b2c3d4e5f607182a",
        "subnetMapping": {"subnetId": "subnet-0b2c3d4e5f60f000a"},
        "tags": {"Name": "branch"},
    },
    LOGGING: {
        "firewallArn": FIREWALL_ARN,
        "loggingConfiguration": {
            "logDestinationConfigs": [
                {
                    "logType": "ALERT",
                    "logDestinationType": "CloudWatchLogs",
                    "logDestination": {"logGroup": "/wsus/alert"},
                },
                {
                    "logType": "FLOW",
                    "logDestinationType": "S3",
                    "logDestination": {"bucketName": "logs", "prefix": "wsus"},
                },
            ]
        },
    },
    RESOURCE_POLICY: {
        "resourceArn": GROUP_ARN,
        "policy": json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}),
    },
    LOG_GROUP: {"name": "/wsus/alert", "retentionInDays": 30},
    DOMAIN_LIST: {
        "name": "names",
        "domains": ["*.windowsupdate.com", "download.microsoft.com", "*", "a-1.example.com."],
    },
    DNS_GROUP: {"name": "wsus"},
    DNS_RULE: {
        "name": "block",
        "action": "BLOCK",
        "blockResponse": "NODATA",
        "firewallDomainListId": "rslvr-fdl-0123456789abcdef",
        "firewallRuleGroupId": "rslvr-frg-0123456789abcdef",
        "priority": 200,
        "qType": "A",
    },
    ASSOCIATION: {
        "name": "wsus",
        "firewallRuleGroupId": "rslvr-frg-0123456789abcdef",
        "priority": 101,
        "vpcId": VPC,
        "mutationProtection": "DISABLED",
    },
    DNS_CONFIG: {"resourceId": VPC, "firewallFailOpen": "DISABLED"},
    SHARE: {"name": "wsus", "allowExternalPrincipals": False},
    SHARED_RESOURCE: {"resourceArn": GROUP_ARN, "resourceShareArn": SHARE_ARN},
    PRINCIPAL: {"principal": "111122223333", "resourceShareArn": SHARE_ARN},
    MANAGER: {
        "name": "wsus",
        "excludeResourceTags": False,
        "remediationEnabled": True,
        "resourceType": "AWS::EC2::VPC",
        "resourceTags": {"wsus": "yes"},
        "includeMap": {"accounts": ["111122223333"], "orgunits": ["ou-exam-workload1"]},
        "securityServicePolicyData": {
            "type": "NETWORK_FIREWALL",
            "managedServiceData": json.dumps(MANAGED_DATA),
        },
    },
}
