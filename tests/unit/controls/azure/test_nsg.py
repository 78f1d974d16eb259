"""The network security group: service tags, application security groups, remote administration."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from azure_path import ASG, SERVER, Compile, whats
from sample import ONE, TODAY

from wsus_egress.controls import Verdict
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.model.flows import Flow
from wsus_egress.proof.proof import Fidelity, Proof, prove


def test_service_tags_are_told_to_be_wider(proof: Callable[..., Proof], compiled: Compile) -> None:
    """Without a firewall the tags admit every name, and the residues say how much that is."""
    own = {
        "firewallPolicy": None,
        "networkSecurityGroup": {"destinations": "service-tags"},
        "destinations": "tag",
    }
    found = proof(own)
    _, (group,) = compiled(own)

    assert [
        "azure/azure-nsg/wider/nameless",
        "azure/azure-nsg/wider/names",
    ] == whats(found)
    assert any("AzureFrontDoor.FirstParty" in residue.what for residue in group.residues)
    rules = group.documents("wsus")[0].properties["securityRules"]
    tags = [each["destinationAddressPrefix"] for each in rules if "azure" in each["name"]]
    assert ["AzureUpdateDelivery", "AzureFrontDoor.FirstParty"] == tags


def test_application_security_groups_stand_for_servers(compiled: Compile) -> None:
    """One in each side of a rule, addresses where somebody stands elsewhere."""
    two = {**ONE, "name": "two", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}
    far = {
        "name": "far", "addresses": ["10.99.0.1"], "location": "elsewhere",
        "synchronizesFrom": "one",
    }  # fmt: skip
    members = {"one": f"{ASG}/one", "two": f"{ASG}/two"}
    built, (group, _) = compiled(
        {"networkSecurityGroup": {"applicationSecurityGroups": members}}, servers=[ONE, two, far]
    )
    assert isinstance(group, AzureNsg)
    rules = {each["name"]: each for each in group.documents("wsus")[0].properties["securityRules"]}

    assert [{"id": f"{ASG}/one"}] == rules["allow-microsoft-update"][
        "sourceApplicationSecurityGroups"
    ]
    assert [{"id": f"{ASG}/two"}] == rules["allow-to-one-1"]["sourceApplicationSecurityGroups"]
    assert "10.99.0.1" == rules["allow-to-one-2"]["sourceAddressPrefix"]
    assert Fidelity.EXACT is prove(built, built.targets[0], (group, _), TODAY).fidelity


def test_a_service_tag_without_a_port_has_no_rule(compiled: Compile) -> None:
    """Where only HTTP is asked for, the tag that is for HTTPS alone stays away."""
    entry = {"pattern": "a.com", "schemes": ["http"], "owner": "team", "reason": "test"}
    own = {"networkSecurityGroup": {"destinations": "service-tags"}}
    _, controls = compiled(own, extraEndpoints=[entry])
    ids = [each.id for each in controls[0].rules if "azure" in each.id]

    assert ["allow-azurefrontdoor-firstparty"] == ids


def test_lateral_movement_may_be_left_open(compiled: Compile) -> None:
    """PSRule's Azure.NSG.LateralTraversal: closed unless the user says otherwise."""
    rdp = Flow(SERVER, ip_address("10.20.0.99"), "tcp", 3389)
    _, closed = compiled()
    _, opened = compiled({"networkSecurityGroup": {"lateralMovement": "allow"}})

    assert (Verdict.DENY, Verdict.ALLOW) == tuple(
        controls[0].admits(rdp).verdict for controls in (closed, opened)
    )


def test_no_inbound_rule_is_for_any_source(compiled: Compile) -> None:
    """PSRule's AnyInboundSource and DenyAllInbound, on the document."""
    two = {**ONE, "name": "two", "addresses": ["10.20.0.11"], "synchronizesFrom": "one"}
    _, controls = compiled(servers=[ONE, two])
    rules = controls[0].documents("wsus")[0].properties["securityRules"]
    inbound = sorted(
        (each for each in rules if each["direction"] == "Inbound"),
        key=lambda each: each["priority"],
    )

    assert [] == [
        each
        for each in inbound
        if each["access"] == "Allow" and each.get("sourceAddressPrefix") in ("*", "Internet")
    ]
    assert "Allow" == inbound[0]["access"]


@pytest.mark.parametrize("flush", [True, False])
def test_connections_may_end_with_their_rule(compiled: Compile, flush: bool) -> None:
    """Where the region has that: the residue says so in both cases."""
    _, (group, _) = compiled({"networkSecurityGroup": {"flush": flush}})
    properties = group.documents("wsus")[0].properties

    assert (True if flush else None) is properties.get("flushConnection")
    said = group.residues[0].what
    assert said.endswith("has no flushConnection" if flush else "unless `flush` is true")
