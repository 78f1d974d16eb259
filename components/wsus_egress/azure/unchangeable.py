"""Whether Azure has this target's resources already as they can never become: elsewhere, in other zones.

azure-native sends such a change, and Azure refuses it in the middle of the update.
"""

from collections.abc import Iterator
from typing import Any, Final

import pulumi
import pulumi_azure_native as azure

from wsus_egress.azure.lookups import elsewhere
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.sdk import member
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.fixed import FIXED
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.route_table import AzureRouteTable
from wsus_egress.model.azure import AzureTarget
from wsus_egress.problems import Keys, Problem

_KINDS: Final = {
    "get_azure_firewall": ("AzureFirewall", "azure_firewall_name"),
    "get_firewall_policy": ("FirewallPolicy", "firewall_policy_name"),
    "get_network_security_group": ("NetworkSecurityGroup", "network_security_group_name"),
    "get_route_table": ("RouteTable", "route_table_name"),
}


def unchangeable(
    component: pulumi.ComponentResource, compiled: Compiled[AzureTarget], prefix: str
) -> Iterator[Problem]:
    """Settings that what is there already cannot take on. What is an output is not looked up.

    Args:
        component: Whose provider looks.
        compiled: Its arguments, checked and compiled.
        prefix: What the names of its resources start with.
    """
    target = compiled.target
    if target.resource_group in compiled.outputs:
        return
    problems: dict[str, Problem] = {}
    for function, name in _made(compiled, prefix):
        if name in compiled.outputs:
            continue
        kind, argument = _KINDS[function]
        fixed = FIXED[f"azure-native:network:{kind}"]
        found = _look_up(component, function, {argument: name}, target.resource_group)
        for key, keys, has in _differences(target, function, found, compiled):
            what = f"Azure never changes it of what is there: {name} has {has}"
            instead = f"write {has}, or {fixed[key][1]}"
            problems.setdefault(key, Problem(None, keys, what, instead))
    yield from problems.values()


def _made(compiled: Compiled[AzureTarget], prefix: str) -> Iterator[tuple[str, str]]:
    target, policy = compiled.target, compiled.target.firewall_policy
    if compiled.control(AzureNsg):
        yield "get_network_security_group", f"{prefix}-nsg"
    if compiled.control(AzureRouteTable):
        yield "get_route_table", f"{prefix}-route-table"
    if compiled.control(AzureApplicationRules) and policy and policy.mode != "rules-only":
        yield "get_firewall_policy", policy.name
    if target.firewall:
        yield "get_azure_firewall", target.firewall.name


def _differences(
    target: AzureTarget, function: str, found: Any, compiled: Compiled[AzureTarget]
) -> Iterator[tuple[str, Keys, str]]:
    """Which property differs, the setting, and what is there."""
    if found is None:
        return
    if target.location not in compiled.outputs and elsewhere(found.location, target.location):
        yield "location", ("location",), str(found.location)
    if function == "get_firewall_policy" and target.firewall_policy:
        tier = (found.sku and found.sku.tier) or "Standard"
        if tier != target.firewall_policy.sku:
            yield "sku", ("firewall_policy", "sku"), tier
    if function == "get_azure_firewall" and target.firewall:
        zones = sorted(found.zones or ())
        if zones != sorted(target.firewall.zones):
            yield "zones", ("firewall", "zones"), f"[{', '.join(zones)}]"


def _look_up(
    component: pulumi.ComponentResource, function: str, named: dict[str, str], group: str
) -> Any:
    """What Azure has of that name; None where there is nothing, or it may not be read."""
    options = pulumi.InvokeOptions(parent=component)
    try:
        found = member(azure, "network", function)(resource_group_name=group, **named, opts=options)
    except Exception:  # noqa: BLE001 - Pulumi raises nothing more particular.
        return None
    # Pulumi's mocks, in a program's own tests, answer everything with nothing.
    return found if found.id else None
