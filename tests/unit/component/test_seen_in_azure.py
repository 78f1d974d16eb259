"""What Azure has of what is taken for granted is looked up before the deploy, and logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, set_all_config, set_mocks
from pulumi.runtime.stack import run_pulumi_func
from sample import ONE

from wsus_egress.azure import (
    AzureWsusDnsSecurityPolicy,
    AzureWsusEgress,
    AzureWsusFirewall,
    AzureWsusFirewallRules,
    AzureWsusNetworkSecurityGroup,
    AzureWsusRouteTable,
)

pytestmark = pytest.mark.usefixtures("one_run")
NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
POLICY, BASE = f"{NETWORK}/firewallPolicies/afwp", f"{NETWORK}/firewallPolicies/base"
FIREWALL, TABLE = f"{NETWORK}/azureFirewalls/afw", f"{NETWORK}/routeTables/rt"
SUBNET = f"{NETWORK}/virtualNetworks/vnet/subnets/snet"
RULES = [
    {
        "name": "web",
        "priority": 100,
        "action": {"type": "Allow"},
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "rules": [
            {
                "name": "portal",
                "ruleType": "ApplicationRule",
                "sourceAddresses": ["10.20.0.0/16"],
                "targetFqdns": ["portal.example.com"],
                "protocols": [{"protocolType": "Https", "port": 443}],
            }
        ],
    }
]
ANSWERS: dict[str, dict[str, Any]] = {
    "getClientConfig": {"subscriptionId": "s"},
    "getVirtualNetwork": {"id": f"{NETWORK}/virtualNetworks/vnet", "location": "westeurope"},
    "getFirewallPolicy/afwp": {
        "id": POLICY,
        "location": "westeurope",
        "sku": {"tier": "Premium"},
        "threatIntelMode": "Deny",
        "dnsSettings": {"enableProxy": True},
        "ruleCollectionGroups": [
            {"id": f"{POLICY}/ruleCollectionGroups/hub"},
            {"id": f"{POLICY}/ruleCollectionGroups/secret"},
        ],
        "firewalls": [{"id": FIREWALL}],
    },
    "getFirewallPolicy/base": {
        "id": BASE,
        "location": "westeurope",
        "threatIntelMode": "Deny",
        "ruleCollectionGroups": [{"id": f"{BASE}/ruleCollectionGroups/company"}],
    },
    "getFirewallPolicyRuleCollectionGroup/hub": {
        "id": f"{POLICY}/ruleCollectionGroups/hub", "priority": 200, "ruleCollections": RULES,
    },
    "getFirewallPolicyRuleCollectionGroup/company": {
        "id": f"{BASE}/ruleCollectionGroups/company", "priority": 100, "ruleCollections": [],
    },
    "getAzureFirewall/afw": {
        "id": FIREWALL,
        "ipConfigurations": [{"name": "address", "privateIPAddress": "10.20.255.5"}],
    },
    "getSubnet/snet": {
        "id": SUBNET,
        "addressPrefix": "10.20.0.0/28",
        "serviceEndpoints": [{"service": "Microsoft.Storage"}],
        "routeTable": {"id": TABLE},
    },
    "getRouteTable/rt": {
        "id": TABLE,
        "name": "rt",
        "routes": [{"name": "x", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}],
    },
    "getRouteTable/x-route-table": {
        "id": f"{NETWORK}/routeTables/x-route-table", "subnets": [{"id": SUBNET}],
    },
    "getNetworkSecurityGroup/x-nsg": {
        "id": f"{NETWORK}/networkSecurityGroups/x-nsg", "subnets": [],
    },
}  # fmt: skip
LISTED = [{"virtual_network": "vnet", "name": "snet", "address_prefix": "10.20.0.0/28"}]
FAR = {"name": "far", "addresses": ["10.20.99.1"]}


class Azure(mocks.Mocks):
    """Answers what is known above; whatever else is not there."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Whatever is registered."""
        return f"{args.name}-id", {**args.inputs, "name": args.name}

    def call(self, args: mocks.MockCallArgs) -> Any:
        """By the function, and the last of the names that it is given."""
        function = args.token.rpartition(":")[2]
        names = [
            args.args[key]
            for key in (
                "ruleCollectionGroupName", "firewallPolicyName", "azureFirewallName", "subnetName",
                "routeTableName", "networkSecurityGroupName", "publicIpPrefixName",
                "publicIpAddressName", "dnsResolverPolicyName",
            )
            if key in args.args
        ]  # fmt: skip
        found = ANSWERS.get("/".join([function, *(name.lower() for name in names[:1])]))
        return ({}, [("", "not allowed")]) if found is None else (found, [])


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What a component with these settings logs, warnings with a mark."""

    def run(kind: type[pulumi.ComponentResource] = AzureWsusEgress, **own: Any) -> list[str]:
        lines: list[str] = []
        for level, mark in (("info", ""), ("warn", "! ")):
            monkeypatch.setattr(
                pulumi.log, level, lambda text, *_, mark=mark: lines.append(f"{mark}{text}")
            )
        arguments: Any = {"resource_group": "rg", "location": "westeurope", **own}
        if kind is not AzureWsusFirewall:
            arguments = {
                "policy": {"lists": ["wsus"], "servers": [ONE, FAR]},
                "address_space": ["10.20.0.0/16"],
                "destinations": "list",
                **arguments,
            }
        set_mocks(Azure(), project="wsus-egress", stack="prod", preview=False)
        set_all_config({})

        def program() -> None:
            kind("x", arguments)

        asyncio.get_event_loop().run_until_complete(run_pulumi_func(program))
        return [line for line in lines if "azure/" in line]

    return run


def test_the_policy_of_others_is_looked_at(logged: Callable[..., list[str]]) -> None:
    """Its settings, each group, and whether its firewall has the address of the route."""
    others = "azure/firewall-policy/other-rules/afwp"
    table = "azure/route-table"
    assert [
        f"{others}: seen: afwp is a Premium policy, its threat intelligence is in mode Deny, its DNS "
        "proxy is on",
        f"{others}: seen: the group secret cannot be looked up: "
        "invoke of azure-native:network:getFirewallPolicyRuleCollectionGroup failed: not allowed ()",
        f"! {others}: seen, against it: the group hub (priority 200) has rules for these servers that "
        "are not listed: web/portal",
        f"! {table}/firewall-address/10.20.255.4: seen, against it: no firewall of the policy has it: "
        "afw has 10.20.255.5",
        "! azure/nsg/attachment: seen, against it: x-nsg is that of no subnet",
        f"! {table}/service-endpoints: seen, against it: the subnet snet has service endpoints for "
        "Microsoft.Storage",
        f"{table}/attachment: seen: x-route-table is that of snet (10.20.0.0/28)",
        f"! {table}/attachment: seen, against it: 10.20.99.1/32 stands in none of these subnets",
    ] == logged(
        firewall_policy={"id": POLICY}, route_table={"firewall_address": "10.20.255.4"}
    )  # fmt: skip


def test_the_base_policy_and_listed_subnets_are_looked_at(
    logged: Callable[..., list[str]],
) -> None:
    """Of a policy that is made here only what it inherits from; of a subnet its own route."""
    own = {"name": "own", "base_policy": BASE, "threat_intel_mode": "Deny"}
    table = "azure/route-table"
    assert [
        "azure/firewall-policy/base-policy/base: seen: the group company (priority 100) has no rule "
        "for these servers",
        f"! {table}/service-endpoints: seen, against it: the subnet snet has service endpoints for "
        "Microsoft.Storage",
        f"! {table}/default-route/snet: seen, against it: rt of snet leads 0.0.0.0/0 to Internet",
        "! azure/nsg/attachment: seen, against it: x-nsg is that of no subnet",
    ] == logged(firewall_policy=own, subnets=LISTED)


@pytest.mark.parametrize("case", [str.upper, str.lower])
@pytest.mark.parametrize(
    "own",
    [
        {"firewall_policy": {"id": POLICY}, "route_table": {"firewall_address": "10.20.255.4"}},
        {"firewall_policy": {"name": "own", "base_policy": BASE}, "subnets": LISTED},
        {"firewall_policy": {"name": "own"}, "subnets": [{**LISTED[0], "import_id": SUBNET}]},
        {"firewall_policy": {"name": "own", "mode": "full"}, "route_table": {},
         "firewall": {"name": "new", "virtual_network": f"{NETWORK}/virtualNetworks/vnet"}},
    ],
    ids=["policy", "base", "import", "network"],
)  # fmt: skip
def test_azure_may_answer_in_another_case(
    logged: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    own: dict[str, Any],
    case: Callable[[str], str],
) -> None:
    """Nothing is refused that was not, and what is told is the same."""
    expected = logged(**own)
    for key, answer in ANSWERS.items():
        monkeypatch.setitem(ANSWERS, key, _recased(answer, case))

    assert "\n".join(expected).lower() == "\n".join(logged(**own)).lower()


def _recased(value: Any, case: Callable[[str], str]) -> Any:
    """An answer with every id in another case."""
    if isinstance(value, dict):
        return {key: _recased(part, case) for key, part in value.items()}
    if isinstance(value, list):
        return [_recased(part, case) for part in value]
    return case(value) if isinstance(value, str) and value.startswith("/subscriptions/") else value


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"threat_intel_mode": "Alert"}, "x: firewall_policy.threat_intel_mode: the base policy base is in "
         "mode Deny, and below it no mode can be looser; write Deny"),
        ({"location": "northeurope"}, "x: location: the base policy base is in westeurope, and this one "
         "would be in another region; write westeurope, or the base policy of this region"),
    ],
)  # fmt: skip
def test_a_base_policy_that_does_not_fit_is_refused(
    logged: Callable[..., list[str]], own: dict[str, Any], expected: str
) -> None:
    """Azure would refuse the policy below it, or leave its setting out of account."""
    mode = {key: value for key, value in own.items() if key == "threat_intel_mode"}
    own = {key: value for key, value in own.items() if key not in mode}
    with pytest.raises(pulumi.RunError) as caught:
        logged(firewall_policy={"name": "own", "base_policy": BASE, **mode}, **own)

    assert expected in str(caught.value).splitlines()


def test_what_is_not_there_is_passed_over(logged: Callable[..., list[str]]) -> None:
    """A base policy that cannot be read stays assumed, and that is said."""
    base = BASE.replace("/base", "/other")
    (found,) = logged(
        firewall_policy={"name": "own", "base_policy": base},
        subnets=[{**LISTED[0], "address_prefix": "10.20.0.0/16", "name": "none"}],
    )

    assert found.startswith(
        "azure/firewall-policy/base-policy/other: seen: it cannot be looked up: "
    )


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"address_prefix": "10.20.0.0/24"},
         ["x: subnets[0].address_prefix: the subnet snet has 10.20.0.0/28, and the entry says "
          "10.20.0.0/24; write what it has"]),
        ({"address_prefix": None, "address_prefixes": ["10.20.0.0/28", "10.20.1.0/24"]},
         ["x: subnets[0].address_prefixes: the subnet snet has 10.20.0.0/28, and the entry says "
          "10.20.0.0/28, 10.20.1.0/24; write what it has"]),
        ({"name": "gone", "import_id": SUBNET.replace("snet", "gone")},
         ["x: subnets[0].import_id: the subnet gone cannot be looked up, and so not imported: invoke of "
          "azure-native:network:getSubnet failed: not allowed (); leave it out, where the stack makes "
          "it"]),
        ({"service_endpoints": []},
         ["x: subnets[0].service_endpoints: the subnet snet has service endpoints: Microsoft.Storage; the "
          "entry says: none; write those that it has"]),
        ({"import_id": SUBNET.replace("/s/", "/t/")},
         [f"x: subnets[0].virtual_network: the network vnet of this component's provider is "
          f"{NETWORK}/virtualNetworks/vnet, another one; name a network of this provider's "
          "subscription (azure-native:subscriptionId), or give the component the provider of the network's "
          "own (option `providers`)"]),
    ],
)  # fmt: skip
def test_a_subnet_that_is_imported_is_as_the_entry_says(
    logged: Callable[..., list[str]], own: dict[str, Any], expected: list[str]
) -> None:
    """Its range would be ignored later, and the proof would believe the entry's."""
    with pytest.raises(pulumi.RunError) as caught:
        logged(subnets=[{**LISTED[0], "import_id": SUBNET, **own}], firewall_policy={"name": "own"})

    assert expected == [line for line in str(caught.value).splitlines() if "subnets" in line]


def test_a_subnet_that_is_imported_has_nothing_of_others(logged: Callable[..., list[str]]) -> None:
    """Its route table would be taken off it without a word."""
    with pytest.raises(pulumi.RunError) as caught:
        logged(
            subnets=[{**LISTED[0], "import_id": SUBNET}],
            firewall_policy={"name": "own"},
            route_table={"firewall_address": "10.20.255.4"},
        )

    said = (
        "x: subnets[0].route_table: snet has 'rt' already, and can have one; move its rules there, "
        "detach it, or leave the subnet out"
    )
    assert said in str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, ["! azure/route-table/service-endpoints: seen, against it: the subnet snet has service "
              "endpoints for Microsoft.Storage"]),
        ({"service_endpoints": []}, []),
        ({"import_id": SUBNET, "service_endpoints": [{"service": "Microsoft.Storage"}]},
         ["azure/route-table/service-endpoints: seen: the subnet snet has service endpoints for "
          "Microsoft.Storage, as listed"]),
    ],
)  # fmt: skip
def test_service_endpoints_that_an_entry_lists_are_no_news(
    logged: Callable[..., list[str]], own: dict[str, Any], expected: list[str]
) -> None:
    """Of a subnet that is imported they are as listed; on one of the stack's the update sets them."""
    accepted = [
        {
            "what": f"azure/azure-service-endpoints/wider/{part}",
            "reason": "x",
            "expires": "2099-01-01",
        }
        for part in ("names", "nameless")
    ]
    lines = logged(subnets=[{**LISTED[0], **own}], firewall_policy={"name": "own"}, accept=accepted)

    assert expected == [line for line in lines if "route-table/service-endpoints" in line]


def test_a_service_endpoint_that_nobody_accepts_is_refused(
    logged: Callable[..., list[str]],
) -> None:
    """There is a firewall policy: the refusal says to take the endpoint off."""
    with pytest.raises(pulumi.RunError) as caught:
        logged(
            subnets=[{**LISTED[0], "service_endpoints": [{"service": "Microsoft.Storage"}]}],
            firewall_policy={"name": "own"},
        )

    said = (
        "http://example.com/ at 192.0.2.80 sees host names, and the mode is restricted; take the service "
        "endpoints off the subnet, or accept azure/azure-service-endpoints/wider/names with reason"
    )
    assert said in str(caught.value)


def test_a_network_that_is_an_output_is_not_looked_up(logged: Callable[..., list[str]]) -> None:
    """The same program may be about to make it."""
    network = pulumi.Output.from_input("vnet")
    entry = {**LISTED[0], "virtual_network": network, "import_id": SUBNET}

    logged(subnets=[entry], firewall_policy={"name": "own"})


@pytest.mark.parametrize(
    ("subnet", "expected"),
    [
        ({"natGateway": {"id": "/nat"}, "defaultOutboundAccess": False}, "seen: the subnet snet has a NAT gateway"),
        ({"defaultOutboundAccess": False},
         "seen, against it: the subnet snet is private, and has no NAT gateway"),
        ({}, "seen: the subnet snet has default outbound access"),
    ],
)  # fmt: skip
def test_what_a_direct_route_needs_is_looked_at(
    logged: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    subnet: dict[str, Any],
    expected: str,
) -> None:
    """A range past the firewall goes out by an address of the subnet's own."""
    monkeypatch.setitem(
        ANSWERS, "getSubnet/snet", {"id": SUBNET, "addressPrefix": "10.20.0.0/28", **subnet}
    )
    direct = {
        "name": "kms", "address_prefix": "198.51.100.0/24", "destination_ports": [1688],
        "reason": "activation",
    }  # fmt: skip
    lines = logged(
        firewall_policy={"name": "own"},
        route_table={"firewall_address": "10.20.255.4", "direct": [direct]},
        subnets=LISTED,
    )

    assert [f"azure/route-table/direct-outbound: {expected}"] == [
        line.removeprefix("! ") for line in lines if "direct-outbound" in line
    ]


@pytest.mark.parametrize(
    ("own", "there", "expected"),
    [
        ({}, {"getNetworkSecurityGroup/x-nsg": {"location": "North Europe"}},
         ["x: location: Azure never changes it of what is there: x-nsg has northeurope; write "
          "northeurope, or make an environment for the new region, and remove this one after that "
          "(docs/remove.md)"]),
        ({}, {"getFirewallPolicy/own": {"location": "westeurope", "sku": {"tier": "Premium"}}},
         ["x: firewall_policy.sku: Azure never changes it of what is there: own has Premium; write "
          "Premium, or write another `firewallPolicy.name` as well: the new policy is made beside the "
          "old one"]),
        ({"firewall": {"name": "afw", "virtual_network": f"{NETWORK}/virtualNetworks/vnet"}},
         {"getAzureFirewall/afw": {"location": "westeurope", "zones": ["1"]}},
         ["x: firewall.zones: Azure never changes it of what is there: afw has [1]; write [1], or write "
          "another `firewall.name` as well, and deploy when no server synchronizes"]),
        ({"firewall": {"name": "afw", "virtual_network": f"{NETWORK}/virtualNetworks/vnet",
                       "management": True}},
         {"getAzureFirewall/afw": {"location": "westeurope", "zones": ["1", "2", "3"]}},
         ["x: firewall.management: Azure never changes it of what is there: afw has false; write false, or "
          "write another `firewall.name` as well, or start the firewall with one before (docs/azure.md)"]),
        ({"firewall": {"name": "afw", "virtual_network": f"{NETWORK}/virtualNetworks/vnet",
                       "zones": [], "public_ip_prefix": f"{NETWORK}/publicIPPrefixes/ippre"}},
         {"getPublicIPAddress/afw-address": {"location": "westeurope"},
          "getPublicIPPrefix/ippre": {"id": f"{NETWORK}/publicIPPrefixes/ippre", "prefixLength": 28}},
         ["x: firewall.public_ip_prefix: Azure never changes it of what is there: afw-address has none; write "
          "none, or write another `firewall.name` as well, and deploy when no server synchronizes"]),
        ({"location": pulumi.Output.from_input("northeurope")},
         {"getNetworkSecurityGroup/x-nsg": {"location": "westeurope"}}, []),
    ],
    ids=["location", "sku", "zones", "management", "prefix", "output"],
)  # fmt: skip
def test_what_azure_never_changes_is_refused(
    logged: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    own: dict[str, Any],
    there: dict[str, dict[str, Any]],
    expected: list[str],
) -> None:
    """Of what is there under the names that this component's resources get."""
    for key, answer in there.items():
        monkeypatch.setitem(ANSWERS, key, {"id": f"{NETWORK}/x", **answer})
    mode = "full" if "firewall" in own else "policy"
    arguments = {
        "firewall_policy": {"name": "own", "mode": mode},
        "route_table": {} if "firewall" in own else {"firewall_address": "10.20.255.4"},
        **own,
    }
    if not expected:
        logged(**arguments)
        return
    with pytest.raises(pulumi.RunError) as caught:
        logged(**arguments)

    assert expected == [line for line in str(caught.value).splitlines() if "never changes" in line]


PREFIX = f"{NETWORK}/publicIPPrefixes/ippre"
_THERE = {"id": PREFIX, "location": "westeurope", "prefixLength": 31}


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({}, []),
        ({"id": PREFIX.upper(), "publicIPAddresses": [{"id": f"{NETWORK}/publicIPAddresses/AFW-address"}]},
         []),
        (None, ["x: firewall.public_ip_prefix: this component's provider cannot look the prefix ippre up: "
                "invoke of azure-native:network:getPublicIPPrefix failed: not allowed (); name a prefix of "
                "this provider's subscription (azure-native:subscriptionId)"]),
        ({"id": PREFIX.replace("/s/", "/t/")},
         ["x: firewall.public_ip_prefix: the prefix ippre of this component's provider is "
          f"{PREFIX.replace('/s/', '/t/')}, another one; name a prefix of this provider's subscription "
          "(azure-native:subscriptionId)"]),
        ({"location": "North Europe", "publicIPAddressVersion": "IPv6"},
         ["x: firewall.public_ip_prefix: the prefix ippre has IPv6 addresses, and the firewall's are IPv4; "
          "name a prefix of IPv4 addresses",
          "x: firewall.public_ip_prefix: the prefix ippre is in northeurope, and so are its addresses; name "
          "a prefix of westeurope"]),
        ({"publicIPAddresses": [{"id": f"{NETWORK}/publicIPAddresses/theirs"}]},
         ["x: firewall.public_ip_prefix: the prefix ippre (/31) has 1 addresses that nobody else has, and "
          "the firewall needs 2; write firewall.publicAddresses: 1, or name a larger prefix"]),
        ({"prefixLength": 32, "publicIPAddresses": [{"id": f"{NETWORK}/publicIPAddresses/theirs"}]},
         ["x: firewall.public_ip_prefix: the prefix ippre (/32) has 0 addresses that nobody else has, and "
          "the firewall needs 2; name a larger prefix"]),
    ],
    ids=["fits", "its own", "not there", "another subscription", "another region", "one left", "none left"],
)  # fmt: skip
def test_a_prefix_that_does_not_fit_is_refused(
    logged: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    there: dict[str, Any] | None,
    expected: list[str],
) -> None:
    """Azure would refuse the addresses in the middle of the update."""
    if there is not None:
        monkeypatch.setitem(ANSWERS, "getPublicIPPrefix/ippre", {**_THERE, **there})
    firewall: dict[str, Any] = {"name": "afw-new", "virtual_network": VNET, "public_addresses": 2,
                                "public_ip_prefix": PREFIX}  # fmt: skip
    if there and "AFW" in str(there):
        firewall |= {"name": "afw", "zones": []}
    own = {"firewall_policy": {"name": "own", "mode": "full"}, "route_table": {}}
    if not expected:
        logged(**own, firewall=firewall)
        return
    with pytest.raises(pulumi.RunError) as caught:
        logged(**own, firewall=firewall)

    assert expected == [line for line in str(caught.value).splitlines() if "prefix" in line]


VNET = f"{NETWORK}/virtualNetworks/vnet"
OWN = {"firewall_policy": {"name": "own"}}


@pytest.mark.parametrize(
    ("kind", "own", "there"),
    [
        (AzureWsusNetworkSecurityGroup, OWN, "getNetworkSecurityGroup/x-nsg"),
        (AzureWsusRouteTable, {**OWN, "route_table": {"firewall_address": "10.20.255.4"}},
         "getRouteTable/x-route-table"),
        (AzureWsusFirewallRules, OWN, "getFirewallPolicy/own"),
        (AzureWsusFirewall, {"firewall": {"name": "afw", "virtual_network": VNET, "zones": []},
                             "firewall_policy_id": POLICY, "sku": "Premium"}, "getAzureFirewall/afw"),
        (AzureWsusDnsSecurityPolicy, {**OWN, "dns_security_policy": {"virtual_network": VNET}},
         "getDnsResolverPolicy/x-dns-policy"),
    ],
)  # fmt: skip
def test_a_component_by_itself_looks_at_what_it_makes(
    logged: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[pulumi.ComponentResource],
    own: dict[str, Any],
    there: str,
) -> None:
    """And at nothing else: what its path leads to is another component's."""
    everything = {
        key for key in ("getNetworkSecurityGroup/x-nsg", "getFirewallPolicy/own") if key != there
    }
    for key in everything:
        monkeypatch.setitem(ANSWERS, key, {"id": f"{NETWORK}/x", "location": "norwayeast"})
    logged(kind, **own)
    monkeypatch.setitem(ANSWERS, there, {"id": f"{NETWORK}/x", "location": "North Europe"})
    with pytest.raises(pulumi.RunError) as caught:
        logged(kind, **own)

    assert "x: location: Azure never changes it of what is there: " in str(caught.value)
    assert "has northeurope; write northeurope, or" in str(caught.value)


@pytest.mark.parametrize(
    ("sku", "policy", "refused"),
    [("Standard", POLICY, True), ("Premium", POLICY, False), ("Standard", f"{NETWORK}/firewallPolicies/no", False),
     ("Standard", pulumi.Output.from_input(POLICY), False)],
    ids=["another tier", "its tier", "not there", "output"],
)  # fmt: skip
def test_a_policy_of_another_tier_is_refused(
    logged: Callable[..., list[str]], sku: str, policy: Any, refused: bool
) -> None:
    """Azure would refuse the firewall once its address is made. A policy that is not read stays assumed."""
    firewall = {"name": "afw-new", "virtual_network": VNET}
    own = {"firewall": firewall, "firewall_policy_id": policy, "sku": sku}
    if not refused:
        logged(AzureWsusFirewall, **own)
        return
    with pytest.raises(pulumi.RunError) as caught:
        logged(AzureWsusFirewall, **own)

    said = (
        "x: sku: the policy afwp is a Premium one, which serves Premium firewalls; write Premium, or the id "
        "of a Standard policy"
    )
    assert said in str(caught.value).splitlines()
