"""Network Firewall's resources as documents: rule groups, policy, firewall, logging and routes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from wsus_egress.controls.aws.tags import aws_tags
from wsus_egress.controls.base import Document, slug

if TYPE_CHECKING:
    from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
    from wsus_egress.model.aws import FirewallEndpoint

FIRST_PRIORITY = 100


def documents(control: AwsNetworkFirewall, prefix: str) -> Iterator[Document]:
    """Every resource of the control; all names begin with `prefix`."""
    firewall = control.firewall
    groups = list(_groups(control, prefix))
    yield from groups
    shared = [group.name for group in groups]
    if firewall.mode != "rules-only":
        policy = _policy(control, prefix, shared)
        yield policy
        shared = [policy.name]
        if firewall.mode == "full":
            yield from _firewall(control, prefix)
    if firewall.share_with and shared:
        yield from _share(control, prefix, shared)
    if firewall.firewall_manager is not None:
        yield _firewall_manager(control, prefix, [group.name for group in groups])


def _tags(control: AwsNetworkFirewall, name: str) -> dict[str, str]:
    return aws_tags(control.target, control.environment, name)


def _groups(control: AwsNetworkFirewall, prefix: str) -> Iterator[Document]:
    # No `name` on a group or policy: with a name of Pulumi's own a replacement stands beside what
    # it replaces, which is in use until the policy refers to the new one.
    for group in control.rule_groups:
        name = f"{prefix}-rules-{group.number}"
        yield Document(
            "aws:networkfirewall/ruleGroup:RuleGroup",
            name,
            {
                "capacity": group.capacity,
                "description": f"WSUS egress of {control.environment}: names that may be reached",
                "ruleGroup": {
                    "ruleVariables": {
                        "ipSets": [
                            {"ipSet": {"definitions": list(addresses)}, "key": key}
                            for key, addresses in control.ip_sets.items()
                        ]
                    },
                    "rulesSource": {"rulesString": group.rules_string},
                    "statefulRuleOptions": {"ruleOrder": "STRICT_ORDER"},
                },
                "tags": _tags(control, name),
                "type": "STATEFUL",
            },
        )


def _policy(control: AwsNetworkFirewall, prefix: str, groups: list[str]) -> Document:
    name = f"{prefix}-policy"
    return Document(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        name,
        {
            "description": f"WSUS egress of {control.environment}: what no rule admits is dropped",
            "firewallPolicy": {
                # HOME_NET only here: set on a rule group, it would leave EXTERNAL_NET as it is.
                "policyVariables": {
                    "ruleVariables": [
                        {
                            "ipSet": {"definitions": [str(n) for n in control.home_net]},
                            "key": "HOME_NET",
                        }
                    ]
                },
                "statefulDefaultActions": list(control.default_actions),
                "statefulEngineOptions": {
                    "ruleOrder": "STRICT_ORDER",
                    "streamExceptionPolicy": control.firewall.stream_exception_policy,
                },
                "statefulRuleGroupReferences": [
                    {"priority": FIRST_PRIORITY + number, "resourceArn": f"${{{group}.arn}}"}
                    for number, group in enumerate(groups)
                ],
                "statelessDefaultActions": ["aws:forward_to_sfe"],
                "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
            },
            "tags": _tags(control, name),
        },
    )


def _firewall(control: AwsNetworkFirewall, prefix: str) -> Iterator[Document]:
    firewall = control.firewall
    yield Document(
        "aws:networkfirewall/firewall:Firewall",
        prefix,
        {
            "deleteProtection": firewall.protected,
            "description": f"WSUS egress of {control.environment}",
            "firewallPolicyArn": f"${{{prefix}-policy.arn}}",
            "firewallPolicyChangeProtection": False,
            "subnetChangeProtection": firewall.protected,
            "subnetMappings": [{"subnetId": endpoint.subnet} for endpoint in firewall.endpoints],
            "tags": _tags(control, prefix),
            "vpcId": control.target.vpc_id,
        },
    )
    yield from _logging(control, prefix)
    for endpoint in firewall.endpoints:
        yield from _routes(prefix, endpoint)


def _logging(control: AwsNetworkFirewall, prefix: str) -> Iterator[Document]:
    logging = control.firewall.logging
    if logging is None:
        return
    destinations = []
    for kind in logging.types:
        if logging.bucket is not None:
            where = {"bucketName": logging.bucket}
            destination = where | ({"prefix": logging.prefix} if logging.prefix else {})
        else:
            name = f"{prefix}-{kind.lower()}-logs"
            destination = {"logGroup": f"{logging.log_group}/{kind.lower()}"}
            yield Document(
                "aws:cloudwatch/logGroup:LogGroup",
                name,
                {
                    "name": destination["logGroup"],
                    "retentionInDays": logging.retention_days,
                    "tags": _tags(control, name),
                },
            )
        destinations.append(
            {
                "logDestination": destination,
                "logDestinationType": "S3" if logging.bucket else "CloudWatchLogs",
                "logType": kind,
            }
        )
    yield Document(
        "aws:networkfirewall/loggingConfiguration:LoggingConfiguration",
        f"{prefix}-logging",
        {
            "firewallArn": f"${{{prefix}.arn}}",
            "loggingConfiguration": {"logDestinationConfigs": destinations},
        },
    )


def _routes(prefix: str, endpoint: FirewallEndpoint) -> Iterator[Document]:
    reference = f"${{{prefix}.endpoint({endpoint.zone})}}"
    for table in endpoint.protected_route_tables:
        yield _route(f"{prefix}-out-{table}", table, "0.0.0.0/0", reference)
    for route in endpoint.return_routes:
        for network in route.destinations:
            name = f"{prefix}-back-{route.route_table}-{slug(network)}"
            yield _route(name, route.route_table, str(network), reference)


def _route(name: str, table: str, destination: str, endpoint: str) -> Document:
    return Document(
        "aws:ec2/route:Route",
        name,
        {"destinationCidrBlock": destination, "routeTableId": table, "vpcEndpointId": endpoint},
    )


def _share(control: AwsNetworkFirewall, prefix: str, shared: list[str]) -> Iterator[Document]:
    name = f"{prefix}-share"
    yield Document(
        "aws:ram/resourceShare:ResourceShare",
        name,
        {"allowExternalPrincipals": False, "name": name, "tags": _tags(control, name)},
    )
    for resource in shared:
        yield Document(
            "aws:ram/resourceAssociation:ResourceAssociation",
            f"{resource}-share",
            {"resourceArn": f"${{{resource}.arn}}", "resourceShareArn": f"${{{name}.arn}}"},
        )
    for principal in control.firewall.share_with:
        yield Document(
            "aws:ram/principalAssociation:PrincipalAssociation",
            f"{name}-{principal.rpartition('/')[2]}",
            {"principal": principal, "resourceShareArn": f"${{{name}.arn}}"},
        )


def _firewall_manager(control: AwsNetworkFirewall, prefix: str, groups: list[str]) -> Document:
    manager = control.firewall.firewall_manager
    assert manager is not None  # noqa: S101 - the caller asks first
    properties: dict[str, Any] = {
        "excludeResourceTags": False,
        "remediationEnabled": manager.remediation,
        "resourceTags": dict(manager.resource_tags),
        "resourceType": "AWS::EC2::VPC",
        "securityServicePolicyData": {
            "managedServiceData": managed_service_data(
                control, {group: f"${{{group}.arn}}" for group in groups}
            ),
            "type": "NETWORK_FIREWALL",
        },
        "tags": _tags(control, f"{prefix}-manager"),
    }
    included = {
        "accounts": list(manager.accounts),
        "orgunits": list(manager.organizational_units),
    }
    if any(included.values()):
        properties["includeMap"] = {key: value for key, value in included.items() if value}
    return Document("aws:fms/policy:Policy", f"{prefix}-manager", properties)


def managed_service_data(control: AwsNetworkFirewall, arns: Mapping[str, str]) -> str:
    """What Firewall Manager is told, as JSON.

    Its fields are those of "SecurityServicePolicyData" (Firewall Manager API reference, read
    2026-11). It has none for HOME_NET: there HOME_NET is the range of each firewall's own VPC.

    Args:
        control: The control.
        arns: The rule groups' ARNs, in their order.
    """
    return json.dumps(
        {
            "type": "NETWORK_FIREWALL",
            "networkFirewallStatelessRuleGroupReferences": [],
            "networkFirewallStatelessDefaultActions": ["aws:forward_to_sfe"],
            "networkFirewallStatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
            "networkFirewallStatelessCustomActions": [],
            "networkFirewallStatefulRuleGroupReferences": [
                {"resourceARN": arn, "priority": FIRST_PRIORITY + number}
                for number, arn in enumerate(arns.values())
            ],
            "networkFirewallStatefulEngineOptions": {
                "ruleOrder": "STRICT_ORDER",
                "streamExceptionPolicy": control.firewall.stream_exception_policy,
            },
            "networkFirewallStatefulDefaultActions": list(control.default_actions),
            "networkFirewallOrchestrationConfig": {
                "singleFirewallEndpointPerVPC": False,
                "allowedIPV4CidrList": [],
            },
        }
    )
