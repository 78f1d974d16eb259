"""AWS Network Firewall in one target: rule groups, and by its mode the policy, firewall and routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic.alias_generators import to_camel

from wsus_egress.model.addresses import is_within
from wsus_egress.model.aws_forms import InspectionVpcId, KmsKeyArn, Principal
from wsus_egress.model.base import WHOLE, Checked, Items, WrittenAs, each_once, refused
from wsus_egress.model.existing_names import (
    FIREWALL_NAME,
    MANAGER_NAME,
    ExistingNames,
    name_problems,
)
from wsus_egress.model.flows import INTERNAL_NETWORKS, PRIVATE_NETWORKS, Network
from wsus_egress.model.network_firewall_endpoints import (
    AssociatedEndpoint,
    FirewallEndpoint,
    in_order,
    some_addresses,
)
from wsus_egress.model.network_firewall_logging import FirewallLogging
from wsus_egress.model.network_firewall_policy import (
    ALERT,
    DROP,
    ExistingFirewallPolicy,
    FirewallManager,
)
from wsus_egress.model.network_firewall_transit import FirewallAttachment
from wsus_egress.model.other_rules import HIGHEST_PRIORITY, OtherRuleGroup, Priority
from wsus_egress.problems import Keys, Problem

# The priorities in a firewall policy that are kept for the rule groups made here: as many as a policy
# may have ("AWS Network Firewall quotas", read 2026-11).
GROUPS_PER_POLICY: Final = 20
FIRST_PRIORITY: Final = 100


_WITH_A_FIREWALL: Final = (
    "analysis",
    "associations",
    "endpoints",
    "keep_default_routes",
    "logging",
    "protected",
    "transit_gateway",
    "vpc_id",
)
# What a firewall has that is in a VPC: one that is attached to a transit gateway is in none.
_IN_A_VPC: Final = ("associations", "endpoints", "keep_default_routes", "vpc_id")


def _home_network(text: str) -> Network:
    """The rules are for EXTERNAL_NET, which is the rest: it must have all the Internet."""
    found = some_addresses(text)
    if is_within(found, INTERNAL_NETWORKS):
        return found
    own = [str(private) for private in PRIVATE_NETWORKS if is_within(private, [found])]
    raise refused(
        f"{text} has Internet addresses, to which no rule would apply any more",
        f"write {', '.join(own)}" if own else "leave it out: it is outside",
    )


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
    transit_gateway: Annotated[
        FirewallAttachment | None,
        Field(
            description="With mode full: the transit gateway that the firewall is attached to, without an inspection VPC. Its route tables are yours."
        ),
    ] = None
    home_networks: Annotated[
        Items[Annotated[Network, WrittenAs(str, _home_network, str)]],
        AfterValidator(lambda given: in_order(given) or PRIVATE_NETWORKS),
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
            description="Whether the firewall also gets what the servers' VPCs send one another, which it drops: rules then pass their synchronization. true where vpcId names an inspection VPC, or transitGateway is given.",
        ),
    ] = Field(
        default_factory=lambda given: (
            given.get("vpc_id") is not None or given.get("transit_gateway") is not None
        )
    )
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
    associations: Annotated[
        Items[AssociatedEndpoint],
        Field(
            description="Further endpoints of the firewall, in other VPCs: each in a zone that `endpoints` has."
        ),
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

    existing_names: Annotated[
        ExistingNames,
        Field(
            description="By resource (`rules-1`, `policy`, `firewall` ...) the name that it has in AWS, which is kept after an import. Another name replaces it."
        ),
    ] = ()

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
    def every_endpoint(self) -> tuple[tuple[Keys, FirewallEndpoint], ...]:
        """The firewall's own endpoints and those associated with it, each with where it is written."""
        own = ((("endpoints", number), each) for number, each in enumerate(self.endpoints))
        more = ((("associations", number), each) for number, each in enumerate(self.associations))
        return (*own, *more)

    @property
    def by_zone(self) -> tuple[FirewallEndpoint, ...]:
        """The endpoints in the order in which documents have them."""
        return tuple(sorted(self.endpoints, key=lambda endpoint: endpoint.zone))

    def refusals(self) -> Iterator[Problem]:
        """What is given belongs to the mode, and no two zones want the same."""
        yield from self._misplaced()
        if self.mode == "rules-only":
            yield from self.existing_policy.problems()
        if self.mode == "full" and self.transit_gateway is None and not self.endpoints:
            what = "mode full makes a firewall, and no zone is given for it"
            yield Problem(None, ("endpoints",), what, "add a zone, or write `mode: policy`")
        for key in _IN_A_VPC if self.mode == "full" and self.transit_gateway else ():
            if key in self.model_fields_set:
                what = "a firewall that is attached to a transit gateway is in no VPC"
                yield Problem(None, (to_camel(key),), what, "remove it, or transitGateway")
        if self.capacity is not None and self.capacity > self.policy_capacity:
            what = f"a rule group would reserve {self.capacity} units, and the policy has {self.policy_capacity}"
            yield Problem(None, ("capacity",), what, "write less, or raise policyCapacity")
        yield from self._given_twice()
        yield from self._other_regions()
        yield from self._priorities()
        yield from name_problems(self.existing_names, FIREWALL_NAME, {"manager": MANAGER_NAME})

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
        if self.firewall_manager and self.existing_policy.arn is not None:
            what = "Firewall Manager makes a firewall policy for each VPC, and none of them is named here"
            yield Problem(None, ("existingPolicy", "arn"), what, "remove it")
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

    def _other_regions(self) -> Iterator[Problem]:
        """What is in another Region than the first of them: a firewall policy is in one, with all it refers to."""
        found: list[tuple[Keys, str]] = [
            ((*place, "zone"), each.zone.rstrip("abcdefghijklmnopqrstuvwxyz"))
            for place, each in self.every_endpoint
        ]
        named: list[tuple[Keys, str | None]] = [
            (("existingPolicy", "arn"), self.existing_policy.arn),
            *(
                (("ruleGroups", number, "arn"), each.arn)
                for number, each in enumerate(self.rule_groups)
            ),
            (("kmsKey",), self.kms_key),
        ]
        for keys, arn in named:
            # An output's Region is known to the deployment alone: its stand-in has no account.
            if arn is not None and ":000000000000:" not in arn:
                found.append((keys, arn.split(":")[3]))
        for keys, region in found[1:]:
            if region != found[0][1]:
                what = f"it is in {region}, and {_path(found[0][0])} is in {found[0][1]}"
                yield Problem(None, keys, what, "name what is in the firewall's own Region")

    def _given_twice(self) -> Iterator[Problem]:
        zones, subnets, routed = set(), set(), set()
        for keys, endpoint in self.every_endpoint:
            associated = isinstance(endpoint, AssociatedEndpoint)
            if not associated and endpoint.zone in zones:
                what = f"the zone {endpoint.zone} is given twice"
                yield Problem(None, (*keys, "zone"), what, "give each zone one firewall subnet")
            if associated and endpoint.zone not in zones:
                # VpcEndpointAssociation (botocore 1.44.5): only where the firewall has a subnet itself.
                what = f"the firewall has no endpoint of its own in {endpoint.zone}, and so no other one"
                yield Problem(None, (*keys, "zone"), what, "add the zone to endpoints")
            if endpoint.subnet_id in subnets:
                what = f"{endpoint.subnet_id} is given twice"
                yield Problem(None, (*keys, "subnetId"), what, "name each once")
            for route in endpoint.routes(beside=self.keep_default_routes):
                if route in routed:
                    what = f"{route[1]} is routed twice in {route[0]}: a table has one route for it"
                    instead = "name each route table in its own zone only"
                    yield Problem(None, keys, what, instead)
                routed.add(route)
            if not associated:
                zones.add(endpoint.zone)
            subnets.add(endpoint.subnet_id)


def _path(keys: Keys) -> str:
    """`ruleGroups[0].arn`, as messages write it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(
        "."
    )
