"""The Azure side of a scratch world: resource groups, virtual networks, workspaces, policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any, Final

from invented.rows import Found, Held, Room, Row
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_firewall import Firewall
from wsus_egress.model.azure_network import Subnet

SUBSCRIPTION: Final = "azure-native:subscriptionId"
_UNNAMED: Final = "00000000-0000-0000-0000-000000000000"
_IP_GROUP: Final = "azure-native:network:IpGroup"
_PREFIX: Final = "azure-native:network:PublicIPPrefix"
_POLICY: Final = "azure-native:network:FirewallPolicy"
_ID: Final = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/[^/]+/(?P<type>[^/]+)/(?P<name>[^/]+)",
    re.IGNORECASE,
)
# A firewall's subnets have these names, and at least this size ("Azure Firewall FAQ", 2026-11).
_FIREWALL_SUBNET: Final = 26
# For the network of a firewall that stands in another network than the servers.
_HUB: Final = IPv4Network("100.64.0.0/16")
# Of what the stand-ins have no resources, or do not look at them: by the type in an id.
_UNKNOWN: Final = {
    "applicationsecuritygroups": "an application security group",
    "networksecuritygroups": "a network security group",
    "routetables": "a route table",
}


def of_azure(target: AzureTarget, given: Mapping[str, str]) -> Found:
    """Invent what the Azure target names.

    Args:
        target: The target's settings.
        given: The provider settings of the environment's file.
    """
    firewall, policy = target.firewall, target.firewall_policy
    network = _ID.fullmatch(firewall.virtual_network) if firewall else None
    named = [network, *(_ID.match(each.import_id) for each in target.subnets if each.import_id)]
    theirs = [found["subscription"] for found in named if found]
    subscription = given.get(SUBSCRIPTION) or next(iter(theirs), _UNNAMED)
    settings = {}
    lines = []
    if SUBSCRIPTION not in given and subscription != _UNNAMED:
        settings[SUBSCRIPTION] = subscription
        lines.append(
            f"{SUBSCRIPTION} is not in the file: {subscription} is taken, as the ids have it"
        )
    networks = _networks(target, firewall, network)
    workspace = _ID.fullmatch(firewall.workspace or "") if firewall else None
    ids = [found for found in (network, workspace) if found]
    groups: dict[str, str] = {}
    for name in (target.resource_group, target.policy_group, *(found["group"] for found in ids)):
        groups.setdefault(name.casefold(), name)
    policies: Held = {}
    if policy is not None and policy.mode == "rules-only":
        id_ = policy.id or (
            f"/subscriptions/{subscription}/resourceGroups/{target.policy_group}"
            f"/providers/Microsoft.Network/firewallPolicies/{policy.name}"
        )
        policies.setdefault(_POLICY, {})[id_] = _policy(target, target.policy_group, policy.name)
    if policy is not None and (base := _ID.fullmatch(policy.base_policy or "")):
        held = policies.setdefault(_POLICY, {})
        held[base[0]] = _policy(target, base["group"], base["name"])
    for own in filter(None, (_ID.fullmatch(each) for _, each in target.ip_group_ids)):
        groups.setdefault(own["group"].casefold(), own["group"])
        policies.setdefault(_IP_GROUP, {})[own[0]] = {
            "ipAddresses": [], "ipGroupsName": own["name"], "location": target.location,
            "resourceGroupName": own["group"],
        }  # fmt: skip
    prefix = _ID.fullmatch((firewall.public_ip_prefix or "") if firewall else "")
    if prefix is not None:
        groups.setdefault(prefix["group"].casefold(), prefix["group"])
        policies[_PREFIX] = {
            prefix[0]: {
                "location": target.location, "prefixLength": 28,
                "publicIpPrefixName": prefix["name"], "resourceGroupName": prefix["group"],
            }
        }  # fmt: skip
    world = {
        "resource_groups": [
            {"name": groups[key], "location": target.location} for key in sorted(groups)
        ],
        "virtual_networks": networks,
        "workspaces": (
            [{"resource_group": workspace["group"], "name": workspace["name"]}] if workspace else []
        ),
    }
    lines += [f"{row['name']}: a resource group in {row['location']}"
              for row in world["resource_groups"]]  # fmt: skip
    lines += [_network_line(row) for row in networks]
    lines += [f"{row['name']}: a Log Analytics workspace" for row in world["workspaces"]]
    lines += [
        f"{row['firewallPolicyName']}: a firewall policy ({row['sku']['tier']}) without rules; "
        "those that the settings list of others are not in it"
        for row in policies.get(_POLICY, {}).values()
    ]
    lines += [
        f"{each.name}: not invented, for this stack makes the subnet; if yours exists, write "
        "its importId (docs/azure.md)"
        for each in target.subnets
        if not each.import_id
    ]
    return Found(world, policies, settings, tuple(lines), tuple(_unknown(target)))


def _networks(
    target: AzureTarget, firewall: Firewall | None, network: re.Match[str] | None
) -> list[Row]:
    """The virtual networks: those of the subnets, and the firewall's with its own subnets."""
    found: dict[tuple[str, str], Row] = {}
    for subnet in target.subnets:
        row = _add(found, target.resource_group, subnet.virtual_network, target)
        if subnet.import_id:
            row["subnets"].append(_subnet(subnet))
    dns = target.dns_security_policy
    if dns and (own := _ID.fullmatch(dns.virtual_network)):
        _add(found, own["group"], own["name"], target)
    if firewall is None or network is None:
        return [found[key] for key in sorted(found)]
    elsewhere = (
        bool(found) and (network["group"].casefold(), network["name"].casefold()) not in found
    )
    row = _add(found, network["group"], network["name"], target)
    if elsewhere:
        row["address_space"] = [str(_HUB)]
    blocks = [ip_network(each) for each in row["address_space"]]
    largest = min(
        (each for each in blocks if isinstance(each, IPv4Network)),
        key=lambda block: block.prefixlen,
        default=_HUB,
    )
    room = Room(largest, [prefix for subnet in target.subnets for prefix in subnet.ranges])
    names = ["AzureFirewallSubnet"]
    basic = target.firewall_policy is not None and target.firewall_policy.sku == "Basic"
    if basic or firewall.management:
        names.append("AzureFirewallManagementSubnet")
    row["subnets"] += [{"name": name, "prefix": room.take(_FIREWALL_SUBNET)} for name in names]
    return [found[key] for key in sorted(found)]


def _add(
    found: dict[tuple[str, str], Row], group: str, name: str, target: AzureTarget
) -> dict[str, Any]:
    row = {
        "resource_group": group,
        "name": name,
        "location": target.location,
        "address_space": [str(each) for each in target.address_space],
        "subnets": [],
    }
    return found.setdefault((group.casefold(), name.casefold()), row)


def _subnet(subnet: Subnet) -> Row:
    """One that exists, and that the stack imports."""
    texts = [str(each) for each in subnet.ranges]
    ranges = (
        {"has": {"addressPrefixes": texts}} if subnet.address_prefixes else {"prefix": texts[0]}
    )
    return {"name": subnet.name, **ranges}


def _network_line(row: Row) -> str:
    subnets = "".join(
        f", with {each['name']} {each.get('prefix') or ' '.join(each['has']['addressPrefixes'])}"
        for each in row["subnets"]
    )
    return f"{row['name']}: a virtual network of {', '.join(row['address_space'])}{subnets}"


def _policy(target: AzureTarget, group: str, name: str) -> Row:
    return {
        "firewallPolicyName": name,
        "location": target.location,
        "resourceGroupName": group,
        "sku": {"tier": target.firewall_policy.sku if target.firewall_policy else "Standard"},
    }


def _unknown(target: AzureTarget) -> Iterator[str]:
    """The ids of what the stand-ins do not look at, wherever the settings have them."""
    seen: dict[str, str] = {}
    for text in _texts(target.model_dump()):
        found = _ID.fullmatch(text)
        what = _UNKNOWN.get(found["type"].casefold()) if found else None
        if found and what:
            seen.setdefault(text.casefold(), f"{found['name']}: {what}")
    for key in sorted(seen):
        yield f"{seen[key]}, which nothing here looks at"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)
