"""The arguments of the AWS components.

`make schemas` writes this file from the settings' types (tools/arguments.py). Pulumi reads its
annotations at run time: none of them is postponed.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from wsus_egress.args import AcceptArgs, PolicyArgs
from wsus_egress.choices import (
    DnsFirewallBlockResponse,
    FirewallLoggingTypes,
    InsideRuleProtocol,
    NetworkFirewallAnalysis,
    NetworkFirewallDefaultAction,
    NetworkFirewallMode,
    NetworkFirewallStreamExceptionPolicy,
    OtherRuleAction,
    OtherRuleProtocol,
)


class SecurityGroupArgs(TypedDict):
    """The account's quotas for security groups."""

    rules_per_direction: NotRequired[int]
    """Your quota of rules per security group, direction and IP version; 60 unless AWS raised it. Default: `60`."""


class InsideRuleArgs(TypedDict):
    """What else the servers need inside the network, such as a domain controller or SQL Server."""

    name: str
    """The rule's name, which its description in EC2 has."""
    protocol: NotRequired[InsideRuleProtocol]
    """The transport protocol. One of `tcp`, `udp`. Default: `tcp`."""
    destination_ports: NotRequired[Sequence[int]]
    """The ports that are reached."""
    port_ranges: NotRequired[list[str]]
    """Ranges of such ports: `49152-65535`."""
    destinations: NotRequired[list[str]]
    """Address blocks that the servers reach: a rule for what goes out."""
    sources: NotRequired[list[str]]
    """Address blocks that reach the servers: a rule for what comes in."""
    parties: NotRequired[list[str]]
    """Servers and client groups that it is for; empty for all in AWS."""
    reason: str
    """Why it is needed."""


class FirewallAttachmentArgs(TypedDict):
    """The transit gateway that the firewall is attached to, and the zones that it has endpoints in."""

    id: pulumi.Input[str]
    """The transit gateway, yours or one that is shared with your account."""
    zone_ids: list[str]
    """The ids of availability zones, such as euw1-az1: an endpoint each."""


class OtherRuleArgs(TypedDict):
    """A rule that others keep in a firewall policy of yours, so that the proof knows it."""

    name: str
    """What findings call it."""
    priority: NotRequired[int]
    """Of its rule group in the policy. Rules of one priority stand in order. Default: `1`."""
    action: OtherRuleAction
    """What it does with a packet. One of `pass`, `drop`, `reject`."""
    protocol: NotRequired[OtherRuleProtocol]
    """http and tls: what the connection speaks, on whatever port. One of `ip`, `tcp`, `udp`, `http`, `tls`. Default: `ip`."""
    sources: NotRequired[list[str]]
    """Address blocks; empty for any."""
    destinations: NotRequired[list[str]]
    """Address blocks; empty for any."""
    destination_ports: NotRequired[Sequence[int]]
    """Ports; empty for any."""
    fqdns: NotRequired[list[str]]
    """Of a rule about http or tls: the names that it is for; empty for any."""


class ExistingFirewallPolicyArgs(TypedDict):
    """What a firewall policy of your own does, with mode rules-only: the proof rests on it."""

    arn: NotRequired[pulumi.Input[str]]
    """Its ARN. `pulumi preview` and `pulumi up` then look at the policy, and log what it does."""
    rule_order: NotRequired[str]
    """STRICT_ORDER; in any other order these rules cannot be used. Default: `STRICT_ORDER`."""
    stateful_default_actions: NotRequired[list[str]]
    """The policy's default actions, as AWS writes them. Default: `["aws:drop_established_app_layer_to_server", "aws:alert_established_app_layer_to_server"]`."""
    rules: NotRequired[Sequence[OtherRuleArgs]]
    """Rules that others keep in the policy, for the proof."""


class RuleVariableArgs(TypedDict):
    """A variable in the rules of others: address blocks or ports."""

    name: str
    """Its name, without $."""
    values: list[str]
    """Address blocks, or ports and ranges like 8000:8099."""


class OtherRuleGroupArgs(TypedDict):
    """A stateful rule group of others, or one that AWS manages, in the same firewall policy."""

    arn: pulumi.Input[str]
    """Its ARN, of this Region."""
    priority: int
    """Its priority in the policy: lower ones are read first. Ours: priority."""
    alert_only: NotRequired[bool]
    """Of a managed group: its rules alert where they would drop. Default: `false`."""
    rules: NotRequired[str]
    """Its rules, as Suricata reads them, for the proof. Without them the proof takes for granted that the group decides as the policy does."""
    variables: NotRequired[Sequence[RuleVariableArgs]]
    """What variables in its rules stand for, such as $ADMINS."""


class ReturnRouteArgs(TypedDict):
    """The return path, for example the route table of the NAT gateway's subnet."""

    route_table_id: pulumi.Input[str]
    """The route table."""
    destinations: list[str]
    """The servers' subnets, as CIDR blocks: routed to the same endpoint."""


class FirewallEndpointArgs(TypedDict):
    """One zone of the inspection VPC: where the firewall's endpoint goes, and who is routed to it."""

    zone: str
    """The availability zone: eu-west-1a."""
    subnet_id: pulumi.Input[str]
    """The firewall's own subnet in that zone."""
    protected_route_tables: NotRequired[Sequence[pulumi.Input[str]]]
    """The servers' route tables: 0.0.0.0/0 goes to the endpoint, and ::/0 with ipv6."""
    return_routes: NotRequired[Sequence[ReturnRouteArgs]]
    """The way back, through the same endpoint."""


class AssociatedEndpointArgs(TypedDict):
    """An endpoint of the same firewall elsewhere: in another VPC, or a second one in a zone."""

    zone: str
    """The availability zone: eu-west-1a."""
    subnet_id: pulumi.Input[str]
    """The endpoint's own subnet there."""
    protected_route_tables: NotRequired[Sequence[pulumi.Input[str]]]
    """The servers' route tables: 0.0.0.0/0 goes to the endpoint, and ::/0 with ipv6."""
    return_routes: NotRequired[Sequence[ReturnRouteArgs]]
    """The way back, through the same endpoint."""
    vpc_id: pulumi.Input[str]
    """The VPC that the endpoint is in."""


class FirewallLoggingArgs(TypedDict):
    """Where the firewall's logs go: exactly one of a log group, a bucket and a delivery stream."""

    log_group: NotRequired[str]
    """Prefix of the CloudWatch log group names; one group is created per log type."""
    existing_log_group: NotRequired[pulumi.Input[str]]
    """The name of a CloudWatch log group that exists, for every log type."""
    delivery_stream: NotRequired[pulumi.Input[str]]
    """The name of an Amazon Data Firehose stream that exists."""
    kms_key: NotRequired[pulumi.Input[str]]
    """Your KMS key for the log groups that are created."""
    retention_days: NotRequired[int]
    """How long CloudWatch keeps them: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days. Default: `365`."""
    bucket: NotRequired[pulumi.Input[str]]
    """An S3 bucket that exists."""
    prefix: NotRequired[str]
    """Key prefix in the bucket."""
    types: NotRequired[Sequence[FirewallLoggingTypes]]
    """`ALERT`, `FLOW`: both by default. Default: `["ALERT", "FLOW"]`."""


class FirewallManagerArgs(TypedDict):
    """An AWS Firewall Manager policy that puts a firewall into the VPCs of an organization."""

    accounts: NotRequired[list[str]]
    """Account ids; all where empty."""
    organizational_units: NotRequired[list[str]]
    """Organizational units, by id; all where empty."""
    resource_tags: NotRequired[Mapping[str, str]]
    """Only VPCs with these tags; all where empty."""
    remediation: NotRequired[bool]
    """Whether Firewall Manager creates firewalls, or only reports. Default: `false`."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """An S3 bucket that exists, for the alerts and flows of its firewalls; without it they have no logs."""


class NetworkFirewallArgs(TypedDict):
    """AWS Network Firewall: the control that sees names."""

    mode: NotRequired[NetworkFirewallMode]
    """rules-only: rule groups for a policy of yours; policy: a firewall policy too; full: firewall, logging and routes too. One of `rules-only`, `policy`, `full`. Default: `policy`."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """With mode full: the inspection VPC, if the servers are in other VPCs that a transit gateway connects to it."""
    transit_gateway: NotRequired[FirewallAttachmentArgs]
    """With mode full: the transit gateway that the firewall is attached to, without an inspection VPC. Its route tables are yours."""
    home_networks: NotRequired[list[str]]
    """HOME_NET of the firewall policy. Default: `["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]`."""
    existing_policy: NotRequired[ExistingFirewallPolicyArgs]
    """With mode rules-only: what your firewall policy does."""
    rule_groups: NotRequired[Sequence[OtherRuleGroupArgs]]
    """Rule groups of others, and managed ones, in the same firewall policy. With mode rules-only, and without firewallManager: those that your policy has."""
    priority: NotRequired[int]
    """The priority of the first rule group made here; it and the 19 after it are kept for them. With mode rules-only: the one that your policy refers to it by. Default: `100`."""
    between_vpcs: NotRequired[bool]
    """Whether the firewall also gets what the servers' VPCs send one another, which it drops: rules then pass their synchronization. true where vpcId names an inspection VPC, or transitGateway is given."""
    default_action: NotRequired[NetworkFirewallDefaultAction]
    """What happens to what no rule admits. reject: the servers' connections are reset, and fail at once instead of after a time-out. alert: it passes and is logged, for a roll-out; the target is then wider. One of `drop`, `reject`, `alert`. Default: `drop`."""
    tcp_idle_timeout_seconds: NotRequired[int]
    """How long a connection may be idle. AWS's own default unless given."""
    kms_key: NotRequired[pulumi.Input[str]]
    """Your KMS key for the rule groups, and what else the mode makes."""
    analysis: NotRequired[Sequence[NetworkFirewallAnalysis]]
    """With mode full: reports of the names of the last 30 days, `TLS_SNI` and `HTTP_HOST`, to read before the first drop."""
    stream_exception_policy: NotRequired[NetworkFirewallStreamExceptionPolicy]
    """What happens to connections whose beginning the firewall did not see. One of `REJECT`, `DROP`, `CONTINUE`. Default: `REJECT`."""
    policy_capacity: NotRequired[int]
    """Your quota of stateful capacity per firewall policy, less what other groups use. Default: `30000`."""
    capacity: NotRequired[int]
    """The units that each rule group reserves at least: 1000 with rules-only, else 100. A list that outgrows its group replaces it."""
    protected: NotRequired[bool]
    """Deletion and change protection of the firewall. Default: `true`."""
    endpoints: NotRequired[Sequence[FirewallEndpointArgs]]
    """A zone each; for mode full."""
    associations: NotRequired[Sequence[AssociatedEndpointArgs]]
    """Further endpoints of the firewall, in other VPCs: each in a zone that `endpoints` has."""
    keep_default_routes: NotRequired[bool]
    """Whether the protected route tables keep a 0.0.0.0/0 of their own: 0.0.0.0/1 and 128.0.0.0/1 go to the endpoint instead, and the old route is in use again once these are gone. Default: `false`."""
    logging: NotRequired[FirewallLoggingArgs]
    """With mode full: where the firewall's logs go."""
    share_with: NotRequired[list[str]]
    """Account ids, or ARNs of an organization or its units: shared by RAM."""
    firewall_manager: NotRequired[FirewallManagerArgs]
    """With mode rules-only: a policy over an organization."""
    existing_names: NotRequired[Mapping[str, str]]
    """By resource (`rules-1`, `policy`, `firewall` ...) the name that it has in AWS, which is kept after an import. Another name replaces it."""


class DnsFirewallArgs(TypedDict):
    """Route 53 Resolver DNS Firewall: refuses to resolve other names, for the whole VPC."""

    priority: NotRequired[int]
    """101 to 9899, unique among the rule groups of the VPC. Default: `200`."""
    also_resolve: NotRequired[list[str]]
    """Patterns that the VPC must resolve besides the endpoint lists: your own domains, AWS's endpoints."""
    block_response: NotRequired[DnsFirewallBlockResponse]
    """What the resolver answers for a name that is not listed. One of `NODATA`, `NXDOMAIN`. Default: `NODATA`."""
    fail_open: NotRequired[bool]
    """Whether names resolve while DNS Firewall does not answer. Default: `false`."""
    manage_fail_mode: NotRequired[bool]
    """false: failOpen of the VPC is left as it is, and a destroy leaves it too. Default: `true`."""
    protected: NotRequired[bool]
    """Whether the association is protected against removal. Default: `false`."""
    existing_names: NotRequired[Mapping[str, str]]
    """By resource (`group`, `names-1`, `block-rest` ...) the name that it has in AWS, which is kept after an import. Another name replaces it."""


class AwsWsusEgressArgs(TypedDict):
    """Everything that enforces the policy in one VPC."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    vpc_id: pulumi.Input[str]
    """The VPC that the servers are in, unless they have an `awsVpcId` of their own."""
    own_ranges: NotRequired[list[str]]
    """Ranges that are inside though they are not private: the VPCs' IPv6 blocks, and public IPv4 of your own."""
    security_group: NotRequired[SecurityGroupArgs]
    """Your quotas for security groups."""
    network_rules: NotRequired[Sequence[InsideRuleArgs]]
    """What else the security groups admit inside the network: a domain's ports, SQL Server, RDP."""
    network_firewall: NotRequired[NetworkFirewallArgs]
    """The control that sees names; without it any name can be reached on the policy's ports."""
    dns_firewall: NotRequired[DnsFirewallArgs]
    """Resolves the listed names only."""
    accept: NotRequired[Sequence[AcceptArgs]]
    """Deviations that their owner accepts, each by its name and until a day."""
    environment: NotRequired[str]
    """The value of the environment tag; the stack name by default."""
    endpoint_lists: NotRequired[str]
    """A folder of endpoint lists, beside the package's; a list there is used instead of the package's of its name."""
    tags: NotRequired[Mapping[str, str]]
    """Tags for every resource."""


class AwsWsusSecurityGroupArgs(TypedDict):
    """The security group of one server or client group."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    party: str
    """The server or client group of the policy that the security group is for."""
    vpc_id: pulumi.Input[str]
    """The VPC that the servers are in, unless they have an `awsVpcId` of their own."""
    own_ranges: NotRequired[list[str]]
    """Ranges that are inside though they are not private: the VPCs' IPv6 blocks, and public IPv4 of your own."""
    security_group: NotRequired[SecurityGroupArgs]
    """Your quotas for security groups."""
    network_rules: NotRequired[Sequence[InsideRuleArgs]]
    """What else the security groups admit inside the network: a domain's ports, SQL Server, RDP."""
    accept: NotRequired[Sequence[AcceptArgs]]
    """Deviations that their owner accepts, each by its name and until a day."""
    environment: NotRequired[str]
    """The value of the environment tag; the stack name by default."""
    endpoint_lists: NotRequired[str]
    """A folder of endpoint lists, beside the package's; a list there is used instead of the package's of its name."""
    tags: NotRequired[Mapping[str, str]]
    """Tags for every resource."""


class AwsWsusNetworkFirewallArgs(TypedDict):
    """Network Firewall's rules, and by its mode the policy, firewall, logging and routes around."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    vpc_id: pulumi.Input[str]
    """The VPC that the servers are in, unless they have an `awsVpcId` of their own."""
    own_ranges: NotRequired[list[str]]
    """Ranges that are inside though they are not private: the VPCs' IPv6 blocks, and public IPv4 of your own."""
    network_firewall: NotRequired[NetworkFirewallArgs]
    """The control that sees names; without it any name can be reached on the policy's ports."""
    accept: NotRequired[Sequence[AcceptArgs]]
    """Deviations that their owner accepts, each by its name and until a day."""
    environment: NotRequired[str]
    """The value of the environment tag; the stack name by default."""
    endpoint_lists: NotRequired[str]
    """A folder of endpoint lists, beside the package's; a list there is used instead of the package's of its name."""
    tags: NotRequired[Mapping[str, str]]
    """Tags for every resource."""


class AwsWsusDnsFirewallArgs(TypedDict):
    """DNS Firewall for one VPC."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    vpc_id: pulumi.Input[str]
    """The VPC that the servers are in, unless they have an `awsVpcId` of their own."""
    own_ranges: NotRequired[list[str]]
    """Ranges that are inside though they are not private: the VPCs' IPv6 blocks, and public IPv4 of your own."""
    dns_firewall: NotRequired[DnsFirewallArgs]
    """Resolves the listed names only."""
    accept: NotRequired[Sequence[AcceptArgs]]
    """Deviations that their owner accepts, each by its name and until a day."""
    environment: NotRequired[str]
    """The value of the environment tag; the stack name by default."""
    endpoint_lists: NotRequired[str]
    """A folder of endpoint lists, beside the package's; a list there is used instead of the package's of its name."""
    tags: NotRequired[Mapping[str, str]]
    """Tags for every resource."""
