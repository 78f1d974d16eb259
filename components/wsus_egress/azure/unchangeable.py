"""Whether Azure has a component's resources already as they can never become: elsewhere, in other zones.

azure-native sends such a change, and Azure refuses it in the middle of the update.
"""

from collections.abc import Container, Iterator
from typing import Any, Final

import pulumi
import pulumi_azure_native as azure

from wsus_egress.azure.lookups import elsewhere, region
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.sdk import member
from wsus_egress.controls.azure.dns_policy import POLICY_TYPE as DNS_TYPE
from wsus_egress.controls.azure.dns_policy import AzureDnsPolicy
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_documents import (
    ADDRESS_TYPE,
    FIREWALL_TYPE,
    POLICY_TYPE,
)
from wsus_egress.controls.azure.fixed import FIXED
from wsus_egress.controls.azure.nsg import NSG_TYPE, AzureNsg
from wsus_egress.controls.azure.route_table import TABLE_TYPE, AzureRouteTable
from wsus_egress.model.azure import AzureTarget
from wsus_egress.problems import Keys, Problem

# By type: the provider's module, the function that reads one, and what it calls the name.
_READ: Final = {
    FIREWALL_TYPE: ("network", "get_azure_firewall", "azure_firewall_name"),
    ADDRESS_TYPE: ("network", "get_public_ip_address", "public_ip_address_name"),
    POLICY_TYPE: ("network", "get_firewall_policy", "firewall_policy_name"),
    NSG_TYPE: ("network", "get_network_security_group", "network_security_group_name"),
    TABLE_TYPE: ("network", "get_route_table", "route_table_name"),
    DNS_TYPE: ("dnsresolver", "get_dns_resolver_policy", "dns_resolver_policy_name"),
}
ALL: Final = frozenset(_READ)


def unchangeable(
    component: pulumi.ComponentResource,
    compiled: Compiled[AzureTarget],
    prefix: str,
    types: Container[str],
) -> Iterator[Problem]:
    """Settings that what is there already cannot take on. What is an output is not looked up.

    Args:
        component: Whose provider looks.
        compiled: Its arguments, checked and compiled.
        prefix: What the names of its resources start with.
        types: Those of the resources that the component makes.
    """
    target = compiled.target
    if target.resource_group in compiled.outputs:
        return
    problems: dict[str, Problem] = {}
    for type_, name in _made(compiled, prefix):
        if type_ not in types or name in compiled.outputs:
            continue
        found = _look_up(component, type_, name, target.resource_group)
        for key, keys, has in _differences(compiled, type_, found):
            what = f"Azure never changes it of what is there: {name} has {has}"
            instead = f"write {has}, or {FIXED[type_][key][1]}"
            problems.setdefault(key, Problem(None, keys, what, instead))
    yield from problems.values()


def _made(compiled: Compiled[AzureTarget], prefix: str) -> Iterator[tuple[str, str]]:
    target, policy = compiled.target, compiled.target.firewall_policy
    if compiled.control(AzureNsg):
        yield NSG_TYPE, f"{prefix}-nsg"
    if compiled.control(AzureRouteTable):
        yield TABLE_TYPE, f"{prefix}-route-table"
    if compiled.control(AzureApplicationRules) and policy and policy.mode != "rules-only":
        yield POLICY_TYPE, policy.name
    if target.firewall:
        yield FIREWALL_TYPE, target.firewall.name
        yield ADDRESS_TYPE, f"{target.firewall.name}-address"
    if compiled.control(AzureDnsPolicy):
        yield DNS_TYPE, f"{prefix}-dns-policy"


def _differences(
    compiled: Compiled[AzureTarget], type_: str, found: Any
) -> Iterator[tuple[str, Keys, str]]:
    """Which property differs, the setting, and what is there."""
    target = compiled.target
    if found is None:
        return
    if target.location not in compiled.outputs and elsewhere(found.location, target.location):
        yield "location", ("location",), region(found.location)
    if type_ == POLICY_TYPE and target.firewall_policy:
        tier = _tier(found)
        if tier != target.firewall_policy.sku:
            yield "sku", ("firewall_policy", "sku"), tier
    if type_ == ADDRESS_TYPE and target.firewall:
        prefix = target.firewall.public_ip_prefix or ""
        theirs = (found.public_ip_prefix and found.public_ip_prefix.id) or ""
        if prefix not in compiled.outputs and theirs.casefold() != prefix.casefold():
            yield "publicIPPrefix", ("firewall", "public_ip_prefix"), theirs or "none"
    if type_ == FIREWALL_TYPE and target.firewall:
        zones = sorted(found.zones or ())
        if zones != sorted(target.firewall.zones):
            yield "zones", ("firewall", "zones"), f"[{', '.join(zones)}]"
        has = found.management_ip_configuration is not None
        # A Basic firewall has one whatever the setting says.
        if has != target.firewall.management and _tier(found) != "Basic":
            yield "managementIpConfiguration", ("firewall", "management"), str(has).lower()


def _tier(found: Any) -> str:
    return str((found.sku and found.sku.tier) or "Standard")


def _look_up(component: pulumi.ComponentResource, type_: str, name: str, group: str) -> Any:
    """What Azure has of that name; None where there is nothing, or it may not be read."""
    module, function, argument = _READ[type_]
    named = {"resource_group_name": group, argument: name}
    try:
        found = member(azure, module, function)(
            **named, opts=pulumi.InvokeOptions(parent=component)
        )
    except Exception:  # noqa: BLE001 - Pulumi raises nothing more particular.
        return None
    # Pulumi's mocks, in a program's own tests, answer everything with nothing.
    return found if found.id else None
