"""Service endpoints of listed subnets: what the proof says of them, what is sent, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from assumed import assumptions
from azure_path import SERVER, Compile, verdict, web, whats
from sample import ONE, TODAY

from wsus_egress.controls import Control, Verdict
from wsus_egress.controls.azure.service_endpoints import SOME_SERVICE, AzureServiceEndpoints
from wsus_egress.controls.base import met
from wsus_egress.model.flows import Flow
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, Proof, prove

ROUTE = {"routeTable": {"firewallAddress": "10.20.255.4"}}
SUBNET = {"virtualNetwork": "vnet", "name": "servers", "addressPrefix": "10.20.0.0/24"}
ASSUMED = "azure/route-table/service-endpoints"
WIDER = [
    "azure/azure-service-endpoints/wider/nameless",
    "azure/azure-service-endpoints/wider/names",
]
IMPORTED = {
    "importId": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
    "/subnets/servers"
}
STORAGE = {"service": "Microsoft.Storage"}


def with_endpoints(*endpoints: dict[str, Any], **own: Any) -> dict[str, Any]:
    """A route table, and the servers' subnet with these endpoints."""
    return {**ROUTE, "subnets": [{**SUBNET, "serviceEndpoints": [*endpoints], **own}]}


def sent(controls: tuple[Control, ...]) -> dict[str, Any]:
    """The subnet as Azure gets it."""
    documents = [each for control in controls for each in control.documents("wsus")]
    (found,) = (each.properties for each in documents if each.type.endswith(":Subnet"))
    return dict(found)


def endpoints_of(controls: tuple[Control, ...]) -> AzureServiceEndpoints:
    """The control."""
    (found,) = (each for each in controls if isinstance(each, AzureServiceEndpoints))
    return found


def to_service(name: str) -> Flow:
    """A request to an address of a service."""
    return replace(web(name), destination=SOME_SERVICE.network_address)


def test_what_an_endpoint_leads_past_the_firewall_is_wider(proof: Callable[..., Proof]) -> None:
    """Any name at the service's addresses, with one of them as the witness."""
    found = proof(with_endpoints(STORAGE))

    assert (Fidelity.WIDER, WIDER) == (found.fidelity, whats(found))
    assert [
        "10.20.0.10 -> 192.0.2.80 tcp/80 (HTTP without a host name)",
        "10.20.0.10 -> http://example.com/ at 192.0.2.80",
    ] == [str(each.witness) for each in found.deviations]
    accepted = [{"what": what, "reason": "Backups", "expires": "2027-06-30"} for what in WIDER]
    assert () == tuple(proof(with_endpoints(STORAGE), accept=accepted).findings)


def test_a_flow_to_a_service_meets_neither_route_nor_firewall(compiled: Compile) -> None:
    """The endpoint's route comes before both; the rest of the Internet goes as before."""
    _, controls = compiled(with_endpoints(STORAGE))
    names = [control.name for control in met(controls, to_service("evil.com"))]

    assert ["azure-nsg", "azure-service-endpoints"] == names
    assert Verdict.ALLOW is verdict(controls, to_service("evil.com"))
    assert Verdict.DENY is verdict(controls, web("evil.com"))
    assert ["10.20.0.0/24 to Microsoft.Storage by its service endpoint"] == [
        rule.text for rule in endpoints_of(controls).rules
    ]


def test_ports_that_the_group_denies_stay_closed(compiled: Compile) -> None:
    """An endpoint leads past the firewall, never past the network security group."""
    _, controls = compiled(with_endpoints(STORAGE))
    flow = Flow(SERVER, SOME_SERVICE.network_address, "tcp", 445)

    assert Verdict.DENY is verdict(controls, flow)


def test_in_mode_open_nothing_is_wider(proof: Callable[..., Proof]) -> None:
    """The policy admits every name then: what differs is the firewall's, as without an endpoint."""
    found = whats(proof(with_endpoints(STORAGE), mode="open", lists=[]))

    assert ["azure/azure-application-rules/narrower/nameless"] == found


def test_without_a_firewall_there_is_nothing_to_lead_past(compiled: Compile) -> None:
    """The group alone is as wide with an endpoint as without."""
    own = {"firewallPolicy": None, "subnets": [{**SUBNET, "serviceEndpoints": [STORAGE]}]}
    _, controls = compiled(own)

    assert ["azure-nsg"] == [control.name for control in controls]


@pytest.mark.parametrize("own", [{**ROUTE, "firewallPolicy": None}, {}])
def test_endpoints_count_beside_routes_and_firewalls_of_others(
    proof: Callable[..., Proof], own: dict[str, Any]
) -> None:
    """A spoke whose hub has the rules, and one whose route table is somebody else's."""
    subnets = {"subnets": [{**SUBNET, "serviceEndpoints": [STORAGE]}]}

    assert {*WIDER} <= {*whats(proof({**own, **subnets}))}


def test_a_mutant_of_each_rule_is_noticed(compiled: Compile) -> None:
    """A rule that is dropped takes its deviation away; one for a wider subnet brings another source's."""
    far = {"name": "far", "addresses": ["10.20.9.10"]}
    built, controls = compiled(with_endpoints(STORAGE), servers=[ONE, far])
    place = controls.index(endpoints_of(controls))
    (rule,) = endpoints_of(controls).rules

    def of(*rules: Any) -> list[tuple[str, str]]:
        mutant = replace(endpoints_of(controls), rules=rules)
        found = prove(
            built, built.targets[0], (*controls[:place], mutant, *controls[place + 1 :]), TODAY
        )
        return [(each.what, str(each.witness.source)) for each in found.deviations]

    assert [(what, "10.20.0.10") for what in WIDER] == of(rule)
    assert [] == of()
    beside = replace(rule, sources=(built.policy.party("far").addresses[0],))
    assert [(what, "10.20.9.10") for what in WIDER] == of(beside)


def test_what_is_sent(compiled: Compile) -> None:
    """The services that are listed, none where the list is empty; without a list it is left alone."""
    regions = {"service": "Microsoft.Sql", "locations": ["westeurope"]}

    assert [STORAGE, regions] == sent(compiled(with_endpoints(STORAGE, regions))[1])[
        "serviceEndpoints"
    ]
    assert [] == sent(compiled(with_endpoints())[1])["serviceEndpoints"]
    assert "serviceEndpoints" not in sent(compiled({**ROUTE, "subnets": [SUBNET]})[1])
    assert "serviceEndpoints" not in sent(compiled(with_endpoints(STORAGE, **IMPORTED))[1])


def test_what_a_subnet_of_the_stack_says_is_assumed_no_more(compiled: Compile) -> None:
    """Of an imported one, and of whoever stands in none, it still is."""
    far = {"name": "far", "addresses": ["10.20.99.1"]}
    none = assumptions(compiled(with_endpoints())[1])
    beside = assumptions(compiled(with_endpoints(), servers=[ONE, far])[1])
    imported = assumptions(compiled(with_endpoints(STORAGE, **IMPORTED))[1])

    assert ASSUMED not in none
    assert ("far",) == beside[ASSUMED].whom
    what = "no service endpoint but those listed, to which Azure leads past the firewall"
    assert f"the servers' subnets have {what}" == imported[ASSUMED].what


def test_that_others_resources_stand_behind_an_endpoint_is_a_known_limit(compiled: Compile) -> None:
    """With the services that are listed."""
    (residue,) = endpoints_of(
        compiled(with_endpoints(STORAGE, {"service": "Microsoft.Sql"}))[1]
    ).residues

    assert "(Microsoft.Sql, Microsoft.Storage)" in residue.what


def test_an_endpoint_is_for_its_subnet(compiled: Compile) -> None:
    """Another source, and another destination, do not meet it."""
    control = endpoints_of(compiled(with_endpoints(STORAGE))[1])
    other = ip_address("10.20.9.10")

    assert (
        "only what stands at an address of Microsoft.Storage is led past the firewall"
        == control.admits(web("a.com")).rule
    )
    for flow in (web("a.com"), replace(to_service("a.com"), source=other)):
        assert Verdict.NOT_APPLICABLE is control.admits(flow).verdict
        assert frozenset() == control.skips(flow)


@pytest.mark.parametrize(
    ("endpoints", "own", "expected"),
    [
        ([STORAGE, STORAGE], {}, "serviceEndpoints[1].service: Microsoft.Storage is listed twice, and a "
         "subnet has one endpoint to a service; leave one out"),
        ([STORAGE, {"service": "Microsoft.Storage.Global"}], {}, "serviceEndpoints[1].service: a subnet has "
         "Microsoft.Storage or Microsoft.Storage.Global, never both; leave one out"),
        ([{**STORAGE, "locations": ["*"]}], IMPORTED, "serviceEndpoints[0].locations: the subnet is imported, "
         "and its endpoints keep their regions; leave it out"),
        ([{**STORAGE, "locations": ["West Europe"]}], {}, "serviceEndpoints[0].locations[0]: 'West Europe' is "
         "not an Azure region's name; write it like westeurope, or \"*\" for every region"),
        ([{"service": "Storage"}], {}, "serviceEndpoints[0].service: "),
    ],
)  # fmt: skip
def test_what_azure_would_refuse_is_refused(
    compiled: Compile, endpoints: list[dict[str, Any]], own: dict[str, Any], expected: str
) -> None:
    """With its place and what to write."""
    with pytest.raises(PolicyErrors) as caught:
        compiled(with_endpoints(*endpoints, **own))

    assert f"azure.subnets[0].{expected}" in str(caught.value)
