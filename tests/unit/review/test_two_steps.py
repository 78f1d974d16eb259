"""A change that removes what is protected: the preview says that it takes two steps."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from gitproject import GitProject, preview
from paths import ROOT

PROD = "config/Pulumi.prod.yaml"
TEXT = (ROOT / PROD).read_text(encoding="utf-8")
ZONE = re.compile(r"        - zone: eu-west-1b\n(?:          .*\n)+")
LOGGING = "      logging:\n        logGroup: /aws/network-firewall/wsus-prod\n"
FULL = "      mode: full\n      endpoints:\n"
OFF = FULL.replace("full\n", "full\n      protected: false\n")
DNS = '    dnsFirewall:\n      alsoResolve: ["*.eu-west-1.amazonaws.com"]\n'
SUBNET = (
    "      - {virtualNetwork: vnet-wsus-prod, name: snet-kiosks, addressPrefix: 10.31.8.0/24}\n"
)
WHAT = re.compile(r"note two-steps prod/aws\n((?:      .*\n)+)")


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """The environment `prod` and its lists."""
    shutil.copytree(ROOT / "config" / "endpoints", tmp_path / "config" / "endpoints")
    return GitProject.make(tmp_path, {PROD: TEXT})


def said(project: GitProject, before: str, after: str) -> str:
    """What the preview of a change says of two steps, in one line."""
    project.write({PROD: before})
    project.commit()
    project.write({PROD: after})
    found = WHAT.search(preview(project.root).stdout)
    return " ".join(found[1].split()) if found else ""


def without_firewall(text: str) -> str:
    """The mode `policy`, and none of what belongs to `full`."""
    start = text.index(FULL)
    return text[:start] + text[text.index(DNS) :]


@pytest.mark.parametrize(
    "after",
    [
        without_firewall(TEXT),
        ZONE.sub("", TEXT),
        TEXT.replace(LOGGING, ""),
        TEXT.replace("vpc-0b2c3d4e5f607182a", "vpc-0b2c3d4e5f607182b"),
        TEXT.replace("subnet-0b2c3d4e5f60f000b", "subnet-0b2c3d4e5f60f000c"),
        ZONE.sub("", TEXT.replace(FULL, OFF)),
    ],
    ids=["mode", "zone", "logging", "vpc", "subnet", "zone, and the protection with it"],
)
def test_what_is_protected_goes_in_two_steps(project: GitProject, after: str) -> None:
    """The engine refuses to delete or replace it, and AWS to move an endpoint."""
    assert TEXT != after
    told = said(project, TEXT, after)

    assert "`networkFirewall.protected` protects wsus-network-firewall" in told
    assert "write `networkFirewall.protected: false` and run `pulumi up`" in told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TEXT.replace(FULL, OFF), ZONE.sub("", TEXT.replace(FULL, OFF))),
        (TEXT, TEXT.replace(FULL, OFF)),
        (TEXT, TEXT.replace("[wsus, automatic-updates]", "[wsus]")),
        (ZONE.sub("", TEXT.replace(FULL, OFF)), TEXT.replace(FULL, OFF)),
    ],
    ids=["unprotected", "first step", "a list", "a new zone"],
)
def test_everything_else_takes_one_step(project: GitProject, before: str, after: str) -> None:
    """What is not protected, and what protected resources do not notice."""
    assert before != after
    assert "" == said(project, before, after)


def test_protection_is_turned_on_after_a_move(project: GitProject) -> None:
    """The provider turns it on before it moves the endpoint, and AWS then refuses."""
    before = ZONE.sub("", TEXT.replace(FULL, OFF))

    assert "protects wsus-network-firewall" in said(project, before, TEXT)


def test_a_protected_association_goes_in_two_steps(project: GitProject) -> None:
    """DNS Firewall's own setting is named."""
    guarded = TEXT.replace(DNS, f"{DNS}      protected: true\n")
    told = said(project, guarded, TEXT.replace(DNS, ""))

    assert "`dnsFirewall.protected` protects wsus-dns-firewall-association:" in told


def test_a_subnet_is_only_forgotten(project: GitProject) -> None:
    """Nothing of the customer's is deleted; while it is attached it is not even forgotten."""
    project.write({PROD: TEXT.replace(SUBNET, "")})
    attached = " ".join(preview(project.root).stdout.split())
    project.write({PROD: TEXT.replace(SUBNET, SUBNET.replace("}", ", attached: false}"))})
    first = preview(project.root).stdout
    project.commit()
    project.write({PROD: TEXT.replace(SUBNET, "")})
    stdout = preview(project.root).stdout

    assert "`subnets[].attached` protects wsus-subnet-snet-kiosks: `pulumi up` refuses" in attached
    assert "subnets.vnet-wsus-prod/snet-kiosks.attached true becomes false" in first
    assert "two-steps" not in first + stdout
    assert "forget prod/azure azure-native:network:Subnet wsus-subnet-snet-kiosks" in stdout
    assert "delete prod/azure azure-native:network:Subnet" not in stdout
    assert "the stack lets go of the subnet, which stays in Azure" in " ".join(stdout.split())


AZURE = TEXT.partition("  wsus-egress:azure:\n")
ZONES = "/virtualNetworks/vnet-wsus-prod\n"


def in_azure(before: str, after: str) -> str:
    """The settings with a change in the Azure target."""
    assert before in AZURE[2]
    return "".join([*AZURE[:2], AZURE[2].replace(before, after, 1)])


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (in_azure("westeurope", "northeurope"),
         "Azure never changes `location` of what is there, wsus-firewall and 6 more: `pulumi up` "
         "fails keep it, or make an environment for the new region, and remove this one after that "
         "(docs/remove.md)"),
        (in_azure(ZONES, f'{ZONES}      zones: ["1", "2"]\n'),
         "Azure never changes `firewall.zones` of what is there, wsus-firewall and 1 more: `pulumi up` "
         "fails keep it, or write another `firewall.name` as well, and deploy when no server "
         "synchronizes"),
        (in_azure("mode: full", "mode: full\n      sku: Premium"),
         "Azure never changes `firewallPolicy.sku` of what is there, wsus-firewall-policy: `pulumi up` "
         "fails keep it, or write another `firewallPolicy.name` as well: the new policy is made beside "
         "the old one"),
        (in_azure("afwp-wsus-prod", "afwp-new"), ""),
    ],
    ids=["location", "zones", "sku", "name"],
)  # fmt: skip
def test_what_azure_never_changes_takes_two_steps(
    project: GitProject, after: str, told: str
) -> None:
    """The provider sends it, and Azure refuses it in the middle of an update."""
    project.write({PROD: TEXT})
    project.commit()
    project.write({PROD: after})
    shown = preview(project.root).stdout
    found = re.search(r"note two-steps prod/azure\n((?:      .*\n)+)", shown)

    assert told == (" ".join(found[1].split()) if found else "")


NAMED = "      existingNames: {rules-1: wsus}\n"
LARGER = "      capacity: 500\n"
GROUP = "awsSecurityGroup: {name: WSUS, description: "


def test_what_is_replaced_under_a_name_of_its_own_goes_first(project: GitProject) -> None:
    """AWS takes a name once, and deletes no rule group that is in use: so the name goes with the group."""
    named, both, larger = (
        TEXT.replace(FULL, FULL.replace("full\n", f"full\n{more}"))
        for more in (NAMED, NAMED + LARGER, LARGER)
    )

    told = said(project, named, both)

    assert told == (
        "wsus-network-firewall-rules-1 is replaced, and both would be called wsus: the engine deletes the old one "
        "first, which AWS refuses while it is in use take its name out of `existingNames` in this change: then the new "
        "one stands beside it"
    )
    assert not said(project, named, larger)
    assert not said(project, TEXT, larger)


def test_a_security_group_of_a_fixed_name_keeps_its_description(project: GitProject) -> None:
    """EC2 takes a name once in a VPC, and never changes a description."""
    server = "      addresses: [10.21.0.10]\n"
    assert server in TEXT
    before, after = (
        TEXT.replace(server, f"{server}      {GROUP}{text}}}\n") for text in ("Old", "New")
    )

    told = said(project, before, after)

    assert (
        "is replaced, and both would be called WSUS: the engine deletes the old one first" in told
    )
    assert "keep its description and VPC, or write another name for it in this change" in told
