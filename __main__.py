"""One environment as one Pulumi stack: its settings to components, their ids to outputs."""

import json
import re
from pathlib import Path
from typing import cast

import pulumi

from wsus_egress.args import PolicyArgs
from wsus_egress.controls import compile_target
from wsus_egress.problems import PolicyErrors
from wsus_egress.project import environment_from_config

POLICY = ("mode", "lists", "schemes", "extraEndpoints", "servers", "clients", "ipv6")
WORDS = ("mode", "schemes")

config = pulumi.Config()
settings = {
    key: value if key in WORDS else json.loads(value)
    for key in (*POLICY, "aws", "azure", "accept", "approved", "gate")
    if (value := config.get(key)) is not None
}
try:
    environment = environment_from_config(Path(), pulumi.get_stack(), settings)
    for target in environment.targets:
        compile_target(environment, target)
except PolicyErrors as error:
    raise pulumi.RunError(str(error)) from None
policy = cast(PolicyArgs, {key: settings[key] for key in POLICY if key in settings})


def _snake(key: str) -> str:
    """A setting's name as an argument's: vpcId as vpc_id."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()


# Each cloud's SDK takes a second to load: only that of a target that there is.
if aws := environment.aws:
    from wsus_egress.aws import AwsWsusEgress
    from wsus_egress.aws.arguments import AwsWsusEgressArgs

    given = {_snake(key): value for key, value in dict(settings["aws"]).items()}
    in_aws = AwsWsusEgress("wsus", cast(AwsWsusEgressArgs, {"policy": policy, **given}))
    pulumi.export("awsSecurityGroupIds", in_aws.security_group_ids)
    pulumi.export("awsRuleGroupArns", in_aws.rule_group_arns)
    pulumi.export("awsFirewallPolicyArn", in_aws.firewall_policy_arn)
    pulumi.export("awsFirewallEndpointIds", in_aws.endpoint_ids)
    pulumi.export("awsDnsRuleGroupId", in_aws.dns_rule_group_id)
if azure := environment.azure:
    from wsus_egress.azure import AzureWsusEgress

    firewall_policy = azure.firewall_policy
    in_azure = AzureWsusEgress(
        "wsus",
        {
            "policy": policy,
            "resource_group_name": azure.resource_group,
            "location": azure.location,
            "address_space": [str(network) for network in azure.address_space],
            "destinations": azure.destinations,
            "fqdn_tags": list(azure.fqdn_tags),
            "firewall_policy": {
                "name": firewall_policy.name,
                "existing": firewall_policy.existing,
                "sku": firewall_policy.sku,
                "threat_intel_mode": firewall_policy.threat_intel_mode,
            },
            "rule_collection_group_priority": azure.rule_collection_group_priority,
            "tags": dict(azure.tags),
        },
    )
    pulumi.export("azureFirewallPolicyName", in_azure.firewall_policy_name)
    pulumi.export("azureNetworkSecurityGroupId", in_azure.network_security_group_id)
    pulumi.export("azureRuleCollectionGroupId", in_azure.rule_collection_group_id)
