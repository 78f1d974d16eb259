"""What an AWS target asks for that its controls cannot express, or that would not be what it says."""

from __future__ import annotations

from collections.abc import Iterator

from wsus_egress.controls.aws.others import unreadable
from wsus_egress.controls.aws.texts import text_problems
from wsus_egress.controls.base import collapsed
from wsus_egress.model.addresses import is_within
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.problems import Keys, Problem


def aws_refusals(policy: EgressPolicy, target: AwsTarget, prefix: str) -> Iterator[Problem]:
    """Everything that is wrong with one target, in the order of its settings.

    Args:
        policy: What is to be enforced.
        target: Where.
        prefix: What the names of its resources start with.
    """
    yield from text_problems(target, prefix)
    if target.network_firewall is not None:
        yield from unreadable(target.network_firewall)
        yield from _no_ipv6_outside(policy, target, target.network_firewall)
        if policy.ipv6 and target.network_firewall.transit_gateway is not None:
            # SubnetMapping has IPAddressType, AvailabilityZoneMapping has not (botocore 1.44.5).
            what = "no API says of which IP version a transit gateway's endpoints are, and IPv6 is asked for"
            instead = "give the firewall a VPC of its own (endpoints), or remove `ipv6`"
            yield Problem(None, ("aws", "networkFirewall", "transitGateway"), what, instead)
    if target.network_firewall is not None and target.network_firewall.mode == "full":
        yield from _not_asked_for(policy, target.network_firewall)
        yield from _unrouted(policy, target.network_firewall)
    if target.dns_firewall is not None:
        yield from _unresolved(policy, target)
    if target.dns_firewall is not None and policy.mode is Mode.OPEN:
        what = "the mode is open, and DNS Firewall can only allow names: it would close the rest"
        yield Problem(None, ("aws", "dnsFirewall"), what, "remove it, or write `mode: restricted`")


def _unresolved(policy: EgressPolicy, target: AwsTarget) -> Iterator[Problem]:
    """Servers of a VPC that DNS Firewall is not asked for: the association is that of one VPC."""
    for party in policy.in_place("aws"):
        if party.aws_vpc_id not in (None, target.vpc_id):
            what = (
                f"DNS Firewall is made for {target.vpc_id}, and {party.name} is in "
                f"{party.aws_vpc_id}, whose resolver it does not filter"
            )
            instead = "remove dnsFirewall, or give that VPC an environment of its own"
            yield Problem(None, ("aws", "dnsFirewall"), what, instead)


def _not_asked_for(policy: EgressPolicy, firewall: NetworkFirewall) -> Iterator[Problem]:
    """IPv6 ranges that would be routed to endpoints of IPv4."""
    if policy.ipv6:
        return
    for place, endpoint in firewall.every_endpoint:
        for number, route in enumerate(endpoint.return_routes):
            keys: Keys = (
                "aws", "networkFirewall", *place, "returnRoutes", number, "destinations",
            )  # fmt: skip
            for each in route.destinations:
                if each.version == 6:
                    what = f"{each} is an IPv6 range, and the endpoints are IPv4 ones: IPv6 is not asked for"
                    yield Problem(None, keys, what, "write `ipv6: true`, or leave IPv6 ranges out")


def _unrouted(policy: EgressPolicy, firewall: NetworkFirewall) -> Iterator[Problem]:
    """Sources that no zone leads through its endpoint, where the routes are made here."""
    returned = [
        n for _, e in firewall.every_endpoint for r in e.return_routes for n in r.destinations
    ]
    if not returned:
        return
    versions = (4, 6) if policy.ipv6 else (4,)
    routed = tuple(block for version in versions for block in collapsed(returned, version))
    for party in policy.in_place("aws"):
        for network in party.addresses if party.internet else ():
            if network.version in versions and not is_within(network, routed):
                what = (
                    f"{network} of {party.name} is in no destination of returnRoutes: no endpoint is "
                    "known to have its connections both ways"
                )
                instead = "add the range of its subnet to returnRoutes of its zone"
                yield Problem(None, ("aws", "networkFirewall", "endpoints"), what, instead)


def _no_ipv6_outside(
    policy: EgressPolicy, target: AwsTarget, firewall: NetworkFirewall
) -> Iterator[Problem]:
    """IPv6 servers, and a HOME_NET without IPv6: then EXTERNAL_NET, its negation, has none either.

    Measured with Suricata 7.0.10, 2026-11: a rule to EXTERNAL_NET then fits no IPv6 packet.
    """
    senders = [party for party in policy.in_place("aws") if party.internet]
    asked = any(network.version == 6 for party in senders for network in party.addresses)
    home = any(network.version == 6 for network in target.home_networks)
    if firewall.mode != "rules-only" and asked and not home:
        what = (
            "HOME_NET has no IPv6 range, so EXTERNAL_NET, which is the rest of the same IP versions, "
            "has none: no rule would apply to IPv6"
        )
        yield Problem(
            None, ("aws", "networkFirewall", "homeNetworks"), what, "add fc00::/7 or your own"
        )
