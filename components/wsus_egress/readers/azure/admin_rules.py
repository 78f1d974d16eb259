"""Security admin rules of Azure Virtual Network Manager that open a server whatever its groups say.

An admin rule is evaluated before the network security groups; after `AlwaysAllow` no group is asked, and
after `Allow` they are ("Security admin rules", Microsoft Learn, read 2026-11). To which networks a rule
is deployed stands in no resource of the rule: it is taken to reach the servers.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

from wsus_egress.model.environment import Environment
from wsus_egress.readers.azure.nsgs import StackNsg, StackRule, read_rule
from wsus_egress.readers.azure.places import azure_target
from wsus_egress.readers.judged import Judged, Read
from wsus_egress.readers.reading import addresses, items, mapping
from wsus_egress.readers.resources import UNKNOWN, Resource

ADMIN_RULE: Final = "azure-native:network:AdminRule"
_DENIED: Final[Mapping[str, Any]] = {
    "name": "the rest", "access": "Deny", "priority": 4096, "protocol": "*",
    "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*",
}  # fmt: skip


def judged_admin_rules(
    resources: tuple[Resource, ...], environment: Environment
) -> tuple[Judged[StackRule], ...]:
    """Each rule that always allows, with a denial of all else: it is wider where the rule is."""
    space = addresses(environment.policy.in_place("azure"))
    control = functools.partial(StackNsg, azure_target(environment, space), "stack")
    found = []
    for each in (each for each in resources if space and each.type == ADMIN_RULE):
        access = each.properties.get("access")
        if access is UNKNOWN or str(access).casefold() == "alwaysallow":
            rule = read_rule(each, "0", _as_rule(each), environment, ((), True))
            reads = (rule, *(_rest(each, way, environment) for way in ("Inbound", "Outbound")))
            found.append(Judged(each, "azure", reads, control))
    return tuple(found)


def _rest(owner: Resource, way: str, environment: Environment) -> Read[StackRule]:
    return read_rule(owner, way, {**_DENIED, "direction": way}, environment, ((), True))


def _as_rule(rule: Resource) -> dict[str, Any]:
    """The rule in the words of a network security group's."""
    body = rule.properties
    protocol = body.get("protocol")
    found = {
        "name": rule.name,
        "access": UNKNOWN if body.get("access") is UNKNOWN else "Allow",
        "direction": body.get("direction"),
        "priority": body.get("priority"),
        "protocol": "*" if str(protocol).casefold() == "any" else protocol,
        "destinationPortRanges": body.get("destinationPortRanges") or ["*"],
        "sourcePortRanges": body.get("sourcePortRanges"),
    }
    for side in ("source", "destination"):
        texts = [
            each if each is UNKNOWN else mapping(each).get("addressPrefix", UNKNOWN)
            for each in items(body.get(f"{side}s"))
        ]
        found[f"{side}AddressPrefixes"] = texts or ["*"]
    return found
