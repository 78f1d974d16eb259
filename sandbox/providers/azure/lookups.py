"""Functions: what a program asks about the account, networks, and what other stacks have deployed.

A type's own answer is what was put into it, under the names that its outputs have in azure-native
3.29.0. Whatever ARM adds beyond that is left out.
"""

from __future__ import annotations

from typing import Any, Final

from providers.azure.azure_firewall import FIREWALL_TYPE, AzureFirewall
from providers.azure.dns_security_policy import POLICY_TYPE as DNS_POLICY_TYPE
from providers.azure.firewall_policy import GROUP_TYPE, POLICY_TYPE, tier
from providers.azure.public_ip_address import ADDRESS_TYPE, PREFIX_TYPE
from providers.azure.references import reference, used_by
from providers.azure.resource import resource, resource_id, subscription
from providers.azure.route_table import ROUTE_TABLE_TYPE
from providers.azure.subnet import SUBNET_TYPE, Subnet
from providers.errors import azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Invoke, Session
from providers.world import WORLD_NAME

_FIREWALL: Final = AzureFirewall()
_SUBNET: Final = Subnet()
_NSG_TYPE: Final = "azure-native:network:NetworkSecurityGroup"


def _get_client_config(_: Inputs, session: Session) -> dict[str, Any]:
    return {
        "clientId": "sandbox",
        "objectId": "sandbox",
        "subscriptionId": subscription(session),
        "tenantId": session.setting("tenantId", "sandbox"),
    }


@written(
    "what is not there is ResourceNotFound",
    "Azure/azure-powershell issue 13365, 2020-10",
    "2026-11",
)
def _get_virtual_network(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["virtualNetworkName"]
    network = session.world.virtual_network(group, name)
    if network is None:
        raise azure_error(
            "ResourceNotFound",
            f"The Resource 'Microsoft.Network/virtualNetworks/{name}' under resource group "
            f"'{group}' was not found. ({WORLD_NAME} has no such virtual network)",
        )
    return {
        "addressSpace": {"addressPrefixes": network["address_space"]},
        "id": resource_id(session, group, f"virtualNetworks/{name}"),
        "location": network.get("location") or session.world.location(group),
        "name": name,
    }


def _get_firewall_policy(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["firewallPolicyName"]
    id_, found = _held(session, POLICY_TYPE, group, "firewallPolicies", name)
    records = session.store.read()
    inside = f"{id_}/".casefold()
    groups = [key for key in records.get(GROUP_TYPE, {}) if key.casefold().startswith(inside)]
    firewalls = [
        key
        for key, row in records.get(FIREWALL_TYPE, {}).items()
        if (reference(row, "firewallPolicy") or "").casefold() == id_.casefold()
    ]
    children = [
        key
        for key, row in records.get(POLICY_TYPE, {}).items()
        if (reference(row, "basePolicy") or "").casefold() == id_.casefold()
    ]
    return {
        **found,
        "childPolicies": [{"id": key} for key in sorted(children)],
        "firewalls": [{"id": key} for key in sorted(firewalls)],
        "id": id_,
        "name": name,
        "ruleCollectionGroups": [{"id": key} for key in sorted(groups)],
        "sku": {"tier": tier(found)},
        # "Alert: the default" (Azure Firewall threat intelligence-based filtering).
        "threatIntelMode": found.get("threatIntelMode", "Alert"),
    }


@believed("a nested resource that is not there is NotFound")
def _get_rule_collection_group(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, policy = inputs["resourceGroupName"], inputs["firewallPolicyName"]
    path = f"firewallPolicies/{policy}/ruleCollectionGroups/{inputs['ruleCollectionGroupName']}"
    id_ = resource_id(session, group, path)
    found = resource(session.store.read(), GROUP_TYPE, id_)
    if found is None:
        raise _nested_not_found(id_)
    return {**found, "id": id_, "name": inputs["ruleCollectionGroupName"]}


def _get_azure_firewall(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["azureFirewallName"]
    id_, found = _held(session, FIREWALL_TYPE, group, "azureFirewalls", name)
    return {**found, **_FIREWALL.enriched(found, session, preview=False), "id": id_, "name": name}


def _get_public_ip_address(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["publicIpAddressName"]
    id_, found = _held(session, ADDRESS_TYPE, group, "publicIPAddresses", name)
    return {**found, "id": id_, "name": name}


def _get_public_ip_prefix(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["publicIpPrefixName"]
    id_, found = _held(session, PREFIX_TYPE, group, "publicIPPrefixes", name)
    users = used_by(session.store.read(), ADDRESS_TYPE, "publicIPPrefix", id_)
    return {**found, "id": id_, "name": name, "publicIPAddresses": [{"id": key} for key in users]}


def _get_dns_policy(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["dnsResolverPolicyName"]
    id_, found = _held(session, DNS_POLICY_TYPE, group, "dnsResolverPolicies", name)
    return {**found, "id": id_, "name": name}


def _get_route_table(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["routeTableName"]
    id_, found = _held(session, ROUTE_TABLE_TYPE, group, "routeTables", name)
    return {**found, "id": id_, "name": name, "subnets": _subnets_of(session, "routeTable", id_)}


def _get_network_security_group(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, name = inputs["resourceGroupName"], inputs["networkSecurityGroupName"]
    id_, found = _held(session, _NSG_TYPE, group, "networkSecurityGroups", name)
    subnets = _subnets_of(session, "networkSecurityGroup", id_)
    return {**found, "id": id_, "name": name, "subnets": subnets}


@believed("a nested resource that is not there is NotFound")
def _get_subnet(inputs: Inputs, session: Session) -> dict[str, Any]:
    group, network = inputs["resourceGroupName"], inputs["virtualNetworkName"]
    name = inputs["subnetName"]
    id_ = resource_id(session, group, f"virtualNetworks/{network}/subnets/{name}")
    if (found := resource(session.store.read(), SUBNET_TYPE, id_)) is not None:
        return {**found, "id": id_, "name": name}
    if (found := _SUBNET.existing(id_, session)) is not None:
        return {**found, "id": id_, "name": name}
    raise _nested_not_found(id_)


@written(
    "what is not there is ResourceNotFound, or ResourceGroupNotFound",
    "Azure/azure-powershell issues 13365 and 12168, 2020",
    "2026-11",
)
def _held(
    session: Session, token: str, group: str, collection: str, name: str
) -> tuple[str, dict[str, Any]]:
    """The id of something in a resource group, and what is held of it."""
    id_ = resource_id(session, group, f"{collection}/{name}")
    found = resource(session.store.read(), token, id_)
    if found is None:
        raise _not_found(session, group, collection, name)
    return id_, found


def _subnets_of(session: Session, field: str, id_: str) -> list[dict[str, Any]]:
    return [{"id": key} for key in used_by(session.store.read(), SUBNET_TYPE, field, id_)]


def _not_found(session: Session, group: str, collection: str, name: str) -> Exception:
    """A GET of what is not there, as ARM answers it (Azure/azure-powershell#13365, 2020-10)."""
    if session.world.location(group) is None:
        # Azure/azure-powershell#12168, 2020-06.
        return azure_error("ResourceGroupNotFound", f"Resource group '{group}' could not be found.")
    return azure_error(
        "ResourceNotFound",
        f"The Resource 'Microsoft.Network/{collection}/{name}' under resource group '{group}' was "
        "not found.",
    )


def _nested_not_found(id_: str) -> Exception:
    """The same of what is inside another resource (believed: no page shows this answer)."""
    return azure_error("NotFound", f"Resource {id_} not found.")


INVOKES: Final[dict[str, Invoke]] = {
    "azure-native:authorization:getClientConfig": _get_client_config,
    "azure-native:dnsresolver:getDnsResolverPolicy": _get_dns_policy,
    "azure-native:network:getAzureFirewall": _get_azure_firewall,
    "azure-native:network:getFirewallPolicy": _get_firewall_policy,
    "azure-native:network:getFirewallPolicyRuleCollectionGroup": _get_rule_collection_group,
    "azure-native:network:getNetworkSecurityGroup": _get_network_security_group,
    "azure-native:network:getPublicIPAddress": _get_public_ip_address,
    "azure-native:network:getPublicIPPrefix": _get_public_ip_prefix,
    "azure-native:network:getRouteTable": _get_route_table,
    "azure-native:network:getSubnet": _get_subnet,
    "azure-native:network:getVirtualNetwork": _get_virtual_network,
}
