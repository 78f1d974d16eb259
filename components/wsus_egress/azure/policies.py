"""The firewall policy that others keep: which provider reaches it, and whether it is there."""

import inspect
import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import pulumi
import pulumi_azure_native as azure

from wsus_egress.azure.lookups import elsewhere, region
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.claims import once
from wsus_egress.component.sdk import member
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_firewall import THREAT_MODES, FirewallPolicy
from wsus_egress.problems import Keys, Problem

_PACKAGE: Final = "azure-native"
_PARTS: Final = 9
"""Those of a policy's id: /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/..."""
# The firewalls that a policy of a tier serves ("Azure Firewall Manager policy overview", read 2026-11).
_SERVES: Final = {
    "Basic": ("Basic",),
    "Standard": ("Standard", "Premium"),
    "Premium": ("Premium",),
}
# What the program reads of the stack's configuration is text, but for these.
_READ_AS: Final = {"bool": "get_bool", "Sequence": "get_object"}


def own_subscription(component: pulumi.ComponentResource) -> str | None:
    """The subscription that the component's own provider is for."""
    options = pulumi.InvokeOptions(parent=component)
    look_up = member(azure, "authorization", "get_client_config")
    answer = once(component, _PACKAGE, ("client config",), lambda: look_up(opts=options))
    found: str | None = answer.subscription_id
    return found


def is_elsewhere(component: pulumi.ComponentResource, policy: FirewallPolicy | None) -> bool:
    """Whether a policy is in another subscription than that of the component's own provider."""
    if policy is None or policy.subscription is None:
        return False
    own = own_subscription(component)
    return own is None or own.casefold() != policy.subscription.casefold()


def without_provider(component: pulumi.ComponentResource, policy: FirewallPolicy) -> Problem:
    """What is wrong where the program gave a provider of another subscription than the policy's."""
    what = (
        f"the policy is in the subscription {policy.subscription}, and the provider that this component "
        f"was given is for {own_subscription(component)}"
    )
    instead = (
        "make AzureWsusFirewallRules on its own with a provider of that subscription (option "
        "`providers`), and the network's components beside it"
    )
    return Problem(None, ("firewall_policy", "id"), what, instead)


def provider_of(
    component: pulumi.ComponentResource, policy: FirewallPolicy
) -> pulumi.ProviderResource:
    """A provider of the policy's subscription, which signs in as the stack's default one does.

    An explicit provider reads the environment's variables and the Azure CLI's login itself, but not
    the stack's configuration ("Explicit provider configuration", read 2026-11): that is handed on.
    """
    provider = azure.Provider(
        f"{component.pulumi_resource_name}-policy",
        **{**_configured(), "subscription_id": policy.subscription},
        opts=pulumi.ResourceOptions(parent=component),
    )
    assert isinstance(provider, pulumi.ProviderResource)  # noqa: S101 - for the type
    return provider


def _configured() -> dict[str, Any]:
    """What the stack's configuration says of the default provider."""
    config = pulumi.Config(_PACKAGE)
    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(azure.ProviderArgs).parameters.items():
        key = "".join(part.title() if index else part for index, part in enumerate(name.split("_")))
        kind = str(parameter.annotation)
        read = next((how for word, how in _READ_AS.items() if word in kind), "get")
        value = getattr(config, read)(key)
        if value is not None:
            secret = pulumi.runtime.is_config_secret(config.full_key(key))
            found[name] = pulumi.Output.secret(value) if secret else value
    # The SDK would write `public`, which comes before the variable.
    if "environment" not in found and (said := os.environ.get("ARM_ENVIRONMENT")):
        found["environment"] = said
    return found


def missing_policy(
    component: pulumi.ComponentResource,
    compiled: Compiled[AzureTarget],
    provider: pulumi.ProviderResource | None,
) -> Iterator[Problem]:
    """A policy that is to exist, and that the provider does not find. An output is not looked up."""
    policy = compiled.target.firewall_policy
    group = compiled.target.policy_group
    if policy is None or policy.mode != "rules-only":
        return
    if policy.name in compiled.outputs or group in compiled.outputs:
        return
    found = found_policy(component, provider, group, policy.name)
    keys: Keys = ("firewall_policy", "id" if policy.id else "name")
    if isinstance(found, str):
        what = (
            f"the firewall policy {policy.name} in the resource group {group} cannot be looked up: "
        )
        instead = (
            "correct the id, or let whoever deploys read the policy"
            if policy.id
            else "write id with the policy's whole id, or mode policy, which makes it"
        )
        yield Problem(None, keys, what + found, instead)


def unfit_base(
    component: pulumi.ComponentResource,
    compiled: Compiled[AzureTarget],
    provider: pulumi.ProviderResource | None,
) -> Iterator[Problem]:
    """A base policy under which Azure takes no such policy. One that is not found stays assumed."""
    target, policy = compiled.target, compiled.target.firewall_policy
    if policy is None or policy.mode == "rules-only" or not policy.base_policy:
        return
    parts = policy.base_policy.split("/")
    if policy.base_policy in compiled.outputs or len(parts) != _PARTS:
        return
    found = found_policy(component, provider, parts[4], parts[8])
    if isinstance(found, str) or str(found.id).casefold() != policy.base_policy.casefold():
        return
    # "Azure Firewall Manager policy overview", read 2026-11: a child is in its parent's region, and
    # threat intelligence can only be made stricter than the parent's.
    theirs = found.threat_intel_mode or "Alert"
    mode = policy.threat_intel_mode
    if mode and THREAT_MODES.index(theirs) > THREAT_MODES.index(mode):
        what = f"the base policy {parts[8]} is in mode {theirs}, and below it no mode can be looser"
        yield Problem(None, ("firewall_policy", "threat_intel_mode"), what, f"write {theirs}")
    if target.location not in compiled.outputs and elsewhere(found.location, target.location):
        what = f"the base policy {parts[8]} is in {found.location}, and this one would be in another region"
        instead = f"write {region(found.location)}, or the base policy of this region"
        yield Problem(None, ("location",), what, instead)


def unfit_tier(
    component: pulumi.ComponentResource, compiled: Compiled[AzureTarget]
) -> Iterator[Problem]:
    """A firewall by itself on a policy whose tier serves no such firewall. An output is not looked up."""
    identity, sku = (compiled.arguments.get(key) for key in ("firewall_policy_id", "sku"))
    parts = identity.split("/") if isinstance(identity, str) else []
    if len(parts) != _PARTS:
        return
    found = found_policy(component, None, parts[4], parts[8])
    if isinstance(found, str) or str(found.id).casefold() != str(identity).casefold():
        return  # It may be in another subscription, or be made by another stack.
    tier = str((found.sku and found.sku.tier) or "Standard")
    if sku not in _SERVES[tier]:
        what = f"the policy {parts[8]} is a {tier} one, which serves {' and '.join(_SERVES[tier])} firewalls"
        yield Problem(None, ("sku",), what, f"write {tier}, or the id of a {sku} policy")


def found_policy(
    component: pulumi.ComponentResource,
    provider: pulumi.ProviderResource | None,
    group: str,
    name: str,
) -> Any:
    """A firewall policy as Azure has it, or why it says nothing; asked for once in a run."""
    key = ("firewall policy", provider, group.casefold(), name.casefold())
    return once(component, _PACKAGE, key, partial(_look_up, component, provider, group, name))


def _look_up(
    component: pulumi.ComponentResource,
    provider: pulumi.ProviderResource | None,
    group: str,
    name: str,
) -> Any:
    """What Azure says of a firewall policy, or why it says nothing."""
    names: Mapping[str, str] = {"resource_group_name": group, "firewall_policy_name": name}
    options = pulumi.InvokeOptions(parent=component, provider=provider)
    try:
        return member(azure, "network", "get_firewall_policy")(**names, opts=options)
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
        return str(error)
