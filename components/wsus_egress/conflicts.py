"""What environments of one project do to one another: each may be sound, and both together not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsus_egress.environment import AwsTarget, Environment
from wsus_egress.problems import Problem


def conflicts(environments: Iterable[Environment]) -> Iterator[Problem]:
    """Every setting of an environment that an earlier one's stands in the way of."""
    resolving: dict[str, tuple[str, int]] = {}
    routed: dict[tuple[str, str], str] = {}
    for environment in environments:
        if environment.aws is not None:
            yield from _dns(environment, environment.aws, resolving)
            yield from _routes(environment, environment.aws, routed)


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
    endpoints = target.network_firewall.endpoints if target.network_firewall else ()
    for index, endpoint in enumerate(endpoints):
        routes = [(table, "0.0.0.0/0") for table in endpoint.protected_route_tables]
        routes += [(r.route_table, str(n)) for r in endpoint.return_routes for n in r.destinations]
        for table, destination in routes:
            other = routed.setdefault((table, destination), environment.name)
            if other != environment.name:
                yield Problem(
                    environment.locate(("aws", "networkFirewall", "endpoints", index)),
                    f"aws.networkFirewall.endpoints[{index}]",
                    f"{other} routes {destination} in {table} too, and a table has one route for it",
                    "leave the route to one of them",
                )
