"""From an AWS target's settings to the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wsus_egress.config.aws import (
    AwsPeerSettings,
    AwsSettings,
    DnsFirewallSettings,
    FirewallEndpointSettings,
    FirewallLoggingSettings,
    NetworkFirewallSettings,
)
from wsus_egress.model.addresses import Refuse, by_address, is_within, parse_network
from wsus_egress.model.aws import (
    ALERT,
    DEFAULT_ACTIONS,
    DROP,
    DROP_ACTIONS,
    AwsPeer,
    AwsTarget,
    DnsFirewall,
    FirewallEndpoint,
    FirewallLogging,
    FirewallManager,
    NetworkFirewall,
    ReturnRoute,
)
from wsus_egress.model.flows import INTERNAL_NETWORKS, PRIVATE_NETWORKS, Network
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.problems import Keys

_KNOWN_ACTIONS: Final = frozenset(
    f"aws:{verb}_{scope}"
    for verb in ("drop", "alert")
    for scope in ("strict", "established", "established_app_layer", "established_app_layer_to_server")
)  # fmt: skip
# "Route 53 Resolver API, AssociateFirewallRuleGroup" says 100 to 9900; the service answers that both
# ends are reserved too (measured by others, 2025-08).
DNS_PRIORITIES: Final = range(101, 9900)

_FIREWALL: Final = ("aws", "networkFirewall")
_DNS: Final = ("aws", "dnsFirewall")


def aws_target(aws: AwsSettings, refuse: Refuse) -> AwsTarget:
    """The target, each problem noted on the way."""
    firewall, dns = aws.network_firewall, aws.dns_firewall
    return AwsTarget(
        vpc_id=aws.vpc_id,
        tags=aws.tags,
        rules_per_direction=aws.security_group.rules_per_direction,
        network_firewall=_network_firewall(firewall, refuse) if firewall else None,
        dns_firewall=_dns_firewall(dns, refuse) if dns else None,
    )


def aws_peer(keys: Keys, settings: AwsPeerSettings | None, refuse: Refuse) -> AwsPeer | None:
    """How AWS names a party, each problem noted on the way."""
    if settings is None:
        return None
    group, listed = settings.security_group_id, settings.prefix_list_id
    if (group is None) == (listed is None):
        what = "a peer is named either by its security group or by a prefix list"
        refuse(keys, what, "give exactly one of securityGroupId and prefixListId")
    if listed is not None and settings.max_entries is None:
        what = "a prefix list counts as many rules as it may hold, and it is not said how many"
        refuse(keys, what, "add maxEntries, as `aws ec2 describe-managed-prefix-lists` shows it")
    if group is not None and listed is None and settings.max_entries is not None:
        what = "a security group counts as one rule, however many members it has"
        refuse((*keys, "maxEntries"), what, "remove it")
    return AwsPeer(group or "", listed or "", settings.max_entries or 1)


def _network_firewall(settings: NetworkFirewallSettings, refuse: Refuse) -> NetworkFirewall:
    actions: tuple[str, ...] = DEFAULT_ACTIONS if settings.default_action == "drop" else (ALERT,)
    manager = settings.firewall_manager
    if settings.mode == "rules-only":
        actions = tuple(settings.existing_policy.stateful_default_actions)
        _refuse_policy(settings, refuse)
        if "default_action" in settings.model_fields_set:
            what = "mode rules-only makes no firewall policy"
            refuse((*_FIREWALL, "defaultAction"), what, "say it in existingPolicy")
    elif "existing_policy" in settings.model_fields_set:
        what = f"mode {settings.mode} makes a firewall policy of its own"
        refuse((*_FIREWALL, "existingPolicy"), what, "remove it, or write `mode: rules-only`")
    home = _home((*_FIREWALL, "homeNetworks"), settings.home_networks, refuse)
    _refuse_misplaced(settings, refuse)
    return NetworkFirewall(
        mode=settings.mode,
        home=home or PRIVATE_NETWORKS,
        default_actions=actions,
        stream_exception_policy=settings.stream_exception_policy,
        policy_capacity=settings.policy_capacity,
        protected=settings.protected,
        endpoints=_endpoints(settings.endpoints, refuse),
        logging=_logging(settings.logging, refuse) if settings.logging else None,
        share_with=tuple(sorted(set(settings.share_with))),
        firewall_manager=FirewallManager(
            tuple(sorted(set(manager.accounts))),
            tuple(sorted(set(manager.organizational_units))),
            manager.resource_tags,
            manager.remediation,
        )
        if manager
        else None,
    )


def _refuse_policy(settings: NetworkFirewallSettings, refuse: Refuse) -> None:
    policy = settings.existing_policy
    keys = (*_FIREWALL, "existingPolicy")
    if policy.rule_order != "STRICT_ORDER":
        what = (
            f"a firewall policy in {policy.rule_order} cannot refer to these rule groups, which are in "
            "STRICT_ORDER: the service answers that it has an invalid rule order"
        )
        refuse((*keys, "ruleOrder"), what, "give the policy STRICT_ORDER (it is replaced by that)")
    actions = policy.stateful_default_actions
    for index, action in enumerate(actions):
        if action not in _KNOWN_ACTIONS:
            what = f"{action!r} is not a default action that is known here"
            refuse((*keys, "statefulDefaultActions", index), what, f"write {DROP}")
        elif action.startswith("aws:drop") and action not in DROP_ACTIONS:
            what = f"{action} drops packets before the host name is known"
            refuse((*keys, "statefulDefaultActions", index), what, f"write {DROP}")
    if len([action for action in actions if action.startswith("aws:drop")]) > 1:
        what = "a firewall policy has at most one drop action"
        refuse((*keys, "statefulDefaultActions"), what, f"keep {DROP}")


def _refuse_misplaced(settings: NetworkFirewallSettings, refuse: Refuse) -> None:
    full = settings.mode == "full"
    if full and not settings.endpoints:
        what = "mode full makes a firewall, and no zone is given for it"
        refuse((*_FIREWALL, "endpoints"), what, "add a zone, or write `mode: policy`")
    given = settings.model_fields_set
    for key, name in (
        ("endpoints", "endpoints"),
        ("logging", "logging"),
        ("protected", "protected"),
    ):
        if key in given and not full:
            what = f"mode {settings.mode} makes no firewall"
            refuse((*_FIREWALL, name), what, "write `mode: full`, or remove it")
    if settings.mode == "rules-only":
        manager = settings.firewall_manager
        if "home_networks" in given:
            what = "mode rules-only makes no firewall policy, and so no HOME_NET"
            yours = "give your policy HOME_NET, and remove it"
            instead = "remove it: it is each VPC's own range" if manager else yours
            refuse((*_FIREWALL, "homeNetworks"), what, instead)
        if "stream_exception_policy" in given and manager is None:
            what = "mode rules-only makes no firewall policy"
            instead = "say it in your policy, and remove it"
            refuse((*_FIREWALL, "streamExceptionPolicy"), what, instead)
    if settings.firewall_manager is not None and settings.mode != "rules-only":
        what = f"Firewall Manager makes the firewall policies, and so does mode {settings.mode}"
        refuse((*_FIREWALL, "firewallManager"), what, "write `mode: rules-only`")


def _endpoints(
    given: Sequence[FirewallEndpointSettings], refuse: Refuse
) -> tuple[FirewallEndpoint, ...]:
    zones: set[str] = set()
    subnets: set[str] = set()
    routed: dict[tuple[str, str], Keys] = {}
    found = []
    for index, endpoint in enumerate(given):
        keys = (*_FIREWALL, "endpoints", index)
        if endpoint.zone in zones:
            what = f"the zone {endpoint.zone} is given twice"
            refuse((*keys, "zone"), what, "give each zone one firewall subnet")
        if endpoint.subnet_id in subnets:
            refuse((*keys, "subnetId"), f"{endpoint.subnet_id} is given twice", "name each once")
        zones.add(endpoint.zone)
        subnets.add(endpoint.subnet_id)
        if bool(endpoint.protected_route_tables) != bool(endpoint.return_routes):
            here, there = ("protectedRouteTables", "returnRoutes")
            missing, have = (there, here) if endpoint.protected_route_tables else (here, there)
            what = (
                f"{have} is given without {missing}: routes one way only are asymmetric, and the "
                "firewall drops connections of which it sees half"
            )
            refuse((*keys, have), what, f"add {missing}")
        returns = []
        for number, route in enumerate(endpoint.return_routes):
            where = (*keys, "returnRoutes", number)
            networks = _networks((*where, "destinations"), route.destinations, refuse)
            if any(network.version == 6 for network in networks):
                what = "the endpoints made here are IPv4 ones, and IPv6 cannot be routed to them"
                refuse((*where, "destinations"), what, "leave IPv6 ranges out")
            returns.append(ReturnRoute(route.route_table_id, networks))
        tables = [(table, "0.0.0.0/0") for table in endpoint.protected_route_tables]
        tables += [(each.route_table, str(n)) for each in returns for n in each.destinations]
        for table in tables:
            if table in routed:
                what = f"{table[1]} is routed twice in {table[0]}: a table has one route for it"
                refuse(keys, what, "name each route table in its own zone only")
            routed[table] = keys
        found.append(
            FirewallEndpoint(
                endpoint.zone,
                endpoint.subnet_id,
                tuple(sorted(endpoint.protected_route_tables)),
                tuple(returns),
            )
        )
    return tuple(sorted(found, key=lambda each: each.zone))


def _logging(settings: FirewallLoggingSettings, refuse: Refuse) -> FirewallLogging:
    if (settings.log_group is None) == (settings.bucket is None):
        what = "logs go to either a CloudWatch log group or an S3 bucket"
        refuse((*_FIREWALL, "logging"), what, "give exactly one of logGroup and bucket")
    elif settings.bucket is None and "prefix" in settings.model_fields_set:
        what = "a prefix is for a bucket, and the logs go to a log group"
        refuse((*_FIREWALL, "logging", "prefix"), what, "write it into logGroup, and remove it")
    elif settings.bucket is not None and "retention_days" in settings.model_fields_set:
        what = "how long a bucket keeps logs is the bucket's own setting"
        refuse((*_FIREWALL, "logging", "retentionDays"), what, "give the bucket a lifecycle rule")
    return FirewallLogging(
        settings.log_group,
        settings.retention_days,
        settings.bucket,
        settings.prefix,
        tuple(sorted(set(settings.types))),
    )


def _dns_firewall(settings: DnsFirewallSettings, refuse: Refuse) -> DnsFirewall:
    if settings.priority not in DNS_PRIORITIES:
        what = f"{settings.priority} is not a valid association priority"
        refuse((*_DNS, "priority"), what, "write 101 to 9899")
    patterns = []
    for index, text in enumerate(settings.also_resolve):
        try:
            patterns.append(Pattern.parse(text))
        except InvalidName as error:
            keys = (*_DNS, "alsoResolve", index)
            refuse(keys, f"{error.text} {error.reason}", error.instead)
    return DnsFirewall(
        settings.priority,
        tuple(sorted(set(patterns), key=lambda pattern: pattern.text)),
        settings.block_response,
        settings.fail_open,
        settings.protected,
    )


def _home(keys: Keys, texts: Sequence[str], refuse: Refuse) -> tuple[Network, ...]:
    """HOME_NET. The rules are for EXTERNAL_NET, which is the rest: it must have all the Internet."""
    for index, text in enumerate(texts):
        network = _network((*keys, index), text, lambda *_: None)
        if network is not None and not is_within(network, INTERNAL_NETWORKS):
            what = f"{text} has Internet addresses, to which no rule would apply any more"
            own = [str(n) for n in PRIVATE_NETWORKS if is_within(n, [network])]
            instead = f"write {', '.join(own)}" if own else "leave it out: it is outside"
            refuse((*keys, index), what, instead)
    return _networks(keys, texts, refuse)


def _networks(keys: Keys, texts: Sequence[str], refuse: Refuse) -> tuple[Network, ...]:
    networks = (_network((*keys, index), text, refuse) for index, text in enumerate(texts))
    return tuple(sorted({n for n in networks if n is not None}, key=by_address))


def _network(keys: Keys, text: str, refuse: Refuse) -> Network | None:
    network = parse_network(keys, text, refuse)
    if network is not None and network.prefixlen == 0:
        what = f"{text} is every address: the Internet would be inside"
        refuse(keys, what, "write your own networks")
        return None
    return network
