"""What decides about egress and no other guardrail looks at is named, so that silence is never a pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.aws.network_firewall import judged_policies, not_judged
from wsus_egress.readers.aws.places import server_subnets
from wsus_egress.readers.azure.firewalls import bases_elsewhere
from wsus_egress.readers.reading import items, named
from wsus_egress.readers.resources import Resource

_FIX: Final = "read its rules yourself, or give `wsus-egress audit` a file of them"
_SCALING: Final = "aws:autoscaling/group:Group"
_GENERIC: Final = "azure-native:resources:Resource"
_CONTROL: Final = "aws:cloudcontrol/resource:Resource"
# What other resources of the same kind decide about, whatever their case or provider.
_DECIDES: Final = re.compile(
    r"networksecuritygroups|firewallpolic|azurefirewalls|routetables|ruletables|virtualnetworks|"
    r"networkinterfaces|virtualhubs|ipgroups|networkmanagers|securitygroup|networkfirewall|::route|"
    r"prefixlist|virtualmachine",
    re.IGNORECASE,
)
# Whole templates, and rules that are evaluated before a network security group or write routes.
_NAMED: Final = re.compile(
    r"azure-native:resources:Deployment|azure-native:resources:TemplateSpec|"
    r"azure-native:network:(?:DefaultAdminRule|RoutingRule|SecurityUserRule|HubRouteTable|RouteMap)$|"
    r"aws:cloudformation/stack(?:Set)?:|aws:ec2/(?:fleet|spotFleetRequest):|"
    r"azure:network/|azure:compute/|aws-native:(?:ec2|networkfirewall|route53resolver):"
)


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Name each resource with the reason why nobody looked at it."""
    found = tuple(
        Finding(each.urn, each.name, f"not judged: {what}", _FIX)
        for each, what in _named(resources, context)
    )
    return found or NotApplicable("every resource that the guardrails know of is judged by one")


def _named(resources: tuple[Resource, ...], context: Context) -> Iterator[tuple[Resource, str]]:
    unread = {*not_judged(resources, judged_policies(resources, context.environment))}
    subnets = [subnet for subnet, _ in server_subnets(resources, context.environment)]
    for each in resources:
        if each.name in unread and each.type.endswith(":FirewallPolicy"):
            yield (
                each,
                "no rule of this policy names a server, and no firewall of it is where one passes",
            )
        elif each.type == _GENERIC and _DECIDES.search(_generic(each)):
            yield each, f"a generic resource of the type {_generic(each)}"
        elif each.type == _CONTROL and _DECIDES.search(str(each.properties.get("typeName"))):
            yield each, f"a generic resource of the type {each.properties.get('typeName')}"
        elif each.type == _SCALING and _in_one_of(each, subnets, resources):
            yield (
                each,
                "an auto scaling group in a server's subnet, whose machines' addresses AWS picks",
            )
        elif _NAMED.match(each.type):
            yield each, f"no guardrail reads resources of the type {each.type}"
    for policy, base in bases_elsewhere(resources):
        yield policy, f"the base policy {base}, whose rules come first and are not in this stack"


def _generic(each: Resource) -> str:
    return (
        f"{each.properties.get('resourceProviderNamespace')}/{each.properties.get('resourceType')}"
    )


def _in_one_of(group: Resource, subnets: list[Resource], resources: tuple[Resource, ...]) -> bool:
    if not subnets:
        return False
    texts: list[Any] = items(group.properties.get("vpcZoneIdentifiers"))
    of = named(group, "vpcZoneIdentifiers", texts, subnets[0].type, resources)
    return any(each in subnets for each in of.resources)


GUARDRAIL = Guardrail(
    id="wsus-not-judged",
    title="Something that decides about egress is not judged",
    why="A rule that nobody looked at may open a WSUS server to everything; it is named, and stops nothing.",
    severity="low",
    judge=judge,
    advisory=True,
)
