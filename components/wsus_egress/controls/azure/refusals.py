"""What an Azure target asks for that Azure cannot express, or would refuse minutes into an update."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from pydantic.alias_generators import to_camel

from wsus_egress.controls.azure.dns_policy import below, domains_of
from wsus_egress.controls.azure.firewall_refusals import WEB, firewall_refusals, refusal, same_name
from wsus_egress.controls.azure.names_taken import taken_twice
from wsus_egress.controls.azure.nsg_compile import FIRST_ALLOW
from wsus_egress.controls.azure.regions import WITHOUT_ZONES, ZONES_READ
from wsus_egress.model.addresses import is_within
from wsus_egress.model.azure import AzureTarget, FirewallAlone
from wsus_egress.model.azure_forms import SOME_ID, UNKNOWN_GROUP, UNKNOWN_NETWORK
from wsus_egress.model.azure_network import RouteTable, Subnet
from wsus_egress.model.flows import PRIVATE_NETWORKS, Scheme, is_internet
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.problems import Keys, Problem

_IP_GROUP_ID: Final = "/ipGroups/"
_GROUP_ID: Final = "/applicationSecurityGroups/"
# The parts of a network's id, and the resource group of one that only the deployment knows.
NETWORK_PARTS: Final = 9
SOME_GROUP: Final = SOME_ID.split("/")[4]


def azure_refusals(policy: EgressPolicy, target: AzureTarget, prefix: str) -> Iterator[Problem]:
    """Everything that is wrong with one target, in the order of its settings.

    Args:
        policy: What is to be enforced.
        target: Where.
        prefix: What the names of its resources start with: a subnet may have those already.
    """
    yield from _ipv6(policy, target)
    yield from firewall_refusals(policy, target)
    yield from _mode(target)
    yield from _route_table(policy, target)
    yield from _security_group(policy, target)
    yield from _dns_policy(policy, target)
    yield from taken_twice(policy, target)
    yield from _subnets(target, prefix)


def _ipv6(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    """IPv6 addresses of servers and clients whose flows the firewall is to decide."""
    for party in policy.in_place("azure") if target.firewall_policy else ():
        for network in party.addresses:
            if network.version == 6:
                what = (
                    f"azure-application-rules cannot express {network} of {party.name}: IPv4 only "
                    "(Azure Firewall known issues, 2023-10)"
                )
                yield refusal(("ipv6",), what, "leave its IPv6 address out")


def _mode(target: AzureTarget) -> Iterator[Problem]:
    policy, firewall = target.firewall_policy, target.firewall
    full = policy is not None and policy.mode == "full"
    if full and firewall is None:
        what = "mode full creates the firewall, and its settings are missing"
        yield refusal(("azure", "firewallPolicy", "mode"), what, "add azure.firewall")
    if firewall and not full:
        what = "a firewall is created in mode full only"
        instead = "write firewallPolicy.mode: full, or leave it out"
        yield refusal(("azure", "firewall"), what, instead)
    yield from _intent(target)
    yield from firewall_misplaced(target)
    if policy and policy.mode == "rules-only":
        for key, given in (
            ("basePolicy", bool(policy.base_policy and not policy.rules)),
            ("dnsProxy", policy.dns_proxy),
            ("dnsServers", bool(policy.dns_servers)),
        ):
            if given:
                what = "the policy exists already, and is not changed"
                instead = "leave it out, or write mode policy"
                yield refusal(("azure", "firewallPolicy", key), what, instead)
    if policy is None:
        for key, given in (
            ("networkRules", bool(target.network_rules)),
            ("ipGroups", target.ip_groups),
            ("ipGroupIds", bool(target.ip_group_ids)),
        ):
            if given:
                what = "this belongs to a firewall policy, and none is given"
                yield refusal(("azure", key), what, "add azure.firewallPolicy, or leave it out")


def _intent(target: AzureTarget) -> Iterator[Problem]:
    """What does not go with a hub whose routing intent leads to its own firewall."""
    policy, keys = target.firewall_policy, ("azure", "routing")
    if target.routing != "hub-intent":
        return
    if policy is None:
        what = "the hub's firewall has a policy, and none is given"
        yield refusal(keys, what, "add azure.firewallPolicy, with its id")
    elif policy.mode == "full":
        what = "a secured hub has a firewall of its own, and mode full would make another one"
        yield refusal(keys, what, "write firewallPolicy.mode: rules-only or policy")
    if target.route_table:
        what = (
            "the hub's routing intent leads to the firewall, and a route table would lead past it"
        )
        yield refusal(keys, what, "leave routeTable out, or write routing: subnets")


def firewall_misplaced(target: AzureTarget | FirewallAlone) -> Iterator[Problem]:
    """A firewall where Azure takes none: apart from its network, or in zones that a region has not."""
    yield from _network_elsewhere(target)
    if target.firewall and target.firewall.zones and target.location in WITHOUT_ZONES:
        what = (
            f"{target.location} has no availability zones ({ZONES_READ}), and a firewall gets three"
        )
        if "zones" in target.firewall.model_fields_set:
            what = f"{target.location} has no availability zones ({ZONES_READ})"
        yield refusal(("azure", "firewall", "zones"), what, "write zones: []")


def _network_elsewhere(target: AzureTarget | FirewallAlone) -> Iterator[Problem]:
    """A firewall's network in another resource group, as far as both are known.

    "Azure Firewall FAQ" (2022-09-12): the firewall and its virtual network are in one resource group.
    """
    parts = target.firewall.virtual_network.split("/") if target.firewall else []
    if len(parts) != NETWORK_PARTS or UNKNOWN_GROUP in (parts[4], target.resource_group):
        return
    if parts[4] != SOME_GROUP and parts[4].casefold() != target.resource_group.casefold():
        what = (
            f"the network is in the resource group {parts[4]}, and Azure takes a firewall only where its "
            "network is (Azure Firewall FAQ)"
        )
        instead = f"write resourceGroup: {parts[4]}, or a network of {target.resource_group}"
        yield refusal(("azure", "firewall", "virtualNetwork"), what, instead)


def _route_table(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    table = target.route_table
    if table is None:
        return
    keys = ("azure", "routeTable")
    address = table.firewall_address
    if address is None and target.firewall is None:
        what = "the firewall's address is missing"
        yield refusal((*keys, "firewallAddress"), what, "write the firewall's private address")
    if address is not None and target.firewall is not None:
        what = "the firewall is created here, and Azure chooses its address"
        yield refusal((*keys, "firewallAddress"), what, "leave it out")
    if address is not None and (address.version == 6 or is_internet(address)):
        what = f"{address} is not a private IPv4 address"
        yield refusal((*keys, "firewallAddress"), what, "write the firewall's private address")
    if policy.ipv6:
        what = "a route table leads IPv6 past the firewall, which has IPv4 only"
        yield refusal(("ipv6",), what, "leave it out")
    for index, route in enumerate(table.direct):
        where = (*keys, "direct", index)
        if route.protocol == "tcp" and WEB & set(route.destination_ports):
            what = "no rule can hold TCP 80 and 443 past the firewall to names"
            yield refusal((*where, "destinationPorts"), what, "send them through the firewall")
        if route.address_prefix.version == 6 or not is_internet(
            route.address_prefix.network_address
        ):
            what = f"{route.address_prefix} is not an IPv4 range of the Internet"
            yield refusal((*where, "addressPrefix"), what, "leave it out")
        elif route.address_prefix.prefixlen < 8:
            what = f"{route.address_prefix} is most of the Internet, past the firewall"
            yield refusal((*where, "addressPrefix"), what, "name the addresses that need it")
    yield from same_name(table.direct, (*keys, "direct"))
    yield from _private_routes(target, table)


def _private_routes(target: AzureTarget, table: RouteTable) -> Iterator[Problem]:
    keys = ("azure", "routeTable", "private")
    for index, route in enumerate(table.private):
        where, prefix = (*keys, index, "addressPrefix"), route.address_prefix
        if not is_within(prefix, PRIVATE_NETWORKS):
            what = f"{prefix} is not a private range, and what goes elsewhere passes the firewall"
            yield refusal(where, what, "leave it out")
        elif is_within(prefix, target.address_space):
            what = f"{prefix} is in the virtual network, whose own route leads there"
            yield refusal(where, what, "leave it out")
        elif prefix in [other.address_prefix for other in table.private[:index]]:
            what = f"{prefix} is listed twice, and a range is led one way"
            yield refusal(where, what, "leave one out")
    yield from same_name(table.private, keys)


def _security_group(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    yield from _without_group(target)
    yield from _ip_groups(policy, target)
    given = dict(target.network_security_group.application_security_groups)
    keys = ("azure", "networkSecurityGroup", "applicationSecurityGroups")
    here = [party.name for party in policy.in_place("azure")]
    for name, identity in sorted(given.items()):
        if name not in here:
            what = f"{name!r} is not a server or client group in this virtual network"
            instead = f"the names are {', '.join(here)}"
            yield refusal((*keys, name), what, instead)
        if _GROUP_ID.lower() not in identity.lower():
            what = f"{identity!r} is not the id of an application security group"
            yield refusal((*keys, name), what, f"it has {_GROUP_ID} in it")
    for name in here:
        # A side of a rule is either groups or addresses, never both.
        if given and name not in given:
            what = f"{name!r} has no application security group, but other parties do"
            yield refusal(keys, what, "set one for all or for none")
    if len(here) > FIRST_ALLOW // 10:
        what = f"{len(here)} servers and client groups, and rules have room for {FIRST_ALLOW // 10}"
        yield refusal(("servers",), what, "use larger address blocks")


def _ip_groups(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    keys, known = ("azure", "ipGroupIds"), dict(target.ip_group_ids)
    here = {party.name: party for party in policy.in_place("azure")}
    for name, identity in sorted(known.items()):
        if name not in here:
            what = f"{name!r} is not a server or client group in this virtual network"
            yield refusal((*keys, name), what, f"the names are {', '.join(here)}")
        if _IP_GROUP_ID.lower() not in identity.lower():
            what = f"{identity!r} is not the id of an IP Group"
            yield refusal((*keys, name), what, f"it has {_IP_GROUP_ID} in it")
    for name in (name for name, party in here.items() if party.internet and known):
        # A rule has either IP Groups or addresses as its sources.
        if name not in known and not target.ip_groups:
            what = f"{name!r} has no IP Group, but other parties do"
            yield refusal(
                keys, what, "add its id, or write ipGroups: true, and the missing ones are made"
            )


def _without_group(target: AzureTarget) -> Iterator[Problem]:
    """What needs the security group, where none is to be made."""
    group, keys = target.network_security_group, ("azure", "networkSecurityGroup")
    if group.create:
        return
    for name in sorted(group.model_fields_set - {"create"}):
        what = "this is for a network security group, and none is made"
        yield refusal((*keys, to_camel(name)), what, "leave it out, or write create: true")
    if target.subnets:
        what = "a listed subnet gets the network security group, and none is made"
        yield refusal(("azure", "subnets"), what, "leave the subnets out, or write create: true")
    if not target.firewall_policy and not target.route_table:
        what = "without a firewall policy and a route table nothing is made at all"
        yield refusal((*keys, "create"), what, "leave it out")


def _dns_policy(policy: EgressPolicy, target: AzureTarget) -> Iterator[Problem]:
    dns, keys = target.dns_security_policy, ("azure", "dnsSecurityPolicy")
    if dns is None:
        return
    if policy.mode is Mode.OPEN:
        what = "the mode is open, and a DNS security policy can only allow names: it would close the rest"
        yield refusal(keys, what, "remove it, or write `mode: restricted`")
        return
    listed = [pattern for scheme in Scheme for pattern in policy.patterns[scheme]]
    resolved = below(domains_of([*listed, *dns.also_resolve]))
    for index, rule in enumerate(target.network_rules):
        for number, fqdn in enumerate(rule.fqdns):
            if (name := _host(fqdn)) is not None and name not in resolved:
                what = f"the DNS security policy does not resolve {fqdn}, and the rule would admit nothing"
                where = ("azure", "networkRules", index, "fqdns", number)
                yield refusal(where, what, "add it to dnsSecurityPolicy.alsoResolve")


def _host(text: str) -> str | None:
    """A host name; None for what is refused as a network rule's name anyway."""
    try:
        pattern = Pattern.parse(text)
    except InvalidName:
        return None
    return None if pattern.wildcard else pattern.host


def _subnets(target: AzureTarget, prefix: str) -> Iterator[Problem]:
    for index, subnet in enumerate(target.subnets):
        keys = ("azure", "subnets", index)
        for problem in of_others(target, subnet, prefix):
            yield refusal((*keys, *problem.keys), problem.what, problem.instead)
        for place, network in enumerate(subnet.ranges):
            if not is_within(network, target.address_space):
                what = f"{network} of {subnet.name} is outside the virtual network"
                last = ("addressPrefix",) if subnet.address_prefix else ("addressPrefixes", place)
                yield refusal((*keys, *last), what, "correct it, or the addressSpace")
        yield from _imported(target, subnet, keys)
        if subnet.name.startswith("AzureFirewall"):
            what = "the firewall's own subnet takes no network security group (Azure Firewall FAQ)"
            yield refusal((*keys, "name"), what, "leave it out")
    yield from _same_subnet(target)


def of_others(target: AzureTarget, subnet: Subnet, prefix: str) -> Iterator[Problem]:
    """A security group or a route table of others, where this target's would take their place.

    Args:
        target: With what is attached.
        subnet: With the ids of what it has.
        prefix: What the names of the target's own resources start with.
    """
    own = f"/resourceGroups/{target.resource_group}/providers/Microsoft.Network/"
    group, table = subnet.network_security_group, target.route_table and subnet.route_table
    for key, identity, ours in (
        ("networkSecurityGroup", group, f"networkSecurityGroups/{prefix}-nsg"),
        ("routeTable", table, f"routeTables/{prefix}-route-table"),
    ):
        if identity and not identity.lower().endswith(f"{own}{ours}".lower()):
            other = identity.rpartition("/")[2]
            what = f"{subnet.name} has {other!r} already, and can have one"
            instead = "move its rules there, detach it, or leave the subnet out"
            yield refusal((key,), what, instead)


def _imported(target: AzureTarget, subnet: Subnet, keys: Keys) -> Iterator[Problem]:
    """The id of another subnet than the entry's, as far as the entry is known."""
    if subnet.import_id is None:
        return
    parts = subnet.import_id.split("/")
    for place, name, key in (
        (4, target.resource_group, "the target's resource group"),
        (8, subnet.virtual_network, "the entry's network"),
        (10, subnet.name, "the entry's name"),
    ):
        later = name == UNKNOWN_GROUP or name.startswith(UNKNOWN_NETWORK)
        if parts[place].casefold() != name.casefold() and not later:
            what = f"it is the id of a subnet with {parts[place]!r}, and {key} is {name!r}"
            yield refusal((*keys, "importId"), what, "write the id of this subnet")


def _same_subnet(target: AzureTarget) -> Iterator[Problem]:
    for (_, one), (index, other) in combinations(enumerate(target.subnets), 2):
        # Azure tells names apart whatever their case, Pulumi's resources by the exact name.
        same = one.virtual_network.casefold() == other.virtual_network.casefold()
        keys = ("azure", "subnets", index, "name")
        if same and one.name.casefold() == other.name.casefold():
            yield refusal(keys, f"{other.name!r} is listed twice", "leave one out")
        elif one.name == other.name:
            what = f"{one.virtual_network} and {other.virtual_network} both have {one.name!r}"
            instead = "a target is one virtual network: make an environment for the other one"
            yield refusal(keys, what, instead)
