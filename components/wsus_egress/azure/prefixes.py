"""Whether the public IP prefix that a firewall's addresses come from is there, and has room for them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pulumi
import pulumi_azure_native as azure

from wsus_egress.azure.lookups import elsewhere, region
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.claims import once
from wsus_egress.component.sdk import member
from wsus_egress.controls.azure.firewall_documents import address_words
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_firewall import Firewall
from wsus_egress.problems import Keys, Problem

_KEYS: Keys = ("firewall", "public_ip_prefix")
_BITS = 32


def unfit_prefix(
    component: pulumi.ComponentResource, compiled: Compiled[AzureTarget]
) -> Iterator[Problem]:
    """A prefix that the provider does not have, of another region, or with too few free addresses.

    "Public IP address prefix" (read 2026-11-30): a prefix is made in a region and a subscription, and its
    length says how many addresses it has. What is an output is not looked up.

    Args:
        component: Whose provider looks.
        compiled: The component's arguments, checked and compiled.
    """
    firewall, location = compiled.target.firewall, compiled.target.location
    identity = firewall.public_ip_prefix if firewall else None
    if firewall is None or identity is None or identity in compiled.outputs:
        return
    parts = identity.split("/")
    group, name = parts[4], parts[8]
    key = ("public IP prefix", group.casefold(), name.casefold())
    found = once(component, "azure-native", key, partial(_look_up, component, group, name))
    instead = "name a prefix of this provider's subscription (azure-native:subscriptionId)"
    if isinstance(found, str):
        what = f"this component's provider cannot look the prefix {name} up: {found}"
        yield Problem(None, _KEYS, what, instead)
    elif not found.id:
        return  # Pulumi's mocks, in a program's own tests, answer everything with nothing.
    elif found.id.casefold() != identity.casefold():
        what = f"the prefix {name} of this component's provider is {found.id}, another one"
        yield Problem(None, _KEYS, what, instead)
    else:
        if location not in compiled.outputs and elsewhere(found.location, location):
            what = f"the prefix {name} is in {region(found.location)}, and so are its addresses"
            yield Problem(None, _KEYS, what, f"name a prefix of {location}")
        yield from _too_small(firewall, name, found)


def _too_small(firewall: Firewall, name: str, found: Any) -> Iterator[Problem]:
    if found.public_ip_address_version == "IPv6":
        what = f"the prefix {name} has IPv6 addresses, and the firewall's are IPv4"
        yield Problem(None, _KEYS, what, "name a prefix of IPv4 addresses")
        return
    own = {f"{firewall.name}-{word}".casefold() for word in address_words(firewall)}
    used = [str(each.id).rpartition("/")[2] for each in found.public_ip_addresses or ()]
    taken = [each for each in used if each.casefold() not in own]
    free = 2 ** (_BITS - found.prefix_length) - len(taken)
    if free < firewall.public_addresses:
        what = (
            f"the prefix {name} (/{found.prefix_length}) has {free} addresses that nobody else has, and the "
            f"firewall needs {firewall.public_addresses}"
        )
        instead = "name a larger prefix"
        if free > 0:
            instead = f"write firewall.publicAddresses: {free}, or {instead}"
        yield Problem(None, _KEYS, what, instead)


def _look_up(component: pulumi.ComponentResource, group: str, name: str) -> Any:
    """What Azure says of a prefix, or why it says nothing."""
    options = pulumi.InvokeOptions(parent=component)
    try:
        return member(azure, "network", "get_public_ip_prefix")(
            resource_group_name=group, public_ip_prefix_name=name, opts=options
        )
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
        return str(error)
