"""Whether Azure has the networks that arguments name, where the component's provider looks."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pulumi
import pulumi_azure_native as azure

from wsus_egress.component.arguments import Compiled
from wsus_egress.component.claims import once
from wsus_egress.component.sdk import member
from wsus_egress.model.azure import AzureTarget
from wsus_egress.problems import Keys, Problem

_ID: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/([^/]+)/providers/Microsoft\.Network/virtualNetworks/([^/]+)",
    re.IGNORECASE,
)
_INSTEAD: Final = (
    "name a network of this provider's subscription (azure-native:subscriptionId), or give the "
    "component the provider of the network's own (option `providers`)"
)


def foreign_networks(
    component: pulumi.ComponentResource, compiled: Compiled[AzureTarget]
) -> Iterator[Problem]:
    """Networks that the provider does not have, or that are in another region.

    A route table is for subnets of networks of its own region and subscription ("Configure Azure
    route tables using Ansible", read 2026-11-24). What is an output is not looked up.

    Args:
        component: Whose provider looks.
        compiled: The component's arguments, checked and compiled.
    """
    location = compiled.target.location
    for keys, group, name, identity in _named(compiled.target):
        if group in compiled.outputs or name in compiled.outputs or identity in compiled.outputs:
            continue
        found = once(
            component,
            "azure-native",
            ("virtual network", group.casefold(), name.casefold()),
            partial(_look_up, component, group, name),
        )
        if isinstance(found, str):
            what = f"this component's provider cannot look the network {name} up: {found}"
            yield Problem(None, keys, what, _INSTEAD)
        elif identity and found.id and found.id.casefold() != identity.casefold():
            what = f"the network {name} of this component's provider is {found.id}, another one"
            yield Problem(None, keys, what, _INSTEAD)
        elif location not in compiled.outputs and elsewhere(found.location, location):
            what = f"{location} is not where the network {name} is: {found.location}"
            yield Problem(None, ("location",), what, f"write {region(found.location)}")


def _named(target: AzureTarget) -> Iterator[tuple[Keys, str, str, str]]:
    """Where a network is named, its resource group and name, and its id where that was given."""
    identity = target.firewall.virtual_network if target.firewall else ""
    if match := _ID.fullmatch(identity):
        yield ("firewall", "virtual_network"), match[1], match[2], identity
    dns = target.dns_security_policy
    if dns and (match := _ID.fullmatch(dns.virtual_network)):
        keys: Keys = ("dns_security_policy", "virtual_network")
        yield keys, match[1], match[2], dns.virtual_network
    for index, subnet in enumerate(target.subnets):
        keys = ("subnets", index, "virtual_network")
        identity = (subnet.import_id or "").rsplit("/", 2)[0]
        yield keys, target.resource_group, subnet.virtual_network, identity


def _look_up(component: pulumi.ComponentResource, group: str, name: str) -> Any:
    """What Azure says of a network, or why it says nothing."""
    options = pulumi.InvokeOptions(parent=component)
    try:
        return member(azure, "network", "get_virtual_network")(
            resource_group_name=group, virtual_network_name=name, opts=options
        )
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
        return str(error)


def elsewhere(found: str | None, given: str) -> bool:
    """Whether what was found is in another region than what was given."""
    return bool(found) and region(str(found)) != region(given)


def region(name: str) -> str:
    """`West Europe` as `westeurope`: Azure takes both."""
    return name.replace(" ", "").casefold()
