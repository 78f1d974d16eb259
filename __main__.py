"""One environment as one Pulumi stack: its settings to components, their ids to outputs."""

import gc
import os
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from wsus_egress.component.arguments import compile_environment
from wsus_egress.component.proved import proved
from wsus_egress.config.project import environment_from_config, settings_from_engine
from wsus_egress.problems import Collector, PolicyErrors
from wsus_egress.proof.accepted import of_nothing

# A cloud's SDK is half a million objects, all of which stay: to search them for cycles again and again
# while it loads takes 8 % of a preview. Pydantic's search for plugins, of which there is none, takes 2 %.
gc.disable()
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

settings = settings_from_engine(CONFIG.get())
try:
    environment = environment_from_config(Path(), pulumi.get_stack(), settings)
    targets = compile_environment(environment)
    made = [control for compiled in targets for control in compiled.controls]
    Collector([*of_nothing(environment, made)]).raise_if_any()
    for compiled in targets:
        for text in proved(environment, compiled.target, compiled.controls):
            pulumi.log.warn(text)
except PolicyErrors as error:
    raise pulumi.RunError(str(error)) from None

# Each cloud's SDK takes a second to load: only that of a target that there is.
for compiled in targets:
    if compiled.target.cloud == "aws":
        from wsus_egress.aws import AwsWsusEgress

        in_aws = AwsWsusEgress("wsus", compiled.handed())
        pulumi.export("awsSecurityGroupIds", in_aws.security_group_ids)
        pulumi.export("awsRuleGroupArns", in_aws.rule_group_arns)
        pulumi.export("awsFirewallPolicyArn", in_aws.firewall_policy_arn)
        pulumi.export("awsFirewallEndpointIds", in_aws.endpoint_ids)
        pulumi.export("awsDnsRuleGroupId", in_aws.dns_rule_group_id)
    else:
        from wsus_egress.azure import AzureWsusEgress

        in_azure = AzureWsusEgress("wsus", compiled.handed())
        pulumi.export("azureFirewallPolicyId", in_azure.firewall_policy_id)
        pulumi.export("azureFirewallPolicyName", in_azure.firewall_policy_name)
        pulumi.export("azureFirewallPrivateAddress", in_azure.firewall_private_address)
        pulumi.export("azureNetworkSecurityGroupId", in_azure.network_security_group_id)
        pulumi.export("azureRouteTableId", in_azure.route_table_id)
        pulumi.export("azureRuleCollectionGroupId", in_azure.rule_collection_group_id)

gc.freeze()
gc.enable()
