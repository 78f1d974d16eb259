"""What Azure has of what a target takes for granted, in words: it judges nothing, but says what differs.

For example the policy `afwp-hub` has a group `company` with a rule for the server 10.42.0.10, and the
settings list none: `azure/firewall-policy/other-rules/afwp-hub` is assumed, and that speaks against it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_documents import GROUP_TYPE
from wsus_egress.controls.azure.firewall_rules import Owner
from wsus_egress.model.addresses import is_within
from wsus_egress.model.flows import Network
from wsus_egress.readers.azure.firewall_rules import GroupReader
from wsus_egress.readers.reading import items, mapping
from wsus_egress.readers.resources import Resource
from wsus_egress.readers.seen import Seen

Answer = Mapping[str, Any]
"""What Azure says of a resource: camelCase, without `properties`."""
_DEFAULT: Final = "0.0.0.0/0"


def of_policy(control: AzureApplicationRules, policy: Answer) -> Iterator[Seen]:
    """The settings of a policy that others keep, as far as rules of ours rest on them."""
    target, settings = control.target, control.target.firewall_policy
    assert settings is not None  # noqa: S101 - without one there is no such control
    key = f"azure/firewall-policy/other-rules/{settings.name}"
    dns = mapping(policy.get("dnsSettings")).get("enableProxy") is True
    tier = mapping(policy.get("sku")).get("tier", "Standard")
    yield Seen(
        key,
        f"{settings.name} is a {tier} policy, its threat intelligence is in mode "
        f"{policy.get('threatIntelMode', 'Alert')}, its DNS proxy is {'on' if dns else 'off'}",
    )
    named = [rule.name for rule in target.network_rules if rule.fqdns]
    if named and not dns:
        text = f"host names in networkRules ({', '.join(named)}) need its DNS proxy, which is off"
        yield Seen(key, text, against=True)
    base = mapping(policy.get("basePolicy")).get("id")
    if base and str(base).casefold() != (settings.base_policy or "").casefold():
        text = f"{settings.name} inherits from {base}, which basePolicy does not name"
        yield Seen(key, text, against=True)


def of_groups(
    control: AzureApplicationRules, groups: Sequence[Answer], own: Iterable[str], owner: Owner = ""
) -> Iterator[Seen]:
    """Other groups of the policy: their priorities, and their rules for these servers.

    Args:
        control: With the servers, and the rules of others that the settings list.
        groups: Every group of the policy, or of its base policy.
        own: The names of those that are made here.
        owner: `base policy` for those of that one.
    """
    settings = control.target.firewall_policy
    assert settings is not None  # noqa: S101 - without one there is no such control
    inherited = owner == "base policy"
    key = f"azure/firewall-policy/other-rules/{settings.name}"
    if inherited:
        key = f"azure/firewall-policy/base-policy/{(settings.base_policy or '').rpartition('/')[2]}"
    listed = {rule.name for rule in settings.rules if rule.inherited == inherited}
    space = tuple(network for _, networks in control.sources for network in networks)
    ours = {rule.place[0] for rule in control.rules if not rule.owner}
    mine = {name.casefold() for name in own}
    for group in groups:
        name, priority = str(group.get("name")), group.get("priority")
        if name.casefold() in mine and not inherited:
            continue
        if priority in ours and not inherited:
            text = f"the group {name} has the priority {priority} too"
            yield Seen(f"azure/firewall-policy/priority/{priority}", text, against=True)
        resource = Resource(GROUP_TYPE, name, "", group)
        # Whose sources are not known, as an IP Group's, may be for these servers.
        found = [
            each.id.removeprefix(f"{name}/") + ("" if read.least else " (perhaps)")
            for read in GroupReader(resource, owner, (), space, frozenset()).reads()
            for each in (read.most or read.least)[:1]
        ]
        unlisted = [each for each in found if _rule_name(each) not in listed]
        where = f"the group {name} (priority {priority})"
        if unlisted:
            text = f"{where} has rules for these servers that are not listed: {', '.join(unlisted)}"
            yield Seen(key, text, against=True)
        else:
            but = f" but {', '.join(found)}, as listed" if found else ""
            yield Seen(key, f"{where} has no rule for these servers{but}")


def _rule_name(text: str) -> str:
    """`portal`, of `web/portal/1 (perhaps)`: a rule that is read in parts has a number each."""
    return text.removesuffix(" (perhaps)").split("/")[1]


def of_addresses(assumed: str, firewalls: Mapping[str, Sequence[str]]) -> Iterator[Seen]:
    """Whether a firewall of the policy has the address that the route leads to.

    Args:
        assumed: The address.
        firewalls: The private addresses of the policy's firewalls, by their names.
    """
    key = f"azure/route-table/firewall-address/{assumed}"
    those = ", ".join(f"{name} has {', '.join(has)}" for name, has in sorted(firewalls.items()))
    if any(assumed in has for has in firewalls.values()):
        yield Seen(key, those)
    else:
        said = (
            f"no firewall of the policy has it: {those}" if those else "the policy has no firewall"
        )
        yield Seen(key, said, against=True)


def of_subnet(name: str, subnet: Answer, listed: Collection[str] = ()) -> Iterator[Seen]:
    """Whether a subnet has service endpoints, to which Azure leads past the firewall.

    Args:
        name: The subnet's.
        subnet: As Azure has it.
        listed: The services of which the settings say so, and the proof counts them.
    """
    key = "azure/route-table/service-endpoints"
    services = [str(mapping(each).get("service")) for each in items(subnet.get("serviceEndpoints"))]
    others = [each for each in services if each not in listed]
    if others:
        text = f"the subnet {name} has service endpoints for {', '.join(others)}"
        yield Seen(key, text, against=True)
    elif services:
        yield Seen(
            key, f"the subnet {name} has service endpoints for {', '.join(services)}, as listed"
        )
    else:
        yield Seen(key, f"the subnet {name} has no service endpoint")


def of_outbound(name: str, subnet: Answer) -> Iterator[Seen]:
    """Whether what `routeTable.direct` leads past the firewall finds a way out of a subnet."""
    key = "azure/route-table/direct-outbound"
    if subnet.get("natGateway"):
        yield Seen(key, f"the subnet {name} has a NAT gateway")
    elif subnet.get("defaultOutboundAccess") is False:
        yield Seen(key, f"the subnet {name} is private, and has no NAT gateway", against=True)
    else:
        yield Seen(key, f"the subnet {name} has default outbound access")


def of_default_route(name: str, table: Answer | None) -> Iterator[Seen]:
    """Where a subnet's own route table leads 0.0.0.0/0.

    Args:
        name: The subnet's.
        table: The table that it has, or None.
    """
    key = f"azure/route-table/default-route/{name}"
    if table is None:
        yield Seen(key, f"the subnet {name} has no route table", against=True)
        return
    routes = [mapping(each) for each in items(table.get("routes"))]
    led = [each for each in routes if each.get("addressPrefix") == _DEFAULT]
    if not led:
        yield Seen(key, f"{table.get('name')} of {name} has no route for {_DEFAULT}", against=True)
    for route in led:
        hop, address = str(route.get("nextHopType")), route.get("nextHopIpAddress")
        where = f"{hop} {address}" if address else hop
        text = f"{table.get('name')} of {name} leads {_DEFAULT} to {where}"
        yield Seen(key, text, against=hop != "VirtualAppliance")


def of_attachment(
    key: str, what: str, subnets: Mapping[str, Sequence[str]], sources: Iterable[Network]
) -> Iterator[Seen]:
    """Which subnets have a route table or security group, and which servers stand in none of them.

    Args:
        key: The assumption.
        what: The name of the table or group.
        subnets: By the subnet's name, its address ranges.
        sources: The servers' addresses.
    """
    those = ", ".join(f"{name} ({', '.join(has)})" for name, has in sorted(subnets.items()))
    yield Seen(key, f"{what} is that of {those or 'no subnet'}", against=not those)
    known = [ipaddress.ip_network(each) for has in subnets.values() for each in has]
    for source in sources if subnets else ():
        if not is_within(source, known):
            yield Seen(key, f"{source} stands in none of these subnets", against=True)
