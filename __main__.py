"""One environment as one Pulumi stack: its settings to components, their ids to outputs."""

import datetime
import json
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi.runtime.config import CONFIG

from wsus_egress.args import PolicyArgs
from wsus_egress.component.arguments import aws_arguments, azure_arguments
from wsus_egress.config.project import LISTS_FOLDER, NAMESPACE, environment_from_config
from wsus_egress.controls import compile_target
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import prove

POLICY = ("mode", "lists", "schemes", "extraEndpoints", "servers", "clients", "ipv6")
WORDS = ("mode", "schemes")


def value_of(key: str, text: str) -> Any:
    """A setting as it was written: the engine gives all but plain words as JSON."""
    if key in WORDS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text  # The settings' own check says what it should be.


# All of them, so that one that does not exist is refused as `wsus-egress check` refuses it.
settings: dict[str, Any] = {
    key.removeprefix(NAMESPACE): value_of(key.removeprefix(NAMESPACE), text)
    for key, text in CONFIG.get().items()
    if key.startswith(NAMESPACE)
}
try:
    environment = environment_from_config(Path(), pulumi.get_stack(), settings)
    compiled = [(target, compile_target(environment, target)) for target in environment.targets]
except PolicyErrors as error:
    raise pulumi.RunError(str(error)) from None
today = datetime.datetime.now(tz=datetime.UTC).date()
for target, controls in compiled:
    for each in prove(environment, target, controls, today).findings:
        pulumi.log.warn(f"{each.what} is not accepted: {each.reason} (for example {each.witness})")
policy = cast(PolicyArgs, {key: settings[key] for key in POLICY if key in settings})


# Each cloud's SDK takes a second to load: only that of a target that there is.
if environment.aws:
    from wsus_egress.aws import AwsWsusEgress
    from wsus_egress.aws.arguments import AwsWsusEgressArgs

    given = {"policy": policy, "endpoint_lists": LISTS_FOLDER, **aws_arguments(settings["aws"])}
    in_aws = AwsWsusEgress("wsus", cast(AwsWsusEgressArgs, given))
    pulumi.export("awsSecurityGroupIds", in_aws.security_group_ids)
    pulumi.export("awsRuleGroupArns", in_aws.rule_group_arns)
    pulumi.export("awsFirewallPolicyArn", in_aws.firewall_policy_arn)
    pulumi.export("awsFirewallEndpointIds", in_aws.endpoint_ids)
    pulumi.export("awsDnsRuleGroupId", in_aws.dns_rule_group_id)
if environment.azure:
    from wsus_egress.azure import AzureWsusEgress, AzureWsusEgressArgs

    given = {"policy": policy, "endpoint_lists": LISTS_FOLDER, **azure_arguments(settings["azure"])}
    in_azure = AzureWsusEgress("wsus", cast(AzureWsusEgressArgs, given))
    pulumi.export("azureFirewallPolicyName", in_azure.firewall_policy_name)
    pulumi.export("azureNetworkSecurityGroupId", in_azure.network_security_group_id)
    pulumi.export("azureRouteTableId", in_azure.route_table_id)
    pulumi.export("azureRuleCollectionGroupId", in_azure.rule_collection_group_id)
