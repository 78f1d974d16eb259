"""No WSUS server in AWS has the VPC's default security group, which lets everything out."""

from __future__ import annotations

from typing import Final

from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.aws.machines import machines
from wsus_egress.readers.aws.places import DEFAULT_GROUP
from wsus_egress.readers.reading import items, mapping, networks, put
from wsus_egress.readers.resources import UNKNOWN, Resource

_FIX: Final = "give it the security group that this package makes for the server"


def judge(resources: tuple[Resource, ...], context: Context) -> Outcome:
    """Look at the groups of every instance and interface that is a server of the policy."""
    servers = [each for each in machines(resources, context.environment) if each.parties]
    if not servers:
        return NotApplicable("the stack has no instance or network interface of a server")
    found: list[Finding] = []
    for each in servers:
        urn, name = each.resource.urn, each.resource.name
        if each.groups is None and not _has_interfaces(each.resource):
            # "Default security groups for your VPCs", 2023-06: it allows all outbound traffic.
            what = "the program gives it no security group, so AWS gives it the VPC's default one"
            found.append(Finding(urn, name, what, _FIX))
        groups = each.groups.resources if each.groups else ()
        for group in (group for group in groups if group.type == DEFAULT_GROUP):
            if any(map(_is_everything, items(put(group, "egress")))):
                what = f"it has the default security group {group.name}, which lets everything out"
                found.append(Finding(urn, name, what, _FIX))
    return tuple(found)


def _has_interfaces(machine: Resource) -> bool:
    """Whether its interfaces are given: they have the groups."""
    return bool(put(machine, "networkInterfaces") or put(machine, "primaryNetworkInterface"))


def _is_everything(rule: object) -> bool:
    body = mapping(rule)
    texts = [*items(body.get("cidrBlocks")), *items(body.get("ipv6CidrBlocks"))]
    found = [network for text in texts for network in networks(text) or ()]
    every = UNKNOWN in texts or any(network.prefixlen == 0 for network in found)
    return rule is UNKNOWN or (str(body.get("protocol")) in ("-1", "all") and every)


GUARDRAIL = Guardrail(
    id="wsus-aws-default-egress",
    title="A WSUS server has a default security group",
    why="The default security group lets everything out, whatever the endpoint policy says.",
    severity="high",
    judge=judge,
)
