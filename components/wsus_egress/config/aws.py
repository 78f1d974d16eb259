"""The settings of an AWS target."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from wsus_egress.model.aws import SOME_VPC
from wsus_egress.model.base import Matching, MayBeOutput, Settings, Tags, integral

Id = Annotated[str, Field(min_length=1, max_length=255)]


def _id(kind: str, called: str) -> Matching:
    """The form of one kind of resource's ids: `vpc-` and hex digits."""
    return Matching(
        f"^{kind}-[0-9a-f]{{8,17}}$",
        f"is not {called} id",
        f"write it as {kind}- and 8 or 17 hex digits",
    )


VpcId = Annotated[str, _id("vpc", "a VPC"), MayBeOutput(SOME_VPC)]
SubnetId = Annotated[str, _id("subnet", "a subnet"), MayBeOutput("subnet-{n}")]
RouteTableId = Annotated[str, _id("rtb", "a route table"), MayBeOutput("rtb-{n}")]
SecurityGroupId = Annotated[str, _id("sg", "a security group"), MayBeOutput("sg-{n}")]
PrefixListId = Annotated[str, _id("pl", "a prefix list"), MayBeOutput("pl-{n}")]
Zone = Annotated[
    str,
    Matching(
        r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$",
        "is not an availability zone",
        "write it like eu-west-1a",
    ),
]
Count = Annotated[int, BeforeValidator(integral)]


class AwsPeerSettings(Settings):
    """How security group rules name a server or client group, instead of by its addresses."""

    security_group_id: Annotated[
        SecurityGroupId | None,
        Field(description="The security group that its network interfaces have."),
    ] = None
    prefix_list_id: Annotated[
        PrefixListId | None,
        Field(description="A prefix list that holds exactly its addresses."),
    ] = None
    max_entries: Annotated[
        Count | None,
        Field(ge=1, le=1000),
        Field(description="How many entries the prefix list may hold: it counts as so many rules."),
    ] = None


class SecurityGroupSettings(Settings):
    """The account's quotas for security groups."""

    rules_per_direction: Annotated[
        Count,
        Field(ge=1, le=1000),
        Field(
            description="Your quota of rules per security group, direction and IP version; 60 unless AWS raised it."
        ),
    ] = 60


class ReturnRouteSettings(Settings):
    """The return path, for example the route table of the NAT gateway's subnet."""

    route_table_id: Annotated[RouteTableId, Field(description="The route table.")]
    destinations: Annotated[
        list[str],
        Field(min_length=1),
        Field(description="The servers' subnets, as CIDR blocks: routed to the same endpoint."),
    ]


class FirewallEndpointSettings(Settings):
    """One zone of the inspection VPC: where the firewall's endpoint goes, and who is routed to it."""

    zone: Annotated[Zone, Field(description="The availability zone: eu-west-1a.")]
    subnet_id: Annotated[SubnetId, Field(description="The firewall's own subnet in that zone.")]
    protected_route_tables: Annotated[
        list[RouteTableId],
        Field(description="The servers' route tables: 0.0.0.0/0 goes to the endpoint."),
    ] = []
    return_routes: Annotated[
        list[ReturnRouteSettings],
        Field(description="The way back, through the same endpoint."),
    ] = []


class FirewallLoggingSettings(Settings):
    """Where the firewall's logs go: exactly one of a log group and a bucket."""

    log_group: Annotated[
        Id | None,
        Field(
            description="Prefix of the CloudWatch log group names; one group is created per log type."
        ),
    ] = None
    retention_days: Annotated[
        Count, Field(ge=1, le=3653), Field(description="How long CloudWatch keeps them.")
    ] = 365
    bucket: Annotated[
        Id | None,
        Field(description="An S3 bucket that exists."),
        MayBeOutput("unknown-bucket"),
    ] = None
    prefix: Annotated[str, Field(max_length=200, description="Key prefix in the bucket.")] = ""
    types: Annotated[
        Annotated[list[Literal["ALERT", "FLOW"]], Field(min_length=1)],
        Field(description="`ALERT`, `FLOW`: both by default."),
    ] = ["ALERT", "FLOW"]


class ExistingFirewallPolicySettings(Settings):
    """What a firewall policy of your own does, with mode rules-only: the proof rests on it."""

    rule_order: Annotated[
        str,
        Field(description="STRICT_ORDER; in any other order these rules cannot be used."),
    ] = "STRICT_ORDER"
    stateful_default_actions: Annotated[
        list[str], Field(description="The policy's default actions, as AWS writes them.")
    ] = ["aws:drop_established_app_layer_to_server", "aws:alert_established_app_layer_to_server"]


class FirewallManagerSettings(Settings):
    """An AWS Firewall Manager policy that puts a firewall into the VPCs of an organization."""

    accounts: Annotated[list[str], Field(description="Account ids; all where empty.")] = []
    organizational_units: Annotated[
        list[str], Field(description="Organizational units, by id; all where empty.")
    ] = []
    resource_tags: Annotated[
        Tags, Field(description="Only VPCs with these tags; all where empty.")
    ] = ()
    remediation: Annotated[
        bool, Field(description="Whether Firewall Manager creates firewalls, or only reports.")
    ] = False


class NetworkFirewallSettings(Settings):
    """AWS Network Firewall: the control that sees names."""

    mode: Annotated[
        Literal["rules-only", "policy", "full"],
        Field(
            description="rules-only: rule groups for a policy of yours; policy: a firewall policy too; full: firewall, logging and routes too."
        ),
    ] = "policy"
    home_networks: Annotated[
        list[str],
        Field(description="HOME_NET of the firewall policy; every private network by default."),
    ] = []
    existing_policy: Annotated[
        ExistingFirewallPolicySettings,
        Field(description="With mode rules-only: what your firewall policy does."),
    ] = ExistingFirewallPolicySettings.model_construct()
    default_action: Annotated[
        Literal["drop", "alert"],
        Field(
            description="What happens to what no rule admits. alert: it passes and is logged, for a roll-out; the target is then wider."
        ),
    ] = "drop"
    stream_exception_policy: Annotated[
        Literal["REJECT", "DROP", "CONTINUE"],
        Field(description="What happens to connections whose beginning the firewall did not see."),
    ] = "REJECT"
    policy_capacity: Annotated[
        Count,
        Field(ge=100, le=1000000),
        Field(
            description="Your quota of stateful capacity per firewall policy, less what other groups use."
        ),
    ] = 30000
    protected: Annotated[
        bool, Field(description="Deletion and change protection of the firewall.")
    ] = True
    endpoints: Annotated[
        list[FirewallEndpointSettings], Field(description="A zone each; for mode full.")
    ] = []
    logging: Annotated[
        FirewallLoggingSettings | None,
        Field(description="With mode full: where the firewall's logs go."),
    ] = None
    share_with: Annotated[
        list[Id],
        Field(description="Account ids, or ARNs of an organization or its units: shared by RAM."),
    ] = []
    firewall_manager: Annotated[
        FirewallManagerSettings | None,
        Field(description="With mode rules-only: a policy over an organization."),
    ] = None


class DnsFirewallSettings(Settings):
    """Route 53 Resolver DNS Firewall: refuses to resolve other names, for the whole VPC."""

    priority: Annotated[
        Count,
        Field(description="101 to 9899, unique among the rule groups of the VPC."),
    ] = 200
    also_resolve: Annotated[
        list[str],
        Field(
            description="Patterns that the VPC must resolve besides the endpoint lists: your own domains, AWS's endpoints."
        ),
    ] = []
    block_response: Annotated[
        Literal["NODATA", "NXDOMAIN"],
        Field(description="What the resolver answers for a name that is not listed."),
    ] = "NODATA"
    fail_open: Annotated[
        bool, Field(description="Whether names resolve while DNS Firewall does not answer.")
    ] = False
    protected: Annotated[
        bool, Field(description="Whether the association is protected against removal.")
    ] = False


class AwsSettings(Settings):
    """The AWS target: one VPC."""

    vpc_id: Annotated[VpcId, Field(description="The VPC that the servers are in.")]
    security_group: Annotated[
        SecurityGroupSettings, Field(description="Your quotas for security groups.")
    ] = SecurityGroupSettings.model_construct()
    network_firewall: Annotated[
        NetworkFirewallSettings | None,
        Field(
            description="The control that sees names; without it any name can be reached on the policy's ports."
        ),
    ] = None
    dns_firewall: Annotated[
        DnsFirewallSettings | None, Field(description="Resolves the listed names only.")
    ] = None
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = ()
