"""AWS Network Firewall in one target: rule groups, and by its mode the policy, firewall and routes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic.alias_generators import to_camel

from wsus_egress.model.addresses import by_address, is_within
from wsus_egress.model.base import (
    WHOLE,
    Checked,
    Items,
    Matching,
    MayBeOutput,
    Settings,
    SomeItems,
    Tags,
    WrittenAs,
    each_once,
    network,
    refused,
)
from wsus_egress.model.flows import INTERNAL_NETWORKS, PRIVATE_NETWORKS, Network
from wsus_egress.model.other_rules import (
    HIGHEST_PRIORITY,
    OtherRule,
    OtherRuleGroup,
    Priority,
)
from wsus_egress.problems import Keys, Problem

# AWS's default since 2026-06 for policies in strict order: it waits for the server name or Host and
# lets the firewall's own packets to the client pass ("Network Firewall updates default drop action",
# 2026-06-22).
DROP: Final = "aws:drop_established_app_layer_to_server"
ALERT: Final = "aws:alert_established_app_layer_to_server"
# Each waits for the name. The others do not: drop_established drops the first segment of a
# ClientHello in two, as post-quantum key shares make it, and drop_strict the TCP handshake, unless
# a rule passes it.
WAITING_DROPS: Final = (DROP, "aws:drop_established_app_layer")
ESTABLISHED_DROP: Final = "aws:drop_established"
STRICT_DROP: Final = "aws:drop_strict"
DROP_ACTIONS: Final = (*WAITING_DROPS, ESTABLISHED_DROP, STRICT_DROP)
# The priorities in a firewall policy that are kept for the rule groups made here: as many as a policy
# may have ("AWS Network Firewall quotas", read 2026-11).
GROUPS_PER_POLICY: Final = 20
FIRST_PRIORITY: Final = 100
_KNOWN_ACTIONS: Final = frozenset(
    f"aws:{verb}_{scope}"
    for verb in ("drop", "alert")
    for scope in ("strict", "established", "established_app_layer", "established_app_layer_to_server")
)  # fmt: skip


_WITH_A_FIREWALL: Final = (
    "analysis",
    "endpoints",
    "keep_default_routes",
    "logging",
    "protected",
    "vpc_id",
)


def resource_id(kind: str, called: str) -> Matching:
    """The form of one kind of resource's ids: `vpc-` and hex digits."""
    return Matching(
        f"^{kind}-[0-9a-f]{{8,17}}$",
        f"is not {called} id",
        f"write it as {kind}- and 8 or 17 hex digits",
    )


def _some_addresses(text: str) -> Network:
    found = network(text)
    if found.prefixlen == 0:
        what = f"{text} is every address: the Internet would be inside"
        raise refused(what, "write your own networks")
    return found


def _home_network(text: str) -> Network:
    """The rules are for EXTERNAL_NET, which is the rest: it must have all the Internet."""
    found = _some_addresses(text)
    if is_within(found, INTERNAL_NETWORKS):
        return found
    own = [str(private) for private in PRIVATE_NETWORKS if is_within(private, [found])]
    raise refused(
        f"{text} has Internet addresses, to which no rule would apply any more",
        f"write {', '.join(own)}" if own else "leave it out: it is outside",
    )


def default_routes(*, beside: bool, ipv6: bool = False) -> tuple[Network, ...]:
    """What leads every address to an endpoint: 0.0.0.0/0, or its halves beside a route for it.

    A table has one route for each destination, and the one with the longest prefix counts ("Route
    priority", VPC user guide, read 2026-11): the halves win over a 0.0.0.0/0 that stays.
    """
    every: list[Network] = [ipaddress.IPv4Network("0.0.0.0/0")]
    if ipv6:
        every.append(ipaddress.IPv6Network("::/0"))
    return tuple(half for each in every for half in (each.subnets() if beside else (each,)))


# PutRetentionPolicy (CloudWatch Logs API reference, read 2026-11); the provider takes no other.
RETENTION_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def _retention(days: int) -> int:
    if days in RETENTION_DAYS:
        return days
    longer = next((each for each in RETENTION_DAYS if each > days), RETENTION_DAYS[-1])
    raise refused(f"CloudWatch does not keep logs for {days} days", f"write {longer}")


def _in_order(networks: tuple[Network, ...]) -> tuple[Network, ...]:
    return tuple(sorted(set(networks), key=by_address))


# The patterns are those of the services' models (botocore 1.44.5), unless a comment says another source.
LogGroupName = Annotated[
    str,
    Field(min_length=1, max_length=500),  # 512, less the type of the logs.
    Matching(
        r"^[\.\-_/#A-Za-z0-9]+$",
        "is not a log group's name",
        "write letters, digits and . - _ / #",
    ),
]
BucketName = Annotated[
    str,
    # "General purpose bucket naming rules", S3 user guide, read 2026-11.
    Matching(
        r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        "is not a bucket's name",
        "write 3 to 63 lower-case letters, digits, dots and hyphens",
    ),
]
AccountId = Annotated[
    str, Matching(r"^[0-9]{12}$", "is not an account id", "write its 12 digits, in quotes")
]
UnitId = Annotated[
    str,
    # OrganizationalUnitId of AWS Organizations.
    Matching(
        r"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$",
        "is not an organizational unit's id",
        "write it like ou-ab12-cdef3456",
    ),
]
Principal = Annotated[
    str,
    # "AssociateResourceShare" of AWS RAM, API reference, read 2026-11.
    Matching(
        r"^([0-9]{12}|arn:aws[a-z-]*:organizations::[0-9]{12}:"
        r"(organization/o-[a-z0-9]{10,32}|ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}))$",
        "is neither an account id nor the ARN of an organization or of a unit of it",
        "write 12 digits, or arn:aws:organizations::111122223333:organization/o-exampleorg",
    ),
]
VpcId = Annotated[str, resource_id("vpc", "a VPC"), MayBeOutput("vpc-{n}")]
InspectionVpcId = Annotated[str, resource_id("vpc", "a VPC"), MayBeOutput("vpc-ffffffff")]
SubnetId = Annotated[str, resource_id("subnet", "a subnet"), MayBeOutput("subnet-{n}")]
RouteTableId = Annotated[str, resource_id("rtb", "a route table"), MayBeOutput("rtb-{n}")]
Zone = Annotated[
    str,
    Matching(
        # The sovereign cloud's regions begin with four letters: eusc-de-east-1.
        r"^[a-z]{2}([a-z]{2})?(-[a-z]+)+-[0-9][a-z]$",
        "is not an availability zone",
        "write it like eu-west-1a",
    ),
]


# Network Firewall takes an id, an alias or an ARN; of a key in another account only the ARN, and
# CloudWatch Logs only an ARN (EncryptionConfiguration and CreateLogGroup, API references, read 2026-11).
KmsKeyArn = Annotated[
    str,
    Matching(
        r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,200}$",
        "is not the ARN of a KMS key",
        "write it like arn:aws:kms:REGION:ACCOUNT:key/ID",
    ),
    MayBeOutput("arn:aws:kms:us-east-1:000000000000:key/unknown-{n}"),
]


class ReturnRoute(Settings):
    """The return path, for example the route table of the NAT gateway's subnet."""

    route_table_id: Annotated[RouteTableId, Field(description="The route table.")]
    destinations: Annotated[
        SomeItems[Annotated[Network, WrittenAs(str, _some_addresses, str)]],
        AfterValidator(_in_order),
        Field(description="The servers' subnets, as CIDR blocks: routed to the same endpoint."),
    ]


class FirewallEndpoint(Checked):
    """One zone of the inspection VPC: where the firewall's endpoint goes, and who is routed to it."""

    zone: Annotated[Zone, Field(description="The availability zone: eu-west-1a.")]
    subnet_id: Annotated[SubnetId, Field(description="The firewall's own subnet in that zone.")]
    protected_route_tables: Annotated[
        Items[RouteTableId],
        Field(
            description="The servers' route tables: 0.0.0.0/0 goes to the endpoint, and ::/0 with ipv6."
        ),
    ] = ()
    return_routes: Annotated[
        Items[ReturnRoute], Field(description="The way back, through the same endpoint.")
    ] = ()

    def routes(self, *, beside: bool) -> Iterator[tuple[str, str]]:
        """Each route to the endpoint: a table, and the destination.

        Args:
            beside: Whether the protected tables keep a default route of their own.
        """
        for table in self.protected_route_tables:
            yield from ((table, str(each)) for each in default_routes(beside=beside))
        for route in self.return_routes:
            yield from ((route.route_table_id, str(each)) for each in route.destinations)

    def refusals(self) -> Iterator[Problem]:
        """Routes lead both ways, or nothing is routed here."""
        if bool(self.protected_route_tables) != bool(self.return_routes):
            have, missing = "protectedRouteTables", "returnRoutes"
            if self.return_routes:
                have, missing = missing, have
            what = (
                f"{have} is given without {missing}: routes one way only are asymmetric, and the "
                "firewall drops connections of which it sees half"
            )
            yield Problem(None, (have,), what, f"add {missing}")


class FirewallLogging(Checked):
    """Where the firewall's logs go: exactly one of a log group, a bucket and a delivery stream."""

    log_group: Annotated[
        LogGroupName | None,
        Field(
            description="Prefix of the CloudWatch log group names; one group is created per log type."
        ),
    ] = None
    existing_log_group: Annotated[
        LogGroupName | None,
        MayBeOutput("unknown-log-group"),
        Field(description="The name of a CloudWatch log group that exists, for every log type."),
    ] = None
    delivery_stream: Annotated[
        Annotated[
            str,
            Matching(
                # CreateDeliveryStream (botocore 1.44.5).
                r"^[a-zA-Z0-9_.-]{1,64}$",
                "is not a delivery stream's name",
                "write 1 to 64 letters, digits, underscores, dots and hyphens",
            ),
        ]
        | None,
        MayBeOutput("unknown-delivery-stream"),
        Field(description="The name of an Amazon Data Firehose stream that exists."),
    ] = None
    kms_key: Annotated[
        KmsKeyArn | None,
        Field(description="Your KMS key for the log groups that are created."),
    ] = None
    retention_days: Annotated[
        int,
        WHOLE,
        AfterValidator(_retention),
        Field(
            description="How long CloudWatch keeps them: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
        ),
    ] = 365
    bucket: Annotated[
        BucketName | None,
        Field(description="An S3 bucket that exists."),
        MayBeOutput("unknown-bucket"),
    ] = None
    prefix: Annotated[str, Field(max_length=200, description="Key prefix in the bucket.")] = ""
    types: Annotated[
        SomeItems[Literal["ALERT", "FLOW"]],
        AfterValidator(each_once),
        Field(description="`ALERT`, `FLOW`: both by default."),
    ] = ("ALERT", "FLOW")

    def refusals(self) -> Iterator[Problem]:
        """One place, and no setting of the other."""
        places = (self.log_group, self.existing_log_group, self.bucket, self.delivery_stream)
        if len([place for place in places if place is not None]) != 1:
            what = "logs go to one CloudWatch log group, S3 bucket or Firehose stream"
            instead = "give exactly one of logGroup, existingLogGroup, bucket and deliveryStream"
            yield Problem(None, (), what, instead)
            return
        given = self.model_fields_set
        if self.bucket is None and "prefix" in given:
            what = "a prefix is for a bucket, and the logs go elsewhere"
            yield Problem(None, ("prefix",), what, "write it into logGroup, or remove it")
        if self.log_group is None and "retention_days" in given:
            what = "how long logs are kept is set here only for log groups that are created here"
            instead = "set it where they go: for a bucket with a lifecycle rule"
            yield Problem(None, ("retentionDays",), what, instead)
        if self.log_group is None and self.kms_key is not None:
            what = "a key is set here only for log groups that are created here"
            yield Problem(None, ("kmsKey",), what, "set it where the logs go, and remove it")


class ExistingFirewallPolicy(Settings):
    """What a firewall policy of your own does, with mode rules-only: the proof rests on it."""

    rule_order: Annotated[
        str,
        Field(description="STRICT_ORDER; in any other order these rules cannot be used."),
    ] = "STRICT_ORDER"
    stateful_default_actions: Annotated[
        Items[str], Field(description="The policy's default actions, as AWS writes them.")
    ] = (DROP, ALERT)
    rules: Annotated[
        Items[OtherRule],
        Field(description="Rules that others keep in the policy, for the proof."),
    ] = ()


class FirewallManager(Settings):
    """An AWS Firewall Manager policy that puts a firewall into the VPCs of an organization."""

    accounts: Annotated[
        Items[AccountId],
        AfterValidator(each_once),
        Field(description="Account ids; all where empty."),
    ] = ()
    organizational_units: Annotated[
        Items[UnitId],
        AfterValidator(each_once),
        Field(description="Organizational units, by id; all where empty."),
    ] = ()
    resource_tags: Annotated[
        Tags, Field(description="Only VPCs with these tags; all where empty.")
    ] = ()
    remediation: Annotated[
        bool, Field(description="Whether Firewall Manager creates firewalls, or only reports.")
    ] = False
    log_bucket: Annotated[
        BucketName | None,
        MayBeOutput("unknown-log-bucket"),
        Field(
            description="An S3 bucket that exists, for the alerts and flows of its firewalls; without it they have no logs."
        ),
    ] = None


class NetworkFirewall(Checked):
    """AWS Network Firewall: the control that sees names."""

    mode: Annotated[
        Literal["rules-only", "policy", "full"],
        Field(
            description="rules-only: rule groups for a policy of yours; policy: a firewall policy too; full: firewall, logging and routes too."
        ),
    ] = "policy"
    vpc_id: Annotated[
        InspectionVpcId | None,
        Field(
            description="With mode full: the inspection VPC, if the servers are in other VPCs that a transit gateway connects to it."
        ),
    ] = None
    home_networks: Annotated[
        Items[Annotated[Network, WrittenAs(str, _home_network, str)]],
        AfterValidator(lambda given: _in_order(given) or PRIVATE_NETWORKS),
        Field(description="HOME_NET of the firewall policy."),
    ] = PRIVATE_NETWORKS
    existing_policy: Annotated[
        ExistingFirewallPolicy,
        Field(description="With mode rules-only: what your firewall policy does."),
    ] = ExistingFirewallPolicy.model_construct()
    rule_groups: Annotated[
        Items[OtherRuleGroup],
        Field(
            description="Rule groups of others, and managed ones, in the same firewall policy. With mode rules-only, and without firewallManager: those that your policy has."
        ),
    ] = ()
    priority: Annotated[
        Priority,
        Field(
            description="The priority of the first rule group made here; it and the 19 after it are kept for them. With mode rules-only: the one that your policy refers to it by."
        ),
    ] = FIRST_PRIORITY
    between_vpcs: Annotated[
        bool,
        Field(
            description="Whether the firewall also gets what the servers' VPCs send one another, which it drops: rules then pass their synchronization. true where vpcId names an inspection VPC.",
        ),
    ] = Field(default_factory=lambda given: given.get("vpc_id") is not None)
    default_action: Annotated[
        Literal["drop", "reject", "alert"],
        Field(
            description="What happens to what no rule admits. reject: the servers' connections are reset, and fail at once instead of after a time-out. alert: it passes and is logged, for a roll-out; the target is then wider."
        ),
    ] = "drop"
    tcp_idle_timeout_seconds: Annotated[
        # FlowTimeouts (Network Firewall API reference, read 2026-11); AWS's default is 350.
        Annotated[int, Field(ge=60, le=6000), WHOLE] | None,
        Field(description="How long a connection may be idle. AWS's own default unless given."),
    ] = None
    kms_key: Annotated[
        KmsKeyArn | None,
        Field(description="Your KMS key for the rule groups, and what else the mode makes."),
    ] = None
    analysis: Annotated[
        Items[Literal["HTTP_HOST", "TLS_SNI"]],
        AfterValidator(each_once),
        Field(
            description="With mode full: reports of the names of the last 30 days, `TLS_SNI` and `HTTP_HOST`, to read before the first drop."
        ),
    ] = ()
    stream_exception_policy: Annotated[
        Literal["REJECT", "DROP", "CONTINUE"],
        Field(description="What happens to connections whose beginning the firewall did not see."),
    ] = "REJECT"
    policy_capacity: Annotated[
        int,
        Field(
            ge=100,
            le=1000000,
            description="Your quota of stateful capacity per firewall policy, less what other groups use.",
        ),
        WHOLE,
    ] = 30000
    capacity: Annotated[
        Annotated[int, Field(ge=1, le=30000), WHOLE] | None,
        Field(
            description="The units that each rule group reserves at least: 1000 with rules-only, else 100. A list that outgrows its group replaces it."
        ),
    ] = None
    protected: Annotated[
        bool, Field(description="Deletion and change protection of the firewall.")
    ] = True
    endpoints: Annotated[
        Items[FirewallEndpoint], Field(description="A zone each; for mode full.")
    ] = ()
    keep_default_routes: Annotated[
        bool,
        Field(
            description="Whether the protected route tables keep a 0.0.0.0/0 of their own: 0.0.0.0/1 and 128.0.0.0/1 go to the endpoint instead, and the old route is in use again once these are gone."
        ),
    ] = False
    logging: Annotated[
        FirewallLogging | None,
        Field(description="With mode full: where the firewall's logs go."),
    ] = None
    share_with: Annotated[
        Items[Principal],
        AfterValidator(each_once),
        Field(description="Account ids, or ARNs of an organization or its units: shared by RAM."),
    ] = ()
    firewall_manager: Annotated[
        FirewallManager | None,
        Field(description="With mode rules-only: a policy over an organization."),
    ] = None

    @property
    def default_actions(self) -> tuple[str, ...]:
        """What the firewall policy, ours or the user's, does with a flow that no rule decides."""
        if self.mode == "rules-only":
            return self.existing_policy.stateful_default_actions
        return (ALERT,) if self.default_action == "alert" else (DROP, ALERT)

    @property
    def first_capacity(self) -> int:
        """What a rule group reserves at least.

        A group that grows out of it is another one, which a policy of others does not have: there the
        first is larger.
        """
        return self.capacity or (1000 if self.mode == "rules-only" else 100)

    @property
    def by_zone(self) -> tuple[FirewallEndpoint, ...]:
        """The endpoints in the order in which documents have them."""
        return tuple(sorted(self.endpoints, key=lambda endpoint: endpoint.zone))

    def refusals(self) -> Iterator[Problem]:
        """What is given belongs to the mode, and no two zones want the same."""
        yield from self._misplaced()
        if self.mode == "rules-only":
            yield from self._existing_policy()
        if self.mode == "full" and not self.endpoints:
            what = "mode full makes a firewall, and no zone is given for it"
            yield Problem(None, ("endpoints",), what, "add a zone, or write `mode: policy`")
        if self.capacity is not None and self.capacity > self.policy_capacity:
            what = f"a rule group would reserve {self.capacity} units, and the policy has {self.policy_capacity}"
            yield Problem(None, ("capacity",), what, "write less, or raise policyCapacity")
        yield from self._given_twice()
        yield from self._priorities()

    def _misplaced(self) -> Iterator[Problem]:
        given, made = self.model_fields_set, f"mode {self.mode} makes"
        for key in _WITH_A_FIREWALL if self.mode != "full" else ():
            if key in given:
                what = f"{made} no firewall"
                yield Problem(None, (to_camel(key),), what, "write `mode: full`, or remove it")
        if self.mode != "rules-only":
            if "existing_policy" in given:
                what = f"{made} a firewall policy of its own"
                instead = "remove it, or write `mode: rules-only`"
                yield Problem(None, ("existingPolicy",), what, instead)
            if self.firewall_manager is not None:
                what = f"Firewall Manager makes the firewall policies, and so does mode {self.mode}"
                yield Problem(None, ("firewallManager",), what, "write `mode: rules-only`")
            return
        if "default_action" in given:
            what = f"{made} no firewall policy"
            yield Problem(None, ("defaultAction",), what, "say it in existingPolicy")
        if "tcp_idle_timeout_seconds" in given:
            # "SecurityServicePolicyData" of Firewall Manager (API reference, read 2026-11) has none.
            what = f"{made} no firewall policy that has a time-out"
            instead = "set it in your policy, and remove it"
            yield Problem(None, ("tcpIdleTimeoutSeconds",), what, instead)
        if "home_networks" in given:
            instead = "give your policy HOME_NET, and remove it"
            if self.firewall_manager:
                instead = "remove it: it is each VPC's own range"
            what = f"{made} no firewall policy, and so no HOME_NET"
            yield Problem(None, ("homeNetworks",), what, instead)
        if "stream_exception_policy" in given and self.firewall_manager is None:
            what = f"{made} no firewall policy"
            yield Problem(
                None, ("streamExceptionPolicy",), what, "say it in your policy, and remove it"
            )

    def _existing_policy(self) -> Iterator[Problem]:
        order, actions = self.existing_policy.rule_order, self.default_actions
        if order != "STRICT_ORDER":
            what = (
                f"a firewall policy in {order} cannot refer to these rule groups, which are in "
                "STRICT_ORDER: the service answers that it has an invalid rule order"
            )
            instead = "give the policy STRICT_ORDER (it is replaced by that)"
            yield Problem(None, ("existingPolicy", "ruleOrder"), what, instead)
        keys: Keys = ("existingPolicy", "statefulDefaultActions")
        for index, action in enumerate(actions):
            if action not in _KNOWN_ACTIONS:
                what = f"{action!r} is not a default action that is known here"
                yield Problem(None, (*keys, index), what, f"write {DROP}")
        families = {each.partition("_")[2] for each in actions if each in _KNOWN_ACTIONS}
        if len([action for action in actions if action.startswith("aws:drop")]) > 1:
            yield Problem(
                None, keys, "a firewall policy has at most one drop action", f"keep {DROP}"
            )
        elif len(families - {"strict"}) > 1:
            # "StatefulDefaultActions cannot exist together" (CreateFirewallPolicy, measured 2026-09).
            what = "a firewall policy's drop and alert actions are of one kind, and these are of several"
            yield Problem(None, keys, what, f"keep {actions[0]} and those that end alike")

    @property
    def own_priorities(self) -> range:
        """The priorities that are kept for the rule groups made here: in a policy of the user's, one."""
        theirs = self.mode == "rules-only" and self.firewall_manager is None
        return range(self.priority, self.priority + (1 if theirs else GROUPS_PER_POLICY))

    def _priorities(self) -> Iterator[Problem]:
        """Each group of others has a priority of its own, and none of those kept for ours."""
        own, taken, arns = self.own_priorities, set[int](), set[str]()
        kept = f"{own[0]} to {own[-1]} are kept for the rule groups made here"
        if len(own) == 1:
            kept = f"{own[0]} is the priority of the rule groups made here"
        if own[-1] > HIGHEST_PRIORITY:
            what = f"{kept}, and priorities end at {HIGHEST_PRIORITY}"
            instead = f"write {HIGHEST_PRIORITY - GROUPS_PER_POLICY + 1} or less"
            yield Problem(None, ("priority",), what, instead)
        for index, group in enumerate(self.rule_groups):
            keys: Keys = ("ruleGroups", index)
            if group.priority in own:
                instead = "write a lower one for a group that comes before them, else a higher one"
                yield Problem(None, (*keys, "priority"), kept, instead)
            if group.priority in taken:
                what = f"another rule group has the priority {group.priority}, and a policy takes each once"
                yield Problem(None, (*keys, "priority"), what, "give each its own")
            if group.arn in arns:
                what = f"{group.name} is given twice: a policy refers to a rule group once"
                yield Problem(None, (*keys, "arn"), what, "name each once")
            taken.add(group.priority)
            arns.add(group.arn)
            if self.default_action == "reject" and group.priority == HIGHEST_PRIORITY:
                what = (
                    f"{HIGHEST_PRIORITY} is the priority of the rules that reject, which come last"
                )
                yield Problem(None, (*keys, "priority"), what, "write a lower one")
        for index, rule in enumerate(self.existing_policy.rules):
            keys = ("existingPolicy", "rules", index, "priority")
            if rule.priority in own:
                instead = "write a lower one for a rule that comes before them, else a higher one"
                yield Problem(None, keys, kept, instead)
            elif rule.priority in taken:
                what = f"the priority {rule.priority} is that of a rule group in ruleGroups"
                yield Problem(None, keys, what, "write the rule there, or give it another one")

    def _given_twice(self) -> Iterator[Problem]:
        zones, subnets, routed = set(), set(), set()
        for index, endpoint in enumerate(self.endpoints):
            keys: Keys = ("endpoints", index)
            if endpoint.zone in zones:
                what = f"the zone {endpoint.zone} is given twice"
                yield Problem(None, (*keys, "zone"), what, "give each zone one firewall subnet")
            if endpoint.subnet_id in subnets:
                what = f"{endpoint.subnet_id} is given twice"
                yield Problem(None, (*keys, "subnetId"), what, "name each once")
            for route in endpoint.routes(beside=self.keep_default_routes):
                if route in routed:
                    what = f"{route[1]} is routed twice in {route[0]}: a table has one route for it"
                    instead = "name each route table in its own zone only"
                    yield Problem(None, keys, what, instead)
                routed.add(route)
            zones.add(endpoint.zone)
            subnets.add(endpoint.subnet_id)
