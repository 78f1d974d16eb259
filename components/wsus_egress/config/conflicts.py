"""What environments of one project do to one another: each may be sound, and both together not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.environment import COMPONENT_NAME, AzureTarget, Environment
from wsus_egress.problems import Keys, Problem

# What tells two things of one name apart: settings of the clouds' providers in the stack's file.
_AWS: Final = ("aws:allowedAccountIds", "aws:region")
_AZURE: Final = ("azure-native:subscriptionId",)
PROVIDER_SETTINGS: Final = (*_AWS, *_AZURE)
_Claimed: TypeAlias = dict[tuple[str, ...], list[tuple[Environment, Mapping[str, str]]]]


@dataclass(frozen=True, slots=True)
class _Claim:
    """Something of which there is one, and which the environment wants for itself.

    Attributes:
        thing: What it is: two that are the same are one thing.
        place: The text by which a neighbour's file that may want it too is found.
        keys: The setting that wants it.
        told: What the other environment does, without its name.
        instead: What to write instead.
        told_apart: The provider's settings that make two things of what seems one.
        subscription: Where the thing itself says in which subscription it is.
    """

    thing: tuple[str, ...]
    place: str
    keys: Keys
    told: str
    instead: str
    told_apart: tuple[str, ...] = ()
    subscription: str | None = None

    def where(self, environment: Environment) -> Mapping[str, str]:
        """What tells apart, of all that the environment's stack says of where it deploys to."""
        said = {key: value for key, value in environment.account if key in self.told_apart}
        said |= {_AZURE[0]: self.subscription} if self.subscription else {}
        return {key: value.casefold() for key, value in said.items()}


def conflicts(
    environments: Iterable[Environment], beside: Iterable[Environment] = ()
) -> Iterator[Problem]:
    """Every setting of an environment that an earlier one's stands in the way of.

    Args:
        environments: Whose problems are asked for.
        beside: What else there is; it counts as earlier, and nothing is said of it.
    """
    resolving: dict[str, tuple[str, int]] = {}
    claimed: _Claimed = {}
    asked = list(environments)
    for environment in (*beside, *asked):
        found = [*_dns(environment, resolving), *_claimed(environment, claimed)]
        yield from found if environment in asked else ()


def places(environment: Environment) -> frozenset[str]:
    """The ids and names of what an environment could be in conflict over."""
    aws = environment.aws
    resolving = {aws.vpc_id} if aws and aws.dns_firewall else set()
    return frozenset(resolving | {claim.place for claim in _claims(environment)})


def _claimed(environment: Environment, claimed: _Claimed) -> Iterator[Problem]:
    for claim in _claims(environment):
        before = claimed.setdefault(claim.thing, [])
        where = claim.where(environment)
        met = (each for each, there in before if _may_meet(where, there))
        other = next((each for each in met if each.name != environment.name), None)
        if other is not None:
            yield Problem(
                environment.locate(claim.keys),
                claim.keys,
                f"{other.name} {claim.told}",
                claim.instead,
            )
        before.append((environment, where))


def _may_meet(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two stacks may deploy to one account: nothing that both say differs."""
    return all(one[key] == other[key] for key in one.keys() & other.keys())


def _claims(environment: Environment) -> Iterator[_Claim]:
    if environment.aws is not None:
        yield from _aws(environment.aws)
    if environment.azure is not None:
        yield from _azure(environment.azure)


def _aws(target: AwsTarget) -> Iterator[_Claim]:
    firewall = target.network_firewall
    if firewall is None:
        return
    keys: Keys = ("aws", "networkFirewall")
    if firewall.mode == "full":
        attached = firewall.transit_gateway
        vpc = attached.id if attached else target.firewall_vpc
        told = f"makes a firewall in {vpc} too: no proof tells which of them a flow meets"
        instead = "make one of them, for the servers of both, or write mode: policy"
        yield _Claim(("firewall", vpc), vpc, keys, told, instead)
    for place, endpoint in firewall.every_endpoint:
        # Also of tables that keep their own: the halves of one would win over the 0.0.0.0/0 of another.
        for table, destination in endpoint.routes(beside=False):
            told = f"routes {destination} in {table} too, and a table has one route for it"
            instead = "leave the route to one of them"
            where = (*keys, *place)
            yield _Claim(("route", table, destination), table, where, told, instead)
    logging = firewall.logging
    if logging and logging.log_group:
        told = f"makes log groups that begin with {logging.log_group} too, and a name is there once"
        instead = f"write another one{_or_elsewhere(_AWS)}"
        for kind in logging.types:
            thing = ("log group", logging.log_group, kind)
            where = (*keys, "logging", "logGroup")
            yield _Claim(thing, logging.log_group, where, told, instead, _AWS)


def _azure(target: AzureTarget) -> Iterator[_Claim]:
    # Azure takes names whatever their case ("Naming rules and restrictions for Azure resources").
    group = target.resource_group.casefold()
    made = {
        "nsg": target.network_security_group.create,
        "route-table": bool(target.route_table),
        "dns-policy": bool(target.dns_security_policy),
    }
    for name in (name for name, wanted in made.items() if wanted):
        told = (
            f"makes {COMPONENT_NAME}-{name} in the resource group {target.resource_group} too, and a "
            "name is there once"
        )
        yield _Claim(
            (name, group), target.resource_group, ("azure", "resourceGroup"), told,
            f"give each environment its own{_or_elsewhere(_AZURE)}", _AZURE,
        )  # fmt: skip
    if dns := target.dns_security_policy:
        # "DNS security policy" (azure-docs, 2025-01-06): a network is linked to one.
        network, setting = dns.virtual_network, ("azure", "dnsSecurityPolicy", "virtualNetwork")
        told = f"links a DNS security policy to {network} too, and a network has one"
        instead = "keep one of them, with the names of both"
        yield _Claim(("dns", network.casefold()), network, setting, told, instead)
    policy = target.firewall_policy
    if policy is None:
        return
    told = f"makes a rule collection group of this name or priority in {policy.name} too"
    instead = (
        "give each its own ruleCollectionGroupName and ruleCollectionGroupPriority"
        f"{_or_elsewhere(_AZURE)}"
    )
    keys: Keys = ("azure", "firewallPolicy", "id" if policy.id else "name")
    # With several groups each has its number in its name.
    name = f"{target.rule_collection_group_name or COMPONENT_NAME} {policy.groups > 1}".casefold()
    for thing in (name, str(target.rule_collection_group_priority)):
        claimed = ("rules", target.policy_group.casefold(), policy.name.casefold(), thing)
        place, where = policy.name, policy.subscription
        yield _Claim(claimed, place, keys, told, instead, _AZURE, where)


def _or_elsewhere(settings: tuple[str, ...]) -> str:
    return f", or say {' and '.join(settings)} in both where they differ"


def _dns(environment: Environment, resolving: dict[str, tuple[str, int]]) -> Iterator[Problem]:
    target = environment.aws
    dns = target.dns_firewall if target else None
    if target is None or dns is None:
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
            ("aws", "dnsFirewall"),
            f"{other} has a DNS Firewall in {target.vpc_id} too: {why}",
            "keep one of them, with the names of both",
        )
    resolving.setdefault(target.vpc_id, (environment.name, dns.priority))
