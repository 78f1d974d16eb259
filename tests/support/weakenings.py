"""Single changes of the shipped environments: what takes protection away or opens something, and what does not.

An edit's path is that of a setting, with the number of a list's entry: `servers.0.addresses`. A path
with a colon is a key of Pulumi's own, and a row of `endpoints/wsus` edits that list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

GONE: Final = object()
"""As an edit's value: the setting is taken out."""
Edits = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A change of one environment or list.

    Attributes:
        edits: What the change does, by path. The first one is the setting that the row is about.
        base: What the base differs in from the shipped file.
        also: Further edits without which the settings would be refused.
    """

    file: str
    edits: Edits
    base: Edits = field(default_factory=dict)
    also: Edits = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The row's id in the test's output."""
        return " ".join([self.file, *self.edits])


def accepting(*whats: str) -> list[dict[str, str]]:
    """Entries of `accept`, for what a base deviates in."""
    return [{"what": what, "reason": "Known", "expires": "2027-06-30"} for what in whats]


ARM: Final = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers"
FIREWALL: Final = "aws.networkFirewall"
ZONE: Final = f"{FIREWALL}.endpoints.1"
POLICY: Final = "azure.firewallPolicy"
MIRROR: Final = {
    "pattern": "mirror.example.com",
    "schemes": ["https"],
    "owner": "team",
    "reason": "Files",
}
WITH_MIRROR: Final = {"extraEndpoints": [MIRROR]}
APPROVED_MIRROR: Final = {
    **WITH_MIRROR,
    "approved": [{"what": "aws/https/mirror.example.com", "owner": "team", "reason": "Files",
                  "expires": "2027-06-30"}],
}  # fmt: skip
KMS: Final = {
    "name": "kms",
    "destinations": ["198.51.100.7"],
    "destinationPorts": [1688],
    "reason": "Activation",
}
PORTS: Final = ("azure/azure-application-rules/wider/ports", "azure/azure-nsg/wider/ports")
WITH_KMS: Final = {"azure.networkRules": [KMS], "accept": accepting(*PORTS)}
SQL: Final = {
    "name": "sql", "destinationPorts": [1433], "destinations": ["10.20.8.0/24"], "reason": "SUSDB",
}  # fmt: skip
WITH_SQL: Final = {"aws.networkRules": [SQL]}
PROXY: Final = {"address": "10.20.9.5", "port": 3128}
DIRECT: Final = {
    "name": "kms",
    "addressPrefix": "198.51.100.7/32",
    "destinationPorts": [1688],
    "reason": "Activation",
}
WITH_DIRECT: Final = {
    "azure.routeTable.direct": [DIRECT],
    "accept": accepting(
        "azure/azure-nsg/wider/ports",
        "azure/azure-nsg/narrower/nameless",
        "azure/azure-nsg/narrower/names",
        "azure/azure-route-table/wider/ports",
    ),
}
STORAGE: Final = {"service": "Microsoft.Storage", "locations": ["westeurope"]}
WITH_STORAGE: Final = {
    "azure.subnets.0.serviceEndpoints": [STORAGE],
    "accept": accepting(
        "azure/azure-service-endpoints/wider/nameless", "azure/azure-service-endpoints/wider/names"
    ),
}
FOREIGN: Final = [
    {"name": "web", "groupPriority": 400, "action": "deny", "sources": ["10.30.9.0/24"],
     "fqdns": ["bad.example.com"], "httpPorts": [80], "httpsPorts": [443]},
    {"name": "mail", "groupPriority": 400, "action": "deny", "destinations": ["203.0.113.0/24"],
     "destinationPorts": [25], "protocol": "tcp"},
]  # fmt: skip
WITH_DNS: Final = {
    "azure.dnsSecurityPolicy": {"virtualNetwork": f"{ARM}/Microsoft.Network/virtualNetworks/a"}
}
WITH_FOREIGN: Final = {f"{POLICY}.rules": FOREIGN}
MANAGER: Final = {"accounts": ["111122223333", "444455556666"], "organizationalUnits": ["ou-abcd-12345678"],
                  "resourceTags": {"wsus": "yes"}, "remediation": True}  # fmt: skip
WITH_MANAGER: Final = {FIREWALL: {"mode": "rules-only", "firewallManager": MANAGER}}
WITH_BUCKET: Final = {f"{FIREWALL}.logging": {"bucket": "logs", "prefix": "wsus"}}
PREFIX_LIST: Final = {"prefixListId": "pl-0123456789abcdef0", "maxEntries": 5}
KEY: Final = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000"
WITH_LOG_GROUP: Final = {f"{FIREWALL}.logging": {"existingLogGroup": "firewalls"}}
WITH_STREAM: Final = {f"{FIREWALL}.logging": {"deliveryStream": "firewalls"}}
AT_GATEWAY: Final = {FIREWALL: {
    "mode": "full", "transitGateway": {"id": "tgw-0123456789abcdef0", "zoneIds": ["euw1-az1", "euw1-az2"]},
}}  # fmt: skip
MORE: Final = {
    "zone": "eu-west-1a", "vpcId": "vpc-0f607182a3b4c5d6e", "subnetId": "subnet-0f607182a3b4f000a",
    "protectedRouteTables": ["rtb-0f607182a3b45000a"],
    "returnRoutes": [{"routeTableId": "rtb-0f607182a3b49000a", "destinations": ["10.21.0.0/22", "10.21.8.0/22"]}],
}  # fmt: skip
WITH_MORE: Final = {f"{FIREWALL}.associations": [MORE]}
GROUPS: Final = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup"
TEAM: Final = {"arn": f"{GROUPS}/team", "priority": 10, "rules": "drop tcp any any -> $BAD any (sid:1;)",
               "variables": [{"name": "BAD", "values": ["198.51.100.0/24"]}]}  # fmt: skip
ATTACK: Final = {
    "arn": "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/AttackInfrastructureStrictOrder",
    "priority": 20,
}
WITH_GROUPS: Final = {f"{FIREWALL}.ruleGroups": [TEAM, ATTACK]}
OTHERS: Final = {"name": "theirs", "priority": 5, "action": "drop", "protocol": "tls",
                 "sources": ["10.9.0.0/16"], "destinations": ["198.51.100.0/24"],
                 "destinationPorts": [443], "fqdns": ["bad.example.com"]}  # fmt: skip
WITH_OTHERS: Final = {FIREWALL: {"mode": "rules-only", "existingPolicy": {"rules": [OTHERS]}}}
HUB: Final = "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/hub"
RULES_ONLY: Final = {FIREWALL: {"mode": "rules-only", "existingPolicy": {}}}

WEAKENING: Final = (
    # What is allowed.
    Row("dev", {"mode": "open"}),
    Row("dev", {"lists": ["wsus-reference", "delivery-optimization"]}),
    Row("staging", {"schemes": "both"}, {"schemes": "as-listed"}),
    Row("dev", {"extraEndpoints": [MIRROR]}),
    Row("dev", {"extraEndpoints.0.pattern": "*.example.com"}, WITH_MIRROR),
    Row("dev", {"extraEndpoints.0.schemes": ["http", "https"]}, WITH_MIRROR),
    Row("dev", {"servers": [{"name": "wsus", "addresses": ["10.20.0.10"]},
                            {"name": "second", "addresses": ["10.20.0.11"]}]}),
    Row("dev", {"servers.0.addresses": ["10.20.0.0/24"]}),
    Row("prod", {"servers.2.location": "aws"}),
    Row("prod", {"servers.2.synchronizesFrom": "head"}),
    Row("prod", {"servers.1.contentFrom": "microsoft-update"}, {"servers.1.contentFrom": GONE}),
    Row("sandbox", {"servers.1.synchronizationPorts.http": 8540, "servers.1.synchronizationPorts.https": 8541}),
    Row("dev", {"servers.0.awsPeer.securityGroupId": "sg-0123456789abcdef0"}),
    Row("dev", {"servers.0.awsPeer.securityGroupId": "sg-0123456789abcdef1"},
        {"servers.0.awsPeer.securityGroupId": "sg-0123456789abcdef0"}),
    Row("dev", {"servers.0.awsPeer.prefixListId": "pl-0123456789abcdef0"},
        also={"servers.0.awsPeer.maxEntries": 5}),
    Row("prod", {"clients.0.awsPeer.securityGroupId": "sg-0123456789abcdef0"}),
    Row("prod", {"clients.0.awsPeer.prefixListId": "pl-0123456789abcdef0"},
        also={"clients.0.awsPeer.maxEntries": 5}),
    Row("prod", {"clients.0.addresses": ["10.21.0.0/21"]}, {"servers.0.addresses": ["10.21.9.10"]}),
    Row("prod", {"clients.2.location": "aws"}, also={"clients.2.addresses": ["10.21.9.0/24"]}),
    Row("prod", {"clients.1.updatesFrom": "microsoft-update"}),
    Row("prod", {"clients.1.contentFrom": "microsoft-update"}),
    Row("dev", {"ipv6": True}),
    Row("endpoints/wsus", {"endpoints.0.pattern": "*.microsoft.com"}),
    Row("endpoints/wsus", {"includes": ["delivery-optimization"]}),
    # AWS.
    Row("dev", {"aws:region": "us-east-1"}),
    Row("dev", {"aws:profile": "other"}),
    Row("dev", {"aws.vpcId": "vpc-0a1b2c3d4e5f60719"}),
    Row("dev", {"aws.networkRules": [SQL]}),
    Row("dev", {"aws.networkRules.0.protocol": "udp"}, WITH_SQL),
    Row("dev", {"aws.networkRules.0.destinationPorts": [22]}, WITH_SQL),
    Row("dev", {"aws.networkRules.0.portRanges": ["20-30"]}, WITH_SQL),
    Row("dev", {"aws.networkRules.0.destinations": ["10.0.0.0/8"]}, WITH_SQL),
    Row("dev", {"aws.networkRules.0.sources": ["10.20.8.0/24"], "aws.networkRules.0.destinations": GONE},
        WITH_SQL),
    Row("dev", {"aws.networkRules.0.parties": ["wsus"]}, WITH_SQL),
    *(
        row
        for party, base in (("servers.0", "dev"), ("clients.0", "prod"))
        for row in (
            Row(base, {f"{party}.awsSecurityGroup.id": "sg-0123456789abcdef0"}),
            Row(base, {f"{party}.awsSecurityGroup.id": "sg-0123456789abcdef1"},
                {f"{party}.awsSecurityGroup.id": "sg-0123456789abcdef0"}),
            Row(base, {f"{party}.awsSecurityGroup.name": "mine"},
                {f"{party}.awsSecurityGroup.name": "theirs"}),
            Row(base, {f"{party}.awsSecurityGroup.description": "mine"},
                {f"{party}.awsSecurityGroup.description": "theirs"}),
        )
    ),
    Row("dev", {"servers.0.proxy": PROXY}),
    Row("dev", {"servers.0.proxy.address": "10.20.9.6"}, {"servers.0.proxy": PROXY}),
    Row("dev", {"servers.0.proxy.port": 8080}, {"servers.0.proxy": PROXY}),
    Row("dev", {"servers.0.proxy": GONE}, {"servers.0.proxy": PROXY}),
    Row("prod", {"clients.2.proxy.address": "10.20.9.6"},
        {"clients.2.updatesFrom": "microsoft-update", "clients.2.proxy": PROXY}),
    Row("prod", {"clients.2.proxy.port": 8080},
        {"clients.2.updatesFrom": "microsoft-update", "clients.2.proxy": PROXY}),
    Row("dev", {"aws.ownRanges": ["2600:1f18:abcd:1200::/56"]}),
    Row("dev", {"servers.0.awsVpcId": "vpc-0a1b2c3d4e5f60719"}),
    Row("prod", {"clients.0.awsVpcId": "vpc-0a1b2c3d4e5f60719"}, {"aws.dnsFirewall": GONE}),
    Row("prod", {f"{FIREWALL}.vpcId": "vpc-0a1b2c3d4e5f60719"}),
    Row("dev", {FIREWALL: GONE}),
    Row("prod", {f"{FIREWALL}.mode": "policy"},
        also={f"{FIREWALL}.endpoints": GONE, f"{FIREWALL}.logging": GONE}),
    Row("dev", {f"{FIREWALL}.mode": "rules-only"}),
    Row("dev", {f"{FIREWALL}.homeNetworks": ["10.20.0.0/16"]}),
    Row("dev", {f"{FIREWALL}.existingPolicy.statefulDefaultActions": ["aws:alert_established_app_layer_to_server"]},
        RULES_ONLY),
    Row("dev", {f"{FIREWALL}.ruleGroups": [TEAM]}),
    Row("dev", {f"{FIREWALL}.ruleGroups": [ATTACK]}, WITH_GROUPS),
    Row("dev", {f"{FIREWALL}.ruleGroups.0.arn": f"{GROUPS}/other"}, WITH_GROUPS),
    Row("dev", {f"{FIREWALL}.ruleGroups.0.priority": 15}, WITH_GROUPS),
    Row("dev", {f"{FIREWALL}.ruleGroups.0.rules": "drop udp any any -> $BAD any (sid:1;)"}, WITH_GROUPS),
    Row("dev", {f"{FIREWALL}.ruleGroups.0.variables.0.name": "WORSE"}, WITH_GROUPS,
        also={f"{FIREWALL}.ruleGroups.0.rules": "drop tcp any any -> $WORSE any (sid:1;)"}),
    Row("dev", {f"{FIREWALL}.ruleGroups.0.variables.0.values": ["198.51.100.0/25"]}, WITH_GROUPS),
    Row("dev", {f"{FIREWALL}.ruleGroups.0.variables": [{"name": "BAD", "values": ["198.51.100.9/32"]}]},
        WITH_GROUPS),
    Row("dev", {f"{FIREWALL}.ruleGroups.1.alertOnly": True}, WITH_GROUPS),
    Row("dev", {f"{FIREWALL}.priority": 200}),
    Row("dev", {f"{FIREWALL}.existingPolicy.rules": [OTHERS]}, RULES_ONLY),
    Row("dev", {f"{FIREWALL}.existingPolicy.arn": GONE}, {FIREWALL: {"mode": "rules-only", "existingPolicy": {"arn": HUB}}}),
    *(Row("dev", {f"{FIREWALL}.existingPolicy.rules.0.{key}": value}, WITH_OTHERS) for key, value in {
        "action": "reject", "priority": 6, "protocol": "http", "sources": ["10.9.0.0/17"],
        "destinations": ["198.51.100.0/25"], "destinationPorts": [8443], "fqdns": ["worse.example.com"],
    }.items()),
    Row("dev", {f"{FIREWALL}.defaultAction": "alert"}),
    Row("dev", {f"{FIREWALL}.defaultAction": "alert"}, {f"{FIREWALL}.defaultAction": "reject"}),
    Row("dev", {f"{FIREWALL}.kmsKey": KEY}),
    Row("dev", {f"{FIREWALL}.betweenVpcs": True}),
    Row("prod", {f"{FIREWALL}.analysis": ["TLS_SNI"]}, {f"{FIREWALL}.analysis": ["TLS_SNI", "HTTP_HOST"]}),
    Row("prod", {f"{FIREWALL}.logging.existingLogGroup": "other"}, WITH_LOG_GROUP),
    Row("prod", {f"{FIREWALL}.logging.deliveryStream": "other"}, WITH_STREAM),
    Row("prod", {f"{FIREWALL}.logging.kmsKey": KEY}),
    Row("prod", {"aws.dnsFirewall.manageFailMode": False}),
    Row("dev", {f"{FIREWALL}.streamExceptionPolicy": "CONTINUE"}),
    Row("dev", {f"{FIREWALL}.streamExceptionPolicy": "DROP"}),
    Row("prod", {f"{FIREWALL}.protected": False}),
    Row("prod", {ZONE: GONE}),
    Row("prod", {f"{ZONE}.zone": "eu-west-1c"}),
    Row("prod", {f"{ZONE}.subnetId": "subnet-0b2c3d4e5f60f000c"}),
    Row("prod", {f"{ZONE}.protectedRouteTables": ["rtb-0b2c3d4e5f605000c"]}),
    Row("prod", {f"{ZONE}.returnRoutes": GONE, f"{ZONE}.protectedRouteTables": GONE}),
    Row("prod", {f"{ZONE}.returnRoutes.0.routeTableId": "rtb-0b2c3d4e5f609000c"}),
    Row("prod", {f"{ZONE}.returnRoutes.0.destinations": ["10.21.8.0/23"]}),
    Row("prod", {f"{FIREWALL}.keepDefaultRoutes": True}),
    Row("dev", {f"{FIREWALL}.transitGateway": GONE, f"{FIREWALL}.mode": "policy"}, AT_GATEWAY),
    Row("dev", {f"{FIREWALL}.transitGateway.id": "tgw-0123456789abcdef1"}, AT_GATEWAY),
    Row("dev", {f"{FIREWALL}.transitGateway.zoneIds": ["euw1-az1"]}, AT_GATEWAY),
    Row("prod", {f"{FIREWALL}.associations": GONE}, WITH_MORE),
    *(Row("prod", {f"{FIREWALL}.associations.0.{key}": value}, WITH_MORE) for key, value in {
        "zone": "eu-west-1b", "vpcId": "vpc-0c3d4e5f607182a3b", "subnetId": "subnet-0c3d4e5f6071f000b",
        "protectedRouteTables": ["rtb-0c3d4e5f60715000b"],
        "returnRoutes.0.routeTableId": "rtb-0c3d4e5f60719000b",
        "returnRoutes.0.destinations": ["10.21.0.0/22"],
    }.items()),
    Row("prod", {f"{FIREWALL}.associations.0.returnRoutes": GONE,
                 f"{FIREWALL}.associations.0.protectedRouteTables": GONE}, WITH_MORE),
    Row("prod", {f"{FIREWALL}.logging": GONE}),
    Row("prod", {f"{FIREWALL}.logging.logGroup": "/elsewhere"}),
    Row("prod", {f"{FIREWALL}.logging.retentionDays": 7}),
    Row("prod", {f"{FIREWALL}.logging.types": ["ALERT"]}),
    Row("prod", {f"{FIREWALL}.logging.bucket": "another"}, WITH_BUCKET),
    Row("prod", {f"{FIREWALL}.logging.prefix": "another"}, WITH_BUCKET),
    Row("dev", {f"{FIREWALL}.shareWith": ["111122223333"]},
        {f"{FIREWALL}.shareWith": ["111122223333", "444455556666"]}),
    Row("dev", {f"{FIREWALL}.firewallManager": GONE}, WITH_MANAGER),
    Row("dev", {f"{FIREWALL}.firewallManager.accounts": ["111122223333"]}, WITH_MANAGER),
    Row("dev", {f"{FIREWALL}.firewallManager.organizationalUnits": ["ou-abcd-12345679"]}, WITH_MANAGER),
    Row("dev", {f"{FIREWALL}.firewallManager.resourceTags": {"wsus": "no"}}, WITH_MANAGER),
    Row("dev", {f"{FIREWALL}.firewallManager.remediation": False}, WITH_MANAGER),
    Row("dev", {f"{FIREWALL}.firewallManager.logBucket": "other"}, WITH_MANAGER),
    Row("prod", {"aws.dnsFirewall": GONE}),
    Row("prod", {"aws.dnsFirewall.priority": 9000}),
    Row("prod", {"aws.dnsFirewall.alsoResolve": ["*.eu-west-1.amazonaws.com", "*.example.com"]}),
    Row("prod", {"aws.dnsFirewall.failOpen": True}),
    Row("prod", {"aws.dnsFirewall.protected": False}, {"aws.dnsFirewall.protected": True}),
    # Azure.
    Row("staging", {"azure-native:subscriptionId": "11111111-1111-1111-1111-111111111111"},
        {"azure-native:subscriptionId": "00000000-0000-0000-0000-000000000000"}),
    Row("staging", {"azure.resourceGroup": "rg-other"}),
    Row("staging", {"azure.location": "northeurope"}),
    Row("staging", {"azure.addressSpace": ["10.30.0.0/17"]}),
    Row("staging", {POLICY: GONE}, also={"azure.routeTable": GONE}),
    Row("staging", {f"{POLICY}.name": "afwp-another"}),
    Row("staging", {f"{POLICY}.id": f"{ARM}/Microsoft.Network/firewallPolicies/another"},
        {POLICY: {"id": f"{ARM}/Microsoft.Network/firewallPolicies/base"}}),
    Row("staging", {"azure.ruleCollectionGroupName": "another"}),
    Row("prod", {f"{POLICY}.mode": "policy"},
        also={"azure.firewall": GONE, "azure.routeTable.firewallAddress": "10.31.255.4"}),
    Row("staging", {f"{POLICY}.mode": "rules-only"}),
    Row("staging", {f"{POLICY}.existing": True}),
    Row("staging", {f"{POLICY}.sku": "Standard"}, {f"{POLICY}.sku": "Premium"}),
    Row("prod", {f"{POLICY}.threatIntelMode": "Alert"}),
    Row("staging", {f"{POLICY}.threatIntelMode": "Off"}),
    Row("staging", {f"{POLICY}.basePolicy": f"{ARM}/Microsoft.Network/firewallPolicies/base"}),
    Row("staging", {f"{POLICY}.dnsProxy": False}, {f"{POLICY}.dnsProxy": True}),
    Row("staging", {f"{POLICY}.dnsServers": ["10.30.9.9"]}),
    Row("staging", {f"{POLICY}.rules": FOREIGN}),
    Row("staging", {f"{POLICY}.rules": GONE}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.0.inherited": True},
        {**WITH_FOREIGN, f"{POLICY}.basePolicy": f"{ARM}/Microsoft.Network/firewallPolicies/base"}),
    Row("staging", {f"{POLICY}.rules.0.groupPriority": 500}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.0.priority": 300}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.0.action": "allow"}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.0.sources": ["10.30.8.0/24"]}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.0.fqdns": ["worse.example.com"]}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.0.httpPorts": GONE}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.0.httpsPorts": [8443]}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.1.destinations": ["203.0.113.0/25"]}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.1.destinationPorts": [26]}, WITH_FOREIGN),
    Row("staging", {f"{POLICY}.rules.1.protocol": "udp"}, WITH_FOREIGN),
    Row("staging", {"azure.destinations": "tag+list"}),
    Row("prod", {"azure.destinations": "tag"}),
    Row("sandbox", {"azure.fqdnTags": ["WindowsUpdate", "WindowsDiagnostics"]}),
    Row("staging", {"azure.ruleCollectionGroupPriority": 9000}),
    Row("staging", {"azure.denyRest": "servers"}),
    Row("staging", {"azure.denyRest": "nobody"}),
    Row("staging", {"azure.networkRules": [KMS]}),
    Row("staging", {"azure.networkRules.0.protocol": "udp"}, WITH_KMS),
    Row("staging", {"azure.networkRules.0.destinationPorts": [22]}, WITH_KMS),
    Row("staging", {"azure.networkRules.0.destinations": ["0.0.0.0/0"]}, WITH_KMS),
    Row("prod", {"azure.networkRules.0.parties": ["hub", "kiosks"]},
        {"azure.networkRules": [{**KMS, "parties": ["hub"]}], "accept": accepting(*PORTS)}),
    Row("staging", {"azure.networkRules.0.fqdns": ["kms.example.com"],
                    "azure.networkRules.0.destinations": GONE},
        {**WITH_KMS, f"{POLICY}.dnsProxy": True}),
    Row("prod", {"azure.firewall.name": "afw-another"}),
    Row("prod", {"azure.firewall.virtualNetwork":
                 f"{ARM.replace('/rg/', '/rg-wsus-prod/')}/Microsoft.Network/virtualNetworks/other"}),
    Row("prod", {"azure.firewall.zones": ["1"]}),
    Row("staging", {"azure.ipGroupIds": {"wsus": f"{ARM}/Microsoft.Network/ipGroups/theirs"}}),
    Row("staging", {"azure.routing": "hub-intent"}, also={"azure.routeTable": GONE}),
    Row("prod", {"azure.firewall.workspace": GONE}),
    Row("prod", {"azure.firewall.workspace": f"{ARM}/Microsoft.OperationalInsights/workspaces/other"}),
    Row("staging", {"azure.routeTable": GONE}),
    Row("staging", {"azure.routeTable.firewallAddress": "10.30.0.77"}),
    Row("staging", {"azure.routeTable.bgpPropagation": True}),
    Row("staging", {"azure.routeTable.direct": [DIRECT]}),
    Row("staging", {"azure.routeTable.private": [{"name": "more", "addressPrefix": "10.99.0.0/16"}]}),
    Row("prod", {"azure.routeTable.private.0.addressPrefix": "10.0.0.0/8"}),
    Row("prod", {"azure.routeTable.private.0.via": "peering"}),
    Row("staging", {"azure.routeTable.direct.0.addressPrefix": "198.51.0.0/16"}, WITH_DIRECT),
    Row("staging", {"azure.routeTable.direct.0.protocol": "udp"}, WITH_DIRECT),
    Row("staging", {"azure.routeTable.direct.0.destinationPorts": [22]}, WITH_DIRECT),
    Row("staging", {"azure.networkSecurityGroup.create": False}),
    Row("staging", {"azure.networkSecurityGroup.destinations": "internet"},
        {"azure.networkSecurityGroup.destinations": "service-tags"}),
    Row("staging", {"azure.networkSecurityGroup.applicationSecurityGroups":
                    {"wsus": f"{ARM}/Microsoft.Network/applicationSecurityGroups/asg"}}),
    Row("staging", {"azure.networkSecurityGroup.lateralMovement": "allow"}),
    Row("staging", {"azure.networkSecurityGroup.flush": False},
        {"azure.networkSecurityGroup.flush": True}),
    Row("staging", {"azure.dnsSecurityPolicy": GONE}, WITH_DNS),
    Row("staging", {"azure.dnsSecurityPolicy.virtualNetwork": f"{ARM}/Microsoft.Network/virtualNetworks/b"}, WITH_DNS),
    Row("staging", {"azure.dnsSecurityPolicy.alsoResolve": ["*.corp.example.com"]}, WITH_DNS),
    Row("prod", {"azure.subnets": GONE}),
    Row("prod", {"azure.subnets.0": GONE}),
    Row("prod", {"azure.subnets.0.virtualNetwork": "vnet-other"}),
    Row("prod", {"azure.subnets.0.name": "snet-other"}),
    Row("prod", {"azure.subnets.0.addressPrefix": "10.31.0.0/25"}),
    Row("prod", {"azure.subnets.0.addressPrefixes": ["10.31.0.0/25", "10.31.1.0/24"]},
        {"azure.subnets.0.addressPrefix": GONE,
         "azure.subnets.0.addressPrefixes": ["10.31.0.0/24", "10.31.1.0/24"]}),
    Row("prod", {"azure.subnets.0.attached": False}),
    Row("prod", {"azure.subnets.0.serviceEndpoints": [STORAGE]}),
    Row("prod", {"azure.subnets.0.serviceEndpoints.0.service": "Microsoft.Sql"}, WITH_STORAGE),
    Row("prod", {"azure.subnets.0.serviceEndpoints.0.locations": ["westeurope", "northeurope"]}, WITH_STORAGE),
    # Whole targets.
    Row("prod", {"aws": GONE}, also={
        "servers.0.location": "elsewhere", "clients.0.location": "elsewhere"}),
    Row("prod", {"azure": GONE}, also={
        "servers.1.location": "elsewhere", "clients.1.location": "elsewhere",
        "clients.2.location": "elsewhere"}),
    # The gate itself, and what it lets pass.
    Row("dev", {"gate.unapproved": 3}),
    Row("dev", {"gate.warnDays": 0}),
    Row("dev", {"accept": accepting("aws/aws-network-firewall/wider/names")}),
    Row("dev", {"accept.0.expires": "2099-01-01"},
        {"accept": accepting("aws/aws-network-firewall/wider/names")}),
    Row("dev", {"approved.0.expires": "2099-01-01"}, APPROVED_MIRROR),
    Row("dev", {"approved": GONE}, APPROVED_MIRROR),
    Row("dev", {"approved.0.what": "aws/https/other.example.com"}, APPROVED_MIRROR),
)  # fmt: skip

HARMLESS: Final = (
    Row("dev", {"aws.networkRules.0.name": "susdb"}, WITH_SQL),
    Row("dev", {"aws.networkRules.0.reason": "SUSDB on a server of its own"}, WITH_SQL),
    Row("prod", {"lists": ["wsus"]}),
    Row("prod", {"schemes": "as-listed"}),
    Row("dev", {"extraEndpoints": GONE}, WITH_MIRROR),
    Row("dev", {"extraEndpoints.0.owner": "another team"}, WITH_MIRROR),
    Row("dev", {"extraEndpoints.0.reason": "Other files"}, WITH_MIRROR),
    Row("dev", {"servers.0.name": "updates"}),
    Row("prod", {"clients.0.name": "machines"}),
    Row("dev", {"servers.0.awsPeer.maxEntries": 6}, {"servers.0.awsPeer": PREFIX_LIST}),
    Row("prod", {"clients.0.awsPeer.maxEntries": 6}, {"clients.0.awsPeer": PREFIX_LIST}),
    Row("endpoints/wsus", {"endpoints.0.purpose": "Another text"}),
    Row("endpoints/wsus", {"title": "Another title"}),
    Row("dev", {"aws.securityGroup.rulesPerDirection": 100}),
    Row("dev", {"aws:defaultTags": {"tags": {"team": "network"}}}),
    Row("dev", {"aws.tags": {"team": "network"}}),
    Row("dev", {"aws.dnsFirewall": {}}),
    Row("dev", {f"{FIREWALL}.existingNames": {"policy": "central"}}),
    Row("prod", {"aws.dnsFirewall.existingNames": {"group": "central", "names-1": "updates"}}),
    Row("dev", {f"{FIREWALL}.existingPolicy.ruleOrder": "STRICT_ORDER"}, RULES_ONLY),
    Row("dev", {f"{FIREWALL}.existingPolicy.arn": HUB}, RULES_ONLY),
    Row("dev", {f"{FIREWALL}.policyCapacity": 20000}),
    Row("dev", {f"{FIREWALL}.defaultAction": "reject"}),
    Row("dev", {f"{FIREWALL}.tcpIdleTimeoutSeconds": 6000}),
    Row("prod", {f"{FIREWALL}.analysis": ["TLS_SNI"]}),
    Row("prod", {"aws.dnsFirewall.manageFailMode": True}, {"aws.dnsFirewall.manageFailMode": False}),
    Row("dev", {f"{FIREWALL}.capacity": 500}),
    Row("dev", {f"{FIREWALL}.priority": 50}),
    Row("dev", {f"{FIREWALL}.existingPolicy.rules.0.name": "renamed"}, WITH_OTHERS),
    Row("dev", {f"{FIREWALL}.streamExceptionPolicy": "REJECT"}, {f"{FIREWALL}.streamExceptionPolicy": "CONTINUE"}),
    Row("dev", {f"{FIREWALL}.shareWith": ["111122223333"]}),
    Row("sandbox", {f"{FIREWALL}.protected": True}),
    Row("prod", {f"{FIREWALL}.logging.retentionDays": 400}),
    Row("prod", {f"{ZONE}.protectedRouteTables": ["rtb-0b2c3d4e5f605000b", "rtb-0b2c3d4e5f605000c"]}),
    Row("prod", {"aws.dnsFirewall.priority": 150}),
    Row("prod", {"aws.dnsFirewall.blockResponse": "NXDOMAIN"}),
    Row("prod", {"aws.dnsFirewall.alsoResolve": GONE}),
    Row("staging", {"azure.tags": {"team": "network"}}),
    Row("staging", {"azure.addressSpace": ["10.30.0.0/16", "10.35.0.0/16"]}),
    Row("staging", {"azure.ipGroups": True}),
    Row("prod", {"azure.firewall.publicAddresses": 3}),
    Row("prod", {"azure.firewall.publicIpPrefix": f"{ARM}/Microsoft.Network/publicIPPrefixes/a"}),
    Row("prod", {"azure.firewall.management": True}),
    Row("staging", {"azure.dnsSecurityPolicy": {
        "virtualNetwork": f"{ARM}/Microsoft.Network/virtualNetworks/a"}}),
    Row("staging", {f"{POLICY}.groups": 2}),
    Row("staging", {f"{POLICY}.existing": GONE, f"{POLICY}.mode": "rules-only"},
        {f"{POLICY}.existing": True}),
    Row("staging", {f"{POLICY}.threatIntelMode": "Deny"}),
    Row("staging", {f"{POLICY}.rules.0.name": "renamed"}, WITH_FOREIGN),
    Row("sandbox", {"azure.destinations": "list"}),
    Row("staging", {"azure.ruleCollectionGroupPriority": 200}),
    Row("staging", {"azure.denyRest": "address-space"}, {"azure.denyRest": "servers"}),
    Row("staging", {"azure.networkRules.0.name": "activation"}, WITH_KMS),
    Row("staging", {"azure.networkRules.0.reason": "Windows"}, WITH_KMS),
    Row("staging", {"azure.routeTable.direct.0.name": "activation"}, WITH_DIRECT),
    Row("prod", {"azure.routeTable.private.0.name": "cloud"}),
    Row("staging", {"azure.routeTable.direct.0.reason": "Windows"}, WITH_DIRECT),
    Row("staging", {"azure.subnets": [{"virtualNetwork": "vnet", "name": "snet", "addressPrefix": "10.30.0.0/24"}]}),
    Row("prod", {"azure.subnets.0.serviceEndpoints": []}),
    Row("prod", {"azure.subnets.0.serviceEndpoints": [], "accept": GONE}, WITH_STORAGE),
    Row("prod", {"azure.subnets.0.networkSecurityGroup":
                 f"{ARM.replace('/rg/', '/rg-wsus-prod/')}/Microsoft.Network/networkSecurityGroups/wsus-nsg"}),
    Row("prod", {"azure.subnets.0.routeTable":
                 f"{ARM.replace('/rg/', '/rg-wsus-prod/')}/Microsoft.Network/routeTables/wsus-route-table"}),
    Row("prod", {"azure.subnets.0.importId":
                 f"{ARM.replace('/rg/', '/rg-wsus-prod/')}/Microsoft.Network/virtualNetworks/vnet-wsus-prod"
                 "/subnets/snet-wsus"}),
    Row("dev", {"gate.warnDays": 60}),
    Row("dev", {"approved.0.expires": "2027-01-01"}, APPROVED_MIRROR),
    Row("dev", {"approved.0.reason": "Still files"}, APPROVED_MIRROR),
    Row("dev", {"approved.0.owner": "another team"}, APPROVED_MIRROR),
    Row("dev", {"approved": GONE, "extraEndpoints": GONE}, APPROVED_MIRROR),
    Row("dev", {"accept": GONE}, {"accept": accepting("aws/aws-network-firewall/wider/names")}),
)  # fmt: skip
