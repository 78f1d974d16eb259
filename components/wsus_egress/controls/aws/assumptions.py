"""What the controls of an AWS target take for granted: routes, an existing policy, peers by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from wsus_egress.controls.assumptions import Assumption, Way, across, peers, proxies
from wsus_egress.controls.aws.others import Placed
from wsus_egress.controls.aws.synchronization import between_vpcs, vpc_of
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EgressPolicy

ASSOCIATION: Final = "aws/network-firewall/association"
TRANSIT: Final = "aws/network-firewall/transit"
DEFAULT_ROUTE: Final = "aws/network-firewall/default-route"
_RESOLVER: Final = (
    Way("evidence", "the DHCP options of the VPC name AmazonProvidedDNS, and Resolver query logs have "
                    "the servers' queries"),
)  # fmt: skip
_FAIL_MODE: Final = (
    Way("stack", "leave `manageFailMode` out, and this stack sets it"),
    Way("evidence", "`aws route53resolver get-firewall-config` shows FirewallFailOpen"),
)
_ROUTED: Final = (
    Way("stack", "write `mode: full`, and list the servers' route tables under "
                 "`networkFirewall.endpoints[].protectedRouteTables`"),
    Way("evidence", "the firewall's flow logs have the servers' connections to Microsoft Update"),
)  # fmt: skip
_ASSOCIATED: Final = (
    Way("lookup", "the subnets that have those route tables"),
    Way(
        "evidence",
        "the associations of `protectedRouteTables` name the subnets that the servers are in",
    ),
)
_CONNECTED: Final = (
    Way("evidence", "the route tables of their subnets and of the transit gateway, and "
                    "`aws ec2 describe-transit-gateway-vpc-attachments`, which shows ApplianceModeSupport"),
    Way("evidence", "the firewall's flow logs have the servers' connections to Microsoft Update"),
)  # fmt: skip
_AT_GATEWAY: Final = (
    Way("evidence", "`aws ec2 search-transit-gateway-routes` of the tables of their attachments and of "
                    "the firewall's, whose id the component's `transit_gateway_attachment_id` has"),
    Way("evidence", "`aws network-firewall describe-firewall` shows the attachment as READY: one of "
                    "another account waits until that account accepts it"),
    Way("evidence", "the firewall's flow logs have the servers' connections to Microsoft Update"),
)  # fmt: skip
_LOCAL: Final = (Way("evidence", "the VPC's address blocks contain their addresses"),)
_EAST_WEST: Final = (
    Way("stack", "name the rule group that passes it under `networkFirewall.ruleGroups`"),
    Way("evidence", "the firewall's alert logs have no drop between these addresses"),
)
_PRIVATE: Final = (
    Way("evidence", "the servers' route tables, and those on the way back, have a smaller range for "
                    "it than 0.0.0.0/0, to a transit gateway, a peering or a virtual private gateway"),
)  # fmt: skip
_NAMED: Final = (
    Way("evidence", "write `existingPolicy.arn`, and `pulumi preview` logs what that policy does"),
)
_POLICY: Final = (
    Way("stack", "write `mode: policy`, and the firewall policy is made here"),
    Way("evidence", "`aws network-firewall describe-firewall-policy` shows its order and actions"),
)
# NetworkFirewallPolicyDescription.StatefulDefaultActions (botocore 1.44.5).
_MANAGER_ACTIONS: Final = (
    "aws:drop_strict", "aws:drop_established", "aws:alert_strict", "aws:alert_established",
)  # fmt: skip
_MANAGER: Final = (
    Way("stack", "write `existingPolicy.statefulDefaultActions: [aws:drop_established, "
                 "aws:alert_established]`, and accept what that drops too early"),
    Way("evidence", "the update succeeds, and `aws fms get-policy` shows them"),
)  # fmt: skip
_GIVEN: Final = (
    Way("stack", "write its rules under `networkFirewall.ruleGroups[].rules`, and they are proved"),
    Way("evidence", "`aws network-firewall describe-rule-group` shows its rules"),
)
_MANAGED: Final = (
    Way("stack", "write `alertOnly: true`, and it drops nothing"),
    Way("evidence", "the firewall's alert logs have no drop of it for these servers"),
)
_READ: Final = (
    Way("stack", "write the rule with addresses, ports and one host name only"),
    Way("evidence", "the rule's text, beside the endpoint lists"),
)
_OTHERS: Final = (
    Way("stack", "write `mode: policy`, and the firewall policy has these rule groups only"),
    Way(
        "evidence",
        "the policy's other rule groups, as `aws network-firewall describe-rule-group` shows them",
    ),
)
_ATTACHED: Final = (
    Way("evidence", "`aws ec2 describe-network-interfaces` shows the groups of each interface"),
)
_EXISTING: Final = (
    Way("stack", "write `awsSecurityGroup` with name and description, and import the group"),
    Way("evidence", "`aws ec2 describe-security-group-rules` shows the rules of the group"),
)
_PEER: Final = (
    Way("stack", "leave `awsPeer` out, and rules name the addresses"),
    Way("evidence", "the network interfaces of the group, or the entries of the prefix list"),
)


def dns_firewall_assumptions(policy: EgressPolicy, target: AwsTarget) -> tuple[Assumption, ...]:
    """Who resolves names: DNS Firewall sees the queries of the VPC's own resolver only."""
    what = "names are resolved by the VPC's own resolver"
    whom = tuple(party.name for party in _senders(policy))
    found = [Assumption(f"aws/dns-firewall/resolver/{target.vpc_id}", what, whom, _RESOLVER)]
    if target.dns_firewall is not None and not target.dns_firewall.manage_fail_mode:
        what = "the VPC's resolver does not answer while DNS Firewall fails (fail open is off)"
        key = f"aws/dns-firewall/fail-mode/{target.vpc_id}"
        found.append(Assumption(key, what, whom, _FAIL_MODE))
    return tuple(found) if whom else ()


def security_group_assumptions(policy: EgressPolicy, target: AwsTarget) -> tuple[Assumption, ...]:
    """That the groups are on the servers, and nothing wider; and who is behind a peer's name."""
    by_vpc: dict[str, list[str]] = {}
    for party in policy.in_place("aws"):
        by_vpc.setdefault(vpc_of(party, target), []).append(party.name)
    what = "every network interface has the security group made for it, and no other"
    attached = (
        Assumption(f"aws/security-group/attachment/{vpc}", what, tuple(here), _ATTACHED)
        for vpc, here in by_vpc.items()
    )
    return (*attached, *_existing(policy), *_named_peers(policy), *proxies(policy, "aws"))


def _existing(policy: EgressPolicy) -> Iterator[Assumption]:
    """That a group which is not made here has no rule that is not made here."""
    for party in policy.in_place("aws"):
        if (given := party.aws_security_group) and given.id:
            what = f"{given.id} has the rules made here and no other"
            yield Assumption(f"aws/security-group/rules/{given.id}", what, (party.name,), _EXISTING)


def _named_peers(policy: EgressPolicy) -> Iterator[Assumption]:
    """Peers that rules name by a security group or a prefix list: AWS knows their addresses."""
    found: dict[str, dict[str, Party]] = {}
    for party in policy.in_place("aws"):
        for peer in peers(policy, party):
            if named := peer.aws_peer:
                known = found.setdefault(named.identity, {})
                known[peer.name] = peer
    for name, parties in found.items():
        addresses = ", ".join(str(n) for party in parties.values() for n in party.addresses)
        key = f"aws/security-group/members/{name}"
        yield Assumption(key, f"{name} stands for {addresses}", tuple(parties), _PEER)


def network_firewall_assumptions(
    policy: EgressPolicy, target: AwsTarget, firewall: NetworkFirewall, others: Sequence[Placed]
) -> tuple[Assumption, ...]:
    """What others must keep true: the firewall policy, where it is theirs, its rules, and the routes."""
    whom = tuple(party.name for party in _senders(policy))
    if not whom:
        return ()
    return (
        *_of_policy(target, firewall, whom),
        *_of_rule_groups(firewall, others, whom),
        *_of_routes(policy, target, firewall, whom),
        *_of_synchronization(policy, target, firewall),
    )


def _of_synchronization(
    policy: EgressPolicy, target: AwsTarget, firewall: NetworkFirewall
) -> Iterator[Assumption]:
    """That the firewall, which drops it, does not get what servers and clients send one another."""
    inside: dict[str, list[str]] = {}
    apart: dict[str, list[str]] = {peer.name: [*whom] for peer, whom in across(policy, "aws")}
    for party in policy.in_place("aws"):
        vpc = vpc_of(party, target)
        others = [peer for peer in peers(policy, party) if peer.place == "aws"]
        if any(vpc_of(peer, target) == vpc for peer in others):
            inside.setdefault(vpc, []).append(party.name)
        for peer in others:
            if vpc_of(peer, target) != vpc:
                apart.setdefault(peer.name, []).append(party.name)
    for vpc, whom in inside.items():
        what = (
            "they are in this VPC, whose own route leads what they send one another, not through the "
            "firewall"
        )
        yield Assumption(f"aws/network-firewall/local-route/{vpc}", what, tuple(whom), _LOCAL)
    for name, whom in apart.items():
        peer = policy.party(name)
        addresses = ", ".join(map(str, peer.addresses))
        what = f"routes of their own lead to {peer.name}, {addresses}, and back, not through the firewall"
        if firewall.between_vpcs and peer.place == "aws":
            what = f"routes lead to {peer.name}, {addresses}, and back, both through the firewall or neither"
        key = f"aws/network-firewall/private-route/{name}"
        yield Assumption(key, what, tuple(whom), _PRIVATE)
    pairs = [party.name for pair in between_vpcs(policy, target) for party in pair]
    crossing = tuple(party.name for party in policy.in_place("aws") if party.name in pairs)
    if firewall.between_vpcs and crossing:
        what = (
            "they need nothing else of one another's VPCs through the firewall, which drops it: no domain "
            "controller, DNS or file server, unless a rule of others passes it"
        )
        yield Assumption(
            f"aws/network-firewall/east-west/{target.firewall_vpc}", what, crossing, _EAST_WEST
        )


def _of_policy(
    target: AwsTarget, firewall: NetworkFirewall, whom: tuple[str, ...]
) -> Iterator[Assumption]:
    if firewall.mode != "rules-only":
        return
    named = firewall.existing_policy.arn is not None
    looked_up = (Way("lookup", "the policy that `existingPolicy.arn` names"),) if named else _NAMED
    what = "is made by Firewall Manager" if firewall.firewall_manager else "is yours"
    actions = " and ".join(firewall.default_actions)
    if target.own_ranges and not firewall.firewall_manager:
        actions += f"; its HOME_NET has {', '.join(map(str, target.own_ranges))}"
    yield Assumption(
        f"aws/network-firewall/policy/{target.vpc_id}",
        f"the firewall policy {what}, has these rule groups, and is in STRICT_ORDER with the "
        f"default actions {actions}",
        whom,
        (*looked_up, *_POLICY),
    )
    unlisted = [each for each in firewall.default_actions if each not in _MANAGER_ACTIONS]
    if firewall.firewall_manager and unlisted:
        yield Assumption(
            f"aws/network-firewall/firewall-manager/{target.vpc_id}",
            f"Firewall Manager takes the default actions {' and '.join(unlisted)}, which its reference "
            "does not list",
            whom,
            _MANAGER,
        )
    known = bool(firewall.rule_groups or firewall.existing_policy.rules)
    yield Assumption(
        f"aws/network-firewall/other-rules/{target.vpc_id}",
        "the firewall policy has no other rules than these and those in the settings"
        if known
        else "the firewall policy's other rule groups admit nothing to these sources, and drop "
        "nothing that these rules admit",
        whom,
        (*looked_up, *_OTHERS),
    )


def _of_rule_groups(
    firewall: NetworkFirewall, others: Sequence[Placed], whom: tuple[str, ...]
) -> Iterator[Assumption]:
    """What rule groups of others decide whose rules nobody gave, or of which some are not read."""
    for group in firewall.rule_groups:
        if group.rules is not None or group.alert_only:
            continue
        what = (
            f"the rule group {group.name}, whose rules are not given, admits nothing that the policy "
            "denies, and drops nothing that it allows"
        )
        if group.managed:
            # "Working with AWS managed rule groups", developer guide, read 2026-11: they drop or alert.
            what = f"the rule group {group.name}, which AWS keeps, drops nothing that the policy allows"
        key = f"aws/network-firewall/rule-group/{group.name}"
        yield Assumption(key, what, whom, _MANAGED if group.managed else _GIVEN)
    for line in (each.line for each in others if each.line.unread):
        verb = "admits nothing that the policy denies"
        if not line.passes:
            verb = "drops nothing that the policy allows"
        key = f"aws/network-firewall/{line.id.removeprefix('the ').replace(' ', '-')}"
        yield Assumption(
            key, f"{line.id}, of which {line.unread} is not read here, {verb}", whom, _READ
        )


def _of_routes(
    policy: EgressPolicy, target: AwsTarget, firewall: NetworkFirewall, whom: tuple[str, ...]
) -> Iterator[Assumption]:
    everything = "0.0.0.0/0 and ::/0" if policy.ipv6 else "0.0.0.0/0"
    if (attached := firewall.transit_gateway) is not None:
        what = (
            f"their VPCs send {everything} to {attached.id}, whose route tables lead it to the firewall's "
            "attachment, what the firewall passes to the Internet, and the answers the same way back"
        )
        yield Assumption(f"{TRANSIT}/{attached.id}", what, whom, _AT_GATEWAY)
        return
    routed = _routed_vpcs(target, firewall)
    left = list(whom)
    for vpc in routed:
        there = tuple(name for name in left if vpc_of(policy.party(name), target) == vpc)
        left = [name for name in left if name not in there]
        if there:
            what = "the servers' subnets have the route tables of their zones, whose routes are made here"
            yield Assumption(f"{ASSOCIATION}/{vpc}", what, there, _ASSOCIATED)
    if left and target.firewall_vpc in routed:
        what = (
            f"their VPCs send {everything} to a transit gateway, which leads it to its attachment here: "
            "in appliance mode, and in subnets that have the route tables of their zones"
        )
        yield Assumption(f"{TRANSIT}/{target.firewall_vpc}", what, tuple(left), _CONNECTED)
        return
    if not left:
        return
    where = "the firewall" if firewall.mode == "full" else "a firewall with these rules"
    what = f"the servers' subnets send 0.0.0.0/0 to an endpoint of {where}"
    if policy.ipv6:
        what = (
            f"the servers' subnets send 0.0.0.0/0 and ::/0 to an endpoint of {where}, whose subnet "
            "mapping has the IP address type DUALSTACK"
        )
    yield Assumption(f"{DEFAULT_ROUTE}/{target.vpc_id}", what, tuple(left), _ROUTED)


def _routed_vpcs(target: AwsTarget, firewall: NetworkFirewall) -> tuple[str, ...]:
    """The VPCs with an endpoint to which routes of this stack lead; the firewall's own is the first."""
    own = [each for each in firewall.endpoints if each.protected_route_tables]
    more = sorted(each.vpc_id for each in firewall.associations if each.protected_route_tables)
    return tuple(dict.fromkeys([*([target.firewall_vpc] if own else []), *more]))


def _senders(policy: EgressPolicy) -> list[Party]:
    return [party for party in policy.in_place("aws") if party.internet]
