"""An Azure DNS security policy in the real engine: made in its order, once a network, in its region."""

from __future__ import annotations

from typing import Any

import pytest
from project import Project

pytestmark = pytest.mark.engine

NETWORK = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-spoke"
    "/providers/Microsoft.Network/virtualNetworks/vnet-spoke"
)
PROGRAM = """
from wsus_egress.azure import AzureWsusEgress

def made(name, location="westeurope", group="rg-spoke"):
    AzureWsusEgress(
        name, policy={"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.42.0.10"]}]},
        resource_group=group, location=location, address_space=["10.42.0.0/16"],
        destinations="list", firewall_policy={"name": f"afwp-{name}"},
        dns_security_policy={"virtual_network": NETWORK, "also_resolve": ["*.corp.example"]},
    )

"""


def wrote(project: Project, *calls: str) -> None:
    """The program that makes these components."""
    text = f"NETWORK = {NETWORK!r}\n{PROGRAM}" + "\n".join(calls) + "\n"
    (project.root / "__main__.py").write_text(text, encoding="utf-8")


def inputs(project: Project) -> dict[str, dict[str, Any]]:
    """What the stack has of it, by name."""
    return {
        each["urn"].rpartition("::")[2]: each["inputs"]
        for each in project.export("staging")["deployment"]["resources"]
        if each["type"].startswith("azure-native:dnsresolver:")
    }


def test_a_network_resolves_the_listed_names_only(project: Project) -> None:
    """Nothing changes the second time, a second component for the network is refused, and it goes."""
    wrote(project, 'made("wsus")')
    project.up("staging")
    found = inputs(project)
    again = project.pulumi("preview", "--expect-no-changes", "--stack", "staging")

    assert 0 == again.returncode, again.stdout + again.stderr
    assert "windowsupdate.com" in found["wsus-dns-policy-names-1"]["domains"]
    assert ["."] == found["wsus-dns-policy-block-rest"]["domains"]
    assert {"id": NETWORK} == found["wsus-dns-policy-link"]["virtualNetwork"]

    wrote(project, 'made("wsus")', 'made("other", group="rg-hub")')
    twice = project.pulumi("preview", "--stack", "staging")
    assert "has a DNS security policy for this network already" in twice.stdout + twice.stderr

    wrote(project, 'made("wsus", location="northeurope")')
    far = project.pulumi("preview", "--stack", "staging")
    assert "northeurope is not where the network vnet-spoke is" in far.stdout + far.stderr

    gone = project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "staging")
    assert 0 == gone.returncode, gone.stdout + gone.stderr
