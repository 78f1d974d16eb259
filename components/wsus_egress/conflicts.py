"""What environments of one project do to one another: each may be sound, and both together not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsus_egress.environment import AwsTarget, Environment
from wsus_egress.problems import Problem


def conflicts(
    environments: Iterable[Environment], beside: Iterable[Environment] = ()
) -> Iterator[Problem]:
    """Every setting of an environment that an earlier one's stands in the way of.

    Args:
        environments: Whose problems are asked for.
        beside: What else there is; it counts as earlier, and nothing is said of it.
    """
    resolving: dict[str, tuple[str, int]] = {}
    routed: dict[tuple[str, str], str] = {}
    asked = list(environments)
    for environment in (*beside, *asked):
        if environment.aws is not None:
            found = (
                *_dns(environment, environment.aws, resolving),
                *_routes(environment, environment.aws, routed),
            )
            yield from found if environment in asked else ()


def places(environment: Environment) -> frozenset[str]:
    """The ids of what an environment could be in conflict over: of a VPC, and of route tables."""
    target = environment.aws
    if target is None:
        return frozenset()
    vpc = {target.vpc_id} if target.dns_firewall else set()
    return frozenset(vpc | {table for table, _ in _routed(target)})


def _dns(
    environment: Environment, target: AwsTarget, resolving: dict[str, tuple[str, int]]
) -> Iterator[Problem]:
    dns = target.dns_firewall
    if dns is None:
        return
    if target.vpc_id in resolving:
        other, priority = resolving[target.vpc_id]
        why = (
            f"both have the priority {priority}, and a VPC takes each once"
            if priority == dns.priority
            else "the one that is asked first blocks what only the other one lists"
        )
        yield Problem(
            environment.locate(("aws", "dnsFirewall")),
            "aws.dnsFirewall",
            f"{other} has a DNS Firewall in {target.vpc_id} too: {why}",
            "keep one of them, with the names of both",
        )
    resolving.setdefault(target.vpc_id, (environment.name, dns.priority))


def _routes(
    environment: Environment, target: AwsTarget, routed: dict[tuple[str, str], str]
) -> Iterator[Problem]:
    for route, index in _routed(target).items():
        table, destination = route
        other = routed.setdefault(route, environment.name)
        if other != environment.name:
            yield Problem(
                environment.locate(("aws", "networkFirewall", "endpoints", index)),
                f"aws.networkFirewall.endpoints[{index}]",
                f"{other} routes {destination} in {table} too, and a table has one route for it",
                "leave the route to one of them",
            )


def _routed(target: AwsTarget) -> dict[tuple[str, str], int]:
    """Table and destination of each route that is made, with the endpoint's place in the list."""
    endpoints = target.network_firewall.endpoints if target.network_firewall else ()
    found: dict[tuple[str, str], int] = {}
    for index, endpoint in enumerate(endpoints):
        for table in endpoint.protected_route_tables:
            found.setdefault((table, "0.0.0.0/0"), index)
        for back in endpoint.return_routes:
            for network in back.destinations:
                found.setdefault((back.route_table, str(network)), index)
    return found
