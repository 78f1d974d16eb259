"""`wsus-egress import`: what exists is imported under the components' names, and then nothing is to do.

Every resource is made by a first deployment, forgotten by the stack, and imported from the file that the
command writes. The ids that AWS made up are read of the first deployment's state; all others the command works out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from importing import STACK, SWITCHES, changes, configure, forget, identity, imported, resources
from paths import ROOT
from project import Project

from wsus_egress.review.import_azure import IDS
from wsus_egress.review.import_ids import FOLLOWS, MADE_UP

pytestmark = pytest.mark.engine

BASE: dict[str, Any] = {
    "aws:region": "eu-west-1",
    "wsus-egress:lists": ["wsus"],
    "wsus-egress:servers": [{"name": "head", "addresses": ["10.23.0.10"]}],
}
FULL: dict[str, Any] = {
    **BASE,
    "wsus-egress:aws": {
        "vpcId": "vpc-0d4e5f607182a3b4c",
        "networkFirewall": {
            "mode": "full",
            "protected": False,
            "shareWith": ["111122223333"],
            "defaultAction": "reject",
            "endpoints": [
                {
                    "zone": "eu-west-1a",
                    "subnetId": "subnet-0d4e5f607182f000a",
                    "protectedRouteTables": ["rtb-0d4e5f6071825000a"],
                    "returnRoutes": [
                        {"routeTableId": "rtb-0d4e5f6071829000a", "destinations": ["10.23.0.0/22"]}
                    ],
                }
            ],
            "associations": [
                {
                    "zone": "eu-west-1a",
                    "vpcId": "vpc-0c3d4e5f607182a3b",
                    "subnetId": "subnet-0c3d4e5f6071f000a",
                    "protectedRouteTables": ["rtb-0c3d4e5f60715000a"],
                    "returnRoutes": [
                        {"routeTableId": "rtb-0c3d4e5f60719000a", "destinations": ["10.22.0.0/22"]}
                    ],
                }
            ],
            "logging": {"logGroup": "/aws/network-firewall/import"},
        },
        "dnsFirewall": {"alsoResolve": ["*.example.com"]},
    },
}
# So many clients' addresses that the group's rules name them by a prefix list.
MANAGED: dict[str, Any] = {
    **BASE,
    "wsus-egress:clients": [
        {"name": "desktops", "addresses": [f"10.23.{4 * n}.0/24" for n in range(1, 41)],
         "updatesFrom": "head"},
    ],
    "wsus-egress:aws": {
        "vpcId": "vpc-0d4e5f607182a3b4c",
        "securityGroup": {"rulesPerDirection": 100},
        "networkFirewall": {"mode": "rules-only", "firewallManager": {"remediation": True}},
    },
}  # fmt: skip
EC2, GROUPS = "aws:ec2/securityGroup:SecurityGroup", "aws:networkfirewall/ruleGroup:RuleGroup"
EGRESS, INGRESS = (
    f"aws:vpc/securityGroup{way}Rule:SecurityGroup{way}Rule" for way in ("Egress", "Ingress")
)
ONLY_MANAGED = {INGRESS, "aws:ec2/managedPrefixList:ManagedPrefixList", "aws:fms/policy:Policy"}
CASES = {
    "full": (FULL, {*MADE_UP, *FOLLOWS} - ONLY_MANAGED),
    "managed": (MANAGED, {EC2, EGRESS, GROUPS, *ONLY_MANAGED}),
}
"""Environments with the types that they have: together all whose ids the command knows."""


def named(settings: dict[str, Any], known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The settings with the names that the first deployment made up, as somebody writes them who has such resources."""
    parties = {}
    for key in {"wsus-egress:servers", "wsus-egress:clients"} & settings.keys():
        groups = [(each, known[f"wsus-{each['name']}"]["outputs"]) for each in settings[key]]
        parties[key] = [
            {**each, "awsSecurityGroup": {key: group[key] for key in ("name", "description")}}
            for each, group in groups
        ]
    aws = {**settings["wsus-egress:aws"]}
    for setting, start, whole in (
        ("networkFirewall", "wsus-network-firewall", "firewall"),
        ("dnsFirewall", "wsus-dns-firewall", "group"),
    ):
        names = {
            name.removeprefix(start).removeprefix("-") or whole: each["outputs"]["name"]
            for name, each in known.items()
            if name.startswith(start) and "name" in each["inputs"].get("__defaults", ())
        }
        if names:
            aws[setting] = {**aws[setting], "existingNames": names}
    return {**settings, **parties, "wsus-egress:aws": aws}


def write_import(project: Project, known: Mapping[str, dict[str, Any]]) -> str:
    """The import file's path; the ids that AWS made up are given."""
    ids = [
        option
        for name, each in known.items() if each["type"] in MADE_UP
        for option in ("--id", f"{name}={each['id']}")
    ]  # fmt: skip
    path = str(project.root / "import.json")
    written = project.command("import", "--env", STACK, *ids, "-o", path)
    assert 0 == written.returncode, written.stdout + written.stderr
    return path


@pytest.fixture
def raised(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account may have 100 rules in a security group."""
    world = project.root.parent / "world.yaml"
    text = (ROOT / "sandbox" / "world.yaml").read_text(encoding="utf-8")
    world.write_text(f"{text}\nrules_per_group: 100\n", encoding="utf-8")
    monkeypatch.setenv("WSUS_EGRESS_SANDBOX_WORLD", str(world))


@pytest.mark.usefixtures("raised")
@pytest.mark.parametrize("case", CASES)
def test_what_exists_is_imported_as_it_is(project: Project, case: str) -> None:
    """The import gives every resource its place in the tree, and the preview after it changes nothing in the cloud."""
    settings, kinds = CASES[case]
    configure(project, settings)
    project.up(STACK)
    known, before = resources(project), identity(project)
    assert kinds == {each["type"] for each in known.values()}
    forget(project)
    configure(project, named(settings, known))

    imported(project, write_import(project, known))

    assert before == identity(project)
    left = changes(project)
    assert set() == {each for each in left if each[0] != "update" or each[2] not in SWITCHES}
    assert {"revokeRulesOnDelete"} <= {reason for _, _, reason in left}


def test_without_its_name_a_resource_would_be_replaced(project: Project) -> None:
    """So the command refuses, and names the setting that keeps it; a preview shows that it is right."""
    settings = {
        **BASE,
        "wsus-egress:aws": {"vpcId": "vpc-0d4e5f607182a3b4c", "networkFirewall": {}},
    }
    configure(project, settings)
    project.up(STACK)
    known = resources(project)
    forget(project)
    configure(project, named(settings, known))
    path = write_import(project, known)
    configure(project, settings)

    refused = project.command("import", "--env", STACK)
    imported(project, path)

    assert 2 == refused.returncode
    for key in ("existingNames.rules-1", "existingNames.policy", "servers[0].awsSecurityGroup"):
        assert f"{key}: " in refused.stderr
    replaced = {name for op, name, _ in changes(project) if op == "replace"}
    assert {
        "wsus-head",
        "wsus-network-firewall-policy",
        "wsus-network-firewall-rules-1",
    } <= replaced


def test_one_more_is_imported_into_a_stack_that_stands(project: Project) -> None:
    """The components are in the state already: the import puts the resource below them."""
    settings = {
        **BASE,
        "wsus-egress:aws": {"vpcId": "vpc-0d4e5f607182a3b4c"},
        "wsus-egress:mode": "open",
    }
    configure(project, settings)
    project.up(STACK)
    known, before = resources(project), identity(project)
    urn = known["wsus-head-egress-http-ipv4"]["urn"]
    gone = project.pulumi("state", "delete", urn, "--stack", STACK, "--yes")
    assert 0 == gone.returncode, gone.stderr
    path = str(project.root / "import.json")

    written = project.command(
        "import", "--env", STACK, "--without", "wsus-head", "--without", "wsus-head-egress-https-ipv4",
        "--id", f"wsus-head-egress-http-ipv4={known['wsus-head-egress-http-ipv4']['id']}", "-o", path,
    )  # fmt: skip
    assert 0 == written.returncode, written.stderr
    imported(project, path)

    assert before == identity(project)
    assert set() == changes(project)


SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
PROVIDERS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{}}/providers"
NETWORK = (
    f"{PROVIDERS.format('rg-wsus-sandbox')}/Microsoft.Network/virtualNetworks/vnet-wsus-sandbox"
)
AZURE: dict[str, Any] = {
    "azure-native:location": "westeurope",
    "wsus-egress:lists": ["wsus"],
    "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.33.12.10"]}],
    "wsus-egress:azure": {
        "resourceGroup": "rg-wsus-sandbox",
        "location": "westeurope",
        "addressSpace": ["10.33.0.0/16"],
        "destinations": "list",
        "ipGroups": True,
        "firewallPolicy": {"name": "afwp-wsus", "mode": "full"},
        "firewall": {
            "name": "afw-wsus",
            "virtualNetwork": NETWORK,
            "workspace": f"{PROVIDERS.format('rg-wsus-prod')}/Microsoft.OperationalInsights/workspaces"
            "/log-wsus-prod",
        },
        "routeTable": {},
        "subnets": [
            {"virtualNetwork": "vnet-wsus-sandbox", "name": "snet-made",
             "addressPrefix": "10.33.12.0/24", "serviceEndpoints": []},
        ],
        "dnsSecurityPolicy": {"virtualNetwork": NETWORK},
    },
}  # fmt: skip
"""An environment with every type of Azure that the command knows."""


def test_what_exists_in_azure_is_imported_as_it_is(project: Project) -> None:
    """Every id follows from the subscription and the settings; the preview after it changes nothing in the cloud."""
    configure(project, AZURE)
    project.up(STACK)
    known, before = resources(project), identity(project)
    assert {*IDS} == {each["type"] for each in known.values()}
    forget(project)
    path = str(project.root / "import.json")
    written = project.command("import", "--env", STACK, "--subscription", SUBSCRIPTION, "-o", path)
    assert 0 == written.returncode, written.stdout + written.stderr

    imported(project, path)

    assert {urn: id_.casefold() for urn, id_ in before.items()} == {
        urn: id_.casefold() for urn, id_ in identity(project).items()
    }
    assert set() == changes(project)
