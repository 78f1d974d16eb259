"""Network Firewall's resources as documents: rule groups, policy, firewall, logging and routes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wsus_egress.controls.aws.reject import CAPACITY, REJECT_RULES
from wsus_egress.controls.aws.rule_groups import RuleGroup
from wsus_egress.controls.aws.synchronization import CAPACITY as SYNCHRONIZATION_CAPACITY
from wsus_egress.controls.base import Document, collapsed, slug
from wsus_egress.controls.tags import tags_of
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.flows import Network
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.model.network_firewall_endpoints import (
    AssociatedEndpoint,
    FirewallEndpoint,
    default_routes,
)
from wsus_egress.model.other_rules import HIGHEST_PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the resources are made of.

    Attributes:
        rule_groups: The rules as they are deployed.
        ip_sets: The rule groups' variables, for example `WSUS_SOURCES`.
        default_actions: What the firewall policy does with a flow that no rule decides.
        synchronization: Rules for what passes between VPCs; empty where nothing does.
        ipv6: Whether endpoints and routes are for IPv6 too.
    """

    target: AwsTarget
    firewall: NetworkFirewall
    environment: str
    rule_groups: Sequence[RuleGroup]
    ip_sets: Mapping[str, tuple[str, ...]]
    default_actions: tuple[str, ...]
    synchronization: str = ""
    ipv6: bool = False

    @property
    def protect(self) -> str:
        """What the engine protects the firewall by, and all that leads to it and tells of it."""
        return "networkFirewall.protected" if self.firewall.protected else ""

    def tags(self, name: str) -> dict[str, str]:
        """The tags of the resource with this name."""
        return tags_of(self.target, self.environment, name)


def texts(networks: Iterable[Network]) -> tuple[str, ...]:
    """The same addresses in the fewest blocks, as a variable has them."""
    some = tuple(networks)
    return tuple(str(each) for version in (4, 6) for each in collapsed(some, version))


def network_firewall_documents(parts: Parts, prefix: str) -> Iterator[Document]:
    """Every resource of the control; all names start with `prefix`."""
    firewall = parts.firewall
    groups = list(_groups(parts, prefix))
    yield from groups
    if firewall.default_action == "reject" and groups:
        about = f"WSUS egress of {parts.environment}: what no rule admits is reset"
        yield _group(parts, f"{prefix}-reject", CAPACITY, about, REJECT_RULES)
    shared = [group.name for group in groups]
    if firewall.mode != "rules-only":
        policy = _policy(parts, prefix, shared)
        yield policy
        shared = [policy.name]
        if firewall.mode == "full":
            yield from _firewall(parts, prefix)
    if firewall.share_with and shared:
        yield from _share(parts, prefix, shared)
    if firewall.firewall_manager is not None:
        yield _firewall_manager(parts, prefix, [group.name for group in groups])


def _groups(parts: Parts, prefix: str) -> Iterator[Document]:
    # No `name` on a group or policy: with a name of Pulumi's own a replacement stands beside what
    # it replaces, which is in use until the policy refers to the new one.
    for group in parts.rule_groups:
        about = f"WSUS egress of {parts.environment}: names that may be reached"
        name = f"{prefix}-rules-{group.number}"
        yield _group(parts, name, group.capacity, about, group.rules_string)
    if parts.synchronization:
        about = f"WSUS egress of {parts.environment}: synchronization between VPCs"
        name = f"{prefix}-synchronization"
        yield _group(parts, name, SYNCHRONIZATION_CAPACITY, about, parts.synchronization)


def _group(parts: Parts, name: str, capacity: int, about: str, rules: str) -> Document:
    return Document(
        "aws:networkfirewall/ruleGroup:RuleGroup",
        name,
        {
            "capacity": capacity,
            "description": about,
            "ruleGroup": {
                "ruleVariables": {
                    "ipSets": [
                        {"ipSet": {"definitions": list(addresses)}, "key": key}
                        for key, addresses in parts.ip_sets.items()
                    ]
                },
                "rulesSource": {"rulesString": rules},
                "statefulRuleOptions": {"ruleOrder": "STRICT_ORDER"},
            },
            "tags": parts.tags(name),
            "type": "STATEFUL",
            **_encrypted(parts),
        },
    )


def _encrypted(parts: Parts) -> dict[str, Any]:
    # EncryptionConfiguration (botocore 1.44.5): without it AWS uses a key of its own.
    key = parts.firewall.kms_key
    if key is None:
        return {}
    return {"encryptionConfiguration": {"keyId": key, "type": "CUSTOMER_KMS"}}


def _policy(parts: Parts, prefix: str, groups: list[str]) -> Document:
    name = f"{prefix}-policy"
    return Document(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        name,
        {
            "description": f"WSUS egress of {parts.environment}: what no rule admits is dropped",
            "firewallPolicy": {
                # HOME_NET only here: set on a rule group, it would leave EXTERNAL_NET as it is.
                "policyVariables": {
                    "ruleVariables": [
                        {
                            "ipSet": {"definitions": [*texts(parts.target.home_networks)]},
                            "key": "HOME_NET",
                        }
                    ]
                },
                "statefulDefaultActions": list(parts.default_actions),
                "statefulEngineOptions": {
                    **_timeouts(parts),
                    "ruleOrder": "STRICT_ORDER",
                    "streamExceptionPolicy": parts.firewall.stream_exception_policy,
                },
                "statefulRuleGroupReferences": [
                    {"priority": priority, "resourceArn": arn, **_override(alert_only)}
                    for priority, arn, alert_only in _references(
                        parts,
                        [f"${{{group}.arn}}" for group in groups],
                        f"${{{prefix}-reject.arn}}",
                    )
                ],
                "statelessDefaultActions": ["aws:forward_to_sfe"],
                "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
            },
            "tags": parts.tags(name),
            **_encrypted(parts),
        },
    )


def _timeouts(parts: Parts) -> dict[str, Any]:
    seconds = parts.firewall.tcp_idle_timeout_seconds
    return {} if seconds is None else {"flowTimeouts": {"tcpIdleTimeoutSeconds": seconds}}


def _references(
    parts: Parts, arns: Sequence[str], reject: str = ""
) -> Iterator[tuple[int, str, bool]]:
    """The rule groups of the policy by priority: ours, by their ARNs, and those of others."""
    ours = ((parts.firewall.priority + number, arn, False) for number, arn in enumerate(arns))
    others = ((each.priority, each.arn, each.alert_only) for each in parts.firewall.rule_groups)
    rejects = parts.firewall.default_action == "reject" and arns
    last = [(HIGHEST_PRIORITY, reject, False)] if rejects else []
    yield from sorted([*ours, *others, *last])


def _override(alert_only: bool) -> dict[str, Any]:
    # StatefulRuleGroupOverride (botocore 1.44.5), and "SecurityServicePolicyData" of Firewall Manager.
    return {"override": {"action": "DROP_TO_ALERT"}} if alert_only else {}


def _firewall(parts: Parts, prefix: str) -> Iterator[Document]:
    firewall = parts.firewall
    yield Document(
        "aws:networkfirewall/firewall:Firewall",
        prefix,
        {
            "deleteProtection": firewall.protected,
            "description": f"WSUS egress of {parts.environment}",
            "firewallPolicyArn": f"${{{prefix}-policy.arn}}",
            "firewallPolicyChangeProtection": False,
            "tags": parts.tags(prefix),
            **_place(parts),
            **({"enabledAnalysisTypes": list(firewall.analysis)} if firewall.analysis else {}),
            **_encrypted(parts),
        },
        protect=parts.protect,
    )
    yield from _logging(parts, prefix)
    for endpoint in firewall.by_zone:
        yield from _routes(parts, prefix, prefix, endpoint)
    for associated in sorted(firewall.associations, key=lambda each: each.subnet_id):
        document = _association(parts, prefix, associated)
        yield document
        yield from _routes(parts, prefix, document.name, associated)


def _place(parts: Parts) -> dict[str, Any]:
    """Where the firewall is, and the protection of that: in a VPC's subnets, or at a transit gateway."""
    firewall, attached = parts.firewall, parts.firewall.transit_gateway
    if attached is None:
        return {
            "subnetChangeProtection": firewall.protected,
            "subnetMappings": [_mapping(parts, each) for each in firewall.by_zone],
            "vpcId": parts.target.firewall_vpc,
        }
    zones = [{"availabilityZoneId": each} for each in attached.zone_ids]
    return {
        "availabilityZoneChangeProtection": firewall.protected,
        "availabilityZoneMappings": zones,
        "transitGatewayId": attached.id,
    }


def _association(parts: Parts, prefix: str, endpoint: AssociatedEndpoint) -> Document:
    """A further endpoint of the firewall; AWS has no protection for it, so the engine's is the only one."""
    name = f"{prefix}-endpoint-{endpoint.subnet_id}"
    return Document(
        "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation",
        name,
        {
            "description": f"WSUS egress of {parts.environment}",
            "firewallArn": f"${{{prefix}.arn}}",
            "subnetMapping": _mapping(parts, endpoint),
            "tags": parts.tags(name),
            "vpcId": endpoint.vpc_id,
        },
        protect=parts.protect,
    )


def _logging(parts: Parts, prefix: str) -> Iterator[Document]:
    logging = parts.firewall.logging
    if logging is None:
        return
    destinations = []
    groups = []
    for kind in logging.types:
        service, destination = "CloudWatchLogs", {}
        if logging.bucket is not None:
            where = {"bucketName": logging.bucket}
            service, destination = (
                "S3",
                where | ({"prefix": logging.prefix} if logging.prefix else {}),
            )
        elif logging.delivery_stream is not None:
            service, destination = (
                "KinesisDataFirehose",
                {"deliveryStream": logging.delivery_stream},
            )
        elif logging.existing_log_group is not None:
            destination = {"logGroup": logging.existing_log_group}
        else:
            name = f"{prefix}-{kind.lower()}-logs"
            destination = {"logGroup": f"{logging.log_group}/{kind.lower()}"}
            groups.append(name)
            yield Document(
                "aws:cloudwatch/logGroup:LogGroup",
                name,
                {
                    "name": destination["logGroup"],
                    "retentionInDays": logging.retention_days,
                    "tags": parts.tags(name),
                    **({"kmsKeyId": logging.kms_key} if logging.kms_key else {}),
                },
            )
        destinations.append(
            {
                "logDestination": destination,
                "logDestinationType": service,
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
        # AWS refuses a destination that is not there yet.
        after=tuple(groups),
        protect=parts.protect,
    )


def _mapping(parts: Parts, endpoint: FirewallEndpoint) -> dict[str, str]:
    """Where an endpoint goes; one of both IP versions needs a subnet of both.

    Network Firewall API reference, SubnetMapping, read 2026-11: IPV4 unless given.
    """
    both = {"ipAddressType": "DUALSTACK"} if parts.ipv6 else {}
    return {**both, "subnetId": endpoint.subnet_id}


def _routes(
    parts: Parts, prefix: str, owner: str, endpoint: FirewallEndpoint
) -> Iterator[Document]:
    """The way through an endpoint of `owner`, in both directions.

    AWS's own protection is the firewall's alone, and the routes are deleted before the firewall: so
    the engine protects the routes too, or a destroy would leave the servers without a way out.
    """
    reference, protect = f"${{{owner}.endpoint({endpoint.zone})}}", parts.protect
    beside = parts.firewall.keep_default_routes
    for table in sorted(endpoint.protected_route_tables):
        for destination in default_routes(beside=beside, ipv6=parts.ipv6):
            end = f"-{slug(destination)}" if beside else "-ipv6" if destination.version == 6 else ""
            name = f"{prefix}-out-{table}{end}"
            yield _route(name, table, str(destination), reference, protect)
    for route in endpoint.return_routes:
        for network in route.destinations:
            name = f"{prefix}-back-{route.route_table_id}-{slug(network)}"
            yield _route(name, route.route_table_id, str(network), reference, protect)


def _route(name: str, table: str, destination: str, endpoint: str, protect: str) -> Document:
    to = "destinationIpv6CidrBlock" if ":" in destination else "destinationCidrBlock"
    return Document(
        "aws:ec2/route:Route",
        name,
        {to: destination, "routeTableId": table, "vpcEndpointId": endpoint},
        protect=protect,
    )


def _share(parts: Parts, prefix: str, shared: list[str]) -> Iterator[Document]:
    name = f"{prefix}-share"
    yield Document(
        "aws:ram/resourceShare:ResourceShare",
        name,
        {"allowExternalPrincipals": False, "name": name, "tags": parts.tags(name)},
    )
    for resource in shared:
        yield Document(
            "aws:ram/resourceAssociation:ResourceAssociation",
            f"{resource}-share",
            {"resourceArn": f"${{{resource}.arn}}", "resourceShareArn": f"${{{name}.arn}}"},
        )
    for principal in parts.firewall.share_with:
        yield Document(
            "aws:ram/principalAssociation:PrincipalAssociation",
            f"{name}-{principal.rpartition('/')[2]}",
            {"principal": principal, "resourceShareArn": f"${{{name}.arn}}"},
        )


def _firewall_manager(parts: Parts, prefix: str, groups: list[str]) -> Document:
    manager = parts.firewall.firewall_manager
    assert manager is not None  # noqa: S101 - the caller asks first
    properties: dict[str, Any] = {
        "excludeResourceTags": False,
        "remediationEnabled": manager.remediation,
        "resourceTags": dict(manager.resource_tags),
        "resourceType": "AWS::EC2::VPC",
        "securityServicePolicyData": {
            "managedServiceData": managed_service_data(
                parts, {group: f"${{{group}.arn}}" for group in groups}
            ),
            "type": "NETWORK_FIREWALL",
        },
        "tags": parts.tags(f"{prefix}-manager"),
    }
    included = {
        "accounts": list(manager.accounts),
        "orgunits": list(manager.organizational_units),
    }
    if any(included.values()):
        properties["includeMap"] = {key: value for key, value in included.items() if value}
    return Document("aws:fms/policy:Policy", f"{prefix}-manager", properties)


def managed_service_data(parts: Parts, arns: Mapping[str, str]) -> str:
    """The settings of a Firewall Manager policy, as JSON.

    Its fields are those of "SecurityServicePolicyData" (Firewall Manager API reference, read
    2026-11; botocore 1.44.5 has the same text). It has none for HOME_NET: there HOME_NET is the range of each firewall's own VPC.

    Args:
        parts: What the firewall policy would be made of.
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
                {"resourceARN": arn, "priority": priority, **_override(alert_only)}
                for priority, arn, alert_only in _references(parts, [*arns.values()])
            ],
            "networkFirewallStatefulEngineOptions": {
                "ruleOrder": "STRICT_ORDER",
                "streamExceptionPolicy": parts.firewall.stream_exception_policy,
            },
            "networkFirewallStatefulDefaultActions": list(parts.default_actions),
            "networkFirewallOrchestrationConfig": {
                "singleFirewallEndpointPerVPC": False,
                "allowedIPV4CidrList": [],
                # The routes are the accounts' own, as in the reference's examples.
                "routeManagementAction": "OFF",
            },
            **_manager_logging(parts),
        }
    )


def _manager_logging(parts: Parts) -> dict[str, Any]:
    manager = parts.firewall.firewall_manager
    if manager is None or manager.log_bucket is None:
        return {}
    destinations = [
        {
            "logDestinationType": "S3",
            "logType": kind,
            "logDestination": {"bucketName": manager.log_bucket},
        }
        for kind in ("ALERT", "FLOW")
    ]
    logging = {"logDestinationConfigs": destinations, "overrideExistingConfig": True}
    return {"networkFirewallLoggingConfiguration": logging}
