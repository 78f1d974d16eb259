"""What the controls of an Azure target take for granted: subnets, routes, what others keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from wsus_egress.controls.assumptions import Assumption, Way, across, proxies
from wsus_egress.controls.azure.regions import WITH_ZONES, ZONES_READ
from wsus_egress.controls.azure.subnets import uncovered
from wsus_egress.model.addresses import is_within
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_firewall import FirewallPolicy
from wsus_egress.model.azure_forms import UNKNOWN_REGION
from wsus_egress.model.azure_network import DnsSecurityPolicy, PrivateRoute
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EgressPolicy

_ATTACHED: Final = (
    Way("stack", "list the servers' subnets under `azure.subnets`"),
    Way("lookup", "the subnets that have it, once it is deployed"),
    Way("evidence", "the effective security rules and routes of the servers' network interfaces"),
)
_OTHERS_GROUP: Final = (
    Way("stack", "write `networkSecurityGroup.create: true`, and list the servers' subnets"),
    Way("evidence", "the effective security rules of the servers' network interfaces"),
)
_MEMBERS: Final = (
    Way("stack", "leave `applicationSecurityGroups` out, and rules name the addresses"),
    Way("evidence", "the network interfaces that are in the group"),
)
_ROUTED: Final = (
    Way("stack", "write `routeTable`, and list the servers' subnets under `azure.subnets`"),
    Way("evidence", "the effective routes of the servers' network interfaces"),
)
_FIREWALL: Final = (
    Way("stack", "write `firewallPolicy.mode: full`, and leave `firewallAddress` out"),
    Way("lookup", "with mode `rules-only`: the private addresses of the policy's firewalls"),
    Way("evidence", "`az network firewall show` has the address and the policy"),
)
_OTHERS_FIREWALL: Final = (
    Way("stack", "write `firewallPolicy` with the policy that this firewall has"),
    Way("evidence", "`az network firewall show` has the address, and a policy with rules for them"),
)
_EFFECTIVE: Final = Way(
    "evidence",
    "the effective routes of the servers' network interfaces, and those of the gateway's subnet",
)
_LEARNED: Final = (Way("stack", "list the range under `routeTable.private`"), _EFFECTIVE)
_PRIVATE: Final = (
    Way("stack", "write `routeTable`, and list the range under `private`"),
    _EFFECTIVE,
)
_VIA: Final = {
    "gateway": "the gateway reaches {}, and leads what comes from there past the firewall",
    "peering": "a peered network has {}, and no route of it leads through the firewall",
    "firewall": "rules of others pass what goes to {} and comes from there, through one firewall, and "
    "no peering or learned route is for a part of it",
}
_BASE_MODE: Final = (
    Way("lookup", "the base policy, where the stack's provider can read it: what does not fit is refused"),
    Way("evidence", "`az network firewall policy show` has its region and `threatIntelMode`"),
)  # fmt: skip
_ENDPOINTS: Final = (
    Way("stack", "list the servers' subnets under `azure.subnets`, with their `serviceEndpoints`"),
    Way(
        "lookup", "`serviceEndpoints` of the subnets that are listed, or that have the route table"
    ),
    Way("evidence", "`az network vnet subnet show` has no `serviceEndpoints` for those subnets"),
)
_CLIENT_DNS: Final = (
    Way("stack", "write `destinations` in place of `fqdns`"),
    Way(
        "evidence", "`az network vnet show` has the firewall's private address under `dhcpOptions`"
    ),
)
_RESOLVER: Final = (
    Way("evidence", "`az network vnet show` has no DNS servers of others under `dhcpOptions`"),
)
_INTENT: Final = (
    Way(
        "evidence",
        "the effective routes of the servers' network interfaces, and the hub's routing intent",
    ),
)
_IP_GROUP: Final = (
    Way("stack", "leave `ipGroupIds` out, and rules name the addresses, or write `ipGroups: true`"),
    Way("evidence", "`az network ip-group show` has these addresses"),
)
_DNS_SERVERS: Final = (
    Way("stack", "leave `dnsServers` out, and the firewall asks Azure's own resolver"),
    Way("evidence", "what these servers answer for the names of the policy's lists"),
)
_OUTBOUND: Final = (
    Way("stack", "write `networkRules` in place of `routeTable.direct`: the firewall leads there"),
    Way("lookup", "`natGateway` and `defaultOutboundAccess` of the subnets that are listed"),
    Way("evidence", "`az network vnet subnet show` has a `natGateway` for those subnets"),
)
_ZONES: Final = (
    Way("stack", "write `firewall.zones: []`"),
    Way("evidence", "`az account list-locations` has `availabilityZoneMappings` for the region"),
)
_PRIORITY: Final = (
    Way("stack", "write another `ruleCollectionGroupPriority`, which no other group has"),
    Way("lookup", "the priorities of the policy's groups"),
    Way(
        "evidence", "the priorities that `az network firewall policy` shows of the policy's groups"
    ),
)
_RULES: Final = (
    Way("stack", "list those rules under `firewallPolicy.rules`, and the proof counts them"),
    Way("lookup", "the policy's groups, and which of their rules are for these servers"),
    Way("evidence", "the policy's rule collection groups, as `az network firewall policy` shows them"),
)  # fmt: skip


def nsg_assumptions(policy: EgressPolicy, target: AzureTarget) -> tuple[Assumption, ...]:
    """That the group is on the servers' subnets, and who is in an application security group."""
    here = policy.in_place("azure")
    what = "the servers' subnets have this network security group"
    groups = dict(target.network_security_group.application_security_groups)
    return (
        *_of("azure/nsg/attachment", what, _apart(target, here), _ATTACHED),
        *(
            Assumption(
                f"azure/nsg/members/{party.name}",
                f"the application security group of {party.name} has its addresses only",
                (party.name,),
                _MEMBERS,
            )
            for party in policy.parties
            if party.name in groups
        ),
        *proxies(policy, "azure"),
    )


def route_table_assumptions(policy: EgressPolicy, target: AzureTarget) -> Iterator[Assumption]:
    """That the table is on the servers' subnets, and leads to a firewall with these rules."""
    senders = _senders(policy)
    what = "the servers' subnets have this route table"
    yield from _of("azure/route-table/attachment", what, _apart(target, senders), _ATTACHED)
    address = target.route_table.firewall_address if target.route_table else None
    if address is not None:
        what = f"{address} is a firewall's, and others make its rules"
        ways: tuple[Way, ...] = _OTHERS_FIREWALL
        if target.firewall_policy is not None:
            name = target.firewall_policy.name
            what, ways = f"{address} is a firewall's that has the firewall policy {name}", _FIREWALL
        yield from _of(f"azure/route-table/firewall-address/{address}", what, senders, ways)
    yield from _private(policy, target)
    if target.route_table and target.route_table.direct:
        # "Default outbound access in Azure", read 2026-01-30: a route to the Internet goes out by an
        # address of the subnet's own, and a private subnet has none.
        what = "the servers' subnets have a NAT gateway or default outbound access, for `direct`"
        yield from _of("azure/route-table/direct-outbound", what, senders, _OUTBOUND)
    if target.firewall_policy is None:
        yield from _service_endpoints(target, senders)
        yield from _others_group(policy, target)


def _private(policy: EgressPolicy, target: AzureTarget) -> Iterator[Assumption]:
    """That what leads to parties elsewhere leads back too, and is there at all."""
    table = target.route_table
    for peer, whom in across(policy, "azure"):
        addresses = ", ".join(map(str, peer.addresses))
        learned = f"the gateway propagates routes to {peer.name}, {addresses}, and leads back"
        key, what = f"gateway/{peer.name}", learned
        ways: tuple[Way, ...] = _LEARNED
        if table is None:
            key, ways = f"private-route/{peer.name}", _PRIVATE
            what = f"routes lead to {peer.name}, {addresses}, and back, not through the firewall"
        elif route := _route_to(peer, table.private):
            key = f"{route.via}/{route.address_prefix}"
            what, ways = _VIA[route.via].format(route.address_prefix), (_EFFECTIVE,)
        elif not table.bgp_propagation:
            continue  # Nothing leads there, and the proof says so.
        yield Assumption(f"azure/route-table/{key}", what, whom, ways)


def _route_to(peer: Party, routes: Sequence[PrivateRoute]) -> PrivateRoute | None:
    """The smallest listed range that has the peer."""
    fitting = [r for r in routes if all(is_within(n, [r.address_prefix]) for n in peer.addresses)]
    return max(fitting, key=lambda route: route.address_prefix.prefixlen, default=None)


def firewall_assumptions(policy: EgressPolicy, target: AzureTarget) -> tuple[Assumption, ...]:
    """The route, where no route table is managed here, and what others keep in the policy."""
    senders = _senders(policy)
    firewall = target.firewall_policy
    assert firewall is not None  # noqa: S101 - without one there is no such control
    managed = target.route_table is not None
    routes = () if managed else (*_routes(target, firewall, senders), *_private(policy, target))
    if target.routing == "hub-intent":
        routes = tuple(_intent(policy, firewall, senders))
    return (
        *routes,
        *_groups_of_others(target, policy),
        *_service_endpoints(target, senders),
        *_others_group(policy, target),
        *_zones(target, senders),
        *_of_others(target, firewall, senders),
        *_resolving(policy, target, firewall, senders),
    )


def _resolving(
    policy: EgressPolicy, target: AzureTarget, firewall: FirewallPolicy, senders: Sequence[Party]
) -> Iterator[Assumption]:
    """Who answers for names: the firewall and whoever asks must get the same addresses."""
    # "Azure Firewall DNS settings", read 2026-11: "enable DNS proxy and update the virtual machine
    # configuration"; and "Azure Firewall DNS proxy details": a client that gets other addresses than
    # the firewall does not match.
    named = [rule for rule in target.network_rules if rule.fqdns]
    whom = {name for rule in named for name in rule.parties or [p.name for p in senders]}
    names = ", ".join(rule.name for rule in named)
    what = (
        f"the servers ask the firewall for names, whose address is their network's DNS server: {names} "
        "of networkRules match only what it resolved itself"
    )
    askers = [party for party in policy.in_place("azure") if party.name in whom]
    yield from _of("azure/firewall-policy/client-dns", what, askers, _CLIENT_DNS)
    if firewall.dns_servers:
        servers = ", ".join(map(str, firewall.dns_servers))
        what = f"the DNS servers {servers} resolve every name that the firewall is to admit"
        yield from _of("azure/firewall-policy/dns-servers", what, senders, _DNS_SERVERS)


def dns_policy_assumptions(
    policy: EgressPolicy, settings: DnsSecurityPolicy
) -> tuple[Assumption, ...]:
    """Who resolves names: a policy sees the queries to Azure's own resolver only."""
    name = settings.virtual_network.rpartition("/")[2]
    what = f"names are resolved by Azure's own resolver, asked from the network {name}"
    key = f"azure/dns-policy/resolver/{name}"
    return tuple(_of(key, what, _senders(policy), _RESOLVER))


def _others_group(policy: EgressPolicy, target: AzureTarget) -> Iterator[Assumption]:
    """That somebody guards what servers send one another, where no group is made here."""
    if not target.network_security_group.create:
        what = (
            "a network security group that others make admits synchronization between these "
            "servers only"
        )
        yield from _of("azure/nsg/others", what, policy.in_place("azure"), _OTHERS_GROUP)


def _zones(target: AzureTarget, senders: Sequence[Party]) -> Iterator[Assumption]:
    """That a region has zones, of which the list does not say so."""
    region = target.location
    if target.firewall and target.firewall.zones and region not in WITH_ZONES | {UNKNOWN_REGION}:
        zones = ", ".join(target.firewall.zones)
        what = f"{region} has the availability zones {zones}: {ZONES_READ} does not say so"
        yield from _of(f"azure/firewall/zones/{region}", what, senders, _ZONES)


def _service_endpoints(target: AzureTarget, senders: Sequence[Party]) -> Iterator[Assumption]:
    # "Virtual network traffic routing", read 2026-11: what goes to a service endpoint does not
    # follow a route for 0.0.0.0/0. The stack leaves a subnet's endpoints as they are, unless its entry
    # says which it has.
    told = [each for each in target.subnets if each.says_endpoints and not each.import_id]
    sent = [network for subnet in told for network in subnet.ranges]
    whom = [party for party in senders if not all(is_within(n, sent) for n in party.addresses)]
    listed = any(subnet.service_endpoints for subnet in target.subnets if subnet.import_id)
    which = "service endpoint but those listed" if listed else "service endpoint"
    what = f"the servers' subnets have no {which}, to which Azure leads past the firewall"
    yield from _of("azure/route-table/service-endpoints", what, whom, _ENDPOINTS)


def _intent(
    policy: EgressPolicy, firewall: FirewallPolicy, senders: Sequence[Party]
) -> Iterator[Assumption]:
    """What a Virtual WAN hub leads to its firewall: no route of a subnet says it."""
    # "How to configure Virtual WAN hub routing intent and routing policies", read 2026-11.
    what = (
        "the routing intent of a Virtual WAN hub leads the servers' Internet traffic to a firewall with the "
        f"policy {firewall.name}"
    )
    yield from _of(f"azure/routing-intent/internet/{firewall.name}", what, senders, _INTENT)
    for peer, whom in across(policy, "azure"):
        addresses = ", ".join(map(str, peer.addresses))
        what = (
            f"the hub leads to {peer.name}, {addresses}, and back the same way; where that is through its "
            "firewall, rules of others pass it"
        )
        yield Assumption(f"azure/routing-intent/private/{peer.name}", what, whom, _INTENT)


def _groups_of_others(target: AzureTarget, policy: EgressPolicy) -> Iterator[Assumption]:
    for name, identity in target.ip_group_ids:
        group = identity.rpartition("/")[2]
        addresses = ", ".join(map(str, policy.party(name).addresses))
        what = f"the IP Group {group} has {addresses} and nothing else"
        yield Assumption(f"azure/firewall-policy/ip-group/{name}", what, (name,), _IP_GROUP)


def _routes(
    target: AzureTarget, firewall: FirewallPolicy, senders: Sequence[Party]
) -> Iterator[Assumption]:
    """That subnets lead to the firewall: those that are listed one by one, then the rest."""
    full = firewall.mode == "full"
    where = "the firewall" if full else f"a firewall with the policy {firewall.name}"
    for subnet in target.subnets:
        within = [p for p in senders if any(is_within(n, subnet.ranges) for n in p.addresses)]
        key = f"azure/route-table/default-route/{subnet.name}"
        yield from _of(key, f"the subnet {subnet.name} sends 0.0.0.0/0 to {where}", within, _ROUTED)
    what = f"the servers' subnets send 0.0.0.0/0 to {where}"
    yield from _of("azure/route-table/default-route", what, _apart(target, senders), _ROUTED)


def _of_others(
    target: AzureTarget, firewall: FirewallPolicy, senders: Sequence[Party]
) -> Iterator[Assumption]:
    inherited = {rule.inherited for rule in firewall.rules}
    if firewall.base_policy and True not in inherited:
        name = firewall.base_policy.rpartition("/")[2]
        what = f"the base policy {name} has no rule for the servers: none is listed under rules"
        yield from _of(f"azure/firewall-policy/base-policy/{name}", what, senders, _RULES)
    if firewall.base_policy and firewall.mode != "rules-only":
        # "Azure Firewall Manager policy overview", read 2026-11: a child is in its parent's region,
        # and its threat intelligence is the parent's or stricter.
        name, mode = firewall.base_policy.rpartition("/")[2], firewall.threat_intel_mode
        what = f"the base policy {name} is in {target.location}"
        if mode:
            what += f", and its threat intelligence is in no stricter mode than {mode}"
        yield from _of(f"azure/firewall-policy/base-mode/{name}", what, senders, _BASE_MODE)
    if firewall.mode == "rules-only":
        # Azure takes equal priorities, and no page says which group comes first (a question to
        # Microsoft, 2025-06-12). A policy made in the portal has groups at 100, 200 and 300.
        first = target.rule_collection_group_priority
        what = f"no other group of the firewall policy {firewall.name} has the priority {first}"
        key = f"azure/firewall-policy/priority/{first}"
        yield from _of(key, what, senders, _PRIORITY)
    if firewall.mode == "rules-only" and False not in inherited:
        what = f"no other group of the firewall policy {firewall.name} has a rule for the servers"
        key = f"azure/firewall-policy/other-rules/{firewall.name}"
        yield from _of(key, what, senders, _RULES)


def _of(
    key: str, what: str, parties: Sequence[Party], ways: tuple[Way, ...]
) -> Iterator[Assumption]:
    if parties:
        yield Assumption(key, what, tuple(party.name for party in parties), ways)


def _senders(policy: EgressPolicy) -> list[Party]:
    return [party for party in policy.in_place("azure") if party.internet]


def _apart(target: AzureTarget, parties: Sequence[Party]) -> list[Party]:
    """Who has an address in none of the subnets that are listed."""
    return [party for party in parties if uncovered(target, party.addresses)]
