"""`wsus-egress import --subscription`: what exists in Azure, whose ids follow from the settings."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from azure.mgmt.network import operations
from click.testing import CliRunner, Result
from paths import ROOT

from wsus_egress.cli.main import main
from wsus_egress.review.import_azure import IDS

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
HUB = "11111111-1111-1111-1111-111111111111"
HUB_POLICY = f"/subscriptions/{HUB}/resourceGroups/rg-hub/providers/Microsoft.Network/firewallPolicies/afwp-hub"
NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without an environment."""
    (tmp_path / "config").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: python\nstackConfigDir: config\n")
    return tmp_path


def configure(project: Path, **azure: Any) -> None:
    """The environment `prod`."""
    settings = {
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [{"name": "head", "addresses": ["10.20.0.10"]}],
        "wsus-egress:azure": {
            "resourceGroup": "rg", "location": "westeurope", "addressSpace": ["10.20.0.0/16"],
            "destinations": "list", "firewallPolicy": {"name": "afwp"}, **azure,
        },
    }  # fmt: skip
    text = yaml.safe_dump({"config": settings}, sort_keys=False)
    (project / "config" / "Pulumi.prod.yaml").write_text(text)


def run(project: Path, *arguments: str, subscription: str = SUBSCRIPTION) -> Result:
    """Run the command."""
    command = ["import", "--project", str(project), "--env", "prod", "--subscription", subscription]
    return CliRunner().invoke(main, [*command, *arguments])


def of(result: Result) -> dict[str, tuple[str, str]]:
    """Parents and ids by name."""
    assert 0 == result.exit_code, result.output
    return {
        each["logicalName"]: (each["parent"], each["id"])
        for each in json.loads(result.stdout)["resources"]
        if "id" in each
    }


def problems(result: Result) -> list[str]:
    """What is wrong."""
    assert (2, "") == (result.exit_code, result.stdout)
    return result.stderr.splitlines()[:-1]


def test_ids_follow_from_the_settings(project: Path) -> None:
    """Each below its component; a subnet of the stack's below the outermost one."""
    subnet = {"virtualNetwork": "vnet", "name": "snet", "addressPrefix": "10.20.0.0/24"}
    configure(project, subnets=[subnet])
    start = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network"

    assert {
        "wsus-nsg": ("component:wsus-nsg", f"{start}/networkSecurityGroups/wsus-nsg"),
        "wsus-firewall-policy": ("component:wsus-firewall", f"{start}/firewallPolicies/afwp"),
        "wsus-firewall-rules": (
            "component:wsus-firewall", f"{start}/firewallPolicies/afwp/ruleCollectionGroups/wsus-firewall-rules",
        ),
        "wsus-subnet-snet": ("wsus", f"{start}/virtualNetworks/vnet/subnets/snet"),
    } == of(run(project))  # fmt: skip


def test_what_stands_in_something_that_is_left_out_is_left_out_too(project: Path) -> None:
    """A group of rules is nowhere without its policy; a subnet with an importId is the stack's to import."""
    subnet = {
        "virtualNetwork": "vnet", "name": "snet", "addressPrefix": "10.20.0.0/24",
        "importId": f"{NETWORK}/subnets/snet",
    }  # fmt: skip
    configure(project, subnets=[subnet])
    file = project / "import.json"

    result = run(project, "--without", "wsus-firewall-policy", "-o", str(file))

    assert 0 == result.exit_code, result.output
    assert "left out: wsus-firewall-policy, wsus-firewall-rules, wsus-subnet-snet" in result.stderr
    names = [each["name"] for each in json.loads(file.read_text(encoding="utf-8"))["resources"]]
    assert "azure-native:network:NetworkSecurityGroup:wsus-nsg" == names[-1]


def test_everything_that_is_wrong_is_said_at_once(project: Path) -> None:
    """A subscription that is none, an id, and a name that is not declared."""
    configure(project)
    given = ["--id", "wsus-nsg=x", "--without", "wsus-nag"]

    assert [
        "--id: the id of wsus-nsg follows from the settings' names; leave it out",
        "--subscription: 'mine' is not the id of a subscription; write what `az account show` has as `id`",
        "--without: the components declare no 'wsus-nag' with these settings; did you mean 'wsus-nsg'?",
    ] == problems(run(project, *given, subscription="mine"))


def test_rules_in_another_subscription_have_a_provider_of_their_own(project: Path) -> None:
    """No import file from here can name it: they are left out by name, or refused."""
    configure(project, firewallPolicy={"id": HUB_POLICY})

    (said,) = problems(run(project))
    assert (
        f"wsus-firewall-rules: their policy is in the subscription {HUB}, of which the program makes a "
        "provider, and no import file can name that; write --without wsus-firewall-rules"
    ) in said
    assert ["wsus-nsg"] == [*of(run(project, "--without", "wsus-firewall-rules"))]
    same = run(project, subscription=HUB)
    assert f"{HUB_POLICY}/ruleCollectionGroups/wsus-firewall-rules" in {
        id_ for _, id_ in of(same).values()
    }


def test_an_environment_without_azure_is_refused() -> None:
    """A subscription says that Azure is meant."""
    command = ["import", "--project", str(ROOT), "--env", "dev", "--subscription", SUBSCRIPTION]
    result = CliRunner().invoke(main, command)

    assert ["--subscription: dev has no target in Azure; leave it out"] == problems(result)


def test_the_ids_are_the_addresses_of_azures_api() -> None:
    """Those of Microsoft.Network, as azure-mgmt-network sends its requests there."""
    source = (
        Path(inspect.getfile(operations)).with_name("_operations.py").read_text(encoding="utf-8")
    )
    known = {*re.findall(r'"(/subscriptions/[^"]+)"', source)}
    ours = {name: id_ for name, id_ in IDS.items() if name.startswith("azure-native:network:")}

    assert 8 == len(ours)
    assert {} == {name: id_ for name, id_ in ours.items() if id_ not in known}


def test_the_guides_commands_are_ones_that_work(project: Path) -> None:
    """As docs/azure.md writes them."""
    page = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
    (block,) = [
        text for text in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "import" in text
    ]
    first, *others = block.replace("\\\n", " ").splitlines()
    configure(project)
    arguments = shlex.split(first)[1:]

    result = CliRunner().invoke(
        main, [*arguments[:-1], str(project / "x.json"), "--project", str(project)]
    )

    assert 0 == result.exit_code, result.output
    assert [line.strip() for line in result.stderr.splitlines() if "pulumi" in line] == [
        line.replace("import.json", str(project / "x.json")) for line in others
    ]
