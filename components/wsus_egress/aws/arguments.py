"""The arguments of the AWS components.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import NotRequired, TypedDict

import pulumi

from wsus_egress.args import PolicyArgs


class ReturnRouteArgs(TypedDict):
    """Where answers come back: the route table of the NAT gateway's subnet, say."""

    route_table_id: pulumi.Input[str]
    """The route table."""
    destinations: list[str]
    """The servers' subnets, as CIDR blocks: routed to the zone's endpoint."""


class FirewallEndpointArgs(TypedDict):
    """One zone of the inspection VPC."""

    zone: str
    """The availability zone: eu-west-1a."""
    subnet_id: pulumi.Input[str]
    """The firewall's own subnet in that zone."""
    protected_route_tables: NotRequired[list[pulumi.Input[str]]]
    """The servers' route tables: 0.0.0.0/0 goes to the endpoint."""
    return_routes: NotRequired[list[ReturnRouteArgs]]
    """The way back, through the same endpoint."""


class FirewallLoggingArgs(TypedDict):
    """Where the firewall's logs go: exactly one of a log group and a bucket."""

    log_group: NotRequired[str]
    """Beginning of the CloudWatch log groups' names; one is made a log type."""
    retention_days: NotRequired[int]
    """How long CloudWatch keeps them; 365 by default."""
    bucket: NotRequired[pulumi.Input[str]]
    """An S3 bucket that exists."""
    prefix: NotRequired[str]
    """Key prefix in the bucket."""
    types: NotRequired[list[str]]
    """`ALERT`, `FLOW`: both by default."""


class ExistingFirewallPolicyArgs(TypedDict):
    """What a firewall policy of your own does, with mode rules-only."""

    rule_order: NotRequired[str]
    """STRICT_ORDER: in any other order these rules cannot be used."""
    stateful_default_actions: NotRequired[list[str]]
    """The policy's default actions, as AWS writes them."""


class FirewallManagerArgs(TypedDict):
    """An AWS Firewall Manager policy over an organization, with mode rules-only."""

    accounts: NotRequired[list[str]]
    """Account ids; all where empty."""
    organizational_units: NotRequired[list[str]]
    """Organizational units, by id; all where empty."""
    resource_tags: NotRequired[dict[str, str]]
    """Only VPCs with these tags; all where empty."""
    remediation: NotRequired[bool]
    """Whether Firewall Manager creates firewalls, or only reports; off by default."""


class NetworkFirewallArgs(TypedDict):
    """AWS Network Firewall: the control that sees names."""

    mode: NotRequired[str]
    """`rules-only`, `policy` (default) or `full`: what is made."""
    home_networks: NotRequired[list[str]]
    """HOME_NET of the firewall policy; every private network by default."""
    existing_policy: NotRequired[ExistingFirewallPolicyArgs]
    """With `rules-only`: what your firewall policy does."""
    default_action: NotRequired[str]
    """`drop` (default), or `alert` for a roll-out: what no rule admits passes and is logged."""
    stream_exception_policy: NotRequired[str]
    """`REJECT` (default), `DROP` or `CONTINUE`."""
    policy_capacity: NotRequired[int]
    """Your quota of stateful capacity per policy; 30000 by default."""
    protected: NotRequired[bool]
    """Deletion and subnet change protection of the firewall; on by default."""
    endpoints: NotRequired[list[FirewallEndpointArgs]]
    """With `full`: a zone each."""
    logging: NotRequired[FirewallLoggingArgs]
    """With `full`: where the firewall's logs go."""
    share_with: NotRequired[list[str]]
    """Account ids, or ARNs of an organization or its units: shared by RAM."""
    firewall_manager: NotRequired[FirewallManagerArgs]
    """With `rules-only`: a policy over an organization."""


class DnsFirewallArgs(TypedDict):
    """Route 53 Resolver DNS Firewall, for the whole VPC."""

    priority: NotRequired[int]
    """101 to 9899, unique among the VPC's rule groups; 200 by default."""
    also_resolve: NotRequired[list[str]]
    """Patterns that the VPC must resolve besides the endpoint lists."""
    block_response: NotRequired[str]
    """`NODATA` (default) or `NXDOMAIN`."""
    fail_open: NotRequired[bool]
    """Whether names resolve while DNS Firewall does not answer; off by default."""
    protected: NotRequired[bool]
    """Whether the association is protected against removal; off by default."""


class SecurityGroupArgs(TypedDict):
    """The account's quotas for security groups."""

    rules_per_direction: NotRequired[int]
    """Rules per security group, direction and IP version; 60 by default."""


class AwsWsusEgressArgs(TypedDict):
    """Everything that enforces the policy in one VPC."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    security_group: NotRequired[SecurityGroupArgs]
    """Quotas of security groups."""
    network_firewall: NotRequired[NetworkFirewallArgs]
    """The control that sees names; without it any name can be reached on the policy's ports."""
    dns_firewall: NotRequired[DnsFirewallArgs]
    """Resolution of the listed names only."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; those that come with the package by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource."""


class AwsWsusSecurityGroupArgs(TypedDict):
    """The security group of one server or client group."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    party: str
    """The server or client group of the policy that the security group is for."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    security_group: NotRequired[SecurityGroupArgs]
    """Quotas of security groups."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; those that come with the package by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource."""


class AwsWsusNetworkFirewallArgs(TypedDict):
    """Network Firewall's rules, and by its mode the policy, firewall, logging and routes around."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    vpc_id: pulumi.Input[str]
    """The VPC of the firewall."""
    network_firewall: NotRequired[NetworkFirewallArgs]
    """What is made, and how."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; those that come with the package by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource."""


class AwsWsusDnsFirewallArgs(TypedDict):
    """DNS Firewall for one VPC."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    dns_firewall: NotRequired[DnsFirewallArgs]
    """How."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; those that come with the package by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource."""
